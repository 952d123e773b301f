//! Speed-up over lanes, a line for each strategy.
//!
//! Both axes are logarithmic with base 2, so perfect scaling is a straight line and twice as fast is
//! the same step everywhere. [`ChartLayout`] is the geometry in CSS pixels; [`ChartLayout::scene`]
//! gives it colours, and [`speedup_chart`] writes it as an SVG.

mod draw;
mod labels;
mod layout;
mod scale;
mod style;

pub use layout::{ChartBound, ChartCurve, ChartLabel, ChartLayout, ChartTick, LabelPlace};
pub use style::{LineStyle, Marker};

use crate::palette::Theme;
use crate::svg::{Words, svg};

/// One strategy's speed-ups.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChartLine {
    /// The name beside the line.
    pub label: String,
    /// By number of lanes, ascending. Points that are not finite or not above 0 are left out.
    pub points: Vec<ChartPoint>,
}

/// A speed-up at a number of lanes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChartPoint {
    /// How many lanes.
    pub lanes: u16,
    /// `T1 / TN`: how many times faster than one lane.
    pub speedup: f64,
}

/// The chart as a self-contained SVG, `width` CSS pixels wide; its height follows from the number of
/// lines. `critical` is the ideal speed-up `T1 / critical path`, drawn as a bound if it is given.
#[must_use]
pub fn speedup_chart(
    lines: &[ChartLine],
    critical: Option<f64>,
    width: f64,
    theme: Theme,
    words: Words<'_>,
) -> String {
    svg(&ChartLayout::new(lines, critical, width).scene(theme), theme, words)
}
