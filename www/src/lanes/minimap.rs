//! The whole run at a glance: how many lanes are busy, and how much of it is thrown away; which
//! part of it is on screen, the range that is played again, bookmarks. Press or drag to move the
//! playhead, the part on screen or an end of the range.

use std::cell::RefCell;
use std::rc::Rc;

use lanescope_timeline::{Film, Marks, Palette, Theme, Viewport, format};
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Element, HtmlCanvasElement, HtmlElement};
use yew::{
    Callback, Html, KeyboardEvent, NodeRef, PointerEvent, Properties, function_component, hook,
    html, use_effect_with, use_memo, use_mut_ref, use_node_ref, use_state_eq,
};

use super::axis::Axis;
use super::grip::{Grip, Ground};
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
    /// What the user put on the axis.
    pub(crate) marks: Marks,
    /// Colours.
    pub(crate) theme: Theme,
    /// The user moved the playhead, to a time in ticks.
    pub(crate) on_seek: Callback<f64>,
    /// The user moved an end of the range, in ticks.
    pub(crate) on_range: Callback<(f64, f64)>,
}

/// Width of a column and the gap after it, in CSS pixels.
const COLUMN: (f64, f64) = (2.0, 1.0);
/// How far from a handle a pointer still means it, in CSS pixels: a mouse, a finger.
const REACH: [f64; 2] = [6.0, 14.0];
/// How far from a bookmark a press still means it, in CSS pixels.
const SNAP: f64 = 4.0;

#[function_component(Minimap)]
pub(crate) fn minimap(props: &MinimapProps) -> Html {
    let (root, canvas) = (use_node_ref(), use_node_ref());
    let held: Held = use_mut_ref(|| None);
    let end = (props.film.end() as f64).max(1.0);
    let (width, height) = use_size(&canvas);
    let window = use_window(&props.axis, end);
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
    let share = |ticks: f64| (ticks / end).clamp(0.0, 1.0);
    let shares = |(from, to): (f64, f64)| (share(from), share(to));
    let ground = Ground {
        width,
        height,
        playhead: share(props.playhead),
        window: window.map(shares),
        range: props.marks.range.map(shares),
    };
    let (down, moved, up) = hands(&Hand { root: root.clone(), held, ground, end, window }, props);
    let at = |name: &str, ticks: f64| format!("--{name}: {:.3}%", share(ticks) * 100.0);
    let between = |(from, to): (f64, f64)| format!("{};{}", at("from", from), at("to", to));
    html! {
        <div class="minimap" ref={root} onpointerdown={down} onpointermove={moved}
            onpointerup={up.clone()} onpointercancel={up}>
            { playhead(props, end, at("at", props.playhead), canvas) }
            // In an element of their own: what stands beside them is not made anew when one comes.
            <div class="minimap-bookmarks" aria-hidden="true">
                { for props.marks.bookmarks.iter().map(|time| html! {
                    <i class="minimap-bookmark" style={at("at", *time)} />
                }) }
            </div>
            if let Some(range) = props.marks.range {
                <i class={if props.marks.looping { "minimap-range minimap-looping" } else { "minimap-range" }}
                    aria-hidden="true" style={between(range)} />
                { range_end(props, end, "Range begins", range, true) }
                { range_end(props, end, "Range ends", range, false) }
            }
            if let Some(window) = window {
                { part_on_screen(props, end, window, between(window)) }
            }
        </div>
    }
}

/// The part on screen, in ticks; `None` for all.
#[hook]
fn use_window(axis: &Axis, end: f64) -> Option<(f64, f64)> {
    let window = use_state_eq(|| None::<(f64, f64)>);
    use_effect_with((axis.clone(), end.to_bits()), {
        let window = window.setter();
        move |(axis, _)| {
            let look = {
                let axis = axis.clone();
                move || {
                    let view = axis.view(end);
                    window.set((!axis.is_fit(end)).then_some((view.from(), view.to())));
                }
            };
            look();
            let watching = axis.watch(look);
            move || drop(watching)
        }
    });
    *window
}

