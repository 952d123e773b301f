//! Writing down what happens: per lane, without locks, and not at all where nobody asks.

use core::ops::Add;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use lanescope_protocol::event::{FallbackReason, Status};
use lanescope_protocol::{Event, EventKind, Lane, LocationId, TxIndex, Version};
use rustc_hash::FxHashMap;

use super::workshop::{Checked, Moved};
use crate::memory::Location;
use crate::strategy::{Notice, Wait};

/// Totals of a lane.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) executions: u32,
    pub(super) aborts: u32,
    pub(super) wasted_gas: u64,
}

impl Add for Counts {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            executions: self.executions + other.executions,
            aborts: self.aborts + other.aborts,
            wasted_gas: self.wasted_gas + other.wasted_gas,
        }
    }
}

/// What the recorders of a run share.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// Numbers events across lanes in the order of happening.
    order: AtomicU32,
    locations: Mutex<Locations>,
}

/// Locations in the order in which they were first named.
#[derive(Debug, Default)]
pub(super) struct Locations {
    numbers: FxHashMap<Location, LocationId>,
    pub(super) list: Vec<Location>,
}

impl Locations {
    pub(super) fn number(&mut self, location: Location) -> LocationId {
        *self.numbers.entry(location).or_insert_with(|| {
            self.list.push(location);
            LocationId(self.list.len() as u32 - 1)
        })
    }
}

impl Book {
    fn number(&self, location: Location) -> LocationId {
        self.locations.lock().unwrap_or_else(PoisonError::into_inner).number(location)
    }

