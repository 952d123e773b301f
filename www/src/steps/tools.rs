//! Ways through the steps: one back or on, to the next of a kind, to an opcode.

use std::rc::Rc;

use lanescope_timeline::format;
use lanescope_timeline::steps::{Drill, Target};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::{Callback, Event, Html, InputEvent, KeyboardEvent, TargetCast, html};

use crate::store::{Action, Goal, StepsWish, Wish};
use crate::words::{Dispatch, Shared, wish};

#[derive(Clone, PartialEq)]
pub(crate) struct ToolsProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) drill: Shared<Drill>,
    pub(crate) at: usize,
    pub(crate) target: Goal,
    pub(crate) letters: Rc<str>,
}

const GOALS: [(Goal, &str, &str); 5] = [
    (Goal::Touch, "touch", "state touched"),
    (Goal::Call, "call", "call"),
    (Goal::Failure, "failure", "failed call"),
    (Goal::Stale, "stale", "stale read"),
    (Goal::Opcode, "opcode", "opcode"),
];

pub(crate) fn tools(props: &ToolsProps) -> Html {
    let wanted = wanted(props.target, &props.letters);
    let (back, on) =
        (props.drill.find(props.at, true, &wanted), props.drill.find(props.at, false, &wanted));
    let last = props.drill.len().saturating_sub(1);
    let jump = |back| wish(&props.dispatch, Wish::Steps(StepsWish::Jump { back }));
    let by = |by| wish(&props.dispatch, Wish::Steps(StepsWish::By(by)));
    html! {
        <div class="step-tools" role="group" aria-label="Ways through the opcodes">
            <div class="step-tool">
                <button class="control" aria-label="One opcode back" data-testid="step-back" disabled={props.at == 0} onclick={by(-1)}>{ "↑" }</button>
                <span class="note" data-testid="step-count">{ count(props) }</span>
                <button class="control" aria-label="One opcode on" data-testid="step-on" disabled={props.at >= last} onclick={by(1)}>{ "↓" }</button>
            </div>
            { search(props) }
            <div class="step-tool">
                <button class="control" aria-label="To the one before" data-testid="jump-back" disabled={back.is_none()} onclick={jump(true)}>{ "⇤" }</button>
                { goals(props) }
                <button class="control" aria-label="To the next" data-testid="jump-on" disabled={on.is_none()} onclick={jump(false)}>{ "⇥" }</button>
            </div>
        </div>
    }
}

fn count(props: &ToolsProps) -> String {
    let all = props.drill.inspection.steps_total;
    format!("{} of {}", format::grouped(props.at as u128 + 1), format::grouped(all.into()))
}

fn goals(props: &ToolsProps) -> Html {
    let chosen = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |event: Event| {
            let value = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value());
            let goal = GOALS.into_iter().find(|(_, slug, _)| value.as_deref() == Some(slug));
            if let Some((goal, ..)) = goal {
                dispatch.dispatch(Action::Wish(Wish::Steps(StepsWish::Goal(goal))));
            }
        })
    };
    let option = |(goal, slug, words): (Goal, &'static str, &'static str)| {
        html! { <option value={slug} selected={goal == props.target}>{ words }</option> }
    };
    html! {
        <select class="control" aria-label="What to jump to" data-testid="jump-to" onchange={chosen}>
            { for GOALS.into_iter().map(option) }
        </select>
    }
}

fn search(props: &ToolsProps) -> Html {
    let typed = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
                let wish = StepsWish::Letters(input.value());
                dispatch.dispatch(Action::Wish(Wish::Steps(wish)));
            }
        })
    };
    let entered = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.code() == "Enter" {
                event.prevent_default();
                for wish in
                    [StepsWish::Goal(Goal::Opcode), StepsWish::Jump { back: event.shift_key() }]
                {
                    dispatch.dispatch(Action::Wish(Wish::Steps(wish)));
                }
            }
        })
    };
    html! {
        <input class="control step-search" type="search" placeholder="Find: SLOAD" spellcheck="false"
            aria-label="Find an opcode; Enter goes to the next, Shift + Enter to the one before"
            data-testid="step-search" value={props.letters.to_string()} oninput={typed} onkeydown={entered} />
    }
}

fn wanted(goal: Goal, letters: &Rc<str>) -> Target {
    match goal {
        Goal::Touch => Target::Touch,
        Goal::Call => Target::Call,
        Goal::Failure => Target::Failure,
        Goal::Stale => Target::Stale,
        Goal::Opcode => Target::Opcode(letters.to_string()),
    }
}
