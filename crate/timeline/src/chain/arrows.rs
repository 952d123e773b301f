//! A chain as arrows on the lanes: which links are drawn, and from where to where.

use lanescope_protocol::Lane;

use super::{Chain, Link, LinkKind};
use crate::arc::Arc;
use crate::bar::{Bar, Ending};
use crate::film::Film;
use crate::frame::Frame;

/// Arrows that are drawn at most: more would hide the bars.
pub const ARROWS_MAX: usize = 30;

/// One link on screen.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainArrow {
    /// Which.
    pub link: Link,
    /// Its curve, within the plot.
    pub arc: Arc,
    /// Where it leaves the plot, if the run that it comes from is outside: a point on the edge, and
    /// whether that is the right one.
    pub from_outside: Option<([f64; 2], bool)>,
    /// The same for the run that it leads to.
    pub to_outside: Option<([f64; 2], bool)>,
}

/// The arrows of a chain at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arrows {
    /// Those that are drawn, the nearest first.
    pub drawn: Vec<ChainArrow>,
    /// How many more there would be.
    pub more: usize,
}

/// A point on a lane.
type Spot = (Lane, f64);

impl Chain {
    /// The arrows of the links that have taken effect by `playhead` (ticks) and of which at least
    /// one end is on screen.
    #[must_use]
    pub fn arrows(&self, film: &Film, frame: &Frame, playhead: f64) -> Arrows {
        let mut arrows = Arrows::default();
        for link in &self.links {
            let Some((from, to)) = spots(film, link, playhead) else { continue };
            if arrows.drawn.len() < ARROWS_MAX {
                arrows.drawn.extend(arrow(*link, frame, from, to));
            } else if arrow(*link, frame, from, to).is_some() {
                arrows.more += 1;
            }
        }
        arrows
    }
}

/// Both ends of a link, if both have happened.
fn spots(film: &Film, link: &Link, playhead: f64) -> Option<(Spot, Spot)> {
    let bar = |version| film.bar(film.bar_of(version)?);
    let (from, to): (&Bar, &Bar) = (bar(link.from)?, bar(link.to)?);
    let begun = |bar: &Bar| bar.start as f64 <= playhead;
    if !begun(from) || !begun(to) || link.at as f64 > playhead {
        return None;
    }
    let arrives = match link.kind {
        LinkKind::MadeStale => film.read_time(link.to, link.location).unwrap_or(to.end),
        LinkKind::TookAlong => link.at,
        LinkKind::WaitedFor if matches!(to.ending, Ending::Suspended { .. }) => to.end,
        LinkKind::WaitedFor | LinkKind::RunsAgain | LinkKind::LaneBusy => to.start,
    };
    let leaves = (from.end as f64).min(playhead);
    let arrives = (arrives.clamp(to.start, to.end) as f64).min(playhead);
    Some(((from.lane, leaves), (to.lane, arrives)))
}

fn arrow(link: Link, frame: &Frame, from: Spot, to: Spot) -> Option<ChainArrow> {
    let (low, high) = (frame.plot.x, frame.plot.right());
    let outside = |(_, tick): Spot| {
        let x = frame.x(tick);
        (x < low || x > high).then_some(x > high)
    };
    let (before, after) = (outside(from), outside(to));
    if before.is_some() && after.is_some() {
        return None;
    }
    let arc = Arc::between(frame, from, to);
    let from_outside = before.map(|right| (arc.curve[0], right));
    let to_outside = after.map(|right| (arc.mark, right));
    Some(ChainArrow { link, arc, from_outside, to_outside })
}
