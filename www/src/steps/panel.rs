//! The tab of opcodes, from the question to the answer.

use std::rc::Rc;

use lanescope_protocol::{LocationId, Version};
use lanescope_timeline::steps::Drill;
use yew::{Html, html};

use super::list::StepList;
use super::now::{NowProps, now};
use super::tools::{ToolsProps, tools};
use super::totals::{Sums, SumsProps, sums};
use crate::part::part;
use crate::store::{Action, Found, Goal, Progress, StepsWish, Wish};
use crate::words::{Dispatch, Shared, phrase, wish};

#[derive(Clone, PartialEq)]
pub(crate) struct StepsProps {
    pub(crate) dispatch: Dispatch,
    /// The incarnation that is looked at.
    pub(crate) looked_at: Option<Version>,
    /// The incarnation that was asked about.
    pub(crate) version: Option<Version>,
    pub(crate) state: State,
    pub(crate) target: Goal,
    pub(crate) letters: Rc<str>,
    /// The run is over and the engine takes questions.
    pub(crate) ready: bool,
    /// The chosen location.
    pub(crate) place: Option<LocationId>,
}

/// How the question stands.
#[derive(Clone, PartialEq)]
pub(crate) enum State {
    Nothing,
    Awaited(Option<Progress>),
    /// The steps, and which one is shown.
    Here(Shared<Drill>, usize),
    Refused(Rc<str>),
}

impl State {
    pub(crate) fn of(found: &Found, shown: Option<usize>) -> Self {
        match found {
            Found::Nothing => Self::Nothing,
            Found::Awaited(progress) => Self::Awaited(progress.clone()),
            Found::Here(drill) => Self::Here(Shared(Rc::clone(drill)), shown.unwrap_or_default()),
            Found::Refused(sentence) => Self::Refused(Rc::clone(sentence)),
        }
    }
}

pub(crate) fn steps(props: &StepsProps) -> Html {
    let stand = match &props.state {
        State::Nothing => "nothing",
        State::Awaited(_) => "awaited",
        State::Here(..) => "here",
        State::Refused(_) => "refused",
    };
    let body = match &props.state {
        State::Nothing => Html::default(),
        State::Awaited(progress) => awaited(&props.dispatch, progress.as_ref()),
        State::Refused(sentence) => {
            html! { <p class="steps-refused" role="alert">{ &**sentence }</p> }
        }
        State::Here(drill, at) => here(props, drill, *at),
    };
    html! {
        <section class="steps" aria-label="Opcodes" data-testid="steps" data-stand={stand}
            data-version={props.version.map(|version| version.to_string())}>
            { head(props) }
            { body }
        </section>
    }
}

fn head(props: &StepsProps) -> Html {
    let asked = match props.state {
        State::Nothing | State::Refused(_) => None,
        State::Awaited(_) | State::Here(..) => props.version,
    };
    let title = match asked.or(props.looked_at) {
        Some(version) => format!("Opcodes of {version}"),
        None => "Opcodes".to_owned(),
    };
    let other = props.looked_at.filter(|version| Some(*version) != asked);
    html! {
        <>
            <h2>{ title }</h2>
            if asked.is_none() {
                <p class="note">
                    { "Runs this one transaction once more, on exactly the values that the incarnation saw, and stops at every opcode." }
                </p>
            }
            if let Some(version) = other {
                <button class="control" data-testid="steps-show" disabled={!props.ready}
                    onclick={wish(&props.dispatch, Wish::Steps(StepsWish::Show))}>
                    { "Show the opcodes of " }{ version.to_string() }
                </button>
            } else if asked.is_none() {
                <p class="note">{ "Choose a bar first." }</p>
            }
        </>
    }
}

fn awaited(dispatch: &Dispatch, progress: Option<&Progress>) -> Html {
    let words = match progress {
        Some(Progress { stage, done, total }) => format!("{stage}: {done} of {total}"),
        None => "The engine prepares the block".to_owned(),
    };
    let part =
        progress.filter(|it| it.total > 0).map(|it| f64::from(it.done) / f64::from(it.total));
    html! {
        <div class="steps-awaited">
            <progress aria-label={words.clone()} value={part.map(|part| format!("{part:.3}"))} max="1" />
            <p class="note">{ words }</p>
            <button class="control" data-testid="steps-stop"
                onclick={wish(dispatch, Wish::Steps(StepsWish::Stop))}>{ "Cancel" }</button>
        </div>
    }
}

fn here(props: &StepsProps, drill: &Shared<Drill>, at: usize) -> Html {
    let go = {
        let dispatch = props.dispatch.clone();
        yew::Callback::from(move |step| {
            dispatch.dispatch(Action::Wish(Wish::Steps(StepsWish::Go(step))));
        })
    };
    let sums_of = |of| {
        let props = SumsProps { drill: drill.clone(), of, go: go.clone() };
        part(props, sums)
    };
    html! {
        <>
            <p class="steps-verdict" data-testid="steps-verdict">{ phrase(&drill.verdict()) }</p>
            if !drill.is_empty() {
                { part(ToolsProps {
                    dispatch: props.dispatch.clone(),
                    drill: drill.clone(),
                    at,
                    target: props.target,
                    letters: Rc::clone(&props.letters),
                }, tools) }
                <StepList dispatch={props.dispatch.clone()} drill={drill.clone()} {at} />
                { part(NowProps { drill: drill.clone(), at, go: go.clone(), place: props.place }, now) }
                { sums_of(Sums::Opcodes) }
            }
            { sums_of(Sums::Calls) }
        </>
    }
}
