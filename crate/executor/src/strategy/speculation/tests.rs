//! The rules in which it differs from the default, one by one.

use lanescope_protocol::strategy::Balances;

use super::*;
use crate::strategy::Strategy;

const A: Lane = Lane(0);
const B: Lane = Lane(1);
const STALE: Finding = Finding::Stale { on: None };
/// Nothing is special about it.
const FINE: Executed = Executed { doubtful: false, last_check: false };
/// Everybody has read what changed.
const ALL: &dyn Fn(TxIndex) -> bool = &|_| true;
/// Nobody has.
const NONE: &dyn Fn(TxIndex) -> bool = &|_| false;

const PUSH: BlockStm = BlockStm {
    invalidation: Invalidation::Push,
    estimates: true,
    balances: Balances::Added,
    hints: Expectation::Nothing,
    validation: ValidationOrder::Any,
};
const PULL: BlockStm = BlockStm { invalidation: Invalidation::Pull, ..PUSH };

fn v(tx: u32, incarnation: u16) -> Version {
    Version { tx: TxIndex(tx), incarnation: Incarnation(incarnation) }
}

fn speculation(rules: BlockStm, depends: &[&[u32]], plan: Plan) -> Speculation {
    let depends = depends.iter().map(|of| of.iter().copied().map(TxIndex).collect());
    let (batches, depends) = (vec![1; depends.len()].into(), depends.collect());
    Speculation::new_speculation(2, Plan { batches, depends, ..plan }, rules)
}

/// A block of which so many transactions are under way.
fn under_way(rules: BlockStm, transactions: u32) -> Speculation {
    let none: Vec<&[u32]> = vec![&[]; transactions as usize];
    let stm = speculation(rules, &none, Plan::default());
    for tx in 0..transactions {
        assert_eq!(stm.next(A), Task::Execute(v(tx, 0)));
    }
    stm
}

#[track_caller]
fn abort(stm: &Speculation, version: Version, finding: Finding) {
    assert!(stm.validated(version, finding));
    stm.published(version.tx, ALL);
    stm.aborted(version, finding);
}

/// Makes everything final that can be; every head must be checked as said.
fn commit(stm: &Speculation, checked: bool) -> u32 {
    assert!(stm.begin_commits());
    while let Some(Head { version, check }) = stm.head() {
        assert_eq!(check, checked);
        stm.commit(version);
    }
    stm.end_commits();
    stm.committed()
}

#[test]
fn under_pull_everybody_is_checked_and_again_after_every_change_before() {
    let stm = under_way(PULL, 3);
    assert!(stm.executed(v(1, 0), FINE), "whoever has run it checks it");
    assert!(!stm.validated(v(1, 0), Finding::Holds));
    assert!(stm.executed(v(2, 0), FINE));
    stm.published(TxIndex(0), NONE);
    assert_eq!(stm.next(B), Task::Validate(v(1, 0)), "nobody asks who has read it");
    assert!(!stm.validated(v(2, 0), Finding::Holds));
    assert_eq!(stm.next(B), Task::Validate(v(2, 0)), "it changed while the third was checked");
    assert!(!stm.validated(v(1, 0), Finding::Holds));
    abort(&stm, v(2, 0), STALE);
    assert_eq!(stm.next(B), Task::Execute(v(2, 1)));
    assert!(stm.executed(v(0, 0), FINE));
    assert_eq!(commit(&stm, true), 0, "it is being checked");
    assert!(!stm.validated(v(0, 0), Finding::Holds));
    assert_eq!(commit(&stm, true), 2);
}

#[test]
fn under_push_only_readers_are_checked() {
    let stm = under_way(PUSH, 4);
    for tx in 1..3 {
        assert!(!stm.executed(v(tx, 0), FINE));
    }
    stm.published(TxIndex(0), &|tx| tx == TxIndex(2));
    assert!(!stm.executed(v(0, 0), FINE));
    assert_eq!(stm.work(), 1);
    assert_eq!(stm.next(B), Task::Validate(v(2, 0)));
    assert!(stm.executed(v(3, 0), FINE), "nobody knew what it would read");
    assert_eq!(commit(&stm, false), 2);
    abort(&stm, v(2, 0), Finding::Stale { on: Some(TxIndex(1)) });
    assert_eq!(stm.next(B), Task::Execute(v(2, 1)), "the second has run already");
}

#[test]
fn in_order_only_the_first_is_checked() {
    let stm = under_way(BlockStm { validation: ValidationOrder::InOrder, ..PULL }, 3);
    assert!(!stm.executed(v(1, 0), FINE));
    assert!(!stm.executed(v(2, 0), FINE));
    assert_eq!(stm.work(), 0);
    assert!(matches!(stm.next(B), Task::Wait(_)));
    assert!(stm.executed(v(0, 0), FINE), "it is the first");
    assert!(!stm.validated(v(0, 0), Finding::Holds));
    assert_eq!((commit(&stm, true), stm.work()), (1, 1));
    assert_eq!(stm.next(B), Task::Validate(v(1, 0)));
    assert!(matches!(stm.next(A), Task::Wait(_)));
    abort(&stm, v(1, 0), STALE);
    assert_eq!(stm.next(A), Task::Execute(v(1, 1)));
    assert!(stm.executed(v(1, 1), FINE));
    assert!(!stm.validated(v(1, 1), Finding::Holds));
    assert_eq!(commit(&stm, true), 2);
    assert_eq!(stm.next(B), Task::Validate(v(2, 0)));
}

