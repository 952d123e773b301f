//! Steps as a list. Only the rows in view exist, so fifty thousand scroll like fifty.

use lanescope_timeline::format;
use lanescope_timeline::steps::{Drill, opcode};
use web_sys::Element;
use yew::{
    Callback, Event, Html, KeyboardEvent, NodeRef, Properties, TargetCast, classes,
    function_component, hook, html, use_effect_with, use_node_ref, use_state_eq,
};

use crate::store::{Action, StepsWish, Wish};
use crate::words::{Dispatch, Shared};

/// Rows that exist above and below what is in view.
const SPARE: usize = 8;
/// Rows that exist before the list knows its height.
const AT_FIRST: usize = 30;
/// Rows that Page up and Page down go.
const PAGE: isize = 10;
/// Calls deeper than this are not indented further.
const DEPTH_MAX: usize = 8;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct StepListProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) drill: Shared<Drill>,
    /// The step that is shown.
    pub(crate) at: usize,
}

#[function_component(StepList)]
pub(crate) fn step_list(props: &StepListProps) -> Html {
    let list = use_node_ref();
    let window = use_state_eq(|| (0, AT_FIRST));
    let length = props.drill.len();
    let scrolled = {
        let window = window.setter();
        Callback::from(move |event: Event| {
            if let Some(list) = event.target_dyn_into::<Element>() {
                window.set(in_view(&list, length));
            }
        })
    };
    use_top_at_first(&list);
    use_step_in_view(&list, props, length);
    let (first, count) = *window;
    let last = (first + count).min(length);
    html! {
        <ol class="step-rows" ref={list} tabindex="0" role="listbox" aria-label="Opcodes, in order"
            data-testid="step-list" aria-activedescendant={row_id(props.at)} onscroll={scrolled}
            onkeydown={keys(&props.dispatch, length)} style={format!("--count: {length}")}>
            <li class="step-rows-height" role="presentation" aria-hidden="true" />
            { for (first.min(last)..last).map(|at| row(props, at, length)) }
        </ol>
    }
}

fn row(props: &StepListProps, at: usize, length: usize) -> Html {
    let drill = &props.drill;
    let Some(step) = drill.step(at) else { return Html::default() };
    let chosen = at == props.at;
    let name = opcode(step.opcode);
    let cost = drill.cost(at).map_or_else(String::new, |gas| format::grouped(gas.into()));
    let left = format::short(step.left as f64);
    let touch = drill.touch(at);
    let stale = touch.is_some_and(|touch| touch.stale);
    let fails = drill.fails_at(at);
    let what = match (touch, drill.called_at(at)) {
        (Some(touch), _) => drill.names.spot(&touch.spot),
        (None, Some(call)) => drill.names.account(&call.code),
        (None, None) => String::new(),
    };
    let class = classes!(
        "step-row",
        chosen.then_some("chosen"),
        touch.map(|_| "touches"),
        stale.then_some("stale"),
        fails.then_some("fails"),
        drill.is_undone(at).then_some("undone"),
    );
    let choose = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |_| dispatch.dispatch(Action::Wish(Wish::Steps(StepsWish::Go(at)))))
    };
    let depth = drill.depth(at).min(DEPTH_MAX);
    html! {
        <li key={at} id={row_id(at)} {class} role="option" aria-selected={chosen.to_string()}
            aria-posinset={(at + 1).to_string()} aria-setsize={length.to_string()}
            data-testid="step-row" data-index={at.to_string()} style={format!("--at: {at}; --depth: {depth}")}
            onclick={choose}>
            <span class="step-pc">{ format!("{:04x}", step.pc) }</span>
            <span class="step-op"><b>{ name }</b>{ " " }{ what }</span>
            <span class="step-cost">
                if stale { <span class="bad">{ "✕ " }<span class="unseen">{ "stale, " }</span></span> }
                if fails { <span class="bad">{ "↩ " }<span class="unseen">{ "the call fails here, " }</span></span> }
                { cost }<span class="unseen">{ " gas" }</span>
            </span>
            <span class="step-left">{ left }<span class="unseen">{ " left" }</span></span>
        </li>
    }
}

fn row_id(at: usize) -> String {
    format!("step-{at}")
}

fn row_height(list: &Element, length: usize) -> f64 {
    (f64::from(list.scroll_height()) / length.max(1) as f64).max(1.0)
}

fn in_view(list: &Element, length: usize) -> (usize, usize) {
    let height = row_height(list, length);
    let first = (f64::from(list.scroll_top()) / height) as usize;
    let count = (f64::from(list.client_height()) / height).ceil() as usize;
    (first.saturating_sub(SPARE), (count + 2 * SPARE).max(AT_FIRST))
}

/// Shows the panel from its beginning: it may have been scrolled in another tab.
#[hook]
fn use_top_at_first(list: &NodeRef) {
    let list = list.clone();
    use_effect_with((), move |()| {
        let panel = list.cast::<Element>().and_then(|list| list.closest(".inspector").ok()?);
        if let Some(panel) = panel {
            panel.set_scroll_top(0);
        }
    });
}

/// Scrolls the list, never the page, so that the step can be seen, with some around it.
#[hook]
fn use_step_in_view(list: &NodeRef, props: &StepListProps, length: usize) {
    let list = list.clone();
    use_effect_with((props.at, props.drill.clone()), move |(at, _)| {
        let Some(list) = list.cast::<Element>() else { return };
        let height = row_height(&list, length);
        let (top, view) = (f64::from(list.scroll_top()), f64::from(list.client_height()));
        let at = *at as f64 * height;
        if at < top || at + height > top + view {
            list.set_scroll_top((at - view / 3.0).max(0.0) as i32);
        }
    });
}

fn keys(dispatch: &Dispatch, length: usize) -> Callback<KeyboardEvent> {
    let dispatch = dispatch.clone();
    Callback::from(move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.shift_key() {
            return;
        }
        let wish = match event.code().as_str() {
            "ArrowUp" | "ArrowLeft" => StepsWish::By(-1),
            "ArrowDown" | "ArrowRight" => StepsWish::By(1),
            "PageUp" => StepsWish::By(-PAGE),
            "PageDown" => StepsWish::By(PAGE),
            "Home" => StepsWish::Go(0),
            "End" => StepsWish::Go(length.saturating_sub(1)),
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        dispatch.dispatch(Action::Wish(Wish::Steps(wish)));
    })
}
