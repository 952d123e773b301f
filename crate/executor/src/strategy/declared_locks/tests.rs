#![allow(clippy::unwrap_used)]

use lanescope_protocol::strategy::{Declarations, Granularity};
use proptest::prelude::*;

use super::super::stage::{Play, play, some_wants};
use super::super::{Strategy, first};
use super::*;

fn parameters(order: LockOrder, overtakes: bool, window: u32, cap: u8) -> Parameters {
    Parameters {
        keys: Granularity::Slot,
        order,
        overtakes,
        declares: Declarations::Ideal,
        window,
        account_cap_percent: cap,
    }
}

fn wants(priority: u128, reads: &[u32], writes: &[u32]) -> Wants {
    Wants { priority, gas: 10, reads: reads.into(), writes: writes.into(), ..Wants::default() }
}

fn run(parameters: Parameters, wants: &[Wants], lanes: u8, block_gas: u64, lazy: bool) -> Play {
    let rule = DeclaredLocks::new(parameters, lanes.into(), wants, block_gas);
    let play = play(&rule, wants, lanes, lazy);
    play.check(wants);
    play
}

const GREEDY: (LockOrder, bool) = (LockOrder::Priority, true);
const GRAPH: (LockOrder, bool) = (LockOrder::Priority, false);
const BLOCK: (LockOrder, bool) = (LockOrder::Block, false);

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn nobody_runs_beside_whom_he_conflicts_with(
        wants in some_wants(),
        (order, overtakes) in prop::sample::select(vec![GREEDY, GRAPH, BLOCK]),
        window in prop::sample::select(vec![1, 3, 2_048]),
        cap in prop::sample::select(vec![100, 50, 20]),
        lanes in prop::sample::select(vec![1, 2, 3, 8]),
        lazy in any::<bool>(),
    ) {
        let play = run(parameters(order, overtakes, window, cap), &wants, lanes, 100, lazy);
        for key in 0..11 {
            prop_assert!(cap == 100 || play.most_gas(&wants, key) <= u64::from(cap));
        }
        if order == LockOrder::Block {
            prop_assert!(play.order.is_sorted());
        }
        // Who must be alone is.
        for (tx, from, end, _) in play.ran.iter().filter(|ran| wants[ran.0.get()].alone) {
            let mut others = play.ran.iter().filter(|ran| ran.0 != *tx);
            prop_assert!(others.all(|(_, other, until, _)| until <= from || end <= other));
        }
    }

    #[test]
    fn in_block_order_each_sees_what_one_lane_would_show(
        wants in some_wants(),
        lanes in prop::sample::select(vec![2, 8]),
    ) {
        let play = run(parameters(BLOCK.0, BLOCK.1, 2_048, 100), &wants, lanes, 100, false);
        let starts = |tx: usize| play.ran.iter().find(|ran| ran.0.get() == tx).unwrap();
        for later in 0..wants.len() {
            for earlier in 0..later {
                let (a, b) = (&wants[earlier], &wants[later]);
                let meet = a.writes.iter().any(|key| b.writes.contains(key) || b.reads.contains(key))
                    || b.writes.iter().any(|key| a.reads.contains(key));
                prop_assert!(!meet || starts(earlier).2 <= starts(later).1);
            }
        }
    }
}

#[test]
fn a_senders_first_may_pay_less_than_the_next() {
    let next = Wants { before: Some(TxIndex(0)), ..wants(9, &[], &[0]) };
    let all = [wants(1, &[], &[0]), next, wants(5, &[], &[1])];
    for (order, overtakes) in [GREEDY, GRAPH, BLOCK] {
        let play = run(parameters(order, overtakes, 1, 100), &all, 1, 100, false);
        let expected = if order == LockOrder::Block { [0, 1, 2] } else { [2, 0, 1] };
        assert_eq!(play.order, expected);
    }
}

#[test]
fn the_better_paying_goes_first_and_ties_go_by_index() {
    let all = [wants(1, &[], &[0]), wants(2, &[], &[0]), wants(2, &[], &[0])];
    assert_eq!(run(parameters(GREEDY.0, GREEDY.1, 9, 100), &all, 4, 100, false).order, [1, 2, 0]);
}

#[test]
fn only_the_greedy_pass_whoever_waits() {
    // The first two hold different locks on two lanes; the third wants both, and the fourth wants
    // one that the third waits for.
    let all =
        [wants(9, &[], &[0]), wants(8, &[], &[1]), wants(7, &[], &[0, 1, 2]), wants(6, &[], &[2])];
    let begun = |(order, overtakes)| {
        let rule = DeclaredLocks::new(parameters(order, overtakes, 9, 100), 3, &all, 100);
        assert_eq!(rule.next(Lane(0)), Task::Execute(first(TxIndex(0))));
        assert_eq!(rule.next(Lane(1)), Task::Execute(first(TxIndex(1))));
        rule.next(Lane(2))
    };
    assert_eq!(begun(GREEDY), Task::Execute(first(TxIndex(3))));
    let holder = Some(first(TxIndex(1)));
    assert_eq!(begun(GRAPH), Task::Wait(Wait { reason: WaitReason::Lock, on: holder }));
    assert_eq!(begun(BLOCK), Task::Wait(Wait { reason: WaitReason::Lock, on: holder }));
}

#[test]
fn who_conflicts_with_one_lane_is_queued_there() {
    let all = [wants(9, &[], &[0]), wants(8, &[0], &[]), wants(7, &[0], &[]), wants(6, &[], &[1])];
    let rule = DeclaredLocks::new(parameters(GREEDY.0, GREEDY.1, 9, 100), 2, &all, 100);
    assert_eq!(rule.next(Lane(0)), Task::Execute(first(TxIndex(0))));
    // On the way, the two readers are queued behind the writer.
    assert_eq!(rule.next(Lane(1)), Task::Execute(first(TxIndex(3))));
    rule.executed(first(TxIndex(3)), crate::strategy::Executed::default());
    let on = Some(first(TxIndex(0)));
    assert_eq!(
        rule.next(Lane(1)),
        Task::Wait(Wait { reason: WaitReason::NothingReady, on }),
        "both readers belong to the other lane"
    );
    for tx in [0, 1] {
        rule.executed(first(TxIndex(tx)), crate::strategy::Executed::default());
        assert_eq!(rule.next(Lane(0)), Task::Execute(first(TxIndex(tx + 1))));
    }
}

#[test]
fn what_does_not_fit_waits_for_the_next_slot_or_is_dropped() {
    let large = Wants { gas: 41, ..wants(9, &[], &[0]) };
    let follower = Wants { before: Some(TxIndex(0)), ..wants(9, &[], &[1]) };
    let mut all = vec![large, follower];
    all.extend((0..5).map(|_| wants(1, &[], &[2])));
    let play = run(parameters(GREEDY.0, GREEDY.1, 9, 40), &all, 2, 100, false);
    let expected = [
        Notice::Dropped(TxIndex(0)),
        Notice::Dropped(TxIndex(1)),
        Notice::Deferred(TxIndex(6)),
        Notice::Slot(2),
    ];
    assert_eq!(play.notices, expected);
    assert_eq!(play.order, [2, 3, 4, 5, 6]);
}
