#![allow(clippy::unwrap_used)]

use lanescope_protocol::strategy::{Declarations, Granularity};
use proptest::prelude::*;

use super::super::stage::{Play, play, some_wants};
use super::*;

fn wants(priority: u128, reads: &[u32], writes: &[u32]) -> Wants {
    Wants { priority, gas: 10, reads: reads.into(), writes: writes.into(), ..Wants::default() }
}

fn run(budget: u8, deferrals_max: u8, wants: &[Wants], lanes: u8, lazy: bool) -> Play {
    let parameters = Parameters {
        keys: Granularity::Slot,
        declares: Declarations::Ideal,
        budget_percent: budget,
        deferrals_max,
    };
    let rule = OwnedShared::new(parameters, wants, 100);
    let play = play(&rule, wants, lanes, lazy);
    play.check(wants);
    play
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn nobody_runs_beside_whom_he_conflicts_with(
        wants in some_wants(),
        budget in prop::sample::select(vec![100, 50, 20]),
        deferrals_max in prop::sample::select(vec![1, 10]),
        lanes in prop::sample::select(vec![1, 2, 3, 8]),
        lazy in any::<bool>(),
    ) {
        let play = run(budget, deferrals_max, &wants, lanes, lazy);
        let shared = shared_keys(&wants);
        for key in (0..shared.len()).filter(|key| shared[*key]) {
            prop_assert!(play.most_gas(&wants, key as u32) <= u64::from(budget));
        }
        for tx in (0..wants.len() as u32).map(TxIndex) {
            let times = play.notices.iter().filter(|it| **it == Notice::Deferred(tx)).count();
            prop_assert!(times <= usize::from(deferrals_max));
        }
    }

    #[test]
    fn along_each_shared_key_versions_go_up_in_the_sequence(wants in some_wants()) {
        // With room for all there is one commit: along a key, writers come by what they pay, but
        // for senders' nonces.
        let alone: Vec<_> =
            wants.into_iter().map(|wants| Wants { before: None, alone: false, ..wants }).collect();
        let rooms = alone.iter().map(|wants| Wants { gas: 1, ..wants.clone() });
        let rooms: Vec<_> = rooms.collect();
        let play = run(100, 1, &rooms, 4, false);
        for key in 0..11 {
            let writers = play.order.iter().filter(|tx| rooms[**tx as usize].writes.contains(&key));
            let priorities: Vec<_> = writers.map(|tx| rooms[*tx as usize].priority).collect();
            prop_assert!(priorities.is_sorted_by(|a, b| a >= b), "{priorities:?}");
        }
    }
}

#[test]
fn owned_ones_pass_whoever_waits_for_a_shared_key() {
    // Two share key 9, the third touches its own only; the second must wait for the first.
    let all = [wants(9, &[], &[0, 9]), wants(8, &[], &[1, 9]), wants(1, &[], &[2])];
    let play = run(100, 10, &all, 2, false);
    assert_eq!(play.order, [0, 2, 1]);
    assert!(play.notices.is_empty());
}

#[test]
fn a_senders_earlier_one_comes_first_in_the_sequence() {
    let next = Wants { before: Some(TxIndex(0)), ..wants(9, &[], &[0, 9]) };
    let all = [wants(1, &[], &[0, 9]), next, wants(5, &[], &[1, 9])];
    assert_eq!(run(100, 10, &all, 3, false).order, [2, 0, 1]);
}

#[test]
fn who_is_deferred_too_often_is_dropped() {
    let large = |priority| Wants { gas: 60, ..wants(priority, &[], &[9]) };
    let follower = Wants { before: Some(TxIndex(2)), ..wants(9, &[], &[3]) };
    let all = [large(9), large(8), large(7), follower];
    let play = run(60, 1, &all, 4, false);
    let expected = [
        Notice::Deferred(TxIndex(1)),
        Notice::Deferred(TxIndex(2)),
        Notice::Slot(2),
        Notice::Dropped(TxIndex(2)),
        Notice::Dropped(TxIndex(3)),
    ];
    assert_eq!(play.notices, expected);
    assert_eq!(play.order, [0, 1]);
}
