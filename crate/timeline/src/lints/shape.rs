//! Blocks whose shape leaves lanes without work.

use super::{Evidence, Finding, Lint};
use crate::film::Film;
use crate::format;
use crate::phrase::Phrase;

/// A transaction that takes at least this share of the whole run is long.
pub(super) const LONG_MIN: f64 = 0.5;
/// Lanes idle for at least this share of their time are too many.
pub(super) const IDLE_MIN: f64 = 0.4;

impl Film {
    pub(super) fn long_finding(&self) -> Option<Finding> {
        let summary = self.summary()?;
        let longest = self.final_runs().max_by_key(|bar| bar.length())?;
        let share = longest.length() as f64 / summary.makespan.max(1) as f64;
        // With one lane, or one transaction, there is nothing to be split among lanes.
        if self.lanes() < 2 || self.transaction_count() < 2 || share < LONG_MIN {
            return None;
        }
        let limit = summary.sequential as f64 / longest.length().max(1) as f64;
        let long = format::ticks(self.clock(), longest.length() as f64);
        let words = format!(
            "It runs {long}, {} of the whole run; the other lanes can only wait for it.",
            format::percent(share)
        );
        Some(Finding {
            lint: Lint::LongTransaction,
            title: Phrase::new().tx(longest.tx()).say(" takes most of the run by itself."),
            evidence: vec![Evidence::with(Phrase::new().say(words), [longest.version])],
            advice: "Split its work into several transactions that share nothing, or let it begin first: the run cannot be shorter than its longest transaction.",
            cost: 0.0,
            limit: Some(limit.max(1.0)),
            places: Vec::new(),
        })
    }

    pub(super) fn idle_finding(&self) -> Option<Finding> {
        let metrics = self.measures();
        let all = metrics.lane_sum.total() as f64;
        let idle = (metrics.lane_sum.idle() + metrics.lane_sum.waiting()) as f64 / all.max(1.0);
        let best = metrics.ideal_speedup.filter(|best| *best > 0.0)?;
        let enough = best.ceil() as usize;
        if self.lanes() < 2 || idle < IDLE_MIN || enough >= self.lanes() {
            return None;
        }
        let words = format!(
            "{} of all lanes' time nothing was run. The critical path allows {} at best, so {} can be used at once on average.",
            format::percent(idle),
            format::times(best),
            format::count(enough, "lane"),
        );
        Some(Finding {
            lint: Lint::IdleLanes,
            title: Phrase::new().say(format!(
                "This block has no work for {}.",
                format::count(self.lanes(), "lane")
            )),
            evidence: vec![Evidence::new(Phrase::new().say(words))],
            advice: "Take fewer lanes: it will be as fast. Or shorten the longest chain, which the findings about hot places name.",
            cost: 0.0,
            limit: Some(best),
            places: Vec::new(),
        })
    }
}
