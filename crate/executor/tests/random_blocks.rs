//! Every strategy equals sequential execution, on random blocks, on both clocks.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;

use lanescope_executor::{
    AccountChange, Block, GasClockRun, Run, World, difference, run_sequential,
};
use lanescope_protocol::event::{FallbackReason, Status};
use lanescope_protocol::strategy::{Hints, ValidationOrder};
use lanescope_protocol::{
    AccessKind, Event, EventKind, Lane, Rules, Settings, StrategyName, TxIndex,
};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use revm::primitives::hardfork::SpecId;
use support::running::{gas_clock, threads};
use support::{CONTRACTS, POOR, Plan, USERS, address, plans};

fn check(plan: &Plan) {
    let (block, world) = plan.build();
    let expected = run_sequential(&block, &world);
    for strategy in [StrategyName::Sequential, StrategyName::BlockStm] {
        for lanes in [1, 2, 4, 16] {
            let settings = Settings { strategy: strategy.into(), lanes, ..Settings::default() };
            let Ok(expected) = &expected else {
                let refused = is_refused(&block, &world, &settings);
                assert!(refused, "an invalid block must be refused, {settings:?}");
                continue;
            };
            let run = gas_clock(&block, &world, &settings).unwrap();
            assert_eq!(difference(expected, &run.outcome), None, "gas clock, {settings:?}");
            check_record(&run, block.transactions.len());
            let again = gas_clock(&block, &world, &settings).unwrap();
            assert_eq!(run.recording.events, again.recording.events, "same input, same trace");
            assert_eq!(run.recording.accesses, again.recording.accesses);
            if lanes <= 4 {
                let run = threads(&block, &world, &settings).unwrap();
                assert_eq!(difference(expected, &run.outcome), None, "threads, {settings:?}");
                check_record(&run, block.transactions.len());
            }
        }
    }
}

/// Rules that look for conflicts, each with something special.
const OPTIMISTIC: [&str; 24] = [
    "block-stm:hints=none",
    "block-stm:hints=sender",
    "block-stm:estimates=off",
    "block-stm:balances=exact",
    "block-stm:validation=in-order",
    "block-stm:invalidation=pull",
    "block-stm:invalidation=pull,estimates=off,validation=in-order",
    "aptos-v1",
    "aptos-v2",
    "pevm",
    "polygon-v1",
    "polygon-v2",
    "in-order-merge",
    "in-order-merge:pinned=on,retry-percent=40",
    "in-order-merge:predicts-nonces=off",
    "bsc-bep130",
    "rounds",
    "rounds:max-rounds=1",
    "rounds:max-rounds=3,groups=on",
    "dependency-graph",
    "dependency-graph:groups=on,balances=exact",
    "dependency-graph:hints=wrong",
    "dependency-graph:hints=missing",
    "dependency-graph:hints=chain,groups=on",
];

fn check_optimistic(plan: &Plan, name: &str, seed: u64) {
    let strategy: lanescope_protocol::Strategy = name.parse().unwrap();
    let (block, world) = plan.build();
    let expected = run_sequential(&block, &world);
    for lanes in [1, 2, 4, 8, 16] {
        let settings = Settings { strategy, lanes, seed, ..Settings::default() };
        let Ok(expected) = &expected else {
            assert!(is_refused(&block, &world, &settings), "must be refused, {settings:?}");
            continue;
        };
        let run = gas_clock(&block, &world, &settings).unwrap();
        let about = format!("{name}, {lanes} lanes, seed {seed}");
        assert_eq!(difference(expected, &run.outcome), None, "gas clock, {about}");
        check_record(&run, block.transactions.len());
        check_model(&run, &block, &settings, &about);
        if lanes == 1 + (seed % 4) as u16 || lanes == 8 && seed.is_multiple_of(8) {
            let run = threads(&block, &world, &settings).unwrap();
            assert_eq!(difference(expected, &run.outcome), None, "threads, {about}");
            check_record(&run, block.transactions.len());
            assert_ne!(run.fallback, Some(FallbackReason::Stuck), "threads, {about}");
            check_bounds(&run, &block, &settings, &about);
        }
        if lanes == 4 {
            let again = gas_clock(&block, &world, &settings).unwrap();
            assert_eq!(run.recording.events, again.recording.events, "same input, same trace");
        }
    }
}

