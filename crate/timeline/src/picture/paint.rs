//! From a layout to a picture: lanes and axis, bars with their patterns, arrow and playhead.

mod bars;
mod incidents;
mod label;
mod limits;
mod links;
mod marks;
pub(crate) mod pattern;
mod places;

use std::rc::Rc;

use lanescope_protocol::{Lane, Version};

use crate::bar::BarId;
use crate::chain::Chain;
use crate::film::Film;
use crate::focus::Focus;
use crate::format;
use crate::frame::Rect;
use crate::layout::Layout;
use crate::palette::{Palette, Theme};
use crate::scene::{Anchor, Face, Item, Scene, Shape, Step, Stroke, Text};

pub use marks::{Marks, RangeEnd};

/// How a picture is to look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// Colours.
    pub theme: Theme,
    /// What is singled out.
    pub focus: Focus,
    /// The bar under the pointer.
    pub hover: Option<BarId>,
    /// Movements that are going on.
    pub effects: Effects,
    /// The chain that is drawn as arrows, instead of the cause arrow.
    pub chain: Option<Rc<Chain>>,
    /// For a projector: dark outlines around bars, which keep apart what washed-out colours do not.
    pub outlined: bool,
    /// What the viewer put on the axis.
    pub marks: Marks,
    /// Whether the playhead is drawn: not on a still picture of the end.
    pub playhead: bool,
}

/// Movements that are going on. Empty: everything stands as it is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effects {
    /// Hatch running over bars that were just thrown away, from right to left, 0 to 1.
    pub sweeps: Vec<(BarId, f64)>,
    /// Bars that just became final, 0 to 1.
    pub settles: Vec<(BarId, f64)>,
    /// The cause arrow.
    pub arrow: Option<Arrow>,
}

/// A cause arrow being drawn or fading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Arrow {
    /// Whose abort it explains.
    pub victim: Version,
    /// How much of it is drawn, 0 to 1.
    pub drawn: f64,
    /// How much of it is seen, 0 to 1.
    pub alpha: f64,
}

impl Effects {
    fn sweep(&self, id: BarId) -> f64 {
        self.sweeps.iter().find(|(bar, _)| *bar == id).map_or(1.0, |(_, done)| *done)
    }

    fn settle(&self, id: BarId) -> f64 {
        self.settles.iter().find(|(bar, _)| *bar == id).map_or(1.0, |(_, done)| *done)
    }
}

/// Paints a layout.
#[must_use]
pub fn paint(film: &Film, layout: &Layout, look: &Look) -> Scene {
    let frame = &layout.frame;
    let mut painter = Painter {
        film,
        layout,
        look,
        palette: Palette::of(look.theme),
        scale: frame.scale,
        items: Vec::new(),
    };
    painter.lanes();
    painter.axis();
    painter.milestones();
    painter.ghost();
    painter.troubles();
    painter.bars();
    painter.places();
    painter.limits();
    painter.selection();
    painter.arrow();
    painter.range();
    painter.bookmarks();
    match &look.chain {
        Some(chain) => painter.chain(chain),
        None => painter.arrow(),
    }
    if look.playhead {
        painter.playhead();
    }
    Scene { width: frame.width, height: frame.height, plot: frame.plot, items: painter.items }
}

/// Other runs of the selected transaction that are marked.
const RINGS_MAX: usize = 24;

pub(crate) struct Painter<'a> {
    pub(crate) film: &'a Film,
    pub(crate) layout: &'a Layout,
    pub(crate) look: &'a Look,
    pub(crate) palette: &'static Palette,
    pub(crate) scale: f64,
    pub(crate) items: Vec<Item>,
}

