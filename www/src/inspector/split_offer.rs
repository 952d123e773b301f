//! What if the hot slot were split? Offered where somebody looks at it.

use lanescope_protocol::split::SPLIT_COPIES_DEFAULT;
use lanescope_protocol::{LocationId, Version};
use lanescope_timeline::{Film, format};
use yew::{Html, html};

use crate::store::{SplitWish, Wish};
use crate::words::{Dispatch, Shared, wish};

/// Companions of a slot that are named; the rest is counted.
const NAMED: usize = 3;

#[derive(Clone, PartialEq)]
pub(crate) struct SplitOfferProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) film: Shared<Film>,
    /// The incarnation that is looked at: the slot that it lost is offered.
    pub(crate) version: Option<Version>,
    /// The chosen location, which comes before that.
    pub(crate) place: Option<LocationId>,
}

pub(crate) fn split_offer(props: &SplitOfferProps) -> Html {
    let film = &*props.film;
    let lost = || film.bar(film.bar_of(props.version?)?)?.abort?.location;
    let Some(group) = props.place.or_else(lost).map(|slot| film.split_together(slot)) else {
        return Html::default();
    };
    let Some((first, others)) = group.split_first() else { return Html::default() };
    let split =
        |slots: Vec<LocationId>| wish(&props.dispatch, Wish::Split(SplitWish::Slots(slots)));
    html! {
        <section class="split-offer" aria-label="What if it were split" data-testid="split-offer">
            <p class="note">
                <strong>{ "What if " }</strong>
                <span class="code">{ film.location_name(*first) }</span>
                { format!(" were kept {SPLIT_COPIES_DEFAULT} times, and each transaction used one copy? ") }
                { "That is another contract: its results differ. " }
                { together(film, others) }
            </p>
            <div class="split-buttons">
                <button class="control" data-testid="split-slot" onclick={split(vec![*first])}>
                    { "Split this slot" }
                </button>
                if !others.is_empty() {
                    <button class="control" data-testid="split-together" onclick={split(group.clone())}>
                        { format!("Split all {}", group.len()) }
                    </button>
                }
            </div>
        </section>
    }
}

/// What must be split as well, if anybody is to be set free.
fn together(film: &Film, others: &[LocationId]) -> String {
    if others.is_empty() {
        return String::new();
    }
    let mut named: Vec<_> =
        others.iter().take(NAMED).map(|other| film.location_name(*other).to_owned()).collect();
    let rest = others.len().saturating_sub(NAMED);
    if rest > 0 {
        named.push(format::count(rest, "more slot"));
    }
    format!("Mostly the same transactions also write {}.", named.join(", "))
}
