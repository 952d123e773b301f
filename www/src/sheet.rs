//! What lies over the page while the user reads it: the keys, the benchmark.

use yew::{Html, Properties, function_component, html, use_effect_with, use_node_ref};

use crate::icons::Icon;
use crate::keys::SHEET;
use crate::store::Wish;
use crate::words::{Dispatch, wish};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct OverlayProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) title: &'static str,
    /// Its name for tests.
    pub(crate) id: &'static str,
    /// It holds a table.
    #[prop_or_default]
    pub(crate) wide: bool,
    pub(crate) children: Html,
}

/// A sheet over the page. Opened by the user, so it may take the focus; closing gives it back.
#[function_component(Overlay)]
pub(crate) fn overlay(props: &OverlayProps) -> Html {
    let close = use_node_ref();
    use_effect_with((), {
        let close = close.clone();
        move |()| {
            let before = web_sys::window()
                .and_then(|window| window.document())
                .and_then(|document| document.active_element());
            focus(close.cast::<web_sys::HtmlElement>());
            move || focus(before.and_then(|before| wasm_bindgen::JsCast::dyn_into(before).ok()))
        }
    });
    let class = if props.wide { "sheet sheet-wide" } else { "sheet" };
    html! {
        <div class="veil" onclick={wish(&props.dispatch, Wish::Sheet(None))}>
            <section {class} role="dialog" aria-modal="true" aria-label={props.title} data-testid={props.id}
                onclick={|event: yew::MouseEvent| event.stop_propagation()}>
                <h2>{ props.title }
                    <button class="tool" ref={close} aria-label="Close"
                        onclick={wish(&props.dispatch, Wish::Sheet(None))}>{ Icon::Close.draw() }</button>
                </h2>
                { props.children.clone() }
            </section>
        </div>
    }
}

/// What each key does.
pub(crate) fn key_list() -> Html {
    html! {
        <dl class="keys">
            { for SHEET.iter().map(|(keys, does)| html! {
                <div><dt><kbd>{ *keys }</kbd></dt><dd>{ *does }</dd></div>
            }) }
        </dl>
    }
}

fn focus(element: Option<web_sys::HtmlElement>) {
    if let Some(element) = element {
        // What cannot take the focus is left alone.
        let _ = element.focus();
    }
}
