//! The moments of a film that are worth stopping at, and how to go from one to the next.

use lanescope_protocol::{Event, EventKind, TxIndex, Version, WaitReason};

use crate::film::Film;

/// An event worth a caption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// What happened.
    pub event: Event,
    /// How much it matters, 1 to 9. Where several happen in one tick, the weightiest is told.
    pub weight: u8,
}

impl Moment {
    /// The event as a moment, or `None` if there is nothing to tell.
    pub(crate) fn of(event: &Event) -> Option<Self> {
        let weight = match event.kind {
            EventKind::Aborted | EventKind::ExecutionLost | EventKind::ListRejected => 9,
            EventKind::FellBack | EventKind::LaneCrashed | EventKind::WrongResultFound => 8,
            EventKind::Skipped | EventKind::Dropped | EventKind::UndeclaredTouched => 8,
            EventKind::EstimateHit | EventKind::Reassigned | EventKind::Deferred => 7,
            EventKind::LaneRecovered | EventKind::LaneSlowed => 7,
            EventKind::ExecutionStarted if event.incarnation.0 > 0 => 6,
            EventKind::RoundStarted | EventKind::SlotStarted | EventKind::Patched => 6,
            EventKind::Committed => 5,
            EventKind::ExecutionStarted => 4,
            EventKind::ExecutionFinished | EventKind::Prefetched => 3,
            EventKind::WaitStarted => match WaitReason::from_code(event.detail) {
                WaitReason::Dependency | WaitReason::SameSender => 2,
                WaitReason::Lock | WaitReason::Barrier | WaitReason::Merge => 2,
                WaitReason::NothingReady | WaitReason::Crashed => 1,
            },
            EventKind::ValidationStarted | EventKind::ValidationPassed | EventKind::WaitEnded => {
                return None;
            }
        };
        Some(Self { event: *event, weight })
    }

    /// When, in ticks.
    #[must_use]
    pub const fn time(&self) -> f64 {
        self.event.time as f64
    }

    /// The incarnation it is about.
    #[must_use]
    pub fn version(&self) -> Option<Version> {
        self.event.tx.map(|tx| Version { tx, incarnation: self.event.incarnation })
    }

    /// Whether a result was thrown away.
    #[must_use]
    pub fn is_abort(&self) -> bool {
        self.event.kind == EventKind::Aborted
    }
}

/// What is looked for among moments in every frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct MomentIndex {
    /// Where the aborts are.
    aborts: Vec<u32>,
    /// The greatest weight of each [`PEAK`] moments.
    peaks: Vec<u8>,
    /// Moments that are indexed.
    known: usize,
}

/// Moments that have a greatest weight together.
const PEAK: usize = 64;

impl MomentIndex {
    /// Brings it up to date: everything from `from` on may have changed.
    pub(crate) fn refresh(&mut self, from: usize, moments: &[Moment]) {
        let from = from.min(self.known);
        self.aborts.truncate(self.aborts.partition_point(|at| (*at as usize) < from));
        let late = moments.iter().enumerate().skip(from);
        let late = late.filter(|(_, moment)| moment.is_abort());
        self.aborts.extend(late.map(|(at, _)| at as u32));
        self.peaks.truncate(from / PEAK);
        let blocks = moments.get(self.peaks.len() * PEAK..).unwrap_or(&[]).chunks(PEAK);
        let peak = |block: &[Moment]| block.iter().map(|moment| moment.weight).max();
        self.peaks.extend(blocks.filter_map(peak));
        self.known = moments.len();
    }
}

impl Film {
    /// The weightiest moment of the last tick at or before `time` that has any.
    #[must_use]
    pub fn moment_at(&self, time: f64) -> Option<&Moment> {
        let upto = self.moments.partition_point(|moment| moment.time() <= time);
        let tick = self.moments.get(upto.checked_sub(1)?)?.event.time;
        self.heaviest(upto, tick)
    }

    /// The weightiest moment between `time - hold` and `time`: during playback a caption stays a
    /// while, and an abort is not talked over by the starts that follow it.
    #[must_use]
    pub fn moment_near(&self, time: f64, hold: f64) -> Option<&Moment> {
        let upto = self.moments.partition_point(|moment| moment.time() <= time);
        let last = self.moments.get(upto.checked_sub(1)?)?.event.time;
        let from = (time - hold.max(0.0)).max(0.0).ceil();
        self.heaviest(upto, last.min(from as u64))
    }

