//! The keyboard. Keys are taken by their place, so that every layout has the same hand; signs
//! that people look for on their own keyboard, `/` and `?`, are taken by what they write.
//!
//! One table says what there is to do: from it come the keys, the sheet of keys and the palette.

mod glyphs;
mod single;
mod table;

pub(crate) use glyphs::Keyboard;
pub(crate) use single::use_single_keys;
use table::Key;
pub(crate) use table::{COMMANDS, Group, HABITS, Stroke};

use lanescope_timeline::Way;

use crate::lanes::Steer;
use crate::store::Wish;

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
    /// A control that takes arrows and the space bar, but no letters, has the focus.
    pub(crate) sliding: bool,
    /// A button or link has the focus: it takes the space bar itself.
    pub(crate) on_button: bool,
    /// The page keys scroll something: the page, or what has the focus. Where they would do nothing,
    /// they step, as the remote control of a speaker sends them.
    pub(crate) scrolling: bool,
    /// Nothing on the screen has a time: the keys that move it scroll instead.
    pub(crate) timeless: bool,
    /// Keys that stand alone are switched off.
    pub(crate) silenced: bool,
}

/// What a key or a command does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Does {
    /// It changes the store.
    Wish(Wish),
    /// The strategy of this number in the menu, from 1.
    Strategy(u8),
    /// Chooses a file to open.
    Open,
    /// The other theme.
    Theme,
    /// Another part of the run into view.
    Steer(Steer),
    /// The view moves along with the playhead, or no longer.
    Follow,
    /// To the comparison, and back.
    Compare,
    /// The sheet of keys.
    Sheet,
    /// The field that searches.
    Search,
    /// The list of everything that can be done.
    Palette,
    /// Away with what is open.
    Escape,
}

/// What a key does now, if anything.
pub(crate) fn meaning(press: Press<'_>) -> Option<Does> {
    let found = COMMANDS.iter().filter_map(|command| {
        let stroke = command.keys.iter().find(|stroke| stroke.is(press))?;
        command.is_heard(*stroke, press).then_some((command, stroke))
    });
    // A sign may stand on a key whose place means something else: the sign counts.
    let (command, stroke) = found.min_by_key(|(_, stroke)| !matches!(stroke.key, Key::Sign(_)))?;
    Some(match ((command.does)(), stroke.digit(press)) {
        (Does::Strategy(_), Some(number)) => Does::Strategy(number),
        (does, _) => does,
    })
}

