//! Blocks in which much is run again and again.

use lanescope_protocol::{TxIndex, Version};

use super::{Evidence, Finding, Lint};
use crate::bar::Fate;
use crate::film::Film;
use crate::format;
use crate::phrase::Phrase;

/// Share of all lanes' time that must have been thrown away.
pub(super) const WASTE_MIN: f64 = 0.2;
/// A transaction that ran so often is a storm by itself.
pub(super) const RUNS_MIN: usize = 4;

impl Film {
    pub(super) fn storm_finding(&self) -> Option<Finding> {
        let wasted = self.bars().iter().filter(|bar| bar.fate() == Fate::Aborted);
        let (mut count, mut ticks) = (0usize, 0u64);
        for bar in wasted {
            count += 1;
            ticks += bar.length();
        }
        let cost = self.share_of_lanes(ticks);
        let mut worst: Vec<(usize, TxIndex)> = (0..self.transaction_count() as u32)
            .map(TxIndex)
            .map(|tx| (self.runs_of(tx).len(), tx))
            .filter(|(runs, _)| *runs >= 2)
            .collect();
        worst.sort_by_key(|(runs, tx)| (core::cmp::Reverse(*runs), *tx));
        let most = worst.first().map_or(0, |(runs, _)| *runs);
        if count < 3 || (cost < WASTE_MIN && most < RUNS_MIN) {
            return None;
        }
        let executions = self.bars().iter().filter(|bar| bar.status().is_some()).count();
        let lost = format::ticks(self.clock(), ticks as f64);
        let total = format!(
            "{} of {} were thrown away: {lost}, {} of all lanes' time.",
            format::grouped(count as u128),
            format::count(executions, "execution"),
            format::percent(cost),
        );
        let mut evidence = vec![Evidence::new(Phrase::new().say(total))];
        if let Some((runs, tx)) = worst.first() {
            let phrase = Phrase::new().tx(*tx).say(format!(" ran {runs} times."));
            let last = worst.iter().map(|(runs, tx)| Version {
                tx: *tx,
                incarnation: lanescope_protocol::Incarnation((runs - 1) as u16),
            });
            evidence.push(Evidence::with(phrase, last));
        }
        Some(Finding {
            lint: Lint::AbortStorm,
            title: Phrase::new()
                .say("Much of the work was ")
                .bad("thrown away")
                .say(" and run again."),
            evidence,
            advice: "More lanes make this worse. Let dependent transactions wait instead: a strategy that knows the dependencies (dependency-graph, access-list) runs each once. Or take the hot place out of the contract.",
            cost,
            limit: None,
            places: Vec::new(),
        })
    }
}
