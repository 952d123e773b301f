//! Writing down what happens: per lane, without locks, and not at all where nobody asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use lanescope_protocol::event::{AccessKind, FallbackReason, Status};
use lanescope_protocol::{Access, Event, EventKind, Lane, LocationId, TxIndex, Version};
use rustc_hash::FxHashMap;

use super::Recording;
use super::workshop::{Checked, Moved};
use crate::evm::{Execution, Verdict};
use crate::memory::{Content, Location};
use crate::strategy::Wait;

/// Totals of a lane.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) executions: u32,
    pub(super) aborts: u32,
    pub(super) wasted_gas: u64,
}

/// The notes of one lane, or of several that one thread plays.
#[derive(Debug)]
pub(super) struct Recorder {
    lane: Lane,
    on: bool,
    /// Numbers events across lanes in the order of happening.
    order: Arc<AtomicU32>,
    events: Vec<Event>,
    /// So many events have been handed out by [`Recorder::unsent`].
    sent: usize,
    ran: Vec<Ran>,
    checks: Vec<(Version, Vec<Moved>)>,
    pub(super) counts: Counts,
}

/// An incarnation that ran to its end: its read and write sets are kept, not copied.
#[derive(Debug)]
struct Ran {
    version: Version,
    execution: Arc<Execution>,
    from: u64,
    to: u64,
}

