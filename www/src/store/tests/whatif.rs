//! Changes by hand: the run before stays, the fork keeps its past, and runs are stacked.

use lanescope_protocol::{
    Event, EventKind, Incarnation, Lane, Settings, Strategy, StrategyName, TxIndex, Version,
};

use super::*;
use crate::playback::Toward;
use crate::store::{LaneWish, View, WhatIfWish};

/// A block of three senders, run once: T1 and T2 begin at once, T3 at 50.
fn page() -> Page {
    let mut page = Page::new();
    page.ready();
    let mut scenario = generated("dex", 4);
    for (transaction, sender) in scenario.transactions.iter_mut().zip(["Ana", "Bo", "Cem", "Dia"]) {
        transaction.sender = sender.to_owned();
    }
    page.told(Report::Composed { scenario });
    ends(&mut page, &[0, 0, 50, 80], 100);
    page.effects();
    page
}

/// The run that goes on ends: transactions begin at these ticks, and take 30.
fn ends(page: &mut Page, starts: &[u64], makespan: u64) {
    let running = page.0.running.clone().expect("nothing runs");
    let event = |time, kind, tx: usize| Event {
        time,
        seq: 0,
        lane: Lane((tx % 4) as u8),
        kind,
        detail: 0,
        tx: Some(TxIndex(tx as u32)),
        incarnation: Incarnation(0),
        other: None,
        location: None,
        gas: 0,
    };
    let events = starts.iter().enumerate().flat_map(|(tx, start)| {
        [
            event(*start, EventKind::ExecutionStarted, tx),
            event(start + 30, EventKind::ExecutionFinished, tx),
            event(start + 30, EventKind::Committed, tx),
        ]
    });
    let mut events: Vec<_> = events.collect();
    events.sort_by_key(|event| event.time);
    (0..).zip(&mut events).for_each(|(seq, event)| event.seq = seq);
    let summary = Summary {
        settings: running.settings,
        makespan,
        sequential: 200,
        identical: true,
        class_holds: true,
        ..Summary::default()
    };
    let (transactions, locations, accesses) = Default::default();
    let trace = Trace { summary, transactions, locations, events, accesses };
    page.act(Action::Filmed { run: running.run, film: Rc::new(Film::new(trace)) });
}

fn hand(page: &mut Page, wish: WhatIfWish) {
    page.wish(Wish::WhatIf(wish));
}

/// An edit, and the run that follows.
fn edit(page: &mut Page, edit: Edit, starts: &[u64], makespan: u64) {
    page.wish(Wish::Edit(edit));
    page.act(Action::Due(Delayed::Run));
    ends(page, starts, makespan);
}

fn effect(page: &Page) -> String {
    page.0.whatif.told.as_ref().expect("nothing is told").effect()
}

fn alert(page: &mut Page) -> String {
    let alert = page.0.alert.clone().expect("nothing is refused");
    page.wish(Wish::DismissAlert);
    alert.to_string()
}

#[test]
fn the_run_before_a_change_stays_beside_the_run_after_it() {
    let mut page = page();
    assert!(page.0.whatif.told.is_none());
    edit(&mut page, Edit::Move { from: 3, to: 1 }, &[0, 0, 40, 50], 80);
    let told = page.0.whatif.told.clone().unwrap();
    assert_eq!(told.speeds(), ["2×", "2.5×"]);
    assert_eq!(told.effect(), "moving T4 behind T1 saves 20 gas");
    // A second change is told together with the first: the run before stays.
    page.wish(Wish::Lanes(8));
    page.act(Action::Due(Delayed::Run));
    ends(&mut page, &[0, 0, 0, 0], 50);
    assert_eq!(effect(&page), "moving T4 behind T1 and going from 4 to 8 lanes save 50 gas");
    // Taken back by hand, there is nothing to compare with.
    page.wish(Wish::Lanes(4));
    page.act(Action::Due(Delayed::Run));
    ends(&mut page, &[0, 0, 40, 50], 80);
    page.wish(Wish::Undo);
    page.act(Action::Due(Delayed::Run));
    ends(&mut page, &[0, 0, 50, 80], 100);
    assert!(page.0.whatif.before.is_none() && page.0.whatif.told.is_none());
}

#[test]
fn back_brings_block_settings_and_film_and_the_change_can_be_made_again() {
    let mut page = page();
    let film = page.0.film.clone().unwrap();
    page.wish(Wish::Strategy(StrategyName::Rounds.into()));
    ends(&mut page, &[0, 0, 50, 80], 120);
    assert_eq!(effect(&page), "going from Block-STM to Optimistic rounds costs 20 gas");
    edit(&mut page, Edit::Remove(0), &[0, 0, 40], 90);
    page.effects();
    hand(&mut page, WhatIfWish::Back);
    assert_eq!((page.length(), page.0.settings.strategy), (4, Strategy::default()));
    assert!(Rc::ptr_eq(page.0.film.as_ref().unwrap(), &film));
    assert!(page.0.is_current(), "it needs no run");
    assert!(page.commands().is_empty());
    assert!(page.0.whatif.told.is_none());
    page.wish(Wish::Redo);
    assert_eq!(page.length(), 3);
}

