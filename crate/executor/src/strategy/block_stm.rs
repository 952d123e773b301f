//! Block-STM (Gelashvili et al., 2022), with push invalidation and rolling commit.
//!
//! Every transaction is run as early as lanes allow, lowest index first. Whoever publishes names
//! the readers whose values may have changed (the multi-version memory registers readers); those
//! are validated, and aborted if a value really differs. Block order is kept by commits: a
//! transaction commits only after all earlier ones, and only if its reads still hold then. That
//! last check alone makes the result right; everything before it only makes it fast.

use std::collections::BTreeSet;

use lanescope_protocol::event::WaitReason;
use lanescope_protocol::{Incarnation, Lane, TxIndex, Version};

use super::{Finding, Strategy, Task, Wait};

/// A transaction that was thrown away this often waits until all earlier ones are final: it then
/// runs exactly once more. Bounds the work on blocks that no speculation helps.
const INCARNATIONS_BEFORE_WAITING: u16 = 16;

#[derive(Debug)]
pub(super) struct BlockStm {
    transactions: Vec<Transaction>,
    /// May be run now.
    ready: BTreeSet<TxIndex>,
    /// Were executed, but a value they read may have changed since.
    doubtful: BTreeSet<TxIndex>,
    /// Wait for another transaction to run: lowest first, to tell lanes what they wait for.
    parked: BTreeSet<TxIndex>,
    /// So many transactions, from the first, are final.
    committed: u32,
    /// A lane is committing the next one.
    committing: bool,
}

#[derive(Debug)]
struct Transaction {
    status: Status,
    incarnation: Incarnation,
    /// Something it read changed while it ran.
    disturbed: bool,
    /// Transactions that wait until this one has run.
    dependents: Vec<TxIndex>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// In `ready`.
    Ready,
    /// In `parked`.
    Parked {
        on: TxIndex,
        reason: WaitReason,
    },
    /// Waits until every earlier transaction is final. In `parked`.
    LastResort,
    Executing,
    Executed,
    /// Its writes are being marked.
    Aborting,
    Committed,
}

impl BlockStm {
    /// `same_sender[i]`: the transaction before `i` of the same sender. Running `i` before it has
    /// run once is pointless, its nonce cannot fit.
    pub(super) fn new(same_sender: Vec<Option<TxIndex>>) -> Self {
        let mut this = Self {
            transactions: Vec::with_capacity(same_sender.len()),
            ready: BTreeSet::new(),
            doubtful: BTreeSet::new(),
            parked: BTreeSet::new(),
            committed: 0,
            committing: false,
        };
        for (index, before) in same_sender.into_iter().enumerate() {
            let tx = TxIndex(index as u32);
            let status = match before {
                Some(on) => {
                    this.transactions[on.get()].dependents.push(tx);
                    this.parked.insert(tx);
                    Status::Parked { on, reason: WaitReason::SameSender }
                }
                None => {
                    this.ready.insert(tx);
                    Status::Ready
                }
            };
            this.transactions.push(Transaction {
                status,
                incarnation: Incarnation(0),
                disturbed: false,
                dependents: Vec::new(),
            });
        }
        this
    }

    fn of(&mut self, tx: TxIndex) -> &mut Transaction {
        &mut self.transactions[tx.get()]
    }

    fn version(&self, tx: TxIndex) -> Version {
        Version { tx, incarnation: self.transactions[tx.get()].incarnation }
    }

    fn is(&self, version: Version, status: Status) -> bool {
        let transaction = &self.transactions[version.tx.get()];
        transaction.incarnation == version.incarnation && transaction.status == status
    }

    /// The reads of these transactions may be stale.
    fn doubt(&mut self, affected: &[TxIndex]) {
        for tx in affected {
            let transaction = &mut self.transactions[tx.get()];
            match transaction.status {
                Status::Executing => transaction.disturbed = true,
                Status::Executed => {
                    self.doubtful.insert(*tx);
                }
                // The others will read anew, or are final.
                _ => {}
            }
        }
    }

    /// The next incarnation of a transaction may run, at once or after `on` has.
    fn reopen(&mut self, tx: TxIndex, on: Option<TxIndex>) {
        let next = self.of(tx).incarnation.next();
        self.of(tx).incarnation = next;
        self.of(tx).disturbed = false;
        self.doubtful.remove(&tx);
        if next.0 >= INCARNATIONS_BEFORE_WAITING && self.committed < tx.0 {
            self.of(tx).status = Status::LastResort;
            self.parked.insert(tx);
            return;
        }
        let pending = on.filter(|on| {
            !matches!(self.transactions[on.get()].status, Status::Executed | Status::Committed)
        });
        match pending {
            Some(on) => {
                self.of(tx).status = Status::Parked { on, reason: WaitReason::Dependency };
                self.of(on).dependents.push(tx);
                self.parked.insert(tx);
            }
            None => self.make_ready(tx),
        }
    }

