//! One bar per run of an incarnation on its lane, and what it looks like at a moment.

use lanescope_protocol::event::Status;
use lanescope_protocol::{Incarnation, Lane, LocationId, TxIndex, Version, WaitReason};

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
            Self::Aborted => "aborted",
        }
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
            Ending::Open | Ending::Suspended { .. } | Ending::Cut => None,
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
            (None, Some(_), _) => Fate::Committed,
            (None, None, Ending::Suspended { .. }) => Fate::Suspended,
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
        } else if matches!(self.ending, Ending::Suspended { .. }) {
            BarState::Suspended
        } else if passed(self.committed_at) {
            BarState::Committed
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
            Self::Committed => "committed",
        }
    }
}
