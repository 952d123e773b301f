//! The size of an element, as it changes, and when the page's own letters are there.

use gloo_events::EventListener;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};
use yew::{NodeRef, hook, use_effect_with, use_state_eq};

/// Watches the size of an element until this is dropped.
pub(super) struct Watch {
    observer: Option<ResizeObserver>,
    _told: Closure<dyn FnMut()>,
}

impl Watch {
    /// Tells width and height in CSS pixels, at once and whenever they change.
    pub(super) fn new(element: &Element, tell: impl Fn(f64, f64) + 'static) -> Self {
        let measure = {
            let element = element.clone();
            move || tell(f64::from(element.client_width()), f64::from(element.client_height()))
        };
        measure();
        let told = Closure::<dyn FnMut()>::new(measure);
        let observer = ResizeObserver::new(told.as_ref().unchecked_ref()).ok();
        if let Some(observer) = &observer {
            observer.observe(element);
        }
        Self { observer, _told: told }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.disconnect();
        }
    }
}

/// Width and height of an element in CSS pixels; zero until it is there.
#[hook]
pub(crate) fn use_size(node: &NodeRef) -> (f64, f64) {
    let size = use_state_eq(|| (0.0, 0.0));
    use_effect_with((), {
        let (node, size) = (node.clone(), size.setter());
        move |()| {
            let watch = node.cast::<Element>().map(|element| {
                Watch::new(&element, move |width, height| size.set((width, height)))
            });
            move || drop(watch)
        }
    });
    *size
}

/// Calls back whenever more of the page's own letters are there: what is painted has to be painted
/// anew then.
pub(crate) fn on_letters(told: impl Fn() + 'static) -> Option<EventListener> {
    let fonts = web_sys::window()?.document()?.fonts();
    Some(EventListener::new(&fonts, "loadingdone", move |_| told()))
}
