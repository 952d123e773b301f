//! Walking along causes and effects.

use std::rc::Rc;

use lanescope_protocol::trace::Summary;
use lanescope_protocol::{
    Access, AccessKind, Event, EventKind, Incarnation, Lane, LocationId, Settings, Trace, TxIndex,
    Version,
};
use lanescope_timeline::{Film, Heading};

use super::Page;
use crate::store::{Action, WhyWish, Wish};

fn version(tx: u32, incarnation: u16) -> Version {
    Version { tx: TxIndex(tx), incarnation: Incarnation(incarnation) }
}

/// T1 writes at 40 what T2 has read at 10; T2 runs again from 50 to 80.
fn film() -> Film {
    let event = |time, lane, kind, of: Version| Event {
        time,
        seq: 0,
        lane: Lane(lane),
        kind,
        detail: 0,
        tx: Some(of.tx),
        incarnation: of.incarnation,
        other: (kind == EventKind::Aborted).then(|| version(0, 0)),
        location: (kind == EventKind::Aborted).then_some(LocationId(0)),
        gas: 40,
    };
    let events = vec![
        event(0, 0, EventKind::ExecutionStarted, version(0, 0)),
        event(0, 1, EventKind::ExecutionStarted, version(1, 0)),
        event(40, 0, EventKind::ExecutionFinished, version(0, 0)),
        event(40, 0, EventKind::Committed, version(0, 0)),
        event(45, 1, EventKind::ExecutionFinished, version(1, 0)),
        event(50, 1, EventKind::Aborted, version(1, 0)),
        event(50, 1, EventKind::ExecutionStarted, version(1, 1)),
        event(80, 1, EventKind::ExecutionFinished, version(1, 1)),
        event(80, 1, EventKind::Committed, version(1, 1)),
    ];
    let read = Access {
        by: version(1, 0),
        kind: AccessKind::Read,
        stale: true,
        location: LocationId(0),
        saw: None,
        now: Some(version(0, 0)),
        time: 10,
        value: [0; 32],
    };
    let settings = Settings { lanes: 2, ..Settings::default() };
    let summary = Summary { settings, makespan: 80, ..Summary::default() };
    let (transactions, locations) = (Vec::new(), vec![Default::default()]);
    Film::new(Trace { summary, transactions, locations, events, accesses: vec![read] })
}

/// A page that shows the film.
fn page() -> Page {
    let mut page = Page::after_first_run();
    page.wish(Wish::Run);
    let run = page.0.running.as_ref().expect("it runs").run;
    page.act(Action::Filmed { run, film: Rc::new(film()) });
    page.wish(Wish::Last);
    page
}

fn walk(page: &mut Page, heading: Heading) -> (Option<Version>, f64) {
    page.wish(Wish::Why(WhyWish::Walk(heading)));
    (page.0.selected, page.0.playback.time)
}

#[test]
fn walking_selects_seeks_and_brings_into_view() {
    let mut page = page();
    page.wish(Wish::Select(Some(version(1, 1))));
    assert!(page.0.focus().is_chosen && page.0.path().is_empty());
    assert_eq!(walk(&mut page, Heading::Cause), (Some(version(1, 0)), 50.0));
    assert_eq!(walk(&mut page, Heading::Cause), (Some(version(0, 0)), 40.0));
    assert_eq!(page.0.path(), [version(1, 1), version(1, 0), version(0, 0)]);
    assert_eq!((page.0.why.reveals, page.0.row), (2, Some(0)));
    assert_eq!(walk(&mut page, Heading::Cause), (Some(version(0, 0)), 40.0), "the root");
    assert_eq!(page.0.why.reveals, 2, "nothing to bring into view");
    assert_eq!(walk(&mut page, Heading::Effect), (Some(version(1, 0)), 50.0));
    page.wish(Wish::Why(WhyWish::Back(0)));
    assert_eq!((page.0.selected, page.0.playback.time), (Some(version(1, 1)), 80.0));
}

#[test]
fn a_step_of_the_story_leads_there_and_leaves_a_way_back() {
    let mut page = page();
    page.wish(Wish::Select(Some(version(1, 0))));
    page.wish(Wish::Why(WhyWish::Go(version(0, 0), 40)));
    assert_eq!((page.0.selected, page.0.playback.time), (Some(version(0, 0)), 40.0));
    assert_eq!(page.0.path(), [version(1, 0), version(0, 0)]);
    page.wish(Wish::Select(Some(version(1, 1))));
    assert!(page.0.path().is_empty(), "whoever chooses something else begins anew");
    page.wish(Wish::Why(WhyWish::Go(version(7, 0), 40)));
    assert_eq!(page.0.selected, Some(version(1, 1)), "what never ran cannot be gone to");
}

#[test]
fn another_run_begins_without_a_path() {
    let mut page = page();
    page.wish(Wish::Select(Some(version(1, 1))));
    walk(&mut page, Heading::Cause);
    assert_eq!(page.0.path().len(), 2);
    page.wish(Wish::Run);
    let run = page.0.running.as_ref().expect("it runs").run;
    page.act(Action::Filmed { run, film: Rc::new(film()) });
    assert!(page.0.path().is_empty());
}
