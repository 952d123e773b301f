//! The gas clock's costs, faults and seeds: whatever they are, the result is that of one lane.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)]

mod support;

use std::sync::Arc;

use lanescope_executor::{Block, GasClockRun, Run, World, difference, run_sequential};
use lanescope_protocol::event::FallbackReason;
use lanescope_protocol::{Costs, Event, EventKind, Fault, Lane, Settings, TxIndex};
use proptest::prelude::*;
use support::running::gas_clock;
use support::{Plan, plans};

fn run(block: &Arc<Block>, world: &Arc<World>, settings: &Settings) -> Run {
    gas_clock(block, world, settings).unwrap()
}

fn costs() -> impl Strategy<Value = Costs> {
    let cost = || prop_oneof![Just(0), 1..30_000_u32];
    (cost(), cost(), cost()).prop_map(|(cold_read, validation, commit)| Costs {
        cold_read,
        validation,
        commit,
    })
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let span = || (0..200_000_u64, 1..200_000_u64);
    let fault = prop_oneof![
        // The first lane always survives.
        (1..4_u8, span(), any::<bool>()).prop_map(|(lane, (at, length), recovers)| {
            let until = recovers.then_some(at + length);
            Fault::Crash { lane: Lane(lane), at, until }
        }),
        span().prop_map(|(at, length)| {
            Fault::Crash { lane: Lane(0), at, until: Some(at + length) }
        }),
        (0..4_u8, 2..9_u16, span()).prop_map(|(lane, times, (at, length))| {
            Fault::Slow { lane: Lane(lane), times, at, until: Some(at + length) }
        }),
        (0..8_u32).prop_map(|tx| Fault::WrongResult { tx: TxIndex(tx) }),
    ];
    prop::collection::vec(fault, 0..6)
}

const STRATEGIES: [&str; 11] = [
    "sequential",
    "block-stm",
    "block-stm:balances=exact",
    "polygon-v1",
    "aptos-v1",
    "monad",
    "bsc-bep130",
    "sei",
    "rounds:max-rounds=2,groups=on",
    "grevm",
    "fuel",
];

/// The faults on transactions that the block has.
fn on(block: &Block, mut faults: Vec<Fault>) -> Vec<Fault> {
    let has = |tx: TxIndex| tx.get() < block.transactions.len();
    faults.retain(|fault| !matches!(fault, Fault::WrongResult { tx } if !has(*tx)));
    faults
}

fn of(run: &Run, kind: EventKind) -> Vec<Event> {
    run.recording.events.iter().filter(|event| event.kind == kind).copied().collect()
}

fn check(plan: &Plan, settings: &Settings) {
    let (block, world) = plan.build();
    let Ok(expected) = run_sequential(&block, &world) else { return };
    settings.check().unwrap();
    let faults = on(&block, settings.faults.clone());
    let settings = &Settings { faults, ..settings.clone() };
    let run = run(&block, &world, settings);
    assert_eq!(difference(&expected, &run.outcome), None, "{settings:?}");
    assert_ne!(run.fallback, Some(FallbackReason::Stuck), "{settings:?}");
    let again = self::run(&block, &world, settings);
    assert_eq!(run.recording.events, again.recording.events, "same input, same trace");
    let gas = |kind| of(&run, kind).iter().map(|event| u64::from(event.gas)).sum::<u64>();
    let begun = gas(EventKind::ExecutionFinished)
        + gas(EventKind::EstimateHit)
        + gas(EventKind::ExecutionLost);
    let wrong = of(&run, EventKind::WrongResultFound).len();
    // A wrong result that is found before it is published is lost without having ended.
    assert_eq!(begun, run.outcome.gas_used + run.wasted_gas, "{settings:?}, {wrong} wrong");
    assert!(run.makespan >= run.outcome.gas_used / u64::from(settings.lanes));
    let lost = of(&run, EventKind::ExecutionLost).len();
    assert_eq!(of(&run, EventKind::Reassigned).len(), lost, "what is lost is done again");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn costs_faults_and_seeds_do_not_change_the_result(
        plan in plans(),
        strategy in prop::sample::select(STRATEGIES.to_vec()),
        costs in costs(),
        faults in faults(),
        seed in any::<u64>(),
    ) {
        let strategy = strategy.parse().unwrap();
        check(&plan, &Settings { strategy, lanes: 4, costs, faults, seed, ..Settings::default() });
    }
}

#[test]
fn a_fault_on_a_transaction_that_is_not_there_is_refused() {
    let (block, world) = Plan::default().build();
    let faults = vec!["wrong:tx=9".parse().unwrap()];
    let settings = Settings { faults, ..Settings::default() };
    let refused = GasClockRun::new(block, world, &settings).unwrap_err();
    let sentence = "the fault \"wrong:tx=9\" is on transaction 9, but the block has 0";
    assert_eq!(refused.to_string(), sentence);
}

/// A generator that plays nothing proves nothing.
#[test]
fn faults_are_played() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::new();
    let strategy = (plans(), faults());
    for _ in 0..300 {
        let (plan, faults) = strategy.new_tree(&mut runner).unwrap().current();
        let (block, world) = plan.build();
        if run_sequential(&block, &world).is_err() {
            continue;
        }
        let faults = on(&block, faults);
        let run = run(&block, &world, &Settings { faults, ..Settings::default() });
        for event in run.recording.events {
            *seen.entry(format!("{:?}", event.kind)).or_insert(0) += 1;
        }
    }
    for kind in [
        "LaneCrashed",
        "LaneRecovered",
        "LaneSlowed",
        "ExecutionLost",
        "Reassigned",
        "WrongResultFound",
    ] {
        assert!(seen.get(kind).is_some_and(|times| *times >= 20), "{kind}: {seen:?}");
    }
}

use proptest::strategy::ValueTree;

/// Every cost is in the makespan of a block on one lane.
#[test]
fn costs_add_up_on_one_lane() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let plans = plans();
    let mut blocks = 0;
    while blocks < 20 {
        let (block, world) = plans.new_tree(&mut runner).unwrap().current().build();
        let Ok(outcome) = run_sequential(&block, &world) else { continue };
        let transactions = block.transactions.len() as u64;
        if transactions == 0 {
            continue;
        }
        blocks += 1;
        let strategy = "sequential".parse().unwrap();
        let plain = Settings { strategy, lanes: 1, ..Settings::default() };
        assert_eq!(run(&block, &world, &plain).makespan, outcome.gas_used);
        let costs = Costs { commit: 100, ..Costs::default() };
        let dear = run(&block, &world, &Settings { costs, ..plain.clone() });
        assert_eq!(dear.makespan, outcome.gas_used + 100 * transactions);
        let costs = Costs { cold_read: 1_000, ..Costs::default() };
        let cold = run(&block, &world, &Settings { costs, ..plain }).makespan - outcome.gas_used;
        assert!(cold.is_multiple_of(1_000), "visits take a thousand ticks each, not {cold} in all");
        let touched = dear.recording.locations.iter().map(|it| it.address());
        let touched = touched.collect::<std::collections::BTreeSet<_>>().len() as u64;
        assert!(cold / 1_000 >= touched / 2, "{cold} for {touched} accounts");
    }
}
