//! The same block under many strategies: a sentence, a table, speed-up over lanes, and the lanes of
//! each on one time axis.

mod chart;
mod choose;
mod row;
mod strip;
mod strips;
mod table;
mod words;

use std::collections::BTreeSet;
use std::rc::Rc;

use lanescope_protocol::{Strategy, StrategyName};
use lanescope_timeline::{Theme, format};
use yew::{Callback, Html, Properties, function_component, html, use_state};

use crate::store::{Comparison, STACK_MAX, STACK_MIN, Stand, Store, View, WhatIfWish, Wish};
use crate::words::{Dispatch, Shared, wish};
pub(crate) use chart::Chart;
use row::{Row, Sorting};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct CompareViewProps {
    pub(crate) dispatch: Dispatch,
    /// The last comparison, if there was one.
    pub(crate) comparison: Option<Shared<Comparison>>,
    /// It is of the block and the settings as they are now.
    pub(crate) current: bool,
    /// The engine takes commands.
    pub(crate) ready: bool,
    pub(crate) theme: Theme,
    /// Why the last one was refused.
    pub(crate) alert: Option<Rc<str>>,
    /// What the next one compares.
    pub(crate) contestants: Vec<Strategy>,
    /// Strategies that are to be stacked.
    pub(crate) ticked: Vec<Strategy>,
    /// How many of them have run.
    pub(crate) stackable: usize,
}

/// What the next comparison compares.
pub(crate) fn contestants(store: &Store) -> Vec<Strategy> {
    store.contestants.clone()
}

#[function_component(CompareView)]
pub(crate) fn compare_view(props: &CompareViewProps) -> Html {
    let sorting = use_state(Sorting::default);
    // Strips that are shown the other way than they would be by themselves.
    let turned = use_state(BTreeSet::<String>::new);
    let on_sort = {
        let sorting = sorting.clone();
        Callback::from(move |column| sorting.set(sorting.by(column)))
    };
    let on_turn = {
        let turned = turned.clone();
        Callback::from(move |name: String| {
            let mut now = (*turned).clone();
            if !now.remove(&name) {
                now.insert(name);
            }
            turned.set(now);
        })
    };
    let comparison = props.comparison.as_ref();
    let rows =
        comparison.map(|comparison| row::sorted(&comparison.entries, *sorting)).unwrap_or_default();
    let ticks = table::Ticks { dispatch: &props.dispatch, ticked: &props.ticked };
    html! {
        <main class="compare" id="stage" aria-label="Comparison" data-testid="compare"
            data-stand={comparison.map_or("none", |comparison| stand_word(&comparison.stand))}>
            { progress(comparison) }
            { head(props, &rows) }
            { choose::choose(&props.dispatch, &props.contestants) }
            if let Some(comparison) = comparison {
                <div class="compare-numbers">
                    { table::table(&rows, *sorting, &on_sort, &ticks) }
                    <chart::Chart comparison={comparison.clone()} theme={props.theme} />
                </div>
                { strips::strips(&rows, props.theme, &turned, &on_turn) }
            }
        </main>
    }
}

/// Whether the lanes of a strategy are shown large before the user says otherwise.
fn is_large(strategy: &Strategy) -> bool {
    [StrategyName::BlockStm, StrategyName::AccessList]
        .iter()
        .any(|name| *strategy == (*name).into())
}

const fn stand_word(stand: &Stand) -> &'static str {
    match stand {
        Stand::GoingOn(_) => "going-on",
        Stand::Done => "done",
        Stand::Stopped => "stopped",
        Stand::Refused => "refused",
    }
}

fn progress(comparison: Option<&Shared<Comparison>>) -> Html {
    let Some(comparison) = comparison.filter(|comparison| comparison.is_going_on()) else {
        return html! { <div class="progress" /> };
    };
    let part = comparison.done() * 100.0;
    html! {
        <div class="progress progress-on" role="progressbar" aria-label="Comparison"
            aria-valuenow={format!("{part:.0}")} data-testid="compare-progress">
            <div class="progress-part" style={format!("inline-size: {part:.1}%")} />
        </div>
    }
}

fn head(props: &CompareViewProps, rows: &[Row<'_>]) -> Html {
    let going_on = props.comparison.as_ref().is_some_and(|comparison| comparison.is_going_on());
    let again = if props.comparison.is_some() { "Compare again" } else { "Compare" };
    html! {
        <div class="compare-head">
            <div class="compare-words">
                <h2 class="unseen">{ "Comparison" }</h2>
                <p class="caption-words" data-testid="compare-headline">{ words::headline(rows) }</p>
                <p class="note" role="status" data-testid="compare-status">{ status(props, rows) }</p>
            </div>
            <div class="compare-do">
                if going_on {
                    <button class="control primary" data-testid="compare-stop"
                        onclick={wish(&props.dispatch, Wish::Cancel)}>{ "Stop" }</button>
                } else {
                    <button class={if props.current { "control" } else { "control primary" }} data-testid="compare-run"
                        disabled={!props.ready || props.contestants.is_empty()}
                        onclick={wish(&props.dispatch, Wish::Compare)}>{ again }</button>
                }
                { stack_button(props) }
                <button class="control" data-testid="compare-close" title="Back to the lanes (Escape)"
                    onclick={wish(&props.dispatch, Wish::View(View::Lanes))}>{ "Back to the lanes" }</button>
            </div>
        </div>
    }
}

fn stack_button(props: &CompareViewProps) -> Html {
    let fits = (STACK_MIN..=STACK_MAX).contains(&props.stackable);
    let title = if fits {
        "The lanes of what is ticked, on one time axis with one playhead"
    } else {
        "Tick two to four strategies in the table first"
    };
    html! {
        <button class="control" data-testid="show-stacked" disabled={!fits} {title}
            onclick={wish(&props.dispatch, Wish::WhatIf(WhatIfWish::ShowStacked))}>{ "Show stacked" }</button>
    }
}

/// Changes a few times only, so that it can be read aloud.
fn status(props: &CompareViewProps, rows: &[Row<'_>]) -> String {
    let Some(comparison) = &props.comparison else {
        return "The comparison begins once the engine is ready.".to_owned();
    };
    let known = rows.iter().filter(|row| !row.is_awaited()).count();
    let stands = match &comparison.stand {
        Stand::GoingOn(_) if known < rows.len() => {
            format!(
                "Comparing: {known} of {} have run.",
                format::count(rows.len(), "strategy").replace("strategys", "strategies")
            )
        }
        Stand::GoingOn(_) => "Every strategy has run; now on other numbers of lanes.".to_owned(),
        Stand::Done => {
            "Every run was on the gas clock, one after the other, on the same block.".to_owned()
        }
        Stand::Stopped => "Stopped before the end.".to_owned(),
        Stand::Refused => {
            props.alert.as_deref().unwrap_or("This block cannot be compared.").to_owned()
        }
    };
    if props.current || comparison.is_going_on() {
        return stands;
    }
    format!("Out of date: the block or the settings have changed since. {stands}")
}