#[test]
fn what_is_forgotten_gives_way_to_the_run_on_the_screen() {
    let mut page = page();
    edit(&mut page, Edit::Duplicate(0), &[0, 0, 40, 50, 60], 110);
    hand(&mut page, WhatIfWish::Forget);
    assert!(page.0.whatif.before.is_none());
    edit(&mut page, Edit::Remove(2), &[0, 0, 40, 50], 100);
    assert_eq!(effect(&page), "removing T3 saves 10 gas");
}

#[test]
fn another_block_or_another_clock_is_not_compared() {
    let mut page = page();
    edit(&mut page, Edit::Remove(0), &[0, 0, 40], 90);
    page.wish(Wish::Pick("erc20".to_owned()));
    page.told(Report::Composed { scenario: generated("erc20", 3) });
    assert!(page.0.whatif.told.is_none());
    ends(&mut page, &[0, 0, 40], 90);
    assert!(page.0.whatif.before.is_none());
    page.wish(Wish::Run);
    ends(&mut page, &[0, 0, 40], 90);
    assert!(page.0.whatif.before.is_none(), "nothing was changed");
    page.wish(Wish::Clock(Clock::Threads));
    ends(&mut page, &[0, 0, 40], 90);
    assert!(page.0.whatif.before.is_none(), "gas is not compared with nanoseconds");
}

#[test]
fn a_lane_crashes_where_the_playhead_stands_and_the_playhead_stays() {
    let mut page = page();
    page.wish(Wish::Seek(55.0));
    hand(&mut page, WhatIfWish::Lane(Lane(1), LaneWish::Crash));
    assert_eq!(page.0.settings.faults[0].to_string(), "crash:lane=2,at=55");
    page.act(Action::Due(Delayed::Run));
    ends(&mut page, &[0, 0, 50, 90], 120);
    assert_eq!(page.0.playback.time, 55.0);
    assert_eq!(effect(&page), "crashing lane 2 at 55 gas costs 20 gas");
    for lane in [0, 2, 3] {
        hand(&mut page, WhatIfWish::Lane(Lane(lane), LaneWish::Crash));
    }
    assert!(alert(&mut page).starts_with("Every lane crashes for good"));
    assert_eq!(page.0.settings.faults.len(), 3);
}

#[test]
fn a_fork_locks_what_has_begun_and_keeps_how_it_runs() {
    let mut page = page();
    page.wish(Wish::Seek(60.0));
    hand(&mut page, WhatIfWish::Fork);
    let fork = page.0.whatif.fork.clone().expect("it forks");
    assert_eq!((fork.at, fork.locked(), fork.is_all_begun()), (61, 3, false));
    assert_eq!(page.0.view, View::Stack);
    for refused in [Edit::Remove(2), Edit::Move { from: 3, to: 1 }, Edit::Duplicate(0)] {
        page.wish(Wish::Edit(refused));
        assert!(alert(&mut page).contains("had begun at 60 gas"), "T1 to T3 are the past");
    }
    for (wish, word) in [
        (Wish::Strategy(StrategyName::Naive.into()), "its strategy"),
        (Wish::Lanes(5), "its lanes"),
        (Wish::Clock(Clock::Threads), "gas clock"),
        (Wish::LaneSeed("4".to_owned()), "lane seed"),
        (Wish::AddFault("crash:lane=1,at=10".to_owned()), "before the fork stays"),
    ] {
        page.wish(wish);
        assert!(alert(&mut page).contains(word), "{word}");
    }
    assert_eq!((page.length(), page.0.settings.clone()), (4, Settings::default()));
    // What follows is free.
    edit(&mut page, Edit::Duplicate(3), &[0, 0, 50, 80, 90], 120);
    assert_eq!(page.0.playback.time, 60.0, "the playhead stays at the fork");
    hand(&mut page, WhatIfWish::Lane(Lane(0), LaneWish::Crash));
    assert_eq!(page.0.settings.faults[0].to_string(), "crash:lane=1,at=61");
}

#[test]
fn the_past_of_a_fork_is_compared_and_a_change_of_it_is_found() {
    let mut page = page();
    page.wish(Wish::Seek(60.0));
    hand(&mut page, WhatIfWish::Fork);
    edit(&mut page, Edit::Remove(3), &[0, 0, 50], 80);
    let told = page.0.whatif.told.clone().unwrap();
    assert!(told.contrast.is_same_until(61), "{:?}", told.contrast.since);
    page.wish(Wish::Undo);
    page.act(Action::Due(Delayed::Run));
    ends(&mut page, &[0, 5, 50, 80], 100);
    let told = page.0.whatif.told.clone().unwrap();
    assert!(!told.contrast.is_same_until(61));
    assert_eq!(told.contrast.since.as_ref().unwrap().time, 0);
}

