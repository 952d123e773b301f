//! The cause arrow: from the end of the run that wrote, to the read that came too early.

use lanescope_protocol::{Lane, Version};

use crate::bar::BarId;
use crate::film::Film;
use crate::frame::Frame;
use crate::scene::Step;

/// Why a run was thrown away, as two points in time on two lanes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cause {
    /// The run that wrote.
    pub writer: BarId,
    /// The run that was thrown away.
    pub victim: BarId,
    /// When the writer's values became visible, in ticks.
    pub written: u64,
    /// When the victim read, in ticks; where that is unknown, when it was thrown away.
    pub read: u64,
}

/// A cause arrow on screen, in CSS pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Arc {
    /// A cubic curve: start, two control points, end.
    pub curve: [[f64; 2]; 4],
    /// Where the early read is marked; the curve ends a little before.
    pub mark: [f64; 2],
}

impl Film {
    /// The cause of an incarnation's abort, if it is known.
    #[must_use]
    pub fn cause(&self, victim: Version) -> Option<Cause> {
        let id = self.bar_of(victim)?;
        let bar = self.bar(id)?;
        let abort = bar.abort?;
        let by = abort.by?;
        let writer = self.bar_of(by).or_else(|| self.runs_of(by.tx).last().copied())?;
        let written = self.bar(writer)?.end;
        let read = self
            .accesses_of(victim)
            .iter()
            .find(|access| access.kind.is_read() && Some(access.location) == abort.location)
            .map_or(bar.end, |access| access.time.clamp(bar.start, bar.end));
        (writer != id).then_some(Cause { writer, victim: id, written, read })
    }
}

impl Cause {
    /// The arrow on screen. `None` if both ends are outside the view.
    #[must_use]
    pub fn arc(&self, film: &Film, frame: &Frame) -> Option<Arc> {
        let (writer, victim) = (film.bar(self.writer)?, film.bar(self.victim)?);
        let (low, high) = (frame.plot.x, frame.plot.right());
        let (from_x, to_x) = (frame.x(self.written as f64), frame.x(self.read as f64));
        let inside = |x: f64| (low..=high).contains(&x);
        if !inside(from_x) && !inside(to_x) {
            return None;
        }
        let (from, to) = (self.written as f64, self.read as f64);
        Some(Arc::between(frame, (writer.lane, from), (victim.lane, to)))
    }
}

/// Distance of the tip from the middle of the ring.
const RING: f64 = 6.5;

/// The edges of the two bars that face each other.
fn ends(frame: &Frame, writer: Lane, victim: Lane) -> (f64, f64) {
    let (from, to) = (frame.bars(writer), frame.bars(victim));
    let inset = to.h * 0.3;
    if writer < victim {
        (from.bottom(), to.y + inset)
    } else if writer > victim {
        (from.y, to.bottom() - inset)
    } else {
        (from.y, to.y + inset)
    }
}

impl Arc {
    /// From a tick on one lane to a tick on another or the same. What lies outside the view is
    /// drawn to the plot's edge.
    #[must_use]
    pub fn between(frame: &Frame, from: (Lane, f64), to: (Lane, f64)) -> Self {
        let (low, high) = (frame.plot.x, frame.plot.right());
        let at = |tick: f64| frame.x(tick).clamp(low, high);
        let (from_x, to_x) = (at(from.1), at(to.1));
        let (from_y, to_y) = ends(frame, from.0, to.0);
        let lift = if from.0 == to.0 { -0.6 * frame.pitch } else { (to_y - from_y) * 0.5 };
        let (leave, arrive) = if from.0 == to.0 { (lift, lift) } else { (lift, -lift) };
        // It leaves and arrives upright, so that it reads as "down to" or "up to", and bulges to
        // the side when both ends are above each other.
        let bulge = if (to_x - from_x).abs() < 14.0 { 18.0 * frame.scale } else { 0.0 };
        let start = [from_x, from_y];
        // The tip stays clear of the ring around the read.
        let end = [to_x, to_y + RING * frame.scale * arrive.signum()];
        let first = [from_x + bulge, from_y + leave];
        let second = [to_x + bulge, to_y + arrive];
        Self { curve: [start, first, second, end], mark: [to_x, to_y] }
    }

    /// The first part of the curve, `drawn` between 0 and 1.
    #[must_use]
    pub fn path(&self, drawn: f64) -> Vec<Step> {
        let share = drawn.clamp(0.0, 1.0);
        let mix =
            |a: [f64; 2], b: [f64; 2]| [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];
        let [a, b, c, d] = self.curve;
        let (ab, bc, cd) = (mix(a, b), mix(b, c), mix(c, d));
        let (abc, bcd) = (mix(ab, bc), mix(bc, cd));
        vec![Step::To(a), Step::Curve(ab, abc, mix(abc, bcd))]
    }

    /// The arrowhead: a triangle at the curve's end, `size` pixels long.
    #[must_use]
    pub fn head(&self, size: f64) -> Vec<Step> {
        let [_, _, from, tip] = self.curve;
        let (dx, dy) = (tip[0] - from[0], tip[1] - from[1]);
        let length = (dx * dx + dy * dy).sqrt().max(1e-6);
        let (ux, uy) = (dx / length, dy / length);
        let at =
            |back: f64, side: f64| [tip[0] - ux * back - uy * side, tip[1] - uy * back + ux * side];
        vec![
            Step::To(at(0.0, 0.0)),
            Step::Line(at(size, size * 0.5)),
            Step::Line(at(size, -size * 0.5)),
            Step::Close,
        ]
    }
}
