//! The page's behaviour without a browser: questions, answers, crashes, and what is kept.

use std::rc::Rc;

use lanescope_protocol::message::{BenchFigures, Measurement};
use lanescope_protocol::scenario::{HeaderClaims, Imported, Recipe, Transaction};
use lanescope_protocol::trace::Summary;
use lanescope_protocol::{Clock, Command, Report, Scenario, Trace};
use lanescope_timeline::Film;
use yew::Reducible;

use super::{Action, Delayed, Edit, Effect, Engine, FileId, Stand, Store, Wish};
use crate::engine_link::Flavour;

mod compare;
mod find;
mod settings;
mod splits;
mod steps;
mod stored;
mod time;
mod whatif;
mod why;

/// A page, and an engine that is played by the test.
struct Page(Rc<Store>);

impl Page {
    fn new() -> Self {
        Self(Rc::new(Store::new(Flavour::Threads, false)))
    }

    /// A page on which the default scenario has run.
    fn after_first_run() -> Self {
        let mut page = Self::new();
        page.ready();
        page.told(Report::Composed { scenario: generated("dex", 3) });
        page.finish();
        page.effects();
        page
    }

    fn act(&mut self, action: Action) {
        self.0 = Rc::clone(&self.0).reduce(action);
    }

    fn wish(&mut self, wish: Wish) {
        self.act(Action::Wish(wish));
    }

    fn told(&mut self, report: Report) {
        self.act(Action::Told(Box::new(report)));
    }

    fn ready(&mut self) {
        self.act(Action::Spawned);
        self.told(Report::Ready {
            threads: 16,
            catalogue: lanescope_protocol::Catalogue::default(),
        });
    }

    /// The run that goes on ends.
    fn finish(&mut self) -> u32 {
        let running = self.0.running.clone().expect("nothing runs");
        let summary = Summary {
            settings: running.settings,
            makespan: 40,
            sequential: 100,
            identical: true,
            ..Summary::default()
        };
        let trace = Trace {
            summary,
            transactions: Vec::new(),
            locations: Vec::new(),
            events: Vec::new(),
            accesses: Vec::new(),
        };
        let run = running.run;
        self.act(Action::Filmed { run, film: Rc::new(Film::new(trace)) });
        run
    }

    /// What the page asks to be done, and has it done.
    fn effects(&mut self) -> Vec<Effect> {
        let outbox = self.0.outbox.clone();
        if let Some((serial, _)) = outbox.last() {
            self.act(Action::Done(*serial));
        }
        outbox.into_iter().map(|(_, effect)| effect).collect()
    }

    fn commands(&mut self) -> Vec<Command> {
        let sent = |effect| match effect {
            Effect::Send(command) => Some(*command),
            _ => None,
        };
        self.effects().into_iter().filter_map(sent).collect()
    }

    fn length(&self) -> usize {
        self.0.draft.len()
    }
}

fn generated(workload: &str, length: usize) -> Scenario {
    Scenario {
        recipe: Some(Recipe { workload: workload.to_owned(), ..Recipe::default() }),
        transactions: vec![Transaction::default(); length],
        ..Scenario::default()
    }
}

fn imported(key: u32) -> Scenario {
    Scenario {
        imported: Some(Imported {
            key: Some(key),
            header: Some(HeaderClaims::default()),
            ..Imported::default()
        }),
        transactions: vec![Transaction::default(); 5],
        ..Scenario::default()
    }
}

fn key_of(scenario: &Scenario) -> Option<u32> {
    scenario.imported.as_ref().and_then(|imported| imported.key)
}

#[test]
fn a_new_page_composes_and_runs_by_itself() {
    let mut page = Page::new();
    assert_eq!(page.effects(), [Effect::Spawn { forced: false }]);
    assert_eq!(page.0.state(), "booting");
    page.ready();
    let [Command::Compose { recipe }] = &page.commands()[..] else { panic!("does not compose") };
    assert_eq!((recipe.workload.as_str(), recipe.seed), ("dex", 7));
    page.told(Report::Composed { scenario: generated("dex", 3) });
    assert!(matches!(&page.commands()[..], [Command::Run { run: 1, .. }]));
    assert_eq!(page.0.state(), "running");
    page.finish();
    assert_eq!((page.0.state(), page.0.finished), ("done", 1));
    assert!(page.0.playback.playing);
    assert!(page.0.is_current());
}

