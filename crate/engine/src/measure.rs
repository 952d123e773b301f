//! Real threads: runs whose time axis is the clock on the wall, and measurements.
//!
//! Browsers compile Wasm better while it runs, so a first run takes up to ten times as long as the
//! next. Hence one lane and many take turns for a few rounds, and the best of each counts.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lanescope_executor::{
    BlockError, EventSink, NoSink, Outcome, Raced, RawRun, Run, SequentialRun, ThreadsOptions,
    difference, race_on_threads, run_baseline, run_on_threads,
};
use lanescope_protocol::message::Measurement;
use lanescope_protocol::{Class, Clock, Costs, Event, Report, Settings};
use lanescope_workloads::Prepared;

use crate::clock;
use crate::host::Host;
use crate::job::Job;
use crate::session::{Running, Session, Stop};

/// No further round begins after this time.
const BUDGET_NS: u64 = 500_000_000;
/// Fewest rounds: the first is never the best.
const ROUNDS_MIN: u32 = 2;
/// Most rounds.
const ROUNDS_MAX: u32 = 8;

/// What is shown meanwhile.
const MEASURING: &str = "measuring one lane and many by turns";

/// One lane against many, the fastest round of each.
#[derive(Debug)]
struct Race {
    one_lane: Timed<Outcome>,
    lanes: Timed<Box<RawRun>>,
    /// Every round ended in the same state, not only the fastest.
    identical: bool,
}

/// A result and the nanoseconds that it took.
#[derive(Debug)]
struct Timed<T> {
    result: T,
    nanoseconds: u64,
}

/// Events on their way from the lanes to the coordinator.
#[derive(Debug, Default)]
struct Mailbox(Mutex<Vec<Event>>);

impl Mailbox {
    /// Everything since the last time, in order.
    fn empty(&self) -> Vec<Event> {
        let mut events =
            core::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        events.sort_unstable_by_key(|event| (event.time, event.seq));
        events
    }
}

impl EventSink for Mailbox {
    fn batch(&self, events: Vec<Event>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(events);
    }
}

impl<H: Host> Session<H> {
    /// A run on the clock of the wall, its events streamed while it goes on.
    pub(crate) async fn run_on_threads(
        &self,
        running: &Running,
        prepared: Arc<Prepared>,
        settings: Settings,
    ) -> Result<(), Stop> {
        self.post(&Report::Started { run: running.run });
        self.take_pool(running).await?;
        let end = self.run_alone(running, &prepared, settings).await;
        self.pool_taken.set(false);
        end
    }

    async fn run_alone(
        &self,
        running: &Running,
        prepared: &Arc<Prepared>,
        settings: Settings,
    ) -> Result<(), Stop> {
        let total = prepared.block.transactions.len() as u32;
        let stage = MEASURING.to_owned();
        self.post(&Report::Progress { run: running.run, stage, done: 0, total });
        let race = self.race(running, prepared, settings.clone()).await?;
        let race = race.map_err(Stop::rejected)?;
        let run = self.stream(running, prepared, settings.clone()).await?;
        let measurement = race.measurement(settings.clone());
        let ticks = race.one_lane.nanoseconds;
        let one_lane = Arc::new(race.one_lane.result);
        self.finish(running, prepared, settings, &one_lane, ticks, run).await?;
        self.post(&Report::Measured { run: running.run, measurement });
        Ok(())
    }

    /// Measures one lane against many, beside a run on the gas clock. A strategy that does not run on
    /// threads is not measured, nor is one that promises another result than one lane's: a
    /// measurement says whether that came out.
    pub(crate) async fn measure(
        &self,
        running: &Running,
        prepared: &Arc<Prepared>,
        settings: Settings,
    ) -> Result<(), Stop> {
        if settings.strategy.class() != Class::Exact {
            return Ok(());
        }
        let settings = on_threads(settings, self.host.threads());
        self.take_pool(running).await?;
        let race = self.race(running, prepared, settings.clone()).await;
        self.pool_taken.set(false);
        match race? {
            Ok(race) => {
                let measurement = race.measurement(settings);
                self.post(&Report::Measured { run: running.run, measurement });
                Ok(())
            }
            Err(BlockError::Unsupported(_)) => Ok(()),
            Err(error) => Err(Stop::rejected(error)),
        }
    }

    /// Waits until no other run is in the pool: a cancelled one takes a moment to notice.
    pub(crate) async fn take_pool(&self, running: &Running) -> Result<(), Stop> {
        while self.pool_taken.get() {
            self.host.sleep(1).await;
            running.check()?;
        }
        self.pool_taken.set(true);
        Ok(())
    }

