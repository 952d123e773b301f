//! From a layout to a picture of the graph, as it stands at a time.

mod node;

use lanescope_protocol::TxIndex;

use super::{Edge, Graph, GraphLayout};
use crate::film::Film;
use crate::focus::Focus;
use crate::format;
use crate::frame::Rect;
use crate::palette::{Palette, Theme};
use crate::scene::{Anchor, Face, Item, Scene, Shape, Step, Stroke, Text};

/// How the graph is to look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GraphLook {
    /// Colours.
    pub theme: Theme,
    /// What is singled out.
    pub focus: Focus,
    /// The transaction that the pointer or the keyboard is on.
    pub hover: Option<TxIndex>,
    /// The time, in ticks.
    pub time: f64,
}

/// Which part of the plane is on screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    /// Pixels on screen for one of the plane.
    pub zoom: f64,
    /// The point of the plane at the view's upper left corner.
    pub at: [f64; 2],
}

const MARGIN: f64 = 10.0;
/// Room right of the last layer for the words at the end of the longest chain.
const TAIL: f64 = 76.0;
const ZOOM_MAX: f64 = 4.0;
/// Height that the buttons over the view need.
const BUTTONS: f64 = 34.0;
/// Among squares, more edges than this are not drawn all at once.
const FEW: usize = 400;

impl Camera {
    /// Shows everything, in the middle of the view; never larger than it was planned.
    #[must_use]
    pub fn fit(layout: &GraphLayout, (width, height): (f64, f64), scale: f64) -> Self {
        let tail = if layout.compact || layout.layers.is_empty() { 0.0 } else { TAIL };
        let (w, h) = (layout.size[0] + tail + 2.0 * MARGIN, layout.size[1] + 2.0 * MARGIN);
        let most = if layout.compact { 1.6 } else { 1.0 };
        let zoom = (width / w).min((height - BUTTONS) / h).min(most * scale);
        let zoom = if zoom.is_finite() && zoom > 0.0 { zoom } else { 1.0 };
        Self { zoom, at: [-MARGIN, -BUTTONS / zoom] }
    }

    /// Shows it `factor` times as large, keeping the point at a pixel where it is.
    #[must_use]
    pub fn zoomed(&self, factor: f64, pixel: [f64; 2], least: f64) -> Self {
        let factor = if factor.is_finite() && factor > 0.0 { factor } else { 1.0 };
        let zoom = (self.zoom * factor).clamp(least.min(ZOOM_MAX), ZOOM_MAX);
        let [x, y] = self.plane(pixel);
        Self { zoom, at: [x - pixel[0] / zoom, y - pixel[1] / zoom] }
    }

    /// Moves by pixels.
    #[must_use]
    pub fn moved(&self, [x, y]: [f64; 2]) -> Self {
        Self { at: [self.at[0] + x / self.zoom, self.at[1] + y / self.zoom], ..*self }
    }

    /// Keeps at least a part of the graph on screen.
    #[must_use]
    pub fn inside(&self, layout: &GraphLayout, (width, height): (f64, f64)) -> Self {
        let keep = |at: f64, size: f64, view: f64| {
            let view = view / self.zoom;
            at.clamp((-view * 0.7).min(0.0), (size - view * 0.3).max(0.0))
        };
        let [w, h] = layout.size;
        Self { at: [keep(self.at[0], w, width), keep(self.at[1], h, height)], ..*self }
    }

    /// Moves as little as needed to have a rectangle on screen.
    #[must_use]
    pub fn reveal(&self, rect: Rect, (width, height): (f64, f64)) -> Self {
        let room = 24.0 / self.zoom;
        let near = |at: f64, from: f64, to: f64, view: f64| {
            let view = view / self.zoom;
            if from < at {
                from - room
            } else if to > at + view {
                to + room - view
            } else {
                at
            }
        };
        let x = near(self.at[0], rect.x, rect.right(), width);
        let y = near(self.at[1], rect.y, rect.bottom(), height);
        Self { at: [x, y], ..*self }
    }

    /// The point of the plane at a pixel.
    #[must_use]
    pub fn plane(&self, pixel: [f64; 2]) -> [f64; 2] {
        [self.at[0] + pixel[0] / self.zoom, self.at[1] + pixel[1] / self.zoom]
    }

