//! The block as a list. Only the rows in view exist, so that a real block scrolls like a small one.

use lanescope_protocol::Scenario;
use lanescope_timeline::Film;
use web_sys::{Element, HtmlElement, PointerEvent};
use yew::{
    Callback, Event, Html, KeyboardEvent, NodeRef, Properties, TargetCast, classes,
    function_component, hook, html, use_effect_with, use_mut_ref, use_node_ref, use_state,
    use_state_eq,
};

use super::transaction_row::{standing, words};
use crate::contrast::lock_words;
use crate::icons::Icon;
use crate::lanes::sign;
use crate::store::{Action, Edit, Fork, Wish};
use crate::words::{Dispatch, Shared};

/// Rows that exist above and below what is in view.
const SPARE: usize = 6;
/// Rows that exist before the list knows its height.
const AT_FIRST: usize = 40;
/// Pixels that a pointer moves before a press becomes a drag.
const DRAG_FROM: f64 = 6.0;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct BlockListProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) scenario: Shared<Scenario>,
    /// The film, if it is still of this block.
    pub(crate) film: Option<Shared<Film>>,
    /// Where the playhead stands, in ticks.
    pub(crate) time: f64,
    pub(crate) row: Option<usize>,
    /// The fork that is going on: what has begun is locked.
    pub(crate) fork: Option<Shared<Fork>>,
    /// The transaction that is shown in detail.
    pub(crate) looked_at: Option<usize>,
}

/// Rows that exist: from, and how many.
type Window = (usize, usize);

/// A row under way to another place.
#[derive(Clone, Copy, PartialEq)]
struct Drag {
    from: usize,
    to: usize,
    y: f64,
    moved: bool,
}

#[function_component(BlockList)]
pub(crate) fn block_list(props: &BlockListProps) -> Html {
    let list = use_node_ref();
    let window = use_state_eq(|| (0, AT_FIRST));
    let length = props.scenario.transactions.len();
    let scrolled = {
        let window = window.setter();
        Callback::from(move |event: Event| {
            if let Some(list) = event.target_dyn_into::<Element>() {
                window.set(in_view(&list, length));
            }
        })
    };
    use_row_in_view(&list, props.row, length);
    let (drag, on_move, on_up, on_down) = use_drag(&props.dispatch, &list, length);
    let (first, count) = *window;
    let last = (first + count).min(length);
    html! {
        <ol class={classes!("rows", drag.is_some().then_some("dragging"))} ref={list} tabindex="0"
            role="listbox" aria-label="Transactions, in block order"
            aria-activedescendant={props.row.map(row_id)} onscroll={scrolled}
            onkeydown={keys(&props.dispatch, props.row, length)}
            onpointermove={on_move} onpointerup={on_up.clone()} onpointercancel={on_up}
            style={format!("--count: {length}")}>
            <li class="rows-height" role="presentation" aria-hidden="true" />
            { for (first.min(last)..last).map(|at| row(props, at, length, drag, &on_down)) }
        </ol>
    }
}

fn row(
    props: &BlockListProps,
    at: usize,
    length: usize,
    drag: Option<Drag>,
    down: &Callback<(PointerEvent, usize)>,
) -> Html {
    let film = props.film.as_ref().map(|film| &*film.0);
    let words = words(&props.scenario, film, at);
    let stands = film.map(|film| standing(film, at, props.time));
    let state = stands.as_ref().map_or("queued", |stands| stands.class);
    let chosen = props.row == Some(at);
    let lock = props.fork.as_ref().and_then(|fork| lock_words(fork, at));
    let choose = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |_| dispatch.dispatch(Action::Wish(Wish::Row(Some(at)))))
    };
    let form = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |_| dispatch.dispatch(Action::Wish(Wish::Form(Some(at)))))
    };
    let class =
        classes!(
            "row",
            lock.is_some().then_some("locked"),
            chosen.then_some("chosen"),
            (props.looked_at == Some(at)).then_some("looked-at"),
            drag.filter(|drag| drag.from == at).map(|_| "lifted"),
            drag.filter(|drag| drag.to == at && drag.from != at)
                .map(|drag| if drag.to > drag.from { "drop-after" } else { "drop-before" }),
        );
    html! {
        <li key={at} id={row_id(at)} {class} role="option" aria-selected={chosen.to_string()}
            aria-posinset={(at + 1).to_string()} aria-setsize={length.to_string()}
            data-testid="block-row" data-index={at.to_string()} data-state={state}
            style={format!("--at: {at}")} onclick={choose} ondblclick={form}
            onpointerdown={down.reform(move |event| (event, at))}>
            <span class="row-index" title={lock.clone()}>
                if let Some(why) = &lock {
                    { Icon::Lock.draw() }<span class="unseen">{ "locked: " }{ why }{ " " }</span>
                }
                { at + 1 }
            </span>
            <span class="row-action" title={words.action.clone()}>{ words.action }</span>
            <span class="row-who" title={format!("{} → {}", words.sender, words.receiver)}>{ words.sender }{ " → " }{ words.receiver }</span>
            <span class={classes!("row-sign", state)}>
                if let Some(stands) = stands {
                    if stands.undone { <span aria-hidden="true">{ "R" }</span> }
                    { for stands.glyph.map(sign) }
                    <span class="unseen">{ stands.word }</span>
                }
            </span>
        </li>
    }
}

