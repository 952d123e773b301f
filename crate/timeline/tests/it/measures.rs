//! The formulas, on runs that can be reckoned by hand, and METRICS.md.

use lanescope_protocol::event::{Access, AccessKind};
use lanescope_protocol::strategy::StrategyName;
use lanescope_protocol::trace::Summary;
use lanescope_timeline::{BaseFee, Energy, Film, LaneUse, Latency, Metrics};

use crate::fixture::{EXCHANGE, film, trace};
use crate::incidents::FAULTS;

fn with(text: &str, change: impl FnOnce(&mut Summary)) -> Metrics {
    let mut trace = trace(text);
    change(&mut trace.summary);
    Film::new(trace).metrics()
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-9, "{a} is not {b}");
}

#[test]
fn lane_time_is_split_without_rest() {
    let metrics = film(FAULTS).metrics();
    let [first, second, third] = metrics.lane_use[..] else { panic!("three lanes") };
    let none = LaneUse::default();
    let k = |ticks: u64| ticks * 1000;
    // T1 is lost after 40, the lane is back at 90, T4 runs from 95 to 110.
    let expected = LaneUse { useful: k(15), wasted: k(40), crashed: k(50), empty: k(35), ..none };
    assert_eq!(first, expected);
    assert_eq!(second, LaneUse { useful: k(140), ..none });
    let expected =
        LaneUse { wasted: k(30), validating: k(4), nothing_ready: k(40), empty: k(66), ..none };
    assert_eq!(third, expected);
    assert_eq!(metrics.lane_sum.total(), 3 * metrics.makespan);
    close(metrics.utilisation, (55.0 + 140.0 + 34.0) / 420.0);
    close(metrics.imbalance, 140.0 * 3.0 / 229.0);
}

#[test]
fn every_reason_to_wait_is_told_apart() {
    let run = "
        lane 1: T1·0 0-80 ok
        lane 2: wait 0-1 nothing | wait 1-3 dependency for T1 | wait 3-6 sender for T1 | wait 6-10 lock for T1 on A.x | wait 10-15 barrier | wait 15-21 merge for T1 | wait 21-28 crashed";
    let lane = film(run).metrics().lane_use[1];
    let times = [lane.nothing_ready, lane.dependency, lane.same_sender, lane.lock, lane.barrier];
    assert_eq!(times.map(|time| time / 1000), [1, 2, 3, 4, 5]);
    assert_eq!((lane.merge, lane.crashed, lane.empty), (6_000, 7_000, 52_000));
    let locking = film(run).metrics().locking;
    assert_eq!(locking.lock_wait, 4_000);
    close(locking.lock_share, 4.0 / 160.0);
}

#[test]
fn commits_are_waited_for_from_the_start() {
    let metrics = film(EXCHANGE).metrics();
    let expected = Latency { first: 96_000, p50: 285_000, p99: 340_000 };
    assert_eq!(metrics.latency, Some(expected));
    assert_eq!(film("lane 1: T1·0 0-5 open").metrics().latency, None);
}

#[test]
fn rates_are_per_execution_and_per_transaction() {
    let metrics = film(EXCHANGE).metrics();
    close(metrics.abort_rate, 3.0 / 15.0);
    close(metrics.reexecution_factor, 15.0 / 12.0);
    close(metrics.waste_ratio, 288.0 / 877.0);
}

#[test]
fn a_producer_counts_for_the_system_only() {
    let metrics = with("lane 1: T1·0 0-40 ok | T2·0 40-50 ok\nlane 2: T3·0 0-50 ok", |summary| {
        summary.producer = 150_000;
        summary.sequential = 100_000;
    });
    close(metrics.speedup, 2.0);
    close(metrics.system_speedup.unwrap(), 0.5);
    assert_eq!(film(EXCHANGE).metrics().system_speedup, None);
}

/// T2 reads half-way what T1 wrote just then; T3 overwrites it; T4 uses another slot of the account;
/// T5 is on its own.
const CHAINS: &str = "
lane 1: T1·0 0-40 ok | T3·0 60-70 ok
lane 2: T2·0 20-60 ok | T4·0 60-65 ok
lane 3: T5·0 0-30 ok
write T1·0 at 40: A.x = 1
read T2·0 at 40: A.x saw T1·0
write T3·0 at 70: A.x = 2
write T4·0 at 65: A.y = 3
write T5·0 at 30: B.x = 4
";