/// What the model of a strategy promises on any clock (reference: invariants of M2, M3 and M6).
fn check_bounds(run: &Run, block: &Block, settings: &Settings, about: &str) {
    let events = &run.recording.events;
    match settings.strategy.rules {
        Rules::InOrderMerge(of) => {
            if of.pinned {
                check_pinned(run, block, about);
            }
            let most = events.iter().map(|event| event.incarnation.0).max();
            assert!(most <= Some(1), "nobody runs more than twice, {about}");
        }
        Rules::Rounds(of) => {
            let numbers = events.iter().filter(|event| event.kind == EventKind::RoundStarted);
            let numbers: Vec<_> = numbers.map(|event| event.gas).collect();
            assert!(numbers.iter().copied().eq(1..=numbers.len() as u32), "{numbers:?}, {about}");
            assert!(numbers.len() <= usize::from(of.max_rounds), "{numbers:?}, {about}");
            let fell_back = run.fallback == Some(FallbackReason::RoundsUsedUp);
            assert!(!fell_back || numbers.len() == usize::from(of.max_rounds), "{about}");
        }
        Rules::BlockStm(of) => {
            let met = events.iter().filter(|event| event.kind == EventKind::EstimateHit);
            assert!(of.estimates || met.count() == 0, "there are no estimates, {about}");
        }
        _ => {}
    }
}

/// First runs of calls of one contract are on one lane, in order.
fn check_pinned(run: &Run, block: &Block, about: &str) {
    let mut lanes: BTreeMap<_, (Lane, TxIndex)> = BTreeMap::new();
    for event in &run.recording.events {
        if event.kind != EventKind::ExecutionStarted || event.incarnation.0 > 0 {
            continue;
        }
        let tx = event.tx.unwrap();
        let called = &block.transactions[tx.get()];
        let contracts = USERS..USERS + CONTRACTS;
        let to = called.kind.to().filter(|to| contracts.into_iter().any(|at| **to == address(at)));
        let Some(to) = to.filter(|_| !called.data.is_empty()) else { continue };
        if let Some((lane, before)) = lanes.insert(*to, (event.lane, tx)) {
            assert!(lane == event.lane && before < tx, "{before:?}, {tx:?}, {about}");
        }
    }
}

/// Validations are of the first that is not final.
fn check_in_order(events: &[Event], about: &str) {
    let mut started = Vec::new();
    for event in events {
        match event.kind {
            EventKind::ValidationStarted => started.push(event.tx.unwrap().0),
            EventKind::Committed => {
                let tx = event.tx.unwrap().0;
                assert!(started.iter().all(|of| *of == tx), "{started:?} before {tx}, {about}");
                started.clear();
            }
            _ => {}
        }
    }
}

/// And what it promises on the gas clock.
fn check_model(run: &Run, block: &Block, settings: &Settings, about: &str) {
    assert_ne!(run.fallback, Some(FallbackReason::Stuck), "{about}");
    check_bounds(run, block, settings, about);
    let events = &run.recording.events;
    if let Rules::BlockStm(of) = settings.strategy.rules
        && of.validation == ValidationOrder::InOrder
    {
        check_in_order(events, about);
    }
    if let Rules::DependencyGraph(of) = settings.strategy.rules {
        match of.hints {
            // Before, that an account exists could be seen, and touches are not on record.
            Hints::Exact if block.spec.is_enabled_in(SpecId::SPURIOUS_DRAGON) => {
                assert_eq!(run.aborts, 0, "nobody is thrown away, {about}");
                assert_eq!(run.producer, run.outcome.gas_used, "on one lane, {about}");
            }
            Hints::Chain => {
                let ran = events.iter().filter(|e| e.kind == EventKind::ExecutionFinished);
                let gas: u64 = ran.map(|event| u64::from(event.gas).max(1)).sum();
                assert_eq!(run.makespan, gas, "one after the other, {about}");
                assert_eq!(run.aborts, 0, "{about}");
            }
            _ => {}
        }
    }
    if settings.lanes == 1 {
        let estimates = events.iter().filter(|event| event.kind == EventKind::EstimateHit);
        assert_eq!(estimates.count(), 0, "one lane meets nobody, {about}");
    }
}

fn is_refused(block: &Arc<Block>, world: &Arc<World>, settings: &Settings) -> bool {
    let Ok(mut run) = GasClockRun::new(block.clone(), world.clone(), settings) else { return true };
    loop {
        match run.advance(64) {
            Err(_) => return true,
            Ok(true) => return false,
            Ok(false) => {}
        }
    }
}

