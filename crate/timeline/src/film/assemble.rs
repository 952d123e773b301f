//! From single events to bars, waits and checks. Tolerant: see [`Assembly::push`].

mod incidents;

use lanescope_protocol::limits::TRANSACTIONS_MAX;
use lanescope_protocol::{Event, EventKind, Fault, Lane, Settings, TxIndex, Version, WaitReason};

use crate::bar::{Abort, Bar, BarId, Check, Ending, Milestone, Note, Trouble, Wait};
use crate::columns::Columns;
use crate::pyramid::Longest;

/// What is known of one lane.
#[derive(Clone, Debug, Default)]
pub(crate) struct Track {
    pub(crate) bars: Vec<BarId>,
    pub(crate) waits: Vec<Wait>,
    pub(crate) checks: Vec<Check>,
    pub(crate) troubles: Vec<Trouble>,
    /// Which of them last.
    troubled: Vec<usize>,
    /// The bars once more, up to date after [`Assembly::settle`].
    pub(crate) columns: Columns,
    /// From here on all columns are out of date, and before it these are.
    changed: usize,
    touched: Vec<usize>,
    /// How long waits and checks are, up to date after [`Assembly::settle`].
    pub(crate) wait_lengths: Longest,
    pub(crate) check_lengths: Longest,
    /// How many of them were there then.
    settled: (usize, usize),
    /// Waits that are crashes written down as such.
    pub(crate) crashes: Vec<usize>,
    running: Option<BarId>,
    waiting: bool,
    checking: bool,
    /// No event of this lane is taken to be earlier than this.
    last: u64,
}

/// What is known of one transaction.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    pub(crate) runs: Vec<BarId>,
    pub(crate) notes: Vec<Note>,
}

/// The growing picture of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assembly {
    pub(crate) bars: Vec<Bar>,
    /// Where each bar stands on its lane.
    places: Vec<u32>,
    /// Bars that became final, in the order in which they did.
    pub(crate) commits: Vec<BarId>,
    pub(crate) lanes: Vec<Track>,
    pub(crate) histories: Vec<History>,
    pub(crate) milestones: Vec<Milestone>,
    pub(crate) end: u64,
    /// What goes wrong on purpose.
    faults: Vec<Fault>,
}

impl Assembly {
    pub(crate) fn new(settings: &Settings) -> Self {
        let lanes = settings.lanes.clamp(1, lanescope_protocol::limits::LANES_MAX);
        let lanes = vec![Track::default(); usize::from(lanes)];
        Self { lanes, faults: settings.faults.clone(), ..Self::default() }
    }

    /// Takes one event. On one lane time never runs backwards (an earlier time is taken as the
    /// last one seen), a lane that begins something has ended what it did before, and an event
    /// about an incarnation that never began is left out, except a commit, which gets a bar of no
    /// length.
    pub(crate) fn push(&mut self, event: &Event) {
        if event.tx.is_some_and(|tx| tx.get() >= TRANSACTIONS_MAX) {
            return;
        }
        if self.lanes.len() <= event.lane.get() {
            self.lanes.resize_with(event.lane.get() + 1, Track::default);
        }
        let track = &mut self.lanes[event.lane.get()];
        track.last = track.last.max(event.time.min(TICKS_MAX));
        let time = track.last;
        self.end = self.end.max(time);
        match event.kind {
            EventKind::WaitStarted => self.begin_wait(event, time),
            EventKind::WaitEnded => self.end_wait(event.lane, time),
            _ if self.push_incident(event, time) => {}
            _ => {
                let Some(tx) = event.tx else { return };
                let version = Version { tx, incarnation: event.incarnation };
                self.push_about(event, version, time);
            }
        }
    }

    fn push_about(&mut self, event: &Event, version: Version, time: u64) {
        match event.kind {
            EventKind::ExecutionStarted => self.begin_run(event.lane, version, time),
            EventKind::ExecutionFinished => {
                self.end_run(version, time, Ending::Finished(event.status()), event.gas);
            }
            EventKind::EstimateHit => {
                let ending = Ending::Suspended { on: event.other, location: event.location };
                self.end_run(version, time, ending, event.gas);
            }
            EventKind::ValidationStarted => self.begin_check(event.lane, version, time),
            EventKind::ValidationPassed => self.end_check(event.lane, version, time, true),
            EventKind::Aborted => self.abort(event, version, time),
            EventKind::Committed => self.commit(event.lane, version, time),
            EventKind::ExecutionLost => self.end_run(version, time, Ending::Lost, event.gas),
            _ => self.push_note(event, version, time),
        }
    }

