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
    /// ↯ lost with its lane.
    Bolt,
    /// ⊘ left out of the block.
    Barred,
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
            BarState::Skipped => Some(Self::Barred),
            BarState::Lost => Some(Self::Bolt),
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
            Self::Bolt => "↯",
            Self::Barred => "⊘",
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
            Self::Bolt => vec![
                Step::To(at(0.16, -0.42)),
                Step::Line(at(-0.22, 0.06)),
                Step::Line(at(0.2, -0.06)),
                Step::Line(at(-0.16, 0.42)),
            ],
            Self::Barred => {
                let mut path = circle(x, y, 0.38 * size);
                path.push(Step::To(at(-0.27, 0.27)));
                path.push(Step::Line(at(0.27, -0.27)));
                path
            }
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

/// A circle of four curves.
pub(crate) fn circle(x: f64, y: f64, radius: f64) -> Vec<Step> {
    // How far the control points of a quarter lie from its ends.
    const PULL: f64 = 0.552_284_75;
    let at = |dx: f64, dy: f64| [x + dx * radius, y + dy * radius];
    vec![
        Step::To(at(1.0, 0.0)),
        Step::Curve(at(1.0, PULL), at(PULL, 1.0), at(0.0, 1.0)),
        Step::Curve(at(-PULL, 1.0), at(-1.0, PULL), at(-1.0, 0.0)),
        Step::Curve(at(-1.0, -PULL), at(-PULL, -1.0), at(0.0, -1.0)),
        Step::Curve(at(PULL, -1.0), at(1.0, -PULL), at(1.0, 0.0)),
        Step::Close,
    ]
}

/// An open circle, counter-clockwise, with an arrowhead at its upper left end.
fn again(x: f64, y: f64, size: f64) -> Vec<Step> {
    let radius = 0.36 * size;
    // From the lower left around the bottom and right to the upper left: 0.78 of a full turn in 14
    // steps. Turned step by step from 0.42 of a turn, so that the page needs no trigonometry.
    const FIRST: [f64; 2] = [-0.8763066800438634, 0.4817536741017156];
    const TURN: [f64; 2] = [0.9393510462089235, -0.3429571576541315];
    let place = |at: [f64; 2]| [x + radius * at[0], y + radius * at[1]];
    let mut at = FIRST;
    let mut path = vec![Step::To(place(at))];
    for _ in 0..14 {
        at = [at[0] * TURN[0] - at[1] * TURN[1], at[0] * TURN[1] + at[1] * TURN[0]];
        path.push(Step::Line(place(at)));
    }
    let [tip_x, tip_y] = place(at);
    path.push(Step::To([tip_x - 0.04 * size, tip_y - 0.3 * size]));
    path.push(Step::Line([tip_x, tip_y]));
    path.push(Step::Line([tip_x + 0.3 * size, tip_y + 0.06 * size]));
    path
}
