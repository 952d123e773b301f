//! Real threads: one loop per lane on the current rayon pool.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lanescope_protocol::event::FallbackReason;
use lanescope_protocol::{Event, Lane, Settings, TxIndex, Version};

use super::Run;
use super::one_lane::{self, OneLane};
use super::recorder::{self, Counts, Recorder};
use super::workshop::Workshop;
use crate::block::{Block, BlockError};
use crate::evm::{Machine, Verdict};
use crate::strategy::{self, Finding, Strategy, Task};
use crate::world::World;

/// Takes batches of events while a run goes on. Called from every lane.
pub trait EventSink: Sync {
    /// A lane's events since its last batch.
    fn batch(&self, events: Vec<Event>);
}

/// Takes events and forgets them.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoSink;

impl EventSink for NoSink {
    fn batch(&self, _events: Vec<Event>) {}
}

/// What a threaded run needs from its surroundings.
#[derive(Clone, Copy)]
pub struct ThreadsOptions<'a> {
    /// Reads a clock that never goes back, in nanoseconds, the same on every thread.
    pub now: &'a (dyn Fn() -> u64 + Sync),
    /// Where events go while the run goes on.
    pub sink: &'a dyn EventSink,
    /// Ends the run early when set.
    pub cancel: &'a AtomicBool,
    /// Whether to record at all: off for measurements.
    pub record: bool,
}

impl core::fmt::Debug for ThreadsOptions<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ThreadsOptions").field("record", &self.record).finish_non_exhaustive()
    }
}

/// How many events a lane collects before it hands them on.
const BATCH: usize = 256;
/// How often a lane looks again before it sleeps.
const SPINS: u32 = 200;
/// The longest sleep: whoever is not woken looks for work himself.
const SLEEP: Duration = Duration::from_micros(500);

/// Runs a block on real threads. `Ok(None)` if it was cancelled.
///
/// Must be called inside a rayon pool; lanes beyond the pool's threads start late, when others end.
pub fn run_on_threads(
    block: Arc<Block>,
    world: Arc<World>,
    settings: &Settings,
    options: ThreadsOptions<'_>,
) -> Result<Option<Run>, BlockError> {
    if let Some(reason) = one_lane::reason(&block) {
        return run_on_one(block, world, options, reason);
    }
    let start = (options.now)();
    let workshop = Workshop::new(Arc::clone(&block), Arc::clone(&world))?;
    let strategy = strategy::build(settings.strategy, workshop.same_sender());
    let lanes = settings.lanes.clamp(1, lanescope_protocol::limits::LANES_MAX);
    let floor = Floor {
        workshop,
        options,
        start,
        strategy: Mutex::new(Shared { strategy, waiting: 0, lanes: 0, end: None }),
        wake: Condvar::new(),
        order: Arc::new(AtomicU32::new(0)),
        finished: Mutex::new(Vec::new()),
    };
    rayon::scope(|scope| {
        for lane in 1..lanes {
            let floor = &floor;
            scope.spawn(move |_| floor.run_lane(Lane(lane as u8)));
        }
        floor.run_lane(Lane(0));
    });
    let end = floor.lock().end.take();
    match end {
        Some(End::Done(makespan)) => Ok(Some(floor.finish(makespan))),
        Some(End::Cancelled) => Ok(None),
        Some(End::Broken(error)) => Err(error),
        Some(End::Stuck) | None => run_on_one(block, world, options, FallbackReason::Stuck),
    }
}

fn run_on_one(
    block: Arc<Block>,
    world: Arc<World>,
    options: ThreadsOptions<'_>,
    reason: FallbackReason,
) -> Result<Option<Run>, BlockError> {
    let start = (options.now)();
    let since_start = || (options.now)().saturating_sub(start);
    let mut lane = OneLane::new(block, world, reason, options.record, 0)?;
    while !lane.step(Some(&since_start))? {
        if options.cancel.load(Ordering::Relaxed) {
            return Ok(None);
        }
    }
    options.sink.batch(lane.take_events());
    Ok(Some(lane.finish(Some(since_start()))))
}

/// What the lanes of one run share.
struct Floor<'a> {
    workshop: Workshop,
    options: ThreadsOptions<'a>,
    start: u64,
    strategy: Mutex<Shared>,
    wake: Condvar,
    order: Arc<AtomicU32>,
    finished: Mutex<Vec<Recorder>>,
}

struct Shared {
    strategy: Box<dyn Strategy>,
    /// Lanes that found nothing to do and have not looked since something happened.
    waiting: u32,
    /// Lanes that have started and not ended.
    lanes: u32,
    end: Option<End>,
}

enum End {
    /// The makespan in nanoseconds.
    Done(u64),
    Cancelled,
    Broken(BlockError),
    Stuck,
}

/// What a lane has to tell the strategy before it asks for more.
enum Report {
    Nothing,
    Executed(Version, Vec<TxIndex>),
    Blocked(Version, TxIndex),
    Aborted(Version, Vec<TxIndex>, Finding),
}

