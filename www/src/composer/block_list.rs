//! The block as a list. Only the rows in view exist, so that a real block scrolls like a small one.

use std::rc::Rc;

use lanescope_protocol::{LocationId, Scenario, TxIndex};
use lanescope_timeline::{Film, Focus};
use web_sys::{Element, HtmlElement, PointerEvent};
use yew::{
    Callback, Event, Html, KeyboardEvent, NodeRef, Properties, TargetCast, classes,
    function_component, hook, html, use_effect_with, use_memo, use_mut_ref, use_node_ref,
    use_state, use_state_eq,
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
    /// What a search found; other rows are dimmed.
    pub(crate) found: Focus,
    /// Other rows are not listed.
    pub(crate) only: bool,
    /// The chosen location: who touches it is marked.
    #[prop_or_default]
    pub(crate) place: Option<LocationId>,
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
    let listed = use_memo((props.found.clone(), props.only, length), |(found, only, length)| {
        Listed::new(found, *only, *length)
    });
    let count = listed.count();
    let scrolled = {
        let window = window.setter();
        Callback::from(move |event: Event| {
            if let Some(list) = event.target_dyn_into::<Element>() {
                window.set(in_view(&list, count));
            }
        })
    };
    use_row_in_view(&list, props.row.and_then(|row| listed.place(row)), listed.count());
    let (drag, on_move, on_up, on_down) = use_drag(&props.dispatch, &list, length);
    // Among some of the rows there is no telling where one would be put.
    let on_down = if listed.is_whole() { on_down } else { Callback::noop() };
    let touchers = use_memo((props.film.clone(), props.place), |(film, place)| {
        let touchers = film.as_ref().zip(*place).map(|(film, place)| film.touchers(place));
        touchers.unwrap_or_default()
    });
    let (first, count) = *window;
    let last = (first + count).min(listed.count());
    let rows = (first.min(last)..last).filter_map(|place| Some((place, listed.row(place)?)));
    html! {
        <ol class={classes!("rows", drag.is_some().then_some("dragging"))} ref={list} tabindex="0"
            role="listbox" aria-label="Transactions, in block order"
            aria-activedescendant={props.row.map(row_id)} onscroll={scrolled}
            onkeydown={keys(&props.dispatch, props.row, length, &listed)}
            onpointermove={on_move} onpointerup={on_up.clone()} onpointercancel={on_up}
            style={format!("--count: {}", listed.count())}>
            <li class="rows-height" role="presentation" aria-hidden="true" />
            { for rows.map(|(place, at)| row(props, at, (place, listed.count()), drag, &on_down, &touchers)) }
        </ol>
    }
}

fn row(
    props: &BlockListProps,
    at: usize,
    (place, count): (usize, usize),
    drag: Option<Drag>,
    down: &Callback<(PointerEvent, usize)>,
    touchers: &[TxIndex],
) -> Html {
    let touches = touchers.binary_search(&TxIndex(at as u32)).is_ok();
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
    let found = props
        .found
        .matches
        .as_ref()
        .map(|matches| if matches.has_tx(TxIndex(at as u32)) { "found" } else { "not-found" });
    let class =
        classes!(
            "row",
            lock.is_some().then_some("locked"),
            chosen.then_some("chosen"),
            (props.looked_at == Some(at)).then_some("looked-at"),
            found,
            drag.filter(|drag| drag.from == at).map(|_| "lifted"),
            drag.filter(|drag| drag.to == at && drag.from != at)
                .map(|drag| if drag.to > drag.from { "drop-after" } else { "drop-before" }),
        );
    html! {
        <li key={at} id={row_id(at)} {class} role="option" aria-selected={chosen.to_string()}
            aria-posinset={(place + 1).to_string()} aria-setsize={count.to_string()}
            data-testid="block-row" data-index={at.to_string()} data-state={state}
            style={format!("--at: {place}")} onclick={choose} ondblclick={form}
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
                if touches {
                    <span class="row-touches" title="touches the chosen place" data-testid="row-touches">
                        <span aria-hidden="true">{ "◆" }</span>
                        <span class="unseen">{ "touches the chosen place, " }</span>
                    </span>
                }
                if let Some(stands) = stands {
                    if stands.undone { <span aria-hidden="true">{ "R" }</span> }
                    { for stands.glyph.map(sign) }
                    <span class="unseen">{ stands.word }</span>
                }
            </span>
        </li>
    }
}

