//! One run of a stack: who it is, what came of it, what just happened in it, and its lanes.

use lanescope_protocol::{Settings, Version};
use lanescope_timeline::{Film, Focus, Theme, format};
use yew::{Callback, Html, Properties, function_component, html, use_callback};

use super::lane_names::{LaneNames, LaneNamesProps};
use super::marks::{End, Marks};
use crate::lanes::{Axis, LaneView};
use crate::part::part;
use crate::provenance::strategy_words;
use crate::store::{Stack, StackRow};
use crate::verdict::Verdict;
use crate::words::{Dispatch, Shared, phrase};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct RowProps {
    pub(super) dispatch: Dispatch,
    pub(super) stack: Shared<Stack>,
    /// Which of its rows.
    pub(super) at: usize,
    pub(super) time: f64,
    pub(super) event_time: f64,
    pub(super) playing: bool,
    pub(super) motion: bool,
    pub(super) axis: Axis,
    pub(super) selected: Option<Version>,
    pub(super) theme: Theme,
    /// How long all are the same, and how that is said.
    pub(super) past: Option<(f64, String)>,
    /// How the next run is made, where something can be done to the lanes.
    pub(super) hands: Option<(Settings, u64)>,
    pub(super) on_select: Callback<Option<Version>>,
    pub(super) on_seek: Callback<f64>,
}

#[function_component(RunRow)]
pub(super) fn run_row(props: &RowProps) -> Html {
    let on_select = use_callback(
        (props.stack.clone(), props.at, props.on_select.clone()),
        |version: Option<Version>, (stack, at, tell)| {
            tell.emit(version.and_then(|version| stack.rows.get(*at)?.chosen(version)));
        },
    );
    let Some(row) = props.stack.rows.get(props.at) else { return Html::default() };
    let film = Shared(row.film.clone());
    let focus = Focus::on(row.selected(props.selected, props.event_time));
    let end = props.stack.end();
    let others = props.stack.rows.iter().enumerate().filter(|(at, _)| *at != props.at);
    let ends: Vec<_> = others.map(|(_, other)| ghost(other)).collect();
    let header =
        HeaderProps { stack: props.stack.clone(), at: props.at, event_time: props.event_time };
    html! {
        <section class="stack-row" aria-label={label(row)} data-testid="stack-row">
            { part(header, head) }
            <div class="lane-frame">
                <LaneView film={film.clone()} {end} playhead={props.time} {focus} axis={props.axis.clone()}
                    theme={props.theme} motion={props.motion} playing={props.playing} {on_select}
                    on_seek={props.on_seek.clone()} />
                <Marks axis={props.axis.clone()} end={end as f64} lanes={film.lanes()}
                    past={props.past.clone()} {ends} />
                if let Some((settings, tick)) = &props.hands {
                    <LaneNames ..LaneNamesProps {
                        dispatch: props.dispatch.clone(),
                        settings: settings.clone(),
                        tick: *tick,
                    } />
                }
            </div>
        </section>
    }
}

fn label(row: &StackRow) -> String {
    let strategy = strategy_words(&row.strategy);
    if row.name.is_empty() { strategy } else { format!("{}: {strategy}", row.name) }
}

fn ghost(other: &StackRow) -> End {
    let at = makespan(&other.film) as f64;
    let whose =
        if other.name.is_empty() { strategy_words(&other.strategy) } else { other.name.to_owned() };
    End { at, words: format!("{whose} · {}", format::ticks_short(other.film.clock(), at)) }
}

fn makespan(film: &Film) -> u64 {
    film.summary().map_or(film.end(), |summary| summary.makespan)
}

#[derive(Clone, PartialEq)]
struct HeaderProps {
    stack: Shared<Stack>,
    at: usize,
    event_time: f64,
}

fn head(props: &HeaderProps) -> Html {
    let Some(row) = props.stack.rows.get(props.at) else { return Html::default() };
    let film = &row.film;
    let verdict = film.summary().map(Verdict::of);
    let speedup = film.summary().map_or(0.0, lanescope_protocol::trace::Summary::speedup);
    let caption = film.caption_at(props.event_time);
    let lanes = format::count(film.lanes(), "lane");
    html! {
        <header class="stack-head">
            <h3>
                if !row.name.is_empty() { <strong>{ row.name }</strong>{ " · " } }
                { strategy_words(&row.strategy) }
            </h3>
            { verdict.map(|verdict| verdict.cell()).unwrap_or_default() }
            <span class="stack-speed" data-testid="stack-speed">{ format::times(speedup) }</span>
            <span class="note">
                { format!("{} on {lanes}", format::ticks(film.clock(), makespan(film) as f64)) }
            </span>
            <p class="stack-caption" data-testid="stack-caption">{ phrase(&caption.phrase) }</p>
        </header>
    }
}
