//! Whether keys that stand alone are heard. Speech input and trembling hands press them by
//! accident, so they can be switched off (WCAG 2.2, 2.1.4); the choice is remembered.

use web_sys::Storage;
use yew::{Callback, hook, use_callback, use_state_eq};

const PLACE: &str = "lanescope.single-keys";

/// Whether they are heard, and what to call to change that.
#[hook]
pub(crate) fn use_single_keys() -> (bool, Callback<()>) {
    let heard = use_state_eq(read);
    let turn = use_callback((*heard, heard.setter()), |(): (), (heard, setter)| {
        remember(!heard);
        setter.set(!heard);
    });
    (*heard, turn)
}

fn read() -> bool {
    let stored = storage().and_then(|storage| storage.get_item(PLACE).ok().flatten());
    stored.as_deref() != Some("off")
}

/// Where the browser forbids that, the choice lasts as long as the page.
fn remember(heard: bool) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(PLACE, if heard { "on" } else { "off" });
    }
}

/// In a sandboxed frame even asking for the storage throws.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
