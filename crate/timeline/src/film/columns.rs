//! The bars of a lane as plain columns, with a pyramid of blocks above them: what looks at every
//! bar in every frame reads columns, and what looks at bars denser than pixels reads blocks.

use crate::bar::{Bar, BarState, Ending, Fate};
use crate::pyramid::{Block, Pyramid};

/// Bars of one lane by start. Times are ticks as `f64`, which holds every time a film takes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Columns {
    pub(crate) starts: Vec<f64>,
    pub(crate) ends: Vec<f64>,
    /// When the last state is reached; infinity if it never is.
    decided: Vec<f64>,
    states: Vec<States>,
    pyramid: Pyramid,
}

/// What a bar shows before its end, after it, and from the decision on.
#[derive(Clone, Copy, Debug)]
struct States {
    running: BarState,
    ended: BarState,
    decided: BarState,
    open: bool,
    fate: Fate,
}

impl Columns {
    pub(crate) const fn len(&self) -> usize {
        self.starts.len()
    }

    pub(crate) const fn pyramid(&self) -> &Pyramid {
        &self.pyramid
    }

    /// Brings the columns up to date: the bars at `touched` have changed, and so has everything
    /// from `from` on. Costs as much as has changed, however many bars there are.
    pub(crate) fn refresh<'a>(
        &mut self,
        from: usize,
        touched: &mut Vec<usize>,
        count: usize,
        bar: impl Fn(usize) -> &'a Bar,
    ) {
        let from = from.min(self.len());
        self.starts.truncate(from);
        self.ends.truncate(from);
        self.decided.truncate(from);
        self.states.truncate(from);
        touched.retain(|at| *at < from);
        for at in touched.iter().copied() {
            let bar = bar(at);
            let (decided, states) = reading(bar);
            (self.starts[at], self.ends[at]) = (bar.start as f64, bar.end as f64);
            (self.decided[at], self.states[at]) = (decided, states);
        }
        for at in from..count {
            let bar = bar(at);
            let (decided, states) = reading(bar);
            self.starts.push(bar.start as f64);
            self.ends.push(bar.end as f64);
            self.decided.push(decided);
            self.states.push(states);
        }
        let mut pyramid = core::mem::take(&mut self.pyramid);
        pyramid.refresh(from, touched, count, |at| self.block(at));
        self.pyramid = pyramid;
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

    /// A block of one bar.
    pub(crate) fn block(&self, at: usize) -> Block {
        let (start, end, decided) = (self.starts[at], self.ends[at], self.decided[at]);
        let states = self.states[at];
        let length = end - start;
        let mut block = Block { open: states.open, ..Block::of(start, end) };
        match states.fate {
            Fate::Committed => {}
            Fate::Open => block.undecided_time = length,
            Fate::Aborted | Fate::Suspended | Fate::Lost | Fate::Skipped => {
                block.wasted_time = length;
            }
        }
        match states.ended {
            BarState::Lost => {
                (block.lost_bars, block.lost_time) = (1, length);
                return block;
            }
            BarState::Suspended => block.suspended_until = decided,
            BarState::ExecutedAgain => block.again_until = decided,
            _ => block.first_until = decided,
        }
        if decided < f64::INFINITY {
            if states.decided.is_in_vain() {
                (block.vain_from, block.vain_upto) = (decided, decided);
                (block.vain_bars, block.vain_time) = (1, length);
            } else {
                block.committed_from = decided;
            }
        }
        block
    }
}

/// When a bar's last state is reached, and what it shows until then.
fn reading(bar: &Bar) -> (f64, States) {
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
    let open = bar.ending == Ending::Open;
    let states = States { running, ended, decided, open, fate: bar.fate() };
    (decided_at.map_or(f64::INFINITY, |at| at as f64), states)
}
