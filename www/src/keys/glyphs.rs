//! How keys are written: with the signs of the user's own keyboard, where the browser knows them.

use std::collections::HashMap;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::table::{Key, Stroke};

/// What is printed on the user's keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Keyboard {
    /// By `KeyboardEvent.code`; empty where the browser does not tell.
    glyphs: HashMap<String, String>,
    /// Command stands for Control.
    mac: bool,
}

/// The keys that are pressed together, each as it is printed.
pub(crate) type Strokes = Vec<String>;

impl Keyboard {
    /// A keyboard with these glyphs.
    pub(crate) const fn new(glyphs: HashMap<String, String>, mac: bool) -> Self {
        Self { glyphs, mac }
    }

    /// What is printed on the keys of a stroke, those that are held first.
    pub(crate) fn write(&self, stroke: Stroke) -> Strokes {
        let held = [
            (stroke.command, if self.mac { "⌘" } else { "Ctrl" }),
            (stroke.alt, if self.mac { "⌥" } else { "Alt" }),
            (stroke.shift, if self.mac { "⇧" } else { "Shift" }),
        ];
        let held = held.iter().filter(|(on, _)| *on).map(|(_, word)| (*word).to_owned());
        let key = match stroke.key {
            Key::At(code) => self.glyph(code),
            Key::Sign(sign) => sign.to_owned(),
            Key::Digit => "1 … 9".to_owned(),
        };
        held.chain([key]).collect()
    }

    /// What is printed on the key at this place.
    fn glyph(&self, code: &str) -> String {
        let own = self.glyphs.get(code).filter(|glyph| !glyph.trim().is_empty());
        if let Some(glyph) = own {
            let mut upper = glyph.to_uppercase();
            // A sharp s has no capital of one letter.
            if upper.chars().count() != glyph.chars().count() {
                upper.clone_from(glyph);
            }
            return upper;
        }
        match code {
            "Space" => "Space",
            "ArrowLeft" => "←",
            "ArrowRight" => "→",
            "ArrowUp" => "↑",
            "ArrowDown" => "↓",
            "Escape" => "Esc",
            "Period" => ".",
            "Comma" => ",",
            "Slash" => "/",
            "BracketLeft" => "[",
            "BracketRight" => "]",
            "Minus" => "-",
            "Equal" => "=",
            "NumpadAdd" => "Num +",
            "NumpadSubtract" => "Num -",
            "Backquote" => "`",
            other => other.strip_prefix("Key").or(other.strip_prefix("Digit")).unwrap_or(other),
        }
        .to_owned()
    }

    /// The user's keyboard. Asks the browser, which may not tell: then it is an American one.
    pub(crate) async fn read() -> Self {
        let mac = is_mac().unwrap_or(false);
        Self::new(layout().await.unwrap_or_default(), mac)
    }
}

fn is_mac() -> Option<bool> {
    let navigator = navigator()?;
    let platform = Reflect::get(&navigator, &"platform".into()).ok()?.as_string()?;
    Some(["Mac", "iPhone", "iPad"].iter().any(|known| platform.starts_with(known)))
}

fn navigator() -> Option<JsValue> {
    let window: JsValue = web_sys::window()?.into();
    Reflect::get(&window, &"navigator".into()).ok()
}

/// `navigator.keyboard.getLayoutMap()`, where there is one.
async fn layout() -> Option<HashMap<String, String>> {
    let keyboard = Reflect::get(&navigator()?, &"keyboard".into()).ok()?;
    let ask: Function = Reflect::get(&keyboard, &"getLayoutMap".into()).ok()?.dyn_into().ok()?;
    let promise: Promise = ask.call0(&keyboard).ok()?.dyn_into().ok()?;
    let map = JsFuture::from(promise).await.ok()?;
    let entries = js_sys::try_iter(&map).ok()??;
    let pair = |entry: JsValue| {
        let entry: js_sys::Array = entry.dyn_into().ok()?;
        Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
    };
    Some(entries.filter_map(|entry| pair(entry.ok()?)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::COMMANDS;

    fn written(keyboard: &Keyboard, id: &str) -> Vec<String> {
        let command = COMMANDS.iter().find(|command| command.id == id);
        let keys = command.map(|command| command.keys).unwrap_or_default();
        keys.iter().map(|stroke| keyboard.write(*stroke).join(" ")).collect()
    }

    #[test]
    fn without_a_layout_it_is_an_american_keyboard() {
        let keyboard = Keyboard::default();
        assert_eq!(written(&keyboard, "undo"), ["Ctrl Z"]);
        assert_eq!(written(&keyboard, "redo"), ["Ctrl Shift Z", "Ctrl Y"]);
        assert_eq!(written(&keyboard, "play"), ["Space", "."]);
        assert_eq!(written(&keyboard, "tx-back"), ["Shift ←"]);
        assert_eq!(written(&keyboard, "strategy"), ["1 … 9"]);
    }

    #[test]
    fn the_layout_and_the_mac_have_their_own_signs() {
        let glyphs = [("KeyZ", "w"), ("KeyK", "k"), ("Space", " "), ("Minus", "ß")];
        let glyphs = glyphs.map(|(code, glyph)| (code.to_owned(), glyph.to_owned()));
        let keyboard = Keyboard::new(glyphs.into_iter().collect(), true);
        assert_eq!(written(&keyboard, "undo"), ["⌘ W"]);
        assert_eq!(written(&keyboard, "redo"), ["⌘ ⇧ W", "⌘ Y"]);
        assert_eq!(written(&keyboard, "play"), ["Space", "."]);
        assert_eq!(keyboard.glyph("Minus"), "ß");
    }
}
