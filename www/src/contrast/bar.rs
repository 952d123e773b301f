//! The slim bar that says what the last change brought, and what a fork keeps.

use lanescope_protocol::TxIndex;
use lanescope_timeline::{Contrast, format};
use yew::{Html, classes, html};

use crate::store::{Fork, Store, Told, View, WhatIfWish, Wish};
use crate::words::{Dispatch, Shared, wish};

#[derive(Clone, PartialEq)]
pub(crate) struct BarProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) told: Option<Shared<Told>>,
    pub(crate) fork: Option<Shared<Fork>>,
    /// Both runs are on the stage already.
    pub(crate) stacked: bool,
}

impl BarProps {
    pub(crate) fn of(store: &Store, dispatch: &Dispatch) -> Self {
        Self {
            dispatch: dispatch.clone(),
            told: store.whatif.told.clone().map(Shared),
            fork: store.whatif.fork.clone().map(Shared),
            stacked: store.view == View::Stack,
        }
    }
}

pub(crate) fn bar(props: &BarProps) -> Html {
    let Some(told) = &props.told else { return Html::default() };
    let [before, now] = told.speeds();
    let button = |id: &'static str, words: &'static str, title: &'static str, what: WhatIfWish| {
        html! {
            <button class="control" data-testid={id} {title}
                onclick={wish(&props.dispatch, Wish::WhatIf(what))}>{ words }</button>
        }
    };
    let both = if props.stacked {
        button("see-one", "See one", "Only the run as it is now (Escape)", WhatIfWish::CloseStack)
    } else {
        button("see-both", "See both", "Both runs on one time axis", WhatIfWish::SeeBoth)
    };
    let ends = match &props.fork {
        Some(_) => html! {
            <>
                { button("fork-keep", "Keep the change", "End the fork; the block stays as it is now",
                    WhatIfWish::Leave { changed: true }) }
                { button("fork-drop", "Back to before", "End the fork; the block is what it was before",
                    WhatIfWish::Leave { changed: false }) }
            </>
        },
        None => html! {
            <>
                { button("whatif-back", "Back", "Back to the block and the settings of before",
                    WhatIfWish::Back) }
                { button("whatif-forget", "Forget", "Forget the run before; the next change is compared with this one",
                    WhatIfWish::Forget) }
            </>
        },
    };
    html! {
        <section class={classes!("whatif", props.fork.is_some().then_some("whatif-fork"))}
            aria-label="What the change brings" data-testid="whatif">
            <div class="whatif-words">
                if let Some(fork) = &props.fork { { forked(fork, &told.contrast) } }
                if told.contrast.since.is_none() && props.fork.is_some() {
                    // Nothing was changed yet.
                } else if props.stacked {
                    <p class="caption-words" role="status" data-testid="stack-sentence">{ told.sentence() }</p>
                    if told.contrast.since.is_some() {
                        <p class="note" data-testid="whatif-moved">{ moved_words(&told.contrast, props.fork.is_some()) }</p>
                    }
                } else {
                    <p role="status" data-testid="whatif-words">
                        { "Before: " }<strong>{ before }</strong>{ " · Now: " }<strong>{ now }</strong>
                        { " — " }{ told.effect() }
                    </p>
                }
            </div>
            <div class="whatif-do">{ both }{ ends }</div>
        </section>
    }
}

/// Since when the runs differ, and in what. A fork says the first by itself.
fn moved_words(contrast: &Contrast, forked: bool) -> String {
    let (since, moved) = (contrast.since_words(), contrast.moved_words());
    let words = match (forked, moved.is_empty()) {
        (true, true) => return String::new(),
        (true, false) => moved,
        (false, true) => since,
        (false, false) => format!("{since}; then {moved}"),
    };
    let mut rest = words.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).chain(".".chars()).collect()
}

/// What the fork locks, and whether the past is what it was.
fn forked(fork: &Fork, contrast: &Contrast) -> Html {
    let locked = format::count(fork.locked(), "transaction");
    let have = if fork.locked() == 1 { "has" } else { "have" };
    let kept = contrast.is_same_until(fork.at);
    html! {
        <>
            <p data-testid="fork-words">
                <strong>{ format!("Forked at {}.", fork.when()) }</strong>
                { format!(" {locked} {have} begun and {} locked.", if fork.locked() == 1 { "is" } else { "are" }) }
                if contrast.since.is_none() { { " " }{ what_is_left(fork) } }
            </p>
            if contrast.since.is_some() {
                <p class={if kept { "good" } else { "bad" }} role="status" data-testid="fork-past">
                    { past_words(fork, contrast, kept) }
                </p>
            }
        </>
    }
}

fn what_is_left(fork: &Fork) -> &'static str {
    if fork.is_all_begun() {
        "None is left to change: crash a lane, or add a transaction."
    } else {
        "Move, edit, add or remove the others, or crash a lane."
    }
}

fn past_words(fork: &Fork, contrast: &Contrast, kept: bool) -> String {
    let Some(since) = &contrast.since else { return String::new() };
    if kept {
        let from = format::ticks(contrast.after.clock, since.time as f64);
        return format!(
            "✓ The past is the same, event by event: the first difference is at {from}."
        );
    }
    let said = |words: &str| {
        let words = words.trim_end_matches('.');
        if words.is_empty() { "nothing more happened".to_owned() } else { format!("“{words}”") }
    };
    format!(
        "✕ The past is not the same: at {}, before the fork at {}, it was {}, now it is {}. The strategy knows what follows and decides by it.",
        format::ticks(contrast.after.clock, since.time as f64),
        fork.when(),
        said(&since.before),
        said(&since.after),
    )
}

/// What a row of the list says when the fork has locked it.
pub(crate) fn lock_words(fork: &Fork, at: usize) -> Option<String> {
    fork.locks(at).then(|| fork.why(TxIndex(at as u32)))
}
