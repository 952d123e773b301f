//! What the viewer put on the axis: the range that is played again and again, and bookmarks.

use std::sync::Arc;

use super::Painter;
use crate::frame::{Frame, Rect};
use crate::scene::{Item, Shape, Step, Stroke};

/// What the viewer put on the axis.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// Beginning and end of the chosen range, in ticks.
    pub range: Option<(f64, f64)>,
    /// Whether the range is played again and again.
    pub looping: bool,
    /// Where bookmarks are, in ticks, by time.
    pub bookmarks: Arc<[f64]>,
}

impl PartialEq for Marks {
    /// Bookmarks are the same only if they are shared, so that comparing costs nothing.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.bookmarks, &other.bookmarks)
            && self.range == other.range
            && self.looping == other.looping
    }
}

/// An end of the range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeEnd {
    /// Where it begins.
    From,
    /// Where it ends.
    To,
}

/// Height of the band on the axis, in CSS pixels.
const BAND: f64 = 7.0;

impl Marks {
    /// The end of the range that is near a pixel of the axis, at most `reach` pixels away.
    #[must_use]
    pub fn end_at(&self, frame: &Frame, [x, y]: [f64; 2], reach: f64) -> Option<RangeEnd> {
        let (from, to) = self.range?;
        if !(frame.plot.y - 2.0 * BAND * frame.scale..=frame.plot.y + 4.0).contains(&y) {
            return None;
        }
        let (left, right) = ((frame.x(from) - x).abs(), (frame.x(to) - x).abs());
        match left.min(right) {
            near if near > reach => None,
            near if near == right => Some(RangeEnd::To),
            _ => Some(RangeEnd::From),
        }
    }
}

impl Painter<'_> {
    /// A band on the axis with a handle at each end.
    pub(super) fn range(&mut self) {
        let marks = &self.look.marks;
        let Some((from, to)) = marks.range else { return };
        let (frame, scale, palette) = (&self.layout.frame, self.scale, self.palette);
        let (low, high) = (frame.plot.x, frame.plot.right());
        let (left, right) = (frame.x(from), frame.x(to));
        if right < low || left > high {
            return;
        }
        let band = Rect {
            x: left.max(low),
            y: frame.plot.y - BAND * scale,
            w: (right.min(high) - left.max(low)).max(1.0),
            h: BAND * scale,
        };
        // A band that only waits to be played again is an outline.
        let edge = Stroke::solid(palette.focus, scale);
        let shape = Shape::Rects(vec![band]);
        let shade = if marks.looping { 0.55 } else { 0.15 };
        self.items.push(Item::fill(shape, palette.focus).faded(shade));
        self.items.push(Item::stroke(Shape::Round(band, 0.0), edge));
        for (x, out) in [(left, -1.0), (right, 1.0)] {
            if !(low..=high).contains(&x) {
                continue;
            }
            let line = vec![Step::To([x, band.y]), Step::Line([x, frame.plot.bottom()])];
            let thin = Stroke::dashed(palette.focus, scale, 2.0, 3.0);
            self.items.push(Item::stroke(Shape::Path(line), thin).faded(0.8));
            // The handle reaches outwards, so that the two of a short range stay apart.
            let (y, tip) = (band.y - 3.0 * scale, x + out * 7.0 * scale);
            let handle = vec![
                Step::To([x, y]),
                Step::Line([tip, y]),
                Step::Line([tip, y + 6.0 * scale]),
                Step::Line([x, band.bottom()]),
                Step::Close,
            ];
            self.items.push(Item::fill(Shape::Path(handle), palette.focus));
        }
    }

    /// Small flags above the axis.
    pub(super) fn bookmarks(&mut self) {
        let marks = &self.look.marks;
        let (frame, scale, palette) = (&self.layout.frame, self.scale, self.palette);
        let seen = frame.plot.x - 1.0..=frame.plot.right() + 1.0;
        for x in marks.bookmarks.iter().map(|tick| frame.x(*tick)).filter(|x| seen.contains(x)) {
            let top = frame.plot.y - 34.0 * scale;
            let flag = vec![
                Step::To([x, top]),
                Step::Line([x + 9.0 * scale, top + 3.5 * scale]),
                Step::Line([x, top + 7.0 * scale]),
                Step::Close,
            ];
            self.items.push(Item::fill(Shape::Path(flag), palette.focus));
            let pole = vec![Step::To([x, top]), Step::Line([x, frame.plot.y])];
            let line = Stroke::solid(palette.focus, 1.25 * scale);
            self.items.push(Item::stroke(Shape::Path(pole), line));
        }
    }
}
