//! What the inspector says about one incarnation: what it did, why it was thrown away or not,
//! what it read and wrote.

mod reasons;

use lanescope_protocol::event::Status;
use lanescope_protocol::trace::LocationKind;
use lanescope_protocol::{Access, AccessKind, EventKind, LocationId, Version};

use crate::bar::{Abort, Bar, BarState, Ending};
use crate::film::Film;
use crate::format;
use crate::phrase::Phrase;

/// Everything about one incarnation at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncarnationDetail {
    /// Which.
    pub version: Version,
    /// What its bar shows.
    pub state: BarState,
    /// `T5 · first run, aborted`.
    pub title: String,
    /// `swap, Eva → Pool A · 96 k gas thrown away`.
    pub subtitle: String,
    /// The question that the next field answers: `Why did it run twice?`.
    pub question: String,
    /// A few short sentences.
    pub why: Phrase,
    /// What happened next, if anything did: `ran again as T5·1, 44 k gas later`.
    pub then: Option<Phrase>,
    /// A word about a location that many write, if that was the cause.
    pub hot: Option<Phrase>,
    /// What it read, what tells most first: see [`Film::detail`].
    pub reads: Vec<ReadRow>,
    /// What it wrote, in program order.
    pub writes: Vec<WriteRow>,
    /// `96 k gas`; empty while unknown.
    pub gas: String,
    /// How the execution ended, once it has.
    pub status: Option<Status>,
    /// The word for it, with the reason of a revert where one was given.
    pub status_words: String,
    /// Who wrote what it had read too early.
    pub invalidated_by: Option<Version>,
    /// `lane 2, 52 k to 149 k gas`.
    pub place: String,
}

/// One read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadRow {
    /// What was read.
    pub location: LocationId,
    /// Its name.
    pub name: String,
    /// Whose value it saw: `before block` or `T3·1`.
    pub saw: String,
    /// Whose value it is now: `same`, `before block` or `T3·1`.
    pub now: String,
    /// Whether it no longer held.
    pub stale: bool,
    /// The value it saw.
    pub value: String,
}

/// One write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteRow {
    /// What was written.
    pub location: LocationId,
    /// Its name.
    pub name: String,
    /// The value, or what was added: `1.5 ether`, `+ 21 k gwei`.
    pub value: String,
}

impl Film {
    /// What is known of an incarnation at `time` (ticks). `None` if it never began.
    ///
    /// Reads are ordered by what they tell: stale ones, values that this block wrote, slots, and
    /// then account fields; in program order inside each group.
    #[must_use]
    pub fn detail(&self, version: Version, time: f64) -> Option<IncarnationDetail> {
        let bar = self.bar(self.bar_of(version)?)?;
        let state = bar.state_at(time);
        let abort = bar.abort.filter(|_| state == BarState::Aborted);
        let (question, why) = self.why(bar, state);
        Some(IncarnationDetail {
            version,
            state,
            title: title(version, state),
            subtitle: self.subtitle(bar, state),
            question,
            why,
            then: self.then(bar, time),
            hot: abort.and_then(|abort| self.hot_hint(abort)),
            reads: self.reads(version),
            writes: self.writes(version),
            gas: if bar.gas == 0 { String::new() } else { format::gas(f64::from(bar.gas)) },
            status: bar.status(),
            status_words: self.status_words(bar),
            invalidated_by: abort.and_then(|abort| abort.by),
            place: format!("{}, {}", bar.lane, self.span_words(bar)),
        })
    }

    fn span_words(&self, bar: &Bar) -> String {
        let start = format::ticks_short(self.clock(), bar.start as f64);
        format!("{start} to {}", format::ticks(self.clock(), bar.end as f64))
    }

    fn subtitle(&self, bar: &Bar, state: BarState) -> String {
        let mut parts = Vec::new();
        if let Some(info) = self.transaction(bar.tx()) {
            parts.push(format!("{}, {} → {}", info.action, info.sender, info.receiver));
        }
        let gas = format::gas(f64::from(bar.gas));
        match state {
            BarState::Aborted => parts.push(format!("{gas} thrown away")),
            BarState::Suspended => parts.push("stopped early".to_owned()),
            BarState::Lost => parts.push(format!("lost after {gas}")),
            BarState::Skipped => parts.push(format!("{gas} for nothing")),
            _ if bar.gas > 0 && bar.status().is_some() => parts.push(gas),
            _ => {}
        }
        parts.join(" · ")
    }