/// The rows that are listed: all, or those that a search found.
enum Listed {
    All(usize),
    Some(Vec<usize>),
}

impl Listed {
    fn new(found: &Focus, only: bool, length: usize) -> Self {
        match &found.matches {
            Some(matches) if only => {
                Self::Some((0..length).filter(|at| matches.has_tx(TxIndex(*at as u32))).collect())
            }
            _ => Self::All(length),
        }
    }

    const fn is_whole(&self) -> bool {
        matches!(self, Self::All(_))
    }

    const fn count(&self) -> usize {
        match self {
            Self::All(length) => *length,
            Self::Some(rows) => rows.len(),
        }
    }

    /// The row at a place of the list.
    fn row(&self, place: usize) -> Option<usize> {
        match self {
            Self::All(length) => (place < *length).then_some(place),
            Self::Some(rows) => rows.get(place).copied(),
        }
    }

    /// Where a row is listed.
    fn place(&self, row: usize) -> Option<usize> {
        match self {
            Self::All(_) => Some(row),
            Self::Some(rows) => rows.binary_search(&row).ok(),
        }
    }

    /// The row that is so many places on, or back; at the ends it stays.
    fn step(&self, row: usize, by: isize) -> Option<usize> {
        let last = self.count().checked_sub(1)?;
        let place = match self {
            Self::All(_) => row,
            // From a row that is not listed, one goes to its neighbours.
            Self::Some(rows) => match rows.binary_search(&row) {
                Ok(place) => place,
                Err(after) if by > 0 => return self.row(after.min(last)),
                Err(after) => after,
            },
        };
        self.row(place.saturating_add_signed(by).min(last))
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

fn keys(
    dispatch: &Dispatch,
    row: Option<usize>,
    length: usize,
    listed: &Rc<Listed>,
) -> Callback<KeyboardEvent> {
    let (dispatch, listed) = (dispatch.clone(), Rc::clone(listed));
    Callback::from(move |event: KeyboardEvent| {
        let Some(last) = length.checked_sub(1) else { return };
        let at = row.unwrap_or(0);
        let step = |by: isize| Wish::Row(listed.step(at, by));
        let end = |place: usize| Wish::Row(listed.row(place));
        let wish = match (event.code().as_str(), event.alt_key(), row) {
            ("ArrowUp", true, Some(at)) if at > 0 => {
                Wish::Edit(Edit::Move { from: at, to: at - 1 })
            }
            ("ArrowDown", true, Some(at)) if at < last => {
                Wish::Edit(Edit::Move { from: at, to: at + 1 })
            }
            ("ArrowUp", false, Some(_)) => step(-1),
            ("ArrowDown", false, Some(_)) => step(1),
            ("ArrowUp" | "ArrowDown", false, None) => end(0),
            ("PageUp", false, _) => step(-10),
            ("PageDown", false, _) => step(10),
            ("Home", false, _) => end(0),
            ("End", false, _) => end(listed.count().saturating_sub(1)),
            ("Enter", false, Some(at)) => Wish::Form(Some(at)),
            ("Delete" | "Backspace", false, Some(at)) => Wish::Edit(Edit::Remove(at)),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        dispatch.dispatch(Action::Wish(wish));
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_walk_through_what_is_listed() {
        let some = Listed::Some(vec![2, 5, 9]);
        assert_eq!((some.step(5, 1), some.step(5, -1)), (Some(9), Some(2)));
        assert_eq!((some.step(9, 10), some.step(2, -1)), (Some(9), Some(2)));
        assert_eq!((some.step(3, 1), some.step(3, -1)), (Some(5), Some(2)));
        assert_eq!((some.place(9), some.place(3)), (Some(2), None));
        let all = Listed::All(4);
        assert_eq!((all.step(3, 1), all.step(1, -10), all.row(4)), (Some(3), Some(0), None));
        assert_eq!(Listed::Some(Vec::new()).step(0, 1), None);
    }
}
