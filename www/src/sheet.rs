//! What lies over the page while the user reads it: the keys, the benchmark, the palette.

use wasm_bindgen::JsCast;
use web_sys::Element;
use yew::{
    Callback, Html, KeyboardEvent, NodeRef, Properties, classes, function_component, html,
    use_effect_with, use_node_ref,
};

use crate::icons::Icon;
use crate::keys::{COMMANDS, Group, HABITS, Keyboard, Stroke};
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
    /// How it looks besides.
    #[prop_or_default]
    pub(crate) class: &'static str,
    /// What takes the focus; else the button that closes.
    #[prop_or_default]
    pub(crate) first: Option<NodeRef>,
    pub(crate) children: Html,
}

/// A sheet over the page. Opened by the user, so it may take the focus; closing gives it back.
#[function_component(Overlay)]
pub(crate) fn overlay(props: &OverlayProps) -> Html {
    let (close, frame) = (use_node_ref(), use_node_ref());
    use_effect_with((), {
        let first = props.first.clone().unwrap_or_else(|| close.clone());
        move |()| {
            let before = web_sys::window()
                .and_then(|window| window.document())
                .and_then(|document| document.active_element());
            focus(first.cast::<web_sys::HtmlElement>());
            move || focus(before.and_then(|before| wasm_bindgen::JsCast::dyn_into(before).ok()))
        }
    });
    let class = classes!("sheet", props.wide.then_some("sheet-wide"), props.class);
    let stay = {
        let frame = frame.clone();
        Callback::from(move |event: KeyboardEvent| keep_inside(&frame, &event))
    };
    html! {
        <div class="veil" onclick={wish(&props.dispatch, Wish::Sheet(None))}>
            <section {class} ref={frame} onkeydown={stay} role="dialog" aria-modal="true" aria-label={props.title} data-testid={props.id}
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

/// Tab goes round inside the sheet.
fn keep_inside(frame: &NodeRef, event: &KeyboardEvent) {
    const TAKES_FOCUS: &str =
        "button:not([disabled]), input, select, textarea, a[href], summary, [tabindex=\"0\"]";
    if event.key() != "Tab" {
        return;
    }
    let all = frame.cast::<Element>().and_then(|frame| frame.query_selector_all(TAKES_FOCUS).ok());
    let Some(all) = all.filter(|all| all.length() > 0) else { return };
    let active = web_sys::window()
        .and_then(|window| window.document())
        .and_then(|document| document.active_element());
    let (from, to) = match event.shift_key() {
        true => (0, all.length() - 1),
        false => (all.length() - 1, 0),
    };
    let is_edge = match (&active, all.item(from)) {
        (Some(active), Some(edge)) => edge.is_same_node(Some(active)),
        _ => true,
    };
    if is_edge {
        event.prevent_default();
        focus(all.item(to).and_then(|node| node.dyn_into().ok()));
    }
}

/// What each key does, by heading, with the signs of the user's own keyboard; and whether keys
/// that stand alone are heard.
pub(crate) fn key_list(keyboard: &Keyboard, single: bool, turn: &Callback<()>) -> Html {
    let group = |group: Group| {
        let commands = COMMANDS.iter().filter(|command| command.group == group);
        let mut lines: Vec<_> = commands.map(|command| (command.keys, command.words)).collect();
        let habits = HABITS.iter().filter(|(of, ..)| *of == group);
        lines.extend(habits.map(|(_, keys, words)| (*keys, *words)));
        lines.retain(|(keys, _)| !keys.is_empty());
        html! {
            <div class="keys-group">
                <h3>{ group.title() }</h3>
                <dl class="keys">
                    { for lines.iter().map(|(keys, words)| html! {
                        <div><dt>{ strokes(keyboard, keys) }</dt><dd>{ *words }</dd></div>
                    }) }
                </dl>
            </div>
        }
    };
    html! {
        <>
            <label class="keys-switch">
                <input type="checkbox" role="switch" data-testid="single-keys" checked={single}
                    onchange={turn.reform(|_| ())} />
                <span>{ "Single-key shortcuts" }</span>
                <span class="note">{ "Off: only Escape and keys with Ctrl or ⌘ are heard." }</span>
            </label>
            <div class="keys-groups">{ for Group::ALL.into_iter().map(group) }</div>
        </>
    }
}

/// Keys as they are printed, one key in each frame.
pub(crate) fn strokes(keyboard: &Keyboard, keys: &[Stroke]) -> Html {
    let one = |stroke: &Stroke| {
        let keys = keyboard.write(*stroke);
        html! { <span class="stroke">{ for keys.iter().map(|key| html! { <kbd>{ key }</kbd> }) }</span> }
    };
    keys.iter().map(one).collect()
}

fn focus(element: Option<web_sys::HtmlElement>) {
    if let Some(element) = element {
        // What cannot take the focus is left alone.
        let _ = element.focus();
    }
}
