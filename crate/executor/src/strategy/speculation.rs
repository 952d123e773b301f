//! Block-STM as other systems run it: validation by looking again (Gelashvili et al., 2022),
//! validation in block order (Polygon's bor), and expectations of who depends on whom, from senders
//! (bor) or from the block's producer (PIP-16, TxDAG, Grevm 2.x).
//!
//! The default rules are in [`super::block_stm`], which knows none of this and needs no lock.

use std::collections::{BTreeMap, BTreeSet};

use lanescope_protocol::event::WaitReason;
use lanescope_protocol::strategy::{BlockStm, Expectation, Invalidation, ValidationOrder};
use lanescope_protocol::{Incarnation, Lane, TxIndex, Version};
use rustc_hash::FxHashMap;

use super::block_stm::{ClassCount, INCARNATIONS_BEFORE_WAITING};
use super::locked::{Locked, Machine};
use super::plan::Plan;
use super::pool::Pool;
use super::{Executed, Finding, Head, Task, Wait};

pub(super) type Speculation = Locked<Speculator>;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// For a lane to run.
    #[default]
    Ready,
    /// It waits for another, or to be the first.
    Waiting(Option<TxIndex>),
    Executing,
    Executed,
    /// It has run, and is being checked.
    Checking,
    Aborting,
}

#[derive(Clone, Copy, Debug, Default)]
struct Tx {
    stage: Stage,
    incarnation: Incarnation,
    /// Something that it may have read has changed while it ran or was checked.
    doubted: bool,
    last_check: bool,
    /// Who has run it last.
    lane: Lane,
}

#[derive(Debug)]
pub(super) struct Speculator {
    plan: Plan,
    rules: BlockStm,
    txs: Vec<Tx>,
    ready: Pool,
    /// Have run and must be checked.
    due: BTreeSet<TxIndex>,
    waiting: BTreeMap<TxIndex, Option<TxIndex>>,
    dependents: FxHashMap<TxIndex, Vec<TxIndex>>,
    classes: Box<[ClassCount]>,
    /// Transactions below have been begun, or waited.
    seen: u32,
    committed: u32,
}

impl Speculation {
    pub(super) fn new_speculation(lanes: u16, plan: Plan, rules: BlockStm) -> Self {
        let transactions = plan.transactions();
        let mut speculator = Speculator {
            rules,
            txs: vec![Tx::default(); transactions],
            ready: Pool::new(lanes, Box::default()),
            due: BTreeSet::new(),
            waiting: BTreeMap::new(),
            dependents: FxHashMap::default(),
            classes: (0..plan.classes()).map(|_| ClassCount::default()).collect(),
            seen: 0,
            committed: 0,
            plan,
        };
        for tx in (0..transactions as u32).map(TxIndex) {
            if speculator.plan.first.binary_search(&tx).is_ok() && tx.0 > 0 {
                speculator.wait_for(tx, None);
            } else {
                speculator.make_ready(tx, None);
            }
        }
        Self::new(speculator)
    }
}

impl Speculator {
    fn version(&self, tx: TxIndex) -> Option<Version> {
        self.txs.get(tx.get()).map(|of| Version { tx, incarnation: of.incarnation })
    }

    /// The transaction, if this is its latest incarnation.
    fn latest(&mut self, version: Version) -> Option<&mut Tx> {
        self.txs.get_mut(version.tx.get()).filter(|tx| tx.incarnation == version.incarnation)
    }

    fn has_run(&self, tx: TxIndex) -> bool {
        let stage = self.txs.get(tx.get()).map(|tx| tx.stage);
        matches!(stage, Some(Stage::Executed | Stage::Checking))
    }

    fn is_first(&self, tx: TxIndex) -> bool {
        self.committed == tx.0
    }

    fn wait_for(&mut self, tx: TxIndex, on: Option<TxIndex>) {
        self.txs[tx.get()].stage = Stage::Waiting(on);
        self.waiting.insert(tx, on);
        if let Some(on) = on {
            self.dependents.entry(on).or_default().push(tx);
        }
    }