    fn status_words(&self, bar: &Bar) -> String {
        let Some(status) = bar.status() else { return String::new() };
        let reason = self.transaction(bar.tx()).map_or("", |info| info.reason.as_str());
        match status {
            Status::Reverted if !reason.is_empty() => format!("{}: {reason}", status.word()),
            _ => status.word().to_owned(),
        }
    }

    fn why(&self, bar: &Bar, state: BarState) -> (String, Phrase) {
        match (state, bar.abort, bar.ending) {
            (BarState::Aborted, Some(abort), _) => {
                (again_question(self, bar), self.why_aborted(bar, abort))
            }
            (BarState::Suspended, _, Ending::Suspended { on, location }) => {
                ("Why did it stop?".to_owned(), self.why_suspended(on, location))
            }
            (BarState::Lost, ..) => ("Why was it lost?".to_owned(), self.why_lost(bar)),
            (BarState::Skipped, ..) => {
                ("Why is it not in the block?".to_owned(), self.why_skipped())
            }
            (BarState::Committed, ..) => ("Why is it final?".to_owned(), self.why_committed(bar)),
            (BarState::Executed | BarState::ExecutedAgain, ..) => {
                ("Is it final?".to_owned(), self.why_not_yet())
            }
            _ => ("What does it do?".to_owned(), self.what_it_does()),
        }
    }

    fn why_aborted(&self, bar: &Bar, abort: Abort) -> Phrase {
        let short = |ticks: u64| format::ticks_short(self.clock(), ticks as f64);
        if self.note(bar.version, EventKind::WrongResultFound).is_some() {
            return self.why_wrong();
        }
        let Some(location) = abort.location else {
            return Phrase::new().say("Something it had read has changed since.");
        };
        let read = self
            .accesses_of(bar.version)
            .iter()
            .find(|access| access.kind.is_read() && access.location == location);
        let phrase = match read {
            Some(read) => Phrase::new().say(format!("At {} it read ", short(read.time))),
            None => Phrase::new().say("It read "),
        };
        let phrase = phrase.place(self.location_name(location));
        let phrase = match read.map(|read| read.saw) {
            Some(Some(saw)) => phrase.say(" as ").tx(saw).say(" had written it."),
            Some(None) => phrase.say(" from the state before the block."),
            None => phrase.say("."),
        };
        let Some(by) = abort.by else {
            return phrase.say(" When that was checked, it had changed.");
        };
        let phrase = match self.bar_of(by).and_then(|id| self.bar(id)) {
            Some(writer) => phrase.say(format!(" At {} ", short(writer.end))),
            None => phrase.say(" Then "),
        };
        let phrase = phrase.tx(by.tx).say(" wrote it. In block order ").tx(by.tx);
        phrase.say(" comes first, so ").tx(bar.tx()).say(" must see that value.")
    }

    fn why_suspended(&self, on: Option<Version>, location: Option<LocationId>) -> Phrase {
        let name = location.map_or("a value", |id| self.location_name(id));
        let phrase = Phrase::new().say("It was about to read ").place(name).say(", which ");
        let phrase = match on {
            Some(on) => phrase.tx(on.tx).say(" wrote once and will write again."),
            None => phrase.say("will be written again."),
        };
        phrase.say(" Waiting costs less than running on a value that will not hold.")
    }

    fn then(&self, bar: &Bar, time: f64) -> Option<Phrase> {
        let over = bar.abort.map_or(bar.end, |abort| abort.at);
        let later = |id: &lanescope_protocol::TxIndex| {
            self.runs_of(*id).iter().filter_map(|run| self.bar(*run)).find(|run| {
                let later = run.version > bar.version || run.start > bar.start;
                later && (run.start as f64) <= time
            })
        };
        let next = later(&bar.tx())?;
        let gap = next.start.saturating_sub(over);
        let phrase = Phrase::new().say("ran again as ").tx(next.version);
        Some(if gap == 0 {
            phrase.say(" at once")
        } else {
            phrase.say(format!(", {} later", format::ticks(self.clock(), gap as f64)))
        })
    }

    /// Who else writes what caused an abort, if that is at least a third transaction.
    fn hot_hint(&self, abort: Abort) -> Option<Phrase> {
        let location = abort.location?;
        let mut writers: Vec<_> = self
            .accesses
            .iter()
            .filter(|access| access.kind == AccessKind::Write && access.location == location)
            .map(|access| access.by.tx)
            .collect();
        writers.dedup();
        let (writers, all) = (writers.len(), self.transaction_count());
        (writers >= 3).then(|| {
            Phrase::new()
                .say(format!(
                    "{} of {} write ",
                    format::number_word(writers),
                    format::count(all, "transaction")
                ))
                .place(self.location_name(location))
                .say(".")
        })
    }

