//! A picture as a list of shapes with colours. The canvas and the SVG both paint this list, so
//! what tests see is what people see.

use crate::frame::Rect;
use crate::palette::Color;

/// A step of a path, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Begins a new piece.
    To([f64; 2]),
    /// A straight line.
    Line([f64; 2]),
    /// A cubic curve: two control points and an end.
    Curve([f64; 2], [f64; 2], [f64; 2]),
    /// Back to the beginning of the piece.
    Close,
}

/// A geometric shape.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Many plain rectangles of one colour.
    Rects(Vec<Rect>),
    /// One rectangle with round corners.
    Round(Rect, f64),
    /// Any path.
    Path(Vec<Step>),
    /// A circle: middle and radius.
    Circle([f64; 2], f64),
    /// Words.
    Text(Text),
}

/// Words at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Where: left end, middle or right end by `anchor`; vertically the middle.
    pub at: [f64; 2],
    /// The words.
    pub words: String,
    /// Size in CSS pixels.
    pub size: f64,
    /// Which letters.
    pub face: Face,
    /// Which end of the words is at `at`.
    pub anchor: Anchor,
}

/// Which letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Face {
    /// The text face.
    Sans,
    /// The fixed-width face, for names of transactions.
    Mono,
}

/// Which end of the words is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// The left one.
    Start,
    /// Neither.
    Middle,
    /// The right one.
    End,
}

/// A line around or along a shape.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub color: Color,
    /// Its width in CSS pixels.
    pub width: f64,
    /// Lengths of dash and gap, where it is dashed.
    pub dash: Option<[f64; 2]>,
}

/// A shape with its colours.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The shape.
    pub shape: Shape,
    /// Inside.
    pub fill: Option<Color>,
    /// Along its edge.
    pub stroke: Option<Stroke>,
    /// How much of it is seen, 0 to 1.
    pub alpha: f64,
    /// Whether it ends where the plot ends.
    pub clipped: bool,
}

/// A picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width in CSS pixels.
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
    /// The part that clipped items end at.
    pub plot: Rect,
    /// What to paint, from back to front.
    pub items: Vec<Item>,
}

impl Stroke {
    /// A full line.
    #[must_use]
    pub const fn solid(color: Color, width: f64) -> Self {
        Self { color, width, dash: None }
    }

    /// A broken line.
    #[must_use]
    pub const fn dashed(color: Color, width: f64, dash: f64, gap: f64) -> Self {
        Self { color, width, dash: Some([dash, gap]) }
    }
}

impl Item {
    /// A filled shape.
    #[must_use]
    pub const fn fill(shape: Shape, color: Color) -> Self {
        Self { shape, fill: Some(color), stroke: None, alpha: 1.0, clipped: false }
    }

    /// Words in one line.
    #[must_use]
    pub const fn text(
        at: [f64; 2],
        words: String,
        size: f64,
        face: Face,
        anchor: Anchor,
        color: Color,
    ) -> Self {
        Self::fill(Shape::Text(Text { at, words, size, face, anchor }), color)
    }

    /// A stroked shape.
    #[must_use]
    pub const fn stroke(shape: Shape, stroke: Stroke) -> Self {
        Self { shape, fill: None, stroke: Some(stroke), alpha: 1.0, clipped: false }
    }

    /// The same with a line around it.
    #[must_use]
    pub const fn edged(mut self, stroke: Stroke) -> Self {
        self.stroke = Some(stroke);
        self
    }

    /// The same, partly seen through.
    #[must_use]
    pub const fn faded(mut self, alpha: f64) -> Self {
        self.alpha = alpha;
        self
    }

    /// The same, ending where the plot ends.
    #[must_use]
    pub const fn clipped(mut self) -> Self {
        self.clipped = true;
        self
    }
}

impl Text {
    /// About how wide the words will be, in CSS pixels. The fonts are not known here, so this
    /// errs on the wide side.
    #[must_use]
    pub fn width(words: &str, size: f64, face: Face) -> f64 {
        let per_character = match face {
            Face::Sans => 0.58,
            Face::Mono => 0.61,
        };
        words.chars().count() as f64 * size * per_character
    }
}