impl Painter<'_> {
    fn lanes(&mut self) {
        let frame = &self.layout.frame;
        let size = (12.0 * self.scale).min((frame.pitch * 0.9).max(8.0));
        // Where lanes are low, only some are named.
        let every = (11.0 / frame.pitch.max(1.0)).ceil().max(1.0) as usize;
        let film_lanes = (0..frame.lanes).map(|lane| Lane(lane as u8));
        for lane in film_lanes {
            let rect = frame.lane(lane);
            let radius = (6.0 * self.scale).min(rect.h / 3.0);
            self.items.push(Item::fill(Shape::Round(rect, radius), self.palette.lane));
            if lane.get().is_multiple_of(every) {
                let at = [rect.x - 10.0 * self.scale, rect.y + rect.h / 2.0];
                let words = lane.to_string();
                self.items.push(Item::text(
                    at,
                    words,
                    size.max(11.0),
                    Face::Sans,
                    Anchor::End,
                    self.palette.muted,
                ));
            }
        }
    }

    fn axis(&mut self) {
        let frame = &self.layout.frame;
        let lines = self.layout.axis.iter().map(|tick| Rect {
            x: (tick.x - 0.5).round(),
            y: frame.plot.y - 4.0 * self.scale,
            w: 1.0,
            h: frame.plot.h + 8.0 * self.scale,
        });
        self.items.push(Item::fill(Shape::Rects(lines.collect()), self.palette.grid));
        let y = frame.plot.y - 15.0 * self.scale;
        for tick in &self.layout.axis {
            // A label that would be cut off at the right edge is left out.
            let width = Text::width(&tick.label, 12.0 * self.scale, Face::Sans);
            if tick.x + width / 2.0 <= frame.width {
                let size = 12.0 * self.scale;
                let (label, muted) = (tick.label.clone(), self.palette.muted);
                self.items.push(Item::text(
                    [tick.x, y],
                    label,
                    size,
                    Face::Sans,
                    Anchor::Middle,
                    muted,
                ));
            }
        }
        if self.film.clock() == lanescope_protocol::Clock::Gas {
            let at = [frame.plot.x - 10.0 * self.scale, y];
            let muted = self.palette.muted;
            // The zero's own label stands at the plot's edge; the unit stays clear of it.
            let at = [at[0] - 6.0 * self.scale, at[1]];
            self.items.push(Item::text(
                at,
                "gas".to_owned(),
                12.0 * self.scale,
                Face::Sans,
                Anchor::End,
                muted,
            ));
        }
    }

    fn ghost(&mut self) {
        let Some(ghost) = &self.layout.ghost else { return };
        let (scale, palette) = (self.scale, self.palette);
        let done = Rect { w: ghost.done, ..ghost.rect };
        self.items.push(Item::fill(Shape::Rects(vec![done]), palette.queued).faded(0.22));
        let edge = Stroke::dashed(palette.queued, 1.0, 3.0, 3.0);
        self.items.push(Item::stroke(Shape::Round(ghost.rect, 4.0 * scale), edge));
        let size = 11.0 * scale;
        let room = ghost.rect.w - 14.0 * scale;
        if Text::width(&ghost.label, size, Face::Sans) <= room {
            let at = [ghost.rect.x + 8.0 * scale, ghost.rect.y + ghost.rect.h / 2.0];
            self.items.push(Item::text(
                at,
                ghost.label.clone(),
                size,
                Face::Sans,
                Anchor::Start,
                palette.muted,
            ));
        }
    }

    fn selection(&mut self) {
        let selected = self.look.focus.selection.and_then(|version| self.film.bar_of(version));
        if let Some(id) = self.look.hover.filter(|id| Some(*id) != selected) {
            self.ring(id, Stroke::solid(self.palette.focus, 1.5 * self.scale), 0.7);
        }
        let Some(id) = selected else { return };
        // All runs of a transaction are one thing: the others are marked too.
        let tx = self.film.bar(id).map(crate::bar::Bar::tx);
        let others = tx.map_or(&[][..], |tx| self.film.runs_of(tx)).iter();
        for other in others.copied().filter(|other| *other != id).take(RINGS_MAX) {
            let stroke = Stroke::dashed(self.palette.focus, 1.25 * self.scale, 4.0, 3.0);
            self.ring(other, stroke, 0.9);
        }
        self.ring(id, Stroke::solid(self.palette.focus, 2.5 * self.scale), 1.0);
    }

    /// A ring around a bar that has begun.
    fn ring(&mut self, id: BarId, stroke: Stroke, alpha: f64) {
        let Some(bar) = self.film.bar(id) else { return };
        if bar.start as f64 > self.layout.playhead {
            return;
        }
        let rect = self.layout.rect_of(bar).inset(-2.0 * self.scale);
        let shape = Shape::Round(rect, 6.0 * self.scale);
        self.items.push(Item::stroke(shape, stroke).faded(alpha).clipped());
    }

    fn arrow(&mut self) {
        let Some(arrow) = self.look.effects.arrow else { return };
        let frame = &self.layout.frame;
        let Some(cause) = self.film.cause(arrow.victim) else { return };
        let Some(arc) = cause.arc(self.film, frame) else { return };
        let (scale, palette) = (self.scale, self.palette);
        // A halo in the page's colour keeps the arrow apart from bars of a similar hue.
        let halo = Stroke::solid(palette.page, 5.0 * scale);
        let line = Stroke::solid(palette.aborted, 2.25 * scale);
        let path = Shape::Path(arc.path(arrow.drawn));
        self.items.push(Item::stroke(path.clone(), halo).faded(arrow.alpha).clipped());
        let ring = Shape::Circle(arc.mark, 4.5 * scale);
        self.items.push(Item::fill(ring, palette.page).edged(line).faded(arrow.alpha).clipped());
        self.items.push(Item::stroke(path, line).faded(arrow.alpha).clipped());
        if arrow.drawn >= 1.0 {
            let head = Shape::Path(arc.head(9.0 * scale));
            self.items.push(Item::fill(head, palette.aborted).faded(arrow.alpha).clipped());
        }
    }

    fn playhead(&mut self) {
        let (frame, scale, palette) = (&self.layout.frame, self.scale, self.palette);
        let x = frame.x(self.layout.playhead);
        if !(frame.plot.x - 1.0..=frame.plot.right() + 1.0).contains(&x) {
            return;
        }
        let top = frame.plot.y - 24.0 * scale;
        let line = Rect {
            x: x - 0.75 * scale,
            y: top,
            w: 1.5 * scale,
            h: frame.plot.bottom() + 8.0 * scale - top,
        };
        self.items.push(Item::fill(Shape::Rects(vec![line]), palette.text));
        let half = 5.5 * scale;
        let handle = vec![
            Step::To([x - half, top - 6.0 * scale]),
            Step::Line([x + half, top - 6.0 * scale]),
            Step::Line([x, top + 3.0 * scale]),
            Step::Close,
        ];
        self.items.push(Item::fill(Shape::Path(handle), palette.text));
    }

    /// A bar's length for its right end: `96 k`.
    fn note(&self, bar: &crate::bar::Bar) -> String {
        format::ticks_short(self.film.clock(), bar.length() as f64)
    }
}
