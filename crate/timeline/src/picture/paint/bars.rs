//! How each state of a bar looks. Colour never stands alone: hatch, dots, sign or outline says the
//! same.

use super::{Painter, pattern};
use crate::bar::{Bar, BarState};
use crate::frame::Rect;
use crate::layout::{Cell, PlacedBar, half_height};
use crate::palette::Color;
use crate::scene::{Anchor, Face, Item, Shape, Step, Stroke};

/// How much is seen of what a search left out.
const DIMMED: f64 = 0.35;

impl Painter<'_> {
    pub(super) fn bars(&mut self) {
        let layout = self.layout;
        self.dimmed_cells(&layout.cells);
        for (_, rect) in &layout.checks {
            let stroke = Stroke::solid(self.palette.committed, 1.25 * self.scale);
            let shape = Shape::Round(rect.inset(0.5), 3.0 * self.scale);
            self.items.push(Item::stroke(shape, stroke).clipped());
        }
        for placed in &layout.waits {
            self.wait(placed);
        }
        for placed in &layout.bars {
            let from = self.items.len();
            self.bar(placed);
            if self.look.focus.dims_bar(placed.id) {
                self.dim(from);
            }
        }
    }

    /// Cells in which a search found nothing are dimmed; one bar that was found keeps a cell bright.
    fn dimmed_cells(&mut self, cells: &[Cell]) {
        let Some(matches) = self.look.focus.matches.clone() else { return self.cells(cells) };
        let frame = self.layout.frame;
        let found = |cell: &Cell| {
            let (from, to) = (frame.tick(cell.rect.x), frame.tick(cell.rect.right()));
            matches.has_between(cell.lane, from, to)
        };
        let (bright, dim): (Vec<Cell>, Vec<Cell>) = cells.iter().copied().partition(found);
        let from = self.items.len();
        self.cells(&dim);
        self.dim(from);
        self.cells(&bright);
    }

    /// Dims what was painted since: patterns stay, so that a state can still be told, and names
    /// take the colour that can be read on them.
    fn dim(&mut self, from: usize) {
        let muted = self.palette.muted;
        for item in self.items.iter_mut().skip(from) {
            match item.shape {
                Shape::Text(_) => item.fill = Some(muted),
                _ => item.alpha *= DIMMED,
            }
        }
    }

    /// Bars that share pixels: one rectangle each, and on top of it the share that was thrown
    /// away, never less than a third, so that it is always seen.
    fn cells(&mut self, cells: &[Cell]) {
        let mut by_color: Vec<(u32, Vec<Rect>)> = Vec::new();
        let mut aborted = Vec::new();
        for cell in cells {
            let mut rect = match cell.state {
                BarState::Suspended if cell.aborted == 0.0 => half_height(cell.rect),
                _ => cell.rect,
            };
            if cell.aborted > 0.0 {
                let alone = cell.state.is_in_vain();
                let share = if alone { 1.0 } else { cell.aborted.clamp(0.34, 0.9) };
                let h = rect.h * share;
                aborted.push(Rect { h, ..rect });
                rect = Rect { y: rect.y + h, h: rect.h - h, ..rect };
            }
            if rect.h > 0.0 {
                let color = self.plain_color(cell.state).0;
                match by_color.binary_search_by_key(&color, |(color, _)| *color) {
                    Ok(at) => by_color[at].1.push(rect),
                    Err(at) => by_color.insert(at, (color, vec![rect])),
                }
            }
        }
        for (color, rects) in by_color {
            self.items.push(Item::fill(Shape::Rects(rects), Color(color)).clipped());
        }
        if !aborted.is_empty() {
            self.items.push(Item::fill(Shape::Rects(aborted), self.palette.aborted).clipped());
        }
    }

    /// One colour for a state, where there is no room for a pattern.
    fn plain_color(&self, state: BarState) -> Color {
        let palette = self.palette;
        match state {
            BarState::Future => palette.queued,
            BarState::Committed => palette.committed,
            BarState::Executed => palette.committed.over(palette.lane, 0.6),
            BarState::Executing => palette.executing,
            BarState::ExecutedAgain | BarState::ExecutingAgain => palette.again,
            BarState::Suspended => palette.waiting,
            BarState::Skipped | BarState::Lost | BarState::Aborted => palette.aborted,
        }
    }

    fn bar(&mut self, placed: &PlacedBar) {
        let Some(bar) = self.film.bar(placed.id) else { return };
        let gap = if placed.rect.w > 8.0 && placed.rest.is_none() { 1.5 } else { 0.5 };
        let rect = Rect { w: (placed.rect.w - gap).max(1.0), ..placed.rect };
        if let Some(rest) = placed.rest {
            self.rest(rest, placed.state);
        }
        let sweep = self.look.effects.sweep(placed.id);
        let settle = self.look.effects.settle(placed.id);
        match placed.state {
            BarState::Aborted if sweep < 1.0 => self.sweeping(rect, bar, sweep),
            BarState::Aborted | BarState::Lost | BarState::Skipped => self.aborted(rect, rect),
            BarState::Suspended => self.dotted(half_height(rect)),
            BarState::Committed => {
                if settle < 1.0 {
                    self.executed(rect, bar);
                }
                self.solid(rect, self.palette.committed, settle);
            }
            BarState::Executed | BarState::ExecutedAgain => self.executed(rect, bar),
            BarState::Executing => self.executing(rect, self.palette.executing),
            BarState::ExecutingAgain => self.executing(rect, self.palette.again),
            BarState::Future => {}
        }
        if self.look.outlined && rect.w > 6.0 {
            let stroke = Stroke::solid(Color(0x0B_0F14), 2.0);
            self.items.push(Item::stroke(Shape::Round(rect, self.radius(rect)), stroke).clipped());
        }
        if sweep >= 1.0 {
            self.label(rect, bar, placed.state);
        }
        if bar.is_undone() && rect.w >= 40.0 * self.scale && shows_outcome(placed.state) {
            self.revert_notch(rect, placed.state);
        }
    }

    fn radius(&self, rect: Rect) -> f64 {
        (5.0 * self.scale).min(rect.w / 3.0).min(rect.h / 3.0)
    }

    fn solid(&mut self, rect: Rect, color: Color, alpha: f64) {
        let shape = Shape::Round(rect, self.radius(rect));
        self.items.push(Item::fill(shape, color).faded(alpha).clipped());
    }

    /// Has run, is not yet final: outlined in the colour it will have. A first try is pale, a
    /// later one keeps the colour of re-execution.
    fn executed(&mut self, rect: Rect, bar: &Bar) {
        let palette = self.palette;
        let fill =
            if bar.is_again() { palette.again } else { palette.committed.over(palette.lane, 0.22) };
        let width = (1.75 * self.scale).min(rect.w / 3.0);
        let inner = rect.inset(width / 2.0);
        let stroke = Stroke::solid(palette.committed, width);
        let shape = Shape::Round(inner, self.radius(rect));
        self.items.push(Item::fill(shape, fill).edged(stroke).clipped());
    }

    /// Runs now: solid, with a bright edge at the playhead.
    fn executing(&mut self, rect: Rect, color: Color) {
        self.solid(rect, color, 1.0);
        let w = (2.5 * self.scale).min(rect.w / 2.0);
        let edge = Rect { x: rect.right() - w, w, ..rect };
        let color = self.palette.text;
        self.items.push(Item::fill(Shape::Rects(vec![edge]), color).clipped());
    }

    /// What is still to come of a bar that runs.
    fn rest(&mut self, rect: Rect, state: BarState) {
        let color = match state {
            BarState::ExecutingAgain => self.palette.again,
            _ => self.palette.executing,
        };
        let rect = Rect { w: (rect.w - 1.5).max(0.0), ..rect }.inset(0.5);
        let stroke = Stroke::dashed(color, 1.0 * self.scale, 3.0, 3.0);
        let shape = Shape::Round(rect, self.radius(rect));
        self.items.push(Item::stroke(shape, stroke).faded(0.75).clipped());
    }

    /// Thrown away: `part` of the bar is hatched, the whole is outlined with its right edge torn.
    fn aborted(&mut self, rect: Rect, part: Rect) {
        let palette = self.palette;
        if rect.w < 7.0 {
            self.items.push(Item::fill(Shape::Rects(vec![part]), palette.aborted).clipped());
            return;
        }
        let torn = Shape::Path(pattern::torn(part, 3.0 * self.scale));
        self.items.push(Item::fill(torn.clone(), palette.lane).clipped());
        let inner = Rect { w: (part.w - 3.0 * self.scale).max(0.0), ..part }.inset(1.0);
        let lines = Shape::Path(pattern::hatch(inner, 11.0 * self.scale));
        let stroke = Stroke::solid(palette.aborted, 3.5 * self.scale);
        self.items.push(Item::stroke(lines, stroke).clipped());
        let edge = Stroke::solid(palette.aborted, 1.5 * self.scale);
        self.items.push(Item::stroke(torn, edge).clipped());
    }

    /// The hatch runs from right to left over what the bar showed before.
    fn sweeping(&mut self, rect: Rect, bar: &Bar, done: f64) {
        self.executed(rect, bar);
        let w = rect.w * done.clamp(0.0, 1.0);
        let part = Rect { x: rect.right() - w, w, ..rect };
        self.aborted(rect, part);
    }

    /// Waits: dotted, half as high.
    pub(super) fn dotted(&mut self, rect: Rect) {
        let (palette, scale) = (self.palette, self.scale);
        let radius = self.radius(rect);
        let rect = Rect { w: (rect.w - 1.0).max(1.0), ..rect };
        self.items.push(Item::fill(Shape::Round(rect, radius), palette.page).clipped());
        let dots = pattern::dots(rect.inset(1.0), 5.5 * scale, 2.0 * scale);
        self.items.push(Item::fill(Shape::Rects(dots), palette.waiting).clipped());
        let stroke = Stroke::solid(palette.waiting, 1.25 * scale);
        self.items.push(Item::stroke(Shape::Round(rect.inset(0.5), radius), stroke).clipped());
    }

    /// A notch in the upper right corner with an R: reverted, and committed all the same.
    fn revert_notch(&mut self, rect: Rect, state: BarState) {
        let size = (15.0 * self.scale).min(rect.h / 2.0);
        let notch = vec![
            Step::To([rect.right() - size, rect.y - 1.0]),
            Step::Line([rect.right() + 1.0, rect.y - 1.0]),
            Step::Line([rect.right() + 1.0, rect.y + size]),
            Step::Close,
        ];
        self.items.push(Item::fill(Shape::Path(notch), self.palette.lane).clipped());
        let color = match state {
            BarState::Executed => self.palette.text,
            BarState::ExecutedAgain => self.palette.ink_again,
            _ => self.palette.ink,
        };
        let at = [rect.right() - size - 2.0 * self.scale, rect.y + size * 0.62];
        self.text(at, "R", 11.0 * self.scale, Face::Mono, Anchor::End, color);
    }
}

/// Whether a run in this state has shown how it ended and may keep its result.
const fn shows_outcome(state: BarState) -> bool {
    matches!(state, BarState::Executed | BarState::ExecutedAgain | BarState::Committed)
}
