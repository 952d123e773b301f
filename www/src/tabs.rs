//! A row of tabs: arrow keys go from one to the next, as everywhere.

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::{Callback, Html, KeyboardEvent, TargetCast, html};

/// One tab.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tab<T> {
    /// What it stands for.
    pub(crate) of: T,
    /// Its name for tests, and of the element that it controls: `{slug}-panel`.
    pub(crate) slug: &'static str,
    /// Its words.
    pub(crate) words: String,
}

/// Draws the row. `label` says what the tabs choose between.
pub(crate) fn tabs<T: Copy + PartialEq + 'static>(
    label: &'static str,
    all: &[Tab<T>],
    chosen: T,
    choose: &Callback<T>,
) -> Html {
    let one = |tab: &Tab<T>| {
        let (of, on) = (tab.of, tab.of == chosen);
        html! {
            <button role="tab" class="tab" id={format!("{}-tab", tab.slug)} key={tab.slug}
                data-testid={format!("tab-{}", tab.slug)} aria-selected={on.to_string()}
                aria-controls={format!("{}-panel", tab.slug)} tabindex={if on { "0" } else { "-1" }}
                onclick={choose.reform(move |_| of)}>{ &tab.words }</button>
        }
    };
    html! {
        <div class="tabs" role="tablist" aria-label={label} onkeydown={Callback::from(arrows)}>
            { for all.iter().map(one) }
        </div>
    }
}

/// The arrows press the neighbour, which then has the focus.
fn arrows(event: KeyboardEvent) {
    let Some(tab) =
        event.target_dyn_into::<Element>().and_then(|e| e.closest("[role=tab]").ok()?)
    else {
        return;
    };
    let row = tab.parent_element();
    let to = match event.code().as_str() {
        "ArrowLeft" => tab.previous_element_sibling(),
        "ArrowRight" => tab.next_element_sibling(),
        "Home" => row.and_then(|row| row.first_element_child()),
        "End" => row.and_then(|row| row.last_element_child()),
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some(to) = to.and_then(|to| to.dyn_into::<HtmlElement>().ok()) {
        to.click();
        // A tab can always take the focus.
        let _ = to.focus();
    }
}
