//! One incarnation: what it did, why it counts or not, what it read and wrote.

use lanescope_protocol::{LocationId, TxIndex, Version};
use lanescope_timeline::{
    BarState, Chain, Film, IncarnationDetail, Phrase, ReadRow, WriteRow, format,
};
use yew::{Html, classes, html};

use super::story::{breadcrumb, chain_of, story_of, ways};
use crate::store::{Action, StepsWish, Wish};
use crate::words::{Dispatch, Shared, phrase, wish};

/// Reads or writes that are seen at once; those that no longer hold in any case.
const SHOWN: usize = 5;
/// Reads or writes that are listed; the rest is counted.
const LISTED: usize = 100;

#[derive(Clone, PartialEq)]
pub(crate) struct IncarnationProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) film: Shared<Film>,
    pub(crate) version: Option<Version>,
    /// Where the playhead stands, in ticks.
    pub(crate) time: f64,
    /// How one walked here along causes and effects.
    pub(crate) path: Vec<Version>,
    /// The location that is chosen.
    pub(crate) place: Option<LocationId>,
}

pub(crate) fn incarnation(props: &IncarnationProps) -> Html {
    let detail = props.version.and_then(|version| props.film.detail(version, props.time));
    let Some(detail) = detail else {
        return html! {
            <section class="detail" data-testid="details" aria-label="Details">
                <h2>{ "Details" }</h2>
                <p class="note">{ "Choose a bar, or a row of the block, to see what it read and wrote, and why it counts or not." }</p>
            </section>
        };
    };
    let chain = chain_of(props);
    let story = chain.as_ref().and_then(|chain| story_of(props, &detail, chain));
    let told = story.is_some();
    html! {
        <section class="detail" data-testid="details" aria-label="Details"
            data-version={detail.version.to_string()}>
            <h2>{ &detail.title }</h2>
            <p class="subtitle">{ &detail.subtitle }</p>
            { runs(props, detail.version) }
            { breadcrumb(props) }
            if detail.state != BarState::Future { { why(props, &detail, chain.as_ref(), story) } }
            { reads(props, &detail.reads) }
            { writes(props, &detail.writes) }
            if let Some(then) = detail.then.as_ref().filter(|_| !told) {
                <p class="then">{ "then: " }{ phrase(then) }</p>
            }
            if let Some(hot) = &detail.hot { { hot_note(hot) } }
            if detail.state != BarState::Future {
                <button class="control" data-testid="show-steps"
                    onclick={wish(&props.dispatch, Wish::Steps(StepsWish::Show))}>{ "Show the opcodes" }</button>
            }
            <p class="place">
                { &detail.place }
                if !detail.status_words.is_empty() { { " · " }{ &detail.status_words } }
            </p>
        </section>
    }
}

/// The tries of the transaction, to go from one to the other.
fn runs(props: &IncarnationProps, chosen: Version) -> Html {
    let film = &props.film;
    let runs = film.runs_of(TxIndex(chosen.tx.0));
    if runs.len() < 2 {
        return Html::default();
    }
    let mut versions: Vec<_> =
        runs.iter().filter_map(|id| film.bar(*id)).map(|bar| bar.version).collect();
    versions.dedup();
    let run = |version: Version| {
        let dispatch = props.dispatch.clone();
        let choose = move |_| dispatch.dispatch(Action::Wish(Wish::Select(Some(version))));
        let chosen = version == chosen;
        html! {
            <button class={classes!("run-of", chosen.then_some("chosen"))} data-testid="incarnation"
                aria-pressed={chosen.to_string()} onclick={choose}>{ version.to_string() }</button>
        }
    };
    html! { <div class="runs" role="group" aria-label="Runs of this transaction">{ for versions.into_iter().map(run) }</div> }
}

