//! How a block is run: what can be changed, what is refused, and where the sentence stands.

use lanescope_protocol::limits::LANES_MAX;

use super::*;
use crate::store::{Cost, Place};

fn refusal(page: &Page) -> Option<(Place, &str)> {
    page.0.refused.as_ref().map(|refused| (refused.place, &*refused.sentence))
}

#[test]
fn parameters_are_set_and_refused_in_the_words_of_the_protocol() {
    let mut page = Page::after_first_run();
    page.wish(Wish::Strategy("rounds".parse().unwrap()));
    let set = |page: &mut Page, name: &str, value: &str| {
        page.wish(Wish::Parameter(name.to_owned(), value.to_owned()));
    };
    set(&mut page, "max-rounds", "3");
    set(&mut page, "groups", "on");
    assert_eq!(page.0.settings.strategy.to_string(), "rounds:max-rounds=3,groups=on");
    set(&mut page, "max-rounds", "0");
    let sentence = "Rounds: max-rounds takes a whole number from 1 to 100, not \"0\".";
    assert_eq!(refusal(&page), Some((Place::Parameters, sentence)));
    assert_eq!(page.0.settings.strategy.to_string(), "rounds:max-rounds=3,groups=on");
    set(&mut page, "max-rounds", "10");
    assert_eq!(refusal(&page), None);
}

#[test]
fn faults_are_checked_where_they_are_made() {
    let mut page = Page::after_first_run();
    let mut add = |text: &str| page.wish(Wish::AddFault(text.to_owned()));
    add("crash:lane=2,at=1000,until=5000");
    add("crash:lane=9,at=0");
    let sentence = "The fault \"crash:lane=9,at=0\" is on lane 9, but there are 4 lanes.";
    assert_eq!(refusal(&page), Some((Place::Faults, sentence)));
    assert_eq!(page.0.settings.faults.len(), 1);
    page.wish(Wish::AddFault("slow:lane=1,times=1".to_owned()));
    assert!(refusal(&page).unwrap().1.contains("times takes 2 to 1000"));
    page.wish(Wish::Lanes(1));
    assert_eq!(page.0.settings.lanes, 4, "lane 2 has a fault");
    assert!(page.0.alert.as_ref().unwrap().contains("is on lane 2"));
    page.wish(Wish::RemoveFault(0));
    page.wish(Wish::Lanes(1));
    assert_eq!((page.0.settings.lanes, page.0.settings.faults.len()), (1, 0));
}

#[test]
fn costs_and_seed_are_numbers_within_limits() {
    let mut page = Page::after_first_run();
    page.wish(Wish::Cost(Cost::ColdRead, "2100".to_owned()));
    page.wish(Wish::LaneSeed("5".to_owned()));
    assert_eq!((page.0.settings.costs.cold_read, page.0.settings.seed), (2100, 5));
    page.wish(Wish::Cost(Cost::Commit, "20000000".to_owned()));
    let sentence = "A commit must cost at most 10000000 ticks, not 20000000.";
    assert_eq!(refusal(&page), Some((Place::Costs, sentence)));
    page.wish(Wish::Cost(Cost::Commit, "-3".to_owned()));
    assert!(refusal(&page).unwrap().1.contains("a whole number of ticks"));
    page.act(Action::Due(Delayed::Run));
    let commands = page.commands();
    let Some(Command::Run { settings, .. }) = commands.last() else { panic!("no run") };
    assert_eq!((settings.costs.cold_read, settings.costs.commit), (2100, 0));
}

#[test]
fn threads_know_neither_costs_nor_more_lanes_than_the_pool() {
    let mut page = Page::after_first_run();
    page.wish(Wish::Lanes(200));
    page.wish(Wish::Lanes(9999));
    assert_eq!(page.0.settings.lanes, LANES_MAX);
    page.wish(Wish::Cost(Cost::Validation, "10".to_owned()));
    page.wish(Wish::AddFault("wrong:tx=1".to_owned()));
    page.effects();
    page.wish(Wish::Clock(Clock::Threads));
    let commands = page.commands();
    let Some(Command::Run { settings, .. }) = commands.last() else { panic!("no run") };
    assert_eq!((settings.lanes, settings.faults.len()), (16, 0));
    assert_eq!(settings.check(), Ok(()));
    page.finish();
    page.wish(Wish::Lanes(17));
    assert_eq!(page.0.settings.lanes, 16);
    page.wish(Wish::Clock(Clock::Gas));
    assert_eq!((page.0.settings.lanes, page.0.settings.faults.len()), (LANES_MAX, 1));
}
