//! From a layout to a picture of the matrix. Each sign has a shape of its own: colour never stands
//! alone, also where a sign is only a few pixels wide.

use lanescope_protocol::TxIndex;

use super::{Mark, Matrix, MatrixHit, MatrixLayout, PlacedMark};
use crate::film::Film;
use crate::focus::Focus;
use crate::frame::Rect;
use crate::glyph::circle;
use crate::palette::{Color, Palette, Theme};
use crate::scene::{Anchor, Face, Item, Scene, Shape, Step, Stroke, Text};
use crate::text::elided;

/// How the matrix is to look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MatrixLook {
    /// Colours.
    pub theme: Theme,
    /// What is singled out.
    pub focus: Focus,
    /// What the pointer or the keyboard is on.
    pub hover: Option<MatrixHit>,
}

/// Paints the matrix.
#[must_use]
pub fn paint_matrix(
    film: &Film,
    matrix: &Matrix,
    layout: &MatrixLayout,
    look: &MatrixLook,
) -> Scene {
    let frame = layout.frame;
    let mut painter = Painter {
        film,
        matrix,
        layout,
        look,
        palette: Palette::of(look.theme),
        scale: frame.scale,
        items: Vec::new(),
    };
    painter.chosen();
    painter.lines();
    painter.marks();
    painter.hover();
    painter.names();
    painter.head();
    Scene { width: frame.width, height: frame.height, plot: frame.plot, items: painter.items }
}

struct Painter<'a> {
    film: &'a Film,
    matrix: &'a Matrix,
    layout: &'a MatrixLayout,
    look: &'a MatrixLook,
    palette: &'static Palette,
    scale: f64,
    items: Vec<Item>,
}

/// Below this size signs become simpler shapes.
const SIMPLE: f64 = 8.0;

