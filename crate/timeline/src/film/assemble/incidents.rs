//! What happens beside running: lanes that crash or become slow, rounds and blocks that begin,
//! transactions that are deferred, dropped or left out.

use lanescope_protocol::{Event, EventKind, Fault, Lane, Version};

use super::Assembly;
use crate::bar::{Ending, Milestone, MilestoneKind, Note, Trouble, TroubleKind};

impl Assembly {
    /// Takes an event that is about a lane or about all of them. Answers whether it was one.
    pub(super) fn push_incident(&mut self, event: &Event, time: u64) -> bool {
        let milestone = |kind| Milestone { time, kind, number: event.gas };
        match event.kind {
            EventKind::LaneCrashed => self.begin_trouble(event.lane, time, TroubleKind::Crashed),
            EventKind::LaneSlowed => {
                // Of several slow times at once the slowest counts.
                let times = event.gas.max(self.slowness(event));
                self.begin_trouble(event.lane, time, TroubleKind::Slowed(times));
            }
            EventKind::LaneRecovered => self.recover(event, time),
            EventKind::RoundStarted => self.milestones.push(milestone(MilestoneKind::Round)),
            EventKind::SlotStarted => self.milestones.push(milestone(MilestoneKind::Slot)),
            EventKind::ListRejected => self.milestones.push(milestone(MilestoneKind::Rejected)),
            EventKind::Prefetched | EventKind::FellBack => {}
            _ => return false,
        }
        true
    }

    /// Takes an event about a transaction that is neither a run nor a check nor a decision.
    pub(super) fn push_note(&mut self, event: &Event, version: Version, time: u64) {
        if event.kind == EventKind::Skipped {
            self.skip(version, time);
        }
        let (kind, location, other) = (event.kind, event.location, event.other);
        let incarnation = version.incarnation;
        self.history(version.tx).notes.push(Note { time, kind, incarnation, location, other });
    }

    fn skip(&mut self, version: Version, time: u64) {
        let Some(id) = self.bar_of(version) else { return };
        let bar = &mut self.bars[id.get()];
        if bar.abort.is_some() || bar.committed_at.is_some() || bar.ending == Ending::Lost {
            return;
        }
        bar.skipped_at = Some(if bar.ending == Ending::Open { time } else { time.max(bar.end) });
        self.touch(id);
    }

    fn begin_trouble(&mut self, lane: Lane, time: u64, kind: TroubleKind) {
        let track = &mut self.lanes[lane.get()];
        let is_crash = |kind: TroubleKind| kind == TroubleKind::Crashed;
        let same = |at: &usize| is_crash(track.troubles[*at].kind) == is_crash(kind);
        if let Some(at) = track.troubled.iter().position(same) {
            let at = track.troubled.remove(at);
            track.troubles[at].end = time;
        }
        track.troubled.push(track.troubles.len());
        track.troubles.push(Trouble { lane, start: time, end: time, kind });
    }

    /// The planned faults say what is over; where they do not, a crash ends before slowness does.
    fn recover(&mut self, event: &Event, time: u64) {
        let ends = |fault: &Fault| match *fault {
            Fault::Slow { lane, until, .. } => lane == event.lane && until == Some(event.time),
            _ => false,
        };
        let crash_ends = self.faults.iter().any(|fault| match *fault {
            Fault::Crash { lane, until, .. } => lane == event.lane && until == Some(event.time),
            _ => false,
        });
        let slow_ends = self.faults.iter().any(ends);
        let track = &self.lanes[event.lane.get()];
        let crash = |at: &usize| track.troubles[*at].kind == TroubleKind::Crashed;
        let crashed = track.troubled.iter().position(crash);
        let slowed = track.troubled.iter().position(|at| !crash(at));
        let over = match (crashed, slowed) {
            (Some(_), Some(slowed)) if slow_ends && !crash_ends => slowed,
            (Some(crashed), _) => crashed,
            (None, Some(slowed)) => slowed,
            (None, None) => return,
        };
        let was_slow = Some(over) == slowed;
        let track = &mut self.lanes[event.lane.get()];
        let at = track.troubled.remove(over);
        track.troubles[at].end = time;
        let still = self.slowness(event);
        if was_slow && still > 1 {
            self.begin_trouble(event.lane, time, TroubleKind::Slowed(still));
        }
    }

    /// How many times as long the planned faults make the lane take from this event on.
    fn slowness(&self, event: &Event) -> u32 {
        let slow = self.faults.iter().filter_map(|fault| match *fault {
            Fault::Slow { lane, times, at, until } => {
                let holds = at <= event.time && until.is_none_or(|until| event.time < until);
                (lane == event.lane && holds).then_some(u32::from(times))
            }
            _ => None,
        });
        slow.max().unwrap_or(1)
    }
}
