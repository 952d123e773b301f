//! What a search found, in words.

use super::search::Found;
use crate::bar::{BarId, Fate};
use crate::film::Film;
use crate::format;

impl Found {
    /// `7 of 12 transactions · 9 runs`.
    #[must_use]
    pub fn words(&self) -> String {
        if self.transactions == 0 {
            return "Nothing in this run is like that".to_owned();
        }
        let found = format::grouped(self.transactions as u128);
        let of = format::count(self.of, "transaction");
        let runs = format::count(self.hits.len(), "run");
        format!("{found} of {of} · {runs}")
    }
}

impl Film {
    /// A run in a line: `T5·0 swap, Eva → Pool A, aborted`.
    #[must_use]
    pub fn hit_words(&self, id: BarId) -> String {
        let Some(bar) = self.bar(id) else { return String::new() };
        let fate = match bar.fate() {
            Fate::Committed if bar.is_undone() => "reverted",
            Fate::Committed => "committed",
            Fate::Aborted => "aborted",
            Fate::Suspended => "waited",
            Fate::Lost => "lost",
            Fate::Skipped => "left out",
            Fate::Open => "not decided",
        };
        match self.transaction(bar.version.tx) {
            Some(info) => {
                let (version, action) = (bar.version, &info.action);
                format!("{version} {action}, {} → {}, {fate}", info.sender, info.receiver)
            }
            None => format!("{}, {fate}", bar.version),
        }
    }
}
