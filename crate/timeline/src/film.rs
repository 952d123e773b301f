//! A run as something that can be watched: bars, waits, checks, and the moments in between.

pub(crate) mod assemble;
pub mod bar;
pub mod builder;
pub(crate) mod columns;
pub mod moment;
pub(crate) mod pyramid;
pub mod synthetic;
pub(crate) mod touches;
pub mod walk;

use std::sync::OnceLock;

use lanescope_protocol::trace::{LocationInfo, Summary, TransactionInfo};
use lanescope_protocol::{
    Access, Clock, Event, EventKind, Lane, LocationId, Settings, Trace, TxIndex, Version,
};

use crate::assemble::Assembly;
use crate::bar::{Bar, BarId, BarState, Check, Milestone, Note, Trouble, TxState, Wait};
use crate::chain::Links;
use crate::lints::Finding;
use crate::metrics::Metrics;
use crate::moment::{Moment, MomentIndex};
use crate::touches::Derived;

/// A run, ready to be drawn. Made from a whole [`Trace`], or grown from batches of events while
/// the run goes on. Takes any list of events: what makes no sense is left out, never a panic.
#[derive(Clone, Debug)]
pub struct Film {
    pub(crate) settings: Settings,
    pub(crate) summary: Option<Summary>,
    pub(crate) transactions: Vec<TransactionInfo>,
    pub(crate) locations: Vec<LocationInfo>,
    pub(crate) accesses: Vec<Access>,
    pub(crate) assembly: Assembly,
    pub(crate) moments: Vec<Moment>,
    pub(crate) index: MomentIndex,
    /// Measured when somebody asks first.
    pub(crate) measured: OnceLock<Metrics>,
    /// Found when somebody asks first.
    pub(crate) found: OnceLock<Vec<Finding>>,
    /// What led to what, found when somebody asks first.
    pub(crate) linked: OnceLock<Links>,
    pub(crate) derived: Derived,
}

impl Film {
    /// A finished run.
    #[must_use]
    pub fn new(trace: Trace) -> Self {
        let Trace { summary, transactions, locations, mut events, mut accesses } = trace;
        events.sort_by_key(|event| (event.time, event.seq));
        if !accesses.is_sorted_by_key(|access| access.by) {
            accesses.sort_by_key(|access| access.by);
        }
        let mut film = Self::live(summary.settings.clone(), transactions);
        film.locations = locations;
        film.accesses = accesses;
        film.extend(&events);
        film.assembly.close(summary.makespan);
        film.summary = Some(summary);
        film
    }

    /// A run that has just begun. `transactions` may be empty where their names are not known yet.
    #[must_use]
    pub fn live(settings: Settings, transactions: Vec<TransactionInfo>) -> Self {
        let assembly = Assembly::new(&settings);
        Self {
            settings,
            summary: None,
            transactions,
            locations: Vec::new(),
            accesses: Vec::new(),
            assembly,
            moments: Vec::new(),
            index: MomentIndex::default(),
            measured: OnceLock::new(),
            found: OnceLock::new(),
            linked: OnceLock::new(),
            derived: Derived::default(),
        }
    }

    /// Adds a batch of events, as it comes from the engine.
    pub fn extend(&mut self, events: &[Event]) {
        self.measured = OnceLock::new();
        self.found = OnceLock::new();
        self.linked = OnceLock::new();
        let known = self.moments.len();
        let key = |moment: &Moment| (moment.event.time, moment.event.seq);
        let (mut last, mut tidy) = (self.moments.last().map(key), known);
        self.derived = Derived::default();
        for event in events {
            self.assembly.push(event);
            let Some(moment) = Moment::of(event) else { continue };
            // Batches of different lanes interleave: what comes late is put where it belongs.
            if last > Some(key(&moment)) {
                let earlier = self.moments.get(..tidy).unwrap_or(&[]);
                tidy = earlier.partition_point(|known| key(known) <= key(&moment));
            } else {
                last = Some(key(&moment));
            }
            self.moments.push(moment);
        }
        self.assembly.settle();
        if tidy < known || !self.moments[tidy..].is_sorted_by_key(key) {
            self.moments[tidy..].sort_by_key(key);
        }
        self.index.refresh(tidy, &self.moments);
        if !self.assembly.milestones.is_sorted_by_key(|milestone| milestone.time) {
            self.assembly.milestones.sort_by_key(|milestone| milestone.time);
        }
    }

