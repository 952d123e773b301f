//! Random schedules: on the gas clock, executions take as long as a seed says instead of their gas,
//! so that lanes meet in every order. The result is that of one lane all the same.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use lanescope_protocol::event::FallbackReason;
use lanescope_protocol::{EventKind, Settings, Version};
use proptest::prelude::*;

use super::GasClockRun;
use crate::support::{Plan, plans};
use crate::{difference, run_sequential};

/// A number that looks random (SplitMix64: Steele, Lea and Flood, 2014).
fn mix(seed: u64) -> u64 {
    let seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let seed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let seed = (seed ^ (seed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    seed ^ (seed >> 31)
}

fn check(plan: &Plan, name: &str, lanes: u16, seed: u64, longest: u64) {
    let (block, world) = plan.build();
    let expected = run_sequential(&block, &world);
    let costs = move |version: Version| {
        let which = u64::from(version.tx.0) << 16 | u64::from(version.incarnation.0);
        1 + mix(seed ^ mix(which)) % longest
    };
    let strategy = name.parse::<lanescope_protocol::Strategy>().unwrap();
    let settings = Settings { strategy, lanes, seed, ..Settings::default() };
    let run = GasClockRun::with_costs(Arc::clone(&block), world, &settings, Box::new(costs));
    let run = run.and_then(|mut run| {
        while !run.advance(64)? {}
        run.finish()
    });
    let Ok(expected) = expected else {
        assert!(run.is_err(), "an invalid block must be refused");
        return;
    };
    let run = run.unwrap();
    assert_eq!(difference(&expected, &run.outcome), None);
    assert_ne!(run.fallback, Some(FallbackReason::Stuck), "the lanes got stuck");
    let transactions = block.transactions.len() as u32;
    assert_eq!(run.executions - run.aborts, transactions);
    let commits = run.recording.events.iter().filter(|it| it.kind == EventKind::Committed);
    assert!(commits.map(|event| event.tx.unwrap().0).eq(0..transactions));
}

/// Half of the runs are under the default rules.
fn names() -> impl Strategy<Value = &'static str> {
    let others = vec![
        "block-stm:invalidation=pull",
        "block-stm:invalidation=pull,balances=exact,estimates=off",
        "polygon-v1",
        "polygon-v2",
        "in-order-merge",
        "in-order-merge:pinned=on",
        "bsc-bep130",
        "rounds",
        "rounds:max-rounds=2,groups=on",
        "dependency-graph",
        "dependency-graph:groups=on",
        "dependency-graph:hints=wrong,groups=on",
        "dependency-graph:hints=chain",
    ];
    prop_oneof![Just("block-stm"), prop::sample::select(others)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn any_schedule_ends_as_one_lane_does(
        plan in plans(),
        name in names(),
        lanes in prop::sample::select(vec![1, 2, 3, 4, 8, 16, 64]),
        seed in any::<u64>(),
        // From all at once to one far behind.
        longest in prop::sample::select(vec![1, 2, 5, 40, 1_000_000]),
    ) {
        check(&plan, name, lanes, seed, longest);
    }
}