    async fn race(
        &self,
        running: &Running,
        prepared: &Arc<Prepared>,
        settings: Settings,
    ) -> Result<Result<Race, BlockError>, Stop> {
        let (prepared, cancelled) = (Arc::clone(prepared), Arc::clone(&running.cancelled));
        let job = Job::start(move || race(&prepared, &settings, &cancelled));
        let race = self.wait(&job, || {}).await;
        running.check()?;
        race.transpose().ok_or(Stop::Cancelled)
    }

    /// Runs once, recorded, and passes events on as they come.
    async fn stream(
        &self,
        running: &Running,
        prepared: &Prepared,
        settings: Settings,
    ) -> Result<Run, Stop> {
        let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
        let cancelled = Arc::clone(&running.cancelled);
        let mailbox = Arc::new(Mailbox::default());
        let theirs = Arc::clone(&mailbox);
        let job = Job::start(move || {
            run_on_threads(block, world, &settings, options(&*theirs, &cancelled, true))
        });
        let run = self.wait(&job, || self.post_events(running, &mailbox.empty())).await;
        self.post_events(running, &mailbox.empty());
        run.map_err(Stop::rejected)?.ok_or(Stop::Cancelled)
    }
}

/// The same block and strategy on at most so many real threads, where nothing costs anything but
/// what it costs, and nothing breaks on purpose.
pub(crate) fn on_threads(settings: Settings, threads: u16) -> Settings {
    Settings {
        lanes: settings.lanes.min(threads),
        clock: Clock::Threads,
        costs: Costs::default(),
        faults: Vec::new(),
        ..settings
    }
}

pub(crate) fn options<'a>(
    sink: &'a dyn EventSink,
    cancel: &'a AtomicBool,
    record: bool,
) -> ThreadsOptions<'a> {
    ThreadsOptions { now: &clock::now, sink, cancel, record, may_run_alone: !record }
}

/// Runs by turns on one lane, which is plain revm at its fastest, and on many. Nothing, if the run
/// was cancelled meanwhile.
fn race(
    prepared: &Prepared,
    settings: &Settings,
    cancelled: &AtomicBool,
) -> Result<Option<Race>, BlockError> {
    let start = clock::now();
    let Prepared { block, world, .. } = prepared;
    let Some(expected) = run_on_one_lane(prepared, cancelled)? else { return Ok(None) };
    let mut best: Option<(u64, Timed<Box<RawRun>>)> = None;
    let mut identical = true;
    for round in 0..ROUNDS_MAX {
        let is_late = clock::now().saturating_sub(start) >= BUDGET_NS;
        if is_late && round >= ROUNDS_MIN {
            break;
        }
        let one_lane = timed(|| run_baseline(block, world))?;
        let lanes = timed(|| {
            let (block, world) = (Arc::clone(block), Arc::clone(world));
            race_on_threads(block, world, settings, options(&NoSink, cancelled, false))
        })?;
        let nanoseconds = lanes.nanoseconds;
        let Raced::Done(result) = lanes.result else { return Ok(None) };
        identical &= difference(&expected, &result.outcome()?).is_none();
        let lanes = Timed { result, nanoseconds };
        best = Some(match best {
            None => (one_lane.nanoseconds, lanes),
            Some((fastest, best)) => (fastest.min(one_lane.nanoseconds), best.or_faster(lanes)),
        });
    }
    Ok(best.map(|(fastest, lanes)| Race {
        one_lane: Timed { result: expected, nanoseconds: fastest },
        lanes,
        identical,
    }))
}

fn run_on_one_lane(
    prepared: &Prepared,
    cancelled: &AtomicBool,
) -> Result<Option<Outcome>, BlockError> {
    let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
    let mut run = SequentialRun::new(block, world)?;
    while !run.step()? {
        if cancelled.load(Ordering::Relaxed) {
            return Ok(None);
        }
    }
    Ok(Some(run.finish()))
}

fn timed<T>(work: impl FnOnce() -> Result<T, BlockError>) -> Result<Timed<T>, BlockError> {
    let from = clock::now();
    let result = work()?;
    Ok(Timed { result, nanoseconds: clock::now().saturating_sub(from) })
}

impl<T> Timed<T> {
    fn or_faster(self, other: Self) -> Self {
        if other.nanoseconds < self.nanoseconds { other } else { self }
    }
}

impl Race {
    fn measurement(&self, settings: Settings) -> Measurement {
        let lanes = &self.lanes.result;
        Measurement {
            sequential_ms: clock::milliseconds(0, self.one_lane.nanoseconds),
            parallel_ms: clock::milliseconds(0, self.lanes.nanoseconds),
            lanes: settings.lanes,
            executions: lanes.executions(),
            aborts: lanes.aborts(),
            identical: self.identical,
        }
    }
}
