//! What a good compiler would say about a run: what keeps it from being faster, the evidence, and
//! what to do about it. The same list, with thresholds and formulas, is LINTS.md.
//!
//! Costs are shares of all lanes' time, `N · TN`: what was thrown away and what was waited, as far
//! as it can be put down to the one cause. They are estimates: without the cause, something else may
//! have been waited for.

mod declared;
mod look;
mod recipient;
mod senders;
mod shape;
mod slots;
mod storm;
mod uses;

use core::fmt;

use lanescope_protocol::{LocationId, TxIndex, Version};

use crate::bar::Bar;
use crate::film::Film;
use crate::format;
use crate::phrase::Phrase;

pub(crate) use look::Looking;

/// Which lint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lint {
    /// Many write one place, one after the other.
    HotSlot,
    /// Many add the same to one place.
    GlobalCounter,
    /// One sender's transactions follow each other.
    SameSenderChain,
    /// Somebody looks at the fee recipient's balance.
    FeeRecipientRead,
    /// Much is run again and again.
    AbortStorm,
    /// Locks are held by transactions that do not touch the same.
    OverDeclared,
    /// One transaction takes most of the time.
    LongTransaction,
    /// There are more lanes than work for them.
    IdleLanes,
}

/// Something found in a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Which lint found it.
    pub lint: Lint,
    /// One sentence.
    pub title: Phrase,
    /// What shows it, each with the runs to look at.
    pub evidence: Vec<Evidence>,
    /// What to do.
    pub advice: &'static str,
    /// Share of all lanes' time that it cost, 0 to 1; an estimate.
    pub cost: f64,
    /// With any number of lanes, the block is at most so many times faster than one lane, because of
    /// this alone.
    pub limit: Option<f64>,
    /// Where it happens, the first the one to look at; empty where it has no place.
    pub places: Vec<LocationId>,
}

/// A fact that shows a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// In words.
    pub phrase: Phrase,
    /// Runs that show it, at most [`SHOWN`].
    pub versions: Vec<Version>,
}

/// Runs that are named for one piece of evidence, at most.
pub const SHOWN: usize = 6;

/// Findings that cost less than this share of all lanes' time are not told, unless they limit the
/// block.
pub const COST_MIN: f64 = 0.01;

/// What LINTS.md says of each threshold: its name there, and its value.
pub const THRESHOLDS: [(&str, f64); 9] = [
    ("cost", COST_MIN),
    ("writers", slots::WRITERS_MIN as f64),
    ("count", uses::COUNT_MAX as f64),
    ("chain", slots::CHAIN_MIN),
    ("sender's transactions", senders::CHAIN_LENGTH_MIN as f64),
    ("waste", storm::WASTE_MIN),
    ("runs", storm::RUNS_MIN as f64),
    ("long", shape::LONG_MIN),
    ("idle", shape::IDLE_MIN),
];

impl Lint {
    /// Every lint, in the order of LINTS.md.
    pub const ALL: [Self; 8] = [
        Self::HotSlot,
        Self::GlobalCounter,
        Self::SameSenderChain,
        Self::FeeRecipientRead,
        Self::AbortStorm,
        Self::OverDeclared,
        Self::LongTransaction,
        Self::IdleLanes,
    ];

    /// Its name in files and on the command line.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::HotSlot => "hot-slot",
            Self::GlobalCounter => "global-counter",
            Self::SameSenderChain => "same-sender-chain",
            Self::FeeRecipientRead => "fee-recipient-read",
            Self::AbortStorm => "abort-storm",
            Self::OverDeclared => "over-declared",
            Self::LongTransaction => "long-transaction",
            Self::IdleLanes => "idle-lanes",
        }
    }

    /// Its name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::HotSlot => "Hot slot",
            Self::GlobalCounter => "Global counter",
            Self::SameSenderChain => "Same-sender chain",
            Self::FeeRecipientRead => "Fee recipient is read",
            Self::AbortStorm => "Abort storm",
            Self::OverDeclared => "Over-declared",
            Self::LongTransaction => "Long transaction",
            Self::IdleLanes => "Idle lanes",
        }
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

impl Finding {
    /// What it costs and what it limits, in words: `costs 3 % of all lanes' time`.
    #[must_use]
    pub fn worth(&self) -> String {
        let cost = (self.cost > 0.0)
            .then(|| format!("costs {} of all lanes' time", format::percent(self.cost)));
        let limit = self.limit.map(|limit| {
            format!("limits the block to {}, with any number of lanes", format::times(limit))
        });
        match (cost, limit) {
            (Some(cost), Some(limit)) => format!("{cost}, and {limit}"),
            (Some(words), None) | (None, Some(words)) => words,
            (None, None) => "costs nothing in this run".to_owned(),
        }
    }
}

impl Evidence {
    /// Words alone.
    #[must_use]
    pub const fn new(phrase: Phrase) -> Self {
        Self { phrase, versions: Vec::new() }
    }

    /// Words and the runs that show it, of which the first few are kept.
    #[must_use]
    pub fn with(phrase: Phrase, versions: impl IntoIterator<Item = Version>) -> Self {
        Self { phrase, versions: versions.into_iter().take(SHOWN).collect() }
    }
}

impl Film {
    /// What is to be said about the run, the costliest first. Empty while it goes on, and where
    /// nothing is wrong. Looked for once and then kept.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.found.get_or_init(|| {
            let mut looking = Looking::default();
            loop {
                if let Some(found) = looking.advance(self, usize::MAX) {
                    return found;
                }
            }
        })
    }

    /// `N · TN`, in ticks.
    fn all_lane_time(&self) -> f64 {
        let makespan = self.summary().map_or(0, |summary| summary.makespan);
        self.lanes() as f64 * makespan as f64
    }

    /// A time as a share of all lanes' time.
    fn share_of_lanes(&self, ticks: u64) -> f64 {
        let all = self.all_lane_time();
        if all > 0.0 { (ticks as f64 / all).min(1.0) } else { 0.0 }
    }

    /// The run of every transaction that became final, in block order.
    fn final_runs(&self) -> impl Iterator<Item = &Bar> {
        self.final_runs_of(0..usize::MAX)
    }

    /// The same of some transactions.
    fn final_runs_of(&self, which: core::ops::Range<usize>) -> impl Iterator<Item = &Bar> {
        (which.start..which.end.min(self.transaction_count()))
            .filter_map(|tx| self.bar(self.committed_run(TxIndex(tx as u32))?))
    }
}