    fn screen(&self, rect: Rect) -> Rect {
        let zoom = self.zoom;
        let [x, y] = [(rect.x - self.at[0]) * zoom, (rect.y - self.at[1]) * zoom];
        Rect { x, y, w: rect.w * zoom, h: rect.h * zoom }
    }
}

/// Paints the graph on `size` pixels.
#[must_use]
pub fn paint_graph(
    film: &Film,
    graph: &Graph,
    layout: &GraphLayout,
    camera: Camera,
    size: (f64, f64),
    look: &GraphLook,
) -> Scene {
    let mut painter = Painter {
        film,
        graph,
        layout,
        camera,
        size,
        look,
        palette: Palette::of(look.theme),
        items: Vec::new(),
    };
    painter.edges();
    painter.nodes();
    painter.rings();
    painter.words();
    let plot = Rect { x: 0.0, y: 0.0, w: size.0, h: size.1 };
    Scene { width: size.0, height: size.1, plot, items: painter.items }
}

struct Painter<'a> {
    film: &'a Film,
    graph: &'a Graph,
    layout: &'a GraphLayout,
    camera: Camera,
    size: (f64, f64),
    look: &'a GraphLook,
    palette: &'static Palette,
    items: Vec<Item>,
}

/// How an edge is drawn, from back to front.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Plain,
    Critical,
    Related,
    Place,
}

