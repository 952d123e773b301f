//! Block-STM (Gelashvili et al., 2022), with push invalidation and rolling commit.
//!
//! Every transaction is run as early as lanes allow, lowest index first. Whoever publishes names
//! what it changed; later transactions that may have read it are *doubted*, validated, and aborted
//! if a value really differs. Commits keep block order: a transaction commits after all earlier
//! ones, and only undoubted.
//!
//! Nearly all transactions run once and meet nobody. Those touch one counter and their own word.
//! Everything else (who runs again, who waits for whom) is rare and lies behind one lock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use lanescope_protocol::event::WaitReason;
use lanescope_protocol::{Lane, TxIndex, Version};
use rustc_hash::FxHashMap;

use super::plan::Plan;
use super::word::{State, Status, Word, Words};
use super::{Executed, Finding, Head, Strategy, Task, Wait, first};
use crate::sync::{AtomicBool, AtomicU32, AtomicU64, Mutex, MutexGuard, lock};

/// A transaction that was thrown away this often waits until all earlier ones are final: it then
/// runs exactly once more. Bounds the work on blocks that no speculation helps.
pub(super) const INCARNATIONS_BEFORE_WAITING: u16 = 16;

#[derive(Debug)]
pub(crate) struct BlockStm {
    words: Words,
    plan: Plan,
    /// How often transactions of each class have run, and were thrown away.
    classes: Box<[ClassCount]>,
    /// What each lane has taken and not begun yet.
    lanes: Box<[Hand]>,
    /// Transactions below have been taken by a lane.
    taken: AtomicU32,
    /// So many of the long ones have been taken.
    long_taken: AtomicU32,
    /// Transactions below are final.
    committed: AtomicU32,
    /// A lane is committing.
    committing: AtomicBool,
    /// Transactions in `queues` that lanes can do something about.
    queued: AtomicU32,
    queues: Mutex<Queues>,
}

#[derive(Debug, Default)]
struct Queues {
    /// Wait for a lane to run them again.
    ready: BTreeSet<TxIndex>,
    /// Have run, and something they may have read has changed since.
    doubted: BTreeSet<TxIndex>,
    /// Wait for another transaction; `None`: for all before them to be final.
    parked: BTreeMap<TxIndex, Option<TxIndex>>,
    /// Who waits for whom.
    dependents: FxHashMap<TxIndex, Vec<TxIndex>>,
}

/// How transactions of one class have fared.
#[derive(Debug, Default)]
pub(super) struct ClassCount {
    runs: AtomicU32,
    aborts: AtomicU32,
}

/// A class is contended if one in so many of its transactions was thrown away.
const CONTENDED: u32 = 8;

