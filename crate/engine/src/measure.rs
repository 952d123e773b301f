//! Real threads: runs whose time axis is the clock on the wall, and measurements.
//!
//! Wasm is compiled better while it runs, so what is measured has run before: the best of a few
//! rounds counts, for one lane and for many alike.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lanescope_executor::{
    BlockError, EventSink, NoSink, Outcome, Run, SequentialRun, ThreadsOptions, difference,
    run_on_threads,
};
use lanescope_protocol::message::Measurement;
use lanescope_protocol::{Event, Report, Settings};
use lanescope_workloads::Prepared;

use crate::clock;
use crate::host::Host;
use crate::job::Job;
use crate::run::ONE_LANE;
use crate::session::{Running, Session, Stop};

/// No further round begins after this time.
const BUDGET_NS: u64 = 150_000_000;
/// Most rounds of one measurement.
const ROUNDS: u32 = 8;

/// What is shown while the block is measured in parallel.
const WARMING_UP: &str = "warming up on real threads";

/// A result and the nanoseconds it took; nothing, if the run was cancelled meanwhile.
type Timed<T> = Result<Option<(T, u64)>, BlockError>;

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
        self.tell_stage(running, prepared, ONE_LANE);
        let (one_lane, one_lane_ns) = self.time_one_lane(running, prepared).await?;
        self.tell_stage(running, prepared, WARMING_UP);
        let (timed, timed_ns) = self.time_lanes(running, prepared, settings).await?;
        let run = self.stream(running, prepared, settings).await?;
        let one_lane = Arc::new(one_lane);
        self.finish(running, prepared, settings, &one_lane, one_lane_ns, run).await?;
        self.tell_measurement(running, settings, (&one_lane, one_lane_ns), (&timed, timed_ns));
        Ok(())
    }

    /// Measures one lane against many, beside a run on the gas clock.
    pub(crate) async fn measure(
        &self,
        running: &Running,
        prepared: &Arc<Prepared>,
        settings: Settings,
    ) -> Result<(), Stop> {
        let settings = Settings { lanes: settings.lanes.min(self.host.threads()), ..settings };
        self.take_pool(running).await?;
        let end = self.measure_alone(running, prepared, settings).await;
        self.pool_taken.set(false);
        end
    }

    async fn measure_alone(
        &self,
        running: &Running,
        prepared: &Arc<Prepared>,
        settings: Settings,
    ) -> Result<(), Stop> {
        let (one_lane, one_lane_ns) = self.time_one_lane(running, prepared).await?;
        let (timed, timed_ns) = self.time_lanes(running, prepared, settings).await?;
        self.tell_measurement(running, settings, (&one_lane, one_lane_ns), (&timed, timed_ns));
        Ok(())
    }

    /// Waits until no other run is in the pool: a cancelled one takes a moment to notice.
    async fn take_pool(&self, running: &Running) -> Result<(), Stop> {
        while self.pool_taken.get() {
            self.host.sleep(1).await;
            running.check()?;
        }
        self.pool_taken.set(true);
        Ok(())
    }

    async fn time_one_lane(
        &self,
        running: &Running,
        prepared: &Prepared,
    ) -> Result<(Outcome, u64), Stop> {
        let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
        let cancelled = Arc::clone(&running.cancelled);
        let job = Job::start(move || {
            best_of(|| {
                let mut run = SequentialRun::new(Arc::clone(&block), Arc::clone(&world))?;
                while !run.step()? {
                    if cancelled.load(Ordering::Relaxed) {
                        return Ok(None);
                    }
                }
                Ok(Some(run.finish()))
            })
        });
        unless_cancelled(self.wait(&job, || {}).await)
    }

    async fn time_lanes(
        &self,
        running: &Running,
        prepared: &Prepared,
        settings: Settings,
    ) -> Result<(Run, u64), Stop> {
        let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
        let cancelled = Arc::clone(&running.cancelled);
        let job = Job::start(move || {
            best_of(|| {
                let options = options(&NoSink, &cancelled, false);
                run_on_threads(Arc::clone(&block), Arc::clone(&world), &settings, options)
            })
        });
        unless_cancelled(self.wait(&job, || {}).await)
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

    fn tell_stage(&self, running: &Running, prepared: &Prepared, stage: &str) {
        let total = prepared.block.transactions.len() as u32;
        self.post(&Report::Progress { run: running.run, stage: stage.to_owned(), done: 0, total });
    }

    fn tell_measurement(
        &self,
        running: &Running,
        settings: Settings,
        (one_lane, one_lane_ns): (&Outcome, u64),
        (lanes, lanes_ns): (&Run, u64),
    ) {
        let measurement = Measurement {
            sequential_ms: clock::milliseconds(0, one_lane_ns),
            parallel_ms: clock::milliseconds(0, lanes_ns),
            lanes: settings.lanes,
            executions: lanes.executions,
            aborts: lanes.aborts,
            identical: difference(one_lane, &lanes.outcome).is_none(),
        };
        self.post(&Report::Measured { run: running.run, measurement });
    }
}

fn options<'a>(
    sink: &'a dyn EventSink,
    cancel: &'a AtomicBool,
    record: bool,
) -> ThreadsOptions<'a> {
    ThreadsOptions { now: &clock::now, sink, cancel, record }
}

/// The fastest of a few rounds.
fn best_of<T>(mut round: impl FnMut() -> Result<Option<T>, BlockError>) -> Timed<T> {
    let start = clock::now();
    let mut best: Option<(T, u64)> = None;
    for _ in 0..ROUNDS {
        let from = clock::now();
        let Some(result) = round()? else { return Ok(None) };
        let now = clock::now();
        let took = now.saturating_sub(from);
        if best.as_ref().is_none_or(|(_, least)| took < *least) {
            best = Some((result, took));
        }
        if now.saturating_sub(start) >= BUDGET_NS {
            break;
        }
    }
    Ok(best)
}

fn unless_cancelled<T>(timed: Timed<T>) -> Result<(T, u64), Stop> {
    timed.map_err(Stop::rejected)?.ok_or(Stop::Cancelled)
}
