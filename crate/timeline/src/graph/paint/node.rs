//! How nodes look: the same colours, patterns and signs as the bars on the lanes.

use lanescope_protocol::TxIndex;

use super::Painter;
use crate::bar::{BarState, TxState};
use crate::frame::Rect;
use crate::glyph::Glyph;
use crate::paint::pattern;
use crate::palette::Color;
use crate::scene::{Anchor, Face, Item, Shape, Step, Stroke, Text};
use crate::text::elided;

/// A node narrower than this on screen carries no words.
const WORDS_MIN: f64 = 46.0;
/// A node smaller than this carries no sign.
const SIGN_MIN: f64 = 12.0;
/// Squares carry no signs until they are shown this large.
const DENSE: f64 = 1.8;

impl Painter<'_> {
    pub(super) fn nodes(&mut self) {
        let mut plain: Vec<(BarState, bool, Rect)> = Vec::new();
        for tx in (0..self.layout.nodes.len()).map(|tx| TxIndex(tx as u32)) {
            let Some(rect) = self.layout.nodes.get(tx.get()).map(|r| self.camera.screen(*r)) else {
                continue;
            };
            let (width, height) = self.size;
            if rect.right() < 0.0 || rect.x > width || rect.bottom() < 0.0 || rect.y > height {
                continue;
            }
            let state = self.state(tx);
            let dimmed = self.look.focus.dims_tx(tx);
            let dense = self.layout.compact && self.camera.zoom < DENSE;
            if dense || rect.w < SIGN_MIN || rect.h < SIGN_MIN {
                plain.push((state, dimmed, rect));
            } else {
                self.node(tx, rect, state, if dimmed { 0.25 } else { 1.0 });
            }
        }
        plain.sort_by_key(|(state, dimmed, _)| (*state, !*dimmed));
        for group in plain.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let rects = group.iter().map(|(.., rect)| *rect).collect();
            self.squares(group[0].0, rects, if group[0].1 { 0.25 } else { 1.0 });
        }
    }

    /// Where the transaction stands, in the words of bars.
    fn state(&self, tx: TxIndex) -> BarState {
        match self.film.tx_state_at(tx, self.look.time) {
            TxState::Queued | TxState::Deferred => BarState::Future,
            TxState::Executing => BarState::Executing,
            TxState::ReExecuting => BarState::ExecutingAgain,
            TxState::Executed if self.retries(tx) > 0 => BarState::ExecutedAgain,
            TxState::Executed => BarState::Executed,
            TxState::Waiting => BarState::Suspended,
            TxState::Aborted => BarState::Aborted,
            TxState::Lost => BarState::Lost,
            TxState::Dropped | TxState::Skipped => BarState::Skipped,
            TxState::Committed => BarState::Committed,
        }
    }

    /// Runs that were thrown away so far.
    fn retries(&self, tx: TxIndex) -> usize {
        let runs = self.film.runs_of(tx).iter().filter_map(|id| self.film.bar(*id));
        let passed = |at: u64| at as f64 <= self.look.time;
        runs.filter(|bar| bar.abort.is_some_and(|abort| passed(abort.at))).count()
    }

    fn colors(&self, state: BarState) -> (Color, Color) {
        let palette = self.palette;
        match state {
            BarState::Future => (palette.queued, palette.muted),
            BarState::Committed => (palette.committed, palette.ink),
            BarState::Executed => (palette.committed, palette.text),
            BarState::Executing => (palette.executing, palette.ink),
            BarState::ExecutedAgain | BarState::ExecutingAgain => {
                (palette.again, palette.ink_again)
            }
            BarState::Suspended => (palette.waiting, palette.text),
            BarState::Skipped | BarState::Lost | BarState::Aborted => {
                (palette.aborted, palette.text)
            }
        }
    }

    /// Many nodes too small for a pattern: each state has a shape of its own all the same.
    fn squares(&mut self, state: BarState, rects: Vec<Rect>, alpha: f64) {
        let (color, _) = self.colors(state);
        let outline = |rect: &Rect| {
            let r = rect.inset(0.5);
            vec![
                Step::To([r.x, r.y]),
                Step::Line([r.right(), r.y]),
                Step::Line([r.right(), r.bottom()]),
                Step::Line([r.x, r.bottom()]),
                Step::Close,
            ]
        };
        let cross = |r: &Rect| {
            let out = r.inset(-0.5);
            vec![
                Step::To([out.x, out.y]),
                Step::Line([out.right(), out.bottom()]),
                Step::To([out.right(), out.y]),
                Step::Line([out.x, out.bottom()]),
            ]
        };
        let item = match state {
            // Small until it begins. Most of a large block is that, so it is to cost little.
            BarState::Future => {
                let small = rects.iter().map(|rect| rect.inset(rect.w * 0.28));
                Item::fill(Shape::Rects(small.collect()), color)
            }
            BarState::Executed => {
                let path = Shape::Path(rects.iter().flat_map(outline).collect());
                Item::stroke(path, Stroke::solid(color, 1.0))
            }
            BarState::Skipped | BarState::Lost | BarState::Aborted => {
                let path = Shape::Path(rects.iter().flat_map(cross).collect());
                Item::stroke(path, Stroke::solid(color, 1.75))
            }
            BarState::Suspended => {
                let low = rects.iter().map(|r| Rect { y: r.y + r.h * 0.3, h: r.h * 0.4, ..*r });
                Item::fill(Shape::Rects(low.collect()), color)
            }
            _ => Item::fill(Shape::Rects(rects), color),
        };
        self.items.push(item.faded(alpha));
    }

    fn node(&mut self, tx: TxIndex, rect: Rect, state: BarState, alpha: f64) {
        let (color, ink) = self.colors(state);
        let palette = self.palette;
        let radius = 6.0_f64.min(rect.h / 4.0);
        let shape = Shape::Round(rect, radius);
        let edge = Stroke::solid(color, 1.5);
        let mut push = |item: Item| self.items.push(item.faded(alpha));
        match state {
            BarState::Future => {
                push(Item::fill(shape.clone(), palette.page));
                push(Item::stroke(shape, Stroke::dashed(color, 1.0, 3.0, 3.0)));
            }
            BarState::Executed => {
                push(Item::fill(shape, color.over(palette.lane, 0.22)).edged(edge));
            }
            BarState::Suspended => {
                push(Item::fill(shape, palette.lane).edged(edge));
                let dots = pattern::dots(rect.inset(2.0), 4.0, 1.5);
                push(Item::fill(Shape::Rects(dots), color));
            }
            BarState::Skipped | BarState::Lost | BarState::Aborted => {
                push(Item::fill(shape, palette.lane).edged(edge));
                let lines = Shape::Path(pattern::hatch(rect.inset(1.5), 7.0));
                push(Item::stroke(lines, Stroke::solid(color, 2.0)));
            }
            BarState::ExecutedAgain => {
                push(Item::fill(shape, color).edged(Stroke::solid(palette.committed, 1.75)));
            }
            _ => push(Item::fill(shape, color)),
        }
        let plate = state.is_in_vain() || state == BarState::Suspended;
        self.label(tx, rect, state, ink, plate, alpha);
    }

    fn label(
        &mut self,
        tx: TxIndex,
        rect: Rect,
        state: BarState,
        ink: Color,
        plate: bool,
        alpha: f64,
    ) {
        let begin = self.items.len();
        let middle = rect.y + rect.h / 2.0;
        let words = rect.w >= WORDS_MIN && rect.h >= 14.0;
        let size = (12.5 * self.camera.zoom).clamp(11.0, 14.0);
        if plate {
            let h = (size * 1.6).min(rect.h - 2.0);
            let w = if words { rect.w - 12.0 } else { h.min(rect.w) };
            let x = rect.x + (rect.w - w) / 2.0;
            let ground = Shape::Round(Rect { x, y: middle - h / 2.0, w, h }, 3.0);
            self.items.push(Item::fill(ground, self.palette.lane).faded(0.92));
        }
        let pad = 24.0 * self.camera.zoom.clamp(0.7, 1.0);
        let glyph_at = if words { rect.x + pad * 0.58 } else { rect.x + rect.w / 2.0 };
        if let Some(glyph) = Glyph::of(state) {
            let shape = Shape::Path(glyph.path(glyph_at, middle, (rect.h * 0.6).min(11.0)));
            self.items.push(if glyph.is_filled() {
                Item::fill(shape, ink)
            } else {
                Item::stroke(shape, Stroke::solid(ink, 1.75))
            });
        }
        if words {
            let retries = self.retries(tx);
            let badge = if retries > 0 {
                format!("{}{retries}", Glyph::Again.text())
            } else {
                String::new()
            };
            let taken =
                if retries > 0 { Text::width(&badge, size - 1.0, Face::Sans) + 12.0 } else { 8.0 };
            let action = self.film.transaction(tx).map_or("", |info| info.action.as_str());
            let name = if action.is_empty() { tx.to_string() } else { format!("{tx} {action}") };
            let room = rect.w - pad - taken;
            let fits = Text::width(&name, size, Face::Mono) <= room;
            let name = if fits || action.chars().count() > 8 && room > 90.0 {
                name
            } else {
                tx.to_string()
            };
            let name = elided(&name, room.max(30.0), size, Face::Mono);
            self.items.push(Item::text(
                [rect.x + pad, middle],
                name,
                size,
                Face::Mono,
                Anchor::Start,
                ink,
            ));
            if retries > 0 {
                let at = [rect.right() - 8.0, middle];
                self.items.push(Item::text(at, badge, size - 1.0, Face::Sans, Anchor::End, ink));
            }
        }
        for item in self.items.iter_mut().skip(begin) {
            item.alpha *= alpha;
        }
    }
}
