//! Traces say what happened, in words.

use std::collections::BTreeSet;
use std::sync::Arc;

use expect_test::expect;
use lanescope_executor::{GasClockRun, run_sequential};
use lanescope_protocol::scenario::{Recipe, Scenario};
use lanescope_protocol::{Costs, EventKind, Settings, Strategy, Trace};
use lanescope_workloads::{compose, open, prepare, trace};

fn run(scenario: &Scenario, lanes: u16) -> Trace {
    let prepared = prepare(scenario, None).unwrap();
    let settings = Settings { lanes, ..Settings::default() };
    let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
    let mut run = GasClockRun::new(block, world, &settings).unwrap();
    while !run.advance(100).unwrap() {}
    let sequential = run_sequential(&prepared.block, &prepared.world).unwrap();
    trace(&prepared, &settings, &sequential, sequential.gas_used, run.finish().unwrap())
}

#[test]
fn the_first_picture_shows_aborts() {
    let recipe = Recipe { workload: "dex".to_owned(), seed: 7, ..Recipe::default() };
    let trace = run(&compose(&recipe).unwrap(), 4);
    assert!(trace.summary.identical, "{:?}", trace.summary.difference);
    assert!(trace.summary.aborts >= 2, "{} aborts", trace.summary.aborts);
    assert!(trace.summary.speedup() > 1.3, "{}", trace.summary.speedup());
    let aborted: Vec<_> = trace
        .events
        .iter()
        .filter(|event| event.kind == EventKind::Aborted)
        .map(|event| {
            let location = &trace.locations[event.location.unwrap().get()].name;
            format!("{}·{} {location}", event.tx.unwrap(), event.incarnation.0)
        })
        .collect();
    assert!(aborted.iter().any(|text| text.contains("Pool A.reserve")), "{aborted:?}");
}

#[test]
fn the_critical_path_is_a_lower_bound() {
    for workload in ["dex", "erc20", "nft-mint", "transfers"] {
        for lanes in [1, 4, 64] {
            let recipe = Recipe { workload: workload.to_owned(), seed: 3, ..Recipe::default() };
            let trace = run(&compose(&recipe).unwrap(), lanes);
            let summary = &trace.summary;
            let longest = trace.transactions.iter().map(|info| info.gas).max().unwrap();
            assert!(summary.critical_path_gas >= longest, "{workload}");
            assert!(summary.critical_path_gas <= summary.makespan, "{workload} on {lanes}");
            assert!(summary.makespan <= summary.sequential || summary.aborts > 0, "{workload}");
        }
    }
    let independent = Recipe { workload: "transfers".to_owned(), seed: 3, ..Recipe::default() };
    let trace = run(&compose(&independent).unwrap(), 16);
    let longest = trace.transactions.iter().map(|info| info.gas).max().unwrap();
    assert_eq!(trace.summary.critical_path_gas, longest);
}

/// Whatever the strategy, lanes, costs and faults: no run beats its strategy's own critical path.
/// Strategies that cannot run this block are passed over.
#[test]
fn no_run_beats_its_critical_path() {
    let costs = Costs { cold_read: 2_000, validation: 700, commit: 300 };
    let faults =
        ["slow:lane=1,times=3,at=20000", "crash:lane=1,at=60000,until=200000", "wrong:tx=3"];
    let faults: Vec<_> = faults.iter().map(|fault| fault.parse().unwrap()).collect();
    let mut ran = BTreeSet::new();
    for (workload, strategy) in ["dex", "erc20", "nft-mint", "transfers"]
        .into_iter()
        .flat_map(|workload| Strategy::all().map(move |strategy| (workload, strategy)))
    {
        let recipe = Recipe { workload: workload.to_owned(), seed: 5, ..Recipe::default() };
        let prepared = prepare(&compose(&recipe).unwrap(), None).unwrap();
        let sequential = run_sequential(&prepared.block, &prepared.world).unwrap();
        for (lanes, costs, faults) in [
            (1, Costs::default(), &[][..]),
            (4, Costs::default(), &[][..]),
            (64, Costs::default(), &[][..]),
            (8, costs, &[][..]),
            (4, costs, &faults[..]),
        ] {
            let faults = faults.to_vec();
            let settings = Settings { strategy, lanes, costs, faults, ..Settings::default() };
            let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
            let Ok(mut run) = GasClockRun::new(block, world, &settings) else { continue };
            while !run.advance(100).unwrap() {}
            let run = run.finish().unwrap();
            let summary =
                trace(&prepared, &settings, &sequential, sequential.gas_used, run).summary;
            let (path, makespan) = (summary.critical_path_gas, summary.makespan);
            assert!(
                path <= makespan,
                "{strategy} on {workload}, {lanes} lanes: {path} > {makespan}"
            );
            assert!(path > 0 || summary.rejected.is_some(), "{strategy} on {workload}");
            ran.insert(strategy.rules.name().slug());
        }
    }
    assert!(ran.contains("sequential") && ran.contains("block-stm"), "{ran:?}");
}