#[test]
fn a_hint_holds_a_transaction_back_until_all_it_names_have_run() {
    let stm = speculation(PUSH, &[&[], &[], &[0, 1], &[]], Plan::default());
    assert_eq!(stm.work(), 3);
    assert_eq!(stm.next(A), Task::Execute(v(0, 0)));
    assert_eq!(stm.next(B), Task::Execute(v(1, 0)));
    assert_eq!(stm.next(B), Task::Execute(v(3, 0)));
    let wait = |tx| Task::Wait(Wait { reason: WaitReason::Dependency, on: Some(v(tx, 0)) });
    assert_eq!(stm.next(B), wait(0));
    stm.executed(v(0, 0), FINE);
    assert_eq!(stm.next(B), wait(1));
    stm.executed(v(1, 0), FINE);
    assert_eq!(stm.next(B), Task::Execute(v(2, 0)));
}

#[test]
fn a_hint_that_looks_forward_is_dropped() {
    let stm = speculation(PUSH, &[&[1, 0, 7], &[]], Plan::default());
    assert_eq!(stm.next(A), Task::Execute(v(0, 0)));
    assert_eq!(stm.next(A), Task::Execute(v(1, 0)));
}

#[test]
fn who_must_be_the_first_waits_for_that() {
    let plan = Plan { first: [TxIndex(0), TxIndex(1)].into(), ..Plan::default() };
    let stm = speculation(PUSH, &[&[], &[], &[]], plan);
    assert_eq!(stm.next(A), Task::Execute(v(0, 0)));
    assert_eq!(stm.next(B), Task::Execute(v(2, 0)));
    stm.executed(v(0, 0), FINE);
    assert!(matches!(stm.next(A), Task::Wait(_)), "it has run, but is not final");
    assert_eq!(commit(&stm, false), 1);
    assert_eq!(stm.next(A), Task::Execute(v(1, 0)));
}

#[test]
fn who_depends_on_the_one_before_only_stays_on_its_lane() {
    let depends: [&[u32]; 4] = [&[], &[0], &[0, 1], &[]];
    for chains_stay in [true, false] {
        let stm = speculation(PUSH, &depends, Plan { chains_stay, ..Plan::default() });
        assert_eq!(stm.next(B), Task::Execute(v(0, 0)));
        stm.executed(v(0, 0), FINE);
        if chains_stay {
            assert_eq!(stm.next(A), Task::Execute(v(3, 0)));
            assert!(matches!(stm.next(A), Task::Wait(_)));
            assert_eq!(stm.next(B), Task::Execute(v(1, 0)));
        } else {
            assert_eq!(stm.next(A), Task::Execute(v(1, 0)));
        }
        stm.executed(v(1, 0), FINE);
        assert_eq!(stm.next(A), Task::Execute(v(2, 0)), "it depends on two, and is anybody's");
    }
}

#[test]
fn what_is_kept_for_a_lane_that_is_gone_goes_to_others() {
    let stm = speculation(PUSH, &[&[], &[0]], Plan { chains_stay: true, ..Plan::default() });
    assert_eq!(stm.next(B), Task::Execute(v(0, 0)));
    stm.executed(v(0, 0), FINE);
    assert!(matches!(stm.next(A), Task::Wait(_)));
    stm.lane_gone(B);
    assert_eq!(stm.next(A), Task::Execute(v(1, 0)));
}

#[test]
fn who_met_an_estimate_waits_until_it_is_written_again() {
    let stm = under_way(PULL, 2);
    stm.blocked(v(1, 0), TxIndex(0));
    assert!(matches!(stm.next(B), Task::Wait(Wait { reason: WaitReason::Dependency, .. })));
    assert!(stm.executed(v(0, 0), FINE));
    assert_eq!(stm.next(B), Task::Execute(v(1, 1)));
    stm.blocked(v(1, 1), TxIndex(0));
    assert_eq!(stm.next(B), Task::Execute(v(1, 2)), "it is there again");
}

#[test]
fn who_is_thrown_away_too_often_waits_to_be_the_first() {
    let stm = under_way(PULL, 2);
    for incarnation in 0..INCARNATIONS_BEFORE_WAITING {
        assert!(stm.executed(v(1, incarnation), FINE));
        abort(&stm, v(1, incarnation), STALE);
        if incarnation + 1 < INCARNATIONS_BEFORE_WAITING {
            assert_eq!(stm.next(B), Task::Execute(v(1, incarnation + 1)));
        }
    }
    assert!(matches!(stm.next(B), Task::Wait(_)));
    assert!(stm.executed(v(0, 0), FINE));
    assert!(!stm.validated(v(0, 0), Finding::Holds));
    assert_eq!(commit(&stm, true), 1);
    assert_eq!(stm.next(B), Task::Execute(v(1, INCARNATIONS_BEFORE_WAITING)));
}

#[test]
fn calls_of_a_contended_contract_follow_each_other() {
    use crate::strategy::Like;
    let like = |before| Like { class: 0, before };
    let likes = [like(Like::NONE.before), like(0), like(1)].into();
    let plan = Plan { likes, classes: 1, ..Plan::default() };
    let rules = BlockStm { hints: Expectation::Contract, ..PULL };
    let stm = speculation(rules, &[&[], &[], &[]], plan);
    assert_eq!(stm.next(A), Task::Execute(v(0, 0)));
    assert_eq!(stm.next(B), Task::Execute(v(1, 0)), "nothing is known yet");
    assert!(stm.executed(v(1, 0), FINE));
    abort(&stm, v(1, 0), STALE);
    assert_eq!(stm.next(B), Task::Execute(v(1, 1)), "it has run once");
    assert!(matches!(stm.next(A), Task::Wait(_)), "the third waits for the second");
    assert!(stm.executed(v(1, 1), FINE));
    assert_eq!(stm.next(A), Task::Execute(v(2, 0)));
}