impl Painter<'_> {
    fn tint(&self) -> Color {
        self.palette.focus.over(self.palette.page, 0.17)
    }

    fn selected(&self) -> Option<TxIndex> {
        self.look.focus.selection.map(|version| version.tx)
    }

    /// The column of the selected transaction, the row of the chosen location.
    fn chosen(&mut self) {
        let frame = self.layout.frame;
        if let Some(tx) = self.selected() {
            let w = frame.column.max(3.0 * self.scale);
            let column = Rect { x: frame.x(tx) - w / 2.0, y: 0.0, w, h: frame.height };
            let item = Item::fill(Shape::Rects(vec![column]), self.tint());
            self.items.push(item.clipped());
        }
        if let Some(row) = self.look.focus.place.and_then(|place| self.matrix.row_of(place)) {
            let y = frame.y(row) - frame.row / 2.0;
            let band = Rect { x: 0.0, y, w: frame.plot.right(), h: frame.row };
            self.items.push(Item::fill(Shape::Round(band, 4.0 * self.scale), self.tint()));
        }
    }

    fn lines(&mut self) {
        let frame = self.layout.frame;
        let (left, right) = (frame.plot.x, frame.plot.right());
        let under = |row: usize| Rect {
            x: left,
            y: (frame.y(row) + frame.row / 2.0).round() - 1.0,
            w: frame.plot.w,
            h: 1.0,
        };
        let unders = self.layout.rows.iter().map(|(row, _)| under(*row)).collect();
        self.items.push(Item::fill(Shape::Rects(unders), self.palette.grid).clipped());
        let through = self.layout.rows.iter().filter_map(|(row, line)| {
            let [from, to] = (*line)?;
            let (from, to) = (from.clamp(left, right), to.clamp(left, right));
            let y = frame.y(*row).round() - 0.5;
            (to > from).then_some(Rect { x: from, y, w: to - from, h: 1.0 })
        });
        let through = Item::fill(Shape::Rects(through.collect()), self.palette.queued);
        self.items.push(through.faded(0.6).clipped());
    }

    fn marks(&mut self) {
        let kinds = [None, Some(Mark::Need), Some(Mark::Add), Some(Mark::Read), Some(Mark::Write)];
        // What came too early is painted last, so that nothing lies over it.
        for kind in kinds.into_iter().chain([Some(Mark::Stale)]) {
            for dimmed in [true, false] {
                let wanted = |mark: &&PlacedMark| mark.mark == kind && mark.dimmed == dimmed;
                let marks: Vec<_> = self.layout.marks.iter().filter(wanted).copied().collect();
                if !marks.is_empty() {
                    let alpha = if dimmed { 0.25 } else { 1.0 };
                    self.kind(kind, &marks, alpha);
                }
            }
        }
    }

    /// All signs of one kind at once.
    fn kind(&mut self, kind: Option<Mark>, marks: &[PlacedMark], alpha: f64) {
        let (palette, scale) = (self.palette, self.scale);
        let simple = marks.first().is_some_and(|mark| mark.size < SIMPLE * scale);
        let rects = |w: f64, h: f64| {
            let rect = |mark: &PlacedMark| Rect {
                x: mark.at[0] - mark.size.min(w) / 2.0,
                y: mark.at[1] - h / 2.0,
                w: mark.size.min(w),
                h,
            };
            Shape::Rects(marks.iter().map(rect).collect())
        };
        let path = |one: &dyn Fn(&PlacedMark) -> Vec<Step>| {
            Shape::Path(marks.iter().flat_map(one).collect())
        };
        let rings =
            |part: f64| path(&move |mark| circle(mark.at[0], mark.at[1], mark.size * part - scale));
        let line = |color, width: f64| Stroke::solid(color, width * scale);
        let item = match (kind, simple) {
            (None, _) => Item::fill(rects(3.0 * scale, 3.0 * scale), palette.queued),
            (Some(Mark::Need), true) => {
                Item::fill(rects(2.0 * scale, 2.0 * scale), palette.committed)
            }
            (Some(Mark::Add), true) => Item::fill(rects(9.0, 1.5 * scale), palette.committed),
            (Some(Mark::Read), true) => Item::stroke(path(&hollow), line(palette.committed, 1.0)),
            (Some(Mark::Write), true) => Item::fill(rects(9.0, 10.0 * scale), palette.committed),
            (Some(Mark::Stale), true) => {
                // Behind the cross lies the page, so that a crossed sign is not taken for a bar.
                let ground = Item::fill(rects(9.0, 16.0 * scale), palette.page);
                self.items.push(ground.faded(alpha).clipped());
                Item::stroke(path(&crossed), line(palette.aborted, 1.75))
            }
            (Some(Mark::Need), false) => Item::stroke(rings(0.32), line(palette.queued, 1.5)),
            (Some(Mark::Add), false) => Item::stroke(path(&plus), line(palette.committed, 1.75)),
            (Some(Mark::Read), false) => {
                Item::fill(rings(0.5), palette.page).edged(line(palette.committed, 2.0))
            }
            (Some(Mark::Write), false) => {
                Item::fill(rings(0.5), palette.committed).edged(line(palette.committed, 2.0))
            }
            (Some(Mark::Stale), false) => {
                let ring = Item::fill(rings(0.5), palette.page).edged(line(palette.aborted, 2.0));
                self.items.push(ring.faded(alpha).clipped());
                Item::stroke(path(&cross), line(palette.aborted, 1.75))
            }
        };
        self.items.push(item.faded(alpha).clipped());
    }

    fn hover(&mut self) {
        let Some(MatrixHit { row: Some(row), tx: Some(tx), touches: true }) = self.look.hover
        else {
            return;
        };
        let frame = self.layout.frame;
        let r = (frame.column.min(frame.row) / 2.0 - 1.0).max(6.0 * self.scale);
        let (x, y) = (frame.x(tx), frame.y(row));
        let rect = Rect { x: x - r, y: y - r, w: 2.0 * r, h: 2.0 * r };
        let stroke = Stroke::solid(self.palette.focus, 2.0 * self.scale);
        self.items.push(Item::stroke(Shape::Round(rect, 5.0 * self.scale), stroke).clipped());
    }

    fn names(&mut self) {
        let frame = self.layout.frame;
        let (size, room) = (12.0 * self.scale, frame.plot.x - 10.0 * self.scale);
        for (at, _) in &self.layout.rows {
            let Some(row) = self.matrix.rows.get(*at) else { continue };
            let chosen = self.look.focus.place == Some(row.location);
            let hovered = self.look.hover.is_some_and(|hit| hit.row == Some(*at));
            let bright = row.is_hot || chosen || hovered;
            let color = if bright { self.palette.text } else { self.palette.muted };
            let name = elided(self.film.location_name(row.location), room, size, Face::Mono);
            let at = [frame.plot.x - 8.0 * self.scale, frame.y(*at)];
            self.items.push(Item::text(at, name, size, Face::Mono, Anchor::End, color));
        }
    }

    /// The numbers, over whatever is scrolled up under them.
    fn head(&mut self) {
        let frame = self.layout.frame;
        let head = Rect { x: 0.0, y: 0.0, w: frame.width, h: frame.plot.y };
        self.items.push(Item::fill(Shape::Rects(vec![head]), self.palette.page));
        let (size, y) = (12.0 * self.scale, frame.plot.y / 2.0);
        let marked = self.look.hover.and_then(|hit| hit.tx).or(self.selected());
        let shown = |tx: TxIndex| (frame.plot.x..=frame.plot.right()).contains(&frame.x(tx));
        let marked: Vec<_> =
            marked.into_iter().chain(self.selected()).filter(|tx| shown(*tx)).collect();
        let (scale, muted) = (self.scale, self.palette.muted);
        let wide = |tx: TxIndex| Text::width(&tx.to_string(), size, Face::Sans) + 6.0 * scale;
        for (tx, x) in &self.layout.labels {
            let near =
                |other: &TxIndex| (frame.x(*other) - x).abs() < (wide(*other) + wide(*tx)) / 2.0;
            if !marked.iter().any(near) && x + wide(*tx) / 2.0 <= frame.width {
                self.items.push(Item::text(
                    [*x, y],
                    tx.to_string(),
                    size,
                    Face::Sans,
                    Anchor::Middle,
                    muted,
                ));
            }
        }
        for tx in marked {
            let w = wide(tx);
            let x = frame.x(tx).min(frame.width - w / 2.0);
            let plate = Rect { x: x - w / 2.0, y: 2.0, w, h: frame.plot.y - 4.0 };
            if self.selected() == Some(tx) {
                self.items.push(Item::fill(Shape::Round(plate, 4.0), self.tint()));
            } else {
                self.items.push(Item::fill(Shape::Rects(vec![plate]), self.palette.page));
            }
            self.items.push(Item::text(
                [x, y],
                tx.to_string(),
                size,
                Face::Sans,
                Anchor::Middle,
                self.palette.text,
            ));
        }
    }
}