#[test]
fn a_knob_composes_when_the_hand_rests_and_only_the_last_answer_counts() {
    let mut page = Page::after_first_run();
    page.wish(Wish::Knob("count".to_owned(), 20));
    page.wish(Wish::Knob("count".to_owned(), 21));
    assert!(page.effects().iter().all(|effect| matches!(effect, Effect::Later { .. })));
    page.act(Action::Due(Delayed::Compose));
    page.wish(Wish::Knob("count".to_owned(), 22));
    page.act(Action::Due(Delayed::Compose));
    page.told(Report::Composed { scenario: generated("dex", 21) });
    assert_eq!(page.length(), 3, "an answer that is no longer wanted was taken");
    page.told(Report::Composed { scenario: generated("dex", 22) });
    assert_eq!(page.length(), 22);
    page.finish();
    assert!(!page.0.playback.playing, "turning a knob must not start the film");
}

#[test]
fn an_edit_runs_again_and_can_be_taken_back() {
    let mut page = Page::after_first_run();
    page.wish(Wish::Row(Some(2)));
    page.wish(Wish::Edit(Edit::Remove(2)));
    assert_eq!((page.length(), page.0.row), (2, Some(1)));
    assert!(!page.0.is_current());
    page.act(Action::Due(Delayed::Run));
    let [Command::Run { run: 2, scenario, .. }] = &page.commands()[..] else { panic!("no run") };
    assert!(scenario.recipe.is_none());
    page.finish();
    assert!(page.0.is_current());
    page.wish(Wish::Undo);
    assert_eq!(page.length(), 3);
}

#[test]
fn what_is_rejected_changes_nothing_but_the_alert() {
    let mut page = Page::after_first_run();
    page.act(Action::FileRead { file: FileId(0), name: "bad.json".to_owned() });
    page.told(Report::Rejected { message: "bad.json is not JSON: line 1".to_owned(), run: None });
    assert_eq!(page.0.alert.as_deref(), Some("bad.json is not JSON: line 1"));
    assert_eq!((page.length(), page.0.state()), (3, "done"));
    assert!(page.effects().contains(&Effect::Forget { file: FileId(0) }));
    page.wish(Wish::DismissAlert);
    assert_eq!(page.0.alert, None);

    page.wish(Wish::Run);
    page.told(Report::Rejected { message: "T2: no funds".to_owned(), run: Some(2) });
    assert_eq!((page.length(), page.0.state()), (3, "done"));
    assert!(page.0.film.is_some());
}

#[test]
fn late_news_of_an_old_run_is_ignored() {
    let mut page = Page::after_first_run();
    page.wish(Wish::Run);
    page.wish(Wish::Run);
    page.told(Report::Cancelled { run: 2 });
    page.told(Report::Rejected { message: String::new(), run: Some(2) });
    assert_eq!(page.0.state(), "running");
    assert_eq!(page.finish(), 3);
}

#[test]
fn a_crash_keeps_the_scenario_and_runs_only_on_request() {
    let mut page = Page::after_first_run();
    page.wish(Wish::Edit(Edit::Remove(0)));
    page.act(Action::Due(Delayed::Run));
    page.effects();
    page.told(Report::Failed { message: "a lane panicked.".to_owned() });
    assert_eq!(page.0.state(), "failed");
    assert_eq!(page.0.crash.as_ref().unwrap().message.as_ref(), "a lane panicked");
    assert_eq!(page.effects(), [Effect::Spawn { forced: false }]);
    page.ready();
    assert_eq!((page.length(), page.commands()), (2, Vec::new()));
    assert_eq!(page.0.state(), "done");
    page.wish(Wish::Run);
    assert!(matches!(&page.commands()[..], [Command::Run { .. }]));
}

#[test]
fn an_engine_that_breaks_too_often_waits_for_the_user() {
    let mut page = Page::new();
    page.act(Action::Broke("its program could not be loaded".to_owned()));
    page.act(Action::SpawnHeld);
    assert!(page.0.crash.as_ref().unwrap().held);
    assert_eq!(page.0.engine, Engine::Failed);
    page.effects();
    page.wish(Wish::Restart);
    assert_eq!(page.effects(), [Effect::Spawn { forced: true }]);
}

#[test]
fn a_block_from_a_file_survives_the_engine_that_read_it() {
    let mut page = Page::after_first_run();
    let (file, name) = (FileId(4), "block.json.gz".to_owned());
    page.act(Action::FileRead { file, name: name.clone() });
    assert_eq!(page.effects(), [Effect::Open { file, name: name.clone() }]);
    page.told(Report::Composed { scenario: imported(77) });
    assert_eq!(page.0.draft.scenario().and_then(|scenario| key_of(scenario)), Some(4));
    let [Command::Run { scenario, .. }] = &page.commands()[..] else { panic!("no run") };
    assert_eq!(key_of(scenario), Some(77), "the engine must get its own key");
    page.finish();

    page.told(Report::Failed { message: "out of memory".to_owned() });
    page.ready();
    page.effects();
    page.wish(Wish::Run);
    assert_eq!(page.effects(), [Effect::Open { file, name }], "the file must be read again first");
    page.told(Report::Composed { scenario: imported(3) });
    let [Command::Run { scenario, .. }] = &page.commands()[..] else { panic!("no run") };
    assert_eq!(key_of(scenario), Some(3));
    assert_eq!(page.length(), 5);
}

