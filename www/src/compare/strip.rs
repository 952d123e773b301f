//! One run's lanes on a canvas: with names and labels, or as a thumbnail. All share one time axis.

use gloo_timers::callback::Timeout;
use lanescope_timeline::paint::{Look, paint};
use lanescope_timeline::scene::{Anchor, Face, Item, Scene, Shape, Text};
use lanescope_timeline::{Film, Frame, Layout, Palette, Rect, Theme, Viewport, format};
use web_sys::HtmlCanvasElement;
use yew::{Html, Properties, function_component, html, use_effect_with, use_memo, use_node_ref};

use crate::lanes::{Brush, type_scale, use_size};
use crate::words::Shared;

/// How much of a run is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// The labels of the time axis only.
    Axis,
    /// Bars without words.
    Small,
    /// Bars with words, lanes with names.
    Large,
}

/// Room for the names of lanes, left of every picture, so that all axes agree.
const GUTTER: f64 = 54.0;
const MARGIN: f64 = 4.0;
/// Height of the labels of the axis.
const AXIS: f64 = 26.0;
/// Room for the words at the critical path, below.
const FOOT: f64 = 22.0;

#[derive(Clone, PartialEq, Properties)]
pub(super) struct StripProps {
    pub(super) film: Shared<Film>,
    /// The last tick of the common axis.
    pub(super) end: u64,
    pub(super) size: Size,
    pub(super) theme: Theme,
}

#[function_component(Strip)]
pub(super) fn strip(props: &StripProps) -> Html {
    let (root, canvas) = (use_node_ref(), use_node_ref());
    let (width, _) = use_size(&root);
    let scale = type_scale();
    let height = height(props.size, props.film.lanes()) * scale;
    use_effect_with((props.clone(), width, scale), {
        let canvas = canvas.clone();
        move |(props, width, scale)| {
            let (props, width, scale) = (props.clone(), *width, *scale);
            // Each in a turn of its own: many at once would hold up the page.
            let later = Timeout::new(0, move || {
                let brush = canvas.cast::<HtmlCanvasElement>().and_then(Brush::new);
                if let Some(brush) = brush.filter(|_| width >= 1.0) {
                    brush.paint(&scene(&props, width, height, scale));
                }
            });
            move || drop(later)
        }
    });
    let words = use_memo(props.film.clone(), |film| film.summary_sentence());
    html! {
        <div class="strip-picture" ref={root} style={format!("--natural: {height:.0}px")}>
            <canvas ref={canvas} role="img" aria-label={(*words).clone()} />
        </div>
    }
}

/// In CSS pixels at the usual size of type.
fn height(size: Size, lanes: usize) -> f64 {
    let lanes = lanes.max(1) as f64;
    match size {
        Size::Axis => AXIS,
        Size::Small => (lanes * 7.0).clamp(22.0, 64.0),
        Size::Large => AXIS + (lanes * 34.0).clamp(34.0, (lanes * 8.0).max(230.0)) + FOOT,
    }
}

fn scene(props: &StripProps, width: f64, height: f64, scale: f64) -> Scene {
    let film = &*props.film;
    let (top, foot) = match props.size {
        Size::Axis => (AXIS, 0.0),
        Size::Small => (0.0, 0.0),
        Size::Large => (AXIS, FOOT),
    };
    let (gutter, end) = (GUTTER * scale, film.end() as f64);
    let plot = Rect {
        x: gutter,
        y: top * scale,
        w: (width - gutter - MARGIN * scale).max(1.0),
        h: (height - (top + foot) * scale).max(0.0),
    };
    let lanes = film.lanes().max(1);
    let view = Viewport::fit(props.end as f64);
    let ghost = Rect { x: plot.x, y: plot.bottom(), w: plot.w, h: 0.0 };
    let pitch = plot.h / lanes as f64;
    let frame = Frame { width, height, scale, lanes, view, plot, pitch, ghost };
    let mut layout = Layout::new(film, frame, end);
    layout.ghost = None;
    if props.size != Size::Large {
        layout.limits.clear();
    }
    let look = Look { theme: props.theme, ..Look::default() };
    let mut scene = paint(film, &layout, &look);
    let is_text = |item: &Item| matches!(item.shape, Shape::Text(_));
    match props.size {
        Size::Axis => {
            let above =
                |item: &Item| matches!(&item.shape, Shape::Text(text) if text.at[1] < plot.y - 4.0);
            scene.items.retain(above);
        }
        Size::Small => {
            scene.items.retain(|item| !is_text(item));
            scene.items.extend(ending(film, &frame, props.theme));
        }
        Size::Large => {}
    }
    scene
}

/// Where the run ends: a line, and beside it when that is.
fn ending(film: &Film, frame: &Frame, theme: Theme) -> [Item; 2] {
    let (palette, plot) = (Palette::of(theme), frame.plot);
    let end = film.summary().map_or(film.end(), |summary| summary.makespan) as f64;
    let x = frame.x(end);
    let line = Rect { x, y: plot.y, w: 1.5 * frame.scale, h: plot.h };
    let words = format::ticks_short(film.clock(), end);
    let size = 12.0 * frame.scale;
    let fits = x + 8.0 * frame.scale + Text::width(&words, size, Face::Sans) <= frame.width;
    let (dx, anchor) = if fits { (7.0, Anchor::Start) } else { (-7.0, Anchor::End) };
    let at = [x + dx * frame.scale, plot.y + plot.h / 2.0];
    let words = if fits { words } else { String::new() };
    let text = Text { at, words, size, face: Face::Sans, anchor };
    [
        Item::fill(Shape::Rects(vec![line]), palette.text),
        Item::fill(Shape::Text(text), palette.muted),
    ]
}
