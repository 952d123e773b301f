//! Sentences for what happens beside running: rounds, blocks, caps, faults, declarations, lists.

use lanescope_protocol::{Event, EventKind, Lane, Rules, Version};

use super::Tone;
use crate::bar::TroubleKind;
use crate::film::Film;
use crate::format;
use crate::phrase::Phrase;

impl Film {
    /// What concerns a lane, or all of them.
    pub(super) fn incident(&self, event: &Event) -> (Tone, Phrase) {
        let lane = format!("Lane {}", event.lane.get() + 1);
        let phrase = Phrase::new();
        match event.kind {
            EventKind::RoundStarted if event.gas <= 1 => {
                (Tone::Plain, phrase.say("Round 1 begins: every transaction runs."))
            }
            EventKind::RoundStarted => {
                let words = format!("Round {} begins: what was stale runs again.", event.gas);
                (Tone::Plain, phrase.say(words))
            }
            EventKind::SlotStarted => {
                let words = format!("From here on {} {} is filled.", self.slot(), event.gas);
                (Tone::Plain, phrase.say(words))
            }
            EventKind::LaneCrashed => {
                (Tone::Bad, phrase.say(lane).say(" ").bad("crashes").say("."))
            }
            EventKind::LaneRecovered => {
                let words = if self.recovers_from_crash(event.lane, event.time) {
                    " works again."
                } else {
                    " is as fast as before."
                };
                (Tone::Good, phrase.say(lane).say(words))
            }
            EventKind::LaneSlowed => {
                let words = format!(": what it begins takes {} times as long.", event.gas);
                (Tone::Bad, phrase.say(lane).say(" is ").bad("slow").say(words))
            }
            EventKind::Prefetched => {
                let all = format::count(event.gas as usize, "location");
                let words = format!("{all} of the access list are loaded before anything runs.");
                (Tone::Plain, phrase.say(words))
            }
            EventKind::ListRejected => (Tone::Bad, self.rejected_phrase(event)),
            _ => (Tone::Plain, phrase),
        }
    }

    /// What concerns a transaction.
    pub(super) fn incident_of(&self, event: &Event, version: Version) -> (Tone, Phrase) {
        let phrase = Phrase::new().tx(version.tx);
        match event.kind {
            EventKind::Deferred => {
                let phrase = phrase.say(format!(" waits for the next {}: ", self.slot()));
                let phrase = match event.location {
                    Some(id) => {
                        phrase.say("the cap on ").place(self.location_name(id)).say(" is reached.")
                    }
                    None => phrase.say("it does not fit into this one."),
                };
                (Tone::Bad, phrase)
            }
            EventKind::Dropped => {
                let phrase = phrase.say(" ").bad("never runs");
                let phrase = match event.location {
                    Some(id) => phrase
                        .say(": it finds no room under the cap on ")
                        .place(self.location_name(id))
                        .say("."),
                    None => phrase.say(": it finds no room."),
                };
                (Tone::Bad, phrase)
            }
            EventKind::Skipped => {
                let phrase = phrase.say(" is ").bad("left out");
                let words = ": it was invalid on the values it saw, and nobody looks again.";
                (Tone::Bad, phrase.say(words))
            }
            EventKind::ExecutionLost
                if self.note(version, EventKind::WrongResultFound).is_some() =>
            {
                let phrase = phrase.say(" wrote ").bad("a wrong result");
                (
                    Tone::Bad,
                    phrase.say(": a second run gave another. ").tx(version.tx).say(" runs again."),
                )
            }
            EventKind::ExecutionLost => {
                let phrase = phrase.say(" is ").bad("lost");
                let gas = format::gas(f64::from(event.gas));
                (Tone::Bad, phrase.say(format!(" with {}, after {gas}.", event.lane)))
            }
            EventKind::Reassigned => (Tone::Plain, self.reassigned_phrase(event, version)),
            EventKind::WrongResultFound => {
                let phrase = phrase.say(" wrote ").bad("a wrong result");
                (Tone::Bad, phrase.say(": a second run gave another."))
            }
            EventKind::Patched => {
                let name = event.location.map_or("a balance", |id| self.location_name(id));
                let phrase = phrase.say(" is patched: what it added to ").place(name);
                (Tone::Plain, phrase.say(" is added to the newer value."))
            }
            EventKind::UndeclaredTouched => {
                let name = event.location.map_or("a value", |id| self.location_name(id));
                let phrase = phrase.say(" touches ").place(name).say(", which it had ");
                (Tone::Bad, phrase.bad("not declared").say(": it fails, and pays."))
            }
            EventKind::ListRejected => (Tone::Bad, self.rejected_phrase(event)),
            EventKind::ValidationStarted | EventKind::ValidationPassed => {
                (Tone::Plain, Phrase::new().tx(version).say(" is checked."))
            }
            _ => self.incident(event),
        }
    }

    fn rejected_phrase(&self, event: &Event) -> Phrase {
        let phrase = Phrase::new().say("The access list is wrong");
        let phrase = match event.location {
            Some(id) => phrase.say(" at ").place(self.location_name(id)),
            None => phrase,
        };
        phrase.say(": the block is ").bad("invalid").say(".")
    }

    fn reassigned_phrase(&self, event: &Event, version: Version) -> Phrase {
        let lost = event.other.and_then(|other| self.lost_run(other));
        let from = lost.map_or_else(|| "another lane".to_owned(), |bar| bar.lane.to_string());
        Phrase::new()
            .say(format!("Lane {} takes over ", event.lane.get() + 1))
            .tx(version.tx)
            .say(format!(" from {from}."))
    }

    /// The run of an incarnation that was lost with its lane.
    pub(crate) fn lost_run(&self, version: Version) -> Option<&crate::bar::Bar> {
        let runs = self.runs_of(version.tx).iter().filter_map(|id| self.bar(*id));
        let lost = crate::bar::Ending::Lost;
        runs.filter(|bar| bar.version == version).find(|bar| bar.ending == lost)
    }

    /// What a cap counts for.
    pub(crate) fn slot(&self) -> &'static str {
        match self.settings().strategy.rules {
            Rules::OwnedShared(_) => "commit",
            _ => "block",
        }
    }

    fn recovers_from_crash(&self, lane: Lane, time: u64) -> bool {
        self.lane_troubles(lane)
            .iter()
            .any(|trouble| trouble.kind == TroubleKind::Crashed && trouble.end == time)
    }
}
