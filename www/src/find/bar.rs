//! The field above the lanes: a combobox with what could be typed next, how much was found, and
//! the way from hit to hit.

use std::rc::Rc;
use std::sync::Arc;

use lanescope_timeline::find::{Index, Kind, Suggestion, suggest};
use web_sys::{HtmlElement, HtmlInputElement};
use yew::{
    Callback, Html, InputEvent, KeyboardEvent, MouseEvent, NodeRef, Properties, TargetCast,
    UseStateHandle, classes, function_component, hook, html, use_effect_with, use_memo,
    use_node_ref, use_state_eq,
};

use crate::icons::Icon;
use crate::playback::Toward;
use crate::store::{Action, FindWish, Store, Wish};
use crate::words::{Dispatch, wish};

/// Suggestions at once.
const SUGGESTED: usize = 8;
const LIST: &str = "find-suggestions";

/// The names of a film; equal only to itself.
#[derive(Clone)]
pub(crate) struct Names(Arc<Index>);

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct FindBarProps {
    pub(crate) dispatch: Dispatch,
    /// What stands in the field.
    pub(crate) text: Rc<str>,
    /// How much was found, or why nothing is.
    pub(crate) words: String,
    /// What stands in the field is not understood.
    pub(crate) refused: bool,
    /// How many runs were found; 0 also where nothing is asked for.
    pub(crate) hits: usize,
    /// The hit that was gone to last, in words.
    pub(crate) hit: Option<String>,
    /// The block lists the hits only.
    pub(crate) only: bool,
    /// Names to suggest.
    pub(crate) names: Option<Names>,
    /// Each time this changes, the field takes the focus.
    pub(crate) asked: u32,
}

/// What the field is given, while it is open.
pub(crate) fn find_props(store: &Store, dispatch: &Dispatch) -> Option<FindBarProps> {
    let find = &store.find;
    find.open.then(|| FindBarProps {
        dispatch: dispatch.clone(),
        text: Rc::clone(&find.text),
        words: find.words(),
        refused: find.refusal.is_some(),
        hits: find.found.as_ref().map_or(0, |found| found.hits.len()),
        hit: find.hit_words(),
        only: find.only,
        names: find.index.clone().map(Names),
        asked: find.asked,
    })
}

/// What the list of suggestions shows.
#[derive(Clone)]
struct List {
    open: UseStateHandle<bool>,
    /// The suggestion that the arrow keys stand on.
    at: UseStateHandle<Option<usize>>,
    all: Rc<Vec<Suggestion>>,
}

#[function_component(FindBar)]
pub(crate) fn find_bar(props: &FindBarProps) -> Html {
    let input = use_node_ref();
    let list = List {
        open: use_state_eq(|| false),
        at: use_state_eq(|| None),
        all: use_memo((props.names.clone(), props.text.clone()), |(names, text)| {
            names.as_ref().map(|names| suggest(&names.0, text, SUGGESTED)).unwrap_or_default()
        }),
    };
    use_focus(&input, props.asked);
    let shown = *list.open && !list.all.is_empty();
    let chosen = (*list.at).filter(|at| shown && *at < list.all.len());
    let typed = {
        let (dispatch, list) = (props.dispatch.clone(), list.clone());
        Callback::from(move |event: InputEvent| {
            let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
            list.open.set(true);
            list.at.set(None);
            dispatch.dispatch(Action::Wish(Wish::Find(FindWish::Type(input.value()))));
        })
    };
    let left = {
        let open = list.open.setter();
        Callback::from(move |_| open.set(false))
    };
    html! {
        <search class="find" aria-label="This run" data-testid="find">
            <div class="find-line">
                <div class={classes!("find-box", props.refused.then_some("find-refused"))}>
                    { Icon::Search.draw() }
                    <input ref={input} type="text" class="find-field" data-testid="find-field"
                        role="combobox" aria-label="Search this run" aria-autocomplete="list"
                        aria-expanded={shown.to_string()} aria-controls={LIST} aria-haspopup="listbox"
                        aria-activedescendant={chosen.map(option_id)} aria-describedby="find-told"
                        aria-invalid={props.refused.then_some("true")}
                        autocomplete="off" autocapitalize="off" spellcheck="false"
                        placeholder="Ana, T5, swap, is:aborted, gas:>90k …"
                        value={props.text.to_string()} oninput={typed} onblur={left}
                        onkeydown={keys(props, &list, chosen)} />
                    if shown { { suggestions(props, &list, chosen) } }
                </div>
                { steps(props) }
            </div>
            { told(props) }
        </search>
    }
}