    fn make_ready(&mut self, tx: TxIndex) {
        self.of(tx).status = Status::Ready;
        self.parked.remove(&tx);
        self.ready.insert(tx);
    }

    fn commit_task(&mut self) -> Option<Task> {
        let version = self.version(TxIndex(self.committed));
        let ready = !self.committing && self.is(version, Status::Executed);
        ready.then(|| {
            self.committing = true;
            self.doubtful.remove(&version.tx);
            Task::Commit(version)
        })
    }

    fn wait(&self) -> Wait {
        let parked = self.parked.first().map(|tx| self.transactions[tx.get()].status);
        let (on, reason) = match parked {
            Some(Status::Parked { on, reason }) => (on, reason),
            Some(Status::LastResort) => (TxIndex(self.committed), WaitReason::Dependency),
            _ => (TxIndex(self.committed), WaitReason::NothingReady),
        };
        Wait { reason, on: Some(self.version(on)) }
    }
}

impl Strategy for BlockStm {
    fn next(&mut self, _lane: Lane) -> Task {
        if self.committed as usize == self.transactions.len() {
            return Task::Done;
        }
        if let Some(task) = self.commit_task() {
            return task;
        }
        // Lowest index first; on a tie there is none: a transaction is never in both sets.
        let execute_first = match (self.doubtful.first(), self.ready.first()) {
            (Some(doubtful), Some(ready)) => ready < doubtful,
            (None, Some(_)) => true,
            _ => false,
        };
        if execute_first && let Some(tx) = self.ready.pop_first() {
            self.of(tx).status = Status::Executing;
            self.of(tx).disturbed = false;
            return Task::Execute(self.version(tx));
        }
        match self.doubtful.pop_first() {
            Some(tx) => Task::Validate(self.version(tx)),
            None => Task::Wait(self.wait()),
        }
    }

    fn executed(&mut self, version: Version, affected: &[TxIndex]) {
        let transaction = self.of(version.tx);
        transaction.status = Status::Executed;
        let disturbed = core::mem::take(&mut transaction.disturbed);
        let dependents = core::mem::take(&mut transaction.dependents);
        if disturbed {
            self.doubtful.insert(version.tx);
        }
        self.doubt(affected);
        for tx in dependents {
            let waits = matches!(
                self.transactions[tx.get()].status,
                Status::Parked { on, .. } if on == version.tx
            );
            if waits {
                self.make_ready(tx);
            }
        }
    }

    fn blocked(&mut self, version: Version, on: TxIndex) {
        self.reopen(version.tx, Some(on));
    }

    fn validated(&mut self, version: Version, finding: Finding) -> bool {
        // Another lane may have aborted this incarnation, or committed it, in the meantime.
        if finding == Finding::Holds || !self.is(version, Status::Executed) {
            return false;
        }
        if self.committing && version.tx.0 == self.committed {
            self.committing = false;
        }
        self.of(version.tx).status = Status::Aborting;
        true
    }

    fn aborted(&mut self, version: Version, affected: &[TxIndex], finding: Finding) {
        self.doubt(affected);
        let on = match finding {
            Finding::Stale { on } => on,
            Finding::Holds => None,
        };
        self.reopen(version.tx, on);
    }

