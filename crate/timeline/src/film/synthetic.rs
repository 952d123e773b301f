//! A made-up run with any number of bars, for tests and measurements of what draws runs. The same
//! number gives the same run.

use lanescope_protocol::limits::TRANSACTIONS_MAX;
use lanescope_protocol::trace::{LocationInfo, LocationKind, Summary, TransactionInfo};
use lanescope_protocol::{
    Access, AccessKind, Event, EventKind, Incarnation, Lane, LocationId, Settings, Trace, TxIndex,
    Version,
};

/// Lanes of the run.
const LANES: usize = 16;
/// Transactions that run at the same time.
const WINDOW: usize = 64;
/// Places that they meet at.
const PLACES: u32 = 40;

/// A run with exactly `bars` executions: some are thrown away, some stop early, lanes wait and
/// check, and every transaction is final in the end. It never ran.
#[must_use]
pub fn synthetic(bars: usize) -> Trace {
    let transactions = (bars * 4 / 5).clamp(bars.min(1), TRANSACTIONS_MAX);
    let mut maker = Maker::default();
    // What does not divide evenly is spread over the block.
    let more = |tx: usize| tx * (bars % transactions) / transactions;
    let runs = |tx: usize| bars / transactions + more(tx + 1) - more(tx);
    for window in (0..transactions).step_by(WINDOW) {
        let inside = window..(window + WINDOW).min(transactions);
        let most = inside.clone().map(runs).max().unwrap_or_default();
        for incarnation in 0..most {
            for tx in inside.clone().filter(|tx| incarnation < runs(*tx)) {
                maker.run(version(tx, incarnation), incarnation + 1 == runs(tx));
            }
        }
        maker.commit(inside.map(|tx| version(tx, runs(tx) - 1)));
    }
    maker.finish(bars, transactions)
}

#[derive(Default)]
struct Maker {
    events: Vec<Event>,
    accesses: Vec<Access>,
    /// Until when each lane is busy.
    lanes: [u64; LANES],
    /// Final runs of the window, with lane, end and gas.
    ended: Vec<(Version, Lane, u64, u32)>,
    committed: u64,
    summary: Summary,
    random: u64,
}

impl Maker {
    /// The next number of a fixed row (SplitMix64), below `limit`.
    fn below(&mut self, limit: u64) -> u64 {
        self.random = self.random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % limit
    }

    fn run(&mut self, version: Version, last: bool) {
        let free = (0..LANES).min_by_key(|lane| self.lanes[*lane]).unwrap_or_default();
        let (lane, mut now) = (Lane(free as u8), self.lanes[free]);
        let before = version.tx.0.saturating_sub(1 + self.below(8) as u32);
        let other = (before < version.tx.0)
            .then_some(Version { tx: TxIndex(before), incarnation: Incarnation(0) });
        let location = Some(LocationId(self.below(u64::from(PLACES)) as u32));
        if self.below(5) == 0 {
            let waited = 200 + self.below(6_000);
            let start =
                Event { other, detail: 1, location, ..event(now, lane, EventKind::WaitStarted) };
            self.events.extend([start, event(now + waited, lane, EventKind::WaitEnded)]);
            now += waited;
        }
        let gas = 21_000 + self.below(120_000) as u32;
        let about = |time, kind| Event {
            tx: Some(version.tx),
            incarnation: version.incarnation,
            ..event(time, lane, kind)
        };
        self.events.push(about(now, EventKind::ExecutionStarted));
        let gas = if last || self.below(4) > 0 { gas } else { gas / 3 };
        let mut end = now + u64::from(gas);
        if last {
            self.events.push(Event { gas, ..about(end, EventKind::ExecutionFinished) });
            self.summary.executions += 1;
            self.summary.gas_used += u64::from(gas);
            self.ended.push((version, lane, end, gas));
            self.touch(version, end, now);
        } else if self.below(4) == 0 && other.is_some() {
            self.events.push(Event { gas, other, location, ..about(end, EventKind::EstimateHit) });
        } else {
            self.events.push(Event { gas, ..about(end, EventKind::ExecutionFinished) });
            self.events.push(about(end, EventKind::ValidationStarted));
            end += 100 + self.below(900);
            self.events.push(Event { gas, other, location, ..about(end, EventKind::Aborted) });
            self.summary.executions += 1;
            self.summary.aborts += 1;
            self.summary.wasted_gas += u64::from(gas);
        }
        self.lanes[free] = end;
    }

    fn touch(&mut self, by: Version, end: u64, start: u64) {
        let location = LocationId(by.tx.0 % PLACES);
        let value = [0; 32];
        let read = Access {
            by,
            kind: AccessKind::Read,
            stale: false,
            location,
            saw: None,
            now: None,
            time: start + (end - start) / 2,
            value,
        };
        self.accesses.extend([read, Access { kind: AccessKind::Write, time: end, ..read }]);
    }

    /// Everything of a window becomes final, in block order.
    fn commit(&mut self, order: impl Iterator<Item = Version>) {
        let mut ended = core::mem::take(&mut self.ended);
        ended.sort_unstable_by_key(|(version, ..)| *version);
        for version in order {
            let Ok(at) = ended.binary_search_by_key(&version, |(version, ..)| *version) else {
                continue;
            };
            let (_, lane, end, gas) = ended[at];
            self.committed = self.committed.max(end);
            let (tx, incarnation) = (Some(version.tx), version.incarnation);
            let commit = event(self.committed, lane, EventKind::Committed);
            self.events.push(Event { tx, incarnation, gas, ..commit });
        }
    }

    fn finish(mut self, bars: usize, transactions: usize) -> Trace {
        // Of one lane everything is in order already, so a stable sort keeps it.
        self.events.sort_by_key(|event| event.time);
        self.accesses.sort_by_key(|access| access.by);
        for (seq, event) in (0..).zip(&mut self.events) {
            event.seq = seq;
        }
        let summary = Summary {
            title: format!("Made up: {} executions", crate::format::grouped(bars as u128)),
            settings: Settings { lanes: LANES as u16, ..Settings::default() },
            makespan: self.committed,
            sequential: self.summary.gas_used,
            gas_limit: self.summary.gas_used,
            class_holds: true,
            identical: true,
            fork: "osaka".to_owned(),
            ..self.summary
        };
        let transaction = |tx: usize| TransactionInfo {
            action: ["pay", "swap", "mint", "transfer"][tx % 4].to_owned(),
            sender: format!("S{}", tx % 997),
            receiver: format!("Pool {}", tx % PLACES as usize),
            gas: 21_000,
            ..TransactionInfo::default()
        };
        let location = |at: u32| LocationInfo {
            kind: LocationKind::Slot,
            address: format!("0x{at:040x}"),
            key: "0x0".to_owned(),
            name: format!("Pool {at}.reserve0"),
        };
        Trace {
            summary,
            transactions: (0..transactions).map(transaction).collect(),
            locations: (0..PLACES).map(location).collect(),
            events: self.events,
            accesses: self.accesses,
        }
    }
}

const fn version(tx: usize, incarnation: usize) -> Version {
    Version { tx: TxIndex(tx as u32), incarnation: Incarnation(incarnation as u16) }
}

const fn event(time: u64, lane: Lane, kind: EventKind) -> Event {
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
