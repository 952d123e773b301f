//! Light or dark: as the system says, until the user says otherwise.

use gloo_events::EventListener;
use lanescope_timeline::Theme;
use web_sys::{Storage, Window};

/// Where the user's choice is kept. `theme.js` reads the same place before the first paint.
const PLACE: &str = "lanescope.theme";

/// The theme on the screen; `theme.js` has set it before the page was painted.
pub(crate) fn current() -> Theme {
    let root = root();
    match root.and_then(|root| root.get_attribute("data-theme")).as_deref() {
        Some("dark") => Theme::Dark,
        _ => Theme::Light,
    }
}

/// The other one.
pub(crate) const fn other(theme: Theme) -> Theme {
    match theme {
        Theme::Dark => Theme::Light,
        Theme::Light => Theme::Dark,
    }
}

/// Shows a theme.
pub(crate) fn show(theme: Theme) {
    if let Some(root) = root() {
        // The attribute's name is valid, so setting it cannot fail.
        let _ = root.set_attribute("data-theme", word(theme));
    }
}

/// Remembers the user's choice. Where the browser forbids that, the choice lasts as long as the page.
pub(crate) fn remember(theme: Theme) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(PLACE, word(theme));
    }
}

/// Calls back when the system changes its mind, as long as the user has not chosen.
pub(crate) fn on_system_change(change: impl Fn(Theme) + 'static) -> Option<EventListener> {
    let media = window()?.match_media("(prefers-color-scheme: dark)").ok()??;
    let asked = media.clone();
    Some(EventListener::new(&media, "change", move |_| {
        let chosen = storage().and_then(|storage| storage.get_item(PLACE).ok().flatten());
        if chosen.is_none() {
            change(if asked.matches() { Theme::Dark } else { Theme::Light });
        }
    }))
}

const fn word(theme: Theme) -> &'static str {
    match theme {
        Theme::Dark => "dark",
        Theme::Light => "light",
    }
}

fn window() -> Option<Window> {
    web_sys::window()
}

fn root() -> Option<web_sys::Element> {
    window()?.document()?.document_element()
}

/// In a sandboxed frame even asking for the storage throws.
fn storage() -> Option<Storage> {
    window()?.local_storage().ok().flatten()
}
