//! One transaction after the other on the first lane, as Ethereum does today.

use std::sync::atomic::Ordering;

use lanescope_protocol::event::WaitReason;
use lanescope_protocol::{Lane, TxIndex, Version};

use super::{Executed, Finding, Head, Strategy, Task, Wait, first};
use crate::sync::{AtomicBool, AtomicU32};

/// The other lanes wait: that they stay empty is the point.
#[derive(Debug)]
pub(super) struct Sequential {
    transactions: u32,
    /// Transactions below were taken, have run, are final.
    taken: AtomicU32,
    executed: AtomicU32,
    committed: AtomicU32,
    /// A lane is committing.
    committing: AtomicBool,
}

impl Sequential {
    pub(super) fn new(transactions: usize) -> Self {
        Self {
            transactions: transactions as u32,
            taken: AtomicU32::new(0),
            executed: AtomicU32::new(0),
            committed: AtomicU32::new(0),
            committing: AtomicBool::new(false),
        }
    }
}

impl Strategy for Sequential {
    fn next(&self, lane: Lane) -> Task {
        let committed = self.committed.load(Ordering::SeqCst);
        if committed == self.transactions {
            return Task::Done;
        }
        let taken = self.taken.load(Ordering::SeqCst);
        if lane == Lane(0) && taken == committed {
            self.taken.store(taken + 1, Ordering::SeqCst);
            return Task::Execute(first(TxIndex(taken)));
        }
        let on = Some(first(TxIndex(committed)));
        Task::Wait(Wait { reason: WaitReason::NothingReady, on })
    }

    fn published(&self, _tx: TxIndex, _reads: &dyn Fn(TxIndex) -> bool) {}

    fn executed(&self, version: Version, _so: Executed) -> bool {
        self.executed.store(version.tx.0 + 1, Ordering::SeqCst);
        false
    }

    fn blocked(&self, _version: Version, _on: TxIndex) {}

    fn validated(&self, _version: Version, _finding: Finding) -> bool {
        false
    }

    fn aborted(&self, _version: Version, _finding: Finding) {}

    fn begin_commits(&self) -> bool {
        !self.committing.swap(true, Ordering::SeqCst)
    }

    fn head(&self) -> Option<Head> {
        let committed = self.committed.load(Ordering::SeqCst);
        let version = first(TxIndex(committed));
        (self.executed.load(Ordering::SeqCst) > committed).then_some(Head { version, check: false })
    }

    fn has_head(&self) -> bool {
        self.executed.load(Ordering::SeqCst) > self.committed.load(Ordering::SeqCst)
    }

    fn commit(&self, version: Version) {
        self.committed.store(version.tx.0 + 1, Ordering::SeqCst);
    }

    fn end_commits(&self) -> bool {
        self.committing.store(false, Ordering::SeqCst);
        self.has_head()
    }

    fn committed(&self) -> u32 {
        self.committed.load(Ordering::SeqCst)
    }

    fn can_abort(&self) -> bool {
        false
    }

    fn work(&self) -> usize {
        let committed = self.committed.load(Ordering::SeqCst);
        if committed == self.transactions {
            usize::MAX
        } else if self.taken.load(Ordering::SeqCst) == committed {
            // Only the first lane can do it, and it may be another one that asks: all are woken.
            2
        } else {
            0
        }
    }
}

#[cfg(all(test, not(feature = "interleavings")))]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_lane_works_and_on_one_transaction_at_a_time() {
        let sequential = Sequential::new(2);
        let version = |tx| first(TxIndex(tx));
        assert!(matches!(sequential.next(Lane(1)), Task::Wait(_)));
        for tx in 0..2 {
            assert_eq!(sequential.next(Lane(0)), Task::Execute(version(tx)));
            assert!(matches!(sequential.next(Lane(0)), Task::Wait(_)));
            assert_eq!(sequential.head(), None);
            sequential.executed(version(tx), Executed::default());
            assert_eq!(sequential.head(), Some(Head { version: version(tx), check: false }));
            sequential.commit(version(tx));
        }
        assert_eq!(sequential.next(Lane(0)), Task::Done);
        assert_eq!(sequential.next(Lane(1)), Task::Done);
    }
}
