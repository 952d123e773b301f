//! How crashes, slow times, rounds and blocks look.

use super::{Painter, pattern};
use crate::bar::{MilestoneKind, TroubleKind};
use crate::frame::Rect;
use crate::layout::{MILESTONE_SIZE, PlacedTrouble};
use crate::scene::{Anchor, Face, Item, Shape, Step, Stroke};

impl Painter<'_> {
    /// Thin lines through all lanes.
    pub(super) fn milestones(&mut self) {
        let (layout, scale, palette) = (self.layout, self.scale, self.palette);
        let plot = layout.frame.plot;
        for placed in &layout.milestones {
            let rejected = placed.milestone.kind == MilestoneKind::Rejected;
            let color = if rejected { palette.aborted } else { palette.muted };
            let line = vec![
                Step::To([placed.x, plot.y - 8.0 * scale]),
                Step::Line([placed.x, plot.bottom() + 4.0 * scale]),
            ];
            let stroke = Stroke::dashed(color, scale, 2.0, 3.0);
            self.items.push(Item::stroke(Shape::Path(line), stroke));
            if !placed.label.is_empty() {
                let at = [placed.x + 3.0 * scale, plot.y - 4.5 * scale];
                let (words, size) = (placed.label.clone(), MILESTONE_SIZE * scale);
                self.items.push(Item::text(at, words, size, Face::Sans, Anchor::Start, color));
            }
        }
    }

    pub(super) fn troubles(&mut self) {
        let layout = self.layout;
        for placed in &layout.troubles {
            match placed.trouble.kind {
                TroubleKind::Crashed => self.crashed(placed),
                TroubleKind::Slowed(_) => self.slowed(placed.rect),
            }
        }
    }

    /// Thinly hatched over the whole height, without an edge: there is nothing where a bar would be.
    fn crashed(&mut self, placed: &PlacedTrouble) {
        let (rect, palette, scale) = (placed.rect, self.palette, self.scale);
        let stroke = Stroke::solid(palette.queued, 1.0 * scale);
        let lines = Shape::Path(pattern::hatch(rect, 7.0 * scale));
        self.items.push(Item::stroke(lines, stroke).clipped());
        let left = Rect { w: (2.0 * scale).min(rect.w), ..rect };
        self.items.push(Item::fill(Shape::Rects(vec![left]), palette.aborted).clipped());
        let size = 11.0 * scale;
        let width = crate::scene::Text::width("crashed", size, Face::Sans) + 10.0 * scale;
        if width <= rect.w && rect.h >= 1.4 * size {
            let middle = rect.y + rect.h / 2.0;
            let ground = Rect {
                x: rect.x + 4.0 * scale,
                y: middle - 0.75 * size,
                w: width - 4.0 * scale,
                h: 1.5 * size,
            };
            let shape = Shape::Round(ground, 3.0 * scale);
            self.items.push(Item::fill(shape, palette.lane).clipped());
            let at = [rect.x + 7.0 * scale, middle];
            self.text(at, "crashed", size, Face::Sans, Anchor::Start, palette.muted);
        }
    }

    /// A broken line below the bars.
    fn slowed(&mut self, rect: Rect) {
        let y = rect.y + rect.h / 2.0;
        let line = vec![Step::To([rect.x, y]), Step::Line([rect.right(), y])];
        let stroke = Stroke::dashed(self.palette.aborted, 1.5 * self.scale, 1.0, 5.0);
        self.items.push(Item::stroke(Shape::Path(line), stroke).clipped());
    }
}
