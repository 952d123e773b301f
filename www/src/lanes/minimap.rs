//! The whole run at a glance: how many lanes are busy, and how much of it is thrown away. Press or
//! drag to move the playhead.

use std::cell::RefCell;
use std::rc::Rc;

use lanescope_timeline::{Film, Palette, Theme, format};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement};
use yew::{
    Callback, Html, KeyboardEvent, PointerEvent, Properties, function_component, html,
    use_effect_with, use_memo, use_mut_ref, use_node_ref,
};

use super::axis::Axis;
use super::size::use_size;
use crate::words::Shared;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct MinimapProps {
    /// The run.
    pub(crate) film: Shared<Film>,
    /// Which part of the time axis is on the lanes.
    pub(crate) axis: Axis,
    /// Where the playhead stands, in ticks.
    pub(crate) playhead: f64,
    /// Colours.
    pub(crate) theme: Theme,
    /// The user moved the playhead, to a time in ticks.
    pub(crate) on_seek: Callback<f64>,
}

/// Width of a column and the gap after it, in CSS pixels.
const COLUMN: (f64, f64) = (2.0, 1.0);

#[function_component(Minimap)]
pub(crate) fn minimap(props: &MinimapProps) -> Html {
    let canvas = use_node_ref();
    let held = use_mut_ref(|| false);
    let end = (props.film.end() as f64).max(1.0);
    let (width, height) = use_size(&canvas);
    let columns = (width / (COLUMN.0 + COLUMN.1)).floor().max(0.0) as usize;
    let buckets = use_memo((props.film.clone(), columns), |(film, columns)| film.density(*columns));
    // The picture changes by whole columns only.
    let passed = (props.playhead / end * columns as f64).floor().max(0.0) as usize;
    use_effect_with((Rc::as_ptr(&buckets), passed, props.theme, (width, height)), {
        let (canvas, buckets, lanes) = (canvas.clone(), Rc::clone(&buckets), props.film.lanes());
        let palette = Palette::of(props.theme);
        move |_| {
            if let Some(canvas) = canvas.cast::<HtmlCanvasElement>() {
                draw(&canvas, (width, height), &buckets, lanes, passed, palette);
            }
        }
    });
    let seek = seeker(&canvas, end, &props.on_seek);
    let (down, moved, up) = drag(&held, &seek);
    let share = (props.playhead / end).clamp(0.0, 1.0) * 100.0;
    let clock = props.film.clock();
    let spoken =
        format!("{} of {}", format::ticks(clock, props.playhead), format::ticks(clock, end));
    html! {
        <div class="minimap" role="slider" tabindex="0" aria-label="Playhead" data-testid="minimap"
            aria-valuemin="0" aria-valuemax={format!("{end:.0}")} aria-valuetext={spoken}
            aria-valuenow={format!("{:.0}", props.playhead)} style={format!("--at: {share:.3}%")}
            onpointerdown={down} onpointermove={moved} onpointerup={up.clone()} onpointercancel={up}
            onkeydown={keys(props.playhead, end, &props.on_seek)}>
            <canvas ref={canvas} aria-hidden="true" />
            <div class="minimap-head" aria-hidden="true" />
        </div>
    }
}

fn draw(
    canvas: &HtmlCanvasElement,
    (width, height): (f64, f64),
    buckets: &[lanescope_timeline::Bucket],
    lanes: usize,
    passed: usize,
    palette: &Palette,
) {
    let density = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
    canvas.set_width((width * density).round().max(1.0) as u32);
    canvas.set_height((height * density).round().max(1.0) as u32);
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) = context.and_then(|c| c.dyn_into::<CanvasRenderingContext2d>().ok()) else {
        return;
    };
    // Scaling by a finite number cannot fail.
    let _ = context.scale(density, density);
    let per_lane = height / lanes.max(1) as f64;
    let bars = |wasted: bool, from: usize, to: usize| {
        for (at, bucket) in buckets.iter().enumerate().take(to).skip(from) {
            let x = at as f64 * (COLUMN.0 + COLUMN.1);
            let (useful, lost) = (bucket.useful * per_lane, bucket.wasted * per_lane);
            // What was thrown away stands on top, and is seen however little it is.
            let lost = if lost > 0.0 { lost.max(1.5).min(height) } else { 0.0 };
            let useful = useful.min(height - lost);
            if wasted {
                context.fill_rect(x, height - useful - lost, COLUMN.0, lost);
            } else {
                context.fill_rect(x, height - useful, COLUMN.0, useful);
            }
        }
    };
    for (from, to, alpha) in [(0, passed, 1.0), (passed, buckets.len(), 0.35)] {
        context.set_global_alpha(alpha);
        for (wasted, color) in [(false, palette.committed), (true, palette.aborted)] {
            context.set_fill_style_str(&color.to_string());
            bars(wasted, from, to);
        }
    }
}

fn seeker(canvas: &yew::NodeRef, end: f64, on_seek: &Callback<f64>) -> Callback<PointerEvent> {
    let (canvas, on_seek) = (canvas.clone(), on_seek.clone());
    Callback::from(move |event: PointerEvent| {
        let Some(canvas) = canvas.cast::<Element>() else { return };
        let frame = canvas.get_bounding_client_rect();
        let share = (f64::from(event.client_x()) - frame.left()) / frame.width().max(1.0);
        on_seek.emit(share.clamp(0.0, 1.0) * end);
    })
}

type Hear = Callback<PointerEvent>;

fn drag(held: &Rc<RefCell<bool>>, seek: &Hear) -> (Hear, Hear, Hear) {
    let down = {
        let (held, seek) = (Rc::clone(held), seek.clone());
        Callback::from(move |event: PointerEvent| {
            if event.button() != 0 {
                return;
            }
            *held.borrow_mut() = true;
            if let Some(track) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) {
                // Without capture the drag ends at the edge; that it fails is no harm.
                let _ = track.set_pointer_capture(event.pointer_id());
            }
            seek.emit(event);
        })
    };
    let moved = {
        let (held, seek) = (Rc::clone(held), seek.clone());
        Callback::from(move |event: PointerEvent| {
            if *held.borrow() {
                seek.emit(event);
            }
        })
    };
    let held = Rc::clone(held);
    let up = Callback::from(move |_: PointerEvent| *held.borrow_mut() = false);
    (down, moved, up)
}

/// Page keys move by a tenth; the arrows belong to the page, which steps by events.
fn keys(playhead: f64, end: f64, on_seek: &Callback<f64>) -> Callback<KeyboardEvent> {
    let on_seek = on_seek.clone();
    Callback::from(move |event: KeyboardEvent| {
        let by = match event.code().as_str() {
            "PageUp" => 0.1,
            "PageDown" => -0.1,
            _ => return,
        };
        event.prevent_default();
        on_seek.emit((playhead + by * end).clamp(0.0, end));
    })
}
