//! The bars of a lane as plain columns, for what looks at every bar in every frame. A million bars
//! then cost milliseconds, because nothing but what is needed passes through the cache.

use crate::bar::{Bar, BarState, Ending};

/// Bars of one lane by start. Times are ticks as `f64`, which holds every time a film takes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    pub(crate) starts: Vec<f64>,
    pub(crate) ends: Vec<f64>,
    /// When the last state is reached; infinity if it never is.
    decided: Vec<f64>,
    states: Vec<States>,
}

/// What a bar shows before its end, after it, and from the decision on.
#[derive(Clone, Copy, Debug)]
struct States {
    running: BarState,
    ended: BarState,
    decided: BarState,
    open: bool,
}

impl Columns {
    pub(crate) const fn len(&self) -> usize {
        self.starts.len()
    }

    pub(crate) fn truncate(&mut self, len: usize) {
        self.starts.truncate(len);
        self.ends.truncate(len);
        self.decided.truncate(len);
        self.states.truncate(len);
    }

    pub(crate) fn push(&mut self, bar: &Bar) {
        let again = bar.is_again();
        let suspended = matches!(bar.ending, Ending::Suspended { .. });
        let lost = bar.ending == Ending::Lost;
        let (decided_at, decided) = match (bar.abort, bar.committed_at, bar.skipped_at) {
            (Some(abort), ..) => (Some(abort.at), BarState::Aborted),
            (None, Some(at), _) => (Some(at), BarState::Committed),
            (None, None, at) => (at, BarState::Skipped),
        };
        let stays = bar.abort.is_none() && (suspended || lost);
        let decided_at = decided_at.filter(|_| !stays);
        let ended = match (lost, suspended, again) {
            (true, ..) => BarState::Lost,
            (false, true, _) => BarState::Suspended,
            (false, false, true) => BarState::ExecutedAgain,
            (false, false, false) => BarState::Executed,
        };
        let running = if again { BarState::ExecutingAgain } else { BarState::Executing };
        self.starts.push(bar.start as f64);
        self.ends.push(bar.end as f64);
        self.decided.push(decided_at.map_or(f64::INFINITY, |at| at as f64));
        self.states.push(States { running, ended, decided, open: bar.ending == Ending::Open });
    }

    /// The bars that reach into a range of ticks.
    pub(crate) fn within(&self, from: f64, to: f64) -> core::ops::Range<usize> {
        let first = self.ends.partition_point(|end| *end < from);
        let last = self.starts.partition_point(|start| *start <= to);
        first..last.max(first)
    }

    /// As [`Bar::state_at`].
    pub(crate) fn state_at(&self, at: usize, time: f64) -> BarState {
        let states = self.states[at];
        if time < self.starts[at] {
            BarState::Future
        } else if states.open || time < self.ends[at] {
            states.running
        } else if time >= self.decided[at] {
            states.decided
        } else {
            states.ended
        }
    }
}
