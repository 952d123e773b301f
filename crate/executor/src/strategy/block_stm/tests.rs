//! The rules of Block-STM, one by one.

use lanescope_protocol::Incarnation;

use super::*;

const A: Lane = Lane(0);
const B: Lane = Lane(1);
const STALE: Finding = Finding::Stale { on: None };
/// Everybody has read what changed.
const ALL: &dyn Fn(TxIndex) -> bool = &|_| true;
/// Nobody has.
const NONE: &dyn Fn(TxIndex) -> bool = &|_| false;

fn v(tx: u32, incarnation: u16) -> Version {
    Version { tx: TxIndex(tx), incarnation: Incarnation(incarnation) }
}

/// A block of which so many transactions are under way.
fn under_way(transactions: usize) -> BlockStm {
    let stm = BlockStm::new(transactions);
    for tx in 0..transactions as u32 {
        assert_eq!(stm.next(A), Task::Execute(v(tx, 0)), "the lowest goes first");
    }
    stm
}

fn head(version: Version) -> Option<Head> {
    Some(Head { version, check: false })
}

/// Aborts an incarnation whose check is under way.
#[track_caller]
fn abort(stm: &BlockStm, version: Version, finding: Finding) {
    assert!(stm.validated(version, finding));
    stm.published(version.tx, ALL);
    stm.aborted(version, finding);
}

#[test]
fn the_lowest_goes_first_and_commits_come_in_order() {
    let stm = under_way(2);
    assert_eq!(stm.work(), 0);
    stm.executed(v(1, 0), false);
    let wait = Wait { reason: WaitReason::NothingReady, on: Some(v(0, 0)) };
    assert_eq!(stm.next(B), Task::Wait(wait));
    assert!(stm.begin_commits());
    assert_eq!(stm.head(), None, "the second must not commit before the first");
    stm.executed(v(0, 0), false);
    assert_eq!(stm.head(), head(v(0, 0)));
    stm.commit(v(0, 0));
    assert_eq!((stm.committed(), stm.head()), (1, head(v(1, 0))));
    stm.commit(v(1, 0));
    assert_eq!((stm.committed(), stm.head()), (2, None));
    assert_eq!((stm.next(A), stm.next(B)), (Task::Done, Task::Done));
    assert_eq!(stm.work(), usize::MAX, "everybody shall come and see");
}

#[test]
fn a_block_without_transactions_is_done() {
    let stm = BlockStm::new(0);
    assert_eq!(stm.next(A), Task::Done);
    assert_eq!(stm.head(), None);
}

#[test]
fn one_lane_commits_at_a_time_and_looks_again_at_the_end() {
    let stm = under_way(1);
    assert!(stm.begin_commits());
    assert!(!stm.begin_commits());
    assert!(!stm.end_commits(), "nothing has run yet");
    assert!(stm.begin_commits());
    assert_eq!(stm.head(), None);
    stm.executed(v(0, 0), false);
    assert!(!stm.begin_commits(), "whoever finished leaves it to the one who commits");
    assert!(stm.end_commits(), "who therefore hears of it");
    assert!(stm.begin_commits());
}

#[test]
fn a_reader_of_what_changed_is_checked_thrown_away_and_run_again() {
    let stm = under_way(3);
    stm.executed(v(1, 0), false);
    stm.executed(v(2, 0), false);
    stm.published(TxIndex(0), &|tx| tx == TxIndex(2));
    stm.executed(v(0, 0), false);
    assert_eq!(stm.work(), 1);
    assert_eq!(stm.next(A), Task::Validate(v(2, 0)));
    assert!(matches!(stm.next(B), Task::Wait(_)), "once is enough");
    assert!(!stm.validated(v(2, 1), STALE), "there is no such incarnation");
    assert!(stm.validated(v(2, 0), STALE));
    assert!(!stm.validated(v(2, 0), STALE), "only one lane throws it away");
    stm.aborted(v(2, 0), STALE);
    assert_eq!(stm.next(B), Task::Execute(v(2, 1)));
    stm.commit(v(0, 0));
    assert_eq!(stm.head(), head(v(1, 0)), "the other has read something else");
}

