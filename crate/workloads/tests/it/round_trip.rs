//! What is saved opens as it was.

use std::io::Write;

use lanescope_protocol::scenario::Recipe;
use lanescope_workloads::{catalogue, compose, open, save};

#[test]
fn scenarios_open_as_they_were_saved() {
    for workload in catalogue().workloads {
        let recipe = Recipe { workload: workload.name, seed: 11, ..Recipe::default() };
        let scenario = compose(&recipe).unwrap();
        let saved = save(&scenario, None).unwrap();
        assert_eq!(open(&saved.name, saved.text.as_bytes()).unwrap().scenario, scenario);
        assert!(saved.text.starts_with("{\n  \"lanescope\": 1,\n"));

        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(saved.text.as_bytes()).unwrap();
        let packed = packed.finish().unwrap();
        assert_eq!(open("packed.json.gz", &packed).unwrap().scenario, scenario);
    }
}

#[test]
fn a_file_with_a_recipe_alone_holds_the_whole_block() {
    let text = r#"{"lanescope": 1, "title": "Mine", "recipe": {"workload": "erc20", "knobs": {"count": 3}, "seed": 2}}"#;
    let opened = open("short.json", text.as_bytes()).unwrap();
    assert_eq!(opened.scenario.transactions.len(), 3);
    assert_eq!(opened.scenario.title, "Mine");
    assert!(!opened.scenario.accounts.is_empty());
}

#[test]
fn the_saved_examples_open() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/scenarios");
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let opened = open(&name, &std::fs::read(&path).unwrap()).unwrap();
        let prepared = lanescope_workloads::prepare(&opened.scenario, opened.state).unwrap();
        lanescope_executor::run_sequential(&prepared.block, &prepared.world).unwrap();
        found += 1;
    }
    assert!(found >= 3);
}