#[test]
fn each_notion_of_dependency_has_its_bound() {
    let metrics = with(CHAINS, |summary| summary.critical_path_gas = 60_000);
    let bounds = metrics.bounds;
    let k = |bound: Option<f64>| bound.unwrap() / 1000.0;
    close(k(bounds.serial), 125.0);
    close(k(bounds.evenly), 125.0 / 3.0);
    close(k(bounds.access_list), 40.0);
    // Half of T2 is left when T1 has written.
    close(k(bounds.reads), 60.0);
    // T1, T2 and T3 one after the other.
    close(k(bounds.lock_slot), 90.0);
    // And T4, which uses the same account.
    close(k(bounds.lock_account), 95.0);
    close(k(bounds.lower), 60.0);
    close(k(bounds.upper), 125.0 / 3.0 + 60.0);
    let structure = metrics.structure.unwrap();
    assert_eq!((structure.dependents, structure.longest_chain, structure.distance_max), (1, 2, 1));
    close(structure.dependent_ratio, 0.2);
    close(structure.longest_chain_share, 0.4);
    close(structure.distance_median, 1.0);
}

#[test]
fn a_senders_nonce_orders_locks_but_not_reads() {
    let run = "
        lane 1: T1·0 0-40 ok
        lane 2: T7·0 0-30 ok
        read T7·0 at 0: Ana.nonce saw T1·0
        write T1·0 at 40: Ana.nonce = 1
        write T7·0 at 30: Ana.nonce = 2";
    // T1 and T7 are Ana's.
    let bounds = film(run).metrics().bounds;
    assert_eq!(bounds.reads, Some(40_000.0));
    assert_eq!(bounds.lock_slot, Some(70_000.0));
}

#[test]
fn bounds_are_unknown_without_reads() {
    let metrics = film("lane 1: T1·0 0-40 ok").metrics();
    assert_eq!((metrics.bounds.reads, metrics.structure), (None, None));
    assert_eq!(metrics.bounds.access_list, Some(40_000.0));
}

#[test]
fn hot_is_where_somebody_lost_or_waited() {
    let run = "
        lane 1: T1·0 0-40 ok | T2·0 40-50 aborted at 60 by T1·0 on A.x
        lane 2: wait 0-40 lock for T1 on A.y | T3·0 40-60 ok | T4·0 60-70 ok
        at 5: T4·0 deferred on A.y
        at 6: T5·0 deferred on A.y
        write T1·0 at 40: A.z = 1
        write T3·0 at 60: A.z = 2";
    let metrics = film(run).metrics();
    let hot: Vec<_> =
        metrics.hot.iter().map(|place| (place.name.as_str(), place.conflicts())).collect();
    assert_eq!(hot, [("A.y", 3), ("A.x", 1), ("A.z", 0)]);
    assert_eq!((metrics.locking.deferred, metrics.locking.dropped), (2, 0));
}

#[test]
fn an_order_is_as_far_from_the_blocks_as_its_transactions_have_moved() {
    let run = "lane 1: T1·0 0-1 ok | T2·0 1-2 ok | T3·0 2-3 ok | T4·0 3-4 ok";
    let displaced =
        |order: &[u32]| with(run, |summary| summary.order = order.to_vec()).rank_displacement;
    assert_eq!(displaced(&[]), None);
    assert_eq!(displaced(&[0, 1, 2, 3]), Some(0.0));
    assert_eq!(displaced(&[3, 0, 1, 2]), Some(6.0 / 4.0));
    assert_eq!(displaced(&[0, 2, 3]), Some(0.0), "what is left out moves nobody");
}

#[test]
fn faults_cost_what_was_lost_and_until_it_is_back() {
    let faults = film(FAULTS).metrics().faults;
    assert_eq!((faults.lost, faults.lost_gas, faults.reassigned), (1, 40_000, 1));
    assert_eq!(faults.recovery, 60_000, "lost at 40, back at 100");
    assert_eq!(faults.wrong_results, 1);
    assert_eq!(film(FAULTS).metrics().wasted_gas, 70_000);
}

#[test]
fn what_a_rejected_block_ran_is_wasted() {
    let metrics = film("lane 1: T1·0 0-40 open\nat 40: rejected on A.x").metrics();
    assert_eq!(metrics.wasted_gas, 40_000);
}

