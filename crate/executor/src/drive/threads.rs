//! Real threads: one loop per lane on the current rayon pool.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use lanescope_protocol::event::FallbackReason;
use lanescope_protocol::strategy::Class;
use lanescope_protocol::{Event, Lane, Settings};

use super::hints::Hints;
use super::lane::LaneLoop;
use super::one_lane::OneLane;
use super::outlook;
use super::raw::{LanesRun, Raw, RawRun};
use super::recorder::{Book, Recorder};
use super::supply;
use super::workshop::Workshop;
use super::{Run, declare};
use crate::block::{Block, BlockError};
use crate::evm::run_baseline;
use crate::strategy::{self, Strategy};
use crate::sync::{AtomicU32, Condvar, Mutex};
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
    /// Whether a block may run on one lane, without a record, where that is faster.
    pub may_run_alone: bool,
}

impl core::fmt::Debug for ThreadsOptions<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("ThreadsOptions").field("record", &self.record).finish_non_exhaustive()
    }
}

/// The longest sleep: whoever is not woken looks for work himself.
const SLEEP: Duration = Duration::from_millis(1);
/// So many sleeps of all lanes without anything to do, and nobody will ever bring any.
const SLEEPS_UNTIL_STUCK: u32 = 200;

/// Runs a block on real threads. `Ok(None)` if it was cancelled.
///
/// Must be called inside a rayon pool; lanes beyond the pool's threads start late, when others end.
pub fn run_on_threads(
    block: Arc<Block>,
    world: Arc<World>,
    settings: &Settings,
    options: ThreadsOptions<'_>,
) -> Result<Option<Run>, BlockError> {
    match race_on_threads(Arc::clone(&block), Arc::clone(&world), settings, options)? {
        Raced::Done(raw) => raw.finish().map(Some),
        Raced::Cancelled => Ok(None),
        Raced::Stuck => run_on_one(block, world, options, FallbackReason::Stuck),
    }
}

/// How a race ended.
#[derive(Debug)]
pub enum Raced {
    /// Every transaction is final.
    Done(Box<RawRun>),
    /// Somebody said so.
    Cancelled,
    /// No lane could go on, which is a mistake in a strategy.
    Stuck,
}

/// Runs a block on real threads and leaves the results as the lanes left them: what is measured.
///
/// Must be called inside a rayon pool; lanes beyond the pool's threads start late, when others end.
pub fn race_on_threads(
    block: Arc<Block>,
    world: Arc<World>,
    settings: &Settings,
    options: ThreadsOptions<'_>,
) -> Result<Raced, BlockError> {
    let start = (options.now)();
    // Another order has another result.
    let in_order = settings.strategy.rules.class() == Class::Exact;
    if options.may_run_alone && in_order && outlook::is_better_alone(&block, &world) {
        let run = Box::new(run_baseline(&block, &world)?);
        let makespan = (options.now)().saturating_sub(start);
        return Ok(Raced::Done(Box::new(RawRun(Raw::Alone { run, block, makespan }))));
    }
    let lanes = settings.lanes.clamp(1, lanescope_protocol::limits::LANES_MAX);
    let floor = Floor::new(block, world, settings, options)?;
    rayon::scope(|scope| {
        for lane in 1..lanes {
            let floor = &floor;
            scope.spawn(move |_| floor.run_lane(Lane(lane as u8)));
        }
        floor.run_lane(Lane(0));
    });
    floor.into_raced()
}

fn run_on_one(
    block: Arc<Block>,
    world: Arc<World>,
    options: ThreadsOptions<'_>,
    reason: FallbackReason,
) -> Result<Option<Run>, BlockError> {
    let start = (options.now)();
    let since_start = || (options.now)().saturating_sub(start);
    let mut lane = OneLane::new(block, world, reason, options.record)?;
    while !lane.step(Some(&since_start))? {
        if options.cancel.load(Ordering::Relaxed) {
            return Ok(None);
        }
    }
    options.sink.batch(lane.take_events());
    Ok(Some(lane.finish(Some(since_start()))))
}

const GOING_ON: u32 = 0;
const OVER: u32 = 1;

/// What the lanes of one run share.
pub(super) struct Floor<'a> {
    pub(super) workshop: Workshop,
    pub(super) strategy: Box<dyn Strategy>,
    pub(super) options: ThreadsOptions<'a>,
    start: u64,
    /// Gas of transactions that are final. Locked by who has the right to commit.
    pub(super) gas_used: Mutex<u64>,
    /// Whether the lanes shall stop.
    end: AtomicU32,
    ended: Mutex<Option<End>>,
    /// Lanes that found nothing to do.
    waiting: AtomicU32,
    /// Counts calls to those who sleep.
    news: Mutex<u32>,
    wake: Condvar,
    book: Arc<Book>,
    finished: Mutex<Vec<Recorder>>,
}

