//! How fast it was, and what was thrown away.

use lanescope_protocol::Clock;

use super::ratio;
use crate::assemble::TICKS_MAX;
use crate::bar::{Bar, Ending, Fate};
use crate::film::Film;

impl Film {
    /// `TN`, or the last time known while the run goes on.
    pub(super) fn makespan(&self) -> u64 {
        self.summary().map_or_else(|| self.end(), |summary| summary.makespan.min(TICKS_MAX))
    }

    /// The longest chain of dependent transactions in ticks, by the strategy's own notion. On threads
    /// its gas is scaled by the measured time per gas on one lane.
    #[must_use]
    pub fn critical_path(&self) -> Option<f64> {
        let summary = self.summary().filter(|summary| summary.critical_path_gas > 0)?;
        Some(summary.critical_path_gas as f64 * self.ticks_per_gas()?)
    }

    /// One lane's time divided by the number of lanes, in ticks: as if nothing ever waited or ran
    /// twice. `None` where there is one lane, or one lane's time is not known.
    #[must_use]
    pub fn perfect_scaling(&self) -> Option<f64> {
        let sequential = self.summary().map(|summary| summary.sequential).filter(|t| *t > 0)?;
        (self.lanes() > 1).then(|| sequential as f64 / self.lanes() as f64)
    }

    /// 1 on the gas clock; on threads as measured on one lane, if it was.
    pub(super) fn ticks_per_gas(&self) -> Option<f64> {
        match (self.clock(), self.summary()) {
            (Clock::Gas, _) => Some(1.0),
            (Clock::Threads, Some(summary)) if summary.gas_used > 0 => {
                Some(summary.sequential as f64 / summary.gas_used as f64)
            }
            (Clock::Threads, _) => None,
        }
    }

    /// Whether a run came to nothing. Once the whole record is here, that includes what never became
    /// final, such as every run of a rejected block.
    pub(crate) fn is_wasted(&self, bar: &Bar) -> bool {
        match bar.fate() {
            Fate::Aborted | Fate::Suspended | Fate::Lost | Fate::Skipped => true,
            Fate::Committed => false,
            Fate::Open => self.is_complete(),
        }
    }

    /// Gas of a run that came to nothing, as far as it got.
    pub(crate) fn wasted_gas(&self, bar: &Bar) -> u64 {
        match (bar.abort, bar.ending) {
            (_, Ending::Lost) => u64::from(bar.gas),
            (Some(abort), _) => u64::from(abort.gas),
            (None, Ending::Suspended { .. }) => u64::from(bar.gas),
            (None, _) if self.is_wasted(bar) => u64::from(bar.gas),
            _ => 0,
        }
    }

    /// `Σ |place − place in the block| / n`, see [`super::Metrics::rank_displacement`].
    pub(super) fn rank_displacement(&self) -> Option<f64> {
        let order = &self.summary()?.order;
        let mut block = order.clone();
        block.sort_unstable();
        let moved = |(place, tx): (usize, &u32)| {
            block.binary_search(tx).map_or(0, |own| own.abs_diff(place))
        };
        let sum: usize = order.iter().enumerate().map(moved).sum();
        (!order.is_empty()).then(|| ratio(sum as f64, order.len() as f64))
    }
}