#[test]
fn a_change_while_it_runs_counts_whatever_it_has_read() {
    let stm = under_way(2);
    stm.published(TxIndex(0), NONE);
    stm.executed(v(0, 0), false);
    stm.commit(v(0, 0));
    stm.executed(v(1, 0), false);
    assert_eq!(stm.head(), None, "it must not commit while it is doubted");
    assert_eq!(stm.next(B), Task::Validate(v(1, 0)));
    assert_eq!(stm.head(), None, "nor while it is checked");
    assert!(!stm.validated(v(1, 0), Finding::Holds));
    assert_eq!(stm.head(), head(v(1, 0)));
}

#[test]
fn a_change_while_it_is_checked_leads_to_another_check() {
    let stm = under_way(2);
    stm.executed(v(1, 0), false);
    stm.published(TxIndex(0), ALL);
    assert_eq!(stm.next(A), Task::Validate(v(1, 0)));
    stm.published(TxIndex(0), ALL);
    assert!(matches!(stm.next(B), Task::Wait(_)), "not two checks at once");
    assert!(!stm.validated(v(1, 0), Finding::Holds));
    assert_eq!(stm.next(B), Task::Validate(v(1, 0)));
}

#[test]
fn who_has_not_begun_is_not_doubted() {
    let stm = BlockStm::new(2);
    assert_eq!(stm.next(A), Task::Execute(v(0, 0)));
    stm.published(TxIndex(0), ALL);
    stm.executed(v(0, 0), false);
    assert_eq!(stm.next(A), Task::Execute(v(1, 0)));
    stm.executed(v(1, 0), false);
    stm.commit(v(0, 0));
    assert_eq!(stm.head(), head(v(1, 0)));
}

#[test]
fn earlier_and_final_ones_are_not_doubted() {
    let stm = under_way(3);
    for tx in 0..3 {
        stm.executed(v(tx, 0), false);
    }
    stm.commit(v(0, 0));
    stm.commit(v(1, 0));
    stm.published(TxIndex(2), ALL);
    stm.published(TxIndex(0), &|tx| tx == TxIndex(1));
    assert_eq!(stm.head(), head(v(2, 0)));
}

#[test]
fn running_again_goes_before_running_first_and_the_lowest_before_all() {
    let stm = BlockStm::new(4);
    for tx in 0..3 {
        assert_eq!(stm.next(A), Task::Execute(v(tx, 0)));
    }
    stm.executed(v(1, 0), false);
    stm.executed(v(2, 0), false);
    stm.published(TxIndex(0), ALL);
    assert_eq!(stm.next(A), Task::Validate(v(1, 0)));
    abort(&stm, v(1, 0), STALE);
    assert_eq!(stm.work(), 3, "one to run again, one to check, one that is new");
    assert_eq!(stm.next(A), Task::Execute(v(1, 1)));
    assert_eq!(stm.next(A), Task::Validate(v(2, 0)));
    assert_eq!(stm.next(A), Task::Execute(v(3, 0)));
}

#[test]
fn who_met_an_estimate_waits_until_it_is_written_again() {
    let stm = under_way(3);
    stm.executed(v(1, 0), false);
    stm.published(TxIndex(0), ALL);
    assert_eq!(stm.next(A), Task::Validate(v(1, 0)));
    assert!(stm.validated(v(1, 0), STALE));
    // The third meets the mark before the second may run again, and so is noted beside it.
    stm.blocked(v(2, 0), TxIndex(1));
    stm.aborted(v(1, 0), STALE);
    assert_eq!(stm.next(B), Task::Execute(v(1, 1)));
    let wait = Wait { reason: WaitReason::Dependency, on: Some(v(1, 1)) };
    assert_eq!(stm.next(A), Task::Wait(wait));
    stm.executed(v(1, 1), false);
    assert_eq!(stm.next(B), Task::Execute(v(2, 1)));
}

