//! The rules of rounds, one by one.

use super::*;
use crate::strategy::{NO_GROUP, Strategy};

const A: Lane = Lane(0);
const B: Lane = Lane(1);
const STALE: Finding = Finding::Stale { on: None };

fn v(tx: u32, incarnation: u16) -> Version {
    Version { tx: TxIndex(tx), incarnation: Incarnation(incarnation) }
}

fn rounds(max_rounds: u8, groups: &[u32]) -> Rounds {
    let batches = vec![1; groups.len()].into();
    let plan = Plan { batches, groups: groups.into(), ..Plan::default() };
    Rounds::new_rounds(2, plan, &Parameters { max_rounds, ..Parameters::default() })
}

/// What lanes do that find every task done at once, until there is nothing left but to commit.
/// `stale` answers for each incarnation what its validation finds. Answers the tasks.
fn play(rounds: &Rounds, stale: impl Fn(Version) -> Option<Finding>) -> Vec<Task> {
    let mut tasks = Vec::new();
    loop {
        let task = rounds.next(A);
        match task {
            Task::Execute(version) => assert!(!rounds.executed(version, Executed::default())),
            Task::Validate(version) => {
                let finding = stale(version).unwrap_or(Finding::Holds);
                if rounds.validated(version, finding) {
                    rounds.aborted(version, finding);
                }
            }
            Task::Tell(_) => {}
            Task::Wait(_) | Task::Done => return tasks,
        }
        tasks.push(task);
    }
}

/// Makes everything final that can be.
fn commit(rounds: &Rounds) -> u32 {
    assert!(rounds.begin_commits());
    while let Some(Head { version, check }) = rounds.head() {
        assert!(check);
        rounds.commit(version);
    }
    rounds.end_commits();
    rounds.committed()
}

#[test]
fn everybody_runs_then_everybody_is_validated() {
    let rounds = rounds(10, &[NO_GROUP; 2]);
    assert_eq!(rounds.next(B), Task::Tell(Notice::Round(1)));
    assert_eq!(rounds.next(A), Task::Execute(v(0, 0)));
    assert_eq!(rounds.next(B), Task::Execute(v(1, 0)));
    rounds.executed(v(1, 0), Executed { doubtful: true, last_check: true });
    let barrier = |tx| Wait { reason: WaitReason::Barrier, on: Some(v(tx, 0)) };
    assert_eq!(rounds.next(B), Task::Wait(barrier(0)), "nobody is validated before all have run");
    assert_eq!((rounds.work(), rounds.head()), (0, None));
    rounds.executed(v(0, 0), Executed::default());
    assert_eq!(rounds.work(), 2);
    assert_eq!(rounds.next(B), Task::Validate(v(0, 0)));
    assert_eq!(rounds.next(A), Task::Validate(v(1, 0)));
    assert_eq!(rounds.next(A), Task::Wait(barrier(0)));
    assert!(!rounds.validated(v(1, 0), Finding::Holds));
    assert_eq!(commit(&rounds), 0);
    assert!(!rounds.validated(v(0, 0), Finding::Holds));
    assert!(matches!(rounds.next(A), Task::Wait(Wait { reason: WaitReason::Merge, .. })));
    assert_eq!((commit(&rounds), rounds.next(A), rounds.work()), (2, Task::Done, usize::MAX));
}

#[test]
fn stale_ones_run_again_in_the_next_round() {
    let rounds = rounds(10, &[NO_GROUP; 3]);
    let tasks = play(&rounds, |version| (version == v(1, 0)).then_some(STALE));
    assert_eq!(tasks.len(), 7);
    assert_eq!(commit(&rounds), 1, "what comes after it is not final yet");
    let again = [
        Task::Tell(Notice::Round(2)),
        Task::Execute(v(1, 1)),
        Task::Validate(v(1, 1)),
        Task::Validate(v(2, 0)),
    ];
    assert_eq!(play(&rounds, |_| None), again);
    assert_eq!(commit(&rounds), 3);
}

