//! Locks that held up transactions which share nothing.

use std::collections::HashMap;

use lanescope_protocol::{AccessKind, LocationId, TxIndex, WaitReason};

use super::{COST_MIN, Evidence, Finding, Lint};
use crate::film::Film;
use crate::format;
use crate::phrase::Phrase;

impl Film {
    pub(super) fn declared_finding(&self) -> Option<Finding> {
        let mut known: HashMap<(TxIndex, TxIndex), bool> = HashMap::new();
        let (mut needless, mut all, mut held_up) = (0u64, 0u64, Vec::new());
        let waits = self.assembly.lanes.iter().flat_map(|track| &track.waits);
        for wait in waits.filter(|wait| wait.reason == WaitReason::Lock) {
            let (Some(tx), Some(on)) = (wait.tx, wait.on) else { continue };
            let length = wait.end.saturating_sub(wait.start);
            all += length;
            let meet = *known.entry((tx, on.tx)).or_insert_with(|| self.share_something(tx, on.tx));
            if !meet {
                needless += length;
                held_up.push((length, tx));
            }
        }
        let cost = self.share_of_lanes(needless);
        if cost < COST_MIN {
            return None;
        }
        held_up.sort_by_key(|(length, tx)| (core::cmp::Reverse(*length), *tx));
        let mut who: Vec<TxIndex> = held_up.into_iter().map(|(_, tx)| tx).collect();
        let mut seen = std::collections::HashSet::new();
        who.retain(|tx| seen.insert(*tx));
        let ticks = |ticks: u64| format::ticks(self.clock(), ticks as f64);
        let words = format!(
            "{} waited for locks of transactions with which they have nothing in common: {} of {} waited for locks.",
            format::count(who.len(), "transaction"),
            ticks(needless),
            ticks(all),
        );
        let runs = who.iter().filter_map(|tx| self.bar(self.committed_run(*tx)?));
        Some(Finding {
            lint: Lint::OverDeclared,
            title: Phrase::new().say("Declarations name more than is touched, and hold up others."),
            evidence: vec![Evidence::with(Phrase::new().say(words), runs.map(|bar| bar.version))],
            advice: "Declare slots instead of whole accounts, and reading instead of writing where nothing is written; or use a strategy that finds out while running.",
            cost,
            limit: None,
            places: Vec::new(),
        })
    }

    /// Whether the final runs of two transactions touch a place that at least one of them writes.
    fn share_something(&self, one: TxIndex, other: TxIndex) -> bool {
        let touched = |tx| {
            let run = self.committed_run(tx).and_then(|id| self.bar(id));
            let accesses = run.map_or(&[][..], |bar| self.accesses_of(bar.version));
            let mut places: HashMap<LocationId, bool> = HashMap::new();
            for access in accesses {
                let writes = matches!(access.kind, AccessKind::Write | AccessKind::Add);
                *places.entry(access.location).or_default() |= writes;
            }
            places
        };
        let (mine, theirs) = (touched(one), touched(other));
        mine.iter().any(|(place, writes)| theirs.get(place).is_some_and(|other| *writes || *other))
    }
}