impl ClassCount {
    pub(super) fn ran(&self) {
        self.runs.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn aborted(&self) {
        self.aborts.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn is_contended(&self) -> bool {
        let aborts = self.aborts.load(Ordering::Relaxed);
        aborts > 0 && aborts.saturating_mul(CONTENDED) >= self.runs.load(Ordering::Relaxed)
    }
}

/// Transactions that a lane has taken: from the low half to below the high half. Far from those of
/// other lanes, because it changes with every transaction.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Hand(AtomicU64);

impl Hand {
    fn next(&self) -> Option<TxIndex> {
        let hand = self.0.load(Ordering::Relaxed);
        let (next, end) = (hand as u32, (hand >> 32) as u32);
        (next < end).then(|| {
            self.hold(next + 1, end);
            TxIndex(next)
        })
    }

    fn hold(&self, next: u32, end: u32) {
        self.0.store(u64::from(end) << 32 | u64::from(next), Ordering::Relaxed);
    }
}

impl BlockStm {
    pub(crate) fn new(lanes: u16, plan: Plan) -> Self {
        Self {
            words: Words::new(plan.transactions(), plan.is_fine()),
            classes: (0..plan.classes()).map(|_| ClassCount::default()).collect(),
            plan,
            lanes: (0..lanes).map(|_| Hand::default()).collect(),
            taken: AtomicU32::new(0),
            long_taken: AtomicU32::new(0),
            committed: AtomicU32::new(0),
            committing: AtomicBool::new(false),
            queued: AtomicU32::new(0),
            queues: Mutex::new(Queues::default()),
        }
    }

    fn word(&self, tx: TxIndex) -> &Word {
        self.words.of(tx.get())
    }

    fn version(&self, tx: TxIndex) -> Version {
        Version { tx, incarnation: self.word(tx).load().incarnation }
    }

    fn count(&self, queues: &MutexGuard<'_, Queues>) {
        let count = queues.ready.len() + queues.doubted.len();
        self.queued.store(count as u32, Ordering::SeqCst);
    }

    /// The next transaction that no lane has ever run.
    fn next_fresh(&self, lane: Lane) -> Option<Task> {
        let hand = self.lanes.get(lane.get())?;
        // The first lane begins at the beginning; the others look at what takes long.
        if lane != Lane(0)
            && let Some(task) = self.next_long()
        {
            return Some(task);
        }
        loop {
            let tx = hand.next().or_else(|| {
                let take = |taken: u32| Some(taken + self.plan.batch(taken)?);
                let from =
                    self.taken.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).ok()?;
                hand.hold(from + 1, take(from)?);
                Some(TxIndex(from))
            })?;
            if !self.waits_for_its_like(tx)
                && let Some(task) = self.start_fresh(tx)
            {
                return Some(task);
            }
        }
    }

    fn next_long(&self) -> Option<Task> {
        while (self.long_taken.load(Ordering::SeqCst) as usize) < self.plan.long.len() {
            let at = self.long_taken.fetch_add(1, Ordering::SeqCst);
            let tx = self.plan.long.get(at as usize).copied()?;
            if let Some(task) = self.start_fresh(tx) {
                return Some(task);
            }
        }
        None
    }

    /// Begins a transaction, unless it was begun before its turn.
    fn start_fresh(&self, tx: TxIndex) -> Option<Task> {
        // Who publishes before this step is seen by what follows it; who publishes later sees it.
        let start = |state: State| {
            let fresh = state.status == Status::Fresh;
            fresh.then_some(State { status: Status::Executing, ..state })
        };
        self.word(tx).update(start).ok().map(|_| Task::Execute(first(tx)))
    }

    /// Parks a fresh transaction behind the one before it of the same class, if those have turned
    /// out to get in each other's way and that one has not run. Answers whether it waits.
    fn waits_for_its_like(&self, tx: TxIndex) -> bool {
        let Some((class, before)) = self.plan.like(tx) else { return false };
        let contended = self.classes.get(class).is_some_and(ClassCount::is_contended);
        if !contended || self.word(before).load().status == Status::Executed {
            return false;
        }
        let mut queues = lock(&self.queues);
        let park = |state: State| {
            let fresh = state.status == Status::Fresh;
            fresh.then_some(State { status: Status::Parked, ..state })
        };
        if self.word(tx).update(park).is_err() {
            return true;
        }
        queues.parked.insert(tx, Some(before));
        if !self.must_wait(tx, Some(before), &mut queues) {
            queues.parked.remove(&tx);
            self.make_ready(tx, &mut queues);
        }
        self.count(&queues);
        true
    }

    /// The lowest transaction that must be run again or checked.
    fn next_queued(&self) -> Option<Task> {
        if self.queued.load(Ordering::SeqCst) == 0 {
            return None;
        }
        let mut queues = lock(&self.queues);
        let task = loop {
            let again = queues.ready.first().copied();
            let doubted = queues.doubted.first().copied();
            match (again, doubted) {
                (None, None) => break None,
                (Some(tx), other) if other.is_none_or(|other| tx < other) => {
                    queues.ready.pop_first();
                    let start = |state: State| {
                        let ready = state.status == Status::Ready;
                        ready.then_some(State { status: Status::Executing, ..state })
                    };
                    if let Ok(state) = self.word(tx).update(start) {
                        break Some(Task::Execute(Version { tx, incarnation: state.incarnation }));
                    }
                }
                (_, None) => break None,
                (_, Some(tx)) => {
                    queues.doubted.pop_first();
                    if let Some(version) = self.start_check(tx) {
                        break Some(Task::Validate(version));
                    }
                }
            }
        };
        self.count(&queues);
        task
    }

    /// Takes a doubted transaction to check it. Nothing, if it is not doubted any more.
    fn start_check(&self, tx: TxIndex) -> Option<Version> {
        let start = |state: State| {
            let due = state.status == Status::Executed && state.doubted && !state.checking;
            due.then_some(State { doubted: false, checking: true, ..state })
        };
        let state = self.word(tx).update(start).ok()?;
        Some(Version { tx, incarnation: state.incarnation })
    }

    fn queue_doubted(&self, tx: TxIndex) {
        let mut queues = lock(&self.queues);
        queues.doubted.insert(tx);
        self.count(&queues);
    }

    /// The next incarnation of a transaction may run, at once or after `on` has.
    fn reopen(&self, version: Version, on: Option<TxIndex>) {
        let tx = version.tx;
        let mut queues = lock(&self.queues);
        let next = version.incarnation.next();
        let reopened = |status| {
            move |state: State| {
                let State { awaited, .. } = state;
                let (doubted, checking, last_check) = (false, false, false);
                let incarnation = next;
                Some(State { status, incarnation, doubted, checking, awaited, last_check })
            }
        };
        let hopeless = next.0 >= INCARNATIONS_BEFORE_WAITING;
        let waits_for = if hopeless { Some(None) } else { on.map(Some) };
        if let Some(waits_for) = waits_for {
            let _ = self.word(tx).update(reopened(Status::Parked));
            queues.parked.insert(tx, waits_for);
            if !self.must_wait(tx, waits_for, &mut queues) {
                queues.parked.remove(&tx);
                self.make_ready(tx, &mut queues);
            }
        } else {
            let _ = self.word(tx).update(reopened(Status::Ready));
            queues.ready.insert(tx);
        }
        self.count(&queues);
    }

    /// Makes sure that a parked transaction will be woken; `false` if what it waits for has
    /// happened already.
    fn must_wait(&self, tx: TxIndex, on: Option<TxIndex>, queues: &mut Queues) -> bool {
        let Some(on) = on else {
            return self.committed.load(Ordering::SeqCst) < tx.0;
        };
        queues.dependents.entry(on).or_default().push(tx);
        // Whoever finishes `on` after this sees the mark and takes the lock; whoever has finished
        // before is seen here.
        let marked = self.word(on).update(|state| {
            let pending = state.status != Status::Executed;
            pending.then_some(State { awaited: true, ..state })
        });
        marked.is_ok()
    }

    fn make_ready(&self, tx: TxIndex, queues: &mut Queues) {
        let ready = |state: State| {
            let parked = state.status == Status::Parked;
            parked.then_some(State { status: Status::Ready, ..state })
        };
        if self.word(tx).update(ready).is_ok() {
            queues.ready.insert(tx);
        }
    }

    /// Wakes who waited for a transaction to run.
    fn wake_dependents(&self, tx: TxIndex) {
        let mut queues = lock(&self.queues);
        for waiting in queues.dependents.remove(&tx).unwrap_or_default() {
            if queues.parked.get(&waiting) == Some(&Some(tx)) {
                queues.parked.remove(&waiting);
                self.make_ready(waiting, &mut queues);
            }
        }
        self.count(&queues);
    }

    /// Wakes the first transaction that is not final, if it waited for just that.
    fn wake_head(&self) {
        let head = TxIndex(self.committed.load(Ordering::SeqCst));
        let parked = |word: &Word| word.load().status == Status::Parked;
        if self.words.get(head.get()).is_some_and(parked) {
            let mut queues = lock(&self.queues);
            if queues.parked.get(&head) == Some(&None) {
                queues.parked.remove(&head);
                self.make_ready(head, &mut queues);
                self.count(&queues);
            }
        }
    }

    fn wait(&self) -> Wait {
        let head = TxIndex(self.committed.load(Ordering::SeqCst));
        let parked = lock(&self.queues).parked.first_key_value().map(|(_, on)| *on);
        let (on, reason) = match parked {
            Some(on) => (on.unwrap_or(head), WaitReason::Dependency),
            None => (head, WaitReason::NothingReady),
        };
        Wait { reason, on: (on.get() < self.words.len()).then(|| self.version(on)) }
    }
}

impl Strategy for BlockStm {
    fn next(&self, lane: Lane) -> Task {
        if let Some(task) = self.next_queued().or_else(|| self.next_fresh(lane)) {
            return task;
        }
        if self.committed.load(Ordering::SeqCst) as usize == self.words.len() {
            return Task::Done;
        }
        Task::Wait(self.wait())
    }