fn fee(rule: StrategyName, gas_used: u64, lanes: u16) -> Option<BaseFee> {
    let run = "lane 1: T1·0 0-40 ok";
    let metrics = with(run, |summary| {
        summary.settings.strategy = rule.into();
        summary.settings.lanes = lanes;
        summary.gas_used = gas_used;
        summary.gas_limit = 60_000_000;
        summary.base_fee = 1_000_000_000;
    });
    metrics.base_fee
}

#[test]
fn the_base_fee_moves_as_eip_1559_says() {
    let next = |gas_used| fee(StrategyName::Sequential, gas_used, 1).unwrap().next;
    assert_eq!(next(60_000_000), 1_125_000_000);
    assert_eq!(next(30_000_000), 1_000_000_000);
    assert_eq!(next(30_000_001), 1_000_000_004);
    assert_eq!(next(0), 875_000_000);
    let least = with("lane 1: T1·0 0-40 ok", |summary| {
        (summary.gas_used, summary.gas_limit, summary.base_fee) = (30_000_001, 60_000_000, 7);
    });
    assert_eq!(least.base_fee.unwrap().next, 8, "at least one wei");
    assert_eq!(film(EXCHANGE).metrics().base_fee, None);
}

#[test]
fn only_the_worst_case_raises_a_limit() {
    let stm = fee(StrategyName::BlockStm, 45_000_000, 16).unwrap();
    assert_eq!(stm.safe_limit, 60_000_000, "however fast this run was");
    close(stm.equilibrium, 1.5e9);
    close(stm.equilibrium_raised, 1.5e9);
    let list = fee(StrategyName::AccessList, 45_000_000, 16).unwrap();
    let worst = 60_000_000.0 / f64::from(1 << 24);
    close(list.worst_speedup.unwrap(), worst);
    close(list.equilibrium_raised, 1.5e9 / worst);
    assert!(list.assumptions().contains("1 %") && list.assumptions().contains("3.6×"));
    let two = fee(StrategyName::AccessList, 45_000_000, 2).unwrap();
    close(two.worst_speedup.unwrap(), 2.0);
    let naive = fee(StrategyName::Naive, 45_000_000, 2).unwrap();
    assert_eq!((naive.worst_speedup, naive.safe_limit), (None, 60_000_000));
}

#[test]
fn energy_is_relative_to_one_lane() {
    let energy = |text: &str, sequential: u64| {
        with(text, |summary| summary.sequential = sequential).energy.unwrap()
    };
    close(energy("lane 1: T1·0 0-40 ok", 40_000).index, 1.0);
    // Half the time, the same work: (50 · 40 + 10 · 80) / (60 · 80).
    let two = energy("lane 1: T1·0 0-40 ok\nlane 2: T2·0 0-40 ok", 80_000);
    close(two.index, 2_800.0 / 4_800.0);
    close(two.idle_share, 2_000.0 / 2_800.0);
    // No faster, with twice the work.
    let waste = "lane 1: T1·0 0-40 ok\nlane 2: T2·0 0-40 aborted";
    assert!(energy(waste, 40_000).index > 1.0);
    assert!(Energy::assumptions().contains("50 W"));
}

#[test]
fn every_metric_is_explained() {
    let text = include_str!("../../../../METRICS.md");
    let mut trace = trace(CHAINS);
    let summary = &mut trace.summary;
    summary.critical_path_gas = 60_000;
    summary.producer = 1;
    summary.order = vec![0, 1, 2, 3, 4];
    (summary.gas_limit, summary.base_fee) = (1_000_000, 7);
    let reads = Access { kind: AccessKind::Write, ..trace.accesses[1] };
    trace.accesses.push(reads);
    let metrics = Film::new(trace).metrics();
    let all = format!("{metrics:#?}");
    assert!(!metrics.hot.is_empty() && !all.contains(": None"), "every field is seen: {all}");
    let fields: std::collections::BTreeSet<_> = all
        .lines()
        .filter_map(|line| line.trim().split_once(": ").map(|(name, _)| name))
        .filter(|name| !name.contains('('))
        .collect();
    assert!(fields.len() > 60, "{fields:?}");
    for field in fields {
        assert!(text.contains(&format!("`{field}`")), "METRICS.md does not explain {field}");
    }
}
