//! What optimistic rules make of blocks whose conflicts are known.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)]

mod support;

use std::sync::Arc;

use lanescope_executor::{GasClockRun, Run, difference, run_sequential};
use lanescope_protocol::{EventKind, Lane, Settings};
use revm::primitives::hardfork::SpecId;
use support::{CONTRACTS, Plan, Step, Tx, USERS};

/// Gas of a plain payment.
const PAYMENT: u64 = 21_000;

/// Payments by senders to receivers.
fn payments(pairs: &[(u8, u8)]) -> Plan {
    let tx = |(sender, to): &(u8, u8)| Tx { sender: *sender, to: *to, value: 1, ..Tx::default() };
    let programs = vec![vec![]; CONTRACTS.into()];
    let (spec, beneficiary) = (SpecId::OSAKA, USERS + CONTRACTS);
    Plan { spec, programs, txs: pairs.iter().map(tx).collect(), beneficiary, ..Plan::default() }
}

/// Calls of one contract that raises its counter.
fn counter(calls: u8) -> Plan {
    let mut plan = payments(&[]);
    plan.programs[0] = vec![Step::Store { to: 0, from: 0, add: 1 }];
    let call = |sender| Tx { sender, to: USERS, ..Tx::default() };
    plan.txs = (0..calls).map(call).collect();
    plan
}

fn run(plan: &Plan, name: &str, lanes: u16) -> Run {
    let (block, world) = plan.build();
    assert_eq!(block.transactions.len(), plan.txs.len(), "all are valid");
    let expected = run_sequential(&block, &world).unwrap();
    let settings = Settings { strategy: name.parse().unwrap(), lanes, ..Settings::default() };
    let mut run = GasClockRun::new(Arc::clone(&block), world, &settings).unwrap();
    while !run.advance(64).unwrap() {}
    let run = run.finish().unwrap();
    assert_eq!(difference(&expected, &run.outcome), None, "{name}");
    run
}

fn count(run: &Run, kind: EventKind) -> usize {
    run.recording.events.iter().filter(|event| event.kind == kind).count()
}

#[test]
fn payments_to_one_shop_are_patched_where_balances_add_up() {
    let plan = payments(&[(0, 4), (1, 4), (2, 4), (3, 4)]);
    let added = run(&plan, "in-order-merge", 4);
    assert_eq!((added.makespan, added.aborts), (PAYMENT, 0));
    assert_eq!(count(&added, EventKind::Patched), 3, "all but the first");
    let exact = run(&plan, "in-order-merge:balances=exact", 4);
    assert_eq!((exact.makespan, exact.aborts), (4 * PAYMENT, 3), "each of them runs again");
    assert_eq!(count(&exact, EventKind::Patched), 0);
    let hinted = run(&plan, "dependency-graph:balances=exact", 4);
    assert_eq!((hinted.makespan, hinted.aborts), (4 * PAYMENT, 0));
    assert_eq!(run(&plan, "dependency-graph", 4).makespan, PAYMENT);
}

#[test]
fn one_senders_nonces_are_predicted_or_followed() {
    let plan = payments(&[(0, 1), (0, 2), (0, 3), (0, 4)]);
    let predicted = run(&plan, "in-order-merge", 4);
    assert_eq!((predicted.makespan, predicted.aborts), (PAYMENT, 0));
    let read = run(&plan, "in-order-merge:predicts-nonces=off", 4);
    assert_eq!((read.makespan, read.aborts), (4 * PAYMENT, 3));
    let followed = run(&plan, "block-stm:hints=sender", 4);
    assert_eq!((followed.makespan, followed.aborts), (4 * PAYMENT, 0));
}

#[test]
fn a_counter_is_one_after_the_other_under_all_rules() {
    let plan = counter(4);
    let one = run(&plan, "sequential", 1);
    let hinted = run(&plan, "dependency-graph:groups=on", 4);
    assert_eq!((hinted.makespan, hinted.aborts, hinted.producer), (one.makespan, 0, one.makespan));
    let started = hinted.recording.events.iter();
    let started = started.filter(|event| event.kind == EventKind::ExecutionStarted);
    assert!(started.map(|event| event.lane).all(|lane| lane == Lane(0)), "a chain stays");
    let merged = run(&plan, "in-order-merge", 4);
    assert_eq!((merged.executions, merged.aborts), (7, 3), "all but the first run twice");
    let rounds = run(&plan, "rounds", 4);
    assert_eq!(count(&rounds, EventKind::RoundStarted), 4, "each makes one final");
    assert_eq!(rounds.fallback, None);
    let grouped = run(&plan, "rounds:groups=on", 4);
    assert_eq!((count(&grouped, EventKind::RoundStarted), grouped.aborts), (1, 0));
    assert_eq!(grouped.makespan, one.makespan);
    let few = run(&plan, "rounds:max-rounds=2", 4);
    assert_eq!(count(&few, EventKind::RoundStarted), 2);
    assert_eq!(count(&few, EventKind::FellBack), 1);
}
