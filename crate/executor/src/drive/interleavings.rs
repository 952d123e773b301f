//! Whole runs in every order that a model checker thinks of: the real lanes with the real waiting,
//! strategy, memory and EVM, only that the checker says whose turn it is.
//!
//! The checker's clock never wakes anybody: whoever sleeps must be called, so a call that is lost
//! ends in a deadlock, which the checker reports.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use lanescope_protocol::{EventKind, Lane, Settings};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use shuttle::rand::{Rng, thread_rng};
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Runner, thread};

use super::threads::Floor;
use super::{NoSink, Raced, ThreadsOptions};
use crate::support::{CONTRACTS, How, Plan, Step, Tx, USERS, plans};
use crate::{difference, run_sequential};

/// Runs a block on lanes of the checker and compares.
fn check(plan: &Plan, lanes: u8) {
    check_under("block-stm", plan, lanes);
}

/// The same, under other rules.
fn check_under(rules: &str, plan: &Plan, lanes: u8) {
    static CANCEL: AtomicBool = AtomicBool::new(false);
    let (block, world) = plan.build();
    let expected = run_sequential(&block, &world);
    let strategy = rules.parse::<lanescope_protocol::Strategy>().unwrap();
    let settings = Settings { strategy, lanes: lanes.into(), ..Settings::default() };
    let record = thread_rng().r#gen::<bool>();
    let may_run_alone = false;
    let options =
        ThreadsOptions { now: &|| 0, sink: &NoSink, cancel: &CANCEL, record, may_run_alone };
    let floor = match Floor::new(Arc::clone(&block), world, &settings, options) {
        Ok(floor) => Arc::new(floor),
        Err(_) => return assert!(expected.is_err()),
    };
    let others: Vec<_> = (1..lanes)
        .map(|lane| {
            let floor = Arc::clone(&floor);
            thread::spawn(move || floor.run_lane(Lane(lane)))
        })
        .collect();
    floor.run_lane(Lane(0));
    for lane in others {
        lane.join().unwrap();
    }
    let raced = Arc::into_inner(floor).unwrap().into_raced();
    let Ok(expected) = expected else {
        assert!(raced.is_err(), "an invalid block must be refused");
        return;
    };
    let Raced::Done(run) = raced.unwrap() else { panic!("the lanes gave up") };
    let run = run.finish().unwrap();
    assert_eq!(difference(&expected, &run.outcome), None, "{rules}, {lanes} lanes, {plan:#?}");
    assert_eq!(run.executions - run.aborts, block.transactions.len() as u32);
    if record {
        let events = run.recording.events.iter();
        let commits = events.filter(|event| event.kind == EventKind::Committed);
        let order: Vec<_> = commits.map(|event| event.tx.unwrap().0).collect();
        assert_eq!(order, (0..block.transactions.len() as u32).collect::<Vec<_>>());
    }
}

/// Random schedules, and schedules with few but well-chosen switches.
fn explore(schedules: usize, test: impl Fn() + Send + Sync + Copy + 'static) {
    let run = |scheduler: Box<dyn Scheduler + Send>| {
        let mut config = shuttle::Config::new();
        config.stack_size = 1 << 20; // an EVM runs on it
        Runner::new(scheduler, config).run(test);
    };
    run(Box::new(RandomScheduler::new(schedules)));
    run(Box::new(PctScheduler::new(3, schedules)));
}

fn tx(sender: u8, contract: u8) -> Tx {
    Tx { sender, to: USERS + contract, value: 1, tip: 1, ..Tx::default() }
}

fn plan(programs: [Vec<Step>; CONTRACTS as usize], txs: Vec<Tx>) -> Plan {
    let spec = revm::primitives::hardfork::SpecId::OSAKA;
    let programs = programs.into();
    Plan { spec, programs, txs, beneficiary: USERS + CONTRACTS, ..Plan::default() }
}

#[test]
fn a_counter_that_all_raise() {
    explore(600, || {
        let raise = vec![Step::Store { to: 0, from: 0, add: 1 }];
        let txs = (0..5).map(|sender| tx(sender, 0)).collect();
        check(&plan([raise, vec![], vec![], vec![]], txs), 3);
    });
}

#[test]
fn a_chain_from_slot_to_slot_with_one_who_looks_at_fees() {
    explore(600, || {
        let pass = |from, to| vec![Step::Store { to, from, add: 1 }];
        let look = vec![Step::Balance { to: 2, of: USERS + CONTRACTS }];
        let txs = vec![tx(0, 0), tx(1, 1), tx(0, 0), tx(2, 2), tx(3, 1), tx(1, 3)];
        let programs = [pass(0, 1), pass(1, 0), look, pass(2, 2)];
        check(&plan(programs, txs), 2);
    });
}

#[test]
fn writes_that_move_with_what_was_read() {
    explore(600, || {
        // Where it writes depends on what it reads: incarnations take writes back.
        let moving = vec![Step::StoreAt { from: 0, add: 2 }, Step::StoreAt { from: 1, add: 3 }];
        let raise = vec![Step::Store { to: 0, from: 1, add: 1 }];
        let call = vec![
            Step::Call { how: How::Plain, to: USERS, value: 1 },
            Step::Call { how: How::Plain, to: USERS + 1, value: 0 },
            Step::Store { to: 1, from: 0, add: 1 },
        ];
        let txs = (0..6).map(|sender| tx(sender, sender % 3)).collect();
        check(&plan([moving, raise, call, vec![]], txs), 3);
    });
}

#[test]
fn random_blocks() {
    explore(20_000, || {
        let seed: [u8; 32] = thread_rng().r#gen();
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let mut plan = plans().new_tree(&mut runner).unwrap().current();
        plan.txs.truncate(6);
        check(&plan, if seed[0].is_multiple_of(2) { 2 } else { 3 });
    });
}

/// Rules behind a lock: what can go wrong is a wake-up that is lost.
const LOCKED: [&str; 9] = [
    "block-stm:invalidation=pull",
    "block-stm:validation=in-order,estimates=off",
    "polygon-v1",
    "in-order-merge",
    "in-order-merge:pinned=on,predicts-nonces=off",
    "rounds",
    "rounds:max-rounds=1,groups=on",
    "dependency-graph:groups=on",
    "dependency-graph:hints=wrong",
];

#[test]
fn random_blocks_under_other_rules() {
    explore(6_000, || {
        let seed: [u8; 32] = thread_rng().r#gen();
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let mut plan = plans().new_tree(&mut runner).unwrap().current();
        plan.txs.truncate(6);
        let rules = LOCKED[usize::from(seed[1]) % LOCKED.len()];
        check_under(rules, &plan, if seed[0].is_multiple_of(2) { 2 } else { 3 });
    });
}