    fn published(&self, tx: TxIndex, reads: &dyn Fn(TxIndex) -> bool) {
        // Who is taken after this reads what was published before.
        let end = self.taken.load(Ordering::SeqCst);
        let long = &self.plan.long
            [..self.plan.long.len().min(self.long_taken.load(Ordering::SeqCst) as usize)];
        let ahead = long.iter().copied().filter(|later| later.0 >= end && later.0 > tx.0);
        for later in (tx.0 + 1..end).map(TxIndex).chain(ahead) {
            let doubted = self.word(later).update(|state| {
                let concerned = match state.status {
                    // Nobody knows yet what it has read.
                    Status::Executing => true,
                    Status::Executed => !state.doubted && reads(later),
                    // The others will read anew, or are final.
                    _ => false,
                };
                (concerned && !state.doubted).then_some(State { doubted: true, ..state })
            });
            if let Ok(State { status: Status::Executed, checking: false, .. }) = doubted {
                self.queue_doubted(later);
            }
        }
    }

    fn executed(&self, version: Version, so: Executed) -> bool {
        let Executed { doubtful, last_check } = so;
        let done = |state: State| {
            // Whoever has run it checks it too: its reads are still at hand.
            let checking = doubtful || state.doubted;
            let (doubted, awaited) = (false, false);
            Some(State {
                status: Status::Executed,
                doubted,
                checking,
                awaited,
                last_check,
                ..state
            })
        };
        let Ok(before) = self.word(version.tx).update(done) else { return false };
        if version.incarnation.0 == 0
            && let Some(class) = self.plan.class(version.tx)
        {
            self.classes[class].ran();
        }
        if before.awaited {
            self.wake_dependents(version.tx);
        }
        doubtful || before.doubted
    }