fn playhead(props: &MinimapProps, end: f64, style: String, canvas: NodeRef) -> Html {
    let clock = props.film.clock();
    let spoken =
        format!("{} of {}", format::ticks(clock, props.playhead), format::ticks(clock, end));
    html! {
        <div class="minimap-track" role="slider" tabindex="0" aria-label="Playhead" data-testid="minimap"
            aria-valuemin="0" aria-valuemax={format!("{end:.0}")} aria-valuetext={spoken}
            aria-valuenow={format!("{:.0}", props.playhead)} {style}
            onkeydown={keys(props.playhead, end, &props.on_seek)}>
            <canvas ref={canvas} aria-hidden="true" />
            <div class="minimap-head" aria-hidden="true" />
        </div>
    }
}

/// The frame around the part on screen. Arrows pan, + and − zoom.
fn part_on_screen(props: &MinimapProps, end: f64, (from, to): (f64, f64), style: String) -> Html {
    let clock = props.film.clock();
    let spoken = format!("{} to {}", format::ticks_short(clock, from), format::ticks(clock, to));
    let axis = props.axis.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let view = axis.view(end);
        let view = match event.code().as_str() {
            "ArrowLeft" | "ArrowDown" => view.pan(-0.1 * view.span(), end),
            "ArrowRight" | "ArrowUp" => view.pan(0.1 * view.span(), end),
            "PageDown" => view.pan(-view.span(), end),
            "PageUp" => view.pan(view.span(), end),
            "Home" => view.pan(-end, end),
            "End" => view.pan(end, end),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        axis.look_at(view, end);
    });
    html! {
        <div class="minimap-window" role="slider" tabindex="0" aria-label="Part on screen"
            data-testid="minimap-window" aria-valuemin="0" aria-valuemax={format!("{end:.0}")}
            aria-valuenow={format!("{from:.0}")} aria-valuetext={spoken} {style} {onkeydown} />
    }
}

/// A handle of the range. Arrows go from event to event.
fn range_end(
    props: &MinimapProps,
    end: f64,
    label: &'static str,
    (from, to): (f64, f64),
    first: bool,
) -> Html {
    let (film, on_range) = (props.film.clone(), props.on_range.clone());
    let (mine, other) = if first { (from, to) } else { (to, from) };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        let to = match event.code().as_str() {
            "ArrowLeft" | "ArrowDown" => film.previous_moment(mine).unwrap_or(0.0),
            "ArrowRight" | "ArrowUp" => film.next_moment(mine).unwrap_or(end),
            "PageDown" => mine - 0.1 * end,
            "PageUp" => mine + 0.1 * end,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        // The ends never change places under the hand that moves them.
        let kept = if first { to < other } else { to > other };
        if kept {
            on_range.emit((to, other));
        }
    });
    let share = (mine / end).clamp(0.0, 1.0) * 100.0;
    html! {
        <div class={if first { "minimap-end minimap-from" } else { "minimap-end" }} role="slider"
            tabindex="0" aria-label={label} aria-valuemin="0" aria-valuemax={format!("{end:.0}")}
            aria-valuenow={format!("{mine:.0}")} style={format!("--at: {share:.3}%")}
            data-testid={if first { "range-from" } else { "range-to" }}
            aria-valuetext={format::ticks(props.film.clock(), mine)} {onkeydown} />
    }
}

/// What is held, where the pointer went down, and what was on screen then.
type Held = Rc<RefCell<Option<Hold>>>;

#[derive(Clone, Copy)]
struct Hold {
    grip: Grip,
    /// In ticks.
    from: f64,
    window: (f64, f64),
    /// The end of the range that stays, in ticks.
    other: f64,
    moved: bool,
}

/// What pointers need to know.
#[derive(Clone)]
struct Hand {
    root: NodeRef,
    held: Held,
    ground: Ground,
    end: f64,
    window: Option<(f64, f64)>,
}

