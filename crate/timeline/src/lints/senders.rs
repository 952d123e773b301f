//! Senders whose transactions follow each other.

use std::collections::{BTreeMap, HashMap};

use lanescope_protocol::trace::LocationKind;
use lanescope_protocol::{Version, WaitReason};

use super::{COST_MIN, Evidence, Finding, Lint};
use crate::film::Film;
use crate::format;
use crate::phrase::Phrase;

/// Fewer transactions of a sender are no chain.
pub(super) const CHAIN_LENGTH_MIN: usize = 3;

#[derive(Default)]
struct Sender {
    transactions: Vec<Version>,
    waited: u64,
    aborted: Vec<Version>,
    aborted_ticks: u64,
}

impl Film {
    pub(super) fn sender_findings(&self) -> Vec<Finding> {
        let mut senders: HashMap<&str, Sender> = HashMap::new();
        for bar in self.final_runs() {
            if let Some(info) = self.transaction(bar.tx()) {
                senders.entry(&info.sender).or_default().transactions.push(bar.version);
            }
        }
        // In an order, but only those few that matter.
        let long = |sender: &Sender| sender.transactions.len() >= CHAIN_LENGTH_MIN;
        let mut senders: BTreeMap<_, _> =
            senders.into_iter().filter(|(_, sender)| long(sender)).collect();
        if senders.is_empty() {
            return Vec::new();
        }
        for wait in self.assembly.lanes.iter().flat_map(|track| &track.waits) {
            let on = wait.on.filter(|_| wait.reason == WaitReason::SameSender);
            let info = on.and_then(|on| self.transaction(on.tx));
            if let Some(sender) = info.and_then(|info| senders.get_mut(info.sender.as_str())) {
                sender.waited += wait.end.saturating_sub(wait.start);
            }
        }
        for bar in self.bars() {
            let Some(abort) = bar.abort else { continue };
            let Some(info) = self.transaction(bar.tx()) else { continue };
            let own = abort.location.and_then(|place| self.location(place)).is_some_and(|place| {
                let of_account = matches!(place.kind, LocationKind::Nonce | LocationKind::Balance);
                of_account && place.name.split('.').next() == Some(info.sender.as_str())
            });
            if let Some(sender) = senders.get_mut(info.sender.as_str()).filter(|_| own) {
                sender.aborted.push(bar.version);
                sender.aborted_ticks += bar.length();
            }
        }
        senders
            .into_iter()
            .filter_map(|(name, sender)| self.sender_finding(name, &sender))
            .collect()
    }

    fn sender_finding(&self, name: &str, sender: &Sender) -> Option<Finding> {
        let cost = self.share_of_lanes(sender.waited + sender.aborted_ticks);
        if cost < COST_MIN {
            return None;
        }
        let ticks = |ticks: u64| format::ticks(self.clock(), ticks as f64);
        let count = format::number_word(sender.transactions.len());
        let mut evidence = Vec::new();
        if sender.waited > 0 {
            let words =
                format!("Lanes waited {} for the one before, added up.", ticks(sender.waited));
            evidence.push(Evidence::with(
                Phrase::new().say(words),
                sender.transactions.iter().copied(),
            ));
        }
        if !sender.aborted.is_empty() {
            let runs = format::count(sender.aborted.len(), "run");
            let lost = ticks(sender.aborted_ticks);
            let words = format!("{runs} thrown away at the sender's own nonce or balance: {lost}.");
            evidence.push(Evidence::with(Phrase::new().say(words), sender.aborted.iter().copied()));
        }
        Some(Finding {
            lint: Lint::SameSenderChain,
            title: Phrase::new()
                .say(format!("{count} transactions of "))
                .place(name)
                .say(" follow each other, as their nonces do."),
            evidence,
            advice: "Send from several accounts, or put the calls into one transaction. The order of one account's nonces is law on every lane.",
            cost,
            limit: None,
            places: Vec::new(),
        })
    }
}