/// What must hold of every record (reference: invariants U1, U3, U5, U6 of execution models).
fn check_record(run: &Run, transactions: usize) {
    let count = |kind| run.recording.events.iter().filter(|event| event.kind == kind).count();
    assert_eq!(count(EventKind::Committed), transactions);
    assert_eq!(count(EventKind::ExecutionFinished), run.executions as usize);
    assert_eq!(count(EventKind::Aborted), run.aborts as usize);
    assert_eq!(run.executions - run.aborts, transactions as u32);
    let ended: u64 = run
        .recording
        .events
        .iter()
        .filter(|e| matches!(e.kind, EventKind::ExecutionFinished | EventKind::EstimateHit))
        .map(|event| u64::from(event.gas))
        .sum();
    assert_eq!(ended, run.outcome.gas_used + run.wasted_gas);
    let mut committed = 0;
    for event in &run.recording.events {
        if event.kind == EventKind::Committed {
            assert_eq!(event.tx.unwrap().0, committed, "commits come in block order");
            committed += 1;
        }
    }
    for access in run.recording.accesses.iter().filter(|a| a.kind == AccessKind::Read) {
        assert!(access.saw.is_none_or(|saw| saw.tx < access.by.tx), "reads look back only");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn parallel_equals_sequential(plan in plans()) {
        check(&plan);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn optimistic_rules_equal_sequential(
        plan in plans(),
        name in prop::sample::select(OPTIMISTIC.to_vec()),
        seed in 0..64_u64,
    ) {
        check_optimistic(&plan, name, seed);
    }
}

/// A generator that makes nothing interesting proves nothing.
#[test]
fn random_blocks_reach_what_they_are_for() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let plans = plans();
    for _ in 0..2_000 {
        let plan = plans.new_tree(&mut runner).unwrap().current();
        let (block, world) = plan.build();
        let mut count = |what, times: usize| *seen.entry(what).or_default() += times as u32;
        let Ok(outcome) = run_sequential(&block, &world) else {
            count("refused blocks", 1);
            continue;
        };
        count("transactions", block.transactions.len());
        let by_status = |status| outcome.receipts.iter().filter(|r| r.status == status).count();
        count("succeeded", by_status(Status::Succeeded));
        count("reverted", by_status(Status::Reverted));
        count("halted", by_status(Status::Halted));
        count("logs", outcome.receipts.iter().map(|receipt| receipt.logs.len()).sum());
        let names = ["plain", "listed", "priced", "with blobs", "authorizing"];
        for (name, tx_type) in names.into_iter().zip(0..) {
            count(name, block.transactions.iter().filter(|tx| tx.tx_type == tx_type).count());
        }
        let creating = block.transactions.iter().filter(|tx| tx.kind.is_create());
        count("creating", creating.count());
        let poor = block.transactions.iter().filter(|tx| tx.caller == address(POOR));
        count("of the poor", poor.count());
        let near_end = |change: &&AccountChange| change.nonce > u64::MAX - 5;
        count("nonces near their end", outcome.state.values().filter(near_end).count());
        for (address, change) in &outcome.state {
            let before = world.account(address);
            count("destroyed", usize::from(before.is_some() && !change.exists));
            let has_code = change.code_hash != revm::primitives::KECCAK_EMPTY;
            count("new contracts", usize::from(before.is_none() && has_code));
            count("new empty contracts", usize::from(change.nonce == 1 && !has_code));
            let is_user = (0..USERS).any(|user| *address == support::address(user));
            count("delegations", usize::from(is_user && has_code));
            count(
                "empty accounts",
                usize::from(change.exists && change.nonce == 0 && change.balance.is_zero()),
            );
        }
    }
    assert!(seen.values().all(|times| *times >= 40), "{seen:#?}");
}

/// Rules that never do what they are about prove nothing either.
#[test]
fn optimistic_rules_do_on_random_blocks_what_they_are_for() {
    let count = |name: &str, kind| {
        let mut runner = TestRunner::deterministic();
        let plans = plans();
        let mut seen = 0;
        for _ in 0..60 {
            let plan = plans.new_tree(&mut runner).unwrap().current();
            let (block, world) = plan.build();
            let strategy = name.parse().unwrap();
            let settings = Settings { strategy, lanes: 8, ..Settings::default() };
            if run_sequential(&block, &world).is_ok() {
                let run = gas_clock(&block, &world, &settings).unwrap();
                seen += run.recording.events.iter().filter(|event| event.kind == kind).count();
            }
        }
        seen
    };
    assert!(count("in-order-merge", EventKind::Patched) > 20);
    assert!(count("in-order-merge", EventKind::Aborted) > 20);
    assert!(count("rounds", EventKind::RoundStarted) > 80);
    assert!(count("rounds:max-rounds=1", EventKind::FellBack) > 10);
    assert!(count("dependency-graph:hints=wrong", EventKind::Aborted) > 20);
    assert!(count("aptos-v1", EventKind::EstimateHit) > 2);
    assert_eq!(count("block-stm:estimates=off", EventKind::EstimateHit), 0);
    let checks = |name| count(name, EventKind::ValidationStarted);
    assert!(checks("block-stm:invalidation=pull") > checks("block-stm"));
    let aborts = |name| count(name, EventKind::Aborted);
    assert!(aborts("block-stm:hints=none,balances=exact") > aborts("block-stm:hints=none"));
    assert!(aborts("block-stm:balances=exact") > aborts("block-stm:balances=exact,hints=sender"));
}
