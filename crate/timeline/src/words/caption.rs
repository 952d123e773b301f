//! One short sentence for what just happened. The same words are the caption, the live region for
//! screen readers, and the list of events.

mod incidents;

use lanescope_protocol::event::Status;
use lanescope_protocol::strategy::Class;
use lanescope_protocol::trace::Summary;
use lanescope_protocol::{Access, Event, EventKind, FallbackReason, Rules, Version, WaitReason};

use crate::film::Film;
use crate::format;
use crate::moment::Moment;
use crate::phrase::Phrase;

/// How a caption sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tone {
    /// It just tells.
    Plain,
    /// Work was thrown away, or has to wait.
    Bad,
    /// Something became final.
    Good,
}

/// One sentence about one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// When, in ticks.
    pub time: u64,
    /// The incarnation it is about.
    pub version: Option<Version>,
    /// How it sounds.
    pub tone: Tone,
    /// What it says, about 15 words at most.
    pub phrase: Phrase,
}

impl Film {
    /// What to say at `time` (ticks): the weightiest of what happened last.
    #[must_use]
    pub fn caption_at(&self, time: f64) -> Caption {
        match self.moment_at(time) {
            _ if self.is_complete() && time >= self.end() as f64 => self.closing_caption(),
            Some(moment) => self.caption(moment),
            None => self.opening_caption(),
        }
    }

    /// What to say during playback: a weighty caption stays for `hold` ticks.
    #[must_use]
    pub fn caption_near(&self, time: f64, hold: f64) -> Caption {
        match self.moment_near(time, hold) {
            Some(moment) if time < self.end() as f64 => self.caption(moment),
            _ => self.caption_at(time),
        }
    }

    /// The sentence for one moment.
    #[must_use]
    pub fn caption(&self, moment: &Moment) -> Caption {
        let event = &moment.event;
        let (tone, phrase) = match (event.kind, moment.version()) {
            (EventKind::FellBack, _) => {
                let reason = FallbackReason::from_code(event.detail);
                (Tone::Bad, Phrase::new().bad(format!("{}.", reason.sentence())))
            }
            (EventKind::WaitStarted, _) => (Tone::Plain, wait_phrase(event)),
            (_, None) => self.incident(event),
            (EventKind::ExecutionStarted, Some(version)) => {
                (Tone::Plain, start_phrase(event, version))
            }
            (EventKind::ExecutionFinished, Some(version)) => {
                (Tone::Plain, self.finish_phrase(event, version))
            }
            (EventKind::EstimateHit, Some(version)) => {
                (Tone::Bad, self.estimate_phrase(event, version))
            }
            (EventKind::Aborted, Some(version)) => (Tone::Bad, self.abort_phrase(event, version)),
            (EventKind::Committed, Some(version)) => (Tone::Good, self.commit_phrase(version)),
            (_, Some(version)) => self.incident_of(event, version),
        };
        Caption { time: event.time, version: moment.version(), tone, phrase }
    }

    fn opening_caption(&self) -> Caption {
        let order = match self.settings().strategy.class() {
            Class::Exact => "Their order is law.",
            Class::SomeOrder => "The scheduler chooses their order.",
            Class::Nothing => "Nobody will look for conflicts.",
        };
        let phrase = Phrase::new().say(format!(
            "{} wait for {}. {order}",
            format::count(self.transaction_count(), "transaction"),
            format::count(self.lanes(), "lane"),
        ));
        Caption { time: 0, version: None, tone: Tone::Plain, phrase }
    }

    fn closing_caption(&self) -> Caption {
        let (tone, phrase) = match self.summary() {
            Some(summary) => self.closing(summary),
            None => (Tone::Plain, Phrase::new().say(format!("{} done.", self.all_are(0)))),
        };
        Caption { time: self.end(), version: None, tone, phrase }
    }

    /// `All 12 transactions are`, or `10 of 12 transactions are`.
    fn all_are(&self, excluded: usize) -> String {
        let count = self.transaction_count();
        let all = format::count(count, "transaction");
        match excluded {
            0 => format!("All {all} are"),
            _ => format!("{} of {all} are", count.saturating_sub(excluded)),
        }
    }

    fn closing(&self, summary: &Summary) -> (Tone, Phrase) {
        if summary.rejected.is_some() {
            let phrase = Phrase::new().say("The access list is wrong, so the block is ");
            return (Tone::Bad, phrase.bad("invalid").say(" and nothing of it counts."));
        }
        let phrase = Phrase::new().say(format!("{} ", self.all_are(summary.excluded.len())));
        let promised = summary.class_holds || (summary.class == Class::Exact && summary.identical);
        if !promised {
            let than = match summary.class {
                Class::SomeOrder => "differs from one lane in the same order",
                Class::Exact | Class::Nothing => "differs from one lane",
            };
            return (Tone::Bad, phrase.say("done, and the result ").bad(than).say("."));
        }
        let phrase = phrase.good("final");
        let phrase = if summary.identical {
            phrase
        } else {
            phrase.say(", in another order than the block's")
        };
        let speed = format::speed_words(summary.speedup());
        (Tone::Good, phrase.say(format!(", {speed} one lane.")))
    }