#[test]
fn reverts_have_reasons() {
    let text = r#"{"lanescope": 1,
        "accounts": [{"name": "Ana", "balance": "1 ether"}, {"name": "Bo", "balance": "1 ether"}],
        "contracts": [
            {"name": "Token", "code": "Token", "storage": {"balanceOf[Ana]": "5"}},
            {"name": "Coin", "code": "Token"},
            {"name": "Pool A", "code": "Pool", "storage": {"token0": "Token", "token1": "Coin"}},
            {"name": "Mint", "code": "Mint", "storage": {"ownerOf[3]": "Bo", "price": "7"}}],
        "transactions": [
            {"sender": "Ana", "receiver": "Token", "call": {"function": "transfer", "arguments": ["Bo", "9"]}},
            {"sender": "Ana", "receiver": "Token", "call": {"function": "transferFrom", "arguments": ["Bo", "Ana", "1"]}},
            {"sender": "Ana", "receiver": "Mint", "call": {"function": "give", "arguments": ["Bo", "3"]}},
            {"sender": "Ana", "receiver": "Mint", "value": "1", "call": {"function": "mint", "arguments": ["1"]}},
            {"sender": "Bo", "receiver": "Pool A", "call": {"function": "swap", "arguments": ["true", "0", "0"]}},
            {"sender": "Bo", "receiver": "Mint", "call": {"function": "mint", "arguments": ["115792089237316195423570985008687907853269984665640564039457584007913129639935"]}},
            {"sender": "Bo", "receiver": "Mint", "value": "1", "call": {"function": "give", "arguments": ["Bo", "3"]}},
            {"sender": "Bo", "receiver": "Token", "gas_limit": 24000, "call": {"function": "approve", "arguments": ["Pool A", "3"]}}]}"#;
    let scenario = open("reverts.json", text.as_bytes()).unwrap().scenario;
    let trace = run(&scenario, 2);
    assert!(trace.summary.identical);
    let rows: Vec<_> = trace
        .transactions
        .iter()
        .map(|info| {
            format!(
                "{} {} → {}: {} {}",
                info.action,
                info.sender,
                info.receiver,
                info.outcome().word(),
                info.reason
            )
        })
        .collect();
    expect![[r#"
        transfer Ana → Token: reverted InsufficientBalance: owner Ana, balance 5, needed 9
        transferFrom Ana → Token: reverted InsufficientAllowance: spender Ana, allowance 0, needed 1
        give Ana → Mint: reverted only the owner can give a piece away
        mint Ana → Mint: reverted WrongPayment: paid 1, needed 7
        swap Bo → Pool A: reverted NothingToSwap
        mint Bo → Mint: reverted a number overflows
        give Bo → Mint: reverted 
        approve Bo → Token: halted "#]]
    .assert_eq(&rows.join("\n"));
}

#[test]
fn a_trace_survives_its_byte_form() {
    let recipe = Recipe { workload: "dex".to_owned(), seed: 7, ..Recipe::default() };
    let trace = run(&compose(&recipe).unwrap(), 4);
    assert_eq!(Trace::decode(&trace.encode()).unwrap(), trace);
}
