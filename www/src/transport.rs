//! Time: the buttons that move the playhead, and where it stands.

use lanescope_timeline::{Film, Marks, Theme, format};
use web_sys::HtmlSelectElement;
use yew::{Callback, Event, Html, TargetCast, classes, html};

use crate::icons::Icon;
use crate::lanes::{Axis, Minimap};
use crate::part::part;
use crate::playback::{SPEEDS, Toward, speed_words};
use crate::store::{Action, Bookmark, RangeWish, RecordWish, Sheet, Store, WhatIfWish, Wish};
use crate::time_tools::{TimeToolsProps, time_tools};
use crate::words::{Dispatch, Shared, wish};

#[derive(Clone, PartialEq)]
pub(crate) struct TransportProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) axis: Axis,
    pub(crate) on_seek: Callback<f64>,
    pub(crate) on_range: Callback<(f64, f64)>,
    pub(crate) film: Option<Shared<Film>>,
    pub(crate) time: f64,
    pub(crate) playing: bool,
    pub(crate) speed: usize,
    pub(crate) marks: Marks,
    pub(crate) bookmarks: Shared<Vec<Bookmark>>,
    /// How long a recording would take, in whole seconds, if there is something to record.
    pub(crate) seconds: Option<u32>,
    /// How much of the recording that goes on is done, in percent.
    pub(crate) recorded: Option<u32>,
    pub(crate) theme: Theme,
    /// A fork is going on.
    pub(crate) forked: bool,
    /// A fork can begin here.
    pub(crate) forkable: bool,
}

impl TransportProps {
    /// As the store knows it, and what the page adds.
    pub(crate) fn of(
        store: &Store,
        dispatch: &Dispatch,
        film: Option<Shared<Film>>,
        axis: &Axis,
        theme: Theme,
        (on_seek, on_range): (&Callback<f64>, &Callback<(f64, f64)>),
    ) -> Self {
        let playback = &store.playback;
        let done = |recording: &crate::store::Recording| recording.done(playback.time) * 100.0;
        Self {
            dispatch: dispatch.clone(),
            axis: axis.clone(),
            on_seek: on_seek.clone(),
            on_range: on_range.clone(),
            film,
            time: playback.time,
            playing: playback.playing,
            speed: playback.speed,
            marks: store.marks(),
            bookmarks: Shared(store.bookmarks.list().clone()),
            seconds: store.recording_length().map(|seconds| seconds.ceil() as u32),
            recorded: store.recording.as_ref().map(|recording| done(recording) as u32),
            theme,
            forked: store.whatif.fork.is_some(),
            forkable: store.film.is_some() && !store.stacks_strategies() && store.stored.is_none(),
        }
    }
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
                        marks={props.marks.clone()} on_seek={props.on_seek.clone()}
                        on_range={props.on_range.clone()} />
                }
            </div>
            <p class="position" data-testid="position">{ position(props) }</p>
            { speed(props) }
            <button class="control square loop-button" data-testid="loop" disabled={none}
                aria-pressed={props.marks.looping.to_string()} title="Play again and again (L)"
                aria-label="Play again and again"
                onclick={wish(&props.dispatch, Wish::Range(RangeWish::Loop))}>{ Icon::Loop.draw() }</button>
            { recording_or_abort(props) }
            { fork(props) }
            { part(tools(props), time_tools) }
            <button class="control square keys-button" data-testid="palette-open" aria-haspopup="dialog"
                title="Everything that can be done (Ctrl + K)" aria-label="Commands"
                onclick={wish(&props.dispatch, Wish::Sheet(Some(Sheet::Palette)))}>{ Icon::Commands.draw() }</button>
            <button class="control square keys-button" data-testid="keys" title="Keys (?)" aria-label="Keys"
                onclick={wish(&props.dispatch, Wish::Sheet(Some(Sheet::Keys)))}>{ "?" }</button>
        </section>
    }
}

fn tools(props: &TransportProps) -> TimeToolsProps {
    TimeToolsProps {
        dispatch: props.dispatch.clone(),
        film: props.film.clone(),
        range: props.marks.range,
        looping: props.marks.looping,
        bookmarks: props.bookmarks.clone(),
        seconds: props.seconds,
    }
}

/// While a video is recorded, how far it is and how to stop it.
fn recording_or_abort(props: &TransportProps) -> Html {
    match props.recorded {
        Some(percent) => html! {
            <button class="control recording" data-testid="record-stop" title="Stop, and keep what was recorded"
                onclick={wish(&props.dispatch, Wish::Record(RecordWish::Stop))}>
                <progress max="100" value={percent.to_string()} aria-label="Recorded" />
                { "stop" }
            </button>
        },
        None => html! {
            <button class="control next-abort" data-testid="next-abort" title="To the next abort (J)"
                disabled={props.film.is_none()} onclick={wish(&props.dispatch, Wish::StepAbort(Toward::Forward))}>
                { "next abort" }
            </button>
        },
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

/// A menu between two buttons: slower and faster by one.
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
    let button = |id: &'static str, sign: &'static str, label: &'static str, to: Option<usize>| {
        let to = to.filter(|to| *to < SPEEDS.len());
        html! {
            <button data-testid={id} title={label} aria-label={label} disabled={to.is_none()}
                onclick={wish(&props.dispatch, Wish::Speed(to.unwrap_or(props.speed)))}>{ sign }</button>
        }
    };
    html! {
        <div class="control speed" role="group" aria-label="Speed">
            { button("slower", "−", "Slower", props.speed.checked_sub(1)) }
            <label>
                <span class="unseen">{ "Speed" }</span>
                <select data-testid="speed" onchange={change}>
                    { for SPEEDS.iter().enumerate().map(|(at, speed)| html! {
                        <option value={at.to_string()} selected={at == props.speed}>
                            { speed_words(*speed) }
                        </option>
                    }) }
                </select>
            </label>
            { button("faster", "+", "Faster", Some(props.speed + 1)) }
        </div>
    }
}