    fn abort_phrase(&self, event: &Event, version: Version) -> Phrase {
        if self.note(version, EventKind::WrongResultFound).is_some() {
            let phrase = Phrase::new().tx(version.tx).say(" wrote ").bad("a wrong result");
            return phrase.say(": a second run gave another. ").tx(version.tx).say(" runs again.");
        }
        let name = event.location.map_or("a value", |id| self.location_name(id));
        let phrase = Phrase::new().tx(version.tx).say(" read ").place(name);
        let phrase = match (event.other, self.stale_read(event, version)) {
            (Some(writer), Some(Access { saw: Some(saw), .. })) if saw.tx == writer.tx => {
                phrase.say(" from ").tx(saw).say(", which ").bad("was thrown away.")
            }
            (Some(writer), _) => {
                phrase.say(" too early: ").tx(writer.tx).say(" ").bad("wrote it later.")
            }
            (None, _) => phrase.say(" too early: it ").bad("has changed since."),
        };
        phrase.say(" ").tx(version.tx).say(" runs again.")
    }

    fn stale_read(&self, event: &Event, version: Version) -> Option<&Access> {
        let location = event.location?;
        self.accesses_of(version)
            .iter()
            .find(|access| access.kind.is_read() && access.location == location && access.stale)
    }

    fn estimate_phrase(&self, event: &Event, version: Version) -> Phrase {
        let name = event.location.map_or("a value", |id| self.location_name(id));
        let phrase = Phrase::new().tx(version.tx).say(" stops: ");
        match event.other {
            Some(other) => {
                phrase.tx(other.tx).say(" is about to write ").place(name).say(" again.")
            }
            None => phrase.place(name).say(" is about to be written again."),
        }
    }

    fn finish_phrase(&self, event: &Event, version: Version) -> Phrase {
        let phrase = Phrase::new().tx(version.tx);
        match (event.status(), self.settings().strategy.rules) {
            (Status::Succeeded, Rules::AccessList(_)) => {
                phrase.say(" has run. Did it write what the list says?")
            }
            (Status::Succeeded, rules) if is_unchecked(&rules) => phrase.say(" has run."),
            (Status::Succeeded, _) => phrase.say(" has run. Are its reads still true?"),
            (Status::Reverted, _) => {
                phrase.say(" reverted: its effects are undone, its fee is paid.")
            }
            (Status::Halted, _) => {
                phrase.say(" failed: its effects are undone, all its gas is used.")
            }
            (Status::Invalid, rules) if is_unchecked(&rules) => {
                phrase.say(" cannot run on the values it saw.")
            }
            (Status::Invalid, _) => {
                phrase.say(" cannot run on the values it saw. It may run again.")
            }
        }
    }

    fn commit_phrase(&self, version: Version) -> Phrase {
        let undone = self.bar_of(version).and_then(|id| self.bar(id)).and_then(|bar| bar.status());
        let phrase = Phrase::new().tx(version.tx).say(" is ").good("final");
        match undone {
            Some(Status::Reverted) => phrase.say(": it reverted, and still pays its fee."),
            Some(Status::Halted) => phrase.say(": it failed, and still pays its fee."),
            _ if version.incarnation.0 > 0 => {
                phrase.say(format!(", after {} runs.", version.incarnation.0 + 1))
            }
            _ => phrase.say("."),
        }
    }
}

/// Whether nobody looks at reads again, because there is no need, or no care.
pub(crate) const fn is_unchecked(rules: &Rules) -> bool {
    matches!(
        rules,
        Rules::Sequential | Rules::Naive | Rules::DeclaredLocks(_) | Rules::OwnedShared(_)
    )
}

fn start_phrase(event: &Event, version: Version) -> Phrase {
    if version.incarnation.0 == 0 {
        Phrase::new().tx(version.tx).say(format!(" starts on {}.", event.lane))
    } else {
        Phrase::new()
            .tx(version.tx)
            .say(format!(" runs again on {}, as ", event.lane))
            .tx(version)
            .say(".")
    }
}

fn wait_phrase(event: &Event) -> Phrase {
    let lane = event.lane.get() + 1;
    let phrase = Phrase::new().say(format!("Lane {lane}"));
    match (WaitReason::from_code(event.detail), event.other) {
        (WaitReason::Dependency, Some(other)) => {
            phrase.say(" waits for ").tx(other.tx).say(" to write first.")
        }
        (WaitReason::SameSender, Some(other)) => {
            phrase.say(" waits for ").tx(other.tx).say(" of the same sender.")
        }
        (WaitReason::Dependency, None) => phrase.say(" waits for another transaction to write."),
        (WaitReason::SameSender, None) => {
            phrase.say(" waits for an earlier one of the same sender.")
        }
        (WaitReason::Lock, Some(other)) => {
            phrase.say(" waits for a lock that ").tx(other.tx).say(" holds.")
        }
        (WaitReason::Lock, None) => phrase.say(" waits for a lock."),
        (WaitReason::Barrier, _) => phrase.say(" waits for the end of the round."),
        (WaitReason::Merge, Some(other)) => {
            phrase.say(" waits for ").tx(other.tx).say(" to be merged.")
        }
        (WaitReason::Merge, None) => phrase.say(" waits for the merge."),
        (WaitReason::Crashed, _) => phrase.say(" has crashed."),
        (WaitReason::NothingReady, _) => phrase.say(" has nothing to do."),
    }
}
