//! Who looks at the balance that every fee goes to.

use lanescope_protocol::trace::LocationKind;
use lanescope_protocol::{TxIndex, Version};

use super::{Evidence, Finding, Lint};
use crate::film::Film;
use crate::format;
use crate::phrase::Phrase;

impl Film {
    pub(super) fn recipient_finding(&self) -> Option<Finding> {
        let recipient = self.summary()?.fee_recipient.to_lowercase();
        let is_it = |place: &lanescope_protocol::trace::LocationInfo| {
            place.kind == LocationKind::Balance && place.address.to_lowercase() == recipient
        };
        let place = self.locations.iter().position(is_it)?;
        let place = lanescope_protocol::LocationId(place as u32);
        let looks = |version: Version| {
            let mut reads = self.accesses_of(version).iter().filter(|access| access.kind.is_read());
            reads.any(|access| access.location == place)
        };
        let runs = self.final_runs().map(|bar| bar.version);
        // Whoever comes first has nobody to wait for.
        let looking: Vec<Version> =
            runs.filter(|version| version.tx > TxIndex(0) && looks(*version)).collect();
        let first = *looking.first()?;
        let aborted = self
            .bars()
            .iter()
            .filter(|bar| bar.abort.is_some_and(|abort| abort.location == Some(place)));
        let aborted: u64 = aborted.map(crate::Bar::length).sum();
        let waits = self.assembly.lanes.iter().flat_map(|track| &track.waits);
        let waits = waits.filter(|wait| {
            wait.tx.is_some_and(|tx| looking.iter().any(|version| version.tx == tx))
        });
        let waited: u64 = waits.map(|wait| wait.end.saturating_sub(wait.start)).sum();
        let who = match looking.len() {
            1 => Phrase::new().tx(first.tx).say(" looks"),
            count => Phrase::new().say(format!("{} transactions look", format::number_word(count))),
        };
        let lost = format::ticks(self.clock(), (aborted + waited) as f64);
        let told = format!("Every transaction before must be final first; that cost {lost}.");
        Some(Finding {
            lint: Lint::FeeRecipientRead,
            title: who
                .say(" at ")
                .place(self.location_name(place))
                .say(", which every fee goes to."),
            evidence: vec![Evidence::with(Phrase::new().say(told), looking)],
            advice: "Let no contract ask for the balance of the block's fee recipient, and let the fee recipient not send or receive payments in its own blocks.",
            cost: self.share_of_lanes(aborted + waited),
            limit: None,
            places: vec![place],
        })
    }
}
