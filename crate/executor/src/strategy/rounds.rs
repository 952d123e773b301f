//! Optimistic rounds with a barrier, as Sei runs blocks: run everything, wait for all, validate,
//! run the stale ones again. When all rounds are used up, the rest runs one by one.
//!
//! A stale one sits out while one that it depends on is not validated. The lowest one always runs,
//! on final values, so every round makes at least one transaction final.

use std::collections::{BTreeSet, VecDeque};

use lanescope_protocol::event::{FallbackReason, WaitReason};
use lanescope_protocol::strategy::Rounds as Parameters;
use lanescope_protocol::{Incarnation, Lane, TxIndex, Version};

use super::locked::{Locked, Machine};
use super::plan::Plan;
use super::pool::Pool;
use super::{Executed, Finding, Head, Notice, Task, Wait};

pub(super) type Rounds = Locked<Barrier>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Running,
    /// Everybody has run; all that is not final is validated.
    Validating,
    /// Everything is validated; what holds becomes final before the next round begins.
    Settling,
    /// All rounds are used up.
    OneByOne,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// It must run, in a later round or in this one.
    #[default]
    Due,
    Running,
    /// It has run and is not validated in this round.
    Executed,
    Validating,
    /// Its reads held.
    Passed,
    /// It is being looked at, as the next in line.
    Merging,
    Aborting,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tx {
    stage: Stage,
    incarnation: Incarnation,
    /// Who had not written yet what it reads, when it was looked at last.
    on: Option<TxIndex>,
}

#[derive(Debug)]
pub(super) struct Barrier {
    phase: Phase,
    round: u32,
    max_rounds: u32,
    txs: Vec<Tx>,
    /// For lanes to run in this round.
    due: Pool,
    running: usize,
    /// For lanes to validate.
    unvalidated: BTreeSet<TxIndex>,
    /// Are being validated, or their writes are being marked.
    validating: usize,
    committed: u32,
    notices: VecDeque<Notice>,
}

impl Rounds {
    /// `plan.groups`: whose transactions stay on one lane.
    pub(super) fn new_rounds(lanes: u16, plan: Plan, of: &Parameters) -> Self {
        let mut barrier = Barrier {
            phase: Phase::Settling,
            round: 0,
            max_rounds: of.max_rounds.into(),
            txs: vec![Tx::default(); plan.transactions()],
            due: Pool::new(lanes, plan.groups),
            running: 0,
            unvalidated: BTreeSet::new(),
            validating: 0,
            committed: 0,
            notices: VecDeque::new(),
        };
        barrier.begin_round();
        Self::new(barrier)
    }
}

impl Barrier {
    fn version(&self, tx: TxIndex) -> Option<Version> {
        self.txs.get(tx.get()).map(|of| Version { tx, incarnation: of.incarnation })
    }

    /// The transaction, if this is its latest incarnation.
    fn latest(&mut self, version: Version) -> Option<&mut Tx> {
        self.txs.get_mut(version.tx.get()).filter(|tx| tx.incarnation == version.incarnation)
    }

    fn head_stage(&self) -> Option<Stage> {
        self.txs.get(self.committed as usize).map(|tx| tx.stage)
    }

    /// Begins a round, if all that could become final is: the first that is not must run again.
    fn begin_round(&mut self) {
        if self.phase != Phase::Settling || self.head_stage() != Some(Stage::Due) {
            return;
        }
        self.round += 1;
        if self.round > self.max_rounds {
            self.phase = Phase::OneByOne;
            self.notices.push_back(Notice::FellBack(FallbackReason::RoundsUsedUp));
            // What held does not count any more: earlier ones will run again.
            self.forget_validations();
            return;
        }
        self.phase = Phase::Running;
        self.notices.push_back(Notice::Round(self.round));
        self.due.disown();
        for tx in (self.committed..self.txs.len() as u32).map(TxIndex) {
            let Tx { stage, on, .. } = self.txs[tx.get()];
            let waits = on.is_some_and(|on| on.0 >= self.committed && !self.has_passed(on));
            if stage == Stage::Due && !waits {
                self.due.insert(tx);
            }
        }
    }

    fn has_passed(&self, tx: TxIndex) -> bool {
        self.txs.get(tx.get()).is_some_and(|tx| tx.stage == Stage::Passed)
    }

    /// Answers which have a result that is to be validated.
    fn forget_validations(&mut self) -> BTreeSet<TxIndex> {
        let mut executed = BTreeSet::new();
        for (index, tx) in self.txs.iter_mut().enumerate().skip(self.committed as usize) {
            if matches!(tx.stage, Stage::Executed | Stage::Passed) {
                tx.stage = Stage::Executed;
                executed.insert(TxIndex(index as u32));
            }
        }
        executed
    }

    /// Lets validations begin once everybody has run.
    fn end_running(&mut self) {
        if self.phase == Phase::Running && self.running == 0 && self.due.is_empty() {
            self.phase = Phase::Validating;
            self.unvalidated = self.forget_validations();
            self.end_validating();
        }
    }

