//! In-order merge, as Monad runs blocks: every transaction runs on what is merged so far and is
//! merged in block order. One whose needs are no longer met by then runs once more, at once and
//! after all before it: that cannot fail.
//!
//! What executions see is decided elsewhere ([`super::Sight::Final`]).

use lanescope_protocol::event::WaitReason;
use lanescope_protocol::strategy::InOrderMerge as Parameters;
use lanescope_protocol::{Incarnation, Lane, TxIndex, Version};

use super::locked::{Locked, Machine};
use super::plan::Plan;
use super::pool::Pool;
use super::{Executed, Finding, Head, Task, Wait};

pub(super) type InOrderMerge = Locked<Merge>;

/// Where a transaction stands. Those that have not begun are in the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Not begun, or running.
    Open,
    /// It has run and waits to be merged.
    Parked,
    /// It is being looked at, as the next in line.
    Merging,
}

#[derive(Debug)]
pub(super) struct Merge {
    stages: Vec<(Stage, Incarnation)>,
    fresh: Pool,
    /// The first in line, if it must run again.
    again: Option<TxIndex>,
    merged: u32,
    retry_percent: u32,
}

impl InOrderMerge {
    /// `plan.groups`: whose transactions stay on one lane.
    pub(super) fn new_merge(lanes: u16, plan: Plan, of: &Parameters) -> Self {
        let transactions = plan.transactions() as u32;
        let mut fresh = Pool::new(lanes, plan.groups);
        (0..transactions).for_each(|tx| fresh.insert(TxIndex(tx)));
        Self::new(Merge {
            stages: vec![(Stage::Open, Incarnation(0)); transactions as usize],
            fresh,
            again: None,
            merged: 0,
            retry_percent: of.retry_percent.into(),
        })
    }
}

impl Merge {
    fn version(&self, tx: TxIndex) -> Option<Version> {
        let (_, incarnation) = *self.stages.get(tx.get())?;
        Some(Version { tx, incarnation })
    }

    fn head_version(&self) -> Option<Version> {
        self.version(TxIndex(self.merged))
    }

    /// Moves an incarnation to a stage; nothing, if there is a newer one.
    fn set(&mut self, version: Version, stage: Stage) {
        if self.version(version.tx) == Some(version) {
            self.stages[version.tx.get()].0 = stage;
        }
    }
}

impl Machine for Merge {
    fn next(&mut self, lane: Lane) -> Task {
        if let Some(version) = self.again.take().and_then(|tx| self.version(tx)) {
            return Task::Execute(version);
        }
        if let Some(tx) = self.fresh.first(lane)
            && let Some(version) = self.version(tx)
        {
            self.fresh.take(lane, tx);
            return Task::Execute(version);
        }
        match self.head_version() {
            None => Task::Done,
            on => Task::Wait(Wait { reason: WaitReason::Merge, on }),
        }
    }

    fn executed(&mut self, version: Version, _so: Executed) -> bool {
        self.set(version, Stage::Parked);
        false
    }

    /// What is final holds no estimates, so nobody ever stops at one.
    fn blocked(&mut self, version: Version, _on: TxIndex) {
        self.fresh.insert_for_any(version.tx);
    }

    fn validated(&mut self, version: Version, finding: Finding) -> bool {
        let current = self.version(version.tx) == Some(version);
        current && finding != Finding::Holds && self.stages[version.tx.get()].0 == Stage::Merging
    }

    fn aborted(&mut self, version: Version, _finding: Finding) {
        if self.version(version.tx) == Some(version) {
            self.stages[version.tx.get()] = (Stage::Open, version.incarnation.next());
            self.again = Some(version.tx);
        }
    }

    fn head(&mut self) -> Option<Head> {
        let version = self.head_version().filter(|_| self.has_head())?;
        self.set(version, Stage::Merging);
        Some(Head { version, check: true })
    }

    fn has_head(&self) -> bool {
        self.stages.get(self.merged as usize).is_some_and(|(stage, _)| *stage == Stage::Parked)
    }

    fn commit(&mut self, version: Version) {
        self.merged = version.tx.0 + 1;
    }

