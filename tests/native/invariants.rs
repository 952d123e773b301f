//! The universal invariants of traces: they hold of every run, and none of their checks is blind.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lanescope_executor::{Outcome, run_sequential};
use lanescope_protocol::fault::Fault;
use lanescope_protocol::scenario::Recipe;
use lanescope_protocol::strategy::{AccessList, Tamper};
use lanescope_protocol::trace::{Excluded, LocationKind};
use lanescope_protocol::{
    AccessKind, Clock, Costs, Event, EventKind, Lane, Rules, Settings, StrategyName, Trace,
    TxIndex, Version,
};
use lanescope_tests::{check_faults, check_invariants, check_repeats, trace};
use lanescope_workloads::{Prepared, catalogue, compose, prepare};
use proptest::prelude::*;

/// A block with its result on one lane.
fn block(recipe: &Recipe) -> (Prepared, Outcome) {
    let prepared = prepare(&compose(recipe).unwrap(), None).unwrap();
    let sequential = run_sequential(&prepared.block, &prepared.world).unwrap();
    (prepared, sequential)
}

/// A block of any workload with any knobs.
fn recipes() -> impl Strategy<Value = Recipe> {
    let names: Vec<_> = catalogue().workloads.into_iter().map(|known| known.name).collect();
    let knobs = (2_u64..28, 2_u64..24, 0_u64..=100, 1_u64..4);
    (prop::sample::select(names), knobs, any::<u64>()).prop_map(|(workload, knobs, seed)| {
        let (count, users, hot, places) = knobs;
        let catalogue = catalogue();
        let known = catalogue.workloads.iter().find(|known| known.name == workload).unwrap();
        let value = |name: &str| match name {
            "count" => count,
            "users" => users,
            "hot" => hot,
            _ => places,
        };
        let knobs = known
            .knobs
            .iter()
            .map(|knob| (knob.name.clone(), value(&knob.name).clamp(knob.min, knob.limit)));
        Recipe { workload, knobs: knobs.collect(), seed }
    })
}

/// Any strategy that runs, or one with a dishonest producer.
fn rules() -> impl Strategy<Value = lanescope_protocol::Strategy> {
    let tampered = [Tamper::Drop, Tamper::Alter, Tamper::Add]
        .map(|tamper| Rules::AccessList(AccessList { tamper, ..AccessList::default() }).into());
    prop::sample::select(lanescope_protocol::Strategy::all().chain(tampered).collect::<Vec<_>>())
}

fn plain_settings() -> impl Strategy<Value = Settings> {
    (rules(), prop::sample::select(vec![1_u16, 2, 3, 4, 8, 16]), any::<u64>()).prop_map(
        |(strategy, lanes, seed)| Settings { strategy, lanes, seed, ..Settings::default() },
    )
}

fn check(recipe: &Recipe, settings: &Settings) {
    let (prepared, sequential) = block(recipe);
    let first = trace(&prepared, &sequential, settings).unwrap();
    check_invariants(&first).unwrap_or_else(|broken| panic!("{broken}\n{recipe:?}\n{settings:?}"));
    let second = trace(&prepared, &sequential, settings).unwrap();
    check_repeats(&first, &second).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

    #[test]
    fn every_trace_keeps_them(recipe in recipes(), settings in plain_settings()) {
        check(&recipe, &settings);
    }
}

fn costs() -> impl Strategy<Value = Costs> {
    let cost = |most: u32| prop_oneof![Just(0), 1..most];
    (cost(20_000), cost(10_000), cost(5_000)).prop_map(|(cold_read, validation, commit)| Costs {
        cold_read,
        validation,
        commit,
    })
}

/// Faults that leave the first lane alone, so that somebody can finish the block.
fn faults(lanes: u16) -> impl Strategy<Value = Vec<Fault>> {
    let lane = (1..lanes.max(2)).prop_map(|lane| Lane(lane as u8));
    let until = |at: u64, length: Option<u64>| length.map(|length| at + length);
    let crash = (lane.clone(), 0_u64..400_000, prop::option::of(1_u64..300_000))
        .prop_map(move |(lane, at, length)| Fault::Crash { lane, at, until: until(at, length) });
    let slow = (lane, 2_u16..10, 0_u64..400_000, prop::option::of(1_u64..300_000)).prop_map(
        move |(lane, times, at, length)| Fault::Slow { lane, times, at, until: until(at, length) },
    );
    let wrong = (0_u32..20).prop_map(|tx| Fault::WrongResult { tx: TxIndex(tx) });
    prop::collection::vec(prop_oneof![crash, slow, wrong], 0..4)
}

