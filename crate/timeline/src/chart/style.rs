//! What tells lines apart: dash and marker together are enough without colour.

use crate::palette::{Color, Palette};
use crate::scene::{Shape, Step};

/// What stands at each point of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Marker {
    /// A disc.
    Circle,
    /// A square on its side.
    Square,
    /// A square on its corner.
    Diamond,
    /// A triangle, corner up.
    Up,
    /// A triangle, corner down.
    Down,
    /// An upright cross.
    Plus,
    /// A lying cross.
    Cross,
}

/// How a line looks. The first 28 lines of a chart differ in dash or marker; colours repeat after
/// six.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LineStyle(usize);

/// Lengths of dash and gap in CSS pixels, by kind of line.
const DASHES: [Option<[f64; 2]>; 4] = [None, Some([9.0, 5.0]), Some([2.0, 4.0]), Some([16.0, 4.0])];
/// As many kinds as have no factor in common with the dashes.
const MARKERS: [Marker; 7] = [
    Marker::Circle,
    Marker::Square,
    Marker::Up,
    Marker::Diamond,
    Marker::Plus,
    Marker::Down,
    Marker::Cross,
];

impl LineStyle {
    /// The style of the line at this place.
    #[must_use]
    pub const fn of(index: usize) -> Self {
        Self(index)
    }

    /// Its marker.
    #[must_use]
    pub const fn marker(self) -> Marker {
        MARKERS[self.0 % MARKERS.len()]
    }

    /// Lengths of dash and gap; nothing where the line is whole.
    #[must_use]
    pub const fn dash(self) -> Option<[f64; 2]> {
        DASHES[self.0 % DASHES.len()]
    }

    /// Its colour in a theme.
    #[must_use]
    pub const fn color(self, palette: &Palette) -> Color {
        match self.0 % 6 {
            0 => palette.executing,
            1 => palette.aborted,
            2 => palette.committed,
            3 => palette.waiting,
            4 => palette.again,
            _ => palette.text,
        }
    }
}

impl Marker {
    /// Its shape around a point, `size` pixels from the middle to the edge.
    #[must_use]
    pub fn shape(self, [x, y]: [f64; 2], size: f64) -> Shape {
        let closed = |corners: &[[f64; 2]]| {
            let mut steps: Vec<_> =
                corners.iter().map(|[dx, dy]| Step::Line([x + dx * size, y + dy * size])).collect();
            if let Some(Step::Line(first)) = steps.first().copied() {
                steps[0] = Step::To(first);
            }
            steps.push(Step::Close);
            Shape::Path(steps)
        };
        match self {
            Self::Circle => Shape::Circle([x, y], size),
            Self::Square => closed(&[[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]]),
            Self::Diamond => closed(&[[0.0, -1.25], [1.25, 0.0], [0.0, 1.25], [-1.25, 0.0]]),
            Self::Up => closed(&[[0.0, -1.2], [1.15, 0.9], [-1.15, 0.9]]),
            Self::Down => closed(&[[0.0, 1.2], [1.15, -0.9], [-1.15, -0.9]]),
            Self::Plus => closed(&arms(|[x, y]| [x, y])),
            Self::Cross => {
                let half = core::f64::consts::FRAC_1_SQRT_2;
                closed(&arms(|[x, y]| [(x - y) * half, (x + y) * half]))
            }
        }
    }
}

/// The outline of a cross, turned.
fn arms(turn: impl Fn([f64; 2]) -> [f64; 2]) -> [[f64; 2]; 12] {
    const LONG: f64 = 1.3;
    const THIN: f64 = 0.42;
    [
        [-THIN, -LONG],
        [THIN, -LONG],
        [THIN, -THIN],
        [LONG, -THIN],
        [LONG, THIN],
        [THIN, THIN],
        [THIN, LONG],
        [-THIN, LONG],
        [-THIN, THIN],
        [-LONG, THIN],
        [-LONG, -THIN],
        [-THIN, -THIN],
    ]
    .map(turn)
}
