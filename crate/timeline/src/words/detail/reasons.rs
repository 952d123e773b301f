//! Why an execution is final, and why one came to nothing for another reason than a stale read.

use lanescope_protocol::event::Status;
use lanescope_protocol::{EventKind, Rules};

use crate::bar::{Bar, TroubleKind};
use crate::caption::is_unchecked;
use crate::film::Film;
use crate::format;
use crate::phrase::Phrase;

impl Film {
    pub(super) fn why_committed(&self, bar: &Bar) -> Phrase {
        let phrase = Phrase::new().say(match self.settings().strategy.rules {
            Rules::Sequential => "It ran after every transaction before it, on final values.",
            Rules::Naive => "Nobody looked for conflicts: what has run counts, right or wrong.",
            Rules::DeclaredLocks(_) | Rules::OwnedShared(_) => {
                "While it ran, nobody else could change what it had declared, so there was nothing to check."
            }
            Rules::AccessList(_) => {
                "It ran on the values of the access list, and so did every other; all wrote what the list says."
            }
            Rules::BlockStm(_)
            | Rules::InOrderMerge(_)
            | Rules::Rounds(_)
            | Rules::DependencyGraph(_) => {
                "Everything it read was still true when it was checked, and every transaction before it is final."
            }
        });
        let phrase = match self.note(bar.version, EventKind::Patched) {
            Some(note) => {
                let name = note.location.map_or("a balance", |id| self.location_name(id));
                let phrase = phrase.say(" Only ").place(name);
                phrase.say(" had changed, and was still enough: at the merge its change was added to the newer value.")
            }
            None => phrase,
        };
        match (bar.status(), self.note(bar.version, EventKind::UndeclaredTouched)) {
            (_, Some(note)) => {
                let name = note.location.map_or("a value", |id| self.location_name(id));
                let phrase = phrase.say(" It touched ").place(name);
                phrase.say(", which it had not declared, so it failed: its effects are undone, but it counts and pays its fee.")
            }
            (Some(Status::Reverted), None) => {
                phrase.say(" It reverted: its effects are undone, but it counts and pays its fee.")
            }
            (Some(Status::Halted), None) => {
                phrase.say(" It failed: its effects are undone, and all its gas is paid.")
            }
            _ => phrase,
        }
    }

    /// Before anything is decided.
    pub(super) fn why_not_yet(&self) -> Phrase {
        Phrase::new().say(match self.settings().strategy.rules {
            Rules::AccessList(_) => {
                "Not yet. Nothing is final before every transaction has run and the whole list has proved right."
            }
            rules if is_unchecked(&rules) => {
                "Not yet. It is about to be, since nobody checks it."
            }
            _ => {
                "Not yet. It is final once its reads are checked and every transaction before it is final."
            }
        })
    }

    /// While it runs.
    pub(super) fn what_it_does(&self) -> Phrase {
        Phrase::new().say(match self.settings().strategy.rules {
            Rules::AccessList(_) => "It runs now, on the values of the access list.",
            Rules::Sequential => "It runs now, on final values.",
            Rules::DeclaredLocks(_) | Rules::OwnedShared(_) => {
                "It runs now, and nobody else may change what it has declared."
            }
            Rules::Naive => "It runs now, on the values it can see, right or wrong.",
            _ => "It runs now, on the values it can see. Nobody knows yet whether they will hold.",
        })
    }

    pub(super) fn why_lost(&self, bar: &Bar) -> Phrase {
        if self.note(bar.version, EventKind::WrongResultFound).is_some() {
            return self.why_wrong();
        }
        let short = |ticks: u64| format::ticks_short(self.clock(), ticks as f64);
        let crashed = self
            .lane_troubles(bar.lane)
            .iter()
            .any(|trouble| trouble.kind == TroubleKind::Crashed && trouble.start == bar.end);
        let phrase = Phrase::new();
        let phrase = if crashed {
            let (lane, at) = (bar.lane.get() + 1, short(bar.end));
            phrase.say(format!("Lane {lane} crashed at {at} and took its work with it."))
        } else {
            phrase.say(format!("It was lost with {}.", bar.lane))
        };
        phrase.say(" Its writes would have appeared at its end, so nobody had seen anything of it, and it can simply run again.")
    }

    pub(super) fn why_skipped(&self) -> Phrase {
        Phrase::new().say("On the values it saw it cannot be in a block: its nonce is not the next, or its sender cannot pay. One lane would have known better; here nobody looks again.")
    }

    /// A result that a second execution did not confirm.
    pub(super) fn why_wrong(&self) -> Phrase {
        Phrase::new().say("What it wrote is not what the transaction does: a second execution gave another result. That fault was played on purpose; it was found before the result could become final.")
    }
}
