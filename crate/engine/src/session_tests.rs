//! Sessions against a desk that writes everything down, and an event loop of a few lines.

use core::cell::{Cell, RefCell};
use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Poll, Waker};
use std::rc::Rc;
use std::time::Duration;

use lanescope_protocol::scenario::{Imported, Recipe};
use lanescope_protocol::trace::decode_events;
use lanescope_protocol::{Clock, Command, Costs, Report, Scenario, Settings, StrategyName, Trace};

use crate::host::Host;
use crate::session::Session;

mod compare;
mod steps;

type Posted = Vec<(Report, Option<Vec<u8>>)>;

/// A coordinator's surroundings without a browser.
struct Desk {
    posted: Rc<RefCell<Posted>>,
    threads: u16,
}

impl Host for Desk {
    fn post(&self, report: &Report, bytes: Option<&[u8]>) {
        self.posted.borrow_mut().push((report.clone(), bytes.map(<[u8]>::to_vec)));
    }

    async fn pause(&self) {
        let waited = Cell::new(false);
        core::future::poll_fn(
            |_| {
                if waited.replace(true) { Poll::Ready(()) } else { Poll::Pending }
            },
        )
        .await;
    }

    async fn sleep(&self, milliseconds: u32) {
        std::thread::sleep(Duration::from_millis(u64::from(milliseconds)));
        self.pause().await;
    }

    fn threads(&self) -> u16 {
        self.threads
    }
}

/// A session with its event loop.
struct Engine {
    session: Rc<Session<Desk>>,
    posted: Rc<RefCell<Posted>>,
    tasks: Vec<Pin<Box<dyn Future<Output = ()>>>>,
}

impl Engine {
    fn new(threads: u16) -> Self {
        let posted = Rc::default();
        let session = Session::new(Desk { posted: Rc::clone(&posted), threads });
        Self { session, posted, tasks: Vec::new() }
    }

    fn send(&mut self, command: Command, bytes: &[u8]) {
        let session = Rc::clone(&self.session);
        self.tasks.push(Box::pin(session.handle(command, Some(bytes.to_vec()))));
        self.turn();
    }

    /// One turn of the event loop.
    fn turn(&mut self) {
        let mut context = Context::from_waker(Waker::noop());
        self.tasks.retain_mut(|task| task.as_mut().poll(&mut context).is_pending());
    }

    /// Turns until everything is done; hands over what was posted.
    fn settle(&mut self) -> Posted {
        while !self.tasks.is_empty() {
            self.turn();
        }
        self.posted.take()
    }

    fn ask(&mut self, command: Command, bytes: &[u8]) -> Report {
        self.send(command, bytes);
        let mut posted = self.settle();
        assert_eq!(posted.len(), 1, "{posted:?}");
        posted.remove(0).0
    }

    fn compose(&mut self, workload: &str, count: u64) -> Scenario {
        match self.ask(Command::Compose { recipe: recipe(workload, count) }, &[]) {
            Report::Composed { scenario } => scenario,
            other => panic!("{other:?}"),
        }
    }

    fn run(&mut self, run: u32, scenario: &Scenario, settings: Settings) {
        self.send(Command::Run { run, scenario: scenario.clone(), settings }, &[]);
    }
}

fn recipe(workload: &str, count: u64) -> Recipe {
    Recipe { workload: workload.to_owned(), knobs: [("count".to_owned(), count)].into(), seed: 7 }
}

fn settings(lanes: u16, clock: Clock) -> Settings {
    Settings { lanes, clock, ..Settings::default() }
}

fn rejection(report: &Report) -> (&str, Option<u32>) {
    match report {
        Report::Rejected { message, run } => (message, *run),
        other => panic!("{other:?}"),
    }
}

/// The trace of a run, after checking that it came the way the protocol says.
fn finished(posted: &Posted, run: u32) -> Trace {
    assert!(matches!(posted[0].0, Report::Started { run: started } if started == run));
    let is_finish = |report: &Report| matches!(report, Report::Finished { run: r } if *r == run);
    let end = posted.iter().position(|(report, _)| is_finish(report)).expect("it finished");
    let trace = Trace::decode(posted[end].1.as_ref().unwrap()).unwrap();
    let mut streamed = Vec::new();
    for (report, bytes) in &posted[..end] {
        if matches!(report, Report::Events { run: r } if *r == run) {
            streamed.extend(decode_events(bytes.as_ref().unwrap()).unwrap());
        }
    }
    streamed.sort_unstable_by_key(|event| (event.time, event.seq));
    assert_eq!(streamed, trace.events, "every event was streamed, once");
    trace
}

