//! Buttons that zoom, for those without keys and wheel, and how much of the run is on screen.

use lanescope_timeline::{Film, format};
use yew::{
    Callback, Html, Properties, UseStateHandle, function_component, hook, html, use_effect_with,
    use_state_eq,
};

use super::axis::{Axis, Steer};
use crate::words::Shared;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ZoomBarProps {
    /// The run.
    pub(crate) film: Shared<Film>,
    /// Which part of it is on screen.
    pub(crate) axis: Axis,
}

/// What is told of the view: it changes with zooming, not with panning.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Told {
    /// Ticks on screen; `None` for all.
    span: Option<f64>,
    follows: bool,
}

#[hook]
fn use_told(axis: &Axis, end: f64) -> UseStateHandle<Told> {
    let told = use_state_eq(Told::default);
    use_effect_with((axis.clone(), end.to_bits()), {
        let told = told.setter();
        move |(axis, _)| {
            let look = {
                let axis = axis.clone();
                move || {
                    let span = (!axis.is_fit(end)).then(|| axis.view(end).span());
                    told.set(Told { span, follows: axis.follows() });
                }
            };
            look();
            let watching = axis.watch(look);
            move || drop(watching)
        }
    });
    told
}

#[function_component(ZoomBar)]
pub(crate) fn zoom_bar(props: &ZoomBarProps) -> Html {
    let end = (props.film.end() as f64).max(1.0);
    let told = use_told(&props.axis, end);
    let clock = props.film.clock();
    let whole = format::ticks(clock, end);
    let words = match told.span {
        Some(span) => format!("{} of {whole}", format::ticks_short(clock, span.min(end))),
        None => format!("all {whole}"),
    };
    let button = |id: &'static str, sign: &'static str, label: &'static str, steer: Steer| {
        let axis = props.axis.clone();
        html! {
            <button class="zoom-button" data-testid={id} title={label} aria-label={label}
                onclick={Callback::from(move |_| axis.steer(steer))}>{ sign }</button>
        }
    };
    let follow = {
        let axis = props.axis.clone();
        Callback::from(move |_| axis.set_follows(!axis.follows()))
    };
    html! {
        <div class="zoom-bar" role="group" aria-label="What is on screen">
            <output class="zoom-words" data-testid="span">{ words }</output>
            { button("zoom-out", "−", "Zoom out (S)", Steer::Out) }
            { button("zoom-fit", "fit", "Fit the whole run (F)", Steer::Fit) }
            { button("zoom-in", "+", "Zoom in (W)", Steer::In) }
            <button class="zoom-button zoom-follow" data-testid="follow" onclick={follow}
                aria-pressed={told.follows.to_string()}
                title="The view moves along with the playhead while the film runs (G)">{ "follow" }</button>
        </div>
    }
}
