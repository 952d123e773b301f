//! Where the page listens to the browser: frames, keys, files that are dropped.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_events::{EventListener, EventListenerOptions};
use gloo_render::{AnimationFrame, request_animation_frame};
use gloo_timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, Element, Event, File, HtmlElement, KeyboardEvent};
use yew::{Callback, NodeRef, UseStateHandle, hook, use_effect_with, use_state_eq};

use crate::environment::motion_query;
use crate::keys::{Does, Keyboard, Press, meaning};
use crate::store::Action;
use crate::words::Dispatch;

/// Counts the turns since the page was drawn first, up to `count`: not all of it is drawn in one.
#[hook]
pub(crate) fn use_turns(count: u32) -> u32 {
    let turn = use_state_eq(|| 0);
    use_effect_with(*turn, {
        let setter = turn.setter();
        move |turn| {
            let next = *turn + 1;
            if next <= count {
                Timeout::new(0, move || setter.set(next)).forget();
            }
        }
    });
    *turn
}

/// Tells the store about every frame while `wanted`.
#[hook]
pub(crate) fn use_frames(dispatch: &Dispatch, wanted: bool) {
    let dispatch = dispatch.clone();
    use_effect_with(wanted, move |wanted| {
        let pending = Rc::new(RefCell::new(None));
        if *wanted {
            request(&pending, dispatch);
        }
        // Dropping the request takes it back.
        move || drop(pending.borrow_mut().take())
    });
}

fn request(pending: &Rc<RefCell<Option<AnimationFrame>>>, dispatch: Dispatch) {
    let next = Rc::downgrade(pending);
    let frame = request_animation_frame(move |now| {
        dispatch.dispatch(Action::Frame(now));
        if let Some(pending) = next.upgrade()
            && pending.borrow().is_some()
        {
            request(&pending, dispatch);
        }
    });
    *pending.borrow_mut() = Some(frame);
}

/// Tells the store when the user wants more or less motion.
#[hook]
pub(crate) fn use_motion(dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    use_effect_with((), move |()| {
        let listener = motion_query().map(|query| {
            let asked = query.clone();
            EventListener::new(&query, "change", move |_| {
                dispatch.dispatch(Action::Still(asked.matches()));
            })
        });
        move || drop(listener)
    });
}

/// Calls back for every key that means something here.
#[hook]
pub(crate) fn use_keys(done: Callback<Does>, timeless: bool, silenced: bool) {
    use_effect_with((done, timeless, silenced), |(done, timeless, silenced)| {
        let (done, timeless, silenced) = (done.clone(), *timeless, *silenced);
        let options = EventListenerOptions::enable_prevent_default();
        let listener = web_sys::window().map(|window| {
            EventListener::new_with_options(&window, "keydown", options, move |event| {
                let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
                if event.default_prevented() || key.is_composing() {
                    return;
                }
                if let Some(does) = pressed(key, event, (timeless, silenced)) {
                    if does != Does::Escape {
                        event.prevent_default();
                    }
                    done.emit(does);
                }
            })
        });
        move || drop(listener)
    });
}

/// Calls back when Escape is pressed while `open`: a tip goes away without moving the pointer.
#[hook]
pub(crate) fn use_escape(open: bool, away: Callback<()>) {
    use_effect_with((open, away), |(open, away)| {
        let away = away.clone();
        let listener = web_sys::window().filter(|_| *open).map(|window| {
            EventListener::new(&window, "keydown", move |event| {
                if event.dyn_ref::<KeyboardEvent>().is_some_and(|key| key.code() == "Escape") {
                    away.emit(());
                }
            })
        });
        move || drop(listener)
    });
}

/// The user's keyboard, asked for anew whenever `shown` changes: people plug in another.
#[hook]
pub(crate) fn use_key_glyphs(shown: bool) -> UseStateHandle<Keyboard> {
    let keyboard = use_state_eq(Keyboard::default);
    use_effect_with(shown, {
        let setter = keyboard.setter();
        move |shown| {
            if *shown {
                wasm_bindgen_futures::spawn_local(
                    async move { setter.set(Keyboard::read().await) },
                );
            }
        }
    });
    keyboard
}

/// Controls that take arrows and the space bar, but no letters.
const LETTERLESS: &str = "input:is([type=range], [type=checkbox], [type=radio])";

fn pressed(key: &KeyboardEvent, event: &Event, (timeless, silenced): (bool, bool)) -> Option<Does> {
    let focused = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let within = |selector: &str| {
        focused.as_ref().is_some_and(|element| element.closest(selector).ok().flatten().is_some())
    };
    let is_body = focused.as_ref().is_some_and(|element| element.tag_name() == "BODY");
    meaning(Press {
        code: &key.code(),
        key: &key.key(),
        shift: key.shift_key(),
        command: key.ctrl_key() || key.meta_key(),
        alt: key.alt_key(),
        typing: within("input, textarea, select, [contenteditable]") && !within(LETTERLESS),
        sliding: within(LETTERLESS),
        on_button: within("button, a, summary"),
        scrolling: !(within(SCROLLS_NOTHING) || is_body) || page_scrolls(),
        timeless,
        silenced,
    })
}

/// Parts that the page keys do not scroll.
const SCROLLS_NOTHING: &str = ".top, .transport, .lane-view";

/// Whether there is more of the page than is seen.
fn page_scrolls() -> bool {
    let root = web_sys::window().and_then(|window| window.document()?.document_element());
    root.is_some_and(|root| root.scroll_height() > root.client_height() + 1)
}

/// Takes files that are dropped anywhere. Returns whether one is held over the page.
#[hook]
pub(crate) fn use_drop(dropped: Callback<File>) -> UseStateHandle<bool> {
    let over = use_state_eq(|| false);
    let setter = over.setter();
    use_effect_with(dropped, move |dropped| {
        let dropped = dropped.clone();
        let listeners = web_sys::window().map(|window| {
            let on = |name: &'static str, told: Box<dyn Fn(&DragEvent)>| {
                let options = EventListenerOptions::enable_prevent_default();
                EventListener::new_with_options(&window, name, options, move |event| {
                    if let Some(event) =
                        event.dyn_ref::<DragEvent>().filter(|event| carries_files(event))
                    {
                        event.prevent_default();
                        told(event);
                    }
                })
            };
            let (enter, leave, drop) = (setter.clone(), setter.clone(), setter.clone());
            [
                on("dragover", Box::new(move |_| enter.set(true))),
                on(
                    "dragleave",
                    Box::new(move |event| {
                        // Only leaving the window counts, not passing from one part to the next.
                        if event.related_target().is_none() {
                            leave.set(false);
                        }
                    }),
                ),
                on(
                    "drop",
                    Box::new(move |event| {
                        drop.set(false);
                        let files = event.data_transfer().and_then(|data| data.files());
                        if let Some(file) = files.and_then(|files| files.get(0)) {
                            dropped.emit(file);
                        }
                    }),
                ),
            ]
        });
        move || drop(listeners)
    });
    over
}

fn carries_files(event: &DragEvent) -> bool {
    event.data_transfer().is_some_and(|data| data.types().includes(&"Files".into(), 0))
}

/// Gives an element the keyboard without scrolling to it.
pub(crate) fn give_keyboard(node: &NodeRef) {
    if let Some(element) = node.cast::<HtmlElement>() {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus_with_options(&options);
    }
}