    fn end_validating(&mut self) {
        let over = self.unvalidated.is_empty() && self.validating == 0;
        if self.phase == Phase::Validating && over {
            self.phase = Phase::Settling;
        }
        self.begin_round();
    }

    fn run(&mut self, tx: TxIndex) -> Option<Task> {
        let of = self.txs.get_mut(tx.get())?;
        of.stage = Stage::Running;
        of.on = None;
        self.running += 1;
        self.version(tx).map(Task::Execute)
    }

    fn validate(&mut self, tx: TxIndex) -> Option<Task> {
        self.txs.get_mut(tx.get())?.stage = Stage::Validating;
        self.validating += 1;
        self.version(tx).map(Task::Validate)
    }

    fn task(&mut self, lane: Lane) -> Option<Task> {
        match self.phase {
            Phase::Running => {
                let tx = self.due.first(lane)?;
                self.due.take(lane, tx);
                self.run(tx)
            }
            Phase::Validating => {
                let tx = self.unvalidated.pop_first()?;
                self.validate(tx)
            }
            Phase::Settling => None,
            Phase::OneByOne => match self.head_stage()? {
                Stage::Due => self.run(TxIndex(self.committed)),
                Stage::Executed => self.validate(TxIndex(self.committed)),
                _ => None,
            },
        }
    }

    fn wait(&self) -> Wait {
        let (reason, stage) = match self.phase {
            Phase::Running => (WaitReason::Barrier, Stage::Running),
            Phase::Validating => (WaitReason::Barrier, Stage::Validating),
            Phase::Settling => (WaitReason::Merge, Stage::Passed),
            Phase::OneByOne => (WaitReason::NothingReady, Stage::Running),
        };
        let open = self.txs.iter().skip(self.committed as usize);
        let at = open.into_iter().position(|tx| tx.stage == stage).unwrap_or_default();
        Wait { reason, on: self.version(TxIndex(self.committed + at as u32)) }
    }

    /// An incarnation is gone.
    fn reopen(&mut self, version: Version, on: Option<TxIndex>) {
        if let Some(tx) = self.latest(version) {
            *tx = Tx { stage: Stage::Due, incarnation: version.incarnation.next(), on };
        }
    }
}

impl Machine for Barrier {
    fn next(&mut self, lane: Lane) -> Task {
        if let Some(notice) = self.notices.pop_front() {
            return Task::Tell(notice);
        }
        if self.committed as usize == self.txs.len() {
            return Task::Done;
        }
        self.task(lane).unwrap_or_else(|| Task::Wait(self.wait()))
    }

    fn executed(&mut self, version: Version, _so: Executed) -> bool {
        // Whoever runs one by one runs on final values.
        let alone = self.phase == Phase::OneByOne;
        if let Some(tx) = self.latest(version) {
            tx.stage = if alone { Stage::Passed } else { Stage::Executed };
            self.running -= 1;
        }
        self.end_running();
        false
    }

    fn blocked(&mut self, version: Version, on: TxIndex) {
        if self.latest(version).is_some() {
            self.reopen(version, Some(on));
            self.running -= 1;
        }
        self.end_running();
    }

    fn validated(&mut self, version: Version, finding: Finding) -> bool {
        let stale = finding != Finding::Holds;
        let Some(tx) = self.latest(version) else { return false };
        let was = tx.stage;
        if !matches!(was, Stage::Validating | Stage::Merging) {
            return false;
        }
        tx.stage = if stale { Stage::Aborting } else { Stage::Passed };
        if was == Stage::Validating && !stale {
            self.validating -= 1;
        } else if was == Stage::Merging && stale {
            self.validating += 1;
        }
        self.end_validating();
        stale
    }

    fn aborted(&mut self, version: Version, finding: Finding) {
        let Finding::Stale { on } = finding else { return };
        if self.latest(version).is_some() {
            self.reopen(version, on);
            self.validating -= 1;
        }
        self.end_validating();
    }

    fn head(&mut self) -> Option<Head> {
        let version = self.version(TxIndex(self.committed)).filter(|_| self.has_head())?;
        self.latest(version)?.stage = Stage::Merging;
        Some(Head { version, check: true })
    }

    fn has_head(&self) -> bool {
        self.head_stage() == Some(Stage::Passed)
    }

    fn commit(&mut self, version: Version) {
        self.committed = version.tx.0 + 1;
    }

    fn settled(&mut self) {
        self.begin_round();
    }

    fn committed(&self) -> u32 {
        self.committed
    }

    fn work(&self) -> usize {
        if self.committed as usize == self.txs.len() {
            return usize::MAX;
        }
        let tasks = match self.phase {
            Phase::Running => self.due.free(),
            Phase::Validating => self.unvalidated.len(),
            Phase::Settling => 0,
            Phase::OneByOne => {
                usize::from(matches!(self.head_stage(), Some(Stage::Due | Stage::Executed)))
            }
        };
        self.notices.len() + tasks
    }

    fn lane_gone(&mut self, lane: Lane) {
        self.due.lane_gone(lane);
    }
}

#[cfg(all(test, not(feature = "interleavings")))]
mod tests;
