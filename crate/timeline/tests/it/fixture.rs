//! A run written as text, so that a test can be read.
//!
//! One line for each lane, then reads and writes. Times are in thousands of ticks.
//! ```text
//! lane 1: T1·0 0-96 ok | T5·0 96-140 aborted at 150 by T1·0 on Pool.reserve0 | wait 140-150 for T3
//! lane 2: T2·0 0-50 ok at 60 | T3·0 60-70 reverted | T4·0 70-80 estimate T3·0 on Pool.reserve0
//! read T5·0 at 100: Pool.reserve0 saw before, now T1·0 = 5
//! write T1·0 at 96: Pool.reserve0 = 7
//! lane 1: T1·0 0-40 lost | crash 40-90 | slow 90-95 by 4 | wait 95-96 lock for T2 by T3 | check 96-97 T2·0
//! at 50: round 2
//! at 60: T5·0 deferred on Pool.reserve0
//! ```

use lanescope_protocol::event::{Access, AccessKind, Event, EventKind};
use lanescope_protocol::settings::Settings;
use lanescope_protocol::trace::{LocationInfo, LocationKind, Summary, TransactionInfo};
use lanescope_protocol::{Incarnation, Lane, LocationId, Trace, TxIndex, Version};
use lanescope_timeline::Film;

/// The run of the sketch of the main screen, more or less.
pub(crate) const EXCHANGE: &str = "
lane 1: T1·0 0-96 ok | T3·1 97-193 ok at 194 | T11·0 194-245 ok at 330 | T8·1 246-340 ok
lane 2: T2·0 0-51 ok at 97 | T5·0 52-148 aborted at 149 by T1·0 on Pool A.reserve0 | wait 149-192 for T3 | T5·1 193-285 ok
lane 3: T3·0 0-96 aborted at 96 by T1·0 on Pool A.reserve0 | T7·0 97-148 ok at 286 | T8·0 149-245 aborted at 245 by T6·0 on Pool B.reserve0 | T12·0 246-331 ok at 340
lane 4: T4·0 0-64 ok at 195 | T6·0 65-185 ok at 285 | T9·0 186-225 ok at 331 | T10·0 226-264 reverted at 332
read T1·0 at 20: Pool A.reserve0 saw before
write T1·0 at 96: Pool A.reserve0 = 900
read T3·0 at 30: Pool A.reserve0 saw before, now T1·0
write T3·0 at 96: Pool A.reserve0 = 800
read T3·1 at 120: Pool A.reserve0 saw T1·0
write T3·1 at 193: Pool A.reserve0 = 850
read T5·0 at 72: Pool A.reserve0 saw before, now T1·0
read T5·0 at 74: Eva.balance saw before
write T5·0 at 148: Pool A.reserve0 = 700
write T5·0 at 148: Eva.balance = 1500000000000000000
read T5·1 at 220: Pool A.reserve0 saw T3·1
write T5·1 at 285: Pool A.reserve0 = 780
write T6·0 at 185: Pool B.reserve0 = 40
read T8·0 at 170: Pool B.reserve0 saw before, now T6·0
read T8·1 at 300: Pool B.reserve0 saw T6·0
write T8·1 at 340: Pool B.reserve0 = 41
";

/// Reads the text form. Panics on nonsense: these are tests.
pub(crate) fn film(text: &str) -> Film {
    Film::new(trace(text))
}

pub(crate) fn trace(text: &str) -> Trace {
    let mut parser = Parser::default();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        parser.line(line);
    }
    parser.finish()
}

#[derive(Default)]
struct Parser {
    events: Vec<Event>,
    accesses: Vec<Access>,
    names: Vec<String>,
    lanes: u16,
    transactions: usize,
}

impl Parser {
    fn line(&mut self, line: &str) {
        let (head, body) = line.split_once(':').expect("a colon");
        let words: Vec<_> = head.split_whitespace().collect();
        match words[..] {
            ["lane", number] => {
                let lane: u8 = number.parse().expect("a lane");
                self.lanes = self.lanes.max(u16::from(lane));
                body.split('|').for_each(|entry| self.entry(Lane(lane - 1), entry.trim()));
            }
            ["read", by, "at", time] => self.read(version(by), ticks(time), body.trim()),
            ["write", by, "at", time] => self.write(version(by), ticks(time), body.trim()),
            ["at", time] => self.at(ticks(time), body.trim()),
            _ => panic!("what is \"{line}\"?"),
        }
    }