    /// The last run of an incarnation.
    pub(crate) fn bar_of(&self, version: Version) -> Option<BarId> {
        let runs = &self.histories.get(version.tx.get())?.runs;
        runs.iter()
            .copied()
            .rev()
            .find(|id| self.bars.get(id.get()).is_some_and(|bar| bar.version == version))
    }

    /// Makes room, so that a long record does not move again and again while it grows.
    pub(crate) fn reserve(&mut self, bars: usize) {
        self.bars.reserve(bars);
        self.places.reserve(bars);
        self.commits.reserve(bars.min(TRANSACTIONS_MAX));
    }

    /// Remembers that a bar's columns are out of date.
    fn touch(&mut self, id: BarId) {
        let track = &mut self.lanes[self.bars[id.get()].lane.get()];
        let at = self.places[id.get()] as usize;
        if at < track.changed && track.touched.last() != Some(&at) {
            track.touched.push(at);
        }
    }

    fn history(&mut self, tx: TxIndex) -> &mut History {
        if self.histories.len() <= tx.get() {
            self.histories.resize_with(tx.get() + 1, History::default);
        }
        &mut self.histories[tx.get()]
    }

    fn add_bar(&mut self, lane: Lane, version: Version, start: u64, ending: Ending) -> BarId {
        let id = BarId(self.bars.len() as u32);
        self.bars.push(Bar {
            version,
            lane,
            start,
            end: start,
            ending,
            gas: 0,
            abort: None,
            committed_at: None,
            skipped_at: None,
        });
        self.places.push(self.lanes[lane.get()].bars.len() as u32);
        self.history(version.tx).runs.push(id);
        id
    }

    fn begin_run(&mut self, lane: Lane, version: Version, time: u64) {
        self.cut(lane, time);
        self.end_wait(lane, time);
        self.lanes[lane.get()].checking = false;
        let id = self.add_bar(lane, version, time, Ending::Open);
        let track = &mut self.lanes[lane.get()];
        track.bars.push(id);
        track.running = Some(id);
        self.touch(id);
    }

    /// Ends what a lane runs without a word about how it ended.
    fn cut(&mut self, lane: Lane, time: u64) {
        let Some(id) = self.lanes[lane.get()].running.take() else { return };
        self.touch(id);
        let bar = &mut self.bars[id.get()];
        bar.ending = Ending::Cut;
        bar.end = match bar.abort {
            Some(abort) => abort.at.clamp(bar.start, time.max(bar.start)),
            None => time.max(bar.start),
        };
    }

    fn end_run(&mut self, version: Version, time: u64, ending: Ending, gas: u32) {
        let Some(id) = self.bar_of(version) else { return };
        let bar = &mut self.bars[id.get()];
        if bar.ending != Ending::Open {
            return;
        }
        // The record may come from another lane; the bar ends on its own lane's time.
        let track = &mut self.lanes[bar.lane.get()];
        track.last = track.last.max(time);
        track.running = None;
        bar.end = time.max(bar.start);
        bar.ending = ending;
        bar.gas = gas;
        if let Some(abort) = &mut bar.abort {
            abort.at = abort.at.max(bar.end);
        }
        self.touch(id);
    }

    fn begin_check(&mut self, lane: Lane, version: Version, time: u64) {
        let track = &mut self.lanes[lane.get()];
        track.checking = true;
        track.checks.push(Check { version, lane, start: time, end: time, held: None });
    }

    fn end_check(&mut self, lane: Lane, version: Version, time: u64, held: bool) {
        let track = &mut self.lanes[lane.get()];
        let Some(check) = track.checks.last_mut() else { return };
        if track.checking && check.version == version {
            check.end = time;
            check.held = Some(held);
            track.checking = false;
        }
    }

    fn abort(&mut self, event: &Event, version: Version, time: u64) {
        self.end_check(event.lane, version, time, false);
        let Some(id) = self.bar_of(version) else { return };
        let bar = &mut self.bars[id.get()];
        if bar.abort.is_some() || bar.committed_at.is_some() || bar.ending == Ending::Lost {
            return;
        }
        bar.skipped_at = None;
        let at = if bar.ending == Ending::Open { time } else { time.max(bar.end) };
        let gas = if event.gas == 0 { bar.gas } else { event.gas };
        bar.abort =
            Some(Abort { at: at.max(bar.start), by: event.other, location: event.location, gas });
        self.touch(id);
    }