    fn committed(&self) -> u32 {
        self.merged
    }

    fn work(&self) -> usize {
        if self.merged as usize == self.stages.len() {
            return usize::MAX;
        }
        self.fresh.free() + usize::from(self.again.is_some())
    }

    fn lane_gone(&mut self, lane: Lane) {
        self.fresh.lane_gone(lane);
    }

    fn ticks_percent(&self, version: Version) -> u32 {
        if version.incarnation == Incarnation(0) { 100 } else { self.retry_percent }
    }
}

#[cfg(all(test, not(feature = "interleavings")))]
mod tests {
    use super::*;
    use crate::strategy::Strategy;
    use crate::strategy::pool::NO_GROUP;

    const A: Lane = Lane(0);
    const B: Lane = Lane(1);
    const STALE: Finding = Finding::Stale { on: None };

    fn v(tx: u32, incarnation: u16) -> Version {
        Version { tx: TxIndex(tx), incarnation: Incarnation(incarnation) }
    }

    fn merge(groups: &[u32]) -> InOrderMerge {
        let batches = vec![1; groups.len()].into();
        let plan = Plan { batches, groups: groups.into(), ..Plan::default() };
        let of = Parameters { retry_percent: 40, ..Parameters::default() };
        InOrderMerge::new_merge(2, plan, &of)
    }

    #[test]
    fn results_wait_for_all_before_them() {
        let merge = merge(&[NO_GROUP; 2]);
        assert_eq!(merge.work(), 2);
        assert_eq!(merge.next(A), Task::Execute(v(0, 0)));
        assert_eq!(merge.next(B), Task::Execute(v(1, 0)));
        assert!(!merge.executed(v(1, 0), Executed { doubtful: true, last_check: true }));
        let wait = Wait { reason: WaitReason::Merge, on: Some(v(0, 0)) };
        assert_eq!((merge.head(), merge.next(B)), (None, Task::Wait(wait)));
        merge.executed(v(0, 0), Executed::default());
        for tx in 0..2 {
            assert_eq!(merge.head(), Some(Head { version: v(tx, 0), check: true }));
            assert_eq!(merge.head(), None, "it is being merged");
            merge.commit(v(tx, 0));
        }
        assert_eq!((merge.next(A), merge.work()), (Task::Done, usize::MAX));
    }

    #[test]
    fn a_stale_one_runs_again_before_everything_else_and_once() {
        let merge = merge(&[NO_GROUP; 3]);
        for tx in 0..2 {
            assert_eq!(merge.next(A), Task::Execute(v(tx, 0)));
            merge.executed(v(tx, 0), Executed::default());
        }
        assert!(merge.head().is_some());
        merge.commit(v(0, 0));
        assert!(merge.head().is_some());
        assert!(merge.validated(v(1, 0), STALE));
        assert_eq!(merge.work(), 1, "its writes are still there");
        merge.aborted(v(1, 0), STALE);
        assert_eq!(merge.work(), 2);
        assert_eq!(merge.next(B), Task::Execute(v(1, 1)), "the third can wait");
        assert_eq!((merge.ticks_percent(v(1, 0)), merge.ticks_percent(v(1, 1))), (100, 40));
        assert!(!merge.validated(v(1, 0), STALE), "that one is gone");
        merge.executed(v(1, 1), Executed::default());
        assert_eq!(merge.head(), Some(Head { version: v(1, 1), check: true }));
    }

    #[test]
    fn calls_of_one_contract_stay_on_one_lane() {
        let merge = merge(&[3, 3, NO_GROUP, 3]);
        assert_eq!(merge.next(A), Task::Execute(v(0, 0)));
        assert_eq!(merge.next(B), Task::Execute(v(2, 0)));
        assert!(matches!(merge.next(B), Task::Wait(_)));
        assert_eq!(merge.work(), 0, "what is left is for a lane that works");
        assert_eq!(merge.next(A), Task::Execute(v(1, 0)));
        merge.lane_gone(A);
        assert_eq!(merge.next(B), Task::Execute(v(3, 0)));
    }
}