#[test]
fn a_fork_ends_on_either_side() {
    let fork = |changed| {
        let mut page = page();
        page.wish(Wish::Seek(60.0));
        hand(&mut page, WhatIfWish::Fork);
        edit(&mut page, Edit::Remove(3), &[0, 0, 50], 80);
        hand(&mut page, WhatIfWish::Leave { changed });
        assert!(page.0.whatif.fork.is_none());
        assert_eq!(page.0.view, View::Lanes);
        page
    };
    let kept = fork(true);
    assert_eq!((kept.length(), effect(&kept).as_str()), (3, "removing T4 saves 20 gas"));
    let dropped = fork(false);
    assert_eq!((dropped.length(), dropped.0.whatif.told.is_none()), (4, true));
    assert!(dropped.0.is_current());
}

#[test]
fn edits_from_before_the_fork_cannot_be_taken_back_in_it() {
    let mut page = page();
    edit(&mut page, Edit::Move { from: 0, to: 1 }, &[0, 0, 50, 80], 100);
    page.wish(Wish::Seek(60.0));
    hand(&mut page, WhatIfWish::Fork);
    page.wish(Wish::Undo);
    assert!(alert(&mut page).starts_with("T1 had begun"));
    let scenario = page.0.draft.scenario().unwrap();
    assert_eq!(scenario.transactions[0].sender, "Bo", "nothing was taken back");
}

#[test]
fn threads_and_blocks_that_changed_cannot_be_forked() {
    let mut page = page();
    page.wish(Wish::Edit(Edit::Remove(0)));
    hand(&mut page, WhatIfWish::Fork);
    assert!(alert(&mut page).contains("has changed since this run"));
    page.act(Action::Due(Delayed::Run));
    ends(&mut page, &[0, 0, 50], 100);
    page.wish(Wish::Clock(Clock::Threads));
    ends(&mut page, &[0, 0, 50], 100);
    hand(&mut page, WhatIfWish::Fork);
    assert!(alert(&mut page).starts_with("On threads no run repeats"));
    assert!(page.0.whatif.fork.is_none());
}

#[test]
fn the_playhead_of_a_stack_runs_over_the_longest_and_steps_over_all() {
    let mut page = page();
    edit(&mut page, Edit::Remove(0), &[0, 5, 40], 70);
    hand(&mut page, WhatIfWish::SeeBoth);
    let stack = page.0.whatif.stack.clone().unwrap();
    assert_eq!((stack.rows.len(), stack.end()), (2, 110));
    assert_eq!(stack.sentence, "Removing T1 saves 30 gas: 2× → 2.9×.");
    page.wish(Wish::First);
    let mut times = Vec::new();
    for _ in 0..6 {
        page.wish(Wish::Step(Toward::Forward));
        times.push(page.0.playback.time);
    }
    assert_eq!(times, [5.0, 30.0, 35.0, 40.0, 50.0, 70.0], "of both runs");
    page.wish(Wish::Last);
    assert_eq!(page.0.playback.time, 110.0);
    // T2 of before is T1 now.
    let chosen = stack.rows[0].chosen(Version { tx: TxIndex(1), incarnation: Incarnation(0) });
    page.wish(Wish::Select(chosen));
    assert_eq!(page.0.selected.map(|version| version.tx), Some(TxIndex(0)));
    let there = stack.rows[0].selected(page.0.selected, 0.0);
    assert_eq!(there.map(|version| version.tx), Some(TxIndex(1)));
    hand(&mut page, WhatIfWish::CloseStack);
    assert_eq!((page.0.view, page.0.playback.time), (View::Lanes, 70.0));
}

#[test]
fn ticked_strategies_of_a_comparison_are_stacked() {
    let mut page = page();
    page.wish(Wish::View(View::Compare));
    let commands = page.commands();
    let [Command::Compare { run, settings, .. }] = &commands[..] else { panic!("{commands:?}") };
    for (index, settings) in (0..).zip(settings) {
        let summary = Summary {
            settings: settings.clone(),
            makespan: 40 + u64::from(index),
            sequential: 100,
            identical: true,
            class_holds: true,
            ..Summary::default()
        };
        let trace = Trace { summary, ..Trace::default() };
        page.act(Action::Compared { run: *run, index, left: 9, film: Rc::new(Film::new(trace)) });
    }
    hand(&mut page, WhatIfWish::ShowStacked);
    assert_eq!(page.0.view, View::Compare, "nothing is ticked");
    for name in [StrategyName::Rounds, StrategyName::BlockStm, StrategyName::Naive] {
        hand(&mut page, WhatIfWish::Tick(name.into(), true));
    }
    hand(&mut page, WhatIfWish::Tick(StrategyName::Naive.into(), false));
    hand(&mut page, WhatIfWish::ShowStacked);
    let stack = page.0.whatif.stack.clone().unwrap();
    let names: Vec<_> = stack.rows.iter().map(|row| row.strategy.to_string()).collect();
    assert_eq!(
        (page.0.view, names),
        (View::Stack, vec!["block-stm".to_owned(), "rounds".to_owned()])
    );
    hand(&mut page, WhatIfWish::CloseStack);
    assert_eq!(page.0.view, View::Compare);
}
