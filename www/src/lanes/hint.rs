//! Told once: how the wheel zooms, to whoever turned it over the lanes and saw the page scroll.

use gloo_timers::callback::Timeout;
use yew::{Callback, Html, Properties, function_component, html, use_effect_with};

/// Where it is kept that the hint was seen.
const PLACE: &str = "lanescope.wheel";
/// How long it stands.
const STANDS_MS: u32 = 3500;

/// Whether the hint was not seen yet.
pub(super) fn is_new() -> bool {
    storage().is_none_or(|storage| storage.get_item(PLACE).ok().flatten().is_none())
}

/// It was seen, or is not needed.
pub(super) fn remember() {
    if let Some(storage) = storage() {
        // Where nothing can be kept the hint comes back with the next page.
        let _ = storage.set_item(PLACE, "seen");
    }
}

/// In a sandboxed frame even asking for the storage throws.
fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

fn is_mac() -> bool {
    web_sys::window().is_some_and(|window| {
        window.navigator().platform().is_ok_and(|platform| platform.starts_with("Mac"))
    })
}

#[derive(Clone, PartialEq, Properties)]
pub(super) struct HintProps {
    pub(super) on_over: Callback<()>,
}

#[function_component(Hint)]
pub(super) fn hint(props: &HintProps) -> Html {
    use_effect_with(props.on_over.clone(), |over| {
        let over = over.clone();
        let timer = Timeout::new(STANDS_MS, move || over.emit(()));
        move || drop(timer)
    });
    let key = if is_mac() { "⌘" } else { "Ctrl" };
    html! {
        <p class="lane-hint" role="status" data-testid="wheel-hint">
            <kbd>{ key }</kbd>{ " + wheel zooms" }
        </p>
    }
}