fn plus(mark: &PlacedMark) -> Vec<Step> {
    let ([x, y], r) = (mark.at, mark.size * 0.3);
    vec![Step::To([x - r, y]), Step::Line([x + r, y]), Step::To([x, y - r]), Step::Line([x, y + r])]
}

fn cross(mark: &PlacedMark) -> Vec<Step> {
    across(mark.at, mark.size * 0.22, mark.size * 0.22)
}

/// As wide as there is room, but tall.
fn crossed(mark: &PlacedMark) -> Vec<Step> {
    across(mark.at, mark.size * 0.4, 6.0_f64.max(mark.size * 0.6))
}

fn across([x, y]: [f64; 2], w: f64, h: f64) -> Vec<Step> {
    vec![
        Step::To([x - w, y - h]),
        Step::Line([x + w, y + h]),
        Step::To([x + w, y - h]),
        Step::Line([x - w, y + h]),
    ]
}

fn hollow(mark: &PlacedMark) -> Vec<Step> {
    let ([x, y], w) = (mark.at, (mark.size / 2.0 - 0.5).max(1.0));
    vec![
        Step::To([x - w, y - 4.0]),
        Step::Line([x + w, y - 4.0]),
        Step::Line([x + w, y + 4.0]),
        Step::Line([x - w, y + 4.0]),
        Step::Close,
    ]
}