impl Painter<'_> {
    /// All edges where there is room for them; where not, the longest chain, what the selection
    /// depends on and who depends on it, and the edges of the chosen location.
    fn edges(&mut self) {
        let selected = self.look.hover.or(self.look.focus.selection.map(|version| version.tx));
        let related = selected.map(|tx| self.graph.related(tx));
        let any = related.as_ref().is_some_and(|related| related.contains(&true));
        let kind = |at: usize, edge: &Edge| {
            let place = self.look.focus.place.is_some_and(|place| edge.places.contains(&place));
            let near = related.as_ref().is_some_and(|related| related.get(at) == Some(&true));
            match (place, near, edge.critical) {
                (true, ..) => Kind::Place,
                (_, true, _) => Kind::Related,
                (.., true) => Kind::Critical,
                _ => Kind::Plain,
            }
        };
        let mut shown: Vec<(Kind, usize)> =
            self.graph.edges.iter().enumerate().map(|(at, edge)| (kind(at, edge), at)).collect();
        let few = !self.layout.compact || shown.len() <= FEW;
        shown.retain(|(kind, _)| *kind > Kind::Plain || few);
        shown.sort_unstable();
        let palette = self.palette;
        for (kind, at) in shown {
            let Some(edge) = self.graph.edges.get(at) else { continue };
            let (color, width, dash, alpha) = match kind {
                Kind::Plain => (palette.muted, 1.25, None, if any { 0.25 } else { 0.7 }),
                Kind::Critical => (palette.focus, 3.0, None, if any { 0.45 } else { 1.0 }),
                Kind::Related if edge.critical => (palette.focus, 3.5, None, 1.0),
                Kind::Related => (palette.text, 2.0, None, 1.0),
                Kind::Place => (palette.text, 2.5, Some([5.0, 4.0]), 1.0),
            };
            let width = if self.layout.compact { width * 0.7 } else { width };
            self.edge(at, edge, Stroke { color, width, dash }, alpha, kind);
        }
    }

    fn edge(&mut self, at: usize, edge: &Edge, stroke: Stroke, alpha: f64, kind: Kind) {
        let node =
            |tx: TxIndex| self.layout.nodes.get(tx.get()).map(|rect| self.camera.screen(*rect));
        let (Some(from), Some(to)) = (node(edge.writer), node(edge.reader)) else { return };
        let start = [from.right(), from.y + from.h / 2.0];
        let end = [to.x, to.y + to.h / 2.0];
        let head = if self.layout.compact { 0.0 } else { (8.0 * self.camera.zoom).clamp(3.0, 9.0) };
        let mut path = vec![Step::To(start)];
        let mut last = start;
        let bend = |path: &mut Vec<Step>, last: [f64; 2], next: [f64; 2]| {
            let middle = (next[0] - last[0]).max(0.0) * 0.5;
            path.push(Step::Curve([last[0] + middle, last[1]], [next[0] - middle, next[1]], next));
        };
        for piece in self.layout.passes.get(at).into_iter().flatten() {
            let piece = self.camera.screen(*piece);
            bend(&mut path, last, [piece.x, piece.y]);
            last = [piece.right(), piece.y];
            path.push(Step::Line(last));
        }
        bend(&mut path, last, [end[0] - head, end[1]]);
        self.items.push(Item::stroke(Shape::Path(path), stroke).faded(alpha));
        if head > 0.0 {
            let w = head * 0.55 + stroke.width * 0.4;
            let tip = vec![
                Step::To(end),
                Step::Line([end[0] - head, end[1] - w]),
                Step::Line([end[0] - head, end[1] + w]),
                Step::Close,
            ];
            self.items.push(Item::fill(Shape::Path(tip), stroke.color).faded(alpha));
        }
        if kind >= Kind::Related && !self.layout.compact && self.camera.zoom > 0.7 {
            self.slot(edge, start, end);
        }
    }

    /// Names what an edge is about, in the gap before its reader.
    fn slot(&mut self, edge: &Edge, start: [f64; 2], end: [f64; 2]) {
        let chosen = self.look.focus.place.filter(|place| edge.places.contains(place));
        let Some(place) = chosen.or(edge.places.first().copied()) else { return };
        let name = self.film.location_name(place);
        let short = name.split_once('.').map_or(name, |(_, slot)| slot);
        let size = 11.0;
        let room = (end[0] - start[0] - 14.0).min(120.0);
        if room < 30.0 {
            return;
        }
        let words = crate::text::elided(short, room, size, Face::Mono);
        let width = Text::width(&words, size, Face::Mono) + 4.0;
        // Above a level line, on a plate where the line climbs through it.
        let level = (end[1] - start[1]).abs() < 8.0;
        let middle = (start[1] + end[1]) / 2.0;
        let at = [(start[0] + end[0]) / 2.0 - 3.0, if level { middle - 11.0 } else { middle }];
        let plate = Rect { x: at[0] - width / 2.0, y: at[1] - 7.0, w: width, h: 14.0 };
        self.items.push(Item::fill(Shape::Round(plate, 3.0), self.palette.page).faded(0.9));
        self.items.push(Item::text(at, words, size, Face::Mono, Anchor::Middle, self.palette.text));
    }

    fn rings(&mut self) {
        let selected = self.look.focus.selection.map(|version| version.tx);
        let rings =
            [(self.look.hover.filter(|tx| Some(*tx) != selected), 1.5, 0.7), (selected, 2.5, 1.0)];
        for (tx, width, alpha) in rings {
            let Some(rect) = tx.and_then(|tx| self.layout.nodes.get(tx.get())) else { continue };
            let rect = self.camera.screen(*rect).inset(-3.0);
            let shape = Shape::Round(rect, if self.layout.compact { 3.0 } else { 8.0 });
            let stroke = Stroke::solid(self.palette.focus, width);
            self.items.push(Item::stroke(shape, stroke).faded(alpha));
        }
    }

    fn words(&mut self) {
        if !self.layout.alone.is_empty() {
            let [x, y] = self.layout.alone_at;
            let at = self.camera.screen(Rect { x, y, ..Rect::default() });
            let size = (12.0 * self.camera.zoom).clamp(11.0, 12.0);
            let words =
                format!("{} on their own", format::count(self.layout.alone.len(), "transaction"));
            self.items.push(Item::text(
                [at.x, at.y - 9.0],
                words,
                size,
                Face::Sans,
                Anchor::Start,
                self.palette.muted,
            ));
        }
        let last = self.graph.path.last().filter(|_| self.graph.path.len() > 1);
        let Some(rect) = last.and_then(|tx| self.layout.nodes.get(tx.get())) else { return };
        let rect = self.camera.screen(*rect);
        let words = format::gas(self.graph.path_gas as f64);
        let at = [rect.right() + 8.0, rect.y + rect.h / 2.0];
        if at[0] + Text::width(&words, 12.0, Face::Sans) <= self.size.0 {
            self.items.push(Item::text(
                at,
                words,
                12.0,
                Face::Sans,
                Anchor::Start,
                self.palette.focus,
            ));
        }
    }
}
