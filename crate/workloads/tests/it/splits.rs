//! Slots that are kept several times: files, names, and what is refused.

use std::sync::Arc;

use expect_test::expect;
use lanescope_executor::run_sequential;
use lanescope_protocol::Scenario;
use lanescope_protocol::scenario::{HeaderClaims, Imported, Recipe, Split};
use lanescope_workloads::{Prepared, add_splits, compose, open, prepare, save, touched_slots};

fn composed(workload: &str) -> Scenario {
    let recipe = Recipe { workload: workload.to_owned(), seed: 7, ..Recipe::default() };
    compose(&recipe).unwrap()
}

fn with(workload: &str, splits: &[&str]) -> Scenario {
    let mut scenario = composed(workload);
    let splits: Vec<_> = splits.iter().map(|split| (*split).to_owned()).collect();
    add_splits(&mut scenario, None, &splits).unwrap();
    scenario
}

/// What is said of these splits.
fn refused(workload: &str, splits: &[&str]) -> String {
    let mut scenario = composed(workload);
    let splits: Vec<_> = splits.iter().map(|split| (*split).to_owned()).collect();
    match add_splits(&mut scenario, None, &splits) {
        Err(error) => error.to_string(),
        Ok(()) => match prepare(&scenario, None) {
            Err(error) => error.to_string(),
            Ok(prepared) => format!("nothing is wrong with {}", prepared.title),
        },
    }
}

fn names(prepared: &Prepared) -> Vec<String> {
    touched_slots(prepared).unwrap().into_iter().map(|slot| slot.name).collect()
}

#[test]
fn a_split_survives_saving_and_opening() {
    let scenario = with(
        "dex",
        &["Pool A.reserve0=4", "Pool A.reserve1=8,by=sender", "Pool B.reserve0=2,initial=first"],
    );
    let saved = save(&scenario, None).unwrap();
    let opened = open(&saved.name, saved.text.as_bytes()).unwrap().scenario;
    assert_eq!(opened, scenario);
    assert_eq!(opened.splits.len(), 3);
    assert!(saved.text.contains("\"by\": \"sender\"") && saved.text.contains("\"first\""));
    let plain = save(&composed("dex"), None).unwrap();
    assert!(!plain.text.contains("splits"), "what is not there is not written");
}

#[test]
fn a_file_names_contracts_and_leaves_out_what_is_usual() {
    let slot = format!("0x{:0>64}", 2);
    let text = format!(
        r#"{{"lanescope": 1, "recipe": {{"workload": "dex"}},
            "splits": [{{"address": "Pool A", "slot": "{slot}", "copies": 3}}]}}"#
    );
    let opened = open("a.json", text.as_bytes()).unwrap().scenario;
    let split = Split { address: "Pool A".to_owned(), slot, copies: 3, ..Split::default() };
    assert_eq!(opened.splits, [split]);
    let prepared = prepare(&opened, None).unwrap();
    assert_eq!(prepared.title, "Exchange at peak hour (Pool A.reserve0 split in 3)");
}

