//! How the marks on the time axis look: end, critical path, perfect scaling.

use super::Painter;
use crate::layout::{LIMIT_SIZE, LimitKind};
use crate::scene::{Face, Item, Shape, Step, Stroke};

impl Painter<'_> {
    /// Lines through all lanes with their words below. The three differ by their dashes too.
    pub(super) fn limits(&mut self) {
        let (layout, scale, palette) = (self.layout, self.scale, self.palette);
        let frame = &layout.frame;
        let foot = frame.ghost.bottom() + 3.0 * scale;
        for limit in &layout.limits {
            let (color, stroke) = match limit.kind {
                LimitKind::End => (palette.muted, Stroke::solid(palette.muted, scale)),
                LimitKind::CriticalPath => {
                    (palette.focus, Stroke::dashed(palette.focus, 1.25 * scale, 5.0, 4.0))
                }
                LimitKind::PerfectScaling => {
                    (palette.muted, Stroke::dashed(palette.muted, 1.25 * scale, 1.5, 3.5))
                }
            };
            let line = vec![Step::To([limit.x, frame.plot.y - 4.0]), Step::Line([limit.x, foot])];
            self.items.push(Item::stroke(Shape::Path(line), stroke).faded(0.85));
            if let Some(label) = &limit.label {
                let at = [label.x, foot + 8.0 * scale];
                let (words, size) = (label.words.clone(), LIMIT_SIZE * scale);
                self.items.push(Item::text(at, words, size, Face::Sans, label.anchor, color));
            }
        }
    }
}
