//! The comparison: what is asked, what comes back, and when it is out of date.

use lanescope_protocol::{Class, Settings, Strategy, StrategyName};

use super::*;
use crate::store::compare::{CHART_LANES, DEFAULT};
use crate::store::{Answer, Choice, Comparison, View};

/// The first comparison after the first run, with what was asked of the engine.
fn comparing() -> (Page, u32, Vec<Settings>) {
    let mut page = Page::after_first_run();
    page.wish(Wish::View(View::Compare));
    let commands = page.commands();
    let [Command::Compare { run, settings, .. }] = &commands[..] else { panic!("{commands:?}") };
    let (run, settings) = (*run, settings.clone());
    (page, run, settings)
}

fn film(settings: &Settings, makespan: u64) -> Rc<Film> {
    let class = settings.strategy.class();
    let summary = Summary {
        settings: settings.clone(),
        makespan,
        sequential: 100,
        class,
        class_holds: class != Class::Nothing,
        identical: class == Class::Exact,
        ..Summary::default()
    };
    Rc::new(Film::new(Trace { summary, ..Trace::default() }))
}

fn comparison(page: &Page) -> &Comparison {
    page.0.comparison.as_ref().expect("there is no comparison")
}

#[test]
fn the_first_look_compares_the_usual_strategies_and_then_fills_the_chart() {
    let (page, _, settings) = comparing();
    let first: Vec<_> = settings.iter().take(DEFAULT.len()).collect();
    let names: Vec<_> = first.iter().map(|settings| settings.strategy.rules.name()).collect();
    assert_eq!(
        names,
        StrategyName::ALL.into_iter().filter(|name| DEFAULT.contains(name)).collect::<Vec<_>>()
    );
    assert!(first.iter().all(|settings| settings.lanes == 4));
    // One lane is one lane, however many there are; the chosen number is already there.
    let points = &settings[DEFAULT.len()..];
    assert_eq!(points.len(), (DEFAULT.len() - 1) * (CHART_LANES.len() - 1));
    assert!(points.iter().all(|settings| settings.lanes != 4));
    assert!(points.iter().all(|of| of.strategy.rules.name() != StrategyName::Sequential));
    assert!(comparison(&page).is_going_on());
}

#[test]
fn answers_fill_it_one_by_one_and_refusals_keep_their_sentence() {
    let (mut page, run, settings) = comparing();
    let total = settings.len() as u32;
    for (index, settings) in (0..).zip(&settings) {
        let left = total - index - 1;
        if settings.strategy.rules.name() == StrategyName::Rounds {
            let message = "Optimistic rounds does not run here".to_owned();
            page.told(Report::NotCompared { run, index, left, message });
        } else {
            let makespan = 100 / u64::from(settings.lanes.min(10));
            page.act(Action::Compared { run, index, left, film: film(settings, makespan) });
        }
        assert_eq!(comparison(&page).is_going_on(), left > 0);
    }
    let done = comparison(&page);
    assert_eq!((done.stand.clone(), done.done()), (Stand::Done, 1.0));
    assert_eq!(done.worths().count(), DEFAULT.len() - 1);
    let of = |name: StrategyName| {
        done.entries.iter().position(|entry| entry.strategy == name.into()).unwrap()
    };
    assert!(
        matches!(&done.entries[of(StrategyName::Rounds)].answer, Answer::Refused(why) if why.contains("does not run"))
    );
    assert!(done.speedups(of(StrategyName::Rounds)).is_empty());
    let lanes: Vec<_> = done.speedups(of(StrategyName::BlockStm)).iter().map(|of| of.0).collect();
    assert_eq!(lanes, CHART_LANES);
    assert_eq!(done.speedups(of(StrategyName::BlockStm))[1], (2, 2.0));
}

#[test]
fn late_answers_of_an_old_comparison_are_ignored() {
    let (mut page, run, settings) = comparing();
    page.told(Report::Cancelled { run });
    assert_eq!(comparison(&page).stand, Stand::Stopped);
    page.act(Action::Compared { run, index: 0, left: 9, film: film(&settings[0], 50) });
    assert_eq!(comparison(&page).worths().count(), 0);
    page.wish(Wish::Compare);
    page.act(Action::Compared { run, index: 0, left: 9, film: film(&settings[0], 50) });
    assert_eq!(comparison(&page).worths().count(), 0);
}

#[test]
fn an_edit_or_a_setting_makes_it_out_of_date_but_does_not_lose_it() {
    let (mut page, run, settings) = comparing();
    page.act(Action::Compared { run, index: 0, left: 0, film: film(&settings[0], 50) });
    assert!(page.0.comparison_is_current());
    page.wish(Wish::Lanes(9));
    assert!(!page.0.comparison_is_current());
    page.wish(Wish::Lanes(4));
    assert!(page.0.comparison_is_current());
    page.wish(Wish::Edit(Edit::Remove(0)));
    assert!(!page.0.comparison_is_current());
    assert_eq!(comparison(&page).worths().count(), 1);
    page.wish(Wish::Undo);
    assert!(page.0.comparison_is_current());
    page.wish(Wish::Strategy(StrategyName::Naive.into()));
    assert!(page.0.comparison_is_current(), "every strategy has its own row");
}

#[test]
fn it_waits_for_the_run_that_goes_on() {
    let mut page = Page::after_first_run();
    page.wish(Wish::Run);
    page.effects();
    page.wish(Wish::View(View::Compare));
    assert_eq!(page.commands(), Vec::new(), "the run would be thrown away");
    page.finish();
    assert!(matches!(&page.commands()[..], [Command::Compare { .. }]));
}

#[test]
fn what_is_compared_can_be_chosen_and_keeps_the_order_of_the_menu() {
    let mut page = Page::after_first_run();
    page.wish(Wish::Contestants(Choice::Nothing));
    let monad: Strategy = "monad".parse().unwrap();
    page.wish(Wish::Contestant(monad, true));
    page.wish(Wish::Contestant(StrategyName::Naive.into(), true));
    page.wish(Wish::Contestant(StrategyName::Sequential.into(), true));
    let names: Vec<_> = page.0.contestants.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["sequential", "naive", "monad"]);
    page.wish(Wish::Contestant(monad, false));
    assert_eq!(page.0.contestants.len(), 2);
    page.wish(Wish::Contestants(Choice::All));
    assert_eq!(page.0.contestants.len(), Strategy::all().count());
}

#[test]
fn a_variant_of_the_users_own_is_compared_too() {
    let mut page = Page::after_first_run();
    page.wish(Wish::Parameter("estimates".to_owned(), "off".to_owned()));
    page.finish();
    page.effects();
    page.wish(Wish::Compare);
    let last = comparison(&page).entries.last().unwrap();
    assert_eq!(last.strategy.to_string(), "block-stm:estimates=off");
}