    fn reads(&self, version: Version) -> Vec<ReadRow> {
        let whose = |version: Option<Version>| match version {
            Some(version) => version.to_string(),
            None => "before block".to_owned(),
        };
        let reads = self.accesses_of(version).iter();
        let mut reads: Vec<_> = reads.filter(|access| access.kind.is_read()).collect();
        // Stable: program order inside each rank.
        reads.sort_by_key(|access| self.rank(access));
        reads
            .into_iter()
            .map(|access| ReadRow {
                location: access.location,
                name: self.location_name(access.location).to_owned(),
                saw: whose(access.saw),
                now: if access.stale || access.now != access.saw {
                    whose(access.now)
                } else {
                    "same".to_owned()
                },
                stale: access.stale,
                value: self.value_read(access),
            })
            .collect()
    }

    fn value_read(&self, access: &Access) -> String {
        let value = format::value(self.location_kind(access.location), &access.value);
        match access.kind {
            AccessKind::AtLeast => format!("at least {value}"),
            AccessKind::Below => format!("less than {value}"),
            _ => value,
        }
    }

    /// What tells most comes first: stale reads, then what this block wrote, then slots, and last
    /// the fields that every touched account brings along.
    fn rank(&self, access: &Access) -> u8 {
        match (access.stale, access.saw.is_some(), self.location_kind(access.location)) {
            (true, ..) => 0,
            (false, true, _) => 1,
            (false, false, LocationKind::Slot) => 2,
            (false, false, LocationKind::Balance) => 3,
            (false, false, _) => 4,
        }
    }

    fn writes(&self, version: Version) -> Vec<WriteRow> {
        self.accesses_of(version)
            .iter()
            .filter(|access| !access.kind.is_read())
            .map(|access| WriteRow {
                location: access.location,
                name: self.location_name(access.location).to_owned(),
                value: self.value_written(access),
            })
            .collect()
    }

    /// An addition modulo 2^256 is a subtraction, if its highest bit is set.
    pub(crate) fn value_written(&self, access: &Access) -> String {
        let kind = self.location_kind(access.location);
        if access.kind != AccessKind::Add {
            format::value(kind, &access.value)
        } else if access.value[0] & 0x80 == 0 {
            format!("+ {}", format::value(kind, &access.value))
        } else {
            format!("− {}", format::value(kind, &negated(&access.value)))
        }
    }

    fn location_kind(&self, id: LocationId) -> LocationKind {
        self.location(id).map_or(LocationKind::Slot, |info| info.kind)
    }
}

/// Two's complement of a big-endian number.
fn negated(value: &[u8; 32]) -> [u8; 32] {
    let mut carry = true;
    let mut result = value.map(|byte| !byte);
    for byte in result.iter_mut().rev() {
        (*byte, carry) = byte.overflowing_add(u8::from(carry));
    }
    result
}

fn title(version: Version, state: BarState) -> String {
    let run = match version.incarnation.0 {
        0 => "first run".to_owned(),
        1 => "second run".to_owned(),
        2 => "third run".to_owned(),
        more => format!("{} run", format::ordinal(usize::from(more) + 1)),
    };
    format!("{} · {run}, {}", version.tx, state.word())
}

pub(crate) fn again_question(film: &Film, bar: &Bar) -> String {
    match film.runs_of(bar.tx()).len() {
        0 | 1 => "Why was it thrown away?".to_owned(),
        2 => "Why did it run twice?".to_owned(),
        runs => format!("Why did it run {runs} times?"),
    }
}

#[cfg(test)]
mod tests {
    use super::negated;

    #[test]
    fn a_negated_number_added_to_itself_is_nothing() {
        let number = |low: u8, rest: u8| {
            let mut bytes = [rest; 32];
            bytes[31] = low;
            bytes
        };
        assert_eq!(negated(&number(5, 0)), number(251, 255));
        assert_eq!(negated(&number(251, 255)), number(5, 0));
        assert_eq!(negated(&number(0, 0)), number(0, 0));
        assert_eq!(negated(&number(0, 1)), {
            let mut expected = [254; 32];
            (expected[30], expected[31]) = (255, 0);
            expected
        });
    }
}
