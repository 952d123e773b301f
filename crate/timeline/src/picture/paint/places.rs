//! Where on the lanes the chosen location is read and written: a sign at each instant. Signs that
//! would touch each other become one, of the most important kind.

use lanescope_protocol::Access;

use super::Painter;
use crate::frame::Rect;
use crate::glyph::circle;
use crate::matrix::Mark;
use crate::scene::{Item, Shape, Step, Stroke};

/// Signs nearer to each other than this are one, in pixels.
const APART: f64 = 9.0;

/// Signs that share a place on a lane.
#[derive(Clone, Copy, PartialEq)]
struct Sign {
    lane: u8,
    /// Which piece of the lane, [`APART`] wide.
    piece: i64,
    mark: Mark,
    at: [f64; 2],
    room: f64,
    dimmed: bool,
}

impl Painter<'_> {
    pub(super) fn places(&mut self) {
        let Some(place) = self.look.focus.place else { return };
        let mut signs: Vec<Sign> =
            self.film.touches(place).filter_map(|access| self.place_sign(access)).collect();
        signs.sort_by_key(|sign| {
            (sign.lane, sign.piece, core::cmp::Reverse(sign.mark), sign.dimmed)
        });
        signs.dedup_by_key(|sign| (sign.lane, sign.piece));
        for sign in signs {
            self.draw_sign(sign);
        }
    }

    fn place_sign(&self, access: &Access) -> Option<Sign> {
        let frame = &self.layout.frame;
        if access.time as f64 > self.layout.playhead {
            return None;
        }
        let id = self.film.bar_of(access.by)?;
        let bar = self.film.bar(id)?;
        let x = frame.x(access.time.clamp(bar.start, bar.end) as f64);
        if !(frame.plot.x..=frame.plot.right()).contains(&x) {
            return None;
        }
        let rect = self.layout.rect_of(bar);
        // A write appears at the bar's very end; its sign stays on the bar where that has room.
        let r = 6.5 * self.scale;
        let x = if rect.w > 2.0 * r { x.clamp(rect.x + r, rect.right() - r) } else { x };
        let found = bar.abort.is_none_or(|abort| abort.at as f64 <= self.layout.playhead);
        let mark = if access.stale && found { Mark::Stale } else { Mark::of(access.kind) };
        // Low in the bar, clear of its name; where the bar is low, on its lower edge.
        let y = match rect.h {
            h if h > 34.0 => rect.bottom() - r - 2.0,
            h if h > 18.0 => rect.bottom() - 1.0,
            h => rect.y + h / 2.0,
        };
        Some(Sign {
            lane: bar.lane.0,
            piece: (x / (APART * self.scale)).floor() as i64,
            mark,
            at: [x, y],
            room: rect.h,
            dimmed: self.look.focus.dims_bar(id),
        })
    }

    fn draw_sign(&mut self, sign: Sign) {
        let (palette, scale) = (self.palette, self.scale);
        let [x, y] = sign.at;
        let alpha = if sign.dimmed { 0.3 } else { 1.0 };
        let mut push = |item: Item| self.items.push(item.faded(alpha).clipped());
        if sign.room < 9.0 {
            // No room for a shape: a line through the lane, dashed unless it came too early.
            let color = if sign.mark == Mark::Stale { palette.aborted } else { palette.text };
            let line = Rect {
                x: x - scale,
                y: y - sign.room / 2.0 - 2.0,
                w: 2.0 * scale,
                h: sign.room + 4.0,
            };
            push(Item::fill(Shape::Rects(vec![line]), color));
            return;
        }
        let r = (5.0 * scale).min(sign.room / 2.0 - 0.5);
        // A ground in the page's colour keeps the sign apart from any bar.
        push(Item::fill(Shape::Circle([x, y], r + 2.0 * scale), palette.page));
        let color = if sign.mark == Mark::Stale { palette.aborted } else { palette.text };
        let line = Stroke::solid(color, 1.75 * scale);
        let d = r * 0.45;
        let cross = |a: [f64; 2], b: [f64; 2]| {
            vec![
                Step::To([x - a[0], y - a[1]]),
                Step::Line([x + a[0], y + a[1]]),
                Step::To([x - b[0], y - b[1]]),
                Step::Line([x + b[0], y + b[1]]),
            ]
        };
        match sign.mark {
            Mark::Write => push(Item::fill(Shape::Circle([x, y], r), color)),
            Mark::Read => push(Item::stroke(Shape::Circle([x, y], r - scale * 0.75), line)),
            Mark::Need => push(Item::stroke(Shape::Circle([x, y], r * 0.5), line)),
            Mark::Add => {
                push(Item::stroke(Shape::Path(cross([r * 0.7, 0.0], [0.0, r * 0.7])), line))
            }
            Mark::Stale => {
                let mut path = circle(x, y, r - scale * 0.5);
                path.extend(cross([d, d], [d, -d]));
                push(Item::stroke(Shape::Path(path), line));
            }
        }
    }
}