impl Hand {
    /// Where a pointer is, in pixels.
    fn place(&self, event: &PointerEvent) -> Option<[f64; 2]> {
        let frame = self.root.cast::<Element>()?.get_bounding_client_rect();
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        Some([x - frame.left(), y - frame.top()])
    }

    fn tick(&self, x: f64) -> f64 {
        (x / self.ground.width.max(1.0)).clamp(0.0, 1.0) * self.end
    }

    fn grip(&self, at: [f64; 2], event: &PointerEvent) -> Grip {
        self.ground.grip(at, REACH[usize::from(event.pointer_type() == "touch")])
    }

    /// A press near a bookmark means it.
    fn snapped(&self, tick: f64, marks: &Marks) -> f64 {
        let reach = SNAP / self.ground.width.max(1.0) * self.end;
        let near = |time: &&f64| (**time - tick).abs() <= reach;
        marks.bookmarks.iter().find(near).copied().unwrap_or(tick)
    }
}

type Hear = Callback<PointerEvent>;

fn hands(hand: &Hand, props: &MinimapProps) -> (Hear, Hear, Hear) {
    let down = {
        let (hand, props) = (hand.clone(), props.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(at) = hand.place(&event).filter(|_| event.button() == 0) else { return };
            if let Some(root) = hand.root.cast::<Element>() {
                // Without capture the drag ends at the edge; that it fails is no harm.
                let _ = root.set_pointer_capture(event.pointer_id());
            }
            let (grip, tick) = (hand.grip(at, &event), hand.tick(at[0]));
            let (from, to) = props.marks.range.unwrap_or_default();
            let other = if grip == Grip::RangeFrom { to } else { from };
            let window = hand.window.unwrap_or((0.0, hand.end));
            *hand.held.borrow_mut() = Some(Hold { grip, from: tick, window, other, moved: false });
            if grip == Grip::Seek {
                props.on_seek.emit(hand.snapped(tick, &props.marks));
            }
        })
    };
    let moved = {
        let (hand, props) = (hand.clone(), props.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(at) = hand.place(&event) else { return };
            let mut held = hand.held.borrow_mut();
            let Some(hold) = &mut *held else {
                if let Some(root) = hand.root.cast::<HtmlElement>() {
                    // The name and the words are valid, so setting them cannot fail.
                    let _ = root.style().set_property("cursor", hand.grip(at, &event).cursor());
                }
                return;
            };
            let tick = hand.tick(at[0]);
            hold.moved |= ((tick - hold.from) / hand.end * hand.ground.width).abs() > 2.0;
            let hold = *hold;
            drop(held);
            drag(&hand, &props, hold, tick);
        })
    };
    let (hand, on_seek) = (hand.clone(), props.on_seek.clone());
    let up = Callback::from(move |event: PointerEvent| {
        let hold = hand.held.borrow_mut().take();
        // A press on the part on screen that moved nothing means the place.
        if let Some(hold) = hold.filter(|hold| !hold.moved && hold.grip == Grip::Window)
            && event.type_() == "pointerup"
        {
            on_seek.emit(hold.from);
        }
    });
    (down, moved, up)
}

fn drag(hand: &Hand, props: &MinimapProps, hold: Hold, tick: f64) {
    let (end, by) = (hand.end, tick - hold.from);
    let (from, to) = hold.window;
    let look = |from: f64, to: f64| props.axis.look_at(Viewport::range(from, to, end), end);
    match hold.grip {
        Grip::Seek => props.on_seek.emit(tick),
        _ if !hold.moved => {}
        Grip::Window => look(from + by, to + by),
        Grip::WindowFrom => look((from + by).min(to - 1.0), to),
        Grip::WindowTo => look(from, (to + by).max(from + 1.0)),
        Grip::RangeFrom | Grip::RangeTo => props.on_range.emit((tick, hold.other)),
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
