//! What runs, how it runs, and the button that runs it.

use lanescope_protocol::limits::PAGE_LANES_MAX;
use lanescope_protocol::{Catalogue, Clock, Scenario, Settings, Strategy};
use web_sys::HtmlSelectElement;
use yew::{Callback, Event, Html, TargetCast, classes, html};

use crate::icons::{Icon, logo};
use crate::store::{Action, Wish};
use crate::words::{Dispatch, Shared, wish};

/// Said where real threads cannot be had.
pub(crate) const NO_THREADS: &str = "Real threads need a page that is isolated from other sites; this one is not, so time is counted in gas.";

/// The value of the menu entry that opens a file.
const OPEN: &str = ":open";
/// The value of the menu entry for a block that no workload makes.
const OWN: &str = ":own";

#[derive(Clone, PartialEq)]
pub(crate) struct TopBarProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) catalogue: Shared<Catalogue>,
    pub(crate) scenario: Option<Shared<Scenario>>,
    /// The workload that the knobs stand for.
    pub(crate) workload: String,
    pub(crate) settings: Settings,
    /// Real threads can be had.
    pub(crate) threads: bool,
    /// The engine takes commands.
    pub(crate) ready: bool,
    pub(crate) running: bool,
    pub(crate) open: Callback<()>,
    pub(crate) theme: Callback<()>,
}

pub(crate) fn top_bar(props: &TopBarProps) -> Html {
    let dispatch = &props.dispatch;
    html! {
        <header class="top">
            <h1 class="brand">{ logo() }<span>{ "Lanescope" }</span></h1>
            { picker(props) }
            { strategy(props) }
            { lanes(props) }
            { clock(props) }
            <span class="top-gap" />
            <div class="top-end">
                <button class="control square" data-testid="open" title="Open a scenario or a block"
                    aria-label="Open a scenario or a block" onclick={props.open.reform(|_| ())}>
                    { Icon::Open.draw() }
                </button>
                <button class="control square" data-testid="save" title="Save this scenario"
                    aria-label="Save this scenario" disabled={!props.ready || props.scenario.is_none()}
                    onclick={wish(dispatch, Wish::Save)}>
                    { Icon::Save.draw() }
                </button>
                <button class="control square" data-testid="theme" title="Light or dark (T)"
                    aria-label="Light or dark" onclick={props.theme.reform(|_| ())}>
                    { Icon::Contrast.draw() }
                </button>
                if props.running {
                    <button class="control primary run" data-testid="cancel"
                        onclick={wish(dispatch, Wish::Cancel)}>{ "Stop" }</button>
                } else {
                    <button class="control primary run" data-testid="run" title="Run (R)"
                        disabled={!props.ready || props.scenario.is_none()}
                        onclick={wish(dispatch, Wish::Run)}>{ "Run" }</button>
                }
            </div>
        </header>
    }
}

fn picker(props: &TopBarProps) -> Html {
    let recipe = props.scenario.as_ref().is_some_and(|scenario| scenario.recipe.is_some());
    let own = props.scenario.as_ref().filter(|_| !recipe).map(|scenario| own_title(scenario));
    let chosen = if own.is_some() { OWN } else { props.workload.as_str() };
    let change = {
        let (dispatch, open) = (props.dispatch.clone(), props.open.clone());
        let chosen = chosen.to_owned();
        Callback::from(move |event: Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            let value = select.value();
            match value.as_str() {
                OPEN => {
                    select.set_value(&chosen);
                    open.emit(());
                }
                OWN => {}
                _ => dispatch.dispatch(Action::Wish(Wish::Pick(value))),
            }
        })
    };
    html! {
        <label class="control menu picker">
            <span class="menu-name">{ "scenario" }</span>
            <select data-testid="scenario-picker" onchange={change} disabled={!props.ready}>
                if let Some(title) = &own {
                    <option value={OWN} selected=true>{ title }</option>
                }
                { for props.catalogue.workloads.iter().map(|workload| html! {
                    <option key={workload.name.clone()} value={workload.name.clone()}
                        title={workload.summary.clone()} selected={workload.name == chosen}>
                        { &workload.title }
                    </option>
                }) }
                if props.catalogue.workloads.is_empty() {
                    <option value="">{ "arriving…" }</option>
                }
                <option value={OPEN}>{ "Open file…" }</option>
            </select>
        </label>
    }
}

fn own_title(scenario: &Scenario) -> String {
    let title = if scenario.title.is_empty() { "Your block" } else { &scenario.title };
    let untouched = scenario.imported.as_ref().is_some_and(|imported| imported.header.is_some());
    if untouched { title.to_owned() } else { format!("{title}, edited") }
}

fn strategy(props: &TopBarProps) -> Html {
    let dispatch = props.dispatch.clone();
    let change = Callback::from(move |event: Event| {
        let chosen = event.target_dyn_into::<HtmlSelectElement>().map(|select| select.value());
        if let Some(name) = chosen.and_then(|value| value.parse::<Strategy>().ok()) {
            dispatch.dispatch(Action::Wish(Wish::Strategy(name)));
        }
    });
    html! {
        <label class="control menu">
            <span class="menu-name">{ "strategy" }</span>
            <select data-testid="strategy" onchange={change}>
                { for Strategy::all().map(|known| html! {
                    <option value={known.to_string()} selected={known == props.settings.strategy}>
                        { known.title() }
                    </option>
                }) }
            </select>
        </label>
    }
}

fn lanes(props: &TopBarProps) -> Html {
    let lanes = props.settings.lanes;
    let to = |lanes: u16| wish(&props.dispatch, Wish::Lanes(lanes));
    html! {
        <div class="control stepper" role="group" aria-label="Lanes">
            <span class="menu-name">{ "lanes" }</span>
            <button data-testid="lanes-minus" aria-label="One lane fewer" disabled={lanes <= 1}
                onclick={to(lanes.saturating_sub(1))}>{ "−" }</button>
            <output class="stepper-value" data-testid="lanes" aria-live="polite">{ lanes }</output>
            <button data-testid="lanes-plus" aria-label="One lane more"
                disabled={lanes >= PAGE_LANES_MAX} onclick={to(lanes + 1)}>{ "+" }</button>
        </div>
    }
}

fn clock(props: &TopBarProps) -> Html {
    let side = |clock: Clock, name: &'static str, title: &'static str| {
        let chosen = props.settings.clock == clock;
        let barred = clock == Clock::Threads && !props.threads;
        html! {
            <button class={classes!("segment", chosen.then_some("chosen"))}
                data-testid={format!("clock-{}", clock.slug())} aria-pressed={chosen.to_string()}
                disabled={barred} title={if barred { NO_THREADS } else { title }}
                onclick={wish(&props.dispatch, Wish::Clock(clock))}>{ name }</button>
        }
    };
    html! {
        <div class="segments" role="group" aria-label="Clock">
            { side(Clock::Gas, "Gas clock", "One tick is one gas: the same on every machine") }
            { side(Clock::Threads, "Threads", "Measured on real threads of this machine") }
        </div>
    }
}
