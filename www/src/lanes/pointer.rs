//! Mouse, pen and fingers on the lanes: point, choose, seek, pan, zoom.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use lanescope_protocol::Version;
use lanescope_timeline::{RangeEnd, Viewport};
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent, PointerEvent, WheelEvent};
use yew::Callback;

use super::easel::{Easel, Shelf};
use super::tip::{Target, Tip};

/// Pixels that a pointer may tremble before it drags.
const TREMBLE: f64 = 4.0;
/// Reach of the playhead's line, in pixels.
const GRAB: f64 = 7.0;

/// Reach of the ends of a range, in pixels: of a mouse, of a finger.
const HANDLE: [f64; 2] = [9.0, 22.0];

/// Whom the pointer tells.
#[derive(Clone, PartialEq)]
pub(super) struct Listeners {
    pub(super) on_select: Callback<Option<Version>>,
    pub(super) on_seek: Callback<f64>,
    pub(super) on_range: Callback<(f64, f64)>,
    pub(super) on_tip: Callback<Option<Tip>>,
}

/// What a pressed pointer does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Drag {
    /// Not decided: it has not moved.
    Press,
    /// Moves the playhead.
    Seek,
    /// Moves the view.
    Pan,
    /// Chooses a range; its other end, in ticks.
    Range(f64),
}

/// Pointers that are down.
#[derive(Debug, Default)]
pub(super) struct Hands {
    /// Identity, position on the canvas.
    down: Vec<(i32, [f64; 2])>,
    drag: Option<(Drag, [f64; 2])>,
}

/// Hands, shared by the listeners.
pub(super) type SharedHands = Rc<RefCell<Hands>>;

/// A pointer went down.
pub(super) fn down(shelf: &Shelf, hands: &SharedHands, tell: &Listeners, event: &PointerEvent) {
    if event.button() != 0 {
        return;
    }
    let at = place(event);
    let mut hands = hands.borrow_mut();
    hands.down.retain(|(id, _)| *id != event.pointer_id());
    hands.down.push((event.pointer_id(), at));
    if let Some(canvas) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) {
        // Without capture a drag ends at the canvas's edge; that it fails is no harm.
        let _ = canvas.set_pointer_capture(event.pointer_id());
    }
    let drag = shelf.read(|easel| grasp(easel, at, event)).unwrap_or(Drag::Press);
    hands.drag = Some((drag, at));
    tell.on_tip.emit(None);
    if drag == Drag::Seek {
        seek(shelf, tell, at[0]);
    }
}

/// A pointer moved.
pub(super) fn moved(shelf: &Shelf, hands: &SharedHands, tell: &Listeners, event: &PointerEvent) {
    let at = place(event);
    let mut hands = hands.borrow_mut();
    let Hands { down, drag } = &mut *hands;
    if let [(one, a), (_, b)] = down[..] {
        let (moving, still) = if one == event.pointer_id() { (a, b) } else { (b, a) };
        pinch(shelf, moving, still, at);
        remember(down, event, at);
        *drag = None;
        return;
    }
    let Some((kind, from)) = drag else {
        point(shelf, tell, at);
        return;
    };
    let last = down.iter().find(|(id, _)| *id == event.pointer_id()).map_or(at, |(_, last)| *last);
    if *kind == Drag::Press && (at[0] - from[0]).abs().max((at[1] - from[1]).abs()) > TREMBLE {
        // Where all is in view there is nothing to pan: a drag moves the playhead.
        let fit = shelf.read(Easel::is_fit) == Some(true);
        *kind = if fit { Drag::Seek } else { Drag::Pan };
    }
    match kind {
        Drag::Press => {}
        Drag::Seek => seek(shelf, tell, at[0]),
        Drag::Range(other) => {
            let to = shelf.read(|easel| easel.frame().tick(at[0]));
            tell.on_range.emit((*other, to.unwrap_or(*other)));
        }
        Drag::Pan => {
            shelf.change(|easel| {
                let ticks = easel.frame().ticks(last[0] - at[0]);
                easel.look_at(easel.view().pan(ticks, easel.end()));
            });
        }
    }
    remember(down, event, at);
}

/// A pointer went up, or was taken away.
pub(super) fn up(shelf: &Shelf, hands: &SharedHands, tell: &Listeners, event: &PointerEvent) {
    let drag = {
        let mut hands = hands.borrow_mut();
        hands.down.retain(|(id, _)| *id != event.pointer_id());
        if hands.down.is_empty() { hands.drag.take() } else { None }
    };
    if let Some((Drag::Press, at)) = drag
        && event.type_() == "pointerup"
    {
        let chosen = shelf.read(|easel| {
            easel.hit(at[0], at[1]).and_then(|id| easel.film().bar(id).map(|bar| bar.version))
        });
        tell.on_select.emit(chosen.flatten());
    }
}

/// The pointer left.
pub(super) fn left(shelf: &Shelf, tell: &Listeners) {
    shelf.change(|easel| (easel.hover, easel.pointer) = (None, None));
    tell.on_tip.emit(None);
}

