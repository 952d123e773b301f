//! The line that says how what is on the screen was made. It is always there: what ran, what is
//! promised, on how many lanes, with which seeds, and what a tick is.

mod about;
mod clock;
mod parameter;

use lanescope_protocol::trace::Summary;
use lanescope_protocol::{Clock, Costs, Settings, Strategy};
use lanescope_timeline::{Film, format};
use yew::{Html, classes, html};

use crate::store::{Comparison, Cost, Drawer, Refused, View, Wish};
use crate::verdict::Verdict;
use crate::words::{Dispatch, Shared, wish};

#[derive(Clone, PartialEq)]
pub(crate) struct ProvenanceProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) film: Option<Shared<Film>>,
    /// What is chosen for the next run.
    pub(crate) settings: Settings,
    pub(crate) view: View,
    pub(crate) comparison: Option<Shared<Comparison>>,
    pub(crate) drawer: Option<Drawer>,
    pub(crate) refused: Option<Refused>,
}

pub(crate) fn provenance(props: &ProvenanceProps) -> Html {
    let model = if props.settings.strategy.preset().is_some() {
        "About this model"
    } else {
        "About this strategy"
    };
    html! {
        <section class="provenance" aria-label="How this was run">
            <div class="provenance-line" data-testid="provenance">
                { match (props.view, &props.comparison) {
                    (View::Compare, Some(comparison)) => compared(comparison),
                    _ => shown(props),
                } }
                <span class="provenance-end">
                    { opener(props, Drawer::Strategy, model, "about-open") }
                    { opener(props, Drawer::Clock, "Clock and faults", "clock-open") }
                </span>
            </div>
            { match props.drawer {
                Some(Drawer::Strategy) => about::about(props),
                Some(Drawer::Clock) => clock::clock(props),
                None => Html::default(),
            } }
        </section>
    }
}

fn opener(props: &ProvenanceProps, drawer: Drawer, words: &'static str, id: &'static str) -> Html {
    let open = props.drawer == Some(drawer);
    html! {
        <button class={classes!("link", open.then_some("link-open"))} data-testid={id}
            aria-expanded={open.to_string()} aria-controls="drawer"
            onclick={wish(&props.dispatch, Wish::Drawer((!open).then_some(drawer)))}>{ words }</button>
    }
}

/// The run on the screen; before the first, what will run.
fn shown(props: &ProvenanceProps) -> Html {
    let summary = props.film.as_ref().and_then(|film| film.summary());
    let settings = props.film.as_ref().map_or(&props.settings, |film| film.settings());
    let verdict = summary.map(Verdict::of);
    html! {
        <>
            <strong data-testid="model">{ strategy_words(&settings.strategy) }</strong>
            { match &verdict {
                Some(verdict) => html! {
                    <span class={verdict.class()} data-testid="badge-same" title={badge_title(summary)}>
                        { &verdict.words }
                    </span>
                },
                None => html! { <span class="badge">{ "not run to its end yet" }</span> },
            } }
            if let Some(difference) = verdict.as_ref().and_then(|verdict| verdict.difference.as_ref()) {
                <span class="bad" data-testid="difference">{ difference }</span>
            }
            { summary.map(left_out).unwrap_or_default() }
            <span data-testid="badge-clock">{ clock_words(settings, summary) }</span>
            { how(settings) }
        </>
    }
}

/// What all runs of a comparison have in common.
fn compared(comparison: &Comparison) -> Html {
    let summary = comparison.worths().find_map(|(_, worth)| worth.film.summary());
    html! {
        <>
            <strong data-testid="model">{ "The same block, every strategy" }</strong>
            <span data-testid="badge-clock">{ clock_words(&comparison.settings, summary) }</span>
            { how(&comparison.settings) }
            <span>{ "models as of 2026-09" }</span>
        </>
    }
}

fn how(settings: &Settings) -> Html {
    let faults = settings.faults.len();
    html! {
        <>
            if settings.clock == Clock::Gas {
                <span>{ format::count(usize::from(settings.lanes), "lane") }</span>
                <span>{ format!("lane seed {}", settings.seed) }</span>
            }
            <span data-testid="tick">{ tick_words(settings) }</span>
            if faults > 0 { <span class="bad">{ format::count(faults, "fault") }</span> }
        </>
    }
}

fn left_out(summary: &Summary) -> Html {
    if summary.excluded.is_empty() {
        return Html::default();
    }
    let each = summary.excluded.iter().map(|one| format!("T{}: {}", one.tx + 1, one.why));
    let title = each.collect::<Vec<_>>().join("; ");
    let words = format!("{} left out", format::count(summary.excluded.len(), "transaction"));
    html! { <span class="badge badge-other" data-testid="left-out" {title}>{ words }</span> }
}

fn badge_title(summary: Option<&Summary>) -> String {
    let Some(summary) = summary else { return String::new() };
    match &summary.difference {
        Some(difference) if !summary.class_holds => difference.clone(),
        _ if summary.identical => format!(
            "Every balance, nonce, slot and receipt is equal; receipts root {}",
            summary.receipts_root
        ),
        _ => summary.class.sentence().to_owned(),
    }
}

fn clock_words(settings: &Settings, summary: Option<&Summary>) -> String {
    match (settings.clock, summary) {
        (Clock::Gas, Some(summary)) if summary.seed > 0 => {
            format!("gas clock · seed {}", summary.seed)
        }
        (Clock::Gas, _) => "gas clock".to_owned(),
        (Clock::Threads, _) => {
            format!("measured · {}", format::count(usize::from(settings.lanes), "thread"))
        }
    }
}

/// What a tick is, and what costs some beside gas.
fn tick_words(settings: &Settings) -> String {
    if settings.clock == Clock::Threads {
        return "1 tick = 1 ns".to_owned();
    }
    let mut words = "1 tick = 1 gas".to_owned();
    for cost in Cost::ALL {
        let ticks = cost.of(settings.costs);
        if ticks > 0 && settings.costs != Costs::default() {
            words += &format!(", + {} per {}", format::grouped(u128::from(ticks)), cost.name());
        }
    }
    words
}

/// The name of a strategy, and what of it was changed.
pub(crate) fn strategy_words(strategy: &Strategy) -> String {
    let mut words = strategy.title();
    if strategy.preset().is_some() {
        return words;
    }
    let plain = strategy.rules.name().rules();
    let pairs = strategy.rules.pairs().into_iter().zip(plain.pairs());
    let changed = pairs.filter(|(own, known)| own != known);
    let changed: Vec<_> =
        changed.map(|((name, value), _)| format!("{} {value}", parameter::spoken(&name))).collect();
    if !changed.is_empty() {
        words += &format!(" ({})", changed.join(", "));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_changed_is_said() {
        let words = |text: &str| strategy_words(&text.parse().unwrap());
        assert_eq!(words("block-stm"), "Block-STM");
        assert_eq!(words("monad"), "Model of Monad");
        assert_eq!(words("rounds:max-rounds=3"), "Optimistic rounds (max rounds 3)");
        assert!(words("monad:pinned=on").starts_with("In-order merge ("), "no model any more");
    }

    #[test]
    fn a_tick_is_explained_with_its_costs() {
        let mut settings = Settings::default();
        assert_eq!(tick_words(&settings), "1 tick = 1 gas");
        settings.costs.cold_read = 20_000;
        settings.costs.commit = 500;
        let words = "1 tick = 1 gas, + 20,000 per cold read, + 500 per commit";
        assert_eq!(tick_words(&settings), words);
        settings.clock = Clock::Threads;
        assert_eq!(tick_words(&settings), "1 tick = 1 ns");
    }
}