/// From hit to hit, and away.
fn steps(props: &FindBarProps) -> Html {
    let ask = |ask: FindWish| wish::<MouseEvent>(&props.dispatch, Wish::Find(ask));
    let none = props.hits == 0;
    html! {
        <div class="find-steps">
            <button class="control square" data-testid="find-previous" disabled={none}
                title="Previous hit (Shift + Enter)" aria-label="Previous hit"
                onclick={ask(FindWish::Hit(Toward::Back))}>{ Icon::Up.draw() }</button>
            <button class="control square" data-testid="find-next" disabled={none}
                title="Next hit (Enter)" aria-label="Next hit"
                onclick={ask(FindWish::Hit(Toward::Forward))}>{ Icon::Down.draw() }</button>
            <button class={classes!("control", "find-only", props.only.then_some("pressed"))}
                data-testid="find-only" aria-pressed={props.only.to_string()}
                title="The block lists what was found, and nothing else"
                onclick={ask(FindWish::Only(!props.only))}>{ "Only these" }</button>
            <button class="control square" data-testid="find-close" aria-label="Close the search"
                title="Close the search (Esc)" onclick={ask(FindWish::Close)}>
                { Icon::Close.draw() }
            </button>
        </div>
    }
}

/// How much was found, and which hit is looked at.
fn told(props: &FindBarProps) -> Html {
    html! {
        <p class={classes!("find-told", props.refused.then_some("bad"))} id="find-told" role="status">
            <span data-testid="find-count">{ &props.words }</span>
            if let Some(hit) = &props.hit {
                <span class="find-hit" data-testid="find-hit">{ " · " }{ hit }</span>
            }
        </p>
    }
}

fn suggestions(props: &FindBarProps, list: &List, chosen: Option<usize>) -> Html {
    let option = |(at, suggestion): (usize, &Suggestion)| {
        let take = {
            let (dispatch, list, suggestion) =
                (props.dispatch.clone(), list.clone(), suggestion.clone());
            Callback::from(move |event: MouseEvent| {
                // The field keeps the focus.
                event.prevent_default();
                accept(&dispatch, &list, &suggestion);
            })
        };
        let on = chosen == Some(at);
        html! {
            <li role="option" id={option_id(at)} key={at} aria-selected={on.to_string()}
                class={classes!("find-option", on.then_some("on"))} onmousedown={take}>
                <span class="code">{ &suggestion.word }</span>
                <span class="find-about">{ &suggestion.about }</span>
            </li>
        }
    };
    html! {
        <ul class="find-list" id={LIST} role="listbox" aria-label="What could be typed"
            data-testid="find-suggestions">
            { for list.all.iter().enumerate().map(option) }
        </ul>
    }
}

fn option_id(at: usize) -> String {
    format!("find-option-{at}")
}

fn accept(dispatch: &Dispatch, list: &List, suggestion: &Suggestion) {
    list.at.set(None);
    // After a key its values are suggested; a whole word needs nothing more.
    list.open.set(suggestion.kind == Kind::Key);
    dispatch.dispatch(Action::Wish(Wish::Find(FindWish::Type(suggestion.text.clone()))));
}

fn keys(props: &FindBarProps, list: &List, chosen: Option<usize>) -> Callback<KeyboardEvent> {
    let (dispatch, list) = (props.dispatch.clone(), list.clone());
    let has_text = !props.text.is_empty();
    Callback::from(move |event: KeyboardEvent| {
        if event.is_composing() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let count = list.all.len();
        let ask = |ask: FindWish| dispatch.dispatch(Action::Wish(Wish::Find(ask)));
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if count == 0 => return,
            "ArrowDown" => {
                list.open.set(true);
                list.at.set(Some(chosen.map_or(0, |at| (at + 1) % count)));
            }
            "ArrowUp" => {
                list.open.set(true);
                list.at.set(Some(chosen.map_or(count - 1, |at| (at + count - 1) % count)));
            }
            "Enter" => match chosen.and_then(|at| list.all.get(at)) {
                Some(suggestion) => accept(&dispatch, &list, suggestion),
                None => {
                    list.open.set(false);
                    let back = event.shift_key();
                    ask(FindWish::Hit(if back { Toward::Back } else { Toward::Forward }));
                }
            },
            "Escape" if *list.open && chosen.is_some() => {
                list.open.set(false);
                list.at.set(None);
            }
            "Escape" if has_text => {
                list.open.set(false);
                ask(FindWish::Type(String::new()));
            }
            "Escape" => ask(FindWish::Close),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    })
}

/// Takes the focus whenever it is asked for, and gives it back when the field goes.
#[hook]
fn use_focus(input: &NodeRef, asked: u32) {
    use_effect_with((), |()| {
        let before = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.active_element())
            .and_then(|element| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(element).ok());
        move || {
            if let Some(before) = before {
                // What is gone meanwhile cannot take the focus, which then stays with the page.
                let _ = before.focus();
            }
        }
    });
    use_effect_with(asked, {
        let input = input.clone();
        move |_| {
            if let Some(input) = input.cast::<HtmlInputElement>() {
                let _ = input.focus();
                input.select();
            }
        }
    });
}