/// Pressed twice: a bar is selected and comes near, elsewhere the whole run comes into view.
pub(super) fn twice(shelf: &Shelf, tell: &Listeners, event: &MouseEvent) {
    let at = [f64::from(event.offset_x()), f64::from(event.offset_y())];
    let found = shelf.change(|easel| {
        let id = easel.hit(at[0], at[1]);
        match id {
            Some(id) => easel.zoom_to(id),
            None => easel.fit(),
        }
        id.and_then(|id| easel.film().bar(id).map(|bar| bar.version))
    });
    if let Some(Some(version)) = found {
        tell.on_select.emit(Some(version));
    }
}

/// Listens to the wheel: with Ctrl or ⌘ it zooms, sideways or with Shift it pans, alone it
/// scrolls the page as everywhere, and `plain` is called.
pub(super) fn wheel(shelf: &Shelf, canvas: &Element, plain: impl Fn() + 'static) -> EventListener {
    let shelf = shelf.clone();
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(canvas, "wheel", options, move |event| {
        let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
        let zooms = event.ctrl_key() || event.meta_key();
        let sideways = if event.shift_key() && event.delta_x() == 0.0 {
            event.delta_y()
        } else {
            event.delta_x()
        };
        // Lines and pages, where the browser counts in those.
        let unit = [1.0, 18.0, 400.0].get(event.delta_mode() as usize).copied().unwrap_or(1.0);
        let fit = shelf.read(Easel::is_fit) != Some(false);
        let pans = !fit
            && sideways != 0.0
            && (event.shift_key() || sideways.abs() > event.delta_y().abs());
        if !zooms && !pans {
            if event.delta_y() != 0.0 && !event.shift_key() {
                plain();
            }
            return;
        }
        event.prevent_default();
        let x = f64::from(event.offset_x());
        shelf.change(|easel| {
            let (frame, end) = (easel.frame(), easel.end());
            let view: Viewport = if zooms {
                let turned = (event.delta_y() * unit * 0.0022).clamp(-1.0, 1.0);
                easel.view().zoom(frame.tick(x), stretch(turned), end)
            } else {
                easel.view().pan(frame.ticks(sideways * unit), end)
            };
            easel.look_at(view);
        });
    })
}

/// About `e` to the power of `turned`, from -1 to 1. Turning back undoes it exactly.
fn stretch(turned: f64) -> f64 {
    let by = turned.abs();
    let more = 1.0 + by + by * by / 2.0;
    if turned < 0.0 { 1.0 / more } else { more }
}

fn place(event: &PointerEvent) -> [f64; 2] {
    [f64::from(event.offset_x()), f64::from(event.offset_y())]
}

fn remember(down: &mut [(i32, [f64; 2])], event: &PointerEvent, at: [f64; 2]) {
    for (id, place) in down {
        if *id == event.pointer_id() {
            *place = at;
        }
    }
}

/// What a pointer that goes down takes hold of: an end of the range, a new range where Shift is
/// held, the playhead, or nothing yet.
fn grasp(easel: &Easel, at: [f64; 2], event: &PointerEvent) -> Drag {
    let frame = easel.frame();
    let reach = HANDLE[usize::from(event.pointer_type() == "touch")];
    if event.shift_key() {
        return Drag::Range(frame.tick(at[0]));
    }
    let held = easel.marks().end_at(&frame, at, reach * frame.scale).zip(easel.marks().range);
    match held {
        Some((RangeEnd::From, (_, to))) => Drag::Range(to),
        Some((RangeEnd::To, (from, _))) => Drag::Range(from),
        None if grabs_playhead(easel, at) => Drag::Seek,
        None => Drag::Press,
    }
}

/// The axis above the lanes and the playhead's own line move the playhead.
fn grabs_playhead(easel: &Easel, at: [f64; 2]) -> bool {
    let frame = easel.frame();
    let near = (frame.x(easel.playhead()) - at[0]).abs() <= GRAB;
    at[1] < frame.plot.y || near
}

fn seek(shelf: &Shelf, tell: &Listeners, x: f64) {
    let time = shelf.read(|easel| {
        let end = easel.last() as f64;
        easel.frame().tick(x).clamp(0.0, end)
    });
    if let Some(time) = time {
        tell.on_seek.emit(time);
    }
}

fn point(shelf: &Shelf, tell: &Listeners, at: [f64; 2]) {
    let target = shelf.change(|easel| {
        easel.cursor = None;
        easel.pointer = Some(at[0]);
        easel.hover = easel.hit(at[0], at[1]);
        let wait = || easel.wait_at(at[0], at[1]).map(Target::Wait);
        let target = easel.hover.map(Target::Bar).or_else(wait);
        target.map(|target| Tip { target, x: at[0], y: at[1], width: easel.frame().width })
    });
    tell.on_tip.emit(target.flatten());
}

/// Two fingers: what was under the moving one stays under it, what is under the other stays put.
fn pinch(shelf: &Shelf, from: [f64; 2], still: [f64; 2], to: [f64; 2]) {
    let (before, after) = ((from[0] - still[0]).abs(), (to[0] - still[0]).abs());
    if before < 8.0 || after < 8.0 {
        return;
    }
    shelf.change(|easel| {
        let tick = easel.frame().tick(still[0]);
        easel.look_at(easel.view().zoom(tick, before / after, easel.end()));
    });
}
