//! What is said about steps.

use lanescope_protocol::event::Status;
use lanescope_protocol::trace::LocationKind;

use super::{Drill, Touch, TouchKind};
use crate::bar::Ending;
use crate::format;
use crate::phrase::Phrase;

impl Drill {
    /// Whether these are the steps of the incarnation, and what is left out, in a few sentences.
    #[must_use]
    pub fn verdict(&self) -> Phrase {
        let all = &self.inspection;
        let mut phrase = Phrase::new();
        if all.status == Some(Status::Invalid) {
            return phrase
                .bad(format!("On what it saw it cannot be in a block: {}.", all.sentence));
        }
        if self.is_empty() {
            let precompile =
                all.calls.first().is_some_and(|call| call.input_bytes > 0 && call.gas_spent > 0);
            phrase = phrase.say(if precompile {
                "No opcodes: it calls a precompiled contract. "
            } else {
                "No code runs: a plain payment. "
            });
        }
        phrase = self.compared(phrase);
        if !self.reads_known {
            phrase = phrase.say(
                " What it saw was not recorded; this is the transaction on the state before it in block order.",
            );
        } else if !all.strangers.is_empty() {
            phrase = phrase
                .bad(" It asks for ")
                .place(self.names.spot(&all.strangers[0]))
                .bad(", which this incarnation did not: the steps may be others.");
        }
        let shown = self.len() as u64;
        if all.steps_total > shown {
            phrase = phrase.say(format!(
                " The first {} of {} steps are listed; the others are only counted.",
                format::grouped(shown.into()),
                format::grouped(all.steps_total.into()),
            ));
        }
        phrase
    }

    /// Whether it took the gas of the bar.
    #[must_use]
    pub fn is_the_same(&self) -> bool {
        matches!(self.bar.ending, Ending::Finished(_))
            && self.inspection.gas_used == u64::from(self.bar.gas)
    }

    fn compared(&self, phrase: Phrase) -> Phrase {
        let used = format::grouped(self.inspection.gas_used.into());
        let bar = format::grouped(self.bar.gas.into());
        if let Some(place) = &self.punished {
            return phrase
                .say("It touched ")
                .place(place.clone())
                .say(", which it had not declared: so it failed and paid for all of its gas.");
        }
        match (self.bar.ending, &self.stopped_at) {
            (Ending::Suspended { .. }, Some(place)) if self.inspection.status.is_some() => phrase
                .say("In the run it stopped where it would have read ")
                .place(place.clone())
                .say(". On these values it does not come there."),
            (Ending::Suspended { .. }, Some(place)) => phrase
                .say("It stopped where it would have read ")
                .place(place.clone())
                .say("."),
            (Ending::Lost, _) => phrase.say(format!(
                "It was lost after {}; the steps go on to where it would have ended.",
                format::gas(f64::from(self.bar.gas)),
            )),
            (Ending::Finished(_), _) if self.is_the_same() => {
                phrase.good(format!("{used} gas, as in the run."))
            }
            (Ending::Finished(_), _) => phrase.bad(format!(
                "It used {used} gas here and {bar} in the run: the steps are not quite those of the incarnation."
            )),
            _ => phrase.say("The run has no end of it to compare with."),
        }
    }

    /// What a step touches, in a line: `Pool A.reserve0 = 5, read from T2·0`.
    #[must_use]
    pub fn touch_words(&self, touch: &Touch) -> Phrase {
        let name = match touch.kind {
            TouchKind::TransientLoad | TouchKind::TransientStore => format!(
                "{} transient {}",
                self.names.account(&touch.spot.address),
                format::short_hex(&touch.spot.key),
            ),
            _ => self.names.spot(&touch.spot),
        };
        let mut phrase = Phrase::new().place(name);
        if let Some(value) = &touch.value {
            let kind = match touch.spot.kind {
                LocationKind::Balance => LocationKind::Balance,
                _ => LocationKind::Slot,
            };
            let sign = if touch.kind.is_read() { " = " } else { " ← " };
            phrase = phrase.say(format!("{sign}{}", format::value(kind, value)));
        }
        if !touch.kind.is_read() {
            let undone = if self.is_undone(touch.step) { ", undone by the revert" } else { "" };
            return phrase.say(undone);
        }
        phrase = match (touch.own, touch.access, touch.saw) {
            (true, ..) => phrase.say(", its own write"),
            (false, Some(_), Some(saw)) => phrase.say(", from ").tx(saw),
            (false, Some(_), None) => phrase.say(", from before the block"),
            (false, None, _) => phrase,
        };
        if touch.stale { phrase.bad(" — stale") } else { phrase }
    }
}
