//! One bar per run of an incarnation on its lane, and what it looks like at a moment.

use lanescope_protocol::event::Status;
use lanescope_protocol::{EventKind, Incarnation, Lane, LocationId, TxIndex, Version, WaitReason};

/// Index into [`crate::Film::bars`]. Valid for one film.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BarId(pub u32);

impl BarId {
    /// The index as a slice index.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

/// One run of an incarnation. Times are ticks: gas or nanoseconds, by the film's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    /// Whose run it is.
    pub version: Version,
    /// Where it ran.
    pub lane: Lane,
    /// When it began.
    pub start: u64,
    /// When it ended; for one that still runs, the last time known.
    pub end: u64,
    /// How the run itself ended.
    pub ending: Ending,
    /// Gas used, 0 while unknown.
    pub gas: u32,
    /// When and why its result was thrown away.
    pub abort: Option<Abort>,
    /// When it became final.
    pub committed_at: Option<u64>,
    /// When it was left out of the block, because it is invalid on what it saw.
    pub skipped_at: Option<u64>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It still runs, as far as is known.
    Open,
    /// It came to its end.
    Finished(Status),
    /// It stopped at a location that another transaction is about to write again.
    Suspended {
        /// The transaction waited for.
        on: Option<Version>,
        /// The location.
        location: Option<LocationId>,
    },
    /// Its lane crashed, or its result was wrong and nobody had seen it yet; [`Bar::gas`] is how far
    /// it had come.
    Lost,
    /// Its lane began something else, and nothing tells how it ended.
    Cut,
}

/// A result thrown away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abort {
    /// When, in ticks; never before the run's end.
    pub at: u64,
    /// Who had written what was read too early.
    pub by: Option<Version>,
    /// What was read too early.
    pub location: Option<LocationId>,
    /// Gas thrown away.
    pub gas: u32,
}

/// How it went with a run in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It became final.
    Committed,
    /// Its result was thrown away.
    Aborted,
    /// It stopped early, to wait for another transaction.
    Suspended,
    /// It was lost with its lane.
    Lost,
    /// It was left out of the block.
    Skipped,
    /// The record ends before it is decided.
    Open,
}

/// What a bar shows at a moment. Ordered from the least to the most important to see: where bars
/// are too narrow to tell apart, the greatest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BarState {
    /// Has not begun.
    Future,
    /// Final.
    Committed,
    /// Has run, is not yet final; first try.
    Executed,
    /// Runs now; first try.
    Executing,
    /// Has run again, is not yet final.
    ExecutedAgain,
    /// Runs again now.
    ExecutingAgain,
    /// Stopped early, waits for another transaction.
    Suspended,
    /// Left out of the block.
    Skipped,
    /// Lost with its lane.
    Lost,
    /// Thrown away.
    Aborted,
}

impl BarState {
    /// The word that people read.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Future => "not yet begun",
            Self::Committed => "committed",
            Self::Executed | Self::ExecutedAgain => "awaiting validation",
            Self::Executing => "executing",
            Self::ExecutingAgain => "re-executing",
            Self::Suspended => "waiting",
            Self::Skipped => "left out",
            Self::Lost => "lost",
            Self::Aborted => "aborted",
        }
    }

    /// Whether what it shows came to nothing.
    #[must_use]
    pub const fn is_in_vain(self) -> bool {
        matches!(self, Self::Skipped | Self::Lost | Self::Aborted)
    }
}

impl Bar {
    /// The transaction.
    #[must_use]
    pub const fn tx(&self) -> TxIndex {
        self.version.tx
    }

    /// Whether it is a second or later try.
    #[must_use]
    pub fn is_again(&self) -> bool {
        self.version.incarnation > Incarnation(0)
    }

    /// Length in ticks.
    #[must_use]
    pub const fn length(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// How the execution ended, if it came to its end.
    #[must_use]
    pub const fn status(&self) -> Option<Status> {
        match self.ending {
            Ending::Finished(status) => Some(status),
            Ending::Open | Ending::Suspended { .. } | Ending::Lost | Ending::Cut => None,
        }
    }

    /// Whether it ended in a revert or halt, whose effects are undone while it stays committed.
    #[must_use]
    pub const fn is_undone(&self) -> bool {
        matches!(self.status(), Some(Status::Reverted | Status::Halted))
    }

    /// How it went in the end.
    #[must_use]
    pub const fn fate(&self) -> Fate {
        match (self.abort, self.committed_at, self.ending) {
            (Some(_), _, _) => Fate::Aborted,
            (None, _, Ending::Lost) => Fate::Lost,
            (None, Some(_), _) => Fate::Committed,
            (None, None, Ending::Suspended { .. }) => Fate::Suspended,
            (None, None, _) if self.skipped_at.is_some() => Fate::Skipped,
            (None, None, _) => Fate::Open,
        }
    }

    /// What it shows at `time` (ticks).
    #[must_use]
    pub fn state_at(&self, time: f64) -> BarState {
        if time < self.start as f64 {
            return BarState::Future;
        }
        let ended = self.ending != Ending::Open && time >= self.end as f64;
        if !ended {
            return if self.is_again() { BarState::ExecutingAgain } else { BarState::Executing };
        }
        let passed = |at: Option<u64>| at.is_some_and(|at| time >= at as f64);
        if passed(self.abort.map(|abort| abort.at)) {
            BarState::Aborted
        } else if self.ending == Ending::Lost {
            BarState::Lost
        } else if matches!(self.ending, Ending::Suspended { .. }) {
            BarState::Suspended
        } else if passed(self.committed_at) {
            BarState::Committed
        } else if passed(self.skipped_at) {
            BarState::Skipped
        } else if self.is_again() {
            BarState::ExecutedAgain
        } else {
            BarState::Executed
        }
    }
}

/// A time in which a lane had nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Which lane.
    pub lane: Lane,
    /// From, in ticks.
    pub start: u64,
    /// To, in ticks.
    pub end: u64,
    /// Why.
    pub reason: WaitReason,
    /// The transaction that would run next, where the scheduler says so.
    pub tx: Option<TxIndex>,
    /// The transaction waited for.
    pub on: Option<Version>,
    /// What is contended, where the scheduler says so.
    pub location: Option<LocationId>,
}

