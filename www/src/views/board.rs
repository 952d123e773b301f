//! What canvas views share: size, painting, the wheel, the pointer, and a few words beside it.

use std::cell::Cell;

use gloo_events::{EventListener, EventListenerOptions};
use lanescope_protocol::{LocationId, Version};
use lanescope_timeline::scene::Scene;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlCanvasElement, PointerEvent, WheelEvent};
use yew::{
    Callback, Html, NodeRef, hook, html, use_effect_with, use_memo, use_mut_ref, use_state_eq,
};

use crate::hooks::give_keyboard;
pub(super) use crate::keys::way;
use crate::lanes::{Brush, on_letters, type_scale, use_size};
use crate::store::{Action, Wish};
use crate::words::Dispatch;

/// Size of a board in CSS pixels, and of its type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) scale: f64,
}

impl Size {
    pub(super) const fn pair(self) -> (f64, f64) {
        (self.width, self.height)
    }
}

/// Follows the size of an element.
#[hook]
pub(super) fn use_board(root: &NodeRef) -> Size {
    let (width, height) = use_size(root);
    let scale = *use_memo((width, height), |_| type_scale());
    Size { width, height, scale }
}

/// Paints on a canvas whenever `given` has changed, and once the page's letters are there.
#[hook]
pub(super) fn use_painting<D: PartialEq + 'static>(
    canvas: &NodeRef,
    given: D,
    scene: impl Fn(&D) -> Option<Scene> + 'static,
) {
    let brush = use_mut_ref(|| None::<Brush>);
    let letters = use_state_eq(|| 0u32);
    use_effect_with((), {
        let letters = letters.setter();
        move |()| {
            let loads = Cell::new(0);
            let listener = on_letters(move || {
                loads.set(loads.get() + 1);
                letters.set(loads.get());
            });
            move || drop(listener)
        }
    });
    use_effect_with((given, *letters), {
        let canvas = canvas.clone();
        move |(given, _)| {
            let mut brush = brush.borrow_mut();
            if brush.is_none() {
                *brush = canvas.cast::<HtmlCanvasElement>().and_then(Brush::new);
            }
            if let (Some(brush), Some(scene)) = (&*brush, scene(given)) {
                brush.paint(&scene);
            }
        }
    });
}

/// A turn of the wheel that belongs to the view.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Turn {
    /// Where, on the canvas.
    pub(super) at: [f64; 2],
    /// Zooms by this factor; above 1 shows more.
    pub(super) zoom: Option<f64>,
    /// Else moves by pixels.
    pub(super) by: [f64; 2],
}

/// Listens to the wheel: with Ctrl or ⌘ it zooms, sideways or with Shift it moves; alone it scrolls
/// as everywhere.
#[hook]
pub(super) fn use_wheel(canvas: &NodeRef, turned: Callback<Turn>) {
    let canvas = canvas.clone();
    use_effect_with(turned, move |turned| {
        let turned = turned.clone();
        let options = EventListenerOptions::enable_prevent_default();
        let listener = canvas.cast::<Element>().map(|canvas| {
            EventListener::new_with_options(&canvas, "wheel", options, move |event| {
                let Some(wheel) = event.dyn_ref::<WheelEvent>() else { return };
                let (dx, dy) = (wheel.delta_x(), wheel.delta_y());
                let sideways = if wheel.shift_key() && dx == 0.0 { dy } else { dx };
                let zooms = wheel.ctrl_key() || wheel.meta_key();
                if !zooms && sideways.abs() <= if wheel.shift_key() { 0.0 } else { dy.abs() } {
                    return;
                }
                event.prevent_default();
                let at = [f64::from(wheel.offset_x()), f64::from(wheel.offset_y())];
                let zoom = zooms.then(|| if dy < 0.0 { 1.0 / 1.2 } else { 1.2 });
                turned.emit(Turn { at, zoom, by: [sideways, 0.0] });
            })
        });
        move || drop(listener)
    });
}

/// What a pointer did on a canvas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Gesture {
    /// It is over a place.
    Over([f64; 2]),
    /// It was pressed and let go at a place.
    Click([f64; 2]),
    /// It drags by pixels.
    Drag([f64; 2]),
    /// It left.
    Left,
}

/// Pixels that a pointer may tremble before it drags.
const TREMBLE: f64 = 4.0;

/// The canvas, with its pointer. Pressing it gives the keyboard to `keyboard`.
#[hook]
pub(super) fn use_pointer(keyboard: &NodeRef, told: Callback<Gesture>) -> Callback<PointerEvent> {
    // Where it was pressed, where it was last, and whether it drags.
    let held = use_mut_ref(|| None::<([f64; 2], [f64; 2], bool)>);
    let keyboard = keyboard.clone();
    Callback::from(move |event: PointerEvent| {
        let at = [f64::from(event.offset_x()), f64::from(event.offset_y())];
        let mut held = held.borrow_mut();
        match event.type_().as_str() {
            "pointerdown" if event.button() == 0 => {
                *held = Some((at, at, false));
                if let Some(canvas) = event.target().and_then(|t| t.dyn_into::<Element>().ok()) {
                    // Without capture a drag ends at the canvas's edge; that it fails is no harm.
                    let _ = canvas.set_pointer_capture(event.pointer_id());
                }
                give_keyboard(&keyboard);
                told.emit(Gesture::Left);
            }
            "pointermove" => match &mut *held {
                Some((from, last, drags)) => {
                    let way = (at[0] - from[0]).abs().max((at[1] - from[1]).abs());
                    *drags |= way > TREMBLE;
                    if *drags {
                        told.emit(Gesture::Drag([last[0] - at[0], last[1] - at[1]]));
                        *last = at;
                    }
                }
                None => told.emit(Gesture::Over(at)),
            },
            "pointerup" => {
                if let Some((from, _, false)) = held.take() {
                    told.emit(Gesture::Click(from));
                }
            }
            "pointercancel" => *held = None,
            "pointerleave" => told.emit(Gesture::Left),
            _ => {}
        }
    })
}

/// A few words beside the pointer. Screen readers have the same words in the twin.
pub(super) fn tip(at: [f64; 2], width: f64, head: &str, lines: &[String]) -> Html {
    let side = if at[0] > width * 0.6 { "lane-tip lane-tip-left" } else { "lane-tip" };
    html! {
        <div class={side} aria-hidden="true" data-testid="view-tip"
            style={format!("--x: {:.0}px; --y: {:.0}px", at[0], at[1])}>
            <strong>{ head }</strong>
            { for lines.iter().map(|line| html! { <span>{ line }</span> }) }
        </div>
    }
}

/// Chooses a run, a location, or both.
pub(super) fn choose(dispatch: &Dispatch, run: Option<Version>, place: Option<LocationId>) {
    if run.is_some() {
        dispatch.dispatch(Action::Wish(Wish::Select(run)));
    }
    if place.is_some() {
        dispatch.dispatch(Action::Wish(Wish::Place(place)));
    }
}
