//! The menu of files: a button that opens a list; arrows go through it, Escape closes it.

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusEvent, HtmlElement, Node};
use yew::{
    Callback, Html, KeyboardEvent, NodeRef, Properties, TargetCast, function_component, html,
    use_effect_with, use_node_ref,
};

use crate::icons::Icon;
use crate::store::{Action, Export, Wish};
use crate::words::Dispatch;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ExportMenuProps {
    pub(crate) dispatch: Dispatch,
    /// There is a run to take away.
    pub(crate) filmed: bool,
    /// The scenario can be saved.
    pub(crate) saves: bool,
    /// It is open.
    pub(crate) open: bool,
}

#[function_component(ExportMenu)]
pub(crate) fn export_menu(props: &ExportMenuProps) -> Html {
    let (root, list) = (use_node_ref(), use_node_ref());
    use_effect_with(props.open, {
        let list = list.clone();
        move |open| {
            if *open {
                focus(first_item(&list));
            }
        }
    });
    let turn = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |open| dispatch.dispatch(Action::Wish(Wish::Exporting(open))))
    };
    let toggle = {
        let open = props.open;
        turn.reform(move |_| !open)
    };
    let leave = {
        let (turn, root) = (turn.clone(), root.clone());
        Callback::from(move |event: FocusEvent| {
            let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
            let inside = root.cast::<Node>().is_some_and(|root| root.contains(to.as_ref()));
            if !inside {
                turn.emit(false);
            }
        })
    };
    let close = {
        let root = root.clone();
        Callback::from(move |()| {
            turn.emit(false);
            let button = root.cast::<Element>().and_then(|root| root.first_element_child());
            focus(button.and_then(|button| button.dyn_into().ok()));
        })
    };
    html! {
        <div class="export" ref={root} onfocusout={leave}>
            <button class="control square" data-testid="export" title="Take it away (E)"
                aria-label="Take it away as a file" aria-haspopup="menu" aria-expanded={props.open.to_string()}
                onclick={toggle}>{ Icon::Save.draw() }</button>
            if props.open {
                <div class="export-list" role="menu" aria-label="Take it away as a file" ref={list}
                    data-testid="export-menu" onkeydown={keys(&close)}>
                    { item(props, &close, "save", ("Scenario", "the block and its state, to be opened again"), props.saves, Wish::Save) }
                    { for Export::ALL.iter().map(|export| {
                        let wish = Wish::Export(*export);
                        item(props, &close, export.slug(), export.words(), props.filmed, wish)
                    }) }
                </div>
            }
        </div>
    }
}

fn item(
    props: &ExportMenuProps,
    close: &Callback<()>,
    slug: &'static str,
    (title, words): (&'static str, &'static str),
    can: bool,
    wish: Wish,
) -> Html {
    let (dispatch, close) = (props.dispatch.clone(), close.clone());
    let go = move |_| {
        if can {
            dispatch.dispatch(Action::Wish(wish.clone()));
            close.emit(());
        }
    };
    html! {
        <button role="menuitem" tabindex="-1" class="export-item" data-testid={format!("export-{slug}")}
            aria-disabled={(!can).to_string()} onclick={go}>
            <span>{ title }</span><span class="note">{ words }</span>
        </button>
    }
}

fn keys(close: &Callback<()>) -> Callback<KeyboardEvent> {
    let close = close.clone();
    Callback::from(move |event: KeyboardEvent| {
        let Some(item) = event.target_dyn_into::<Element>() else { return };
        let list = item.parent_element();
        let first = || list.as_ref().and_then(Element::first_element_child);
        let last = || list.as_ref().and_then(Element::last_element_child);
        let to = match event.code().as_str() {
            "ArrowDown" => item.next_element_sibling().or_else(first),
            "ArrowUp" => item.previous_element_sibling().or_else(last),
            "Home" => first(),
            "End" => last(),
            "Escape" | "Tab" => {
                if event.code() == "Escape" {
                    event.prevent_default();
                }
                event.stop_propagation();
                close.emit(());
                return;
            }
            // These press it.
            "Enter" | "Space" => {
                event.stop_propagation();
                return;
            }
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        focus(to.and_then(|to| to.dyn_into().ok()));
    })
}

fn first_item(list: &NodeRef) -> Option<HtmlElement> {
    list.cast::<Element>()?.first_element_child()?.dyn_into().ok()
}

fn focus(element: Option<HtmlElement>) {
    if let Some(element) = element {
        // What cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}
