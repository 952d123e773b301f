//! Time: the buttons that move the playhead, and where it stands.

use lanescope_timeline::{Film, Theme, format};
use web_sys::HtmlSelectElement;
use yew::{Callback, Event, Html, TargetCast, classes, html};

use crate::icons::Icon;
use crate::lanes::{Axis, Minimap};
use crate::playback::{SPEEDS, Toward};
use crate::store::{Action, Sheet, WhatIfWish, Wish};
use crate::words::{Dispatch, Shared, wish};

#[derive(Clone, PartialEq)]
pub(crate) struct TransportProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) axis: Axis,
    pub(crate) on_seek: Callback<f64>,
    pub(crate) film: Option<Shared<Film>>,
    pub(crate) time: f64,
    pub(crate) playing: bool,
    pub(crate) speed: usize,
    pub(crate) theme: Theme,
    /// A fork is going on.
    pub(crate) forked: bool,
    /// A fork can begin here.
    pub(crate) forkable: bool,
}

pub(crate) fn transport(props: &TransportProps) -> Html {
    let none = props.film.is_none();
    let button = |id: &'static str, icon: Icon, label: &'static str, what: Wish| {
        html! {
            <button class="control square" data-testid={id} title={label} aria-label={label}
                disabled={none} onclick={wish(&props.dispatch, what)}>{ icon.draw() }</button>
        }
    };
    let (play, label) =
        if props.playing { (Icon::Pause, "Pause (Space)") } else { (Icon::Play, "Play (Space)") };
    html! {
        <section class="transport" aria-label="Time">
            <div class="transport-buttons">
                { button("first", Icon::First, "To the beginning (Home)", Wish::First) }
                { button("step-back", Icon::StepBack, "One event back (←)", Wish::Step(Toward::Back)) }
                <button class={classes!("control", "square", "primary")} data-testid="play" title={label}
                    aria-label={label} disabled={none} onclick={wish(&props.dispatch, Wish::Toggle)}>
                    { play.draw() }
                </button>
                { button("step-forward", Icon::StepForward, "One event on (→)", Wish::Step(Toward::Forward)) }
                { button("last", Icon::Last, "To the end (End)", Wish::Last) }
            </div>
            <div class="scrubber" data-testid="scrubber">
                if let Some(film) = &props.film {
                    <Minimap film={film.clone()} axis={props.axis.clone()} playhead={props.time} theme={props.theme}
                        on_seek={props.on_seek.clone()} />
                }
            </div>
            <p class="position" data-testid="position">{ position(props) }</p>
            { speed(props) }
            <button class="control" data-testid="next-abort" title="To the next abort (])"
                disabled={none} onclick={wish(&props.dispatch, Wish::StepAbort(Toward::Forward))}>
                { "next abort" }
            </button>
            { fork(props) }
            <button class="control square keys-button" data-testid="keys" title="Keys (?)" aria-label="Keys"
                onclick={wish(&props.dispatch, Wish::Sheet(Some(Sheet::Keys)))}>{ "?" }</button>
        </section>
    }
}

/// Not disabled on threads: pressed, it says why it cannot be.
fn fork(props: &TransportProps) -> Html {
    let title = if props.forked {
        "End the fork and keep the change (H)"
    } else {
        "Fork here: keep what has happened, change what follows (H)"
    };
    html! {
        <button class={classes!("control", "square", "fork-button", props.forked.then_some("pressed"))} data-testid="fork" {title}
            aria-label={title} aria-pressed={props.forked.to_string()} disabled={!props.forkable}
            onclick={wish(&props.dispatch, Wish::WhatIf(WhatIfWish::Fork))}>{ Icon::Fork.draw() }</button>
    }
}

fn position(props: &TransportProps) -> String {
    let Some(film) = &props.film else { return String::new() };
    let short = |ticks: f64| format::ticks_short(film.clock(), ticks);
    format!("{} of {}", short(props.time), short(film.end() as f64))
}

fn speed(props: &TransportProps) -> Html {
    let dispatch = props.dispatch.clone();
    let change = Callback::from(move |event: Event| {
        let chosen = event
            .target_dyn_into::<HtmlSelectElement>()
            .and_then(|select| select.value().parse::<usize>().ok());
        if let Some(speed) = chosen {
            dispatch.dispatch(Action::Wish(Wish::Speed(speed)));
        }
    });
    html! {
        <label class="control menu speed">
            <span class="unseen">{ "Speed" }</span>
            <select data-testid="speed" onchange={change}>
                { for SPEEDS.iter().enumerate().map(|(at, speed)| html! {
                    <option value={at.to_string()} selected={at == props.speed}>
                        { speed_words(*speed) }
                    </option>
                }) }
            </select>
        </label>
    }
}

fn speed_words(speed: f64) -> String {
    if speed >= 1.0 { format!("{speed}×") } else { format!("1/{}×", 1.0 / speed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_said_without_decimals() {
        let said: Vec<_> = SPEEDS.iter().map(|speed| speed_words(*speed)).collect();
        assert_eq!(said, ["1/16×", "1/8×", "1/4×", "1/2×", "1×", "2×", "4×", "8×"]);
    }
}
