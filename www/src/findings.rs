//! What keeps the run from being faster, like a good compiler's warnings: each with its evidence, to
//! go and look at, and with what to do.

use lanescope_protocol::{LocationId, Version};
use lanescope_timeline::{Evidence, Film, Finding, format};
use yew::{Html, html};

use crate::store::{Action, Wish};
use crate::words::{Dispatch, Shared, phrase, wish};

/// Places that are named for one finding.
const PLACES_MAX: usize = 5;

#[derive(Clone, PartialEq)]
pub(crate) struct FindingsProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) film: Shared<Film>,
}

pub(crate) fn findings(props: &FindingsProps) -> Html {
    let film = &props.film;
    let strategy = film.settings().strategy.title();
    let lanes = format::count(film.lanes(), "lane");
    let said = match film.findings().len() {
        _ if !film.is_complete() => "Known once the run is over.".to_owned(),
        0 => format!("Nothing to complain about under {strategy} on {lanes}."),
        count => format!("{} under {strategy} on {lanes}.", format::count(count, "finding")),
    };
    html! {
        <section class="findings" aria-label="Findings" data-testid="findings">
            <p class="note">{ said }</p>
            <ol>{ for film.findings().iter().map(|found| finding(props, found)) }</ol>
        </section>
    }
}

fn finding(props: &FindingsProps, found: &Finding) -> Html {
    let places = found.places.iter().take(PLACES_MAX).map(|place| chip_of_place(props, *place));
    let more = found.places.len().saturating_sub(PLACES_MAX);
    html! {
        <li class="finding" data-lint={found.lint.slug()}>
            <h3><span class="finding-kind">{ found.lint.title() }</span>{ phrase(&found.title) }</h3>
            <p class="finding-worth">{ found.worth() }</p>
            <ul class="finding-evidence">
                { for found.evidence.iter().map(|known| evidence(props, known)) }
            </ul>
            if !found.places.is_empty() {
                <p class="chips">
                    { for places }
                    if more > 0 { <span class="note">{ format!("and {more} more") }</span> }
                </p>
            }
            <p class="finding-advice"><strong>{ "What to do. " }</strong>{ found.advice }</p>
        </li>
    }
}

fn evidence(props: &FindingsProps, known: &Evidence) -> Html {
    html! {
        <li>
            { phrase(&known.phrase) }
            if !known.versions.is_empty() {
                <span class="chips">{ for known.versions.iter().map(|run| chip_of_run(props, *run)) }</span>
            }
        </li>
    }
}

/// Goes to a run: it is selected, and the playhead stands where it was decided.
fn chip_of_run(props: &FindingsProps, run: Version) -> Html {
    let bar = props.film.bar_of(run).and_then(|id| props.film.bar(id));
    let at = bar.map(|bar| bar.abort.map_or(bar.end, |abort| abort.at) as f64);
    let dispatch = props.dispatch.clone();
    let go = move |_| {
        if let Some(at) = at {
            dispatch.dispatch(Action::Wish(Wish::Seek(at)));
        }
        dispatch.dispatch(Action::Wish(Wish::Select(Some(run))));
    };
    html! {
        <button class="chip code" title="Show it on the lanes" data-testid="finding-run" onclick={go}>
            { run.to_string() }
        </button>
    }
}

fn chip_of_place(props: &FindingsProps, place: LocationId) -> Html {
    html! {
        <button class="chip code" title="Single it out everywhere" data-testid="finding-place"
            onclick={wish(&props.dispatch, Wish::Place(Some(place)))}>
            { props.film.location_name(place).to_owned() }
        </button>
    }
}
