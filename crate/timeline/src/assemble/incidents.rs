//! What happens beside running: lanes that crash or become slow, rounds and blocks that begin,
//! transactions that are deferred, dropped or left out.

use lanescope_protocol::{Event, EventKind, Lane, Version};

use super::Assembly;
use crate::bar::{Ending, Milestone, MilestoneKind, Note, Trouble, TroubleKind};

impl Assembly {
    /// Takes an event that is about a lane or about all of them. Answers whether it was one.
    pub(super) fn push_incident(&mut self, event: &Event, time: u64) -> bool {
        let milestone = |kind| Milestone { time, kind, number: event.gas };
        match event.kind {
            EventKind::LaneCrashed => self.begin_trouble(event.lane, time, TroubleKind::Crashed),
            EventKind::LaneSlowed => {
                self.begin_trouble(event.lane, time, TroubleKind::Slowed(event.gas));
            }
            EventKind::LaneRecovered => self.end_trouble(event.lane, time),
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

    /// A crash ends before slowness does.
    fn end_trouble(&mut self, lane: Lane, time: u64) {
        let track = &mut self.lanes[lane.get()];
        let crash = |at: &usize| track.troubles[*at].kind == TroubleKind::Crashed;
        let at = track.troubled.iter().position(crash).unwrap_or(0);
        if at < track.troubled.len() {
            let at = track.troubled.remove(at);
            track.troubles[at].end = time;
        }
    }
}
