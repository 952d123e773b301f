//! Where things are on screen: lanes from top to bottom, time from left to right. CSS pixels.

use crate::viewport::Viewport;
use lanescope_protocol::Lane;

/// An upright rectangle, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Rect {
    /// Right edge.
    #[must_use]
    pub const fn right(&self) -> f64 {
        self.x + self.w
    }

    /// Bottom edge.
    #[must_use]
    pub const fn bottom(&self) -> f64 {
        self.y + self.h
    }

    /// Whether a point is inside.
    #[must_use]
    pub fn contains(&self, x: f64, y: f64) -> bool {
        (self.x..=self.right()).contains(&x) && (self.y..=self.bottom()).contains(&y)
    }

    /// Smaller by `by` on each side.
    #[must_use]
    pub fn inset(&self, by: f64) -> Self {
        let (w, h) = ((self.w - 2.0 * by).max(0.0), (self.h - 2.0 * by).max(0.0));
        Self { x: self.x + by, y: self.y + by, w, h }
    }
}

/// The plan of the lane view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Width of the whole view.
    pub width: f64,
    /// Height of the whole view.
    pub height: f64,
    /// Size of type and strokes: 1 on a screen, more on a projector.
    pub scale: f64,
    /// Number of lanes.
    pub lanes: usize,
    /// Part of the time axis on screen.
    pub view: Viewport,
    /// Where bars are drawn: right of the lanes' names, below the axis.
    pub plot: Rect,
    /// From the top of one lane to the top of the next.
    pub pitch: f64,
    /// The row below the lanes for the same block on one lane.
    pub ghost: Rect,
}

const GUTTER: f64 = 64.0;
const MARGIN: f64 = 16.0;
const AXIS: f64 = 36.0;
const FOOT: f64 = 40.0;
const PITCH_MAX: f64 = 74.0;
const PITCH_MIN: f64 = 14.0;
/// The height that lanes share on a screen before they get lower.
const LANES_HEIGHT: f64 = 320.0;

impl Frame {
    /// Plans a view of `width` × `height` CSS pixels.
    #[must_use]
    pub fn new(width: f64, height: f64, scale: f64, lanes: usize, view: Viewport) -> Self {
        let scale = if scale.is_finite() { scale.clamp(0.5, 4.0) } else { 1.0 };
        let lanes = lanes.max(1);
        let (gutter, margin) = (GUTTER * scale, MARGIN * scale);
        let (top, foot) = (AXIS * scale, FOOT * scale);
        let pitch = ((height - top - foot) / lanes as f64).clamp(2.0, PITCH_MAX * scale);
        let plot = Rect {
            x: gutter,
            y: top,
            w: (width - gutter - margin).max(1.0),
            h: pitch * lanes as f64,
        };
        let ghost = Rect { x: plot.x, y: plot.bottom() + 6.0 * scale, w: plot.w, h: 16.0 * scale };
        Self { width, height, scale, lanes, view, plot, pitch, ghost }
    }

    /// The height at which `lanes` lanes look best.
    #[must_use]
    pub fn natural_height(lanes: usize, scale: f64) -> f64 {
        let lanes = lanes.max(1) as f64;
        let pitch = (LANES_HEIGHT / lanes).clamp(PITCH_MIN, PITCH_MAX);
        (AXIS + FOOT + (pitch * lanes).max(2.0 * PITCH_MIN)) * scale
    }

    /// Where a tick is, in pixels; may lie outside the plot.
    #[must_use]
    pub fn x(&self, tick: f64) -> f64 {
        // The difference is taken before scaling: at deep zoom both are big and close.
        self.plot.x + (tick - self.view.from()) / self.view.span() * self.plot.w
    }

    /// Which tick is at a pixel.
    #[must_use]
    pub fn tick(&self, x: f64) -> f64 {
        self.view.from() + (x - self.plot.x) / self.plot.w * self.view.span()
    }

    /// Ticks of a length in pixels.
    #[must_use]
    pub fn ticks(&self, pixels: f64) -> f64 {
        pixels / self.plot.w * self.view.span()
    }

    /// A lane's strip.
    #[must_use]
    pub fn lane(&self, lane: Lane) -> Rect {
        let gap = (self.pitch * 0.1).min(8.0 * self.scale);
        let y = self.plot.y + self.pitch * lane.get() as f64 + gap / 2.0;
        Rect { x: self.plot.x, y, w: self.plot.w, h: (self.pitch - gap).max(1.0) }
    }

    /// The strip of a lane that its bars fill.
    #[must_use]
    pub fn bars(&self, lane: Lane) -> Rect {
        let strip = self.lane(lane);
        let pad = (strip.h * 0.11).min(7.5 * self.scale);
        Rect { y: strip.y + pad, h: strip.h - 2.0 * pad, ..strip }
    }

    /// The lane at a pixel.
    #[must_use]
    pub fn lane_at(&self, y: f64) -> Option<Lane> {
        let row = ((y - self.plot.y) / self.pitch).floor();
        (row >= 0.0 && row < self.lanes as f64).then_some(Lane(row as u8))
    }

    /// The rectangle on a lane between two ticks, cut off a little outside the plot, so that no
    /// coordinate is ever huge.
    #[must_use]
    pub fn span(&self, lane: Lane, from: f64, to: f64) -> Rect {
        const OUTSIDE: f64 = 12.0;
        let (low, high) = (self.plot.x - OUTSIDE, self.plot.right() + OUTSIDE);
        let (left, right) = (self.x(from).clamp(low, high), self.x(to).clamp(low, high));
        Rect { x: left, w: (right - left).max(0.0), ..self.bars(lane) }
    }
}
