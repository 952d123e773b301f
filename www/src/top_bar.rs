//! What runs, how it runs, and the button that runs it.

use lanescope_protocol::{Catalogue, Clock, Scenario, Settings, Strategy};
use web_sys::HtmlSelectElement;
use yew::{Callback, Event, Html, TargetCast, classes, html};

use crate::export::ExportMenu;
use crate::icons::{Icon, logo};
use crate::menu::Menu;
use crate::store::{Action, FindWish, NOTHING_TO_RUN, View, Wish};
use crate::words::{Dispatch, Shared, typed, wish};

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
    /// The most lanes on this clock.
    pub(crate) lanes_max: u16,
    /// What is on the stage.
    pub(crate) view: View,
    /// Real threads can be had.
    pub(crate) threads: bool,
    /// The engine takes commands.
    pub(crate) ready: bool,
    /// The menu of files is open.
    pub(crate) exporting: bool,
    /// There is a run to take away.
    pub(crate) filmed: bool,
    pub(crate) running: bool,
    /// A stored trace is shown, which cannot be run.
    pub(crate) stored: Option<std::rc::Rc<str>>,
    pub(crate) open: Callback<()>,
    pub(crate) theme: Callback<()>,
}

pub(crate) fn top_bar(props: &TopBarProps) -> Html {
    let dispatch = &props.dispatch;
    html! {
        <header class="top">
            <h1 class="brand">{ logo() }<span>{ "Lanescope" }</span></h1>
            { picker(props) }
            <div class="contest">
                <fieldset class="bare" disabled={props.stored.is_some()}>{ strategy(props) }</fieldset>
                { comparison(props) }
            </div>
            <fieldset class="bare" disabled={props.stored.is_some()}>{ lanes(props) }{ clock(props) }</fieldset>
            <span class="top-gap" />
            <div class="top-end">
                <button class="control square" data-testid="find-open" title="Search this run (/)"
                    aria-label="Search this run" disabled={props.view == View::Compare}
                    onclick={wish(dispatch, Wish::Find(FindWish::Open))}>
                    { Icon::Search.draw() }
                </button>
                <button class="control square" data-testid="open" title="Open a scenario, a block or a trace"
                    aria-label="Open a scenario, a block or a trace" onclick={props.open.reform(|_| ())}>
                    { Icon::Open.draw() }
                </button>
                <ExportMenu dispatch={dispatch.clone()} filmed={props.filmed} open={props.exporting}
                    saves={props.ready && props.scenario.is_some()} />
                <button class="control square" data-testid="theme" title="Light or dark (T)"
                    aria-label="Light or dark" onclick={props.theme.reform(|_| ())}>
                    { Icon::Contrast.draw() }
                </button>
                if props.running {
                    <button class="control primary run" data-testid="cancel"
                        onclick={wish(dispatch, Wish::Cancel)}>{ "Stop" }</button>
                } else {
                    <button class="control primary run" data-testid="run"
                        title={if props.stored.is_some() { NOTHING_TO_RUN } else { "Run (R)" }}
                        disabled={!props.ready || props.scenario.is_none() || props.stored.is_some()}
                        onclick={wish(dispatch, Wish::Run)}>{ "Run" }</button>
                }
            </div>
        </header>
    }
}

fn comparison(props: &TopBarProps) -> Html {
    let on = props.view == View::Compare;
    let to = if on { View::Lanes } else { View::Compare };
    html! {
        <button class={classes!("control", on.then_some("pressed"))} data-testid="compare-open"
            title="The same block under every strategy (C)" aria-pressed={on.to_string()}
            onclick={wish(&props.dispatch, Wish::View(to))}>{ "Compare" }</button>
    }
}

fn picker(props: &TopBarProps) -> Html {
    let recipe = props.scenario.as_ref().is_some_and(|scenario| scenario.recipe.is_some());
    let own = props.scenario.as_ref().filter(|_| !recipe).map(|scenario| own_title(scenario));
    let own = props.stored.as_ref().map(ToString::to_string).or(own);
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
                    <option value="" selected=true>{ "arriving…" }</option>
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

/// The name in the menu: of the preset while its values are in force, else of its rules.
fn menu_name(strategy: &Strategy) -> &'static str {
    strategy.preset().map_or_else(|| strategy.rules.name().slug(), |preset| preset.name)
}

fn strategy(props: &TopBarProps) -> Html {
    let dispatch = props.dispatch.clone();
    let now = menu_name(&props.settings.strategy);
    let choose = Callback::from(move |word: String| {
        if let Ok(strategy) = word.parse::<Strategy>() {
            dispatch.dispatch(Action::Wish(Wish::Strategy(strategy)));
        }
    });
    let group = |title: &'static str, models: bool| {
        let of_group = Strategy::all().filter(move |known| known.preset().is_some() == models);
        html! {
            <optgroup label={title}>
                { for of_group.map(|known| {
                    let name = menu_name(&known);
                    html! { <option value={name}>{ known.title() }</option> }
                }) }
            </optgroup>
        }
    };
    html! {
        <label class="control menu strategy">
            <span class="menu-name">{ "strategy" }</span>
            <Menu id="strategy" {now} {choose}>
                { group("Strategies", false) }{ group("Models of real systems", true) }
            </Menu>
        </label>
    }
}

fn lanes(props: &TopBarProps) -> Html {
    let lanes = props.settings.lanes;
    let to = |lanes: u16| wish(&props.dispatch, Wish::Lanes(lanes));
    let set = {
        let dispatch = props.dispatch.clone();
        typed(move |text| {
            if let Ok(lanes) = text.trim().parse() {
                dispatch.dispatch(Action::Wish(Wish::Lanes(lanes)));
            }
        })
    };
    html! {
        <div class="control stepper" role="group" aria-label="Lanes">
            <span class="menu-name">{ "lanes" }</span>
            <button data-testid="lanes-minus" aria-label="One lane fewer" disabled={lanes <= 1}
                onclick={to(lanes.saturating_sub(1))}>{ "−" }</button>
            <input type="number" class="stepper-value" data-testid="lanes" inputmode="numeric" min="1"
                aria-label={format!("Lanes, 1 to {}", props.lanes_max)} max={props.lanes_max.to_string()}
                value={lanes.to_string()} onchange={set} />
            <button data-testid="lanes-plus" aria-label="One lane more"
                disabled={lanes >= props.lanes_max} onclick={to(lanes.saturating_add(1))}>{ "+" }</button>
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