#[test]
fn it_announces_itself_with_everything_it_can_compose() {
    let engine = Engine::new(3);
    engine.session.announce();
    match &engine.posted.borrow()[0].0 {
        Report::Ready { threads: 3, catalogue } => {
            for name in ["transfers", "erc20", "dex", "nft-mint"] {
                assert!(catalogue.workloads.iter().any(|workload| workload.name == name), "{name}");
            }
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_on_the_gas_clock_streams_its_events_and_ends_like_one_lane() {
    for workload in ["transfers", "erc20", "dex", "nft-mint"] {
        let mut engine = Engine::new(0);
        let scenario = engine.compose(workload, 60);
        engine.run(1, &scenario, settings(8, Clock::Gas));
        let trace = finished(&engine.settle(), 1);
        assert!(trace.summary.identical, "{workload}: {:?}", trace.summary.difference);
        assert_eq!(trace.summary.sequential, trace.summary.gas_used);
        assert_eq!(trace.transactions.len(), 60);
    }
}

#[test]
fn with_threads_a_run_on_the_gas_clock_is_measured_too() {
    let mut engine = Engine::new(2);
    let scenario = engine.compose("erc20", 40);
    engine.run(4, &scenario, settings(8, Clock::Gas));
    let posted = engine.settle();
    finished(&posted, 4);
    match posted.last().unwrap().0 {
        Report::Measured { run: 4, measurement } => {
            assert!(measurement.identical);
            assert_eq!(measurement.lanes, 2);
            assert!(measurement.executions >= 40);
            assert!(measurement.sequential_ms > 0.0 && measurement.parallel_ms > 0.0);
        }
        ref other => panic!("{other:?}"),
    }
}

#[test]
fn a_run_on_real_threads_streams_its_events_and_ends_like_one_lane() {
    let mut engine = Engine::new(2);
    let scenario = engine.compose("dex", 50);
    engine.run(2, &scenario, settings(2, Clock::Threads));
    let posted = engine.settle();
    let trace = finished(&posted, 2);
    assert!(trace.summary.identical, "{:?}", trace.summary.difference);
    assert_eq!(trace.summary.settings.clock, Clock::Threads);
    assert!(trace.summary.sequential > 0);
    assert!(matches!(posted.last().unwrap().0, Report::Measured { run: 2, .. }));
}

#[test]
fn threads_that_are_not_there_are_refused_in_a_sentence() {
    let mut engine = Engine::new(0);
    let scenario = engine.compose("transfers", 3);
    engine.run(5, &scenario, settings(2, Clock::Threads));
    let posted = engine.settle();
    let (message, run) = rejection(&posted[0].0);
    assert!(message.contains("choose the gas clock") && run == Some(5), "{message}");

    let mut engine = Engine::new(2);
    engine.run(6, &scenario, settings(3, Clock::Threads));
    let posted = engine.settle();
    let (message, run) = rejection(&posted[0].0);
    assert!(message.contains("too few for 3 lanes") && run == Some(6), "{message}");
}

#[test]
fn what_cannot_be_used_is_refused_and_nothing_else_happens() {
    let mut engine = Engine::new(2);
    let report = engine.ask(Command::Compose { recipe: recipe("lottery", 1) }, &[]);
    assert!(rejection(&report).0.contains("lottery"), "{report:?}");
    let report = engine.ask(Command::Open { name: "notes.json".to_owned() }, b"{");
    assert!(rejection(&report).0.contains("notes.json, line 1"), "{report:?}");

    let mut scenario = engine.compose("transfers", 3);
    engine.run(8, &scenario, settings(0, Clock::Gas));
    assert_eq!(rejection(&engine.settle()[0].0).1, Some(8));
    scenario.imported = Some(Imported { key: Some(99), ..Imported::default() });
    engine.run(9, &scenario, settings(2, Clock::Gas));
    let posted = engine.settle();
    assert!(rejection(&posted[0].0).0.contains("open its file again"), "{posted:?}");
    let report = engine.ask(Command::Save { scenario }, &[]);
    assert!(rejection(&report).0.contains("open its file again"), "{report:?}");
}

#[test]
fn a_run_that_is_cancelled_says_so_at_once_and_then_nothing() {
    for clock in [Clock::Gas, Clock::Threads] {
        let mut engine = Engine::new(2);
        let scenario = engine.compose("erc20", 400);
        engine.run(1, &scenario, settings(2, clock));
        engine.turn();
        engine.posted.take();
        engine.send(Command::Cancel, &[]);
        assert_eq!(engine.posted.take(), [(Report::Cancelled { run: 1 }, None)]);
        assert_eq!(engine.settle(), []);
        // There is nothing to cancel any more.
        engine.send(Command::Cancel, &[]);
        assert_eq!(engine.settle(), []);
        engine.run(2, &scenario, settings(2, clock));
        assert!(finished(&engine.settle(), 2).summary.identical);
    }
}

#[test]
fn a_newer_run_replaces_an_older_one() {
    let mut engine = Engine::new(2);
    let scenario = engine.compose("erc20", 200);
    engine.run(1, &scenario, settings(2, Clock::Threads));
    engine.turn();
    engine.run(2, &scenario, settings(4, Clock::Gas));
    let posted = engine.settle();
    let cancelled = posted.iter().position(|(report, _)| *report == Report::Cancelled { run: 1 });
    let rest = posted[cancelled.unwrap() + 1..].to_vec();
    assert!(finished(&rest, 2).summary.identical);
    assert!(rest.iter().all(|(report, _)| !matches!(report, Report::Finished { run: 1 })));
}

#[test]
fn a_benchmark_measures_the_block_and_two_more() {
    let mut engine = Engine::new(2);
    let scenario = engine.compose("dex", 20);
    engine.send(Command::Bench { run: 3, scenario, settings: settings(4, Clock::Gas) }, &[]);
    let mut titles = Vec::new();
    for (report, _) in engine.settle() {
        match report {
            Report::Progress { run: 3, done, total, .. } => assert!(done < total),
            Report::Benched { run: 3, figures, left } => {
                assert_eq!(left as usize, 2 - titles.len());
                assert!(figures.identical && figures.rounds >= 5, "{figures:?}");
                assert_eq!(figures.lanes, 2, "there are no more threads");
                for spread in [figures.baseline, figures.one_thread, figures.threads] {
                    assert!(0.0 < spread.min && spread.min <= spread.median);
                    assert!(spread.median <= spread.max);
                }
                titles.push((figures.title, figures.transactions));
            }
            other => panic!("{other:?}"),
        }
    }
    let counts: Vec<_> = titles.iter().map(|(_, count)| *count).collect();
    assert_eq!(counts, [20, 1_000, 5_000], "{titles:?}");
    assert_eq!(titles[0].0, "Exchange at peak hour");
}

#[test]
fn a_benchmark_can_be_stopped_and_needs_threads() {
    let mut engine = Engine::new(2);
    let scenario = engine.compose("erc20", 50);
    let bench = |run| Command::Bench {
        run,
        scenario: scenario.clone(),
        settings: settings(2, Clock::Threads),
    };
    engine.send(bench(1), &[]);
    engine.turn();
    engine.posted.take();
    engine.send(Command::Cancel, &[]);
    assert_eq!(engine.posted.take(), [(Report::Cancelled { run: 1 }, None)]);
    assert_eq!(engine.settle(), []);
    engine.run(2, &scenario, settings(2, Clock::Threads));
    assert!(finished(&engine.settle(), 2).summary.identical, "the pool is free again");

    let mut engine = Engine::new(0);
    engine.send(bench(4), &[]);
    let posted = engine.settle();
    let (message, run) = rejection(&posted[0].0);
    assert!(message.contains("not isolated") && run == Some(4), "{message}");
}

#[test]
fn only_strategies_that_promise_the_result_of_one_lane_are_measured() {
    let mut engine = Engine::new(2);
    let scenario = engine.compose("erc20", 20);
    for strategy in ["naive", "owned-shared", "solana-greedy"] {
        let settings = Settings { strategy: strategy.parse().unwrap(), ..Settings::default() };
        engine.send(Command::Bench { run: 1, scenario: scenario.clone(), settings }, &[]);
        let posted = engine.settle();
        let (message, run) = rejection(&posted[0].0);
        assert!(message.contains("another result than one lane") && run == Some(1), "{message}");
    }
}

#[test]
fn a_run_with_costs_is_compared_with_one_lane_with_costs_and_measured_without() {
    let mut engine = Engine::new(2);
    let scenario = engine.compose("dex", 30);
    let costs = Costs { cold_read: 2_100, validation: 400, commit: 100 };
    let faults = vec!["slow:lane=2,times=3".parse().unwrap()];
    let settings = Settings { costs, faults, ..settings(2, Clock::Gas) };
    engine.run(3, &scenario, settings.clone());
    let posted = engine.settle();
    let trace = finished(&posted, 3);
    assert!(trace.summary.identical, "{:?}", trace.summary.difference);
    assert!(trace.summary.sequential >= trace.summary.gas_used);
    assert!(matches!(posted.last().unwrap().0, Report::Measured { run: 3, .. }));

    let one_lane = Settings { strategy: StrategyName::Sequential.into(), ..settings };
    engine.run(4, &scenario, Settings { lanes: 1, faults: Vec::new(), ..one_lane });
    let one_lane = finished(&engine.settle(), 4).summary;
    assert_eq!(one_lane.makespan, one_lane.sequential);
    assert_eq!(one_lane.sequential, trace.summary.sequential);
}

#[test]
fn questions_are_answered_in_the_order_of_asking() {
    let mut engine = Engine::new(2);
    for count in [300, 1, 50] {
        engine.send(Command::Compose { recipe: recipe("dex", count) }, &[]);
    }
    let counts: Vec<_> = engine
        .settle()
        .into_iter()
        .map(|(report, _)| match report {
            Report::Composed { scenario } => scenario.transactions.len(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(counts, [300, 1, 50]);
}

#[test]
fn a_saved_scenario_opens_as_what_it_was() {
    let mut engine = Engine::new(0);
    let scenario = engine.compose("nft-mint", 5);
    let saved = engine.ask(Command::Save { scenario: scenario.clone() }, &[]);
    let Report::Saved { name, text } = saved else { panic!("{saved:?}") };
    let opened = engine.ask(Command::Open { name }, text.as_bytes());
    assert_eq!(opened, Report::Composed { scenario });
}