#[test]
fn who_depends_on_a_stale_one_waits_until_it_is_validated() {
    let rounds = rounds(10, &[NO_GROUP; 3]);
    play(&rounds, |version| match version.tx.0 {
        0 => None,
        1 => Some(STALE),
        _ => Some(Finding::Stale { on: Some(TxIndex(1)) }),
    });
    assert_eq!(commit(&rounds), 1);
    let second = [Task::Tell(Notice::Round(2)), Task::Execute(v(1, 1)), Task::Validate(v(1, 1))];
    assert_eq!(play(&rounds, |_| None), second);
    assert_eq!(commit(&rounds), 2);
    let third = [Task::Tell(Notice::Round(3)), Task::Execute(v(2, 1)), Task::Validate(v(2, 1))];
    assert_eq!(play(&rounds, |_| None), third);
    assert_eq!(commit(&rounds), 3);
}

#[test]
fn who_meets_an_estimate_sits_out() {
    let rounds = rounds(10, &[NO_GROUP; 2]);
    assert_eq!(rounds.next(A), Task::Tell(Notice::Round(1)));
    assert_eq!(rounds.next(A), Task::Execute(v(0, 0)));
    assert_eq!(rounds.next(B), Task::Execute(v(1, 0)));
    rounds.blocked(v(1, 0), TxIndex(0));
    assert!(matches!(rounds.next(B), Task::Wait(Wait { reason: WaitReason::Barrier, .. })));
    rounds.executed(v(0, 0), Executed::default());
    assert_eq!(play(&rounds, |_| None), [Task::Validate(v(0, 0))]);
    assert_eq!(commit(&rounds), 1);
    assert_eq!(rounds.next(A), Task::Tell(Notice::Round(2)));
    assert_eq!(rounds.next(A), Task::Execute(v(1, 1)));
}

#[test]
fn when_all_rounds_are_used_up_the_rest_runs_one_by_one() {
    let rounds = rounds(1, &[NO_GROUP; 4]);
    // The first holds; the third does in this round, but what it holds on runs again.
    play(&rounds, |version| [1, 3].contains(&version.tx.0).then_some(STALE));
    assert_eq!(commit(&rounds), 1);
    let fell_back = Notice::FellBack(FallbackReason::RoundsUsedUp);
    assert_eq!(play(&rounds, |_| None), [Task::Tell(fell_back), Task::Execute(v(1, 1))]);
    assert_eq!((rounds.work(), commit(&rounds)), (0, 2), "it has seen final values only");
    assert_eq!(play(&rounds, |_| Some(STALE)), [Task::Validate(v(2, 0)), Task::Execute(v(2, 1))]);
    assert_eq!(commit(&rounds), 3);
    assert_eq!(play(&rounds, |_| None), [Task::Execute(v(3, 1))]);
    assert_eq!(commit(&rounds), 4);
}

#[test]
fn one_that_does_not_hold_at_the_end_runs_in_the_next_round() {
    let rounds = rounds(10, &[NO_GROUP; 1]);
    play(&rounds, |_| None);
    assert!(rounds.begin_commits());
    let head = rounds.head();
    assert_eq!(head, Some(Head { version: v(0, 0), check: true }));
    assert_eq!(rounds.head(), None, "it is being merged");
    assert!(rounds.validated(v(0, 0), STALE));
    assert!(!rounds.validated(v(0, 0), STALE), "once is enough");
    rounds.aborted(v(0, 0), STALE);
    assert!(!rounds.end_commits());
    let tasks = play(&rounds, |_| None);
    assert_eq!(tasks[..2], [Task::Tell(Notice::Round(2)), Task::Execute(v(0, 1))]);
}

#[test]
fn groups_stay_on_a_lane_for_a_round() {
    let rounds = rounds(10, &[4, NO_GROUP, 4]);
    assert_eq!(rounds.next(A), Task::Tell(Notice::Round(1)));
    assert_eq!(rounds.next(A), Task::Execute(v(0, 0)));
    assert_eq!(rounds.next(B), Task::Execute(v(1, 0)));
    assert!(matches!(rounds.next(B), Task::Wait(_)), "the third follows the first");
    rounds.executed(v(0, 0), Executed::default());
    assert_eq!(rounds.next(A), Task::Execute(v(2, 0)));
}

#[test]
fn a_block_without_transactions_is_done() {
    assert_eq!(rounds(1, &[]).next(A), Task::Done);
}
