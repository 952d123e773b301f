//! The arrows of a chain: each kind of link has a line of its own.

use super::Painter;
use crate::chain::{Chain, ChainArrow, LinkKind};
use crate::palette::Palette;
use crate::scene::{Anchor, Face, Item, Shape, Step, Stroke, Text};

/// Length of an arrowhead.
const HEAD: f64 = 8.0;

impl Painter<'_> {
    /// Exactly this chain, the nearest links on top.
    pub(super) fn chain(&mut self, chain: &Chain) {
        let arrows = chain.arrows(self.film, &self.layout.frame, self.layout.playhead);
        for arrow in arrows.drawn.iter().rev() {
            self.link(arrow);
        }
        if arrows.more > 0 {
            self.more_links(arrows.drawn.len(), arrows.more);
        }
    }

    fn link(&mut self, arrow: &ChainArrow) {
        let (scale, palette) = (self.scale, self.palette);
        let line = line(arrow.link.kind, palette, scale);
        // A halo in the page's colour keeps the arrow apart from bars of a similar hue.
        let halo = Stroke::solid(palette.page, line.width + 2.75 * scale);
        let path = Shape::Path(arrow.arc.path(1.0));
        self.items.push(Item::stroke(path.clone(), halo).clipped());
        if arrow.link.kind == LinkKind::MadeStale && arrow.to_outside.is_none() {
            let ring = Shape::Circle(arrow.arc.mark, 4.5 * scale);
            self.items.push(Item::fill(ring, palette.page).edged(line).clipped());
        }
        self.items.push(Item::stroke(path, line).clipped());
        if arrow.to_outside.is_none() {
            let head = Shape::Path(arrow.arc.head(HEAD * scale));
            self.items.push(Item::fill(head, line.color).clipped());
        }
        for (at, right) in [arrow.from_outside, arrow.to_outside].into_iter().flatten() {
            self.marker(at, right, line);
        }
    }

    /// A triangle at the plot's edge that points to where the other end is.
    fn marker(&mut self, [x, y]: [f64; 2], right: bool, line: Stroke) {
        let size = if right { 7.0 } else { -7.0 } * self.scale;
        let triangle = vec![
            Step::To([x, y]),
            Step::Line([x - size, y - size.abs() * 0.7]),
            Step::Line([x - size, y + size.abs() * 0.7]),
            Step::Close,
        ];
        let edge = Stroke::solid(self.palette.page, 1.5 * self.scale);
        self.items.push(Item::fill(Shape::Path(triangle), line.color).edged(edge));
    }

    /// That there are more links than arrows.
    fn more_links(&mut self, drawn: usize, more: usize) {
        let (frame, scale) = (&self.layout.frame, self.scale);
        let words = format!("{drawn} of {} links drawn, the nearest", drawn + more);
        let size = 11.0 * scale;
        let width = Text::width(&words, size, Face::Sans);
        let at = [frame.plot.right() - 4.0 * scale, frame.plot.bottom() - 9.0 * scale];
        let ground = crate::frame::Rect {
            x: at[0] - width - 6.0 * scale,
            y: at[1] - 8.0 * scale,
            w: width + 10.0 * scale,
            h: 16.0 * scale,
        };
        let shape = Shape::Round(ground, 3.0 * scale);
        self.items.push(Item::fill(shape, self.palette.page).faded(0.92));
        self.items.push(Item::text(at, words, size, Face::Sans, Anchor::End, self.palette.text));
    }
}

fn line(kind: LinkKind, palette: &Palette, scale: f64) -> Stroke {
    match kind {
        LinkKind::MadeStale => Stroke::solid(palette.aborted, 2.25 * scale),
        LinkKind::TookAlong => Stroke::dashed(palette.aborted, 2.0 * scale, 10.0, 3.0),
        LinkKind::RunsAgain => Stroke::dashed(palette.focus, 2.0 * scale, 6.0, 4.0),
        LinkKind::WaitedFor => Stroke::dashed(palette.waiting, 2.25 * scale, 1.5, 4.0),
        LinkKind::LaneBusy => Stroke::dashed(palette.muted, 1.75 * scale, 1.5, 3.0),
    }
}