    fn blocked(&self, version: Version, on: TxIndex) {
        self.reopen(version, Some(on));
    }

    fn validated(&self, version: Version, finding: Finding) -> bool {
        let stale = finding != Finding::Holds;
        let outcome = self.word(version.tx).update(|state| {
            let current = state.incarnation == version.incarnation && state.checking;
            let next = if stale {
                State { status: Status::Aborting, doubted: false, checking: false, ..state }
            } else {
                State { checking: false, ..state }
            };
            (current && state.status == Status::Executed).then_some(next)
        });
        match outcome {
            Ok(_) if stale => true,
            Ok(before) => {
                // Doubted again while it was checked.
                if before.doubted {
                    self.queue_doubted(version.tx);
                }
                false
            }
            Err(_) => false,
        }
    }

    fn aborted(&self, version: Version, finding: Finding) {
        let on = match finding {
            Finding::Stale { on } => on,
            Finding::Holds => None,
        };
        if let Some(class) = self.plan.class(version.tx) {
            self.classes[class].aborted();
        }
        self.reopen(version, on);
    }

    fn begin_commits(&self) -> bool {
        !self.committing.swap(true, Ordering::SeqCst)
    }

    fn head(&self) -> Option<Head> {
        let tx = TxIndex(self.committed.load(Ordering::SeqCst));
        let state = self.words.get(tx.get())?.load();
        let ready = state.status == Status::Executed && !state.doubted && !state.checking;
        if !ready {
            return None;
        }
        let version = Version { tx, incarnation: state.incarnation };
        if !state.last_check {
            return Some(Head { version, check: false });
        }
        // Nobody else shall check it meanwhile.
        let start = |state: State| {
            let due = state.status == Status::Executed && !state.doubted && !state.checking;
            due.then_some(State { checking: true, ..state })
        };
        self.word(tx).update(start).ok().map(|_| Head { version, check: true })
    }

    fn has_head(&self) -> bool {
        let head = self.committed.load(Ordering::SeqCst);
        self.words.get(head as usize).is_some_and(|word| {
            let state = word.load();
            state.status == Status::Executed && !state.doubted && !state.checking
        })
    }

    fn suspect(&self, version: Version) {
        let check = |state: State| {
            let current = state.incarnation == version.incarnation;
            (current && state.status == Status::Executed)
                .then_some(State { checking: true, ..state })
        };
        // Whoever has made another of it meanwhile will have it checked.
        let _ = self.word(version.tx).update(check);
    }

    fn commit(&self, version: Version) {
        // Nobody looks at its word again: what could doubt it is final.
        self.committed.store(version.tx.0 + 1, Ordering::Release);
    }

    fn end_commits(&self) -> bool {
        // Who parks itself at this moment either sees this count or is seen by the next line.
        self.committed.store(self.committed.load(Ordering::Relaxed), Ordering::SeqCst);
        self.wake_head();
        self.committing.store(false, Ordering::SeqCst);
        // Whoever finished meanwhile has found the right taken, and leaves it to us.
        self.has_head()
    }

    fn committed(&self) -> u32 {
        self.committed.load(Ordering::SeqCst)
    }

    fn work(&self) -> usize {
        let transactions = self.words.len() as u32;
        if self.committed.load(Ordering::SeqCst) == transactions {
            return usize::MAX;
        }
        let fresh = transactions.saturating_sub(self.taken.load(Ordering::SeqCst));
        (self.queued.load(Ordering::SeqCst) + fresh) as usize
    }
}

#[cfg(all(test, not(feature = "interleavings")))]
mod tests;
