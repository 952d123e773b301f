//! The search without a browser: what is typed, what stays, where it goes.

use lanescope_protocol::event::{Event, EventKind};
use lanescope_protocol::trace::TransactionInfo;
use lanescope_protocol::{Incarnation, Lane, TxIndex, Version};

use super::*;
use crate::playback::Toward;
use crate::store::find::SLICE;
use crate::store::{FindWish, Sheet};

/// A page with a run of so many transactions, every third of which is thrown away once.
fn page(transactions: u32) -> Page {
    let mut page = Page::new();
    page.ready();
    page.told(Report::Composed { scenario: generated("dex", transactions as usize) });
    let running = page.0.running.clone().expect("nothing runs");
    let mut events = Vec::new();
    let mut push = |tx: u32, incarnation, kind| {
        events.push(Event {
            time: events.len() as u64 * 10,
            seq: events.len() as u32,
            lane: Lane(0),
            kind,
            detail: 0,
            tx: Some(TxIndex(tx)),
            incarnation: Incarnation(incarnation),
            other: None,
            location: None,
            gas: 7,
        });
    };
    for tx in 0..transactions {
        let again = u16::from(tx % 3 == 0);
        for incarnation in 0..=again {
            push(tx, incarnation, EventKind::ExecutionStarted);
            push(tx, incarnation, EventKind::ExecutionFinished);
            let last = incarnation == again;
            push(tx, incarnation, if last { EventKind::Committed } else { EventKind::Aborted });
        }
    }
    let name = |tx: u32| TransactionInfo {
        action: "pay".to_owned(),
        sender: if tx == 4 { "Ana".to_owned() } else { "Bo".to_owned() },
        ..TransactionInfo::default()
    };
    let summary = Summary { settings: running.settings, ..Summary::default() };
    let transactions = (0..transactions).map(name).collect();
    let trace =
        Trace { summary, transactions, locations: Vec::new(), events, accesses: Vec::new() };
    page.act(Action::Filmed { run: running.run, film: Rc::new(Film::new(trace)) });
    page.effects();
    page
}

fn find(page: &mut Page, wish: FindWish) {
    page.wish(Wish::Find(wish));
}

fn type_in(page: &mut Page, text: &str) {
    find(page, FindWish::Type(text.to_owned()));
}

#[test]
fn what_is_typed_is_found_and_what_is_not_understood_keeps_it() {
    let mut page = page(12);
    find(&mut page, FindWish::Open);
    type_in(&mut page, "is:aborted");
    assert_eq!(page.0.find.words(), "4 of 12 transactions · 4 runs");
    assert!(page.0.focus().dims_tx(TxIndex(1)) && !page.0.focus().dims_tx(TxIndex(0)));
    let before = page.0.focus();
    type_in(&mut page, "is:aborted colour:red");
    assert!(page.0.find.words().starts_with("“colour:red” is not understood"));
    assert_eq!(page.0.focus(), before);
    type_in(&mut page, "");
    assert!(page.0.focus().matches.is_none());
    type_in(&mut page, "Ana");
    find(&mut page, FindWish::Close);
    assert!(page.0.focus().matches.is_none() && !page.0.find.open);
}

#[test]
fn from_hit_to_hit_it_goes_round() {
    let mut page = page(6);
    find(&mut page, FindWish::Ask("is:aborted".to_owned()));
    let version = |tx| Some(Version { tx: TxIndex(tx), incarnation: Incarnation(0) });
    let mut gone = Vec::new();
    for toward in [Toward::Forward, Toward::Forward, Toward::Forward, Toward::Back] {
        find(&mut page, FindWish::Hit(toward));
        gone.push(page.0.selected);
    }
    assert_eq!(gone, [version(0), version(3), version(0), version(3)]);
    assert_eq!(page.0.find.hit_words().as_deref(), Some("2 of 2: T4·0 pay, Bo → , aborted"));
    assert_eq!(page.0.row, Some(3));
    assert!(!page.0.playback.playing);
    assert_eq!(page.0.find.went.0, 4);
    find(&mut page, FindWish::Go(Version { tx: TxIndex(99), incarnation: Incarnation(0) }));
    assert_eq!(page.0.selected, version(3));
}

#[test]
fn a_new_run_is_searched_for_the_same() {
    let mut page = page(6);
    find(&mut page, FindWish::Ask("T2".to_owned()));
    let before = page.0.focus();
    page.wish(Wish::Run);
    page.finish();
    assert_ne!(page.0.focus(), before);
    assert_eq!(page.0.find.words(), "Nothing in this run is like that");
}

#[test]
fn huge_runs_are_searched_in_slices() {
    let transactions = SLICE as u32 + 1;
    let mut page = page(transactions);
    find(&mut page, FindWish::Open);
    type_in(&mut page, "Ana");
    let mut slices = 0;
    while page.effects().contains(&Effect::Later { what: Delayed::Search, ms: 0 })
        || page.0.find.is_busy()
    {
        page.act(Action::Due(Delayed::Search));
        slices += 1;
        assert!(slices < 20, "it never ends");
    }
    assert!(slices > 2, "{slices}");
    assert_eq!(page.0.find.words(), "1 of 20,001 transactions · 1 run");
}

#[test]
fn the_palette_knows_the_names_without_a_search() {
    let mut page = page(6);
    page.wish(Wish::Sheet(Some(Sheet::Palette)));
    assert!(page.0.find.index.is_some() && page.0.focus().matches.is_none());
    page.wish(Wish::Sheet(None));
    assert!(page.0.find.index.is_none());
}

#[test]
fn an_empty_block_shows_no_old_run_and_runs_nothing() {
    let mut page = page(1);
    assert!(page.0.shown().is_some());
    page.wish(Wish::Edit(Edit::Remove(0)));
    page.act(Action::Due(Delayed::Run));
    assert!(page.0.is_empty_block() && page.0.shown().is_none());
    assert!(page.commands().is_empty() && page.0.alert.is_none());
    page.wish(Wish::Undo);
    page.act(Action::Due(Delayed::Run));
    assert!(page.0.shown().is_some() && page.0.running.is_some());
}