#[test]
fn a_file_that_comes_before_the_engine_waits_for_it() {
    let mut page = Page::new();
    page.effects();
    page.act(Action::FileRead { file: FileId(0), name: "early.json".to_owned() });
    page.ready();
    page.told(Report::Composed { scenario: generated("dex", 3) });
    assert_eq!(page.length(), 0, "the default would flash up before the file");
    page.told(Report::Composed { scenario: imported(0) });
    assert_eq!(page.length(), 5);
}

#[test]
fn times_of_both_clocks_stand_side_by_side_until_the_block_changes() {
    let mut page = Page::after_first_run();
    assert_eq!(page.0.times.gas.map(|time| time.one_lane), Some(100.0));
    let measurement = Measurement {
        sequential_ms: 2.0,
        parallel_ms: 1.0,
        identical: true,
        ..Measurement::default()
    };
    page.told(Report::Measured { run: 1, measurement });
    assert_eq!(page.0.times.threads.map(|time| time.one_lane), Some(2e6));
    page.wish(Wish::Clock(Clock::Threads));
    page.finish();
    assert!(page.0.times.gas.is_some() && page.0.times.threads.is_some());
    page.wish(Wish::Edit(Edit::Duplicate(0)));
    page.act(Action::Due(Delayed::Run));
    page.finish();
    assert!(page.0.times.gas.is_none());
}

#[test]
fn without_threads_the_clock_stays_on_gas() {
    let mut page = Page(Rc::new(Store::new(Flavour::Single, false)));
    page.act(Action::Spawned);
    page.told(Report::Ready { threads: 0, catalogue: lanescope_protocol::Catalogue::default() });
    page.wish(Wish::Clock(Clock::Threads));
    assert_eq!(page.0.settings.clock, Clock::Gas);
}

fn figures(title: &str) -> BenchFigures {
    BenchFigures { title: title.to_owned(), ..BenchFigures::default() }
}

#[test]
fn a_benchmark_fills_its_sheet_block_by_block() {
    let mut page = Page::after_first_run();
    page.wish(Wish::Bench);
    let [Command::Bench { run, scenario, settings }] = &page.commands()[..] else {
        panic!("not asked for")
    };
    let run = *run;
    assert_eq!((scenario.transactions.len(), settings), (3, &page.0.settings));
    assert!(run > page.0.finished, "its number is that of no run");
    let stage = "Mixed".to_owned();
    page.told(Report::Progress { run, stage, done: 1, total: 2 });
    page.told(Report::Benched { run, figures: figures("a"), left: 1 });
    let bench = page.0.bench.clone().unwrap();
    assert!(bench.is_going_on() && bench.figures.len() == 1);
    page.told(Report::Benched { run: run + 7, figures: figures("of another"), left: 0 });
    page.told(Report::Benched { run, figures: figures("b"), left: 0 });
    let bench = page.0.bench.clone().unwrap();
    assert_eq!((bench.figures.len(), &bench.stand), (2, &Stand::Done));
    assert_eq!(page.0.state(), "done", "the film stays as it was");
}

#[test]
fn a_benchmark_ends_with_a_wish_a_refusal_or_the_engine() {
    let mut page = Page::after_first_run();
    type End = fn(u32) -> Report;
    let ends: [(End, Stand); 3] = [
        (|run| Report::Cancelled { run }, Stand::Stopped),
        (|run| Report::Rejected { message: "no".to_owned(), run: Some(run) }, Stand::Refused),
        (|_| Report::Failed { message: "it broke".to_owned() }, Stand::Stopped),
    ];
    for (report, stand) in ends {
        page.wish(Wish::Bench);
        let run = page.0.bench.as_ref().unwrap().run;
        page.told(report(run));
        assert_eq!(page.0.bench.as_ref().unwrap().stand, stand);
    }
    assert!(page.0.draft.scenario().is_some());
}

#[test]
fn without_threads_there_is_no_benchmark() {
    let mut page = Page(Rc::new(Store::new(Flavour::Single, false)));
    page.act(Action::Spawned);
    page.told(Report::Ready { threads: 0, catalogue: lanescope_protocol::Catalogue::default() });
    page.told(Report::Composed { scenario: generated("dex", 3) });
    page.finish();
    page.effects();
    page.wish(Wish::Bench);
    assert_eq!((page.effects(), page.0.bench.is_none()), (Vec::new(), true));
}
