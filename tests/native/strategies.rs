//! Every strategy and every preset on every workload: what its class promises holds, and what its
//! rule is known for can be seen.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;

use lanescope_executor::{Outcome, run_sequential};
use lanescope_protocol::event::EventKind;
use lanescope_protocol::scenario::Recipe;
use lanescope_protocol::strategy::{
    AccessList, Declarations, DeclaredLocks, DependencyGraph, Hints, LockOrder, Producer, Tamper,
};
use lanescope_protocol::{Class, Rules, Settings, Strategy, StrategyName, Trace};
use lanescope_tests::{check_invariants, mainnet_files, overlapping_conflict};
use lanescope_workloads::{Prepared, catalogue, compose, open, prepare};

const LANES: [u16; 5] = [1, 2, 4, 8, 16];

/// A block with its result on one lane.
struct Subject {
    name: String,
    prepared: Prepared,
    sequential: Outcome,
}

impl Subject {
    fn new(name: &str, prepared: Prepared) -> Self {
        let sequential = run_sequential(&prepared.block, &prepared.world).unwrap();
        Self { name: name.to_owned(), prepared, sequential }
    }

    fn composed(workload: &str, knobs: &[(&str, u64)], seed: u64) -> Self {
        let knobs = knobs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let recipe = Recipe { workload: workload.to_owned(), knobs, seed };
        let name = format!("{workload} {:?}, seed {seed}", recipe.knobs);
        Self::new(&name, prepare(&compose(&recipe).unwrap(), None).unwrap())
    }

    fn trace(&self, settings: &Settings) -> Trace {
        lanescope_tests::trace(&self.prepared, &self.sequential, settings)
            .unwrap_or_else(|error| panic!("{}, {}: {error}", self.name, settings.strategy))
    }

    fn run(&self, strategy: impl Into<Strategy>, lanes: u16) -> Trace {
        self.trace(&Settings { strategy: strategy.into(), lanes, ..Settings::default() })
    }
}

/// Every workload as it is in the menu, and with as much on one place as it can have.
fn workloads() -> Vec<Subject> {
    let mut subjects = Vec::new();
    for workload in catalogue().workloads {
        subjects.push(Subject::composed(&workload.name, &[], 7));
        let one_place = ["pools", "tokens", "collections"];
        let places = workload.knobs.iter().filter(|knob| one_place.contains(&knob.name.as_str()));
        let places = places.map(|knob| (knob.name.as_str(), 1));
        let knobs: Vec<_> = [("count", 40), ("hot", 100)].into_iter().chain(places).collect();
        subjects.push(Subject::composed(&workload.name, &knobs, 8));
    }
    subjects
}

#[test]
fn every_class_holds_on_every_workload() {
    let mut naive_differs = 0;
    for subject in workloads() {
        for strategy in Strategy::all() {
            for lanes in LANES {
                let trace = subject.run(strategy, lanes);
                let at = format!("{}: {strategy} on {lanes} lanes", subject.name);
                check_invariants(&trace).unwrap_or_else(|broken| panic!("{at}: {broken}"));
                let summary = &trace.summary;
                match summary.class {
                    Class::Exact => assert!(summary.class_holds && summary.identical, "{at}"),
                    Class::SomeOrder => assert!(summary.class_holds, "{at}"),
                    Class::Nothing => {
                        assert_eq!(summary.class_holds, summary.difference.is_none(), "{at}");
                        naive_differs += u32::from(!summary.class_holds);
                    }
                }
            }
        }
    }
    assert!(naive_differs > 0, "a block without conflicts shows nothing of the naive strategy");
}

/// The factor by which a run may beat its own longest chain: nothing but rounding.
const NEARLY_ONE: f64 = 1.05;

#[test]
fn one_counter_orders_everybody_but_who_is_told_all_values() {
    let knobs = [("count", 64), ("users", 200), ("collections", 1), ("hot", 100)];
    let subject = Subject::composed("nft-mint", &knobs, 1);
    let lanes = 8;
    let ordered =
        [StrategyName::BlockStm, StrategyName::InOrderMerge, StrategyName::DependencyGraph];
    for name in ordered {
        let summary = subject.run(name, lanes).summary;
        // Where reads happen at their own instants, what comes before the counter is read overlaps.
        let ideal = summary.sequential as f64 / summary.critical_path_gas as f64;
        let found = summary.speedup();
        assert!(found <= ideal * NEARLY_ONE, "{}: {found} of {ideal}", name.title());
        assert!(found < 2.0, "{}: {found}", name.title());
    }
    let trace = subject.run(StrategyName::AccessList, lanes);
    let found = trace.summary.speedup();
    assert!(found > f64::from(lanes) * 0.85, "{found} on {lanes} lanes");
    assert_eq!(trace.summary.aborts, 0);
    assert_eq!(trace.summary.producer, subject.sequential.gas_used);
}

#[test]
fn in_order_merge_runs_nothing_more_than_twice() {
    for subject in workloads() {
        for lanes in LANES {
            for strategy in Strategy::all() {
                if strategy.rules.name() != StrategyName::InOrderMerge {
                    continue;
                }
                let trace = subject.run(strategy, lanes);
                let most = executions(&trace).into_values().max().unwrap_or_default();
                assert!(most <= 2, "{}: {strategy} on {lanes} lanes: {most}", subject.name);
            }
        }
    }
}

