//! The chart with colours.

use super::layout::{ChartLayout, KEY, LabelPlace, WORDS};
use crate::palette::{Color, Palette, Theme};
use crate::scene::{Anchor, Face, Item, Scene, Shape, Step, Stroke, Text};

/// Half the size of a marker.
const MARK: f64 = 4.0;
/// Width of a line.
const LINE: f64 = 1.8;

impl ChartLayout {
    /// The chart as shapes: for a canvas, or for [`crate::svg()`].
    #[must_use]
    pub fn scene(&self, theme: Theme) -> Scene {
        let palette = Palette::of(theme);
        let mut items = Vec::new();
        self.draw_axes(palette, &mut items);
        self.draw_bounds(palette, &mut items);
        for curve in &self.curves {
            let color = curve.style.color(palette);
            let stroke = Stroke { color, width: LINE, dash: curve.style.dash() };
            items.push(Item::stroke(line(&curve.points), stroke).clipped());
        }
        // Markers lie above every line.
        for curve in &self.curves {
            let color = curve.style.color(palette);
            for point in &curve.points {
                let shape = curve.style.marker().shape(*point, MARK);
                items.push(Item::fill(shape, color).edged(Stroke::solid(palette.page, 0.8)));
            }
        }
        self.draw_labels(palette, &mut items);
        Scene { width: self.width, height: self.height, plot: self.plot, items }
    }

    fn draw_axes(&self, palette: &Palette, items: &mut Vec<Item>) {
        let plot = self.plot;
        let grid = Stroke::solid(palette.grid, 1.0);
        for row in &self.rows {
            let ends = [[plot.x, row.at], [plot.right(), row.at]];
            items.push(Item::stroke(line(&ends), grid));
            items.push(words(&row.words, [plot.x - 8.0, row.at], Anchor::End, palette.muted));
        }
        let below = plot.bottom() + 14.0;
        for column in &self.columns {
            let ends = [[column.at, plot.y], [column.at, plot.bottom()]];
            items.push(Item::stroke(line(&ends), grid));
            items.push(words(&column.words, [column.at, below], Anchor::Middle, palette.muted));
        }
        let middle = [plot.x + plot.w / 2.0, plot.bottom() + 32.0];
        items.push(words("lanes", middle, Anchor::Middle, palette.text));
        items.push(words("times as fast as one lane", [4.0, 12.0], Anchor::Start, palette.text));
    }

    fn draw_bounds(&self, palette: &Palette, items: &mut Vec<Item>) {
        let dashes = [[4.0, 4.0], [10.0, 3.0]];
        for (bound, [dash, gap]) in self.bounds.iter().zip(dashes) {
            if let Some(ends) = bound.ends {
                let stroke = Stroke::dashed(palette.muted, 1.2, dash, gap);
                items.push(Item::stroke(line(&ends), stroke));
            }
            if let Some(end) = bound.label.tie {
                items.push(tie(end, bound.label.at, palette.muted));
            }
            items.push(words(&bound.label.words, bound.label.at, Anchor::Start, palette.muted));
        }
    }

    fn draw_labels(&self, palette: &Palette, items: &mut Vec<Item>) {
        for curve in &self.curves {
            let Some(label) = &curve.label else { continue };
            let color = curve.style.color(palette);
            let key = [label.at[0] - KEY, label.at[1]];
            if let Some(end) = label.tie {
                items.push(tie(end, label.at, color).faded(0.6));
            }
            let mut marker = key;
            if self.place == LabelPlace::Below {
                let sample = [[key[0] - 26.0, key[1]], [key[0] + 2.0, key[1]]];
                let stroke = Stroke { color, width: LINE, dash: curve.style.dash() };
                items.push(Item::stroke(line(&sample), stroke));
                marker[0] -= 12.0;
            }
            items.push(Item::fill(curve.style.marker().shape(marker, MARK), color));
            items.push(words(&label.words, label.at, Anchor::Start, palette.text));
        }
    }
}

/// From the end of a line to the marker of its label.
fn tie(end: [f64; 2], label: [f64; 2], color: Color) -> Item {
    let steps =
        vec![Step::To([end[0] + 5.0, end[1]]), Step::Line([label[0] - KEY - 6.0, label[1]])];
    Item::stroke(Shape::Path(steps), Stroke::solid(color, 0.8))
}

fn line(points: &[[f64; 2]]) -> Shape {
    let mut steps: Vec<_> = points.iter().map(|point| Step::Line(*point)).collect();
    if let (Some(first), Some(point)) = (steps.first_mut(), points.first()) {
        *first = Step::To(*point);
    }
    Shape::Path(steps)
}

fn words(words: &str, at: [f64; 2], anchor: Anchor, color: Color) -> Item {
    let text = Text { at, words: words.to_owned(), size: WORDS, face: Face::Sans, anchor };
    Item::fill(Shape::Text(text), color)
}
