//! Every strategy equals sequential execution, on random blocks, on both clocks.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use lanescope_executor::{
    AccountChange, Block, GasClockRun, NoSink, Run, ThreadsOptions, World, difference,
    run_on_threads, run_sequential,
};
use lanescope_protocol::event::Status;
use lanescope_protocol::{AccessKind, EventKind, Settings, StrategyName};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use support::{POOR, Plan, USERS, address, plans};

fn gas_clock(block: &Arc<Block>, world: &Arc<World>, settings: &Settings) -> Run {
    let mut run = GasClockRun::new(Arc::clone(block), Arc::clone(world), settings).unwrap();
    while !run.advance(64).unwrap() {}
    run.finish().unwrap()
}

fn threads(block: &Arc<Block>, world: &Arc<World>, settings: &Settings) -> Run {
    let start = Instant::now();
    let options = ThreadsOptions {
        now: &|| start.elapsed().as_nanos() as u64,
        sink: &NoSink,
        cancel: &AtomicBool::new(false),
        record: true,
        may_run_alone: false,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(settings.lanes.into()).build().unwrap();
    pool.install(|| run_on_threads(Arc::clone(block), Arc::clone(world), settings, options))
        .unwrap()
        .unwrap()
}

fn check(plan: &Plan) {
    let (block, world) = plan.build();
    let expected = run_sequential(&block, &world);
    for strategy in [StrategyName::Sequential, StrategyName::BlockStm] {
        for lanes in [1, 2, 4, 16] {
            let settings = Settings { strategy: strategy.into(), lanes, ..Settings::default() };
            let Ok(expected) = &expected else {
                let mut run = GasClockRun::new(block.clone(), world.clone(), &settings);
                let failed = match &mut run {
                    Err(_) => true,
                    Ok(run) => loop {
                        match run.advance(64) {
                            Err(_) => break true,
                            Ok(true) => break false,
                            Ok(false) => {}
                        }
                    },
                };
                assert!(failed, "an invalid block must be refused, {settings:?}");
                continue;
            };
            let run = gas_clock(&block, &world, &settings);
            assert_eq!(difference(expected, &run.outcome), None, "gas clock, {settings:?}");
            check_record(&run, block.transactions.len());
            let again = gas_clock(&block, &world, &settings);
            assert_eq!(run.recording.events, again.recording.events, "same input, same trace");
            assert_eq!(run.recording.accesses, again.recording.accesses);
            if lanes <= 4 {
                let run = threads(&block, &world, &settings);
                assert_eq!(difference(expected, &run.outcome), None, "threads, {settings:?}");
                check_record(&run, block.transactions.len());
            }
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