impl Recorder {
    pub(super) fn new(lane: Lane, on: bool, order: Arc<AtomicU32>) -> Self {
        Self {
            lane,
            on,
            order,
            events: Vec::new(),
            sent: 0,
            ran: Vec::new(),
            checks: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// What follows happens on this lane.
    pub(super) fn at(&mut self, lane: Lane) -> &mut Self {
        self.lane = lane;
        self
    }

    /// Events since the last call, for whoever watches live.
    pub(super) fn unsent(&mut self) -> Vec<Event> {
        let events = self.events[self.sent..].to_vec();
        self.sent = self.events.len();
        events
    }

    /// How many events [`Recorder::unsent`] would answer.
    pub(super) fn unsent_len(&self) -> usize {
        self.events.len() - self.sent
    }

    pub(super) fn execution_started(&mut self, time: u64, version: Version) {
        self.push(time, EventKind::ExecutionStarted, Some(version), |_| {});
    }

    pub(super) fn execution_finished(
        &mut self,
        from: u64,
        to: u64,
        version: Version,
        execution: &Arc<Execution>,
    ) {
        self.counts.executions += 1;
        if !self.on {
            return;
        }
        let status = match &execution.verdict {
            Verdict::Ran(receipt) => receipt.status,
            Verdict::Invalid(_) | Verdict::Blocked(_) => Status::Invalid,
        };
        self.push(to, EventKind::ExecutionFinished, Some(version), |event| {
            event.detail = status as u8;
            event.gas = gas32(execution.gas());
        });
        self.ran.push(Ran { version, execution: Arc::clone(execution), from, to });
    }

    pub(super) fn estimate_hit(
        &mut self,
        time: u64,
        version: Version,
        on: TxIndex,
        location: LocationId,
    ) {
        self.push(time, EventKind::EstimateHit, Some(version), |event| {
            event.other = Some(Version { tx: on, ..Version::default() });
            event.location = Some(location);
        });
    }

    pub(super) fn validation_started(&mut self, time: u64, version: Version) {
        self.push(time, EventKind::ValidationStarted, Some(version), |_| {});
    }

    pub(super) fn validation_passed(&mut self, time: u64, version: Version, checked: Checked) {
        self.push(time, EventKind::ValidationPassed, Some(version), |_| {});
        self.note_check(version, checked.moved);
    }

    pub(super) fn aborted(&mut self, time: u64, version: Version, checked: Checked) {
        self.counts.aborts += 1;
        self.counts.wasted_gas += checked.gas;
        self.push(time, EventKind::Aborted, Some(version), |event| {
            event.gas = gas32(checked.gas);
            event.location = checked.cause.map(|(location, _)| location);
            event.other = checked.cause.and_then(|(_, writer)| writer);
        });
        self.note_check(version, checked.moved);
    }

    pub(super) fn committed(&mut self, time: u64, version: Version, checked: Checked) {
        self.push(time, EventKind::Committed, Some(version), |event| {
            event.gas = gas32(checked.gas);
        });
        self.note_check(version, checked.moved);
    }

    pub(super) fn wait_started(&mut self, time: u64, wait: Wait) {
        self.push(time, EventKind::WaitStarted, None, |event| {
            event.detail = wait.reason as u8;
            event.other = wait.on;
        });
    }

    pub(super) fn wait_ended(&mut self, time: u64) {
        self.push(time, EventKind::WaitEnded, None, |_| {});
    }

    pub(super) fn fell_back(&mut self, time: u64, reason: FallbackReason) {
        self.push(time, EventKind::FellBack, None, |event| event.detail = reason as u8);
    }

    /// A transaction that ran on one lane, checked by nobody.
    pub(super) fn ran_alone(
        &mut self,
        version: Version,
        (from, to): (u64, u64),
        status: Status,
        gas: u64,
    ) {
        self.counts.executions += 1;
        self.execution_started(from, version);
        self.push(to, EventKind::ExecutionFinished, Some(version), |event| {
            event.detail = status as u8;
            event.gas = gas32(gas);
        });
        self.push(to, EventKind::Committed, Some(version), |event| event.gas = gas32(gas));
    }

    fn note_check(&mut self, version: Version, moved: Vec<Moved>) {
        if self.on && !moved.is_empty() {
            self.checks.push((version, moved));
        }
    }

    fn push(
        &mut self,
        time: u64,
        kind: EventKind,
        version: Option<Version>,
        fill: impl FnOnce(&mut Event),
    ) {
        if !self.on {
            return;
        }
        let mut event = Event {
            time,
            seq: self.order.fetch_add(1, Ordering::Relaxed),
            lane: self.lane,
            kind,
            detail: 0,
            tx: version.map(|version| version.tx),
            incarnation: version.map(|version| version.incarnation).unwrap_or_default(),
            other: None,
            location: None,
            gas: 0,
        };
        fill(&mut event);
        self.events.push(event);
    }
}

/// Puts the notes of all lanes together.
pub(super) fn recording(lanes: Vec<Recorder>, locations: Vec<Location>) -> Recording {
    let mut events = Vec::new();
    let mut ran = Vec::new();
    let mut checks: FxHashMap<Version, Vec<Moved>> = FxHashMap::default();
    for lane in lanes {
        events.extend(lane.events);
        ran.extend(lane.ran);
        for (version, moved) in lane.checks {
            checks.entry(version).or_default().extend(moved);
        }
    }
    events.sort_unstable_by_key(|event| (event.time, event.seq));
    ran.sort_unstable_by_key(|ran| ran.version);
    let mut accesses = Vec::new();
    for ran in &ran {
        let moved = checks.get(&ran.version).map(Vec::as_slice).unwrap_or_default();
        append_accesses(ran, moved, &mut accesses);
    }
    Recording { events, accesses, locations }
}

fn append_accesses(ran: &Ran, moved: &[Moved], accesses: &mut Vec<Access>) {
    for read in &ran.execution.reads {
        // The last check counts.
        let moved = moved.iter().rev().find(|moved| moved.location == read.location);
        accesses.push(Access {
            by: ran.version,
            kind: AccessKind::Read,
            stale: moved.is_some_and(|moved| moved.stale),
            location: read.location,
            saw: read.saw,
            now: moved.map_or(read.saw, |moved| moved.now),
            time: ran.from,
            value: read.value.to_be_bytes(),
        });
    }
    for write in &ran.execution.writes {
        let (kind, value) = match write.content {
            Content::Value(value) => (AccessKind::Write, value),
            Content::Add(amount) => (AccessKind::Add, amount),
        };
        accesses.push(Access {
            by: ran.version,
            kind,
            stale: false,
            location: write.location,
            saw: None,
            now: None,
            time: ran.to,
            value: value.to_be_bytes(),
        });
    }
}

/// Events hold gas in 32 bits; block gas limits stay below that.
fn gas32(gas: u64) -> u32 {
    u32::try_from(gas).unwrap_or(u32::MAX)
}
