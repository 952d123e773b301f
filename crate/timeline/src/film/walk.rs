//! From bar to bar with the keyboard.

use lanescope_protocol::Lane;

use crate::bar::{Bar, BarId};
use crate::film::Film;

/// Which way to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// To the bar before, on the same lane.
    Earlier,
    /// To the bar after, on the same lane.
    Later,
    /// To the bar at the same time on a lane above.
    Up,
    /// To the bar at the same time on a lane below.
    Down,
    /// To the first bar of the lane.
    First,
    /// To the last bar of the lane.
    Last,
}

impl Film {
    /// The bar that lies that way from `from`, among those that have begun at `playhead` (ticks).
    /// Without a start, the last bar that began. `None` if there is no bar that way.
    #[must_use]
    pub fn walk(&self, from: Option<BarId>, way: Way, playhead: f64) -> Option<BarId> {
        let Some(bar) = from.and_then(|id| self.bar(id)) else {
            return self.last_begun(playhead);
        };
        let lane = self.begun(bar.lane, playhead);
        let here = lane.partition_point(|id| self.bar(*id).is_some_and(|b| b.start < bar.start));
        match way {
            Way::Earlier => here.checked_sub(1).and_then(|at| lane.get(at)).copied(),
            Way::Later => lane.get(here + 1).copied(),
            Way::First => lane.first().copied(),
            Way::Last => lane.last().copied(),
            Way::Up => (0..bar.lane.0).rev().find_map(|at| self.nearest(Lane(at), bar, playhead)),
            Way::Down => (bar.lane.get() + 1..self.lanes())
                .find_map(|at| self.nearest(Lane(at as u8), bar, playhead)),
        }
    }

    /// The bars of a lane that have begun.
    fn begun(&self, lane: Lane, playhead: f64) -> &[BarId] {
        let ids = self.lane_bars(lane);
        let started = |id: &BarId| self.bar(*id).is_some_and(|bar| bar.start as f64 <= playhead);
        ids.get(..ids.partition_point(started)).unwrap_or(&[])
    }

    fn last_begun(&self, playhead: f64) -> Option<BarId> {
        (0..self.lanes())
            .filter_map(|lane| self.begun(Lane(lane as u8), playhead).last().copied())
            .max_by_key(|id| self.bar(*id).map(|bar| bar.start))
    }

    /// The bar of a lane whose middle is nearest to that of `bar`.
    fn nearest(&self, lane: Lane, bar: &Bar, playhead: f64) -> Option<BarId> {
        let middle = |bar: &Bar| bar.start + bar.length() / 2;
        let ids = self.begun(lane, playhead);
        let wanted = middle(bar);
        let after = ids.partition_point(|id| self.bar(*id).is_some_and(|b| middle(b) < wanted));
        let around = [after.checked_sub(1), Some(after)];
        around
            .into_iter()
            .flatten()
            .filter_map(|at| ids.get(at).copied())
            .min_by_key(|id| self.bar(*id).map(|b| middle(b).abs_diff(wanted)))
    }
}
