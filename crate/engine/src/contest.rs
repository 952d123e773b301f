//! The benchmark: plain revm against a strategy on one thread and on many, by turns.
//!
//! What is inside the timer is decided in [`round`] and nowhere else: everything from the call of a
//! runner to its result, and the dropping of that result. Outside: making the block, comparing
//! results.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lanescope_executor::{
    BlockError, NoSink, Outcome, Raced, difference, race_on_threads, run_baseline, run_sequential,
};
use lanescope_protocol::message::BenchFigures;
use lanescope_protocol::{Class, Report, Scenario, Settings, Spread};
use lanescope_workloads::{Prepared, ScenarioError, prepare, synthetic};

use crate::clock;
use crate::host::{CAN_HAVE_THREADS, Host};
use crate::job::Job;
use crate::measure::{on_threads, options};
use crate::session::{Running, Session, Stop};

/// Measured besides the scenario: one block that runs well in parallel, and one that cannot.
const SYNTHETIC: [&str; 2] = ["mixed-1000", "sender-chain"];

/// Browsers compile Wasm better while it runs, so the first rounds do not count: at least so many,
/// and as many as begin in this time.
const WARM_UP_ROUNDS: u32 = 2;
const WARM_UP_NS: u64 = 300_000_000;
/// The rounds that count: at least, at most, and the time after which none begins.
const ROUNDS_MIN: usize = 5;
const ROUNDS_MAX: usize = 15;
const ROUNDS_NS: u64 = 1_500_000_000;

/// A block and what it must come to.
struct Contest {
    prepared: Prepared,
    expected: Outcome,
    settings: Settings,
}

/// Each way once, in milliseconds.
#[derive(Clone, Copy, Debug)]
struct Round {
    baseline: f64,
    one_thread: f64,
    threads: f64,
    identical: bool,
}

impl<H: Host> Session<H> {
    pub(crate) async fn bench(
        &self,
        running: &Running,
        scenario: Scenario,
        settings: Settings,
    ) -> Result<(), Stop> {
        settings.check().map_err(Stop::rejected)?;
        if settings.strategy.class() != Class::Exact {
            return Err(Stop::Rejected(format!(
                "{} may come to another result than one lane in block order, so its time cannot be compared with that of one lane",
                settings.strategy.title()
            )));
        }
        let threads = self.host.threads();
        if CAN_HAVE_THREADS && threads > 0 {
            let settings = on_threads(settings, threads);
            self.take_pool(running).await?;
            let end = self.bench_all(running, scenario, settings).await;
            self.pool_taken.set(false);
            return end;
        }
        Err(Stop::Rejected(
            "this page is not isolated from other sites, so the browser gives it no threads: there is nothing to measure".to_owned(),
        ))
    }

    async fn bench_all(
        &self,
        running: &Running,
        scenario: Scenario,
        settings: Settings,
    ) -> Result<(), Stop> {
        let world = self.world_of(&scenario);
        let mut left = SYNTHETIC.len() as u32;
        self.bench_one(running, settings.clone(), left, move || prepare(&scenario, world)).await?;
        for name in SYNTHETIC {
            left -= 1;
            let make = move || prepare(&synthetic(name)?, None);
            self.bench_one(running, settings.clone(), left, make).await?;
        }
        Ok(())
    }

    /// Measures one block and tells.
    async fn bench_one(
        &self,
        running: &Running,
        settings: Settings,
        left: u32,
        make: impl FnOnce() -> Result<Prepared, ScenarioError> + Send + 'static,
    ) -> Result<(), Stop> {
        let prepared = self.in_background(make).await.map_err(Stop::rejected)?;
        running.check()?;
        let sequential = move || {
            let expected = run_sequential(&prepared.block, &prepared.world)?;
            Ok(Contest { prepared, expected, settings })
        };
        let contest = self
            .in_background(sequential)
            .await
            .map_err(|error: BlockError| Stop::rejected(error))?;
        running.check()?;
        let contest = Arc::new(contest);
        let rounds = self.rounds(running, &contest).await?;
        let figures = contest.figures(&rounds);
        self.post(&Report::Benched { run: running.run, figures, left });
        Ok(())
    }

