//! A slot is split by a wish, runs as after any edit, and is put together again by undo.

use lanescope_protocol::scenario::{Split, SplitBy, SplitInitial};
use lanescope_protocol::trace::{LocationInfo, LocationKind};
use lanescope_protocol::{LocationId, Scenario};

use super::*;
use crate::store::SplitWish;

/// A page on which a run has touched two slots and a balance.
fn page() -> Page {
    let mut page = Page::new();
    page.ready();
    page.told(Report::Composed { scenario: generated("dex", 3) });
    let running = page.0.running.clone().expect("nothing runs");
    let place = |kind, key: &str, name: &str| LocationInfo {
        kind,
        address: format!("0x{:040x}", 0xcc),
        key: key.to_owned(),
        name: name.to_owned(),
    };
    let locations = vec![
        place(LocationKind::Slot, "0x2", "Pool.reserve0"),
        place(LocationKind::Slot, "0x3", "Pool.reserve1"),
        place(LocationKind::Balance, "", "Pool.balance"),
    ];
    let summary = Summary { settings: running.settings, makespan: 9, ..Summary::default() };
    let trace = Trace { summary, locations, ..Trace::default() };
    page.act(Action::Filmed { run: running.run, film: Rc::new(Film::new(trace)) });
    page.effects();
    page
}

fn splits(page: &Page) -> Vec<Split> {
    page.0.draft.scenario().map(|scenario| scenario.splits.clone()).unwrap_or_default()
}

fn split(page: &mut Page, wish: SplitWish) {
    page.wish(Wish::Split(wish));
}

#[test]
fn a_split_runs_like_any_edit_and_is_taken_back() {
    let mut page = page();
    split(&mut page, SplitWish::Slots(vec![LocationId(0), LocationId(2)]));
    let [one] = &splits(&page)[..] else { panic!("only slots are split") };
    assert_eq!((one.copies, &one.slot), (4, &format!("0x{:064x}", 2)));
    let effects = page.effects();
    assert!(matches!(&effects[..], [Effect::Later { what: Delayed::Run, .. }]), "{effects:?}");
    page.act(Action::Due(Delayed::Run));
    let [Command::Run { scenario, .. }] = &page.commands()[..] else { panic!("does not run") };
    assert_eq!(scenario.splits.len(), 1);
    page.wish(Wish::Undo);
    assert!(splits(&page).is_empty());
    page.wish(Wish::Redo);
    assert_eq!(splits(&page).len(), 1);
}

#[test]
fn splits_are_changed_one_by_one() {
    let mut page = page();
    let both = vec![LocationId(0), LocationId(1)];
    split(&mut page, SplitWish::Slots(both.clone()));
    split(&mut page, SplitWish::Slots(both));
    assert_eq!(splits(&page).len(), 2, "nothing is split twice");
    split(&mut page, SplitWish::Copies(1, 1));
    split(&mut page, SplitWish::By(1, SplitBy::Sender));
    split(&mut page, SplitWish::Initial(0, SplitInitial::First));
    let now = splits(&page);
    assert_eq!((now[0].copies, now[1].copies), (4, 2), "one copy is no split");
    assert_eq!((now[0].by, now[1].by), (SplitBy::Index, SplitBy::Sender));
    assert_eq!((now[0].initial, now[1].initial), (SplitInitial::First, SplitInitial::Copy));
    split(&mut page, SplitWish::Copies(0, 900));
    assert_eq!(splits(&page)[0].copies, 64);
    split(&mut page, SplitWish::Copies(9, 8));
    split(&mut page, SplitWish::Remove(0));
    assert_eq!(splits(&page), [now[1].clone()]);
    split(&mut page, SplitWish::Clear);
    assert!(splits(&page).is_empty());
}

#[test]
fn without_a_run_there_is_nothing_to_split() {
    let mut page = Page::new();
    split(&mut page, SplitWish::Slots(vec![LocationId(0)]));
    assert!(page.0.draft.scenario().is_none());
    page.ready();
    page.told(Report::Composed { scenario: Scenario::default() });
    split(&mut page, SplitWish::Slots(vec![LocationId(0)]));
    assert!(splits(&page).is_empty());
}
