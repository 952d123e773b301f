//! The signs that stand beside every colour, as strokes: the same in every font and every output.

use crate::bar::BarState;
use crate::scene::Step;

/// A sign on a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Glyph {
    /// ✓ final.
    Check,
    /// ✕ thrown away.
    Cross,
    /// ▶ runs.
    Play,
    /// ⟲ runs again.
    Again,
    /// ⏸ waits.
    Pause,
}

impl Glyph {
    /// The sign of a state. Bars that merely await validation have none.
    #[must_use]
    pub const fn of(state: BarState) -> Option<Self> {
        match state {
            BarState::Future | BarState::Executed => None,
            BarState::Committed => Some(Self::Check),
            BarState::Executing => Some(Self::Play),
            BarState::ExecutedAgain | BarState::ExecutingAgain => Some(Self::Again),
            BarState::Suspended => Some(Self::Pause),
            BarState::Aborted => Some(Self::Cross),
        }
    }

    /// The sign as text.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Check => "✓",
            Self::Cross => "✕",
            Self::Play => "▶",
            Self::Again => "⟲",
            Self::Pause => "⏸",
        }
    }

    /// Whether it is filled; else it is stroked.
    #[must_use]
    pub const fn is_filled(self) -> bool {
        matches!(self, Self::Play | Self::Pause)
    }

    /// Its path, `size` pixels high and wide, around a point.
    #[must_use]
    pub fn path(self, x: f64, y: f64, size: f64) -> Vec<Step> {
        let at = |dx: f64, dy: f64| [x + dx * size, y + dy * size];
        match self {
            Self::Check => {
                vec![
                    Step::To(at(-0.38, 0.04)),
                    Step::Line(at(-0.1, 0.32)),
                    Step::Line(at(0.4, -0.32)),
                ]
            }
            Self::Cross => vec![
                Step::To(at(-0.32, -0.32)),
                Step::Line(at(0.32, 0.32)),
                Step::To(at(0.32, -0.32)),
                Step::Line(at(-0.32, 0.32)),
            ],
            Self::Play => vec![
                Step::To(at(-0.32, -0.42)),
                Step::Line(at(0.42, 0.0)),
                Step::Line(at(-0.32, 0.42)),
                Step::Close,
            ],
            Self::Again => again(x, y, size),
            Self::Pause => [-0.32, 0.08]
                .into_iter()
                .flat_map(|left| {
                    [
                        Step::To(at(left, -0.38)),
                        Step::Line(at(left + 0.24, -0.38)),
                        Step::Line(at(left + 0.24, 0.38)),
                        Step::Line(at(left, 0.38)),
                        Step::Close,
                    ]
                })
                .collect(),
        }
    }
}

/// An open circle, counter-clockwise, with an arrowhead at its upper left end.
fn again(x: f64, y: f64, size: f64) -> Vec<Step> {
    let radius = 0.36 * size;
    let point = |turn: f64| {
        let angle = turn * core::f64::consts::TAU;
        [x + radius * angle.cos(), y + radius * angle.sin()]
    };
    // From the lower left around the bottom and right to the upper left: a turn of 0.78.
    let (first, last, steps) = (0.42, -0.36, 14);
    let mut path: Vec<Step> = (0..=steps)
        .map(|step| point(first + (last - first) * f64::from(step) / f64::from(steps)))
        .map(Step::Line)
        .collect();
    path[0] = Step::To(point(first));
    let [tip_x, tip_y] = point(last);
    path.push(Step::To([tip_x - 0.04 * size, tip_y - 0.3 * size]));
    path.push(Step::Line([tip_x, tip_y]));
    path.push(Step::Line([tip_x + 0.3 * size, tip_y + 0.06 * size]));
    path
}
