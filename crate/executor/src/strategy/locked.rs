//! A plain state machine behind one lock: for rules whose point is not their speed.

use core::fmt::Debug;
use std::sync::atomic::Ordering;

use lanescope_protocol::{Lane, TxIndex, Version};

use super::{Executed, Finding, Head, Strategy, Task};
use crate::sync::{AtomicBool, AtomicU32, Mutex, lock};

/// What [`Strategy`] asks for, for one lane at a time. See there for what the methods mean.
pub(super) trait Machine: Debug + Send {
    fn next(&mut self, lane: Lane) -> Task;

    /// Nobody needs to be told under most rules.
    fn published(&mut self, _tx: TxIndex, _reads: &dyn Fn(TxIndex) -> bool) {}

    fn executed(&mut self, version: Version, so: Executed) -> bool;

    fn blocked(&mut self, version: Version, on: TxIndex);

    fn validated(&mut self, version: Version, finding: Finding) -> bool;

    fn aborted(&mut self, version: Version, finding: Finding);

    fn head(&mut self) -> Option<Head>;

    /// Whether [`Machine::head`] would answer something.
    fn has_head(&self) -> bool;

    fn commit(&mut self, version: Version);

    /// Whoever had the right to commit gives it back: what he made final can be seen now.
    fn settled(&mut self) {}

    fn committed(&self) -> u32;

    fn work(&self) -> usize;

    /// See [`Strategy::lane_gone`].
    fn lane_gone(&mut self, _lane: Lane) {}

    /// See [`Strategy::ticks_percent`].
    fn ticks_percent(&self, _version: Version) -> u32 {
        100
    }
}

/// The strategy that a machine makes.
#[derive(Debug)]
pub(super) struct Locked<M> {
    machine: Mutex<M>,
    /// What the machine has answered last, so that lanes which wait need no lock to look.
    work: AtomicU32,
    committed: AtomicU32,
    /// A lane is committing.
    committing: AtomicBool,
}

impl<M: Machine> Locked<M> {
    pub(super) fn new(machine: M) -> Self {
        let (work, committed) = (clip(machine.work()), machine.committed());
        Self {
            machine: Mutex::new(machine),
            work: AtomicU32::new(work),
            committed: AtomicU32::new(committed),
            committing: AtomicBool::new(false),
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut M) -> T) -> T {
        let mut machine = lock(&self.machine);
        let answer = act(&mut machine);
        self.work.store(clip(machine.work()), Ordering::SeqCst);
        self.committed.store(machine.committed(), Ordering::SeqCst);
        answer
    }
}

/// A count in half a word; the highest stands for "all lanes".
fn clip(work: usize) -> u32 {
    u32::try_from(work).unwrap_or(u32::MAX)
}

impl<M: Machine> Strategy for Locked<M> {
    fn next(&self, lane: Lane) -> Task {
        self.with(|machine| machine.next(lane))
    }

    fn published(&self, tx: TxIndex, reads: &dyn Fn(TxIndex) -> bool) {
        self.with(|machine| machine.published(tx, reads));
    }

    fn executed(&self, version: Version, so: Executed) -> bool {
        self.with(|machine| machine.executed(version, so))
    }

    fn blocked(&self, version: Version, on: TxIndex) {
        self.with(|machine| machine.blocked(version, on));
    }

    fn validated(&self, version: Version, finding: Finding) -> bool {
        self.with(|machine| machine.validated(version, finding))
    }

    fn aborted(&self, version: Version, finding: Finding) {
        self.with(|machine| machine.aborted(version, finding));
    }

    fn begin_commits(&self) -> bool {
        !self.committing.swap(true, Ordering::SeqCst)
    }

    fn head(&self) -> Option<Head> {
        self.with(Machine::head)
    }

    fn has_head(&self) -> bool {
        lock(&self.machine).has_head()
    }

    fn commit(&self, version: Version) {
        self.with(|machine| machine.commit(version));
    }

    fn end_commits(&self) -> bool {
        self.with(Machine::settled);
        self.committing.store(false, Ordering::SeqCst);
        // Whoever finished meanwhile has found the right taken, and leaves it to us.
        self.has_head()
    }

    fn committed(&self) -> u32 {
        self.committed.load(Ordering::SeqCst)
    }

    fn work(&self) -> usize {
        match self.work.load(Ordering::SeqCst) {
            u32::MAX => usize::MAX,
            work => work as usize,
        }
    }

    fn lane_gone(&self, lane: Lane) {
        self.with(|machine| machine.lane_gone(lane));
    }

    fn ticks_percent(&self, version: Version) -> u32 {
        lock(&self.machine).ticks_percent(version)
    }
}
