//! What can become of a run, as a search asks for it.

use lanescope_protocol::EventKind;
use lanescope_protocol::event::Status;

use crate::bar::{Bar, Ending};
use crate::film::Film;

/// What `is:` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Its result was thrown away.
    Aborted,
    /// It became final.
    Committed,
    /// The contract reverted; the transaction is committed all the same.
    Reverted,
    /// It ran out of gas or into an invalid instruction.
    Halted,
    /// It did what it was asked.
    Succeeded,
    /// It is a second or later try.
    ReExecuted,
    /// It stopped early or its lane stood, to wait for another transaction.
    Waited,
    /// A read of it came too early.
    Stale,
    /// It was lost with its lane.
    Lost,
    /// It ran and is not in the block.
    LeftOut,
    /// Its transaction was put off to the next block.
    Deferred,
    /// Its transaction never runs.
    Dropped,
}

impl Outcome {
    /// All, the ones asked for most often first.
    pub const ALL: [Self; 12] = [
        Self::Aborted,
        Self::ReExecuted,
        Self::Committed,
        Self::Reverted,
        Self::Halted,
        Self::Stale,
        Self::Waited,
        Self::Succeeded,
        Self::Lost,
        Self::LeftOut,
        Self::Deferred,
        Self::Dropped,
    ];

    /// As it is typed.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Aborted => "aborted",
            Self::Committed => "committed",
            Self::Reverted => "reverted",
            Self::Halted => "halted",
            Self::Succeeded => "succeeded",
            Self::ReExecuted => "re-executed",
            Self::Waited => "waited",
            Self::Stale => "stale",
            Self::Lost => "lost",
            Self::LeftOut => "left-out",
            Self::Deferred => "deferred",
            Self::Dropped => "dropped",
        }
    }

    /// What it means, in a few words.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Aborted => "runs whose result was thrown away",
            Self::Committed => "runs that became final",
            Self::Reverted => "the contract reverted; committed all the same",
            Self::Halted => "out of gas or an invalid instruction",
            Self::Succeeded => "did what it was asked",
            Self::ReExecuted => "second and later tries",
            Self::Waited => "stopped or stood to wait for another transaction",
            Self::Stale => "a read of it came too early",
            Self::Lost => "lost with its lane",
            Self::LeftOut => "ran and is not in the block",
            Self::Deferred => "put off to the next block",
            Self::Dropped => "never runs",
        }
    }

    /// Those whose word begins so.
    pub(super) fn beginning_with(text: &str) -> Vec<Self> {
        let plain = |word: &str| word.replace(['-', ' '], "").to_lowercase();
        let wanted = plain(text);
        Self::ALL.into_iter().filter(|known| plain(known.word()).starts_with(&wanted)).collect()
    }

    /// Whether a run is that.
    pub(super) fn holds(self, film: &Film, bar: &Bar) -> bool {
        match self {
            Self::Aborted => bar.abort.is_some(),
            Self::Committed => bar.committed_at.is_some(),
            Self::Reverted => bar.status() == Some(Status::Reverted),
            Self::Halted => bar.status() == Some(Status::Halted),
            Self::Succeeded => bar.status() == Some(Status::Succeeded),
            Self::ReExecuted => bar.is_again(),
            Self::Waited => {
                matches!(bar.ending, Ending::Suspended { .. }) || was_awaited(film, bar)
            }
            Self::Stale => film.accesses_of(bar.version).iter().any(|access| access.stale),
            Self::Lost => bar.ending == Ending::Lost,
            Self::LeftOut => bar.skipped_at.is_some(),
            Self::Deferred | Self::Dropped => self.holds_of(film, bar.version.tx),
        }
    }

    /// Whether a transaction is that, whatever its runs are.
    pub(super) fn holds_of(self, film: &Film, tx: lanescope_protocol::TxIndex) -> bool {
        let kind = match self {
            Self::Deferred => EventKind::Deferred,
            Self::Dropped => EventKind::Dropped,
            _ => return false,
        };
        film.notes_of(tx).iter().any(|note| note.kind == kind)
    }
}

/// Whether the lane stood right before the run, until the run could begin.
fn was_awaited(film: &Film, bar: &Bar) -> bool {
    let waits = film.lane_waits(bar.lane);
    let next = waits.partition_point(|wait| wait.start < bar.start);
    let before = next.checked_sub(1).and_then(|at| waits.get(at));
    before.is_some_and(|wait| wait.tx == Some(bar.version.tx) && wait.end <= bar.start)
}
