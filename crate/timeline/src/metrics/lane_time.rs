//! Where lanes' time went.

use core::iter::Sum;
use core::ops::Add;

use lanescope_protocol::WaitReason;

use super::ratio;
use crate::assemble::Track;
use crate::bar::TroubleKind;
use crate::film::Film;

/// Where a lane's time went, in ticks. The fields add up to `TN`; of all lanes to `N · TN`. Where
/// records overlap, running counts before crashing, that before checking, and that before waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaneUse {
    /// Runs that became final, or still may.
    pub useful: u64,
    /// Runs that came to nothing: thrown away, stopped early, lost or left out.
    pub wasted: u64,
    /// Checks of reads.
    pub validating: u64,
    /// The lane had crashed.
    pub crashed: u64,
    /// Waits for another transaction to write.
    pub dependency: u64,
    /// Waits for an earlier transaction of the same sender.
    pub same_sender: u64,
    /// Waits for a lock.
    pub lock: u64,
    /// Waits for the end of a round.
    pub barrier: u64,
    /// Waits for a merge.
    pub merge: u64,
    /// Waits while every transaction has run or is being run.
    pub nothing_ready: u64,
    /// The rest: nobody says what the lane did.
    pub empty: u64,
}

/// The fields by rank, see [`LaneUse`].
const RANKS: usize = 10;

impl LaneUse {
    /// Time in which the lane ran or checked something.
    #[must_use]
    pub const fn busy(&self) -> u64 {
        self.useful.saturating_add(self.wasted).saturating_add(self.validating)
    }

    /// Time in which the lane waited for another transaction.
    #[must_use]
    pub const fn waiting(&self) -> u64 {
        self.dependency + self.same_sender + self.lock + self.barrier + self.merge
    }

    /// Time in which there was nothing for the lane to do.
    #[must_use]
    pub const fn idle(&self) -> u64 {
        self.nothing_ready.saturating_add(self.empty)
    }

    /// All of it.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.busy() + self.waiting() + self.crashed + self.idle()
    }

    fn field(&mut self, rank: Option<usize>) -> &mut u64 {
        match rank {
            Some(0) => &mut self.useful,
            Some(1) => &mut self.wasted,
            Some(2) => &mut self.crashed,
            Some(3) => &mut self.validating,
            Some(4) => &mut self.dependency,
            Some(5) => &mut self.same_sender,
            Some(6) => &mut self.lock,
            Some(7) => &mut self.barrier,
            Some(8) => &mut self.merge,
            Some(9) => &mut self.nothing_ready,
            _ => &mut self.empty,
        }
    }
}

impl Add for LaneUse {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            useful: self.useful + other.useful,
            wasted: self.wasted + other.wasted,
            validating: self.validating + other.validating,
            crashed: self.crashed + other.crashed,
            dependency: self.dependency + other.dependency,
            same_sender: self.same_sender + other.same_sender,
            lock: self.lock + other.lock,
            barrier: self.barrier + other.barrier,
            merge: self.merge + other.merge,
            nothing_ready: self.nothing_ready + other.nothing_ready,
            empty: self.empty + other.empty,
        }
    }
}

impl Sum for LaneUse {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}

const fn rank_of(reason: WaitReason) -> usize {
    match reason {
        WaitReason::Crashed => 2,
        WaitReason::Dependency => 4,
        WaitReason::SameSender => 5,
        WaitReason::Lock => 6,
        WaitReason::Barrier => 7,
        WaitReason::Merge => 8,
        WaitReason::NothingReady => 9,
    }
}

impl Film {
    /// A lane's time from the start to the last commit. `None` if there is no such lane.
    pub(super) fn lane_time(&self, lane: usize) -> Option<LaneUse> {
        Some(self.time_of(self.assembly.lanes.get(lane)?, self.makespan()))
    }

    fn time_of(&self, track: &Track, makespan: u64) -> LaneUse {
        let bars = track.bars.iter().filter_map(|id| self.bar(*id));
        let bars = bars.map(|bar| (bar.start, bar.end, usize::from(self.is_wasted(bar))));
        let crash = |kind| kind == TroubleKind::Crashed;
        let crashes = track.troubles.iter().filter(|trouble| crash(trouble.kind));
        let crashes = crashes.map(|trouble| (trouble.start, trouble.end, 2));
        let checks = track.checks.iter().map(|check| (check.start, check.end, 3));
        let waits = track.waits.iter().map(|wait| (wait.start, wait.end, rank_of(wait.reason)));
        // Every begin and end inside the run, by time.
        let mut steps: Vec<(u64, usize, bool)> = Vec::new();
        for (start, end, rank) in bars.chain(crashes).chain(checks).chain(waits) {
            let (start, end) = (start.min(makespan), end.min(makespan));
            if start < end {
                steps.extend([(start, rank, true), (end, rank, false)]);
            }
        }
        // Bars, checks and waits are in order each, which this sort makes use of.
        steps.sort();
        let mut lane = LaneUse::default();
        let (mut open, mut last) = ([0_i64; RANKS], 0);
        for (time, rank, begins) in steps {
            let first = open.iter().position(|count| *count > 0);
            *lane.field(first) += time - last;
            last = time;
            open[rank] += if begins { 1 } else { -1 };
        }
        lane.empty += makespan - last;
        lane
    }
}

/// `max busy / mean busy`.
pub(super) fn imbalance(lanes: &[LaneUse]) -> f64 {
    let busy: Vec<f64> = lanes.iter().map(|lane| lane.busy() as f64).collect();
    let most = busy.iter().copied().fold(0.0, f64::max);
    ratio(most * busy.len() as f64, busy.iter().sum())
}