    /// The weightiest of the moments before index `upto` that are not before `tick`; of equals,
    /// the last.
    fn heaviest(&self, upto: usize, tick: u64) -> Option<&Moment> {
        let from = self.moments.partition_point(|moment| moment.event.time < tick);
        // From the last to the first: of blocks that hold nothing weightier none is looked at.
        let (mut best, mut end): (Option<&Moment>, usize) = (None, upto);
        while end > from {
            let block = (end - 1) / PEAK;
            let peak = self.index.peaks.get(block).copied().unwrap_or(u8::MAX);
            let start = (block * PEAK).max(from);
            if best.is_none_or(|best| best.weight < peak) {
                let found = self.moments.get(start..end)?.iter().max_by_key(|moment| moment.weight);
                let better = |found: &&Moment| best.is_none_or(|best| best.weight < found.weight);
                best = found.filter(better).or(best);
            }
            end = start;
        }
        best
    }

    /// The first moment after `time`, in ticks.
    #[must_use]
    pub fn next_moment(&self, time: f64) -> Option<f64> {
        self.next_where(time, |_| true)
    }

    /// The last moment before `time`, in ticks.
    #[must_use]
    pub fn previous_moment(&self, time: f64) -> Option<f64> {
        self.previous_where(time, |_| true)
    }

    /// The first abort after `time`, in ticks.
    #[must_use]
    pub fn next_abort(&self, time: f64) -> Option<f64> {
        let after = |at: &u32| self.moments[*at as usize].time() <= time;
        let next = self.index.aborts.partition_point(after);
        self.abort(next).map(Moment::time)
    }

    /// The last abort before `time`, in ticks.
    #[must_use]
    pub fn previous_abort(&self, time: f64) -> Option<f64> {
        let before = |at: &u32| self.moments[*at as usize].time() < time;
        let next = self.index.aborts.partition_point(before);
        self.abort(next.checked_sub(1)?).map(Moment::time)
    }

    /// The first thing that happens to a transaction after `time`, in ticks.
    #[must_use]
    pub fn next_of(&self, tx: TxIndex, time: f64) -> Option<f64> {
        self.next_where(time, |moment| moment.event.tx == Some(tx))
    }

    /// The last thing that happened to a transaction before `time`, in ticks.
    #[must_use]
    pub fn previous_of(&self, tx: TxIndex, time: f64) -> Option<f64> {
        self.previous_where(time, |moment| moment.event.tx == Some(tx))
    }

    /// The first commit after `time`, in ticks: one step per transaction.
    #[must_use]
    pub fn next_commit(&self, time: f64) -> Option<f64> {
        self.next_where(time, |moment| moment.event.kind == EventKind::Committed)
    }

    /// The last commit before `time`, in ticks.
    #[must_use]
    pub fn previous_commit(&self, time: f64) -> Option<f64> {
        self.previous_where(time, |moment| moment.event.kind == EventKind::Committed)
    }

    /// The last abort at or before `time`.
    #[must_use]
    pub fn abort_before(&self, time: f64) -> Option<&Moment> {
        let upto = |at: &u32| self.moments[*at as usize].time() <= time;
        self.abort(self.index.aborts.partition_point(upto).checked_sub(1)?)
    }

    fn abort(&self, number: usize) -> Option<&Moment> {
        self.moments.get(*self.index.aborts.get(number)? as usize)
    }

    /// Where the aborts are among [`Film::moments`], by time.
    #[must_use]
    pub fn aborts(&self) -> &[u32] {
        &self.index.aborts
    }

    /// Aborts after `from` and not after `to`, in ticks: what a playhead that moved has passed.
    pub fn aborts_between(&self, from: f64, to: f64) -> impl Iterator<Item = &Moment> {
        let first =
            self.index.aborts.partition_point(|at| self.moments[*at as usize].time() <= from);
        let rest = self.index.aborts.get(first..).unwrap_or(&[]).iter();
        let rest = rest.filter_map(|at| self.moments.get(*at as usize));
        rest.take_while(move |moment| moment.time() <= to)
    }

    /// Moments after `from` and not after `to`, in ticks.
    pub fn moments_between(&self, from: f64, to: f64) -> impl Iterator<Item = &Moment> {
        let first = self.moments.partition_point(|moment| moment.time() <= from);
        let last = self.moments.partition_point(|moment| moment.time() <= to);
        self.moments.get(first..last).unwrap_or(&[]).iter()
    }

    fn next_where(&self, time: f64, wanted: impl Fn(&Moment) -> bool) -> Option<f64> {
        let from = self.moments.partition_point(|moment| moment.time() <= time);
        self.moments.get(from..)?.iter().find(|moment| wanted(moment)).map(Moment::time)
    }

    fn previous_where(&self, time: f64, wanted: impl Fn(&Moment) -> bool) -> Option<f64> {
        let upto = self.moments.partition_point(|moment| moment.time() < time);
        self.moments.get(..upto)?.iter().rev().find(|moment| wanted(moment)).map(Moment::time)
    }
}