#[test]
fn who_met_an_estimate_that_is_gone_runs_at_once() {
    let stm = under_way(2);
    stm.executed(v(0, 0), false);
    stm.blocked(v(1, 0), TxIndex(0));
    assert_eq!(stm.next(A), Task::Execute(v(1, 1)));
    stm.commit(v(0, 0));
    stm.blocked(v(1, 1), TxIndex(0));
    assert_eq!(stm.next(A), Task::Execute(v(1, 2)));
}

#[test]
fn a_stale_one_that_now_depends_on_an_estimate_waits_for_it() {
    let stm = under_way(2);
    stm.executed(v(1, 0), false);
    stm.published(TxIndex(0), ALL);
    assert_eq!(stm.next(A), Task::Validate(v(1, 0)));
    abort(&stm, v(1, 0), Finding::Stale { on: Some(TxIndex(0)) });
    assert!(matches!(stm.next(A), Task::Wait(Wait { reason: WaitReason::Dependency, .. })));
    stm.executed(v(0, 0), false);
    assert_eq!(stm.next(A), Task::Execute(v(1, 1)));
}

#[test]
fn several_wait_for_one() {
    let stm = under_way(4);
    for tx in [3, 1, 2] {
        stm.blocked(v(tx, 0), TxIndex(0));
    }
    assert!(matches!(stm.next(A), Task::Wait(_)));
    stm.executed(v(0, 0), false);
    assert_eq!(stm.work(), 3);
    for tx in 1..4 {
        assert_eq!(stm.next(A), Task::Execute(v(tx, 1)));
    }
}

#[test]
fn who_is_thrown_away_too_often_waits_to_be_the_first() {
    let stm = under_way(3);
    for incarnation in 0..INCARNATIONS_BEFORE_WAITING {
        stm.executed(v(2, incarnation), false);
        stm.published(TxIndex(0), ALL);
        assert_eq!(stm.next(B), Task::Validate(v(2, incarnation)));
        abort(&stm, v(2, incarnation), STALE);
        if incarnation + 1 < INCARNATIONS_BEFORE_WAITING {
            assert_eq!(stm.next(B), Task::Execute(v(2, incarnation + 1)));
        }
    }
    for tx in 0..2 {
        assert!(matches!(stm.next(B), Task::Wait(_)), "T{tx} is still open");
        stm.executed(v(tx, 0), false);
        while let Task::Validate(version) = stm.next(A) {
            stm.validated(version, Finding::Holds);
        }
        stm.commit(v(tx, 0));
    }
    assert_eq!(stm.next(B), Task::Execute(v(2, INCARNATIONS_BEFORE_WAITING)));
}

#[test]
fn who_is_first_already_does_not_wait_for_it() {
    let stm = under_way(1);
    stm.reopen(v(0, INCARNATIONS_BEFORE_WAITING), None);
    assert_eq!(stm.next(A), Task::Execute(v(0, INCARNATIONS_BEFORE_WAITING + 1)));
}

#[test]
fn a_last_check_is_for_the_head_alone() {
    let stm = under_way(2);
    stm.executed(v(1, 0), true);
    assert_eq!(stm.head(), None);
    stm.executed(v(0, 0), true);
    assert_eq!(stm.head(), Some(Head { version: v(0, 0), check: true }));
    assert_eq!(stm.head(), None, "it is being checked");
    stm.commit(v(0, 0));
    assert_eq!(stm.head(), Some(Head { version: v(1, 0), check: true }));
    abort(&stm, v(1, 0), STALE);
    assert_eq!(stm.head(), None);
    assert_eq!(stm.next(A), Task::Execute(v(1, 1)));
    stm.executed(v(1, 1), false);
    assert_eq!(stm.head(), head(v(1, 1)), "this time nothing was taken on trust");
}
