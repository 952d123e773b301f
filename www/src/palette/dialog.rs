//! The palette as a dialog: a field, and below it a list that the arrow keys walk through while
//! the field keeps the focus.

use std::rc::Rc;
use std::sync::Arc;

use lanescope_protocol::Catalogue;
use lanescope_timeline::Film;
use lanescope_timeline::find::Index;
use web_sys::{Element, HtmlInputElement};
use yew::{
    Callback, Html, InputEvent, KeyboardEvent, MouseEvent, NodeRef, Properties, TargetCast,
    classes, function_component, hook, html, use_effect_with, use_memo, use_node_ref, use_state,
    use_state_eq,
};

use super::items::{Item, count_words, fitting, fixed};
use super::recent;
use crate::keys::{Does, Keyboard};
use crate::sheet::{Overlay, strokes};
use crate::store::{Action, Store, Wish};
use crate::words::{Dispatch, Shared};

const LIST: &str = "palette-list";

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct PaletteProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) keyboard: Keyboard,
    pub(crate) catalogue: Shared<Catalogue>,
    pub(crate) film: Option<Shared<Film>>,
    /// Whether the names of the film are known.
    pub(crate) names: Known,
    /// Does what was chosen.
    pub(crate) act: Callback<Does>,
}

/// The names of a film; equal only to itself.
#[derive(Clone)]
pub(crate) struct Known(Option<Arc<Index>>);

impl PartialEq for Known {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(mine), Some(theirs)) => Arc::ptr_eq(mine, theirs),
            (None, None) => true,
            _ => false,
        }
    }
}

/// What the palette is given.
pub(crate) fn palette_props(
    store: &Store,
    dispatch: &Dispatch,
    keyboard: &Keyboard,
    act: &Callback<Does>,
) -> PaletteProps {
    PaletteProps {
        dispatch: dispatch.clone(),
        keyboard: keyboard.clone(),
        catalogue: Shared(Rc::clone(&store.catalogue)),
        film: store.shown().cloned().map(Shared),
        names: Known(store.find.index.clone()),
        act: act.clone(),
    }
}

#[function_component(Palette)]
pub(crate) fn palette(props: &PaletteProps) -> Html {
    let (input, list) = (use_node_ref(), use_node_ref());
    let typed = use_state_eq(String::new);
    let at = use_state_eq(|| 0_usize);
    let recent = use_state(recent::read);
    let all = use_memo(props.catalogue.clone(), |catalogue| fixed(catalogue));
    let given = ((*typed).clone(), props.film.clone(), props.names.clone());
    let items = use_memo(given, |(typed, film, names)| {
        let film = film.as_ref().map(|film| &*film.0);
        Rc::new(fitting(&all, typed, &recent, film, names.0.as_ref()))
    });
    let chosen = (*at).min(items.len().saturating_sub(1));
    use_in_view(&list, chosen);
    let input_event = {
        let (typed, at) = (typed.setter(), at.setter());
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                typed.set(input.value());
                at.set(0);
            }
        })
    };
    let pick = pick(props);
    let option = |(place, item): (usize, &Item)| {
        line(props, item, place, place == chosen, recent_count(&typed, &recent, place), &pick)
    };
    html! {
        <Overlay dispatch={props.dispatch.clone()} title="Commands" id="palette" class="palette"
            first={input.clone()}>
            <input ref={input} type="text" class="palette-field" data-testid="palette-field"
                role="combobox" aria-label="What to do" aria-expanded="true" aria-controls={LIST}
                aria-autocomplete="list" aria-activedescendant={option_id(chosen)}
                autocomplete="off" autocapitalize="off" spellcheck="false"
                placeholder="A command, a scenario, T5, an account …" value={(*typed).clone()}
                oninput={input_event} onkeydown={keys(&items, chosen, at.setter(), &pick)} />
            <ul class="palette-list" id={LIST} role="listbox" aria-label="What can be done" ref={list}>
                { for items.iter().enumerate().map(option) }
            </ul>
            <p class="unseen" role="status">{ count_words(items.len()) }</p>
        </Overlay>
    }
}

/// Whether a line is one of those that were used last.
fn recent_count(typed: &str, recent: &[String], place: usize) -> bool {
    typed.trim().is_empty() && place < recent.len()
}

/// Closes the palette, and then does it.
fn pick(props: &PaletteProps) -> Callback<Item> {
    let (dispatch, act) = (props.dispatch.clone(), props.act.clone());
    Callback::from(move |item: Item| {
        if !item.id.is_empty() {
            recent::remember(&item.id);
        }
        dispatch.dispatch(Action::Wish(Wish::Sheet(None)));
        act.emit(item.does);
    })
}

fn line(
    props: &PaletteProps,
    item: &Item,
    place: usize,
    on: bool,
    used: bool,
    pick: &Callback<Item>,
) -> Html {
    let take = {
        let (item, pick) = (item.clone(), pick.clone());
        Callback::from(move |_: MouseEvent| pick.emit(item.clone()))
    };
    let keep = Callback::from(|event: MouseEvent| event.prevent_default());
    html! {
        <li role="option" id={option_id(place)} key={place} aria-selected={on.to_string()}
            class={classes!("palette-line", on.then_some("on"))} onmousedown={keep} onclick={take}>
            <span class="palette-words">{ &item.words }</span>
            <span class="palette-kind">{ if used { "used last" } else { item.kind } }</span>
            <span class="palette-keys">
                { for item.keys.first().map(|_| strokes(&props.keyboard, item.keys)) }
            </span>
        </li>
    }
}

fn option_id(place: usize) -> String {
    format!("palette-{place}")
}

fn keys(
    items: &Rc<Vec<Item>>,
    chosen: usize,
    at: yew::UseStateSetter<usize>,
    pick: &Callback<Item>,
) -> Callback<KeyboardEvent> {
    const PAGE: usize = 8;
    let (items, pick) = (Rc::clone(items), pick.clone());
    Callback::from(move |event: KeyboardEvent| {
        let Some(last) = items.len().checked_sub(1) else { return };
        if event.is_composing() {
            return;
        }
        match event.key().as_str() {
            "ArrowDown" => at.set(if chosen == last { 0 } else { chosen + 1 }),
            "ArrowUp" => at.set(if chosen == 0 { last } else { chosen - 1 }),
            "PageDown" => at.set((chosen + PAGE).min(last)),
            "PageUp" => at.set(chosen.saturating_sub(PAGE)),
            "Enter" => {
                if let Some(item) = items.get(chosen) {
                    pick.emit(item.clone());
                }
            }
            _ => return,
        }
        event.prevent_default();
    })
}

/// Scrolls the list, never the page, so that the chosen line can be seen.
#[hook]
fn use_in_view(list: &NodeRef, chosen: usize) {
    let list = list.clone();
    use_effect_with(chosen, move |chosen| {
        let Some(list) = list.cast::<Element>() else { return };
        let lines = list.children();
        let Some(line) = lines.item(*chosen as u32) else { return };
        let (frame, line) = (list.get_bounding_client_rect(), line.get_bounding_client_rect());
        let above = line.top() - frame.top();
        let below = line.bottom() - frame.bottom();
        let by = if above < 0.0 { above } else { below.max(0.0) };
        list.set_scroll_top(list.scroll_top() + by.round() as i32);
    });
}
