//! One transaction after the other on the first lane, as Ethereum does today.

use lanescope_protocol::event::WaitReason;
use lanescope_protocol::{Lane, TxIndex, Version};

use super::{Finding, Strategy, Task, Wait, first};

/// The other lanes wait: that they stay empty is the point.
#[derive(Debug)]
pub(super) struct Sequential {
    transactions: u32,
    next: u32,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Ready,
    Executing,
    Executed,
    Committing,
}

impl Sequential {
    pub(super) fn new(transactions: usize) -> Self {
        Self { transactions: transactions as u32, next: 0, phase: Phase::Ready }
    }
}

impl Strategy for Sequential {
    fn next(&mut self, lane: Lane) -> Task {
        if self.next == self.transactions {
            return Task::Done;
        }
        let version = first(TxIndex(self.next));
        match self.phase {
            Phase::Ready if lane == Lane(0) => {
                self.phase = Phase::Executing;
                Task::Execute(version)
            }
            Phase::Executed if lane == Lane(0) => {
                self.phase = Phase::Committing;
                Task::Commit(version)
            }
            _ => Task::Wait(Wait { reason: WaitReason::NothingReady, on: Some(version) }),
        }
    }

    fn executed(&mut self, _version: Version, _affected: &[TxIndex]) {
        self.phase = Phase::Executed;
    }

    fn blocked(&mut self, _version: Version, _on: TxIndex) {
        self.phase = Phase::Ready;
    }

    fn validated(&mut self, _version: Version, finding: Finding) -> bool {
        finding != Finding::Holds
    }

    fn aborted(&mut self, _version: Version, _affected: &[TxIndex], _finding: Finding) {
        self.phase = Phase::Ready;
    }

    fn committed(&mut self, _version: Version) -> bool {
        self.next += 1;
        self.phase = Phase::Ready;
        true
    }
}