    /// Lets a transaction run once those that it is said to depend on have. `woken_by`: who has
    /// run just now.
    fn make_ready(&mut self, tx: TxIndex, woken_by: Option<TxIndex>) {
        self.waiting.remove(&tx);
        let before = self.plan.depends.get(tx.get()).into_iter().flatten();
        // Nobody can depend on who comes later, whatever a hint says.
        let open = before.copied().find(|before| *before < tx && !self.has_run(*before));
        if open.is_some() {
            return self.wait_for(tx, open);
        }
        self.txs[tx.get()].stage = Stage::Ready;
        match woken_by.filter(|before| self.continues(tx, *before)) {
            Some(before) => self.ready.insert_for(self.txs[before.get()].lane, tx),
            None => self.ready.insert_for_any(tx),
        }
    }

    /// Whether a transaction stays on the lane of the one before, the only one it depends on.
    fn continues(&self, tx: TxIndex, before: TxIndex) -> bool {
        let depends = self.plan.depends.get(tx.get());
        self.plan.chains_stay
            && before.0 + 1 == tx.0
            && depends.is_some_and(|depends| **depends == [before])
    }

    fn wake(&mut self, on: TxIndex) {
        for tx in self.dependents.remove(&on).unwrap_or_default() {
            if self.waiting.get(&tx) == Some(&Some(on)) {
                self.make_ready(tx, Some(on));
            }
        }
    }

    /// The next incarnation may run, at once or after `on` has.
    fn reopen(&mut self, version: Version, on: Option<TxIndex>) {
        let (tx, incarnation) = (version.tx, version.incarnation.next());
        let Some(of) = self.latest(version) else { return };
        *of = Tx { incarnation, lane: of.lane, ..Tx::default() };
        let hopeless = incarnation.0 >= INCARNATIONS_BEFORE_WAITING;
        match on.filter(|on| !self.has_run(*on)) {
            _ if self.is_first(tx) => self.make_ready(tx, None),
            _ if hopeless => self.wait_for(tx, None),
            Some(on) => self.wait_for(tx, Some(on)),
            None => self.make_ready(tx, None),
        }
    }

    /// Whether a fresh transaction shall follow the one before of its class, which has not run.
    fn like(&self, tx: TxIndex) -> Option<TxIndex> {
        let fresh = self.txs.get(tx.get())?.incarnation == Incarnation(0);
        let expects = fresh && self.rules.hints == Expectation::Contract;
        let (class, before) = self.plan.like(tx).filter(|_| expects)?;
        let contended = self.classes.get(class).is_some_and(ClassCount::is_contended);
        (contended && !self.has_run(before)).then_some(before)
    }

    fn next_to_run(&mut self, lane: Lane) -> Option<TxIndex> {
        loop {
            let tx = self.ready.first_own(lane).or_else(|| self.ready.first(lane))?;
            let Some(before) = self.like(tx) else { return Some(tx) };
            self.ready.take(lane, tx);
            self.seen = self.seen.max(tx.0 + 1);
            self.wait_for(tx, Some(before));
        }
    }

    fn next_to_check(&self) -> Option<TxIndex> {
        let tx = self.due.first().copied()?;
        let may = self.rules.validation == ValidationOrder::Any || self.is_first(tx);
        may.then_some(tx)
    }

    fn run(&mut self, lane: Lane, tx: TxIndex) -> Option<Task> {
        self.ready.take(lane, tx);
        self.seen = self.seen.max(tx.0 + 1);
        let of = self.txs.get_mut(tx.get())?;
        (of.stage, of.lane) = (Stage::Executing, lane);
        self.version(tx).map(Task::Execute)
    }

    fn check(&mut self, tx: TxIndex) -> Option<Task> {
        self.due.remove(&tx);
        let of = self.txs.get_mut(tx.get())?;
        (of.stage, of.doubted) = (Stage::Checking, false);
        self.version(tx).map(Task::Validate)
    }

    fn wait(&self) -> Wait {
        let head = TxIndex(self.committed);
        let (reason, on) = match self.waiting.first_key_value() {
            None => (WaitReason::NothingReady, head),
            Some((_, Some(on))) if self.rules.hints == Expectation::Sender => {
                (WaitReason::SameSender, *on)
            }
            Some((_, on)) => (WaitReason::Dependency, on.unwrap_or(head)),
        };
        Wait { reason, on: self.version(on) }
    }
}

