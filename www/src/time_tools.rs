//! What else can be done with time: steps of every kind, the range that is played again and
//! again, bookmarks, a video. A panel above the transport that opens from a button in it.

use std::rc::Rc;

use lanescope_timeline::{Film, format};
use yew::{Callback, Html, KeyboardEvent, html};

use crate::icons::Icon;
use crate::playback::Toward;
use crate::record::can_record;
use crate::store::{Bookmark, BookmarkWish, RangeWish, RecordWish, SECONDS_MAX, Sheet, Wish};
use crate::words::{Dispatch, Shared, typed, wish};

/// The panel's name: the button names it too.
const PANEL: &str = "time-tools";

#[derive(Clone, PartialEq)]
pub(crate) struct TimeToolsProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) film: Option<Shared<Film>>,
    /// The range, in ticks.
    pub(crate) range: Option<(f64, f64)>,
    pub(crate) looping: bool,
    pub(crate) bookmarks: Shared<Vec<Bookmark>>,
    /// How long a recording would take, in whole seconds, if there is something to record.
    pub(crate) seconds: Option<u32>,
}

pub(crate) fn time_tools(props: &TimeToolsProps) -> Html {
    // The key that closes the panel is not also a wish to deselect.
    let keep = Callback::from(|event: KeyboardEvent| {
        if event.code() == "Escape" {
            event.stop_propagation();
        }
    });
    html! {
        <>
            <button class="control square more-button" popovertarget={PANEL} data-testid="time-more"
                title="Steps, range, bookmarks, video" aria-label="Steps, range, bookmarks, video">
                { Icon::More.draw() }
            </button>
            <div class="time-tools" id={PANEL} popover="auto" role="dialog" data-testid={PANEL}
                aria-label="Steps, range, bookmarks, video" onkeydown={keep}>
                { steps(props) }
                { range(props) }
                { bookmarks(props) }
                { video(props) }
                { more(props) }
            </div>
        </>
    }
}

type Steps = (&'static str, &'static str, fn(Toward) -> Wish, &'static str);

fn steps(props: &TimeToolsProps) -> Html {
    let kinds: [Steps; 3] = [
        ("event", "event", Wish::Step, "← →"),
        ("transaction", "tx", Wish::StepTransaction, "Shift + ← →"),
        ("abort", "abort", Wish::StepAbort, "K J"),
    ];
    let one = |(name, id, step, keys): Steps| {
        let button = |toward: Toward, way: &str, icon: Icon| {
            let label = format!("To the {way} {name}");
            html! {
                <button class="control square" disabled={props.film.is_none()} title={label.clone()}
                    aria-label={label} data-testid={format!("step-{way}-{id}")}
                    onclick={wish(&props.dispatch, step(toward))}>{ icon.draw() }</button>
            }
        };
        html! {
            <div class="time-row">
                <span class="time-name">{ name }</span>
                { button(Toward::Back, "previous", Icon::StepBack) }
                { button(Toward::Forward, "next", Icon::StepForward) }
                <kbd>{ keys }</kbd>
            </div>
        }
    };
    html! {
        <section aria-label="Steps">
            <h2>{ "Step by" }</h2>
            { for kinds.into_iter().map(one) }
        </section>
    }
}

fn range(props: &TimeToolsProps) -> Html {
    let none = props.film.is_none();
    let button = |id: &'static str, words: &'static str, key: &'static str, what: RangeWish| {
        html! {
            <button class="control" data-testid={id} disabled={none}
                onclick={wish(&props.dispatch, Wish::Range(what))}>{ words }<kbd>{ key }</kbd></button>
        }
    };
    let words = match (&props.film, props.range) {
        (Some(film), Some((from, to))) => {
            let clock = film.clock();
            let (short, long) = (format::ticks_short(clock, from), format::ticks(clock, to));
            format!("{short} to {long}")
        }
        _ => "The whole film. Shift and drag over the lanes chooses a part of it.".to_owned(),
    };
    html! {
        <section aria-label="Range">
            <h2>{ "Play again and again" }</h2>
            <p class="note" data-testid="range">{ words }</p>
            <div class="time-row">
                { button("range-in", "begins here", "I", RangeWish::From) }
                { button("range-out", "ends here", "O", RangeWish::To) }
                <button class="control loop-button-too" data-testid="range-loop" disabled={none}
                    aria-pressed={props.looping.to_string()}
                    onclick={wish(&props.dispatch, Wish::Range(RangeWish::Loop))}>
                    { if props.looping { "again: on" } else { "again: off" } }<kbd>{ "L" }</kbd>
                </button>
                if props.range.is_some() {
                    <button class="tool" data-testid="range-clear" aria-label="No range" title="No range"
                        onclick={wish(&props.dispatch, Wish::Range(RangeWish::Clear))}>
                        { Icon::Close.draw() }
                    </button>
                }
            </div>
        </section>
    }
}