/// Costs and faults as well.
fn settings() -> impl Strategy<Value = Settings> {
    let lanes = prop::sample::select(vec![2_u16, 3, 4, 8]);
    let rest = lanes.prop_flat_map(|lanes| (Just(lanes), costs(), faults(lanes)));
    (rules(), any::<u64>(), rest).prop_map(|(strategy, seed, (lanes, costs, faults))| Settings {
        strategy,
        lanes,
        seed,
        costs,
        faults,
        clock: Clock::Gas,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn costs_and_faults_break_none(recipe in recipes(), settings in settings()) {
        settings.check().unwrap();
        let (prepared, sequential) = block(&recipe);
        let mut settings = settings;
        let transactions = prepared.block.transactions.len();
        settings.faults.retain(|fault| match fault {
            Fault::WrongResult { tx } => tx.get() < transactions,
            _ => true,
        });
        check(&recipe, &settings);
        let with = trace(&prepared, &sequential, &settings).unwrap();
        let without = Settings { faults: Vec::new(), ..settings.clone() };
        let without = trace(&prepared, &sequential, &without).unwrap();
        check_faults(&without, &with).unwrap();
    }
}

/// A run in which much happens.
fn lively(strategy: StrategyName, lanes: u16) -> Trace {
    let knobs = [("count", 30), ("hot", 90), ("pools", 2)];
    let knobs = knobs.iter().map(|(name, value)| ((*name).to_owned(), *value));
    let recipe =
        Recipe { workload: "dex".to_owned(), knobs: knobs.collect::<BTreeMap<_, _>>(), seed: 7 };
    let (prepared, sequential) = block(&recipe);
    let settings = Settings { strategy: strategy.into(), lanes, ..Settings::default() };
    let trace = trace(&prepared, &sequential, &settings).unwrap();
    check_invariants(&trace).unwrap();
    trace
}

/// The first event of a kind.
fn first(trace: &mut Trace, kind: EventKind) -> &mut Event {
    trace.events.iter_mut().find(|event| event.kind == kind).unwrap()
}

fn remove(trace: &mut Trace, kind: EventKind) -> Event {
    let at = trace.events.iter().position(|event| event.kind == kind).unwrap();
    trace.events.remove(at)
}

/// Numbers the events anew after one was put in.
fn renumber(trace: &mut Trace) {
    (0..).zip(&mut trace.events).for_each(|(seq, event)| event.seq = seq);
}

/// An altered trace breaks the invariant that it should.
fn breaks(invariant: &str, what: &str, alter: impl FnOnce(&mut Trace)) {
    breaks_in(lively(StrategyName::BlockStm, 8), invariant, what, alter);
}

fn breaks_in(mut trace: Trace, invariant: &str, what: &str, alter: impl FnOnce(&mut Trace)) {
    alter(&mut trace);
    let Err(sentence) = check_invariants(&trace) else { panic!("{what}: nothing was found") };
    assert!(sentence.starts_with(&format!("{invariant}: ")), "{what}: {sentence}");
}

#[test]
fn u1_sees_disorder() {
    breaks("U1", "two events change places", |trace| trace.events.swap(3, 4));
    breaks("U1", "a lane that is not there", |trace| trace.events[0].lane = Lane(8));
    breaks("U1", "an execution that never ends", |trace| {
        remove(trace, EventKind::ExecutionFinished);
    });
    breaks("U1", "an execution that begins twice", |trace| {
        let again = *first(trace, EventKind::ExecutionStarted);
        trace.events.insert(0, again);
        renumber(trace);
    });
    breaks("U1", "a wait without an end", |trace| {
        remove(trace, EventKind::WaitEnded);
    });
}

#[test]
fn u2_sees_lost_and_doubled_transactions() {
    breaks("U2", "a commit is missing", |trace| {
        remove(trace, EventKind::Committed);
    });
    breaks("U2", "a commit twice", |trace| {
        let again = *first(trace, EventKind::Committed);
        trace.events.push(Event { time: u64::MAX, ..again });
    });
    breaks("U2", "a transaction is said to be left out", |trace| {
        trace.summary.excluded.push(Excluded { tx: 3, why: String::new() });
    });
    breaks("U2", "commits in another order", |trace| {
        let last = trace.transactions.len() as u32;
        trace.summary.order = (0..last).rev().collect();
    });
}

#[test]
fn u3_sees_commits_of_what_has_not_run() {
    breaks("U3", "another incarnation is committed", |trace| {
        let event = first(trace, EventKind::Committed);
        event.incarnation = event.incarnation.next();
    });
    breaks("U3", "it runs again afterwards", |trace| {
        let mut started = *first(trace, EventKind::ExecutionStarted);
        let mut finished = *first(trace, EventKind::ExecutionFinished);
        finished.tx = started.tx;
        finished.incarnation = started.incarnation;
        (started.time, finished.time) = (u64::MAX, u64::MAX);
        finished.lane = started.lane;
        trace.events.extend([started, finished]);
        renumber(trace);
    });
}

#[test]
fn u4_sees_runs_that_are_longer_than_they_are() {
    breaks("U4", "the makespan is too short", |trace| trace.summary.makespan /= 2);
}

#[test]
fn u5_sees_gas_that_is_not_accounted_for() {
    breaks("U5", "a commit of other gas", |trace| first(trace, EventKind::Committed).gas += 1);
    breaks("U5", "an abort of other gas", |trace| first(trace, EventKind::Aborted).gas += 1);
    breaks("U5", "a stop that wasted something", |trace| {
        trace.summary.wasted_gas += 1;
    });
    breaks("U5", "a sum of other gas", |trace| trace.summary.gas_used += 1);
    breaks("U5", "an execution is not counted", |trace| trace.summary.executions -= 1);
    breaks("U5", "an abort is not counted", |trace| trace.summary.aborts -= 1);
}

#[test]
fn u6_sees_reads_of_the_future() {
    let later = |trace: &mut Trace| {
        let access = trace.accesses.iter_mut().find(|access| access.kind.is_read()).unwrap();
        access.saw = Some(Version { tx: TxIndex(access.by.tx.0), ..access.by });
    };
    breaks("U6", "it reads what it writes itself", later);
}

#[test]
fn u7_sees_classes_that_do_not_hold() {
    breaks("U7", "the result differs", |trace| trace.summary.identical = false);
    breaks("U7", "the class does not hold", |trace| trace.summary.class_holds = false);
    breaks("U7", "a difference is named", |trace| trace.summary.difference = Some("one".into()));
    breaks("U7", "the wrong class", |trace| {
        trace.summary.class = lanescope_protocol::Class::Nothing;
    });
    breaks("U7", "an honest list is rejected", |trace| {
        trace.summary.rejected = Some("no reason".to_owned());
    });
}

#[test]
fn u8_sees_ether_that_comes_from_nowhere() {
    for strategy in [StrategyName::BlockStm, StrategyName::AccessList] {
        breaks_in(lively(strategy, 8), "U8", "somebody gets a wei more", |trace| {
            let balances = trace.locations.iter().map(|known| known.kind == LocationKind::Balance);
            let balances: Vec<_> = balances.collect();
            let finals: BTreeMap<_, _> = trace
                .events
                .iter()
                .filter(|event| event.kind == EventKind::Committed)
                .map(|event| (event.tx, event.incarnation))
                .collect();
            let paid = trace.accesses.iter_mut().find(|access| {
                let is_final = finals.get(&Some(access.by.tx)) == Some(&access.by.incarnation);
                is_final && balances[access.location.get()] && access.kind == AccessKind::Add
            });
            paid.unwrap().value[31] ^= 1;
        });
    }
}

#[test]
fn u9_sees_runs_that_differ() {
    let one = lively(StrategyName::BlockStm, 8);
    check_repeats(&one, &one.clone()).unwrap();
    let mut two = one.clone();
    two.events[5].time += 1;
    assert!(check_repeats(&one, &two).unwrap_err().starts_with("U9: "));
}

#[test]
fn u10_sees_conflicts_on_one_lane() {
    let alone = || lively(StrategyName::BlockStm, 1);
    breaks_in(alone(), "U10", "a stop at an estimate", |trace| {
        let started = *first(trace, EventKind::ExecutionStarted);
        let hit = Event { kind: EventKind::EstimateHit, ..started };
        trace.events.splice(0..0, [started, hit]);
        renumber(trace);
    });
    breaks_in(alone(), "U10", "faster than its gas", |trace| {
        // Everything at once, at the beginning.
        trace.events.iter_mut().for_each(|event| event.time = 0);
        trace.summary.makespan -= 1;
    });
}

#[test]
fn u11_sees_runs_that_are_too_short() {
    let squeeze = |trace: &mut Trace| {
        trace.events.iter_mut().for_each(|event| event.time = 0);
        trace.summary.makespan = trace.summary.critical_path_gas - 1;
    };
    breaks("U11", "shorter than the longest chain", squeeze);
    breaks("U11", "more than all lanes can do", |trace| {
        squeeze(trace);
        trace.summary.critical_path_gas = 0;
        trace.summary.makespan = trace.summary.gas_used / 8 - 1;
    });
}

#[test]
fn u12_sees_faults_that_change_the_result() {
    let without = lively(StrategyName::BlockStm, 8);
    check_faults(&without, &without.clone()).unwrap();
    let mut with = without.clone();
    with.summary.identical = false;
    assert!(check_faults(&without, &with).unwrap_err().starts_with("U12: "));
    let mut with = without.clone();
    with.summary.receipts_root = String::new();
    assert!(check_faults(&without, &with).unwrap_err().starts_with("U12: "));
}

/// What a check is meant to find must not be found by a panic.
#[test]
fn traces_that_make_no_sense_are_refused_and_nothing_breaks() {
    let good = lively(StrategyName::BlockStm, 4);
    for step in [1, 2, 3, 7] {
        let mut trace = good.clone();
        trace.events = trace.events.into_iter().step_by(step).collect();
        trace.locations.truncate(step);
        trace.transactions.truncate(step);
        let checked = catch_unwind(AssertUnwindSafe(|| check_invariants(&trace).is_err()));
        assert_eq!(checked.ok(), Some(true));
    }
}
