//! No detection of conflicts at all: every lane runs what comes next. What goes wrong is the point.

use lanescope_protocol::event::WaitReason;
use lanescope_protocol::{Lane, TxIndex};

use super::ordered::{Line, Ordered, Rule};
use super::{Task, first};

/// Hands out transactions in block order; they commit in the order in which they end.
#[derive(Debug)]
pub(super) struct Naive {
    line: Line,
    transactions: u32,
    taken: u32,
}

impl Naive {
    pub(super) fn new(transactions: usize) -> Ordered<Self> {
        let line = Line::new(transactions);
        Ordered::new(Self { line, transactions: transactions as u32, taken: 0 })
    }
}

impl Rule for Naive {
    fn line(&self) -> &Line {
        &self.line
    }

    fn line_mut(&mut self) -> &mut Line {
        &mut self.line
    }

    fn next(&mut self, _lane: Lane) -> Task {
        if self.taken == self.transactions {
            return Task::Wait(self.line.wait(WaitReason::NothingReady));
        }
        self.taken += 1;
        Task::Execute(first(TxIndex(self.taken - 1)))
    }

    fn published(&mut self, tx: TxIndex) {
        self.line.append(tx);
    }

    fn ended(&mut self, _tx: TxIndex) {}

    fn work(&self) -> usize {
        (self.transactions - self.taken) as usize
    }
}

#[cfg(all(test, not(feature = "interleavings")))]
mod tests {
    use super::*;
    use crate::strategy::{Executed, Head, Strategy};

    #[test]
    fn commits_follow_the_ends_of_executions() {
        let naive = Naive::new(2);
        let version = |tx| first(TxIndex(tx));
        assert_eq!(naive.next(Lane(0)), Task::Execute(version(0)));
        assert_eq!(naive.next(Lane(1)), Task::Execute(version(1)));
        assert!(matches!(naive.next(Lane(2)), Task::Wait(_)));
        for tx in [1, 0] {
            assert_eq!(naive.head(), None);
            naive.published(TxIndex(tx), &|_| false);
            naive.executed(version(tx), Executed::default());
            assert_eq!(naive.head(), Some(Head { version: version(tx), check: false }));
            naive.commit(version(tx));
        }
        assert_eq!(naive.place(TxIndex(1)), 0);
        assert_eq!(naive.next(Lane(0)), Task::Done);
    }
}