    /// Rounds until there are enough.
    async fn rounds(&self, running: &Running, contest: &Arc<Contest>) -> Result<Vec<Round>, Stop> {
        let begun = clock::now();
        let mut warm = 0;
        while warm < WARM_UP_ROUNDS || clock::now().saturating_sub(begun) < WARM_UP_NS {
            self.round(running, contest, 0).await?;
            warm += 1;
        }
        let begun = clock::now();
        let mut rounds = Vec::new();
        let is_early = || clock::now().saturating_sub(begun) < ROUNDS_NS;
        while rounds.len() < ROUNDS_MIN || (rounds.len() < ROUNDS_MAX && is_early()) {
            rounds.push(self.round(running, contest, rounds.len() as u32).await?);
        }
        Ok(rounds)
    }

    /// A round is a piece of work of its own, so that a wish to stop is heard in between.
    async fn round(
        &self,
        running: &Running,
        contest: &Arc<Contest>,
        done: u32,
    ) -> Result<Round, Stop> {
        let (stage, total) = (contest.prepared.title.clone(), ROUNDS_MAX as u32);
        self.post(&Report::Progress { run: running.run, stage, done, total });
        let (theirs, cancelled) = (Arc::clone(contest), Arc::clone(&running.cancelled));
        let job = Job::start(move || round(&theirs, &cancelled));
        let round = self.wait(&job, || {}).await.map_err(Stop::rejected)?;
        running.check()?;
        round.ok_or(Stop::Cancelled)
    }
}

impl Contest {
    fn figures(&self, rounds: &[Round]) -> BenchFigures {
        let spread = |of: fn(&Round) -> f64| Spread::of(rounds.iter().map(of));
        BenchFigures {
            title: self.prepared.title.clone(),
            transactions: self.prepared.block.transactions.len() as u32,
            rounds: rounds.len() as u32,
            baseline: spread(|round| round.baseline),
            one_thread: spread(|round| round.one_thread),
            threads: spread(|round| round.threads),
            lanes: self.settings.lanes,
            identical: rounds.iter().all(|round| round.identical),
        }
    }

    fn is_expected(&self, found: &Outcome) -> bool {
        difference(&self.expected, found).is_none()
    }
}

/// Each way once. Nothing, if the run was cancelled meanwhile.
fn round(contest: &Contest, cancelled: &AtomicBool) -> Result<Option<Round>, BlockError> {
    let Prepared { block, world, .. } = &contest.prepared;
    let mut watch = Stopwatch::default();
    let run = watch.time(|| run_baseline(block, world))?;
    let mut identical = contest.is_expected(&run.outcome(block)?);
    watch.time(|| drop(run));
    let baseline = watch.milliseconds();
    let mut times = [0.0; 2];
    for (time, lanes) in times.iter_mut().zip([1, contest.settings.lanes]) {
        if cancelled.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let settings = Settings { lanes, ..contest.settings.clone() };
        let mut watch = Stopwatch::default();
        let run = watch.time(|| {
            let (block, world) = (Arc::clone(block), Arc::clone(world));
            race_on_threads(block, world, &settings, options(&NoSink, cancelled, false))
        })?;
        let Raced::Done(run) = run else { return Ok(None) };
        identical &= contest.is_expected(&run.outcome()?);
        watch.time(|| drop(run));
        *time = watch.milliseconds();
    }
    let [one_thread, threads] = times;
    Ok(Some(Round { baseline, one_thread, threads, identical }))
}

/// Adds up the times of several pieces of work, in nanoseconds.
#[derive(Debug, Default)]
struct Stopwatch(u64);

impl Stopwatch {
    fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let from = clock::now();
        let result = work();
        self.0 += clock::now().saturating_sub(from);
        result
    }

    fn milliseconds(&self) -> f64 {
        clock::milliseconds(0, self.0)
    }
}
