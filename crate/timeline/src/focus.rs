//! What is singled out in every view at once: lanes, matrix and graph show the same choice.

use std::sync::Arc;

use lanescope_protocol::{Lane, LocationId, TxIndex, Version};

use crate::bar::BarId;
use crate::film::Film;

/// What is singled out. Empty: everything is shown alike.
#[derive(Clone, Debug, Default)]
pub struct Focus {
    /// The incarnation that is selected.
    pub selection: Option<Version>,
    /// Whether somebody chose it, and it does not just follow the playhead: then its whole chain
    /// of causes and effects is shown.
    pub is_chosen: bool,
    /// The location that is selected.
    pub place: Option<LocationId>,
    /// What a search found; everything else is dimmed. `None`: no search.
    pub matches: Option<Arc<Matches>>,
}

/// Bars and transactions that a search found in one film.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matches {
    bars: Vec<bool>,
    transactions: Vec<bool>,
    /// From and to of the bars that were found, by lane and start; bars of a lane never overlap.
    spans: Vec<Vec<(u64, u64)>>,
}

impl PartialEq for Focus {
    /// Matches are the same only if they are shared, so that comparing costs nothing.
    fn eq(&self, other: &Self) -> bool {
        let same = match (&self.matches, &other.matches) {
            (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
            (None, None) => true,
            _ => false,
        };
        same && self.selection == other.selection
            && self.is_chosen == other.is_chosen
            && self.place == other.place
    }
}

impl Focus {
    /// One incarnation, and nothing else.
    #[must_use]
    pub fn on(selection: Option<Version>) -> Self {
        Self { selection, ..Self::default() }
    }

    /// Whether a search left this bar out.
    #[must_use]
    pub fn dims_bar(&self, id: BarId) -> bool {
        self.matches.as_ref().is_some_and(|matches| !matches.has_bar(id))
    }

    /// Whether a search left this transaction out.
    #[must_use]
    pub fn dims_tx(&self, tx: TxIndex) -> bool {
        self.matches.as_ref().is_some_and(|matches| !matches.has_tx(tx))
    }
}

impl Matches {
    /// By [`BarId`] and by [`TxIndex`]. What lies beyond either list did not match.
    #[must_use]
    pub fn of(film: &Film, bars: Vec<bool>, transactions: Vec<bool>) -> Self {
        let mut matches = Self { bars, transactions, spans: Vec::new() };
        let spans = |lane| {
            let found = film.lane_bars(lane).iter().filter(|id| matches.has_bar(**id));
            let bars = found.filter_map(|id| film.bar(*id));
            bars.map(|bar| (bar.start, bar.end)).collect()
        };
        matches.spans = (0..film.lanes()).map(|lane| spans(Lane(lane as u8))).collect();
        matches
    }

    /// Whether a bar of this lane was found that has a part between two ticks.
    #[must_use]
    pub fn has_between(&self, lane: Lane, from: f64, to: f64) -> bool {
        let Some(spans) = self.spans.get(lane.get()) else { return false };
        let next = spans.partition_point(|(_, end)| (*end as f64) < from);
        spans.get(next).is_some_and(|(start, _)| *start as f64 <= to)
    }

    /// Whether a bar was found.
    #[must_use]
    pub fn has_bar(&self, id: BarId) -> bool {
        self.bars.get(id.get()).copied().unwrap_or(false)
    }

    /// Whether any run of a transaction was found.
    #[must_use]
    pub fn has_tx(&self, tx: TxIndex) -> bool {
        self.transactions.get(tx.get()).copied().unwrap_or(false)
    }

    /// Bars that were found, in their order.
    pub fn bars(&self) -> impl Iterator<Item = BarId> {
        let found = self.bars.iter().enumerate().filter(|(_, found)| **found);
        found.map(|(at, _)| BarId(at as u32))
    }

    /// How many transactions were found.
    #[must_use]
    pub fn count(&self) -> usize {
        self.transactions.iter().filter(|found| **found).count()
    }
}
