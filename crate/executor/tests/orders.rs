//! Strategies whose commits have another order than the block's equal one lane in that order, on
//! random blocks, on both clocks; in block order they equal sequential execution.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lanescope_executor::{Block, BlockError, Run, World, WorldAccount, difference, run_sequential};
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
use support::running::{gas_clock, threads};
use support::{Plan, plans};

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
        let settings = Settings { strategy: rules.into(), lanes, ..Settings::default() };
        if let Ok(run) = gas_clock(&block, &world, &settings) {
            let again = gas_clock(&block, &world, &settings).unwrap();
            assert_eq!(run.recording.events, again.recording.events, "same input, same trace");
            assert_eq!(run.recording.accesses, again.recording.accesses);
        }
    }
}

fn naive(lanes: u16) -> Settings {
    Settings { strategy: Rules::Naive.into(), lanes, ..Settings::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn naive_lanes_end_and_one_of_them_is_right(plan in plans()) {
        let (block, world) = plan.build();
        let expected = run_sequential(&block, &world);
        for lanes in [1, 2, 4, 8, 16] {
            let settings = naive(lanes);
            let mut runs = vec![gas_clock(&block, &world, &settings)];
            if lanes <= 4 {
                runs.push(threads(&block, &world, &settings));
            }
            for run in runs {
                let run = match run {
                    Ok(run) => run,
                    Err(error) => {
                        // What the protocol does after the last transaction may fail on any state.
                        assert!(matches!(error, BlockError::SystemCall { .. }), "{error}");
                        continue;
                    }
                };
                check_run(&run, &block, &Rules::Naive);
                assert_eq!(run.replay, None);
                if let (1, Ok(expected)) = (lanes, &expected) {
                    assert_eq!(difference(expected, &run.outcome), None);
                    assert_eq!((run.order.len(), run.excluded.len()), (0, 0));
                }
            }
        }
    }
}

/// `PUSH0 SLOAD PUSH1 1 ADD PUSH0 SSTORE`
const COUNTER: [u8; 8] = [0x5f, 0x54, 0x60, 0x01, 0x01, 0x5f, 0x55, 0x00];
/// Pays to the address that `COUNTER`'s slot 0 would name: reads slot 0 and calls whom it names.
/// `PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 SLOAD GAS CALL`
const CALLER: [u8; 10] = [0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x54, 0x5a, 0xf1, 0x00];

/// People 1 to `people` call contract 100, which has this code; each pays a higher tip than the one
/// before.
fn calls(people: u8, code: &[u8]) -> (Block, World) {
    let mut world = World::new();
    let rich = U256::from(10).pow(U256::from(18));
    for person in 1..=people {
        let info = AccountInfo { balance: rich, ..AccountInfo::default() };
        world.insert(named(person), WorldAccount { info, ..WorldAccount::default() });
    }
    let code = Some(Bytecode::new_raw(Bytes::copy_from_slice(code)));
    let info = AccountInfo { nonce: 1, code, ..AccountInfo::default() };
    world.insert(named(100), WorldAccount { info, ..WorldAccount::default() });
    let mut block = Block::default();
    block.env.gas_limit = 30_000_000;
    block.env.beneficiary = named(200);
    for person in 1..=people {
        block.transactions.push(Arc::new(call(person, 100, person.into())));
    }
    (block, world)
}

fn named(number: u8) -> revm::primitives::Address {
    revm::primitives::Address::with_last_byte(number)
}

fn call(from: u8, to: u8, price: u128) -> TxEnv {
    TxEnv {
        caller: named(from),
        kind: TxKind::Call(named(to)),
        gas_limit: 100_000,
        gas_price: price,
        ..TxEnv::default()
    }
}

#[test]
fn naive_lanes_lose_updates_of_a_counter() {
    let (block, world) = calls(8, &COUNTER);
    let (block, world) = (Arc::new(block), Arc::new(world));
    let count = |run: &Run| run.outcome.state[&named(100)].storage[&U256::ZERO];
    let expected = run_sequential(&block, &world).unwrap();
    let one = gas_clock(&block, &world, &naive(1)).unwrap();
    assert_eq!(difference(&expected, &one.outcome), None);
    assert_eq!(count(&one), U256::from(8));
    let four = gas_clock(&block, &world, &naive(4)).unwrap();
    assert!(difference(&expected, &four.outcome).is_some());
    assert_eq!(count(&four), U256::from(2), "four lanes see the same value, twice");
    assert_eq!(four.fallback, None);
}

#[test]
fn priority_decides_and_block_order_does_not_care() {
    let (block, world) = calls(6, &COUNTER);
    let (block, world) = (Arc::new(block), Arc::new(world));
    let run = |order, overtakes| {
        let rules =
            Rules::DeclaredLocks(DeclaredLocks { order, overtakes, ..DeclaredLocks::default() });
        let settings = Settings { strategy: rules.into(), ..Settings::default() };
        gas_clock(&block, &world, &settings).unwrap()
    };
    let by_tip = run(LockOrder::Priority, true);
    assert_eq!(by_tip.order.iter().map(|tx| tx.0).collect::<Vec<_>>(), [5, 4, 3, 2, 1, 0]);
    assert_eq!(by_tip.replay.as_ref(), Some(&by_tip.outcome));
    let in_order = run(LockOrder::Block, false);
    assert!(in_order.order.is_empty() && in_order.replay.is_none());
    assert_eq!(in_order.outcome, run_sequential(&block, &world).unwrap());
}

#[test]
fn an_undeclared_touch_fails_and_pays() {
    // The first sets slot 0 of contract 100 to the address of contract 101, which only then is
    // called; alone, the second would have called account 0.
    let (mut block, mut world) = calls(2, &CALLER);
    let setter: Vec<u8> = [&CALLER[..9], &[0x60, 101, 0x5f, 0x55, 0x00]].concat();
    let code = Some(Bytecode::new_raw(setter.into()));
    let info = AccountInfo { nonce: 1, code, ..AccountInfo::default() };
    world.insert(named(100), WorldAccount { info, ..WorldAccount::default() });
    let code = Some(Bytecode::new_raw(Bytes::copy_from_slice(&COUNTER)));
    let info = AccountInfo { nonce: 1, code, ..AccountInfo::default() };
    world.insert(named(101), WorldAccount { info, ..WorldAccount::default() });
    block.env.beneficiary = named(200);
    let (block, world) = (Arc::new(block), Arc::new(world));
    let rules = Rules::DeclaredLocks(DeclaredLocks {
        declares: Declarations::Simulated,
        ..DeclaredLocks::default()
    });
    let settings = Settings { strategy: rules.into(), ..Settings::default() };
    for run in [gas_clock(&block, &world, &settings), threads(&block, &world, &settings)] {
        let run = run.unwrap();
        let events = &run.recording.events;
        let touched = events.iter().find(|event| event.kind == EventKind::UndeclaredTouched);
        let touched = touched.unwrap();
        assert_eq!(touched.tx.unwrap().0, 0, "the better paying one was first");
        let location = &run.recording.locations[touched.location.unwrap().get()];
        assert_eq!(location.address(), named(101));
        let receipt = &run.outcome.receipts[1];
        assert_eq!((receipt.status, receipt.gas_used), (Status::Halted, 100_000));
        let sender = &run.outcome.state[&named(1)];
        assert_eq!(sender.nonce, 1);
        assert_eq!(sender.balance, U256::from(10).pow(U256::from(18)) - U256::from(100_000));
        assert!(!run.outcome.state.contains_key(&named(101)));
        assert_eq!(run.replay.as_ref(), Some(&run.outcome));
    }
}

/// A generator that makes nothing interesting proves nothing.
#[test]
fn random_blocks_reach_what_orders_are_for() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let (plans, rules) = (plans(), all_rules());
    for number in 0..3_000 {
        let (block, world) = build(&plans.new_tree(&mut runner).unwrap().current());
        let rules = rules[number % rules.len()];
        let settings = Settings { strategy: rules.into(), ..Settings::default() };
        let Ok(run) = gas_clock(&block, &world, &settings) else { continue };
        let mut count = |what, times: usize| *seen.entry(what).or_default() += times as u32;
        let of = |kind| run.recording.events.iter().filter(|event| event.kind == kind).count();
        count("undeclared touches", of(EventKind::UndeclaredTouched));
        count("skipped", of(EventKind::Skipped));
        count("deferred", of(EventKind::Deferred));
        count("dropped", of(EventKind::Dropped));
        count("slots", of(EventKind::SlotStarted));
        count("other orders", usize::from(!run.order.is_empty()));
        if let Ok(expected) = run_sequential(&block, &world) {
            count("other results", usize::from(difference(&expected, &run.outcome).is_some()));
        }
    }
    assert!(seen.values().all(|times| *times >= 40), "{seen:#?}");
}
