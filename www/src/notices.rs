//! What interrupts: a sentence about bad input, a card after a crash, the sheet of keys.

use yew::{Html, Properties, function_component, html, use_effect_with, use_node_ref};

use crate::icons::Icon;
use crate::keys::SHEET;
use crate::store::{Crash, Engine, Wish};
use crate::words::{Dispatch, wish};

#[derive(Clone, PartialEq)]
pub(crate) struct NoticesProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) alert: Option<std::rc::Rc<str>>,
    pub(crate) crash: Option<Crash>,
    pub(crate) engine: Engine,
}

pub(crate) fn notices(props: &NoticesProps) -> Html {
    html! {
        <div class="notices">
            if let Some(crash) = &props.crash { { crash_card(props, crash) } }
            if let Some(alert) = &props.alert {
                <div class="notice" role="alert" data-testid="alert">
                    <p>{ alert.to_string() }</p>
                    <button class="tool" aria-label="Dismiss" data-testid="alert-dismiss"
                        onclick={wish(&props.dispatch, Wish::DismissAlert)}>{ Icon::Close.draw() }</button>
                </div>
            }
        </div>
    }
}

fn crash_card(props: &NoticesProps, crash: &Crash) -> Html {
    let ready = matches!(props.engine, Engine::Ready { .. });
    let next = match (ready, crash.held) {
        (true, _) => "A new engine is ready.",
        (false, true) => "It broke several times in a row, so it waits for you.",
        (false, false) => "A new engine is on its way.",
    };
    html! {
        <div class="notice notice-crash" role="alert" data-testid="crash-card">
            <p>
                <strong>{ format!("The engine stopped: {}.", crash.message) }</strong>
                { " Your scenario is safe. " }{ next }
            </p>
            if ready {
                <button class="control primary" data-testid="crash-run"
                    onclick={wish(&props.dispatch, Wish::Run)}>{ "Run again" }</button>
            } else if crash.held {
                <button class="control primary" data-testid="crash-restart"
                    onclick={wish(&props.dispatch, Wish::Restart)}>{ "Start the engine" }</button>
            }
            <button class="tool" aria-label="Dismiss" data-testid="crash-dismiss"
                onclick={wish(&props.dispatch, Wish::DismissCrash)}>{ Icon::Close.draw() }</button>
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct KeySheetProps {
    pub(crate) dispatch: Dispatch,
}

/// Opened by the user, so it may take the focus; closing gives it back.
#[function_component(KeySheet)]
pub(crate) fn key_sheet(props: &KeySheetProps) -> Html {
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
    html! {
        <div class="veil" onclick={wish(&props.dispatch, Wish::Keys(false))}>
            <section class="sheet" role="dialog" aria-modal="true" aria-label="Keys" data-testid="key-sheet"
                onclick={|event: yew::MouseEvent| event.stop_propagation()}>
                <h2>{ "Keys" }
                    <button class="tool" ref={close} aria-label="Close"
                        onclick={wish(&props.dispatch, Wish::Keys(false))}>{ Icon::Close.draw() }</button>
                </h2>
                <dl class="keys">
                    { for SHEET.iter().map(|(keys, does)| html! {
                        <div><dt><kbd>{ *keys }</kbd></dt><dd>{ *does }</dd></div>
                    }) }
                </dl>
            </section>
        </div>
    }
}

fn focus(element: Option<web_sys::HtmlElement>) {
    if let Some(element) = element {
        // What cannot take the focus is left alone.
        let _ = element.focus();
    }
}
