//! The multi-version memory at one location: its versions at the playhead, and who read which.

use lanescope_protocol::{LocationId, Version};
use lanescope_timeline::{Film, Reader, VersionRow, VersionState, VersionTable, format};
use web_sys::HtmlSelectElement;
use yew::{Callback, Event, Html, TargetCast, classes, html};

use crate::part::part;
use crate::store::{Action, Wish};
use crate::words::{Dispatch, Shared, phrase};

/// Hot locations that the menu offers.
const OFFERED: usize = 24;

#[derive(Clone, PartialEq)]
pub(crate) struct VersionsProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) film: Shared<Film>,
    /// When the last thing happened, in ticks.
    pub(crate) time: f64,
    /// The location that is chosen; without one, the hottest.
    pub(crate) place: Option<LocationId>,
    /// The incarnation that is looked at.
    pub(crate) selection: Option<Version>,
}

/// What is drawn: time alone changes it only where a version changes.
#[derive(Clone, PartialEq)]
struct Shown {
    dispatch: Dispatch,
    film: Shared<Film>,
    table: VersionTable,
    selection: Option<Version>,
}

pub(crate) fn versions(props: &VersionsProps) -> Html {
    if !props.film.is_complete() {
        return html! { <p class="matrix-note">{ "Known once the run is over." }</p> };
    }
    let hottest = props.film.hottest().first().map(|hot| hot.location);
    let reader = props.selection.map(|version| version.tx);
    let place = props.place.or(hottest);
    let table = place.and_then(|place| props.film.versions(place, props.time, reader));
    let Some(table) = table else {
        return html! {
            <p class="matrix-note" data-testid="versions">
                { "No two transactions touch the same place. Choose a place that one reads or writes to see its versions." }
            </p>
        };
    };
    let (dispatch, film) = (props.dispatch.clone(), props.film.clone());
    part(Shown { dispatch, film, table, selection: props.selection }, shown)
}

fn shown(props: &Shown) -> Html {
    let table = &props.table;
    let (first, others) = table.rows.split_at(1.min(table.rows.len()));
    let gap = |count: usize| {
        if count == 0 {
            return Html::default();
        }
        let words = format!("{} not shown", format::count(count, "version"));
        html! { <tr class="version-gap"><td colspan="5">{ words }</td></tr> }
    };
    html! {
        <div class="versions" data-testid="versions">
            <div class="versions-head">
                { picker(props) }
                if !table.next_read.is_empty() {
                    <p class="versions-next" data-testid="next-read">{ phrase(&table.next_read) }</p>
                }
            </div>
            <table>
                <caption class="unseen">{ format!("Versions of {} at the playhead", table.name) }</caption>
                <thead><tr>
                    <th scope="col">{ "version" }</th><th scope="col">{ "value" }</th>
                    <th scope="col">{ "state" }</th><th scope="col">{ "written" }</th>
                    <th scope="col">{ "read by" }</th>
                </tr></thead>
                <tbody>
                    { for first.iter().map(|row| line(props, row)) }
                    { gap(table.left_out.0) }
                    { for others.iter().map(|row| line(props, row)) }
                    { gap(table.left_out.1) }
                </tbody>
            </table>
        </div>
    }
}

/// The hot locations, and the one that is shown.
fn picker(props: &Shown) -> Html {
    let (film, place) = (&props.film, props.table.location);
    let mut offered: Vec<_> =
        film.hottest().iter().take(OFFERED).map(|hot| (hot.location, hot.name.clone())).collect();
    if !offered.iter().any(|(known, _)| *known == place) {
        offered.insert(0, (place, props.table.name.clone()));
    }
    let dispatch = props.dispatch.clone();
    let change = Callback::from(move |event: Event| {
        let chosen = event
            .target_dyn_into::<HtmlSelectElement>()
            .and_then(|select| select.value().parse::<u32>().ok());
        dispatch.dispatch(Action::Wish(Wish::Place(chosen.map(LocationId))));
    });
    html! {
        <label class="control menu versions-menu">
            <span class="unseen">{ "Location" }</span>
            <select data-testid="versions-place" onchange={change}>
                { for offered.into_iter().map(|(known, name)| html! {
                    <option value={known.0.to_string()} key={known.0} selected={known == place}>{ name }</option>
                }) }
            </select>
        </label>
    }
}

fn line(props: &Shown, row: &VersionRow) -> Html {
    let key = row.by.map_or(0, |by| by.tx.0 + 1);
    let (class, sign) = match row.state {
        VersionState::Storage => ("version-storage", ""),
        VersionState::NotYet => ("version-not-yet", ""),
        VersionState::Written => ("version-written", ""),
        VersionState::Estimate => ("version-thrown", "✕ "),
        VersionState::Withdrawn => ("version-not-yet", ""),
        VersionState::Committed => ("version-committed", "✓ "),
    };
    let name = match row.by {
        Some(by) => choose(props, by, "version", &by.to_string()),
        None => html! { <span>{ "before block" }</span> },
    };
    let at = |at: u64| format::ticks_short(props.film.clock(), at as f64);
    let written = match (row.at, row.state) {
        (Some(time), VersionState::NotYet) => format!("will be at {}", at(time)),
        (Some(time), _) => at(time),
        (None, _) => String::new(),
    };
    let state = if row.by.is_some() { row.state.word() } else { "" };
    html! {
        <tr {key} class={classes!(class, row.is_seen.then_some("version-seen"))} data-testid="version-row"
            data-state={row.state.word()}>
            <th scope="row">{ name }
                if row.is_seen { <span class="version-arrow" title="what a read now would see">{ " ◂" }<span class="unseen">{ " what a read now would see" }</span></span> }
            </th>
            <td class="code">{ value(row) }</td>
            <td>{ sign }{ state }</td>
            <td>{ written }</td>
            <td><div class="version-readers">
                { for row.readers.iter().map(|read| reader(props, read)) }
                if row.more_readers > 0 { <span>{ format!("and {} more", row.more_readers) }</span> }
            </div></td>
        </tr>
    }
}

fn value(row: &VersionRow) -> String {
    match (&row.sum, row.value.is_empty()) {
        (Some(sum), _) => format!("{} = {sum}", row.value),
        (None, true) if row.by.is_none() => "not read by anyone".to_owned(),
        (None, true) => "–".to_owned(),
        (None, false) => row.value.clone(),
    }
}

fn reader(props: &Shown, read: &Reader) -> Html {
    let mut words = read.by.to_string();
    if let Some(saw) = read.saw {
        words.push_str(&format!(" (saw {saw})"));
    }
    let at = format::ticks_short(props.film.clock(), read.at as f64);
    let stale = if read.stale { "⊗ " } else { "" };
    let told = if read.stale { ", no longer holds" } else { "" };
    html! {
        <span class={classes!("version-reader", read.stale.then_some("bad"))} title={format!("read at {at}{told}")}>
            <span aria-hidden="true">{ stale }</span>
            { choose(props, read.by, "version-reader", &words) }
            <span class="unseen">{ told }</span>
        </span>
    }
}

/// A button that selects an incarnation.
fn choose(props: &Shown, version: Version, id: &'static str, words: &str) -> Html {
    let dispatch = props.dispatch.clone();
    let select = move |_| dispatch.dispatch(Action::Wish(Wish::Select(Some(version))));
    let chosen = props.selection == Some(version);
    html! {
        <button class="version-choice code" data-testid={id} onclick={select}
            aria-pressed={chosen.to_string()}>{ words }</button>
    }
}