fn bookmarks(props: &TimeToolsProps) -> Html {
    let to = |toward| Wish::Bookmark(BookmarkWish::Step(toward));
    let empty = props.bookmarks.is_empty();
    let step = |id: &'static str, label: &'static str, toward: Toward, icon: Icon| {
        html! {
            <button class="control square" data-testid={id} title={label} aria-label={label}
                disabled={empty} onclick={wish(&props.dispatch, to(toward))}>{ icon.draw() }</button>
        }
    };
    html! {
        <section aria-label="Bookmarks">
            <h2>{ "Bookmarks" }</h2>
            <div class="time-row">
                <button class="control" data-testid="bookmark-set" disabled={props.film.is_none()}
                    onclick={wish(&props.dispatch, Wish::Bookmark(BookmarkWish::Set))}>
                    { "set one here" }<kbd>{ "M" }</kbd>
                </button>
                { step("bookmark-previous", "Previous bookmark (Shift + N)", Toward::Back, Icon::StepBack) }
                { step("bookmark-next", "Next bookmark (N)", Toward::Forward, Icon::StepForward) }
            </div>
            <ol class="bookmarks" data-testid="bookmarks">
                { for props.bookmarks.iter().map(|bookmark| one_bookmark(props, bookmark)) }
            </ol>
        </section>
    }
}

fn one_bookmark(props: &TimeToolsProps, bookmark: &Bookmark) -> Html {
    let Some(film) = &props.film else { return Html::default() };
    let id = bookmark.id;
    let at = format::ticks_short(film.clock(), bookmark.time);
    let rename = {
        let dispatch = props.dispatch.clone();
        typed(move |name| {
            dispatch.dispatch(Wish::Bookmark(BookmarkWish::Rename(id, name)).into());
        })
    };
    let send = |what: BookmarkWish| wish(&props.dispatch, Wish::Bookmark(what));
    html! {
        <li key={id} data-testid="bookmark">
            <button class="control" onclick={send(BookmarkWish::Go(id))}
                aria-label={format!("To {at}: {}", bookmark.name)}>{ &at }</button>
            <input type="text" value={Rc::clone(&bookmark.name)} maxlength="80" onchange={rename}
                aria-label={format!("Name of the bookmark at {at}")} />
            <button class="tool" onclick={send(BookmarkWish::Remove(id))}
                aria-label={format!("Remove the bookmark at {at}")}>{ Icon::Remove.draw() }</button>
        </li>
    }
}

fn video(props: &TimeToolsProps) -> Html {
    let able = can_record();
    let long = props.seconds.is_some_and(|seconds| f64::from(seconds) > SECONDS_MAX);
    let what = if props.range.is_some() { "the range" } else { "the film" };
    let length = props.seconds.map_or_else(String::new, length);
    let note = if !able {
        "This browser cannot make videos of a canvas.".to_owned()
    } else if long {
        format!(
            "At this speed it takes {length}; up to {} are recorded. Choose a higher speed or a shorter range.",
            self::length(SECONDS_MAX as u32)
        )
    } else {
        "Lanes and captions as a WebM file, at the speed that is chosen.".to_owned()
    };
    // While one is recorded the button stays as it is: a button that is disabled by the press
    // would not close the panel.
    let disabled = !able || long || props.seconds.is_none();
    html! {
        <section aria-label="Video">
            <h2>{ "Video" }</h2>
            <p class="note" id="record-note">{ note }</p>
            <div class="time-row">
                <button class="control" data-testid="record" {disabled} aria-describedby="record-note"
                    popovertarget={PANEL} popovertargetaction="hide"
                    onclick={wish(&props.dispatch, Wish::Record(RecordWish::Start))}>
                    if able { { format!("record {what}, {length}") } } else { { "not here" } }
                </button>
            </div>
        </section>
    }
}

/// On a phone what stands beside the transport elsewhere.
fn more(props: &TimeToolsProps) -> Html {
    let open = |words: &'static str, sheet: Sheet| {
        html! {
            <button class="control" popovertarget={PANEL} popovertargetaction="hide"
                onclick={wish(&props.dispatch, Wish::Sheet(Some(sheet)))}>{ words }</button>
        }
    };
    html! {
        <section class="time-more" aria-label="More">
            <div class="time-row">{ open("commands", Sheet::Palette) }{ open("keys", Sheet::Keys) }</div>
        </section>
    }
}

/// Seconds in words.
fn length(seconds: u32) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} minutes", seconds / 60),
        _ => format!("{} hours", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_said_in_one_unit() {
        let said = [8, 119, 300, 8000].map(length);
        assert_eq!(said, ["8 s", "119 s", "5 minutes", "2 hours"]);
    }
}
