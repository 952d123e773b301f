//! What is split: a row for each slot, with its copies, who uses which, and how they begin.

use lanescope_protocol::Scenario;
use lanescope_protocol::scenario::{Split, SplitBy, SplitInitial};
use lanescope_protocol::split::{SPLIT_COPIES_MAX, SPLIT_COPIES_MIN, split_word};
use lanescope_timeline::Film;
use yew::{Callback, Html, html};

use crate::icons::Icon;
use crate::menu::Menu;
use crate::store::{Action, SplitWish, Wish};
use crate::words::{Dispatch, Shared, wish};

#[derive(Clone, PartialEq)]
pub(crate) struct SplitsProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) scenario: Shared<Scenario>,
    /// What is shown, which knows names.
    pub(crate) film: Option<Shared<Film>>,
}

pub(crate) fn splits(props: &SplitsProps) -> Html {
    let all = props.scenario.splits.iter().enumerate();
    html! {
        <section class="splits" aria-label="Slots that are split" data-testid="splits">
            <h2 class="panel-title">
                <span>{ "Split slots" }</span>
                <button class="tool" data-testid="split-clear" title="Put all slots together again"
                    aria-label="Put all slots together again"
                    onclick={wish(&props.dispatch, Wish::Split(SplitWish::Clear))}>
                    { Icon::Remove.draw() }
                </button>
            </h2>
            <p class="note">{ "Another contract: one lane runs it too, but results differ from the block as it was." }</p>
            <ul class="split-list">{ for all.map(|(at, split)| row(props, at, split)) }</ul>
        </section>
    }
}

fn row(props: &SplitsProps, at: usize, split: &Split) -> Html {
    let name = name(props, split);
    let copies = split.copies;
    let step = |id: &'static str, sign: &'static str, label: String, to: u32| {
        let onclick = wish(&props.dispatch, Wish::Split(SplitWish::Copies(at, to)));
        html! {
            <button data-testid={id} title={label.clone()} aria-label={label}
                disabled={to == copies} {onclick}>{ sign }</button>
        }
    };
    let label = format!("Put {name} together again");
    html! {
        <li class="split" key={at} data-testid="split">
            <span class="code split-name" title={name.clone()}>{ &name }</span>
            <button class="tool" data-testid="split-remove" title={label.clone()} aria-label={label}
                onclick={wish(&props.dispatch, Wish::Split(SplitWish::Remove(at)))}>
                { Icon::Close.draw() }
            </button>
            <div class="split-ways">
                <div class="control stepper" role="group" aria-label={format!("Copies of {name}")}>
                    { step("split-fewer", "−", format!("Fewer copies of {name}"), less(copies)) }
                    <span class="split-copies" data-testid="split-copies" aria-live="polite">
                        { format!("{copies} copies") }
                    </span>
                    { step("split-more", "+", format!("More copies of {name}"), more(copies)) }
                </div>
                { by(props, at, split) }
                { initial(props, at, split) }
            </div>
        </li>
    }
}

/// Half as many, and twice as many.
fn less(copies: u32) -> u32 {
    (copies / 2).max(SPLIT_COPIES_MIN)
}

fn more(copies: u32) -> u32 {
    (copies * 2).min(SPLIT_COPIES_MAX)
}

fn by(props: &SplitsProps, at: usize, split: &Split) -> Html {
    let options = [("index", "in turns"), ("sender", "by sender")];
    let id = format!("split-by-{}", at + 1);
    choice(props, id, "Who uses which copy", &options, &SplitBy::ALL, split.by, move |by| {
        SplitWish::By(at, by)
    })
}

fn initial(props: &SplitsProps, at: usize, split: &Split) -> Html {
    let options = [("copy", "the value"), ("first", "0, a sum"), ("apart", "far apart")];
    let id = format!("split-initial-{}", at + 1);
    let into = move |initial| SplitWish::Initial(at, initial);
    choice(props, id, "begin with", &options, &SplitInitial::ALL, split.initial, into)
}

/// A choice among a few, by the words of files.
fn choice<T: Copy + PartialEq + 'static>(
    props: &SplitsProps,
    id: String,
    title: &'static str,
    options: &[(&'static str, &'static str)],
    all: &'static [(T, &'static str)],
    chosen: T,
    into: impl Fn(T) -> SplitWish + 'static,
) -> Html {
    // In turns, by sender: that says by itself what is chosen.
    let is_plain = options.len() == 2;
    let now = all.iter().find(|(value, _)| *value == chosen).map_or("", |(_, word)| *word);
    let dispatch = props.dispatch.clone();
    let choose = Callback::from(move |word: String| {
        if let Some(value) = split_word(all, &word) {
            dispatch.dispatch(Action::Wish(Wish::Split(into(value))));
        }
    });
    html! {
        <label class="control menu split-choice">
            <span class={if is_plain { "unseen" } else { "menu-name" }}>{ title }</span>
            <Menu {id} {now} {choose}>
                { for options.iter().map(|(word, words)| html! {
                    <option value={*word}>{ *words }</option>
                }) }
            </Menu>
        </label>
    }
}

/// The slot's name, or contract and key where no run has touched it yet.
fn name(props: &SplitsProps, split: &Split) -> String {
    let known = props.film.as_ref().and_then(|film| film.split_name(split));
    known.map_or_else(
        || {
            let key = split.slot.trim_start_matches("0x").trim_start_matches('0');
            format!("{}.slot 0x{key:0>1}", split.address)
        },
        str::to_owned,
    )
}
