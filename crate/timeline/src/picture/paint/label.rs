//! What is written on bars and waits, as far as there is room.

use lanescope_protocol::WaitReason;

use super::Painter;
use crate::bar::{Bar, BarState};
use crate::frame::Rect;
use crate::glyph::Glyph;
use crate::layout::{PlacedWait, half_height};
use crate::palette::Color;
use crate::scene::{Anchor, Face, Item, Shape, Stroke, Text};

/// What stands on a bar.
struct Label {
    glyph: Option<Glyph>,
    name: String,
    note: String,
    color: Color,
    /// Whether it needs a quiet ground, because it stands on a pattern.
    plate: bool,
}

/// Narrower bars carry no words.
const WORDS_MIN: f64 = 28.0;
/// Narrower bars carry no sign.
const GLYPH_MIN: f64 = 15.0;
/// Lower bars carry nothing.
const HEIGHT_MIN: f64 = 10.0;

impl Painter<'_> {
    pub(super) fn wait(&mut self, placed: &PlacedWait) {
        let wait = &placed.wait;
        if wait.reason == WaitReason::NothingReady {
            return self.idle(placed.rect);
        }
        self.dotted(placed.rect);
        let size = self.size(placed.rect);
        let room = self.seen(placed.rect).w - 27.0 * self.scale;
        let fits = |words: &String| Text::width(words, size, Face::Mono) <= room;
        let short = match wait.on {
            Some(on) => format!("for {}", on.tx),
            None => "waits".to_owned(),
        };
        let name = [wait.reason_words(), wait.reason_short()].into_iter().find(fits);
        let (glyph, note, color) = (Some(Glyph::Pause), String::new(), self.palette.text);
        let name = name.unwrap_or(short);
        self.place(placed.rect, &Label { glyph, name, note, color, plate: true });
    }

    /// A lane that finds nothing to do: no bar, only words where there is room.
    fn idle(&mut self, rect: Rect) {
        let (words, size) = ("nothing ready", self.size(rect).min(11.0 * self.scale));
        let seen = self.seen(rect);
        if rect.h < HEIGHT_MIN || Text::width(words, size, Face::Sans) + 16.0 * self.scale > seen.w
        {
            return;
        }
        let at = [seen.x + seen.w / 2.0, rect.y + rect.h / 2.0];
        self.text(at, words, size, Face::Sans, Anchor::Middle, self.palette.muted);
    }

    /// The size of type for a bar.
    fn size(&self, rect: Rect) -> f64 {
        (12.0 * self.scale).min((rect.h * 0.8).max(11.0))
    }

    /// The part of a bar that is inside the plot.
    fn seen(&self, rect: Rect) -> Rect {
        let plot = self.layout.frame.plot;
        let (left, right) = (rect.x.max(plot.x), rect.right().min(plot.right()));
        Rect { x: left, w: (right - left).max(0.0), ..rect }
    }

    pub(super) fn label(&mut self, rect: Rect, bar: &Bar, state: BarState) {
        let palette = self.palette;
        let plate = state.is_in_vain() || state == BarState::Suspended;
        let color = match state {
            _ if plate => palette.text,
            BarState::Executed => palette.text,
            BarState::ExecutedAgain | BarState::ExecutingAgain => palette.ink_again,
            _ => palette.ink,
        };
        let name =
            if bar.is_again() || plate { bar.version.to_string() } else { bar.tx().to_string() };
        let ended = !matches!(state, BarState::Executing | BarState::ExecutingAgain);
        let note = if ended && !plate { self.note(bar) } else { String::new() };
        let rect = if state == BarState::Suspended { half_height(rect) } else { rect };
        self.place(rect, &Label { glyph: Glyph::of(state), name, note, color, plate });
    }

    /// Writes as much of a label as there is room for: all in a row; sign and name; the sign above
    /// the name; the sign alone.
    fn place(&mut self, rect: Rect, label: &Label) {
        let scale = self.scale;
        if rect.h < HEIGHT_MIN {
            return;
        }
        let size = self.size(rect);
        // A bar that is partly outside the plot shows its label at the plot's edge.
        let seen = self.seen(rect);
        let name = Text::width(&label.name, size, Face::Mono);
        let sign = if label.glyph.is_some() { 16.0 * scale } else { 0.0 };
        let words = seen.w >= WORDS_MIN * scale;
        if words && sign + name + 11.0 * scale <= seen.w {
            self.row(seen, label, size, sign, name);
        } else if words && name + 4.0 * scale <= seen.w && rect.h >= 3.2 * size {
            self.stack(seen, label, size);
        } else if seen.w >= GLYPH_MIN * scale {
            self.sign(label, [seen.x + seen.w / 2.0, rect.y + rect.h / 2.0]);
        }
    }

    fn row(&mut self, rect: Rect, label: &Label, size: f64, sign: f64, name: f64) {
        let scale = self.scale;
        let pad = 8.0 * scale;
        let (left, right, middle) = (rect.x + pad, rect.right() - pad, rect.y + rect.h / 2.0);
        if label.plate {
            let (x, y) = (left - 4.0 * scale, middle - size * 0.75);
            self.plate(Rect { x, y, w: sign + name + 7.0 * scale, h: size * 1.5 });
        }
        if let Some(glyph) = label.glyph {
            self.glyph(glyph, [left + 5.0 * scale, middle], label.color);
        }
        self.text([left + sign, middle], &label.name, size, Face::Mono, Anchor::Start, label.color);
        let note = Text::width(&label.note, size, Face::Sans);
        if !label.note.is_empty() && left + sign + name + 10.0 * scale + note <= right {
            self.text([right, middle], &label.note, size, Face::Sans, Anchor::End, label.color);
        }
    }

    fn stack(&mut self, rect: Rect, label: &Label, size: f64) {
        let (x, middle) = (rect.x + rect.w / 2.0, rect.y + rect.h / 2.0);
        if label.plate {
            let w = (Text::width(&label.name, size, Face::Mono) + 4.0 * self.scale).min(rect.w);
            let h = size * 2.9;
            self.plate(Rect { x: x - w / 2.0, y: middle - h / 2.0, w, h });
        }
        if let Some(glyph) = label.glyph {
            self.glyph(glyph, [x, middle - size * 0.7], label.color);
        }
        let drop = if label.glyph.is_some() { size * 0.7 } else { 0.0 };
        let at = [x, middle + drop];
        self.text(at, &label.name, size, Face::Mono, Anchor::Middle, label.color);
    }

    fn sign(&mut self, label: &Label, at: [f64; 2]) {
        let Some(glyph) = label.glyph else { return };
        if label.plate {
            let shape = Shape::Circle(at, 8.0 * self.scale);
            self.items.push(Item::fill(shape, self.palette.lane).clipped());
        }
        self.glyph(glyph, at, label.color);
    }

    fn plate(&mut self, rect: Rect) {
        let shape = Shape::Round(rect, 3.0 * self.scale);
        self.items.push(Item::fill(shape, self.palette.lane).faded(0.92).clipped());
    }

    fn glyph(&mut self, glyph: Glyph, at: [f64; 2], color: Color) {
        let shape = Shape::Path(glyph.path(at[0], at[1], 11.0 * self.scale));
        let item = if glyph.is_filled() {
            Item::fill(shape, color)
        } else {
            Item::stroke(shape, Stroke::solid(color, 1.75 * self.scale))
        };
        self.items.push(item.clipped());
    }

    pub(super) fn text(
        &mut self,
        at: [f64; 2],
        words: &str,
        size: f64,
        face: Face,
        anchor: Anchor,
        color: Color,
    ) {
        let text = Text { at, words: words.to_owned(), size, face, anchor };
        self.items.push(Item::fill(Shape::Text(text), color).clipped());
    }
}
