//! What rules with an order of their own share: commits follow each other in that order, and each
//! transaction runs once.

use core::fmt::Debug;

use lanescope_protocol::event::WaitReason;
use lanescope_protocol::{Lane, TxIndex, Version};

use super::{Executed, Finding, Head, Strategy, Task, Wait, first};
use crate::sync::{Mutex, lock};

/// A rule as a plain state machine.
pub(super) trait Rule: Debug + Send {
    /// The order of commits.
    fn line(&self) -> &Line;
    /// The same, to be changed.
    fn line_mut(&mut self) -> &mut Line;
    /// The next task of a lane; [`Task::Done`] is not its business.
    fn next(&mut self, lane: Lane) -> Task;
    /// A transaction has published what it did.
    fn published(&mut self, _tx: TxIndex) {}
    /// A transaction has ended.
    fn ended(&mut self, tx: TxIndex);
    /// Some have been committed.
    fn committed(&mut self) {}
    /// For how many lanes there may be something to do.
    fn work(&self) -> usize;
}

/// A rule behind a lock.
#[derive(Debug)]
pub(super) struct Ordered<R>(Mutex<R>);

impl<R> Ordered<R> {
    pub(super) fn new(rule: R) -> Self {
        Self(Mutex::new(rule))
    }
}

/// Transactions in the order of their commits.
#[derive(Debug)]
pub(super) struct Line {
    order: Vec<TxIndex>,
    /// By transaction; `None`: not known yet.
    places: Vec<Option<u32>>,
    ended: Vec<bool>,
    committed: u32,
    committing: bool,
    /// How many will be committed in the end.
    total: u32,
}

impl Line {
    /// Places are given as transactions come.
    pub(super) fn new(transactions: usize) -> Self {
        Self {
            order: Vec::with_capacity(transactions),
            places: vec![None; transactions],
            ended: vec![false; transactions],
            committed: 0,
            committing: false,
            total: transactions as u32,
        }
    }

    /// Gives a transaction the next place.
    pub(super) fn append(&mut self, tx: TxIndex) {
        if self.places[tx.get()].is_none() {
            self.places[tx.get()] = Some(self.order.len() as u32);
            self.order.push(tx);
        }
    }

    /// One transaction fewer will be committed.
    pub(super) fn shorten(&mut self) {
        self.total -= 1;
    }

    pub(super) fn end(&mut self, tx: TxIndex) {
        self.ended[tx.get()] = true;
    }

    pub(super) fn has_ended(&self, tx: TxIndex) -> bool {
        self.ended[tx.get()]
    }

    /// Whether everything before a transaction that begins now is final.
    pub(super) fn is_first(&self, tx: TxIndex) -> bool {
        let place = self.places[tx.get()].unwrap_or(self.order.len() as u32);
        self.committed == place && !self.committing
    }

    pub(super) fn is_done(&self) -> bool {
        self.committed == self.total
    }

    /// The reason to wait where everything runs or has run.
    pub(super) fn wait(&self, reason: WaitReason) -> Wait {
        let on = self.order.get(self.committed as usize).map(|tx| first(*tx));
        Wait { reason, on }
    }

    fn head(&self) -> Option<Head> {
        let tx = *self.order.get(self.committed as usize)?;
        self.has_ended(tx).then_some(Head { version: first(tx), check: false })
    }
}

impl<R: Rule> Strategy for Ordered<R> {
    fn next(&self, lane: Lane) -> Task {
        let mut rule = lock(&self.0);
        match rule.next(lane) {
            Task::Wait(_) if rule.line().is_done() => Task::Done,
            task => task,
        }
    }

    fn published(&self, tx: TxIndex, _reads: &dyn Fn(TxIndex) -> bool) {
        lock(&self.0).published(tx);
    }

    fn executed(&self, version: Version, _so: Executed) -> bool {
        let mut rule = lock(&self.0);
        rule.line_mut().end(version.tx);
        rule.ended(version.tx);
        false
    }

    fn blocked(&self, _version: Version, _on: TxIndex) {}

    fn validated(&self, _version: Version, _finding: Finding) -> bool {
        false
    }

    fn aborted(&self, _version: Version, _finding: Finding) {}

    fn begin_commits(&self) -> bool {
        !core::mem::replace(&mut lock(&self.0).line_mut().committing, true)
    }

    fn head(&self) -> Option<Head> {
        lock(&self.0).line().head()
    }

    fn has_head(&self) -> bool {
        lock(&self.0).line().head().is_some()
    }

    fn can_abort(&self) -> bool {
        false
    }

    fn commit(&self, _version: Version) {
        lock(&self.0).line_mut().committed += 1;
    }

    fn end_commits(&self) -> bool {
        let mut rule = lock(&self.0);
        rule.line_mut().committing = false;
        rule.committed();
        rule.line().head().is_some()
    }

    fn committed(&self) -> u32 {
        lock(&self.0).line().committed
    }

    fn work(&self) -> usize {
        let rule = lock(&self.0);
        if rule.line().is_done() { usize::MAX } else { rule.work() }
    }

    fn place(&self, tx: TxIndex) -> u32 {
        lock(&self.0).line().places[tx.get()].unwrap_or(u32::MAX)
    }
}
