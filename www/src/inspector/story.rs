//! Why, as a list of steps: each goes to its incarnation and its moment.

use lanescope_protocol::Version;
use lanescope_timeline::chain::ARROWS_MAX;
use lanescope_timeline::{Chain, Heading, IncarnationDetail, LinkKind, Phrase, Story, StoryStep};
use yew::{Callback, Html, html};

use super::IncarnationProps;
use crate::store::{Action, WhyWish, Wish};
use crate::words::phrase;

/// Places of the path that are shown.
const CRUMBS: usize = 6;

/// The story of what is looked at, as far as it has happened. `None` where there is none, or where
/// it has not been decided yet.
pub(super) fn story_of(
    props: &IncarnationProps,
    detail: &IncarnationDetail,
    chain: &Chain,
) -> Option<Html> {
    let story = props.film.story(chain)?;
    let happened = |step: &&StoryStep| step.at as f64 <= props.time;
    let known = story.steps.iter().filter(happened).count();
    if known == 0 || !is_decided(props, detail.version) {
        return None;
    }
    let all = known == story.steps.len();
    let steps = story.steps.iter().filter(happened).map(|step| line(props, step));
    Some(html! {
        <>
            <h3>{ &story.question }</h3>
            <ol class="story" data-testid="story">{ for steps }</ol>
            if all { { costs(&story) } } else { { rest(props, &story) } }
            if detail.state == lanescope_timeline::BarState::Committed {
                <p class="story-final">{ phrase(&detail.why) }</p>
            }
        </>
    })
}

/// Whether it is known at the playhead how the run ended.
fn is_decided(props: &IncarnationProps, version: Version) -> bool {
    let film = &props.film;
    let bar = film.bar_of(version).and_then(|id| film.bar(id));
    bar.is_some_and(|bar| {
        let at = bar.abort.map(|abort| abort.at).or(bar.committed_at).unwrap_or(bar.end);
        bar.is_again() || at as f64 <= props.time
    })
}

fn line(props: &IncarnationProps, step: &StoryStep) -> Html {
    let wish = Wish::Why(WhyWish::Go(step.about, step.at));
    let go = send(props, wish);
    html! {
        <li><button class="story-step" data-testid="story-step" onclick={go}
            data-version={step.about.to_string()}>{ phrase(&step.phrase) }</button></li>
    }
}

fn send(props: &IncarnationProps, wish: Wish) -> Callback<yew::MouseEvent> {
    let dispatch = props.dispatch.clone();
    Callback::from(move |_| dispatch.dispatch(Action::Wish(wish.clone())))
}

/// What is still to come is not told, but one can go there.
fn rest(props: &IncarnationProps, story: &Story) -> Html {
    let last = story.steps.iter().map(|step| step.at).max().unwrap_or(0);
    let go = send(props, Wish::Seek(last as f64));
    html! {
        <p><button class="story-more" data-testid="story-rest" onclick={go}>{ "Go to where the rest is known" }</button></p>
    }
}

fn costs(story: &Story) -> Html {
    let row = |name: &str, words: &Phrase| {
        if words.is_empty() {
            return Html::default();
        }
        html! { <div><dt>{ name }{ ": " }</dt><dd>{ phrase(words) }</dd></div> }
    };
    html! {
        <dl class="story-costs" data-testid="story-costs">
            { row("Cost", &story.cost) }
            { row("Had to follow", &story.followers) }
            { row("Had to wait", &story.waiters) }
        </dl>
    }
}

/// The chain of what is looked at, once all of it is known.
pub(super) fn chain_of(props: &IncarnationProps) -> Option<Chain> {
    let film = Some(&props.film).filter(|film| film.is_complete())?;
    film.chain(props.version?)
}

/// Along the chain, and what its lines on the lanes mean.
pub(super) fn ways(props: &IncarnationProps, chain: &Chain) -> Html {
    if chain.links.is_empty() {
        return Html::default();
    }
    let film = &props.film;
    let way = |heading: Heading, words: &str, id: &str| {
        let links = match heading {
            Heading::Cause => film.causes_of(chain.of),
            Heading::Effect => film.effects_of(chain.of),
        };
        let go = send(props, Wish::Why(WhyWish::Walk(heading)));
        html! {
            <button class="story-way" data-testid={id.to_owned()} disabled={links.is_empty()} onclick={go}>
                { words }
            </button>
        }
    };
    let mut kinds: Vec<_> = chain.links.iter().map(|link| link.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let walked_here = props.path.len() > 1 && film.causes_of(chain.of).is_empty();
    html! {
        <>
            if walked_here {
                <p class="story-root" data-testid="story-root">
                    { "The chain begins here: " }<span class="code">{ chain.of.to_string() }</span>
                    { " simply ran while others were under way." }
                </p>
            }
            <div class="story-ways" role="group" aria-label="Along causes and effects">
                { way(Heading::Cause, "[ cause", "to-cause") }
                { way(Heading::Effect, "effect ]", "to-effect") }
            </div>
            <ul class="story-lines" aria-label="Lines on the lanes">{ for kinds.into_iter().map(sample) }</ul>
            if chain.links.len() > ARROWS_MAX { <p class="note">{ many(chain) }</p> }
        </>
    }
}

/// How many links there are, where not all can be drawn.
fn many(chain: &Chain) -> String {
    let least = if chain.cut_off { "at least " } else { "" };
    format!("{least}{} links; on the lanes the nearest {ARROWS_MAX}", chain.links.len())
}

fn sample(kind: LinkKind) -> Html {
    let (class, words) = match kind {
        LinkKind::MadeStale => ("line-stale", "made stale"),
        LinkKind::TookAlong => ("line-along", "took along"),
        LinkKind::RunsAgain => ("line-again", "runs again as"),
        LinkKind::WaitedFor => ("line-waited", "waited for"),
        LinkKind::LaneBusy => ("line-busy", "kept the lane busy"),
    };
    html! {
        <li>
            <svg class={yew::classes!("line-sample", class)} viewBox="0 0 26 6" aria-hidden="true">
                <path d="M1 3H25" />
            </svg>
            { words }
        </li>
    }
}

/// The path that one walked, to go back along it.
pub(super) fn breadcrumb(props: &IncarnationProps) -> Html {
    let path = &props.path;
    if path.len() < 2 {
        return Html::default();
    }
    let from = path.len().saturating_sub(CRUMBS);
    let place = |(at, version): (usize, &Version)| {
        let here = at + 1 == path.len();
        let go = send(props, Wish::Why(WhyWish::Back(at)));
        html! {
            <li key={at}>
                <button class="crumb code" data-testid="crumb" onclick={go}
                    aria-current={here.then_some("location")}>{ version.to_string() }</button>
            </li>
        }
    };
    html! {
        <nav aria-label="The way here">
            <ol class="crumbs" data-testid="path">
                if from > 0 { <li class="crumb-more">{ "…" }</li> }
                { for path.iter().enumerate().skip(from).map(place) }
            </ol>
        </nav>
    }
}