    fn commit(&mut self, lane: Lane, version: Version, time: u64) {
        let committed = |bar: &Bar| bar.committed_at.is_some();
        let runs = self.histories.get(version.tx.get()).map_or(&[][..], |history| &history.runs);
        if runs.iter().any(|id| committed(&self.bars[id.get()])) {
            return;
        }
        let open = |bar: &Bar| bar.abort.is_none() && bar.ending != Ending::Lost;
        let id = match self.bar_of(version) {
            Some(id) if open(&self.bars[id.get()]) => id,
            _ => self.add_point(lane, version, time),
        };
        let bar = &mut self.bars[id.get()];
        bar.skipped_at = None;
        bar.committed_at = Some(if bar.ending == Ending::Open { time } else { time.max(bar.end) });
        self.commits.push(id);
        self.touch(id);
    }

    /// A bar of no length, for a commit that has no run. Placed before what the lane runs now, so
    /// that bars never overlap.
    fn add_point(&mut self, lane: Lane, version: Version, time: u64) -> BarId {
        let running = self.lanes[lane.get()].running;
        let start = running.map_or(time, |id| self.bars[id.get()].start);
        let id = self.add_bar(lane, version, start, Ending::Cut);
        let track = &mut self.lanes[lane.get()];
        match running {
            Some(running) => {
                let at = track.bars.len().saturating_sub(1);
                track.bars.insert(at, id);
                track.changed = track.changed.min(at);
                self.places.swap(id.get(), running.get());
            }
            None => track.bars.push(id),
        }
        id
    }

    fn begin_wait(&mut self, event: &Event, time: u64) {
        self.end_wait(event.lane, time);
        let track = &mut self.lanes[event.lane.get()];
        if track.running.is_some() {
            return;
        }
        track.waiting = true;
        let reason = WaitReason::from_code(event.detail);
        if reason == WaitReason::Crashed {
            track.crashes.push(track.waits.len());
        }
        track.waits.push(Wait {
            lane: event.lane,
            start: time,
            end: time,
            reason,
            tx: event.tx,
            on: event.other,
            location: event.location,
        });
    }

    fn end_wait(&mut self, lane: Lane, time: u64) {
        let track = &mut self.lanes[lane.get()];
        if track.waiting
            && let Some(wait) = track.waits.last_mut()
        {
            wait.end = time;
        }
        track.waiting = false;
    }

    /// Lets what still goes on reach to the last time known.
    pub(crate) fn settle(&mut self) {
        let end = self.end;
        for id in self.lanes.iter().filter_map(|track| track.running).collect::<Vec<_>>() {
            self.touch(id);
        }
        for track in &mut self.lanes {
            if let Some(bar) = track.running.and_then(|id| self.bars.get_mut(id.get())) {
                bar.end = end.max(bar.start);
            }
            if track.waiting
                && let Some(wait) = track.waits.last_mut()
            {
                wait.end = end.max(wait.start);
            }
            for at in &track.troubled {
                track.troubles[*at].end = end.max(track.troubles[*at].start);
            }
            let Track { bars: ids, columns, touched, .. } = track;
            columns.refresh(track.changed, touched, ids.len(), |at| &self.bars[ids[at].get()]);
            track.changed = ids.len();
            let (waits, checks) = (&track.waits, &track.checks);
            // Only the last one of each may have changed since.
            let (waited, checked) = track.settled;
            let length = |at: usize| waits[at].end.saturating_sub(waits[at].start);
            track.wait_lengths.refresh(waited.saturating_sub(1), waits.len(), length);
            let length = |at: usize| checks[at].end.saturating_sub(checks[at].start);
            track.check_lengths.refresh(checked.saturating_sub(1), checks.len(), length);
            track.settled = (waits.len(), checks.len());
        }
    }

    /// Ends the record: what still runs is cut off at its end.
    pub(crate) fn close(&mut self, makespan: u64) {
        self.end = self.end.max(makespan.min(TICKS_MAX));
        self.settle();
        for lane in 0..self.lanes.len() {
            self.cut(Lane(lane as u8), self.end);
            self.lanes[lane].waiting = false;
            self.lanes[lane].troubled.clear();
        }
        self.settle();
    }
}

/// Times beyond this are not believed: up to 2^53 `f64` is exact.
pub(crate) const TICKS_MAX: u64 = 1 << 53;