    fn entry(&mut self, lane: Lane, entry: &str) {
        let (words, place) = match entry.split_once(" on ") {
            Some((words, name)) => (words, Some(self.location(name))),
            None => (entry, None),
        };
        let words: Vec<_> = words.split_whitespace().collect();
        let (start, end) = words[1].split_once('-').expect("a span");
        let (start, end) = (ticks(start), ticks(end));
        if let Some((from, to)) = span_kinds(words[0]) {
            self.span(lane, (start, end), (from, to), &words[2..], place);
            return;
        }
        let by = version(words[0]);
        self.transactions = self.transactions.max(by.tx.get() + 1);
        let about = |time, kind| Event {
            tx: Some(by.tx),
            incarnation: by.incarnation,
            location: place,
            ..event(time, lane, kind)
        };
        let gas = (end - start) as u32;
        let named = |word: &str| words.iter().position(|w| *w == word).map(|at| words[at + 1]);
        let at = named("at").map_or(end, ticks);
        self.events.push(about(start, EventKind::ExecutionStarted));
        if words[2] == "lost" {
            self.events.push(Event { gas, ..about(end, EventKind::ExecutionLost) });
            return;
        }
        if words[2] == "estimate" {
            let other = Some(version(words[3]));
            self.events.push(Event { gas, other, ..about(end, EventKind::EstimateHit) });
            return;
        }
        let detail = match words[2] {
            "reverted" => 1,
            "skipped" => 3,
            _ => 0,
        };
        self.events.push(Event { gas, detail, ..about(end, EventKind::ExecutionFinished) });
        match words[2] {
            "ok" | "reverted" => self.events.push(about(at, EventKind::Committed)),
            "aborted" => {
                let other = named("by").map(version);
                self.events.push(Event { gas, other, ..about(at, EventKind::Aborted) });
            }
            "skipped" => self.events.push(about(at, EventKind::Skipped)),
            "open" => {}
            other => panic!("what is \"{other}\"?"),
        }
    }

    /// `wait 95-96 lock for T2`, `crash 40-90`, `slow 90-95 by 4`, `check 96-97 T2·0`.
    fn span(
        &mut self,
        lane: Lane,
        (start, end): (u64, u64),
        (from, to): (EventKind, EventKind),
        words: &[&str],
        location: Option<LocationId>,
    ) {
        let after = |word: &str| words.iter().position(|w| *w == word).map(|at| words[at + 1]);
        let mut first = Event { location, ..event(start, lane, from) };
        let mut last = event(end, lane, to);
        match from {
            EventKind::WaitStarted => {
                const REASONS: [&str; 7] =
                    ["nothing", "dependency", "sender", "lock", "barrier", "merge", "crashed"];
                let reason = words.first().and_then(|w| REASONS.iter().position(|r| r == w));
                first.detail = reason.unwrap_or(1) as u8;
                first.other = after("for").map(|tx| version(&format!("{tx}·0")));
                first.tx = after("by").map(|tx| version(&format!("{tx}·0")).tx);
            }
            EventKind::LaneSlowed => {
                first.gas = after("by").expect("times").parse().expect("a number")
            }
            EventKind::ValidationStarted => {
                let of = version(words[0]);
                for event in [&mut first, &mut last] {
                    (event.tx, event.incarnation) = (Some(of.tx), of.incarnation);
                }
            }
            _ => {}
        }
        self.events.extend([first, last]);
    }

    /// `round 2`, `slot 2`, `T5·0 deferred on X`, `T5·1 reassigned to 2 from T5·0`, `rejected on X`.
    fn at(&mut self, time: u64, body: &str) {
        let (words, place) = match body.split_once(" on ") {
            Some((words, name)) => (words, Some(self.location(name))),
            None => (body, None),
        };
        let words: Vec<_> = words.split_whitespace().collect();
        let about = |kind| {
            let by = version(words[0]);
            let (tx, incarnation) = (Some(by.tx), by.incarnation);
            Event { tx, incarnation, location: place, ..event(time, Lane(0), kind) }
        };
        let numbered = |kind| {
            let gas = words[1].parse().expect("a number");
            Event { gas, ..event(time, Lane(0), kind) }
        };
        self.events.push(match words[..] {
            ["round", _] => numbered(EventKind::RoundStarted),
            ["slot", _] => numbered(EventKind::SlotStarted),
            ["prefetched", _] => numbered(EventKind::Prefetched),
            ["rejected"] => {
                Event { location: place, ..event(time, Lane(0), EventKind::ListRejected) }
            }
            [_, "deferred"] => about(EventKind::Deferred),
            [_, "dropped"] => about(EventKind::Dropped),
            [_, "patched"] => about(EventKind::Patched),
            [_, "wrong"] => about(EventKind::WrongResultFound),
            [_, "undeclared"] => about(EventKind::UndeclaredTouched),
            [_, "reassigned", "to", lane, "from", lost] => Event {
                lane: Lane(lane.parse::<u8>().expect("a lane") - 1),
                other: Some(version(lost)),
                ..about(EventKind::Reassigned)
            },
            _ => panic!("what is \"{body}\"?"),
        });
    }

    fn location(&mut self, name: &str) -> LocationId {
        let name = name.trim();
        let at = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        LocationId(at as u32)
    }

