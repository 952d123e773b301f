//! Strategies whose commits have another order than the block's equal one lane in that order, on
//! random blocks, on both clocks; in block order they equal sequential execution.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use lanescope_executor::{
    Block, BlockError, GasClockRun, NoSink, Run, ThreadsOptions, World, WorldAccount, difference,
    run_on_threads, run_sequential,
};
use lanescope_protocol::event::Status;
use lanescope_protocol::strategy::{
    Class, Declarations, DeclaredLocks, Granularity, LockOrder, OwnedShared,
};
use lanescope_protocol::{EventKind, Rules, Settings};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use revm::bytecode::Bytecode;
use revm::context::TxEnv;
use revm::primitives::{Bytes, TxKind, U256};
use revm::state::AccountInfo;
use support::{Plan, address, plans};

fn gas_clock(
    block: &Arc<Block>,
    world: &Arc<World>,
    settings: &Settings,
) -> Result<Run, BlockError> {
    let mut run = GasClockRun::new(Arc::clone(block), Arc::clone(world), settings)?;
    while !run.advance(64)? {}
    run.finish()
}

fn threads(block: &Arc<Block>, world: &Arc<World>, settings: &Settings) -> Result<Run, BlockError> {
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
        .map(Option::unwrap)
}

/// Every combination of parameters.
fn all_rules() -> Vec<Rules> {
    let mut all = Vec::new();
    for keys in [Granularity::Slot, Granularity::Account, Granularity::Contract] {
        for declares in [Declarations::Ideal, Declarations::Simulated] {
            for account_cap_percent in [100, 4, 1] {
                for window in [2_048, 1] {
                    for (order, overtakes) in [
                        (LockOrder::Priority, true),
                        (LockOrder::Priority, false),
                        (LockOrder::Block, false),
                    ] {
                        all.push(Rules::DeclaredLocks(DeclaredLocks {
                            keys,
                            order,
                            overtakes,
                            declares,
                            window,
                            account_cap_percent,
                        }));
                    }
                }
            }
            for (budget_percent, deferrals_max) in [(100, 10), (4, 10), (1, 1)] {
                all.push(Rules::OwnedShared(OwnedShared {
                    keys,
                    declares,
                    budget_percent,
                    deferrals_max,
                }));
            }
        }
    }
    all
}

/// What must hold of a run in its own order.
fn check_run(run: &Run, block: &Block, rules: &Rules) {
    assert_eq!(run.fallback, None, "the lanes got stuck, {rules:?}");
    let all = block.transactions.len() as u32;
    let excluded: BTreeSet<u32> = run.excluded.iter().map(|(tx, _)| tx.0).collect();
    assert_eq!(excluded.len(), run.excluded.len(), "excluded once");
    let order: Vec<u32> = match run.order.as_slice() {
        [] if run.excluded.is_empty() => (0..all).collect(),
        order => order.iter().map(|tx| tx.0).collect(),
    };
    let mut everybody: Vec<u32> = order.iter().copied().chain(excluded).collect();
    everybody.sort_unstable();
    assert!(everybody.into_iter().eq(0..all), "everybody is in the result or excluded, {rules:?}");
    let events = &run.recording.events;
    let of = |kind| events.iter().filter(move |event| event.kind == kind);
    let commits = of(EventKind::Committed).map(|event| event.tx.unwrap().0);
    assert_eq!(commits.collect::<Vec<_>>(), order, "commits tell the order");
    let gone = of(EventKind::Skipped).count() + of(EventKind::Dropped).count();
    assert_eq!(gone, run.excluded.len());
    assert_eq!(run.aborts, 0);
    assert_eq!(run.outcome.receipts.len(), order.len());
    for event in of(EventKind::UndeclaredTouched) {
        assert!(event.location.is_some());
        let at = order.iter().position(|tx| Some(*tx) == event.tx.map(|tx| tx.0)).unwrap();
        let (receipt, tx) = (&run.outcome.receipts[at], &block.transactions[order[at] as usize]);
        assert_eq!((receipt.status, receipt.gas_used), (Status::Halted, tx.gas_limit));
        assert!(receipt.logs.is_empty());
    }
    let place: BTreeMap<u32, usize> = order.iter().enumerate().map(|(at, tx)| (*tx, at)).collect();
    for access in &run.recording.accesses {
        if let (Some(saw), Some(by)) = (access.saw, place.get(&access.by.tx.0)) {
            assert!(place[&saw.tx.0] < *by, "reads look back only");
        }
    }
}

fn check_one(block: &Arc<Block>, world: &Arc<World>, rules: Rules, lanes: u16) {
    let expected = run_sequential(block, world);
    let settings = Settings { strategy: rules.into(), lanes, ..Settings::default() };
    let mut runs = vec![gas_clock(block, world, &settings)];
    if lanes <= 4 {
        runs.push(threads(block, world, &settings));
    }
    for run in runs {
        let run = match (run, &expected) {
            (Ok(run), _) => run,
            (Err(_), Err(_)) => continue,
            (Err(error), Ok(_)) => panic!("{error}, {settings:?}"),
        };
        check_run(&run, block, &rules);
        if rules.class() == Class::Exact {
            assert_eq!(difference(expected.as_ref().unwrap(), &run.outcome), None, "{settings:?}");
            assert_eq!(run.replay, None);
        } else {
            let replay = run.replay.as_ref().unwrap();
            assert_eq!(difference(replay, &run.outcome), None, "{settings:?}");
            assert_eq!(replay, &run.outcome);
        }
    }
}

/// A block of a random plan, with so little gas that caps are felt.
fn build(plan: &Plan) -> (Arc<Block>, Arc<World>) {
    let (mut block, world) = plan.build();
    Arc::make_mut(&mut block).env.gas_limit = 8_000_000;
    (block, world)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_order_equals_one_lane_in_that_order(plan in plans()) {
        let (block, world) = build(&plan);
        for rules in all_rules() {
            for lanes in [1, 2, 4, 8, 16] {
                check_one(&block, &world, rules, lanes);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn any_block_under_any_rules(
        plan in plans(),
        rules in prop::sample::select(all_rules()),
        lanes in prop::sample::select(vec![1, 2, 3, 4, 8, 16]),
    ) {
        let (block, world) = build(&plan);
        check_one(&block, &world, rules, lanes);
    }
}
