//! What was done last, remembered by the browser where it may.

use web_sys::Storage;

const PLACE: &str = "lanescope-recent";
/// As many as are told apart at a glance.
const KEPT: usize = 6;

/// Names of commands, the last one first.
pub(super) fn read() -> Vec<String> {
    let stored = storage().and_then(|storage| storage.get_item(PLACE).ok().flatten());
    stored.map(|names| names.lines().map(ToOwned::to_owned).collect()).unwrap_or_default()
}

/// Remembers one more. Where the browser forbids that, nothing is remembered.
pub(super) fn remember(name: &str) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(PLACE, &with(read(), name).join("\n"));
    }
}

fn with(mut known: Vec<String>, name: &str) -> Vec<String> {
    known.retain(|old| old != name);
    known.insert(0, name.to_owned());
    known.truncate(KEPT);
    known
}

/// In a sandboxed frame even asking for the storage throws.
fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_comes_first_and_only_once() {
        let known = ["a", "b", "c", "d", "e", "f"].map(ToOwned::to_owned).to_vec();
        assert_eq!(with(known.clone(), "c"), ["c", "a", "b", "d", "e", "f"]);
        assert_eq!(with(known, "g"), ["g", "a", "b", "c", "d", "e"]);
    }
}
