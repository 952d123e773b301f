//! What locks, caps and faults cost.

use lanescope_protocol::EventKind;

use super::{LaneUse, ratio};
use crate::bar::{Bar, Ending};
use crate::film::Film;

/// What locks and caps did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Locking {
    /// Ticks that lanes waited for locks, `Σ wait`.
    pub lock_wait: u64,
    /// `Σ wait / (N · TN)`, 0 to 1. Waits are counted where they cost something: on lanes.
    pub lock_share: f64,
    /// Transactions that a cap let wait for another block, at least once.
    pub deferred: usize,
    /// Transactions that never run, because of a cap.
    pub dropped: usize,
    /// Transactions that failed because they touched what they had not declared.
    pub undeclared: usize,
}

/// What faults cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultCosts {
    /// Executions lost with their lane.
    pub lost: usize,
    /// Gas of those, as far as they got. Part of the wasted gas.
    pub lost_gas: u64,
    /// Executions that another lane took over.
    pub reassigned: usize,
    /// The most ticks from a loss until the same transaction had run to its end again; 0 if nothing
    /// was lost, or it never ran again.
    pub recovery: u64,
    /// Wrong results that were found.
    pub wrong_results: usize,
}

impl Film {
    pub(super) fn locking(&self, sum: &LaneUse) -> Locking {
        let transactions = |kind| {
            let has = |notes: &[crate::Note]| notes.iter().any(|note| note.kind == kind);
            self.assembly.histories.iter().filter(|history| has(&history.notes)).count()
        };
        Locking {
            lock_wait: sum.lock,
            lock_share: ratio(sum.lock as f64, sum.total() as f64),
            deferred: transactions(EventKind::Deferred),
            dropped: transactions(EventKind::Dropped),
            undeclared: transactions(EventKind::UndeclaredTouched),
        }
    }

    pub(super) fn fault_costs(&self) -> FaultCosts {
        let lost = || self.bars().iter().filter(|bar| bar.ending == Ending::Lost);
        let notes = |kind| {
            let all = self.assembly.histories.iter().flat_map(|history| &history.notes);
            all.filter(|note| note.kind == kind).count()
        };
        FaultCosts {
            lost: lost().count(),
            lost_gas: lost().map(|bar| u64::from(bar.gas)).sum(),
            reassigned: notes(EventKind::Reassigned),
            recovery: lost().filter_map(|bar| self.recovery(bar)).max().unwrap_or_default(),
            wrong_results: notes(EventKind::WrongResultFound),
        }
    }

    /// From the loss of a run to the end of the next one that came to its end.
    fn recovery(&self, lost: &Bar) -> Option<u64> {
        let runs = self.runs_of(lost.tx()).iter().filter_map(|id| self.bar(*id));
        let again = runs.filter(|bar| bar.status().is_some() && bar.start >= lost.end);
        again.map(|bar| bar.end - lost.end).min()
    }
}