/// Which way an arrow key goes, in what has the focus.
pub(crate) fn way(code: &str) -> Option<Way> {
    Some(match code {
        "ArrowLeft" => Way::Earlier,
        "ArrowRight" => Way::Later,
        "ArrowUp" => Way::Up,
        "ArrowDown" => Way::Down,
        "Home" => Way::First,
        "End" => Way::Last,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use lanescope_timeline::Heading;

    use super::*;
    use crate::playback::Toward;
    use crate::store::WhyWish;

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
        check(key("KeyJ"), Some(Does::Wish(Wish::StepAbort(Toward::Forward))));
        let cause = Wish::Why(WhyWish::Walk(Heading::Cause));
        check(key("BracketLeft"), Some(Does::Wish(cause)));
        check(Press { command: true, ..key("KeyZ") }, Some(Does::Wish(Wish::Undo)));
        check(Press { command: true, shift: true, ..key("KeyZ") }, Some(Does::Wish(Wish::Redo)));
        check(Press { key: "?", shift: true, ..key("Slash") }, Some(Does::Sheet));
        check(key("KeyF"), Some(Does::Steer(Steer::Fit)));
        check(key("KeyW"), Some(Does::Steer(Steer::In)));
        check(key("KeyG"), Some(Does::Follow));
        check(key("Period"), Some(Does::Wish(Wish::Toggle)));
        check(key("Digit3"), Some(Does::Strategy(3)));
        check(key("Digit0"), None);
    }

    #[test]
    fn signs_are_found_wherever_the_layout_has_them() {
        let german = Press { code: "Digit7", key: "/", shift: true, ..Press::default() };
        check(german, Some(Does::Search));
        check(Press { code: "Slash", key: "-", ..Press::default() }, None);
        check(
            Press { code: "Minus", key: "?", shift: true, ..Press::default() },
            Some(Does::Sheet),
        );
    }

    #[test]
    fn whoever_types_is_left_alone() {
        for code in ["Space", "ArrowLeft", "KeyR", "KeyT", "KeyC", "Home", "KeyJ", "Digit1"] {
            check(Press { code, typing: true, ..Press::default() }, None);
        }
        check(Press { code: "KeyZ", command: true, typing: true, ..Press::default() }, None);
        check(Press { code: "Slash", key: "/", typing: true, ..Press::default() }, None);
        check(Press { code: "Escape", typing: true, ..Press::default() }, Some(Does::Escape));
        check(
            Press { code: "KeyK", command: true, typing: true, ..Press::default() },
            Some(Does::Palette),
        );
    }

    #[test]
    fn sliders_keep_their_arrows_and_leave_the_letters() {
        for code in ["Space", "ArrowLeft", "Home", "Minus"] {
            check(Press { code, sliding: true, ..Press::default() }, None);
        }
        let zoom = Some(Does::Steer(Steer::In));
        check(Press { code: "KeyW", sliding: true, ..Press::default() }, zoom);
    }

    #[test]
    fn where_nothing_has_a_time_its_keys_scroll() {
        for code in ["Space", "ArrowLeft", "Home", "End", "KeyJ"] {
            check(Press { code, timeless: true, ..Press::default() }, None);
        }
        check(Press { code: "KeyC", timeless: true, ..Press::default() }, Some(Does::Compare));
    }

    #[test]
    fn keys_that_stand_alone_can_be_switched_off() {
        let key = |code| Press { code, silenced: true, ..Press::default() };
        for code in ["Space", "ArrowLeft", "KeyR", "Home", "Digit1"] {
            check(key(code), None);
        }
        check(Press { key: "?", shift: true, ..key("Slash") }, None);
        check(key("Escape"), Some(Does::Escape));
        check(Press { command: true, ..key("KeyK") }, Some(Does::Palette));
        check(Press { command: true, ..key("KeyZ") }, Some(Does::Wish(Wish::Undo)));
    }

    #[test]
    fn a_remote_control_steps_where_nothing_scrolls() {
        let next = Press { code: "PageDown", ..Press::default() };
        check(next, Some(Does::Wish(Wish::Step(Toward::Forward))));
        let back = Press { code: "PageUp", ..Press::default() };
        check(back, Some(Does::Wish(Wish::Step(Toward::Back))));
        check(Press { scrolling: true, ..next }, None);
        check(Press { typing: true, ..next }, None);
    }

    #[test]
    fn buttons_keep_their_space_bar_and_the_browser_its_shortcuts() {
        check(Press { code: "Space", on_button: true, ..Press::default() }, None);
        check(Press { code: "KeyR", command: true, ..Press::default() }, None);
        check(Press { code: "ArrowLeft", alt: true, ..Press::default() }, None);
        check(Press { code: "KeyF", shift: true, ..Press::default() }, None);
    }

    #[test]
    fn no_two_commands_have_one_key_or_one_name() {
        let strokes: Vec<_> = COMMANDS.iter().flat_map(|command| command.keys).collect();
        for (at, stroke) in strokes.iter().enumerate() {
            assert!(!strokes[..at].contains(stroke), "{stroke:?} stands twice");
        }
        for (at, command) in COMMANDS.iter().enumerate() {
            let same = COMMANDS[..at].iter().find(|other| other.id == command.id);
            assert!(same.is_none(), "{} stands twice", command.id);
        }
    }
}
