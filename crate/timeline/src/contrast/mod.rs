//! Two to four runs side by side: what sets them apart, since when, in whose favour, and what each
//! threw away.
//!
//! Runs of the same block match transaction by transaction; runs of a block that was changed in
//! between match through [`Pairs`].

mod change;
mod ledger;
mod pairs;
mod past;
mod words;

use lanescope_protocol::{Clock, TxIndex, Version};

use crate::bar::Fate;
use crate::film::Film;

pub use change::{Subject, change_words};
pub use ledger::{Ledger, LedgerLine, TxWaste, WasteKind, WasteRow, by_cause, by_transaction};
pub use pairs::Pairs;
pub use past::Difference;
pub use words::{Contender, joined, race};

/// How far the result of a run can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It is the result of one lane.
    Exact,
    /// It is valid, in another order than the block's.
    OtherOrder,
    /// It is not what was promised, or nothing was promised and it differs from one lane.
    Wrong,
    /// The block is invalid.
    Rejected,
}

/// The numbers that runs are compared by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// What a tick is.
    pub clock: Clock,
    /// Ticks from the start to the last commit.
    pub makespan: u64,
    /// Times faster than one lane.
    pub speedup: f64,
    /// Ticks that a producer took before; 0 where nothing is supplied.
    pub producer: u64,
    /// Results thrown away.
    pub aborts: usize,
    /// Gas of executions that came to nothing.
    pub wasted: u64,
    /// How far to trust the result.
    pub trust: Trust,
}

/// A result thrown away in one run and not in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbortLine {
    /// Whose, as its own run counts transactions.
    pub version: Version,
    /// Where it had read too early, if that is known.
    pub place: Option<String>,
    /// Gas thrown away.
    pub gas: u64,
}

/// A transaction whose final run is somewhere else on the lanes, or at another time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shift {
    /// In the run before.
    pub before: TxIndex,
    /// The same transaction in the run after.
    pub after: TxIndex,
}

/// What sets two runs apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrast {
    /// The numbers of the run before.
    pub before: Figures,
    /// The numbers of the run after.
    pub after: Figures,
    /// The first thing that is not the same. `None`: nothing is.
    pub since: Option<Difference>,
    /// Transactions that stand elsewhere in the block.
    pub reordered: Vec<Shift>,
    /// Transactions whose final run is on another lane or at another time.
    pub shifted: Vec<Shift>,
    /// Aborts that are gone.
    pub gone: Vec<AbortLine>,
    /// Aborts that are new.
    pub new: Vec<AbortLine>,
}

impl Contrast {
    /// Compares two runs whose transactions match by `pairs`.
    #[must_use]
    pub fn new(before: &Film, after: &Film, pairs: &Pairs) -> Self {
        let theirs = |version: Version| pairs.ahead_version(version);
        let mine = |version: Version| pairs.back_version(version);
        Self {
            before: Figures::of(before),
            after: Figures::of(after),
            since: past::first_difference(before, after, pairs),
            reordered: reordered(pairs),
            shifted: shifted(before, after, pairs),
            gone: aborts_without(before, after, theirs),
            new: aborts_without(after, before, mine),
        }
    }

    /// Whether everything that happened before `tick` is the same in both runs.
    #[must_use]
    pub fn is_same_until(&self, tick: u64) -> bool {
        self.since.as_ref().is_none_or(|since| since.time >= tick)
    }

    /// Ticks that the run after is shorter; negative if it is longer.
    #[must_use]
    pub fn saved(&self) -> f64 {
        self.before.makespan as f64 - self.after.makespan as f64
    }
}

impl Figures {
    /// The numbers of a run.
    #[must_use]
    pub fn of(film: &Film) -> Self {
        let metrics = film.metrics();
        let summary = film.summary();
        let trust = match summary {
            Some(summary) if summary.rejected.is_some() => Trust::Rejected,
            Some(summary) if !summary.class_holds && !summary.identical => Trust::Wrong,
            Some(summary) if !summary.identical => Trust::OtherOrder,
            _ => Trust::Exact,
        };
        Self {
            clock: film.clock(),
            makespan: metrics.makespan,
            speedup: metrics.speedup,
            producer: metrics.producer,
            aborts: metrics.aborts,
            wasted: metrics.wasted_gas,
            trust,
        }
    }

    /// Whether the result is valid.
    #[must_use]
    pub const fn counts(&self) -> bool {
        matches!(self.trust, Trust::Exact | Trust::OtherOrder)
    }
}

fn reordered(pairs: &Pairs) -> Vec<Shift> {
    let moved = pairs.moved(None).into_iter();
    moved.map(|(before, after)| Shift { before, after }).collect()
}

fn shifted(before: &Film, after: &Film, pairs: &Pairs) -> Vec<Shift> {
    let place = |film: &Film, tx: TxIndex| {
        let bar = film.bar(film.committed_run(tx)?)?;
        Some((bar.lane, bar.start, bar.end))
    };
    let all = (0..before.transaction_count() as u32).map(TxIndex);
    let matched = all.filter_map(|tx| Some(Shift { before: tx, after: pairs.ahead(tx)? }));
    matched.filter(|shift| place(before, shift.before) != place(after, shift.after)).collect()
}

/// Aborts of a run whose incarnation was not thrown away in the other run.
fn aborts_without(
    film: &Film,
    other: &Film,
    there: impl Fn(Version) -> Option<Version>,
) -> Vec<AbortLine> {
    let aborted = film.bars().iter().filter(|bar| bar.fate() == Fate::Aborted);
    let stays = |version: Version| {
        let same = there(version).and_then(|version| other.bar(other.bar_of(version)?));
        same.is_some_and(|bar| bar.fate() == Fate::Aborted)
    };
    let only = aborted.filter(|bar| !stays(bar.version));
    only.map(|bar| AbortLine {
        version: bar.version,
        place: bar.abort.and_then(|abort| Some(film.location_name(abort.location?).to_owned())),
        gas: film.wasted_gas(bar),
    })
    .collect()
}