fn why(
    props: &IncarnationProps,
    detail: &IncarnationDetail,
    chain: Option<&Chain>,
    story: Option<Html>,
) -> Html {
    let class = match detail.state {
        BarState::Aborted => "why-bad",
        BarState::Committed => "why-good",
        BarState::Suspended => "why-waiting",
        _ => "why-open",
    };
    html! {
        <div class={classes!("why", class)} data-testid="why">
            if let Some(story) = story {
                { story }
            } else {
                <h3>{ &detail.question }</h3>
                <p>{ phrase(&detail.why) }</p>
            }
            { chain.map(|chain| ways(props, chain)).unwrap_or_default() }
        </div>
    }
}

fn hot_note(hot: &Phrase) -> Html {
    html! { <p class="hot"><strong>{ "Hot slot. " }</strong>{ phrase(hot) }</p> }
}

fn reads(props: &IncarnationProps, rows: &[ReadRow]) -> Html {
    if rows.is_empty() {
        return Html::default();
    }
    // What no longer holds is why one looks here at all.
    let (stale, held): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.stale);
    let shown = stale.len().clamp(SHOWN, LISTED);
    let ordered: Vec<_> = stale.into_iter().chain(held).collect();
    let (shown, rest) = ordered.split_at(shown.min(ordered.len()));
    html! {
        <>
            <table class="accesses" data-testid="reads">
                <thead><tr>
                    <th scope="col">{ "read" }</th><th scope="col">{ "saw" }</th>
                    <th scope="col">{ "is now" }</th>
                </tr></thead>
                <tbody>{ for shown.iter().map(|row| read(props, row)) }</tbody>
            </table>
            { others(rest.len(), "read", rest.iter().take(LISTED).map(|row| read(props, row)).collect()) }
        </>
    }
}

fn read(props: &IncarnationProps, row: &ReadRow) -> Html {
    let class = if row.stale { "bad" } else { "good" };
    let sign = if row.stale { " ✕" } else { " ✓" };
    html! {
        <tr title={format!("{} = {}", row.name, row.value)}>
            <th scope="row">{ place_name(props, row.location, &row.name) }</th>
            <td>{ &row.saw }</td>
            <td class={class}>{ &row.now }{ sign }</td>
        </tr>
    }
}

fn writes(props: &IncarnationProps, rows: &[WriteRow]) -> Html {
    if rows.is_empty() {
        return Html::default();
    }
    let (shown, rest) = rows.split_at(SHOWN.min(rows.len()));
    html! {
        <>
            <table class="accesses" data-testid="writes">
                <thead><tr>
                    <th scope="col">{ "wrote" }</th><th scope="col" colspan="2">{ "value" }</th>
                </tr></thead>
                <tbody>{ for shown.iter().map(|row| write(props, row)) }</tbody>
            </table>
            { others(rest.len(), "write", rest.iter().take(LISTED).map(|row| write(props, row)).collect()) }
        </>
    }
}

fn write(props: &IncarnationProps, row: &WriteRow) -> Html {
    html! {
        <tr title={format!("{} = {}", row.name, row.value)}>
            <th scope="row">{ place_name(props, row.location, &row.name) }</th>
            <td colspan="2" class="code value">{ &row.value }</td>
        </tr>
    }
}

/// A location's name, which chooses it in every view; once more takes the choice back.
fn place_name(props: &IncarnationProps, place: LocationId, name: &str) -> Html {
    let chosen = props.place == Some(place);
    let dispatch = props.dispatch.clone();
    let choose = move |_| {
        let place = (!chosen).then_some(place);
        dispatch.dispatch(Action::Wish(Wish::Place(place)));
    };
    html! {
        <button class="code place-name place-choice" data-testid="place" onclick={choose}
            aria-pressed={chosen.to_string()}>{ name }</button>
    }
}

/// The rows that are folded away.
fn others(count: usize, noun: &str, rows: Html) -> Html {
    if count == 0 {
        return Html::default();
    }
    html! {
        <details class="others">
            <summary>{ format::count(count, &format!("more {noun}")) }</summary>
            <table class="accesses"><tbody>{ rows }</tbody></table>
            if let Some(rest) = count.checked_sub(LISTED).filter(|rest| *rest > 0) {
                <p class="note">{ format!("and {rest} that are not listed") }</p>
            }
        </details>
    }
}
