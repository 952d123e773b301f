//! The stage with two to four runs on it.

use lanescope_protocol::{Clock, Settings, Version};
use lanescope_timeline::Theme;
use yew::{Callback, Html, html};

use super::bar::{BarProps, bar};
use super::ledger::{LedgerProps, ledger};
use super::row::RunRow;
use crate::compare::Chart;
use crate::lanes::{Axis, Legend};
use crate::part::part;
use crate::store::{Comparison, Stack, Store, WhatIfWish, Wish};
use crate::words::{Dispatch, Shared, wish};

#[derive(Clone, PartialEq)]
pub(crate) struct StackedProps {
    dispatch: Dispatch,
    bar: BarProps,
    stack: Shared<Stack>,
    comparison: Option<Shared<Comparison>>,
    time: f64,
    event_time: f64,
    playing: bool,
    motion: bool,
    axis: Axis,
    selected: Option<Version>,
    theme: Theme,
    running: bool,
    settings: Settings,
    tick: u64,
    on_select: Callback<Option<Version>>,
    on_seek: Callback<f64>,
}

/// What the parts of the page have in common.
pub(crate) struct Common<'a> {
    pub(crate) dispatch: &'a Dispatch,
    pub(crate) on_select: &'a Callback<Option<Version>>,
    pub(crate) on_seek: &'a Callback<f64>,
    pub(crate) axis: &'a Axis,
    pub(crate) theme: Theme,
    pub(crate) motion: bool,
    pub(crate) event_time: f64,
}

impl StackedProps {
    /// `None` where nothing is stacked.
    pub(crate) fn of(store: &Store, common: &Common<'_>) -> Option<Self> {
        let stack = store.whatif.stack.clone().map(Shared)?;
        Some(Self {
            dispatch: common.dispatch.clone(),
            bar: BarProps::of(store, common.dispatch),
            comparison: store.comparison.clone().map(Shared).filter(|_| !stack.of_change),
            time: store.playback.time,
            event_time: common.event_time,
            playing: store.playback.playing,
            motion: common.motion,
            axis: common.axis.clone(),
            selected: store.selected,
            theme: common.theme,
            running: store.running.is_some(),
            settings: store.settings.clone(),
            tick: if store.playback.playing { common.event_time as u64 } else { store.hand_tick() },
            on_select: common.on_select.clone(),
            on_seek: common.on_seek.clone(),
            stack,
        })
    }
}

pub(crate) fn stacked(props: &StackedProps) -> Html {
    let stack = &props.stack;
    let rows = stack.rows.len();
    html! {
        <main class={format!("stage stack stack-{rows}")} id="stage" data-testid="stack">
            <div class={if props.running { "progress progress-on" } else { "progress" }}>
                if props.running { <div class="progress-some" /> }
            </div>
            <h2 class="unseen">{ "Runs on one time axis" }</h2>
            if stack.of_change { { part(props.bar.clone(), bar) } } else {
                <div class="caption">
                    <p class="caption-words" role="status" data-testid="stack-sentence">{ &stack.sentence }</p>
                    <button class="control" data-testid="stack-close" title="Back to the comparison (Escape)"
                        onclick={wish(&props.dispatch, Wish::WhatIf(WhatIfWish::CloseStack))}>
                        { "Back to the comparison" }
                    </button>
                </div>
            }
            { for (0..rows).map(|at| row(props, at)) }
            <Legend />
            { part(LedgerProps { stack: stack.clone() }, ledger) }
            if !stack.of_change {
                <p class="note">
                    { "A comparison keeps no reads and writes. To ask why something happened, run the strategy by itself." }
                </p>
            }
            if let Some(comparison) = &props.comparison {
                <Chart comparison={comparison.clone()} theme={props.theme}
                    only={stack.rows.iter().map(|row| row.strategy).collect::<Vec<_>>()} />
            }
        </main>
    }
}

fn row(props: &StackedProps, at: usize) -> Html {
    // Something can be done to the lanes of the run as it is now.
    let is_now = props.stack.of_change && at + 1 == props.stack.rows.len();
    let hands = (is_now && props.settings.clock == Clock::Gas)
        .then(|| (props.settings.clone(), props.tick));
    html! {
        <RunRow key={at} dispatch={props.dispatch.clone()} stack={props.stack.clone()} {at} time={props.time}
            event_time={props.event_time} playing={props.playing} motion={props.motion}
            axis={props.axis.clone()} selected={props.selected} theme={props.theme}
            past={past(props)} {hands} on_select={props.on_select.clone()} on_seek={props.on_seek.clone()} />
    }
}

/// The common past of a change by hand. Of different strategies it means little.
fn past(props: &StackedProps) -> Option<(f64, String)> {
    let told = props.bar.told.as_ref().filter(|_| props.stack.of_change)?;
    let until = match (&told.contrast.since, &props.bar.fork) {
        (Some(since), _) => since.time as f64,
        (None, Some(fork)) => fork.at as f64,
        (None, None) => return None,
    };
    let words = match &told.contrast.since {
        Some(_) => told.contrast.since_words(),
        None => props.bar.fork.as_ref().map(|fork| format!("stays until {}", fork.when()))?,
    };
    (until > 0.0).then_some((until, words))
}