impl Machine for Speculator {
    fn next(&mut self, lane: Lane) -> Task {
        if self.committed as usize == self.txs.len() {
            return Task::Done;
        }
        let (run, check) = (self.next_to_run(lane), self.next_to_check());
        let task = match (run, check) {
            (Some(tx), other) if other.is_none_or(|other| tx < other) => self.run(lane, tx),
            (_, Some(tx)) => self.check(tx),
            _ => None,
        };
        task.unwrap_or_else(|| Task::Wait(self.wait()))
    }

    fn published(&mut self, tx: TxIndex, reads: &dyn Fn(TxIndex) -> bool) {
        // Who looks for himself does so whatever has changed.
        let pull = self.rules.invalidation == Invalidation::Pull;
        for later in (tx.0 + 1..self.seen).map(TxIndex) {
            match self.txs[later.get()].stage {
                Stage::Executing => self.txs[later.get()].doubted = true,
                Stage::Checking if pull || reads(later) => self.txs[later.get()].doubted = true,
                Stage::Executed if pull || reads(later) => {
                    self.due.insert(later);
                }
                _ => {}
            }
        }
    }

    fn executed(&mut self, version: Version, so: Executed) -> bool {
        let pull = self.rules.invalidation == Invalidation::Pull;
        let Some(tx) = self.latest(version) else { return false };
        let due = pull || so.doubtful || tx.doubted;
        (tx.stage, tx.doubted, tx.last_check) = (Stage::Executed, false, so.last_check);
        if version.incarnation.0 == 0
            && let Some(class) = self.plan.class(version.tx)
        {
            self.classes[class].ran();
        }
        let may = self.rules.validation == ValidationOrder::Any || self.is_first(version.tx);
        if due && may {
            // Whoever has run it checks it too: its reads are still at hand.
            self.txs[version.tx.get()].stage = Stage::Checking;
        } else if due {
            self.due.insert(version.tx);
        }
        self.wake(version.tx);
        due && may
    }

    fn blocked(&mut self, version: Version, on: TxIndex) {
        self.reopen(version, Some(on));
    }

    fn validated(&mut self, version: Version, finding: Finding) -> bool {
        let stale = finding != Finding::Holds;
        let Some(tx) = self.latest(version).filter(|tx| tx.stage == Stage::Checking) else {
            return false;
        };
        tx.stage = if stale { Stage::Aborting } else { Stage::Executed };
        if core::mem::take(&mut tx.doubted) && !stale {
            self.due.insert(version.tx);
        }
        stale
    }

    fn aborted(&mut self, version: Version, finding: Finding) {
        let on = match finding {
            Finding::Stale { on } => on,
            Finding::Holds => None,
        };
        if let Some(class) = self.plan.class(version.tx) {
            self.classes[class].aborted();
        }
        self.reopen(version, on);
    }

    fn head(&mut self) -> Option<Head> {
        let version = self.version(TxIndex(self.committed)).filter(|_| self.has_head())?;
        let pull = self.rules.invalidation == Invalidation::Pull;
        let tx = self.latest(version)?;
        // Nobody else shall check it meanwhile.
        tx.stage = Stage::Checking;
        Some(Head { version, check: pull || tx.last_check })
    }

    fn has_head(&self) -> bool {
        let head = TxIndex(self.committed);
        let stage = self.txs.get(head.get()).map(|tx| tx.stage);
        stage == Some(Stage::Executed) && !self.due.contains(&head)
    }

    fn commit(&mut self, version: Version) {
        self.committed = version.tx.0 + 1;
        if let Some(tx) = self.latest(version) {
            tx.stage = Stage::Executed;
        }
    }

    fn settled(&mut self) {
        let head = TxIndex(self.committed);
        if self.waiting.get(&head) == Some(&None) {
            self.make_ready(head, None);
        }
    }

    fn committed(&self) -> u32 {
        self.committed
    }

    fn work(&self) -> usize {
        if self.committed as usize == self.txs.len() {
            return usize::MAX;
        }
        let checks = match self.rules.validation {
            ValidationOrder::Any => self.due.len(),
            ValidationOrder::InOrder => usize::from(self.next_to_check().is_some()),
        };
        self.ready.free() + checks
    }

    fn lane_gone(&mut self, lane: Lane) {
        self.ready.lane_gone(lane);
    }
}

#[cfg(all(test, not(feature = "interleavings")))]
mod tests;
