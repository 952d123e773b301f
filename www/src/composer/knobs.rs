//! The numbers that a workload takes, and its seed.

use lanescope_protocol::message::{KnobInfo, WorkloadInfo};
use lanescope_protocol::scenario::Recipe;
use web_sys::HtmlInputElement;
use yew::{Callback, Html, InputEvent, TargetCast, html};

use crate::store::{Action, Wish};
use crate::words::Dispatch;

#[derive(Clone, PartialEq)]
pub(crate) struct KnobsProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) workload: WorkloadInfo,
    pub(crate) recipe: Recipe,
    /// The block was edited: a knob would make a new one.
    pub(crate) edited: bool,
}

pub(crate) fn knobs(props: &KnobsProps) -> Html {
    html! {
        <section class="knobs" aria-label="Knobs">
            <h2 class="panel-title">{ "Knobs" }</h2>
            if props.edited {
                <p class="note">{ "You edited this block. A knob makes a new one; undo brings yours back." }</p>
            }
            { for props.workload.knobs.iter().map(|knob| slider(props, knob)) }
            { seed(props) }
        </section>
    }
}

fn slider(props: &KnobsProps, knob: &KnobInfo) -> Html {
    let value = props.recipe.knobs.get(&knob.name).copied().unwrap_or(knob.default);
    let turn = {
        let (dispatch, name) = (props.dispatch.clone(), knob.name.clone());
        let (min, limit) = (knob.min, knob.limit);
        Callback::from(move |event: InputEvent| {
            let number = event
                .target_dyn_into::<HtmlInputElement>()
                .and_then(|input| input.value().parse::<u64>().ok());
            if let Some(number) = number.filter(|number| (min..=limit).contains(number)) {
                dispatch.dispatch(Action::Wish(Wish::Knob(name.clone(), number)));
            }
        })
    };
    let id = format!("knob-{}", knob.name);
    let part = (value.min(knob.max).saturating_sub(knob.min)) as f64
        / knob.max.saturating_sub(knob.min).max(1) as f64;
    html! {
        <div class="knob" key={knob.name.clone()}>
            <label for={id.clone()}>{ &knob.title }</label>
            <span class="knob-number">
                <input type="number" data-testid={id.clone()} id={id.clone()} inputmode="numeric"
                    min={knob.min.to_string()} max={knob.limit.to_string()}
                    value={value.to_string()} oninput={turn.clone()} />
                if !knob.unit.is_empty() { <span class="unit">{ &knob.unit }</span> }
            </span>
            <input type="range" data-testid={format!("{id}-slider")}
                aria-label={format!("{}, slider", knob.title)} min={knob.min.to_string()}
                max={knob.max.to_string()} value={value.min(knob.max).to_string()}
                style={format!("--part: {:.2}%", part * 100.0)} oninput={turn} />
        </div>
    }
}

fn seed(props: &KnobsProps) -> Html {
    let dispatch = props.dispatch.clone();
    let change = Callback::from(move |event: InputEvent| {
        let seed = event
            .target_dyn_into::<HtmlInputElement>()
            .and_then(|input| input.value().parse::<u64>().ok());
        if let Some(seed) = seed {
            dispatch.dispatch(Action::Wish(Wish::Seed(seed)));
        }
    });
    html! {
        <div class="knob knob-seed">
            <label for="knob-seed">{ "Seed" }</label>
            <span class="knob-number">
                <input type="number" id="knob-seed" data-testid="knob-seed" min="0"
                    inputmode="numeric" value={props.recipe.seed.to_string()} oninput={change} />
            </span>
        </div>
    }
}