impl Wait {
    /// Why the lane waits, as much as fits on a wide bar: `dependency: T3 writes first`.
    #[must_use]
    pub fn reason_words(&self) -> String {
        let on = self.on.map(|on| on.tx);
        match (self.reason, on) {
            (WaitReason::NothingReady, _) => "nothing ready".to_owned(),
            (WaitReason::Dependency, Some(on)) => format!("dependency: {on} writes first"),
            (WaitReason::Dependency, None) => "dependency: another writes first".to_owned(),
            (WaitReason::SameSender, Some(on)) => format!("same sender: {on} comes first"),
            (WaitReason::SameSender, None) => "same sender: an earlier one comes first".to_owned(),
            (WaitReason::Lock, Some(on)) => format!("lock: {on} holds it"),
            (WaitReason::Lock, None) => "lock: another holds it".to_owned(),
            (WaitReason::Barrier, Some(on)) => format!("barrier: {on} still runs"),
            (WaitReason::Barrier, None) => "barrier: the round ends together".to_owned(),
            (WaitReason::Merge, Some(on)) => format!("merge: {on} comes first"),
            (WaitReason::Merge, None) => "merge: not yet its turn".to_owned(),
            (WaitReason::Crashed, _) => "crashed".to_owned(),
        }
    }

    /// The same for a narrower bar: `lock of T3`.
    #[must_use]
    pub fn reason_short(&self) -> String {
        let on = self.on.map(|on| on.tx);
        match (self.reason, on) {
            (WaitReason::SameSender, Some(on)) => format!("sender: {on}"),
            (WaitReason::SameSender, None) => "same sender".to_owned(),
            (WaitReason::Lock, Some(on)) => format!("lock of {on}"),
            (WaitReason::Lock, None) => "lock".to_owned(),
            (WaitReason::Barrier, Some(on)) => format!("barrier: {on}"),
            (WaitReason::Barrier, None) => "barrier".to_owned(),
            (WaitReason::Merge, Some(on)) => format!("merge of {on}"),
            (WaitReason::Merge, None) => "merge".to_owned(),
            (WaitReason::Dependency, Some(on)) => format!("waits for {on}"),
            (WaitReason::Dependency, None) => "dependency".to_owned(),
            (WaitReason::NothingReady | WaitReason::Crashed, _) => self.reason_words(),
        }
    }
}

/// A time in which something is wrong with a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Which lane.
    pub lane: Lane,
    /// From, in ticks.
    pub start: u64,
    /// To, in ticks; while it lasts, the last time known.
    pub end: u64,
    /// What is wrong.
    pub kind: TroubleKind,
}

/// What is wrong with a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TroubleKind {
    /// It runs nothing.
    Crashed,
    /// What it begins takes so many times as long.
    Slowed(u32),
}

/// A moment that concerns every lane: a thin line through all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// When, in ticks.
    pub time: u64,
    /// What begins or happens.
    pub kind: MilestoneKind,
    /// Which round or block, as people count.
    pub number: u32,
}

/// What happens at a [`Milestone`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MilestoneKind {
    /// A round begins: every lane has ended the one before.
    Round,
    /// The next block or commit begins to be filled.
    Slot,
    /// The block turns out to be invalid.
    Rejected,
}

/// Something that happened to a transaction beside running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// When, in ticks.
    pub time: u64,
    /// What: `Deferred`, `Dropped`, `Skipped`, `Reassigned`, `WrongResultFound`, `Patched` or
    /// `UndeclaredTouched`.
    pub kind: EventKind,
    /// Which try.
    pub incarnation: Incarnation,
    /// What it is about.
    pub location: Option<LocationId>,
    /// The other side, see [`EventKind`].
    pub other: Option<Version>,
}

/// A check of an incarnation's reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// Whose reads.
    pub version: Version,
    /// Which lane checked.
    pub lane: Lane,
    /// From, in ticks.
    pub start: u64,
    /// To, in ticks.
    pub end: u64,
    /// Whether they still held. `None`: the record ends before.
    pub held: Option<bool>,
}

/// Where a transaction stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TxState {
    /// No lane has begun with it.
    Queued,
    /// Runs for the first time.
    Executing,
    /// Runs again.
    ReExecuting,
    /// Has run; its reads are yet to be checked or it is not yet its turn.
    Executed,
    /// Waits for another transaction to write first.
    Waiting,
    /// Its last run was thrown away, the next has not begun.
    Aborted,
    /// Its last run was lost with its lane, the next has not begun.
    Lost,
    /// It does not fit into this block and waits for the next.
    Deferred,
    /// It never runs.
    Dropped,
    /// It has run and is not in the block.
    Skipped,
    /// Final.
    Committed,
}

impl TxState {
    /// The word that people read.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Executing => "executing",
            Self::ReExecuting => "re-executing",
            Self::Executed => "awaiting validation",
            Self::Waiting => "waiting",
            Self::Aborted => "aborted",
            Self::Lost => "lost",
            Self::Deferred => "deferred",
            Self::Dropped => "dropped",
            Self::Skipped => "left out",
            Self::Committed => "committed",
        }
    }
}
