//! Locations get names that a person would use.

use expect_test::expect;
use lanescope_executor::GasClockRun;
use lanescope_protocol::Settings;
use lanescope_protocol::scenario::{Recipe, Scenario};
use lanescope_workloads::{Prepared, compose, open, prepare};
use std::sync::Arc;

/// The names of everything that a run touches, sorted.
fn touched(prepared: &Prepared) -> Vec<String> {
    let settings = Settings::default();
    let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
    let mut run = GasClockRun::new(block, world, &settings).unwrap();
    while !run.advance(100).unwrap() {}
    let run = run.finish().unwrap();
    let sequential = lanescope_executor::run_sequential(&prepared.block, &prepared.world).unwrap();
    let trace =
        lanescope_workloads::trace(prepared, &settings, &sequential, sequential.gas_used, run);
    let mut names: Vec<_> = trace.locations.into_iter().map(|location| location.name).collect();
    names.sort();
    names
}

fn scenario(text: &str) -> Scenario {
    open("test.json", text.as_bytes()).unwrap().scenario
}

#[test]
fn generated_contracts_have_no_unknown_slots() {
    for workload in ["dex", "erc20", "nft-mint", "transfers"] {
        let recipe = Recipe { workload: workload.to_owned(), seed: 7, ..Recipe::default() };
        let names = touched(&prepare(&compose(&recipe).unwrap(), None).unwrap());
        for name in &names {
            assert!(
                !name.contains("0x") && !name.contains("slot") && !name.contains("mapping"),
                "{name}"
            );
        }
        assert!(workload == "transfers" || names.iter().any(|name| name.contains('[')));
    }
}

#[test]
fn a_swap_touches_what_it_should() {
    let recipe = Recipe {
        workload: "dex".to_owned(),
        knobs: [("count".to_owned(), 1), ("pools".to_owned(), 1)].into(),
        seed: 1,
    };
    let names = touched(&prepare(&compose(&recipe).unwrap(), None).unwrap());
    expect![[r#"
        Builder.balance
        Coin.balanceOf[Fox]
        Coin.balanceOf[Pool A]
        Coin.code
        Fox.balance
        Fox.code
        Fox.nonce
        Pool A.code
        Pool A.reserve0
        Pool A.reserve1
        Pool A.token0
        Pool A.token1
        Token.allowance[Fox][Pool A]
        Token.balanceOf[Fox]
        Token.balanceOf[Pool A]
        Token.code"#]]
    .assert_eq(&names.join("\n"));
}

#[test]
fn unknown_contracts_show_what_was_hashed() {
    // Initcode by hand: writes entry [caller] of a mapping at slot 3, element 7 of an array at slot 5,
    // and slot 9.
    let prepared = prepare(
        &scenario(
            r#"{"lanescope": 1,
                "accounts": [{"name": "Ana", "balance": "1 ether"}],
                "transactions": [{"sender": "Ana", "data": "0x600133600052600360205260406000205560016005600052602060002060070155600160095500"}]}"#,
        ),
        None,
    )
    .unwrap();
    let names = touched(&prepared);
    expect![[r#"
        0xd69d…ef.array 5[7]
        0xd69d…ef.code
        0xd69d…ef.mapping 3[Ana]
        0xd69d…ef.nonce
        0xd69d…ef.slot 9
        0xd69d…ef.storage cleared
        Ana.balance
        Ana.code
        Ana.nonce
        Builder.balance"#]]
    .assert_eq(&names.join("\n"));
}