fn row_id(at: usize) -> String {
    format!("row-{at}")
}

fn row_height(list: &Element, length: usize) -> f64 {
    f64::from(list.scroll_height()) / length.max(1) as f64
}

fn in_view(list: &Element, length: usize) -> Window {
    let height = row_height(list, length).max(1.0);
    let first = (f64::from(list.scroll_top()) / height) as usize;
    let count = (f64::from(list.client_height()) / height).ceil() as usize;
    (first.saturating_sub(SPARE), (count + 2 * SPARE).max(AT_FIRST))
}

/// Scrolls the list, never the page, so that the chosen row can be seen.
#[hook]
fn use_row_in_view(list: &NodeRef, row: Option<usize>, length: usize) {
    let list = list.clone();
    use_effect_with(row, move |row| {
        let (Some(row), Some(list)) = (*row, list.cast::<Element>()) else { return };
        let height = row_height(&list, length);
        let (top, view) = (f64::from(list.scroll_top()), f64::from(list.client_height()));
        let at = row as f64 * height;
        if at < top {
            list.set_scroll_top(at as i32);
        } else if at + height > top + view {
            list.set_scroll_top((at + height - view).ceil() as i32);
        }
    });
}

/// Dragging with a mouse; a finger scrolls the list and moves rows with the buttons.
#[hook]
#[allow(clippy::type_complexity)]
fn use_drag(
    dispatch: &Dispatch,
    list: &NodeRef,
    length: usize,
) -> (Option<Drag>, Callback<PointerEvent>, Callback<PointerEvent>, Callback<(PointerEvent, usize)>)
{
    let pressed = use_mut_ref(|| None::<Drag>);
    let shown = use_state(|| None::<Drag>);
    let down = {
        let pressed = pressed.clone();
        Callback::from(move |(event, at): (PointerEvent, usize)| {
            if event.pointer_type() == "mouse" && event.button() == 0 {
                let y = f64::from(event.client_y());
                *pressed.borrow_mut() = Some(Drag { from: at, to: at, y, moved: false });
            }
        })
    };
    let moved = {
        let (pressed, shown, list) = (pressed.clone(), shown.setter(), list.clone());
        Callback::from(move |event: PointerEvent| {
            let (Some(mut drag), Some(list)) = (*pressed.borrow(), list.cast::<HtmlElement>())
            else {
                return;
            };
            let way = f64::from(event.client_y()) - drag.y;
            if !drag.moved && way.abs() < DRAG_FROM {
                return;
            }
            if !drag.moved {
                // Without capture the drag would end at the list's edge; that it fails is no harm.
                let _ = list.set_pointer_capture(event.pointer_id());
            }
            drag.moved = true;
            let rows = (way / row_height(&list, length)).round();
            drag.to =
                (drag.from as f64 + rows).clamp(0.0, length.saturating_sub(1) as f64) as usize;
            *pressed.borrow_mut() = Some(drag);
            shown.set(Some(drag));
        })
    };
    let up = {
        let (dispatch, shown) = (dispatch.clone(), shown.setter());
        Callback::from(move |event: PointerEvent| {
            let drag = pressed.borrow_mut().take();
            shown.set(None);
            if let Some(Drag { from, to, moved: true, .. }) = drag
                && event.type_() == "pointerup"
            {
                dispatch.dispatch(Action::Wish(Wish::Edit(Edit::Move { from, to })));
            }
        })
    };
    (*shown, moved, up, down)
}

fn keys(dispatch: &Dispatch, row: Option<usize>, length: usize) -> Callback<KeyboardEvent> {
    let dispatch = dispatch.clone();
    Callback::from(move |event: KeyboardEvent| {
        let Some(last) = length.checked_sub(1) else { return };
        let at = row.unwrap_or(0);
        let choose = |row: usize| Wish::Row(Some(row));
        let wish = match (event.code().as_str(), event.alt_key(), row) {
            ("ArrowUp", true, Some(at)) if at > 0 => {
                Wish::Edit(Edit::Move { from: at, to: at - 1 })
            }
            ("ArrowDown", true, Some(at)) if at < last => {
                Wish::Edit(Edit::Move { from: at, to: at + 1 })
            }
            ("ArrowUp", false, Some(_)) => choose(at.saturating_sub(1)),
            ("ArrowDown", false, Some(_)) => choose((at + 1).min(last)),
            ("ArrowUp" | "ArrowDown", false, None) => choose(0),
            ("PageUp", false, _) => choose(at.saturating_sub(10)),
            ("PageDown", false, _) => choose((at + 10).min(last)),
            ("Home", false, _) => choose(0),
            ("End", false, _) => choose(last),
            ("Enter", false, Some(at)) => Wish::Form(Some(at)),
            ("Delete" | "Backspace", false, Some(at)) => Wish::Edit(Edit::Remove(at)),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        dispatch.dispatch(Action::Wish(wish));
    })
}