    fn read(&mut self, by: Version, time: u64, body: &str) {
        let (name, rest) = body.split_once(" saw ").expect("what it saw");
        let (rest, number) = rest.split_once(" = ").unwrap_or((rest, "0"));
        let (saw, now) = rest.split_once(", now ").unwrap_or((rest, rest));
        let location = self.location(name);
        let stale = saw != now;
        let (saw, now) = (writer(saw), writer(now));
        let kind = AccessKind::Read;
        let value = word(number);
        self.accesses.push(Access { by, kind, stale, location, saw, now, time, value });
    }

    fn write(&mut self, by: Version, time: u64, body: &str) {
        let (name, number) = body.split_once(" = ").expect("a value");
        let location = self.location(name);
        let value = word(number);
        let (kind, stale, saw, now) = (AccessKind::Write, false, None, None);
        self.accesses.push(Access { by, kind, stale, location, saw, now, time, value });
    }

    fn finish(mut self) -> Trace {
        self.events.sort_by_key(|event| event.time);
        for (seq, event) in self.events.iter_mut().enumerate() {
            event.seq = seq as u32;
        }
        self.accesses.sort_by_key(|access| access.by);
        let of_kind = |kind| self.events.iter().filter(move |event| event.kind == kind);
        let commits = || of_kind(EventKind::Committed);
        let final_gas = |commit: &Event| {
            of_kind(EventKind::ExecutionFinished)
                .find(|e| e.tx == commit.tx && e.incarnation == commit.incarnation)
                .map_or(0, |e| u64::from(e.gas))
        };
        let gas_used: u64 = commits().map(final_gas).sum();
        let summary = Summary {
            title: "Exchange at peak hour".to_owned(),
            settings: Settings { lanes: self.lanes, ..Settings::default() },
            makespan: commits().map(|event| event.time).max().unwrap_or(0),
            sequential: gas_used,
            gas_used,
            executions: of_kind(EventKind::ExecutionFinished).count() as u32,
            aborts: of_kind(EventKind::Aborted).count() as u32,
            wasted_gas: of_kind(EventKind::Aborted).map(|event| u64::from(event.gas)).sum(),
            identical: true,
            class_holds: true,
            critical_path_gas: gas_used / 3,
            ..Summary::default()
        };
        Trace {
            summary,
            transactions: (0..self.transactions).map(transaction).collect(),
            locations: self.names.iter().map(|name| place(name)).collect(),
            events: self.events,
            accesses: self.accesses,
        }
    }
}

fn event(time: u64, lane: Lane, kind: EventKind) -> Event {
    Event {
        time,
        seq: 0,
        lane,
        kind,
        detail: 0,
        tx: None,
        incarnation: Incarnation(0),
        other: None,
        location: None,
        gas: 0,
    }
}

fn transaction(at: usize) -> TransactionInfo {
    const PEOPLE: [&str; 6] = ["Ana", "Bo", "Cem", "Dia", "Eva", "Fox"];
    let action = if at.is_multiple_of(2) { "swap" } else { "pay" };
    let receiver = if at.is_multiple_of(2) { "Pool A" } else { "Gus" };
    TransactionInfo {
        action: action.to_owned(),
        sender: PEOPLE[at % PEOPLE.len()].to_owned(),
        receiver: receiver.to_owned(),
        ..TransactionInfo::default()
    }
}

fn place(name: &str) -> LocationInfo {
    let (account, field) = name.rsplit_once('.').unwrap_or((name, ""));
    let kind = match field {
        "balance" => LocationKind::Balance,
        "nonce" => LocationKind::Nonce,
        _ => LocationKind::Slot,
    };
    let address = account.to_owned();
    LocationInfo { kind, name: name.to_owned(), address, ..LocationInfo::default() }
}

/// How something that takes time on a lane begins and ends.
fn span_kinds(word: &str) -> Option<(EventKind, EventKind)> {
    match word {
        "wait" => Some((EventKind::WaitStarted, EventKind::WaitEnded)),
        "crash" => Some((EventKind::LaneCrashed, EventKind::LaneRecovered)),
        "slow" => Some((EventKind::LaneSlowed, EventKind::LaneRecovered)),
        "check" => Some((EventKind::ValidationStarted, EventKind::ValidationPassed)),
        _ => None,
    }
}

fn word(text: &str) -> [u8; 32] {
    let number: u128 = text.trim().parse().expect("a number");
    let mut value = [0; 32];
    value[16..].copy_from_slice(&number.to_be_bytes());
    value
}

fn writer(text: &str) -> Option<Version> {
    (text.trim() != "before").then(|| version(text.trim()))
}

pub(crate) fn version(text: &str) -> Version {
    let (tx, incarnation) = text.trim_start_matches('T').split_once('·').expect("T1·0");
    Version {
        tx: TxIndex(tx.parse::<u32>().expect("a transaction") - 1),
        incarnation: Incarnation(incarnation.parse().expect("an incarnation")),
    }
}

fn ticks(text: &str) -> u64 {
    text.parse::<u64>().expect("a time") * 1000
}