impl Floor<'_> {
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.strategy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        (self.options.now)().saturating_sub(self.start)
    }

    /// Time for a record; not read where nothing is recorded.
    fn stamp(&self) -> u64 {
        if self.options.record { self.now() } else { 0 }
    }

    fn run_lane(&self, lane: Lane) {
        let mut recorder = Recorder::new(lane, self.options.record, Arc::clone(&self.order));
        let mut machine = self.workshop.machine();
        self.lock().lanes += 1;
        let mut report = Report::Nothing;
        while let Some(task) = self.next(lane, report, &mut recorder) {
            report = self.perform(task, &mut machine, &mut recorder);
            if recorder.unsent_len() >= BATCH {
                self.options.sink.batch(recorder.unsent());
            }
        }
        self.lock().lanes -= 1;
        self.options.sink.batch(recorder.unsent());
        self.finished.lock().unwrap_or_else(PoisonError::into_inner).push(recorder);
    }

    /// Delivers a report and fetches the next task, in one visit to the strategy. `None`: the run
    /// is over.
    fn next(&self, lane: Lane, report: Report, recorder: &mut Recorder) -> Option<Task> {
        let mut shared = self.lock();
        let mut news = true;
        match report {
            Report::Nothing => news = false,
            Report::Executed(version, affected) => shared.strategy.executed(version, &affected),
            Report::Blocked(version, on) => shared.strategy.blocked(version, on),
            Report::Aborted(version, affected, finding) => {
                shared.strategy.aborted(version, &affected, finding);
            }
        }
        if news && shared.waiting > 0 {
            shared.waiting = 0;
            self.wake.notify_all();
        }
        let mut spins = 0;
        let mut waits = false;
        loop {
            if shared.end.is_some() {
                break;
            }
            if self.options.cancel.load(Ordering::Relaxed) {
                self.end(&mut shared, End::Cancelled);
                break;
            }
            let wait = match shared.strategy.next(lane) {
                Task::Wait(wait) => wait,
                Task::Done => {
                    let makespan = self.now();
                    self.end(&mut shared, End::Done(makespan));
                    break;
                }
                task => {
                    drop(shared);
                    if waits {
                        recorder.wait_ended(self.stamp());
                    }
                    return Some(task);
                }
            };
            if !waits {
                waits = true;
                recorder.wait_started(self.stamp(), wait);
            }
            if spins < SPINS {
                spins += 1;
                drop(shared);
                (0..spins).for_each(|_| core::hint::spin_loop());
                shared = self.lock();
                continue;
            }
            shared.waiting += 1;
            // Every lane has looked since the last news and found nothing: nobody will bring any.
            if shared.waiting >= shared.lanes {
                self.end(&mut shared, End::Stuck);
                break;
            }
            shared = self
                .wake
                .wait_timeout(shared, SLEEP)
                .map_or_else(|poisoned| poisoned.into_inner().0, |(shared, _)| shared);
            // Whoever woke us has reset the count; after a time-out we leave it ourselves.
            shared.waiting = shared.waiting.saturating_sub(1);
        }
        drop(shared);
        if waits {
            recorder.wait_ended(self.stamp());
        }
        None
    }

    fn end(&self, shared: &mut Shared, end: End) {
        shared.end = Some(end);
        self.wake.notify_all();
    }

    fn perform(&self, task: Task, machine: &mut Machine, recorder: &mut Recorder) -> Report {
        match task {
            Task::Execute(version) => self.execute(version, machine, recorder),
            Task::Validate(version) => self.check(version, false, recorder),
            Task::Commit(version) => self.check(version, true, recorder),
            Task::Wait(_) | Task::Done => Report::Nothing,
        }
    }

    fn execute(&self, version: Version, machine: &mut Machine, recorder: &mut Recorder) -> Report {
        let from = self.stamp();
        recorder.execution_started(from, version);
        let execution = machine.execute(version.tx);
        if let Verdict::Blocked(blocked) = execution.verdict {
            recorder.estimate_hit(self.stamp(), version, blocked.on, blocked.location);
            return Report::Blocked(version, blocked.on);
        }
        let execution = Arc::new(execution);
        let affected = self.workshop.publish(version, &execution);
        recorder.execution_finished(from, self.stamp(), version, &execution);
        Report::Executed(version, affected)
    }

    fn check(&self, version: Version, last: bool, recorder: &mut Recorder) -> Report {
        if !last {
            recorder.validation_started(self.stamp(), version);
        }
        let checked = self.workshop.check(version);
        let finding = checked.finding;
        if finding != Finding::Holds {
            if !self.lock().strategy.validated(version, finding) {
                return Report::Nothing;
            }
            let affected = self.workshop.mark_estimates(version.tx);
            recorder.aborted(self.stamp(), version, checked);
            return Report::Aborted(version, affected, finding);
        }
        if !last {
            recorder.validation_passed(self.stamp(), version, checked);
            return Report::Nothing;
        }
        // The receipt is filed under the strategy's lock: the next commit may begin right after.
        let mut shared = self.lock();
        if shared.strategy.committed(version) {
            let filed = self.workshop.commit(version);
            recorder.committed(self.stamp(), version, checked);
            if let Err(error) = filed {
                self.end(&mut shared, End::Broken(error));
            } else if shared.waiting > 0 {
                shared.waiting = 0;
                self.wake.notify_all();
            }
        }
        Report::Nothing
    }

    fn finish(self, makespan: u64) -> Run {
        let lanes = self.finished.into_inner().unwrap_or_else(PoisonError::into_inner);
        let counts = lanes.iter().fold(Counts::default(), |sum, lane| Counts {
            executions: sum.executions + lane.counts.executions,
            aborts: sum.aborts + lane.counts.aborts,
            wasted_gas: sum.wasted_gas + lane.counts.wasted_gas,
        });
        let locations = self.workshop.memory.locations();
        Run {
            outcome: self.workshop.outcome(),
            recording: recorder::recording(lanes, locations),
            makespan,
            executions: counts.executions,
            aborts: counts.aborts,
            wasted_gas: counts.wasted_gas,
            fallback: None,
        }
    }
}
