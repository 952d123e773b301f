//! A stored trace on the stage: nothing of the user's is lost by it.

use lanescope_timeline::synthetic;

use super::*;
use crate::store::{NOTHING_TO_RUN, StoredNews, WhatIfWish};

fn read(page: &mut Page, name: &str, bars: usize) {
    let film = Rc::new(Film::new(synthetic(bars)));
    page.act(Action::Stored(StoredNews::Read(name.into(), film)));
}

#[test]
fn a_stored_trace_is_shown_and_the_own_block_comes_back() {
    let mut page = Page::after_first_run();
    let (own, block) = (page.0.film.clone().unwrap(), page.0.draft.scenario().cloned().unwrap());
    page.effects();
    read(&mut page, "long.lstr", 90);
    let shown = page.0.shown().unwrap();
    assert_eq!(shown.bars().len(), 90);
    assert_eq!(page.0.playback.time, shown.end() as f64);
    assert!(!page.0.is_current(), "the list is of another block");
    let words = page.0.stored.as_ref().unwrap().words(shown);
    assert_eq!(
        words,
        "“long.lstr” is a stored trace: a run that is over, with 72 transactions on 16 lanes."
    );

    read(&mut page, "other.lstr", 30);
    page.wish(Wish::Undo);
    assert!(page.0.stored.is_none());
    assert!(Rc::ptr_eq(page.0.shown().unwrap(), &own) && page.0.is_current());
    assert!(Rc::ptr_eq(page.0.draft.scenario().unwrap(), &block));
    assert!(page.commands().is_empty(), "what was run need not run again");
}

#[test]
fn a_stored_trace_cannot_be_run_and_says_why() {
    let mut page = Page::after_first_run();
    read(&mut page, "long.lstr", 9);
    page.effects();
    page.wish(Wish::Run);
    assert_eq!(page.0.alert.as_deref(), Some(NOTHING_TO_RUN));
    assert!(page.commands().is_empty());
    page.wish(Wish::OwnBlock);
    page.wish(Wish::Run);
    assert!(matches!(page.commands()[..], [Command::Run { .. }]));
}

#[test]
fn a_stored_trace_cannot_be_forked_and_says_why() {
    let mut page = Page::after_first_run();
    read(&mut page, "long.lstr", 9);
    page.wish(Wish::WhatIf(WhatIfWish::Fork));
    let alert = page.0.alert.as_deref().unwrap_or_default();
    assert!(alert.starts_with("A stored trace has no scenario, so nothing"), "{alert}");
    assert!(page.0.whatif.fork.is_none());
}

#[test]
fn a_run_that_goes_on_gives_way_to_the_trace_and_runs_again_after() {
    let mut page = Page::after_first_run();
    page.effects();
    page.wish(Wish::Run);
    page.effects();
    let run = page.0.running.clone().unwrap().run;
    read(&mut page, "long.lstr", 9);
    assert!(matches!(page.commands()[..], [Command::Cancel]));
    page.act(Action::Filmed { run, film: Rc::new(Film::new(Trace::default())) });
    assert_eq!(page.0.shown().unwrap().bars().len(), 9, "a late film does not take the stage");
}

#[test]
fn reading_can_be_watched_and_stopped() {
    let mut page = Page::after_first_run();
    page.effects();
    page.act(Action::Stored(StoredNews::Reading("long.lstr".into(), 0.25)));
    let progress = page.0.progress().unwrap();
    assert_eq!((&*progress.stage, progress.done, progress.total), ("reading long.lstr", 250, 1000));
    assert!(page.0.is_busy());
    page.wish(Wish::Cancel);
    assert_eq!(page.effects(), [Effect::StopReading]);
    assert!(!page.0.is_busy());
    let sentence = "\"a.lstr\": the trace is damaged: it is cut off.".to_owned();
    page.act(Action::Stored(StoredNews::Unreadable(sentence.clone())));
    assert_eq!(page.0.alert.as_deref(), Some(&*sentence));
    assert!(page.0.stored.is_none() && page.0.is_current());
}

#[test]
fn a_composed_block_takes_the_stage_back() {
    let mut page = Page::after_first_run();
    read(&mut page, "long.lstr", 9);
    page.wish(Wish::Pick("erc20".to_owned()));
    page.told(Report::Composed { scenario: generated("erc20", 3) });
    assert!(page.0.stored.is_none() && page.0.running.is_some());
}
