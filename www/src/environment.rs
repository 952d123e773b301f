//! What the page is told once, when it opens: by its address and by the browser.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::{MediaQueryList, Window};

use crate::engine_link::Flavour;

/// Where the page finds itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Environment {
    /// The engine that can run here.
    pub(crate) flavour: Flavour,
    /// `?debug`: show what only tests need.
    pub(crate) debug: bool,
    /// Motion is not wanted.
    pub(crate) still: bool,
}

impl Environment {
    /// Asks the browser. Without one, the least is assumed.
    pub(crate) fn read() -> Self {
        let window = web_sys::window();
        let search =
            window.as_ref().and_then(|window| window.location().search().ok()).unwrap_or_default();
        let isolated = window.as_ref().is_some_and(is_isolated);
        Self {
            flavour: flavour(isolated, &search),
            debug: has(&search, "debug"),
            still: motion_query().is_some_and(|query| query.matches()),
        }
    }
}

/// Asks whether motion is not wanted; listen to its `change`.
pub(crate) fn motion_query() -> Option<MediaQueryList> {
    web_sys::window()?.match_media("(prefers-reduced-motion: reduce)").ok()?
}

fn is_isolated(window: &Window) -> bool {
    Reflect::get(window, &JsValue::from_str("crossOriginIsolated"))
        .is_ok_and(|value| value.is_truthy())
}

/// Threads share memory, and memory can be shared only where the page is isolated.
fn flavour(isolated: bool, search: &str) -> Flavour {
    if isolated && !has(search, "engine=single") { Flavour::Threads } else { Flavour::Single }
}

fn has(search: &str, part: &str) -> bool {
    search.trim_start_matches('?').split('&').any(|one| one == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_need_isolation_and_can_be_declined() {
        assert_eq!(flavour(true, ""), Flavour::Threads);
        assert_eq!(flavour(true, "?debug"), Flavour::Threads);
        assert_eq!(flavour(false, ""), Flavour::Single);
        assert_eq!(flavour(true, "?debug&engine=single"), Flavour::Single);
        assert_eq!(flavour(true, "?engine=singleton"), Flavour::Threads);
    }
}