#[test]
fn copies_have_names() {
    let prepared = prepare(&with("dex", &["Pool A.reserve0=3"]), None).unwrap();
    let mut names = names(&prepared);
    names.retain(|name| name.starts_with("Pool A.reserve"));
    names.sort();
    expect![[r#"
        Pool A.reserve0 (copy 1 of 3)
        Pool A.reserve0 (copy 2 of 3)
        Pool A.reserve1"#]]
    .assert_eq(&names.join("\n"));
    let plain = touched_slots(&prepare(&composed("dex"), None).unwrap()).unwrap();
    let writers: Vec<_> = plain.iter().map(|slot| slot.writers).collect();
    assert!(
        writers.is_sorted_by(|a, b| a >= b) && writers[0] > 2,
        "the hottest first: {writers:?}"
    );
}

#[test]
fn a_slot_is_found_by_name_part_and_key() {
    let by_name = with("dex", &["Pool A.reserve0=4"]).splits;
    let address = by_name[0].address.clone();
    assert_eq!(with("dex", &["Pool A:2=4"]).splits, by_name);
    assert_eq!(with("dex", &[&format!("{address}:0x02=4")]).splits, by_name);
    assert_eq!(by_name[0].slot, format!("0x{:0>64}", 2));
}

#[test]
fn mistakes_are_named() {
    let cases = [
        refused("dex", &["Pool A.reserve0=1"]),
        refused("dex", &["Pool A.reserve0=65"]),
        refused("dex", &["Pool A.reserve0"]),
        refused("dex", &["Pool A.reserve0=4,by=moon"]),
        refused("dex", &["Pool A.reserve0=4", "Pool A.reserve0=2"]),
        refused("dex", &["Pool Z.reserve0=4"]),
        refused("dex", &["Ana:0=4"]),
        refused("transfers", &["x=4"]),
        refused("dex", &["Pool A.reserve0=64"]),
    ];
    expect![[r#"
        split 1: a slot is split into 2 to 64 copies, not 1
        split 1: a slot is split into 2 to 64 copies, not 65
        a split is written SLOT=COPIES, as in "Pool A.reserve0=4", not "Pool A.reserve0"
        a split's by= takes one of index, sender, not "moon"
        split 2: Pool A.reserve0 is split already
        no transaction of the block touches a slot "Pool Z.reserve0"; the hottest are Coin.balanceOf[Pool A], Pool A.reserve0, Pool A.reserve1, Token.balanceOf[Pool A], Coin.balanceOf[Pool B], Pool B.reserve0
        split 1: Ana is no contract before the block, so it has no slot to split
        no transaction of the block touches a slot, so there is nothing to split
        nothing is wrong with Exchange at peak hour (Pool A.reserve0 split in 64)"#]].assert_eq(&cases.join("\n"));
}

#[test]
fn mistakes_in_files_are_named() {
    let check = |split: &str| {
        let text =
            format!(r#"{{"lanescope": 1, "recipe": {{"workload": "dex"}}, "splits": [{split}]}}"#);
        open("a.json", text.as_bytes()).map(|_| ()).unwrap_err().to_string()
    };
    let slot = format!("0x{:0>64}", 2);
    let cases = [
        check(r#"{"address": "Pool A", "slot": "0x02", "copies": 3}"#),
        check(&format!(r#"{{"address": "Nobody", "slot": "{slot}", "copies": 3}}"#)),
        check(&format!(r#"{{"address": "Pool A", "slot": "{slot}", "copies": 3, "by": "moon"}}"#)),
        check(&format!(r#"{{"address": "Pool A", "slot": "{slot}", "copies": 3, "moon": 1}}"#)),
        check(&format!(r#"{{"address": "Pool A", "slot": "{slot}", "copies": 1}}"#)),
    ];
    expect![[r#"
        split 1: "0x02" has 1 bytes; 32 are needed
        split 1: there is no contract "Nobody"
        a.json, line 1, column 184: unknown variant "moon", expected "index" or "sender"
        a.json, line 1, column 178: unknown field "moon"; known: "address", "slot", "copies", "by", "initial"
        split 1: a slot is split into 2 to 64 copies, not 1"#]].assert_eq(&cases.join("\n"));
}

#[test]
fn a_copy_cannot_be_split_and_too_many_are_too_many() {
    let mut scenario = with("dex", &["Pool A.reserve0=4"]);
    let copy = lanescope_executor::split::copy_key(alloy_primitives::U256::from(2), 3);
    let first = scenario.splits[0].clone();
    scenario.splits.push(Split { slot: format!("{copy:#066x}"), ..first.clone() });
    let error = prepare(&scenario, None).unwrap_err().to_string();
    assert_eq!(error, "split 2: this slot is a copy of one that is split already");
    scenario.splits = vec![first; 65];
    let error = prepare(&scenario, None).unwrap_err().to_string();
    assert_eq!(error, "the scenario splits 65 slots; the most is 64");
}

/// Another contract's result cannot be what the header of the real block says.
#[test]
fn a_real_block_with_a_split_has_no_header_to_agree_with() {
    let imported = Imported { header: Some(HeaderClaims::default()), ..Imported::default() };
    let claims = |splits: Vec<Split>| {
        let scenario = Scenario { imported: Some(imported.clone()), splits, ..composed("dex") };
        let world = Arc::new(lanescope_executor::World::new());
        prepare(&scenario, Some(world)).unwrap().header
    };
    assert!(claims(Vec::new()).is_some());
    assert!(claims(with("dex", &["Pool A.reserve0=4"]).splits).is_none());
}

/// The pool's copies begin with what it has, so swaps succeed as before.
#[test]
fn swaps_go_on_with_copies_of_the_reserves() {
    let good = |splits: &[&str]| {
        let prepared = prepare(&with("dex", splits), None).unwrap();
        let outcome = run_sequential(&prepared.block, &prepared.world).unwrap();
        let ok = lanescope_protocol::event::Status::Succeeded;
        outcome.receipts.iter().filter(|receipt| receipt.status == ok).count()
    };
    assert!(good(&["Pool A.reserve0=4", "Pool A.reserve1=4"]) >= good(&[]));
}
