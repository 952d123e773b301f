//! Every transaction at once: with a block-level access list (EIP-7928) nobody waits for a value, and
//! nobody is thrown away because of one.

use std::sync::atomic::Ordering;

use lanescope_protocol::event::WaitReason;
use lanescope_protocol::{Lane, TxIndex, Version};

use super::{Executed, Finding, Head, Plan, Strategy, Task, Wait, first};
use crate::sync::{AtomicBool, AtomicU32};

/// Long transactions first, then in block order.
#[derive(Debug)]
pub(super) struct AccessList {
    /// In the order in which lanes take them.
    order: Box<[TxIndex]>,
    /// How many of those have been taken.
    taken: AtomicU32,
    /// Which transactions have run.
    executed: Box<[AtomicBool]>,
    committed: AtomicU32,
    /// A lane is committing.
    committing: AtomicBool,
}

impl AccessList {
    pub(super) fn new(plan: &Plan) -> Self {
        let transactions = plan.transactions() as u32;
        let rest = (0..transactions).map(TxIndex).filter(|tx| !plan.long.contains(tx));
        Self {
            order: plan.long.iter().copied().chain(rest).collect(),
            taken: AtomicU32::new(0),
            executed: (0..transactions).map(|_| AtomicBool::new(false)).collect(),
            committed: AtomicU32::new(0),
            committing: AtomicBool::new(false),
        }
    }

    fn take(&self) -> Option<Version> {
        if self.taken.load(Ordering::SeqCst) as usize >= self.order.len() {
            return None;
        }
        let at = self.taken.fetch_add(1, Ordering::SeqCst);
        self.order.get(at as usize).copied().map(first)
    }
}

impl Strategy for AccessList {
    fn next(&self, _lane: Lane) -> Task {
        let committed = self.committed.load(Ordering::SeqCst);
        if committed as usize == self.order.len() {
            return Task::Done;
        }
        match self.take() {
            Some(version) => Task::Execute(version),
            None => Task::Wait(Wait {
                reason: WaitReason::NothingReady,
                on: Some(first(TxIndex(committed))),
            }),
        }
    }

    fn published(&self, _tx: TxIndex, _reads: &dyn Fn(TxIndex) -> bool) {}

    fn executed(&self, version: Version, _so: Executed) -> bool {
        if let Some(executed) = self.executed.get(version.tx.get()) {
            executed.store(true, Ordering::SeqCst);
        }
        false
    }

    /// There are no estimates to stop at.
    fn blocked(&self, _version: Version, _on: TxIndex) {}

    /// Nothing is ever stale.
    fn validated(&self, _version: Version, _finding: Finding) -> bool {
        false
    }

    fn aborted(&self, _version: Version, _finding: Finding) {}

    fn begin_commits(&self) -> bool {
        !self.committing.swap(true, Ordering::SeqCst)
    }

    fn head(&self) -> Option<Head> {
        let tx = TxIndex(self.committed.load(Ordering::SeqCst));
        let version = first(tx);
        let has_run = self.executed.get(tx.get())?.load(Ordering::SeqCst);
        has_run.then_some(Head { version, check: false })
    }

    fn has_head(&self) -> bool {
        self.head().is_some()
    }

    fn commit(&self, version: Version) {
        self.committed.store(version.tx.0 + 1, Ordering::SeqCst);
    }

    fn end_commits(&self) -> bool {
        self.committing.store(false, Ordering::SeqCst);
        self.head().is_some()
    }

    /// A result must be right before it is compared with the list.
    fn can_abort(&self) -> bool {
        false
    }

    fn committed(&self) -> u32 {
        self.committed.load(Ordering::SeqCst)
    }

    fn work(&self) -> usize {
        if self.committed.load(Ordering::SeqCst) as usize == self.order.len() {
            return usize::MAX;
        }
        self.order.len().saturating_sub(self.taken.load(Ordering::SeqCst) as usize)
    }
}

#[cfg(all(test, not(feature = "interleavings")))]
mod tests {
    use super::*;

    fn strategy(transactions: usize, long: &[u32]) -> AccessList {
        AccessList::new(&Plan {
            batches: vec![1; transactions].into(),
            long: long.iter().copied().map(TxIndex).collect(),
            ..Plan::default()
        })
    }

    fn run(version: Version, strategy: &AccessList) {
        assert!(!strategy.executed(version, Executed::default()));
    }

    #[test]
    fn long_ones_begin_first_and_commits_keep_the_blocks_order() {
        let strategy = strategy(4, &[2]);
        let order = [2, 0, 1, 3].map(|tx| first(TxIndex(tx)));
        for version in order {
            assert_eq!(strategy.next(Lane(0)), Task::Execute(version));
        }
        assert!(matches!(strategy.next(Lane(1)), Task::Wait(_)));
        run(order[0], &strategy);
        assert_eq!(strategy.head(), None, "the first one has not run yet");
        for version in &order[1..] {
            run(*version, &strategy);
        }
        for tx in 0..4 {
            let version = first(TxIndex(tx));
            assert!(strategy.begin_commits());
            assert_eq!(strategy.head(), Some(Head { version, check: false }));
            strategy.commit(version);
            assert_eq!(strategy.end_commits(), tx < 3);
        }
        assert_eq!(strategy.next(Lane(0)), Task::Done);
        assert_eq!(strategy.work(), usize::MAX);
    }
}
