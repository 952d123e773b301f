//! The keyboard. Keys are taken by their place, so that every layout has the same hand.

use crate::playback::Toward;
use crate::store::{WhatIfWish, Wish};

/// A key that was pressed, and what was held with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Press<'a> {
    /// Its place: `KeyboardEvent.code`.
    pub(crate) code: &'a str,
    /// What it writes: `KeyboardEvent.key`; only for signs that have no fixed place.
    pub(crate) key: &'a str,
    /// Shift is held.
    pub(crate) shift: bool,
    /// Control, or Command on a Mac, is held.
    pub(crate) command: bool,
    /// Alt is held.
    pub(crate) alt: bool,
    /// A control that takes text has the focus.
    pub(crate) typing: bool,
    /// A button or link has the focus: it takes the space bar itself.
    pub(crate) on_button: bool,
    /// Nothing on the screen has a time: the keys that move it scroll instead.
    pub(crate) timeless: bool,
}

/// What a key does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Does {
    /// It changes the store.
    Wish(Wish),
    /// The other theme.
    Theme,
    /// The whole run into view.
    Fit,
    /// To the comparison, and back.
    Compare,
    /// The sheet of keys.
    Sheet,
    /// Away with what is open.
    Escape,
}

/// What a key does now, if anything.
pub(crate) fn meaning(press: Press<'_>) -> Option<Does> {
    if press.code == "Escape" {
        return Some(Does::Escape);
    }
    if press.typing || press.alt {
        return None;
    }
    if press.command {
        return match (press.code, press.shift) {
            ("KeyZ", false) => Some(Does::Wish(Wish::Undo)),
            ("KeyZ", true) | ("KeyY", false) => Some(Does::Wish(Wish::Redo)),
            ("KeyS", false) => Some(Does::Wish(Wish::Save)),
            _ => None,
        };
    }
    if press.key == "?" {
        return Some(Does::Sheet);
    }
    let wish = match (press.code, press.shift) {
        ("Space", _) if press.on_button => return None,
        ("Space" | "ArrowLeft" | "ArrowRight" | "Home" | "End", _) if press.timeless => {
            return None;
        }
        ("BracketLeft" | "BracketRight" | "KeyF" | "KeyH", _) if press.timeless => return None,
        ("Space", _) => Wish::Toggle,
        ("ArrowLeft", false) => Wish::Step(Toward::Back),
        ("ArrowRight", false) => Wish::Step(Toward::Forward),
        ("ArrowLeft", true) => Wish::StepTransaction(Toward::Back),
        ("ArrowRight", true) => Wish::StepTransaction(Toward::Forward),
        ("Home", _) => Wish::First,
        ("End", _) => Wish::Last,
        ("BracketLeft", _) => Wish::StepAbort(Toward::Back),
        ("BracketRight", _) => Wish::StepAbort(Toward::Forward),
        ("KeyH", false) => Wish::WhatIf(WhatIfWish::Fork),
        ("KeyR", false) => Wish::Run,
        ("KeyF", false) => return Some(Does::Fit),
        ("KeyC", false) => return Some(Does::Compare),
        ("KeyT", false) => return Some(Does::Theme),
        _ => return None,
    };
    Some(Does::Wish(wish))
}

/// The sheet: keys and what they do, in the order of use.
pub(crate) const SHEET: [(&str, &str); 15] = [
    ("Space", "play or pause"),
    ("← →", "one event back or on"),
    ("Shift + ← →", "one transaction back or on"),
    ("[ ]", "previous or next abort"),
    ("Home, End", "to the beginning, to the end"),
    ("H", "fork here: keep what has happened, change what follows"),
    ("R", "run"),
    ("F", "the whole run into view"),
    ("C", "compare strategies; Escape goes back to the lanes"),
    ("T", "light or dark"),
    ("Ctrl + Z, Ctrl + Shift + Z", "take an edit back, make it again"),
    ("Ctrl + S", "save the scenario"),
    ("↑ ↓ in the block", "choose a transaction"),
    ("Enter, Delete, Alt + ↑ ↓ in the block", "edit, remove, move it"),
    ("?", "this sheet"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(press: Press<'_>, expected: Option<Does>) {
        assert_eq!(meaning(press), expected, "{press:?}");
    }

    #[test]
    fn keys_do_what_the_sheet_says() {
        let key = |code| Press { code, ..Press::default() };
        check(key("Space"), Some(Does::Wish(Wish::Toggle)));
        check(key("ArrowRight"), Some(Does::Wish(Wish::Step(Toward::Forward))));
        check(
            Press { shift: true, ..key("ArrowLeft") },
            Some(Does::Wish(Wish::StepTransaction(Toward::Back))),
        );
        check(key("BracketRight"), Some(Does::Wish(Wish::StepAbort(Toward::Forward))));
        check(Press { command: true, ..key("KeyZ") }, Some(Does::Wish(Wish::Undo)));
        check(Press { key: "?", shift: true, ..key("Slash") }, Some(Does::Sheet));
        check(key("KeyF"), Some(Does::Fit));
    }

    #[test]
    fn whoever_types_is_left_alone() {
        for code in ["Space", "ArrowLeft", "KeyR", "KeyT", "KeyC", "Home", "BracketLeft"] {
            check(Press { code, typing: true, ..Press::default() }, None);
        }
        check(Press { code: "KeyZ", command: true, typing: true, ..Press::default() }, None);
        check(Press { code: "Escape", typing: true, ..Press::default() }, Some(Does::Escape));
    }

    #[test]
    fn where_nothing_has_a_time_its_keys_scroll() {
        for code in ["Space", "ArrowLeft", "Home", "End", "BracketRight"] {
            check(Press { code, timeless: true, ..Press::default() }, None);
        }
        check(Press { code: "KeyC", timeless: true, ..Press::default() }, Some(Does::Compare));
    }

    #[test]
    fn buttons_keep_their_space_bar_and_the_browser_its_shortcuts() {
        check(Press { code: "Space", on_button: true, ..Press::default() }, None);
        check(Press { code: "KeyR", command: true, ..Press::default() }, None);
        check(Press { code: "ArrowLeft", alt: true, ..Press::default() }, None);
    }
}