/// How often each transaction began to run.
fn executions(trace: &Trace) -> BTreeMap<u32, u32> {
    let mut counts = BTreeMap::new();
    let begun = trace.events.iter().filter(|event| event.kind == EventKind::ExecutionStarted);
    for tx in begun.filter_map(|event| event.tx) {
        *counts.entry(tx.0).or_default() += 1;
    }
    counts
}

#[test]
fn tampered_lists_are_rejected_and_honest_ones_are_not() {
    for subject in workloads() {
        for producer in [Producer::OneLane, Producer::BlockStm] {
            let rules = |tamper| Rules::AccessList(AccessList { tamper, producer });
            let honest = subject.run(rules(Tamper::Nothing), 4);
            check_invariants(&honest).unwrap();
            assert!(honest.summary.producer >= honest.summary.makespan / 4);
            let loads = honest.events.iter().filter(|it| it.kind == EventKind::Prefetched).count();
            assert_eq!(loads, 1);
            for tamper in [Tamper::Drop, Tamper::Alter, Tamper::Add] {
                for seed in 0..12 {
                    let strategy = rules(tamper).into();
                    let settings = Settings { strategy, seed, lanes: 4, ..Settings::default() };
                    let trace = subject.trace(&settings);
                    let at = format!("{}: {strategy}, seed {seed}", subject.name);
                    check_invariants(&trace).unwrap_or_else(|broken| panic!("{at}: {broken}"));
                    assert!(trace.summary.rejected.is_some(), "{at}");
                    let says = |kind| trace.events.iter().any(|event| event.kind == kind);
                    assert!(says(EventKind::ListRejected), "{at}");
                }
            }
        }
    }
}

#[test]
fn whatever_a_dependency_graph_says_the_result_is_the_same() {
    for subject in workloads() {
        for hints in [Hints::Exact, Hints::Wrong, Hints::Missing, Hints::Chain] {
            for groups in [false, true] {
                for seed in 0..3 {
                    let rules = DependencyGraph { hints, groups, ..DependencyGraph::default() };
                    let strategy = Rules::DependencyGraph(rules).into();
                    let settings = Settings { strategy, seed, lanes: 8, ..Settings::default() };
                    let trace = subject.trace(&settings);
                    let at = format!("{}: {strategy}, seed {seed}", subject.name);
                    check_invariants(&trace).unwrap_or_else(|broken| panic!("{at}: {broken}"));
                    assert!(trace.summary.identical, "{at}");
                    let is_exact = hints == Hints::Exact;
                    assert!(!is_exact || trace.summary.aborts == 0, "{at}: exact hints, no aborts");
                    let speedup = trace.summary.speedup();
                    assert!(hints != Hints::Chain || speedup <= NEARLY_ONE, "{at}: {speedup}");
                }
            }
        }
    }
}

#[test]
fn who_holds_a_lock_is_alone_with_it() {
    for subject in workloads() {
        for order in [LockOrder::Priority, LockOrder::Block] {
            for declares in [Declarations::Ideal, Declarations::Simulated] {
                let overtakes = order == LockOrder::Priority;
                let rules =
                    DeclaredLocks { order, declares, overtakes, ..DeclaredLocks::default() };
                let strategy: Strategy = Rules::DeclaredLocks(rules).into();
                for lanes in LANES {
                    let trace = subject.run(strategy, lanes);
                    let at = format!("{}: {strategy} on {lanes} lanes", subject.name);
                    check_invariants(&trace).unwrap_or_else(|broken| panic!("{at}: {broken}"));
                    assert_eq!(overlapping_conflict(&trace), None, "{at}");
                    assert_eq!(
                        trace.summary.aborts, 0,
                        "{at}: who holds its locks is never aborted"
                    );
                    let is_exact = order == LockOrder::Block && declares == Declarations::Ideal;
                    assert!(!is_exact || trace.summary.identical, "{at}");
                }
            }
        }
    }
}

/// What the test of locks looks for is there where nobody locks.
#[test]
fn who_speculates_meets_others() {
    let knobs = [("count", 40), ("hot", 100), ("pools", 1)];
    let trace = Subject::composed("dex", &knobs, 8).run(StrategyName::AccessList, 8);
    assert!(overlapping_conflict(&trace).is_some());
}

/// Real blocks of four forks, by number: small ones, so that all strategies have their turn.
const REAL_BLOCKS: [&str; 4] = ["4370000", "12300570", "15537394", "19923400"];

#[test]
fn real_blocks_end_as_on_one_lane_under_every_exact_strategy() {
    for file in mainnet_files() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if !REAL_BLOCKS.iter().any(|number| name.starts_with(number)) {
            continue;
        }
        let opened = open(&name, &std::fs::read(&file).unwrap()).unwrap();
        let subject = Subject::new(&name, prepare(&opened.scenario, opened.state).unwrap());
        for strategy in Strategy::all().filter(|strategy| strategy.class() == Class::Exact) {
            for lanes in [4, 16] {
                let trace = subject.run(strategy, lanes);
                let at = format!("{name}: {strategy} on {lanes} lanes");
                check_invariants(&trace).unwrap_or_else(|broken| panic!("{at}: {broken}"));
                assert!(trace.summary.identical, "{at}: {:?}", trace.summary.difference);
            }
        }
    }
}
