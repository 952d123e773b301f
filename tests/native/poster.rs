//! The picture that stands on the page before the engine arrives is a real run, drawn by the same
//! code as the page's lanes. `LANESCOPE_BLESS=1` draws it anew.

#![allow(clippy::unwrap_used, clippy::panic)]

use lanescope_executor::run_sequential;
use lanescope_protocol::Settings;
use lanescope_protocol::scenario::Recipe;
use lanescope_timeline::{Film, Theme, lanes_svg};
use lanescope_workloads::{compose, prepare, trace};

#[test]
fn the_poster_is_the_default_run() {
    let recipe = Recipe { workload: "dex".to_owned(), seed: 7, ..Recipe::default() };
    let prepared = prepare(&compose(&recipe).unwrap(), None).unwrap();
    let sequential = run_sequential(&prepared.block, &prepared.world).unwrap();
    let settings = Settings::default();
    let run = lanescope_tests::run(&prepared, &settings).unwrap();
    let trace = trace(&prepared, &settings, &sequential, sequential.gas_used, run);
    let end = trace.summary.makespan as f64;
    let film = Film::new(trace);
    for (theme, name) in [(Theme::Light, "poster-light.svg"), (Theme::Dark, "poster-dark.svg")] {
        let drawn = lanes_svg(&film, 960.0, theme, end);
        let file = lanescope_tests::root().join("assets/icons").join(name);
        if std::env::var_os("LANESCOPE_BLESS").is_some() {
            std::fs::write(&file, &drawn).unwrap();
        }
        let stored = std::fs::read_to_string(&file).unwrap();
        assert!(stored == drawn, "{name} is out of date: run this test with LANESCOPE_BLESS=1");
    }
}