/// Why a run is over.
pub(super) enum End {
    /// The makespan in nanoseconds.
    Done(u64),
    Cancelled,
    Broken(BlockError),
    Stuck,
}

impl<'a> Floor<'a> {
    pub(super) fn new(
        block: Arc<Block>,
        world: Arc<World>,
        settings: &Settings,
        options: ThreadsOptions<'a>,
    ) -> Result<Self, BlockError> {
        // What is supplied was there before.
        let hints = Hints::new(&block, &world, settings)?;
        let supply = supply::on_threads(&block, &world, settings, options)?;
        let start = (options.now)();
        let lanes = settings.lanes.clamp(1, lanescope_protocol::limits::LANES_MAX);
        let rules = &settings.strategy.rules;
        let declared = declare::declare(&block, &world, rules)?;
        let plan = outlook::plan(&block, &world, outlook::batches(&block, lanes));
        let plan = hints.put_into(plan, rules);
        let plan = declare::plan_for(&block, declared.as_ref(), plan);
        Ok(Self {
            strategy: strategy::build(rules, lanes, plan),
            workshop: Workshop::new(block, world, strategy::manner(rules), options.record)?
                .under(declared)
                .supplied(supply),
            options,
            start,
            gas_used: Mutex::new(0),
            end: AtomicU32::new(GOING_ON),
            ended: Mutex::new(None),
            waiting: AtomicU32::new(0),
            news: Mutex::new(0),
            wake: Condvar::new(),
            book: Arc::new(Book::default()),
            finished: Mutex::new(Vec::new()),
        })
    }

    pub(super) fn run_lane(&self, lane: Lane) {
        let mut recorder = Recorder::new(lane, self.options.record, Arc::clone(&self.book));
        if lane == Lane(0) && self.workshop.open_list(&mut recorder) {
            self.end(End::Done(0));
        }
        let mut recorder = LaneLoop::new(self, lane, recorder).run();
        self.options.sink.batch(recorder.unsent());
        self.finished.lock().unwrap_or_else(PoisonError::into_inner).push(recorder);
    }

    /// Nanoseconds since the run began.
    pub(super) fn now(&self) -> u64 {
        (self.options.now)().saturating_sub(self.start)
    }

    pub(super) fn is_over(&self) -> bool {
        self.end.load(Ordering::SeqCst) != GOING_ON
    }

    /// Ends the run; the first reason counts.
    pub(super) fn end(&self, why: End) {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
        self.end.store(OVER, Ordering::SeqCst);
        self.call();
    }

    /// Says that a lane has nothing to do. It must look once more afterwards, before it sleeps:
    /// who brings work looks for waiting lanes only after he has brought it.
    pub(super) fn begin_wait(&self) {
        self.waiting.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn end_wait(&self) {
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }

    /// Whether there is anything for a lane that waits.
    pub(super) fn has_work(&self) -> bool {
        self.is_over() || self.strategy.work() > 0
    }

    /// Sleeps until there may be something to do. Answers whether anybody called.
    pub(super) fn sleep(&self) -> bool {
        let news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        if self.has_work() {
            return true;
        }
        let before = *news;
        let (news, _) = self.wake.wait_timeout(news, SLEEP).unwrap_or_else(PoisonError::into_inner);
        *news != before
    }

    /// Wakes lanes, if there is more to do than the caller will do himself.
    pub(super) fn share(&self) {
        if self.waiting.load(Ordering::SeqCst) > 0 && self.strategy.work() > 1 {
            self.call();
        }
    }

    fn call(&self) {
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        *news = news.wrapping_add(1);
        drop(news);
        self.wake.notify_all();
    }

    /// Whether everybody has waited in vain for so many sleeps of this lane.
    pub(super) fn is_stuck(&self, sleeps: u32) -> bool {
        sleeps >= SLEEPS_UNTIL_STUCK
            && self.waiting.load(Ordering::SeqCst) as usize
                >= rayon::current_num_threads().min(usize::from(u16::MAX))
    }

    pub(super) fn into_raced(self) -> Result<Raced, BlockError> {
        let ended = self.ended.into_inner().unwrap_or_else(PoisonError::into_inner);
        match ended {
            Some(End::Done(makespan)) => {
                let lanes = self.finished.into_inner().unwrap_or_else(PoisonError::into_inner);
                let workshop = self.workshop;
                let run = LanesRun { workshop, lanes, makespan };
                let raw = RawRun(Raw::Lanes(Box::new(run)));
                Ok(Raced::Done(Box::new(raw)))
            }
            Some(End::Cancelled) => Ok(Raced::Cancelled),
            Some(End::Broken(error)) => Err(error),
            Some(End::Stuck) | None => Ok(Raced::Stuck),
        }
    }
}
