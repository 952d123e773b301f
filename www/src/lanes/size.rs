//! The size of an element, as it changes.

use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver};
use yew::{NodeRef, hook, use_effect_with, use_state_eq};

/// Width and height of an element in CSS pixels; zero until it is there.
#[hook]
pub(crate) fn use_size(node: &NodeRef) -> (f64, f64) {
    let size = use_state_eq(|| (0.0, 0.0));
    use_effect_with((), {
        let (node, size) = (node.clone(), size.setter());
        move |()| {
            let kept = node.cast::<Element>().map(|element| {
                let watched = element.clone();
                let told = Closure::<dyn FnMut()>::new(move || {
                    size.set((
                        f64::from(watched.client_width()),
                        f64::from(watched.client_height()),
                    ));
                });
                let observer = ResizeObserver::new(told.as_ref().unchecked_ref()).ok();
                observer.iter().for_each(|observer| observer.observe(&element));
                (observer, told)
            });
            move || {
                if let Some((Some(observer), _)) = &kept {
                    observer.disconnect();
                }
            }
        }
    });
    *size
}