    /// Whether the run is over and its whole trace is here.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.summary.is_some()
    }

    /// How it was run.
    #[must_use]
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What a tick is.
    #[must_use]
    pub const fn clock(&self) -> Clock {
        self.settings.clock
    }

    /// Totals. `None` while the run goes on.
    #[must_use]
    pub const fn summary(&self) -> Option<&Summary> {
        self.summary.as_ref()
    }

    /// The last tick: of the last commit or the last event, whichever is later.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.assembly.end
    }

    /// Number of lanes: those asked for, or more if events name more.
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.assembly.lanes.len()
    }

    /// Every bar, in the order in which they began to be known.
    #[must_use]
    pub fn bars(&self) -> &[Bar] {
        &self.assembly.bars
    }

    /// One bar.
    #[must_use]
    pub fn bar(&self, id: BarId) -> Option<&Bar> {
        self.assembly.bars.get(id.get())
    }

    /// The bars of one lane, by start; they never overlap.
    #[must_use]
    pub fn lane_bars(&self, lane: Lane) -> &[BarId] {
        self.assembly.lanes.get(lane.get()).map_or(&[], |track| &track.bars)
    }

    /// The waits of one lane, by start.
    #[must_use]
    pub fn lane_waits(&self, lane: Lane) -> &[Wait] {
        self.assembly.lanes.get(lane.get()).map_or(&[], |track| &track.waits)
    }

    /// At most so many waits from a place (a lane, and a wait on it) on, and moves the place on;
    /// `None` behind the last.
    pub(crate) fn next_waits(&self, place: &mut (usize, usize), count: usize) -> Option<&[Wait]> {
        let rest = self.assembly.lanes.get(place.0)?.waits.get(place.1..).unwrap_or(&[]);
        let taken = &rest[..rest.len().min(count)];
        *place = if taken.len() == rest.len() {
            (place.0 + 1, 0)
        } else {
            (place.0, place.1 + taken.len())
        };
        Some(taken)
    }

    /// The checks that one lane made, by start.
    #[must_use]
    pub fn lane_checks(&self, lane: Lane) -> &[Check] {
        self.assembly.lanes.get(lane.get()).map_or(&[], |track| &track.checks)
    }

    /// The crashes and slow times of one lane, by start.
    #[must_use]
    pub fn lane_troubles(&self, lane: Lane) -> &[Trouble] {
        self.assembly.lanes.get(lane.get()).map_or(&[], |track| &track.troubles)
    }

    /// Rounds and blocks that began, by time.
    #[must_use]
    pub fn milestones(&self) -> &[Milestone] {
        &self.assembly.milestones
    }

    /// Number of transactions: those of the block, or more if events name more.
    #[must_use]
    pub fn transaction_count(&self) -> usize {
        self.transactions.len().max(self.assembly.histories.len())
    }

    /// A transaction for people.
    #[must_use]
    pub fn transaction(&self, tx: TxIndex) -> Option<&TransactionInfo> {
        self.transactions.get(tx.get())
    }

    /// Every run of a transaction, in order.
    #[must_use]
    pub fn runs_of(&self, tx: TxIndex) -> &[BarId] {
        self.assembly.histories.get(tx.get()).map_or(&[], |history| &history.runs)
    }

    /// What happened to a transaction beside running, in order.
    #[must_use]
    pub fn notes_of(&self, tx: TxIndex) -> &[Note] {
        self.assembly.histories.get(tx.get()).map_or(&[], |history| &history.notes)
    }

    /// The last note of a kind on an incarnation.
    pub(crate) fn note(&self, version: Version, kind: EventKind) -> Option<&Note> {
        let is_it = |note: &&Note| note.kind == kind && note.incarnation == version.incarnation;
        self.notes_of(version.tx).iter().rev().find(is_it)
    }

    /// The last run of an incarnation.
    #[must_use]
    pub fn bar_of(&self, version: Version) -> Option<BarId> {
        self.assembly.bar_of(version)
    }

    /// The run that became final.
    #[must_use]
    pub fn committed_run(&self, tx: TxIndex) -> Option<BarId> {
        let runs = self.runs_of(tx);
        runs.iter()
            .copied()
            .rev()
            .find(|id| self.bar(*id).is_some_and(|bar| bar.committed_at.is_some()))
    }

    /// The run of a transaction to look at: the last that has begun at `time` (ticks), else the
    /// first.
    #[must_use]
    pub fn run_at(&self, tx: TxIndex, time: f64) -> Option<Version> {
        let runs = || self.runs_of(tx).iter().filter_map(|id| self.bar(*id));
        let begun = runs().rfind(|bar| bar.start as f64 <= time);
        begun.or_else(|| runs().next()).map(|bar| bar.version)
    }

    /// A location for people.
    #[must_use]
    pub fn location(&self, id: LocationId) -> Option<&LocationInfo> {
        self.locations.get(id.get())
    }

    /// The location that is the same place as one of another film.
    #[must_use]
    pub fn location_like(&self, wanted: &LocationInfo) -> Option<LocationId> {
        let is_it = |known: &LocationInfo| {
            known.kind == wanted.kind && known.address == wanted.address && known.key == wanted.key
        };
        self.locations.iter().position(is_it).map(|at| LocationId(at as u32))
    }

    /// A location's name; while names are unknown, a word for it.
    #[must_use]
    pub fn location_name(&self, id: LocationId) -> &str {
        match self.location(id) {
            Some(info) if !info.name.is_empty() => &info.name,
            Some(info) if !info.key.is_empty() => &info.key,
            Some(info) => &info.address,
            None => "a value",
        }
    }

    /// Reads and writes of an incarnation, in program order.
    #[must_use]
    pub fn accesses_of(&self, version: Version) -> &[Access] {
        let from = self.accesses.partition_point(|access| access.by < version);
        let to = self.accesses.partition_point(|access| access.by <= version);
        self.accesses.get(from..to).unwrap_or(&[])
    }

    /// What happened, in order; the events worth a caption.
    #[must_use]
    pub fn moments(&self) -> &[Moment] {
        &self.moments
    }

    /// Where a transaction stands at `time` (ticks).
    #[must_use]
    pub fn tx_state_at(&self, tx: TxIndex, time: f64) -> TxState {
        let passed = |note: &&Note| note.time as f64 <= time;
        let decided = |note: &&Note| matches!(note.kind, EventKind::Deferred | EventKind::Dropped);
        let note = self.notes_of(tx).iter().rev().filter(passed).find(decided);
        let begun = |id: &&BarId| self.bar(**id).is_some_and(|bar| bar.start as f64 <= time);
        let last = self.runs_of(tx).iter().rev().find(begun).and_then(|id| self.bar(*id));
        if let Some(note) = note.filter(|note| last.is_none_or(|bar| bar.end <= note.time)) {
            let dropped = note.kind == EventKind::Dropped;
            return if dropped { TxState::Dropped } else { TxState::Deferred };
        }
        match last.map(|bar| bar.state_at(time)) {
            None | Some(BarState::Future) => TxState::Queued,
            Some(BarState::Committed) => TxState::Committed,
            Some(BarState::Executed | BarState::ExecutedAgain) => TxState::Executed,
            Some(BarState::Executing) => TxState::Executing,
            Some(BarState::ExecutingAgain) => TxState::ReExecuting,
            Some(BarState::Suspended) => TxState::Waiting,
            Some(BarState::Skipped) => TxState::Skipped,
            Some(BarState::Lost) => TxState::Lost,
            Some(BarState::Aborted) => TxState::Aborted,
        }
    }
}