    pub(super) fn take_locations(&self) -> Locations {
        core::mem::take(&mut self.locations.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The notes of one lane, or of several that one thread plays.
#[derive(Debug)]
pub(super) struct Recorder {
    lane: Lane,
    on: bool,
    pub(super) book: Arc<Book>,
    pub(super) events: Vec<Event>,
    /// So many events have been handed out by [`Recorder::unsent`].
    sent: usize,
    pub(super) ran: Vec<Ran>,
    pub(super) checks: Vec<(Version, Vec<Moved>)>,
    pub(super) counts: Counts,
}

/// When an incarnation that ran to its end did so.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ran {
    pub(super) version: Version,
    pub(super) from: u64,
    pub(super) to: u64,
}

impl Recorder {
    pub(super) fn new(lane: Lane, on: bool, book: Arc<Book>) -> Self {
        Self {
            lane,
            on,
            book,
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

    /// Whether anything is written down: who reads clocks for it need not, otherwise.
    pub(super) fn is_on(&self) -> bool {
        self.on
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
        self.push(time, EventKind::ExecutionStarted, Some(version), |_, _| {});
    }

    pub(super) fn execution_finished(
        &mut self,
        (from, to): (u64, u64),
        version: Version,
        status: Status,
        gas: u64,
    ) {
        self.counts.executions += 1;
        if !self.on {
            return;
        }
        self.push(to, EventKind::ExecutionFinished, Some(version), |event, _| {
            event.detail = status as u8;
            event.gas = gas32(gas);
        });
        self.ran.push(Ran { version, from, to });
    }

    pub(super) fn estimate_hit(
        &mut self,
        time: u64,
        version: Version,
        on: TxIndex,
        location: Location,
        gas: u64,
    ) {
        self.counts.wasted_gas += gas;
        self.push(time, EventKind::EstimateHit, Some(version), |event, book| {
            event.gas = gas32(gas);
            event.other = Some(Version { tx: on, ..Version::default() });
            event.location = Some(book.number(location));
        });
    }

    pub(super) fn validation_started(&mut self, time: u64, version: Version) {
        self.push(time, EventKind::ValidationStarted, Some(version), |_, _| {});
    }

    pub(super) fn validation_passed(&mut self, time: u64, version: Version, checked: Checked) {
        self.push(time, EventKind::ValidationPassed, Some(version), |_, _| {});
        self.note_check(version, checked.moved);
    }

    pub(super) fn aborted(&mut self, time: u64, version: Version, checked: Checked) {
        self.counts.aborts += 1;
        self.counts.wasted_gas += checked.gas;
        self.push(time, EventKind::Aborted, Some(version), |event, book| {
            event.gas = gas32(checked.gas);
            event.location = checked.cause.map(|(location, _)| book.number(location));
            event.other = checked.cause.and_then(|(_, writer)| writer);
        });
        self.note_check(version, checked.moved);
    }

    pub(super) fn committed(&mut self, time: u64, version: Version, gas: u64, moved: Vec<Moved>) {
        self.push(time, EventKind::Committed, Some(version), |event, _| event.gas = gas32(gas));
        self.note_check(version, moved);
    }

    /// At the merge, its change was added to another balance or nonce than it saw.
    pub(super) fn patched(&mut self, time: u64, version: Version, location: Location) {
        self.push(time, EventKind::Patched, Some(version), |event, book| {
            event.location = Some(book.number(location));
        });
    }

    /// A transaction that cannot be in the block at its place is passed over.
    pub(super) fn skipped(&mut self, time: u64, version: Version) {
        self.push(time, EventKind::Skipped, Some(version), |_, _| {});
    }

    /// What an incarnation touched without having declared it, if there is anything.
    pub(super) fn undeclared(&mut self, time: u64, version: Version, location: Option<Location>) {
        if let Some(location) = location {
            self.push(time, EventKind::UndeclaredTouched, Some(version), |event, book| {
                event.location = Some(book.number(location));
            });
        }
    }

    pub(super) fn wait_started(&mut self, time: u64, wait: Wait) {
        self.push(time, EventKind::WaitStarted, None, |event, _| {
            event.detail = wait.reason as u8;
            event.other = wait.on;
        });
    }

    pub(super) fn wait_ended(&mut self, time: u64) {
        self.push(time, EventKind::WaitEnded, None, |_, _| {});
    }

    pub(super) fn lane_crashed(&mut self, time: u64) {
        self.push(time, EventKind::LaneCrashed, None, |_, _| {});
    }

    pub(super) fn lane_recovered(&mut self, time: u64) {
        self.push(time, EventKind::LaneRecovered, None, |_, _| {});
    }

    pub(super) fn lane_slowed(&mut self, time: u64, times: u16) {
        self.push(time, EventKind::LaneSlowed, None, |event, _| event.gas = times.into());
    }

    pub(super) fn execution_lost(&mut self, time: u64, version: Version, gas: u64) {
        self.counts.wasted_gas += gas;
        let fill = |event: &mut Event, _: &Book| event.gas = gas32(gas);
        self.push(time, EventKind::ExecutionLost, Some(version), fill);
    }

    /// `before`: the incarnation that was lost.
    pub(super) fn reassigned(&mut self, time: u64, version: Version, before: Version) {
        let fill = |event: &mut Event, _: &Book| event.other = Some(before);
        self.push(time, EventKind::Reassigned, Some(version), fill);
    }

    pub(super) fn wrong_result_found(&mut self, time: u64, version: Version) {
        self.push(time, EventKind::WrongResultFound, Some(version), |_, _| {});
    }

    pub(super) fn fell_back(&mut self, time: u64, reason: FallbackReason) {
        self.push(time, EventKind::FellBack, None, |event, _| event.detail = reason as u8);
    }

    /// Everything in the access list was loaded.
    pub(super) fn prefetched(&mut self, locations: u32) {
        self.push(0, EventKind::Prefetched, None, |event, _| event.gas = locations);
    }

    /// The access list is wrong.
    pub(super) fn list_rejected(
        &mut self,
        time: u64,
        version: Option<Version>,
        location: Location,
    ) {
        self.push(time, EventKind::ListRejected, version, |event, book| {
            event.location = Some(book.number(location));
        });
    }

    /// What the strategy has decided.
    pub(super) fn told(&mut self, time: u64, notice: Notice) {
        let (kind, tx, number) = match notice {
            Notice::Round(number) => (EventKind::RoundStarted, None, number),
            Notice::Slot(number) => (EventKind::SlotStarted, None, number),
            Notice::Deferred(tx) => (EventKind::Deferred, Some(tx), 0),
            Notice::Dropped(tx) => (EventKind::Dropped, Some(tx), 0),
            Notice::FellBack(reason) => return self.fell_back(time, reason),
        };
        let version = tx.map(|tx| Version { tx, ..Version::default() });
        self.push(time, kind, version, |event, _| event.gas = number);
    }

    /// A transaction that ran on one lane, checked by nobody.
    pub(super) fn ran_alone(
        &mut self,
        version: Version,
        (from, to): (u64, u64),
        status: Status,
        gas: u64,
    ) {
        self.execution_started(from, version);
        self.execution_finished((from, to), version, status, gas);
        self.committed(to, version, gas, Vec::new());
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
        fill: impl FnOnce(&mut Event, &Book),
    ) {
        if !self.on {
            return;
        }
        let mut event = Event {
            time,
            seq: self.book.order.fetch_add(1, Ordering::Relaxed),
            lane: self.lane,
            kind,
            detail: 0,
            tx: version.map(|version| version.tx),
            incarnation: version.map(|version| version.incarnation).unwrap_or_default(),
            other: None,
            location: None,
            gas: 0,
        };
        fill(&mut event, &self.book);
        self.events.push(event);
    }
}

/// Events hold gas in 32 bits; block gas limits stay below that.
fn gas32(gas: u64) -> u32 {
    u32::try_from(gas).unwrap_or(u32::MAX)
}
