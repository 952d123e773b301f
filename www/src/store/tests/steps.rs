//! Opcodes on demand: asked, awaited, cancelled, refused, stepped through.

use lanescope_protocol::steps::{Inspection, Step};
use lanescope_protocol::{Event, EventKind, Incarnation, Lane, TxIndex, Version};

use super::*;
use crate::store::{Beside, Found, StepsWish};

const T1: Version = Version { tx: TxIndex(0), incarnation: Incarnation(0) };

fn event(time: u64, seq: u32, kind: EventKind) -> Event {
    Event {
        time,
        seq,
        lane: Lane(0),
        kind,
        detail: 0,
        tx: Some(T1.tx),
        incarnation: T1.incarnation,
        other: None,
        location: None,
        gas: 100,
    }
}

/// A page on which one transaction ran from 0 to 100, and is looked at.
fn page() -> Page {
    let mut page = Page::new();
    page.ready();
    page.told(Report::Composed { scenario: generated("dex", 3) });
    let running = page.0.running.clone().unwrap();
    let trace = Trace {
        summary: Summary { settings: running.settings, makespan: 100, ..Summary::default() },
        transactions: Vec::new(),
        locations: Vec::new(),
        events: vec![
            event(0, 0, EventKind::ExecutionStarted),
            event(100, 1, EventKind::ExecutionFinished),
            event(100, 2, EventKind::Committed),
        ],
        accesses: Vec::new(),
    };
    let film = Rc::new(Film::new(trace));
    page.act(Action::Filmed { run: running.run, film });
    page.effects();
    page.wish(Wish::Select(Some(T1)));
    page
}

/// The number of the question that the page asked, if it asked one.
fn question(page: &mut Page) -> Option<u32> {
    page.effects().into_iter().find_map(|effect| match effect {
        Effect::SendWith(command, _) => match *command {
            Command::Inspect { question, tx, .. } if tx == T1.tx => Some(question),
            _ => None,
        },
        _ => None,
    })
}

fn inspection() -> Inspection {
    let step = |at: u32| Step {
        opcode: 0x5b,
        spent: u64::from(at) * 20,
        before: at.saturating_sub(1),
        ..Step::default()
    };
    Inspection {
        gas_used: 100,
        gas_spent: 100,
        steps: (0..5).map(step).collect(),
        steps_total: 5,
        ..Inspection::default()
    }
}

fn shown() -> Page {
    let mut page = page();
    page.wish(Wish::Steps(StepsWish::Show));
    let question = question(&mut page).unwrap();
    page.act(Action::Inspected { question, inspection: Box::new(inspection()) });
    page
}

#[test]
fn steps_are_asked_for_once_and_shown() {
    let mut page = page();
    page.wish(Wish::Steps(StepsWish::Show));
    assert_eq!(page.0.beside, Beside::Steps);
    let asked = question(&mut page).unwrap();
    assert!(matches!(page.0.steps.found, Found::Awaited(None)));
    page.told(Report::Progress { run: asked, stage: "x".to_owned(), done: 1, total: 2 });
    assert!(matches!(page.0.steps.found, Found::Awaited(Some(_))));
    page.act(Action::Inspected { question: asked, inspection: Box::new(inspection()) });
    assert_eq!(page.0.steps.drill().unwrap().len(), 5);
}

#[test]
fn whoever_no_longer_waits_gets_no_answer() {
    let mut page = page();
    page.wish(Wish::Steps(StepsWish::Show));
    let asked = question(&mut page).unwrap();
    page.wish(Wish::Steps(StepsWish::Stop));
    assert!(page.commands().contains(&Command::StopInspecting));
    page.act(Action::Inspected { question: asked, inspection: Box::new(inspection()) });
    assert!(matches!(page.0.steps.found, Found::Nothing));
}

#[test]
fn a_refusal_stands_where_the_steps_would() {
    let mut page = page();
    page.wish(Wish::Steps(StepsWish::Show));
    let run = question(&mut page);
    page.told(Report::Rejected { message: "no".to_owned(), run });
    assert!(matches!(&page.0.steps.found, Found::Refused(sentence) if &**sentence == "no"));
    assert!(page.0.alert.is_none());

    page.wish(Wish::Steps(StepsWish::Show));
    page.told(Report::Failed { message: "it broke".to_owned() });
    assert!(matches!(page.0.steps.found, Found::Refused(_)));
}

#[test]
fn step_and_playhead_go_together() {
    let mut page = shown();
    page.wish(Wish::Steps(StepsWish::Go(3)));
    assert_eq!((page.0.playback.time, page.0.shown_step()), (60.0, Some(3)));
    page.wish(Wish::Steps(StepsWish::By(-1)));
    assert_eq!((page.0.playback.time, page.0.shown_step()), (40.0, Some(2)));
    page.wish(Wish::Steps(StepsWish::By(-9)));
    assert_eq!(page.0.shown_step(), Some(0));
    page.wish(Wish::Seek(85.0));
    assert_eq!(page.0.shown_step(), Some(4), "the playhead takes the step along");
    assert_eq!(page.0.selected, Some(T1));
}

#[test]
fn an_opcode_is_searched_for_both_ways() {
    let mut page = shown();
    page.wish(Wish::Steps(StepsWish::Go(2)));
    page.wish(Wish::Steps(StepsWish::Letters("jumpd".to_owned())));
    page.wish(Wish::Steps(StepsWish::Jump { back: false }));
    assert_eq!(page.0.shown_step(), Some(3));
    page.wish(Wish::Steps(StepsWish::Jump { back: true }));
    assert_eq!(page.0.shown_step(), Some(2));
    page.wish(Wish::Steps(StepsWish::Letters("sload".to_owned())));
    page.wish(Wish::Steps(StepsWish::Jump { back: false }));
    assert_eq!(page.0.shown_step(), Some(2), "there is none");
}

#[test]
fn another_run_has_other_steps() {
    let mut page = shown();
    page.wish(Wish::Run);
    page.finish();
    assert!(matches!(page.0.steps.found, Found::Nothing));
}