    fn committed(&mut self, version: Version) -> bool {
        if !self.is(version, Status::Executed) {
            return false;
        }
        self.of(version.tx).status = Status::Committed;
        self.committing = false;
        self.committed += 1;
        let next = TxIndex(self.committed);
        if self.transactions.get(next.get()).is_some_and(|next| next.status == Status::LastResort) {
            self.make_ready(next);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(tx: u32, incarnation: u16) -> Version {
        Version { tx: TxIndex(tx), incarnation: Incarnation(incarnation) }
    }

    fn independent(transactions: usize) -> BlockStm {
        BlockStm::new(vec![None; transactions])
    }

    const A: Lane = Lane(0);
    const B: Lane = Lane(1);
    const STALE: Finding = Finding::Stale { on: None };

    #[test]
    fn the_lowest_index_goes_first_and_commits_come_in_order() {
        let mut stm = independent(2);
        assert_eq!(stm.next(A), Task::Execute(v(0, 0)));
        assert_eq!(stm.next(B), Task::Execute(v(1, 0)));
        stm.executed(v(1, 0), &[]);
        let wait = Wait { reason: WaitReason::NothingReady, on: Some(v(0, 0)) };
        assert_eq!(stm.next(B), Task::Wait(wait), "the second must not commit before the first");
        stm.executed(v(0, 0), &[]);
        assert_eq!(stm.next(A), Task::Commit(v(0, 0)));
        assert!(matches!(stm.next(B), Task::Wait(_)), "one commit at a time");
        assert!(stm.committed(v(0, 0)));
        assert_eq!(stm.next(B), Task::Commit(v(1, 0)));
        assert!(stm.committed(v(1, 0)));
        assert_eq!(stm.next(A), Task::Done);
    }

    #[test]
    fn a_reader_that_was_told_is_validated_aborted_and_run_again() {
        let mut stm = independent(2);
        stm.next(A);
        stm.next(B);
        stm.executed(v(1, 0), &[]);
        stm.executed(v(0, 0), &[TxIndex(1)]);
        assert_eq!(stm.next(A), Task::Commit(v(0, 0)));
        assert_eq!(stm.next(B), Task::Validate(v(1, 0)));
        assert!(stm.validated(v(1, 0), STALE));
        assert!(!stm.validated(v(1, 0), STALE), "only one lane wins the abort");
        stm.aborted(v(1, 0), &[], STALE);
        assert_eq!(stm.next(B), Task::Execute(v(1, 1)));
    }

    #[test]
    fn being_disturbed_while_running_leads_to_a_validation() {
        let mut stm = independent(2);
        stm.next(A);
        stm.next(B);
        stm.executed(v(0, 0), &[TxIndex(1)]);
        assert_eq!(stm.next(A), Task::Commit(v(0, 0)));
        stm.executed(v(1, 0), &[]);
        assert_eq!(stm.next(B), Task::Validate(v(1, 0)));
    }

    #[test]
    fn a_commit_that_lost_against_an_abort_does_not_count() {
        let mut stm = independent(1);
        stm.next(A);
        stm.executed(v(0, 0), &[]);
        assert_eq!(stm.next(A), Task::Commit(v(0, 0)));
        assert!(stm.validated(v(0, 0), STALE));
        assert!(!stm.committed(v(0, 0)));
        stm.aborted(v(0, 0), &[], STALE);
        assert_eq!(stm.next(B), Task::Execute(v(0, 1)));
        stm.executed(v(0, 1), &[]);
        assert_eq!(stm.next(B), Task::Commit(v(0, 1)));
        assert!(stm.committed(v(0, 1)));
        assert_eq!(stm.next(A), Task::Done);
    }

    #[test]
    fn the_next_of_the_same_sender_waits_for_the_first() {
        let mut stm = BlockStm::new(vec![None, Some(TxIndex(0))]);
        assert_eq!(stm.next(A), Task::Execute(v(0, 0)));
        let wait = Wait { reason: WaitReason::SameSender, on: Some(v(0, 0)) };
        assert_eq!(stm.next(B), Task::Wait(wait));
        stm.executed(v(0, 0), &[]);
        assert_eq!(stm.next(A), Task::Commit(v(0, 0)));
        assert_eq!(stm.next(B), Task::Execute(v(1, 0)));
    }

    #[test]
    fn who_met_an_estimate_waits_until_it_is_written_again() {
        let mut stm = independent(3);
        for _ in 0..3 {
            stm.next(A);
        }
        stm.executed(v(1, 0), &[]);
        stm.executed(v(0, 0), &[TxIndex(1)]);
        assert_eq!(stm.next(A), Task::Commit(v(0, 0)));
        assert_eq!(stm.next(B), Task::Validate(v(1, 0)));
        assert!(stm.validated(v(1, 0), STALE));
        stm.aborted(v(1, 0), &[], STALE);
        stm.blocked(v(2, 0), TxIndex(1));
        assert_eq!(stm.next(B), Task::Execute(v(1, 1)));
        assert!(matches!(stm.next(A), Task::Wait(Wait { reason: WaitReason::Dependency, .. })));
        stm.executed(v(1, 1), &[]);
        assert_eq!(stm.next(B), Task::Execute(v(2, 1)));
    }

    #[test]
    fn who_is_thrown_away_too_often_waits_to_be_the_first() {
        let mut stm = independent(2);
        stm.next(A);
        for incarnation in 0..INCARNATIONS_BEFORE_WAITING {
            assert_eq!(stm.next(B), Task::Execute(v(1, incarnation)));
            stm.executed(v(1, incarnation), &[TxIndex(1)]);
            assert!(stm.validated(v(1, incarnation), STALE));
            stm.aborted(v(1, incarnation), &[], STALE);
        }
        assert!(matches!(stm.next(B), Task::Wait(_)));
        stm.executed(v(0, 0), &[]);
        assert_eq!(stm.next(A), Task::Commit(v(0, 0)));
        assert!(stm.committed(v(0, 0)));
        assert_eq!(stm.next(B), Task::Execute(v(1, INCARNATIONS_BEFORE_WAITING)));
    }
}
