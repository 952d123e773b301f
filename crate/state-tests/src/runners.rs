//! Every way in which this project runs a block.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use lanescope_executor::{
    Block, BlockError, GasClockRun, NoSink, Outcome, Run, ThreadsOptions, World, run_on_threads,
    run_sequential,
};
use lanescope_protocol::{Clock, Settings};
use rayon::{ThreadPool, ThreadPoolBuilder};

/// The system gives no threads, or fewer than asked for.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no {0} threads: {1}")]
pub struct NoThreads(u16, String);

/// How a run went.
#[derive(Debug)]
pub(crate) enum Ran {
    /// It has a result.
    Done(Box<Outcome>),
    /// The block holds a transaction that cannot be in it.
    Refused(String),
    /// There was no answer at all.
    Broke(String),
}

/// What a run cost, for the summary.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Effort {
    pub(crate) aborts: u64,
    pub(crate) fell_back: bool,
}

/// Threads to run blocks on, kept from one block to the next.
#[derive(Debug)]
pub(crate) struct Runners {
    pools: Vec<(u16, ThreadPool)>,
}

impl Runners {
    /// Pools for these numbers of lanes.
    pub(crate) fn new(lanes: &[u16]) -> Result<Self, NoThreads> {
        let pools = lanes.iter().map(|lanes| {
            let pool = ThreadPoolBuilder::new().num_threads(usize::from(*lanes)).build();
            pool.map(|pool| (*lanes, pool)).map_err(|error| NoThreads(*lanes, error.to_string()))
        });
        Ok(Self { pools: pools.collect::<Result<_, _>>()? })
    }

    /// Runs a block under Block-STM on both clocks with every number of lanes.
    pub(crate) fn each(
        &self,
        block: &Arc<Block>,
        world: &Arc<World>,
        mut hear: impl FnMut(&str, Ran, Effort),
    ) {
        for (lanes, pool) in &self.pools {
            for clock in [Clock::Gas, Clock::Threads] {
                let settings = Settings { lanes: *lanes, clock, ..Settings::default() };
                let mut effort = Effort::default();
                let ran = guard(|| {
                    let run = parallel(block, world, &settings, pool)?;
                    effort =
                        Effort { aborts: u64::from(run.aborts), fell_back: run.fallback.is_some() };
                    Ok(run.outcome)
                });
                let plural = if *lanes == 1 { "" } else { "s" };
                hear(&format!("block-stm, {lanes} lane{plural}, {clock} clock"), ran, effort);
            }
        }
    }
}

/// Runs a block with the oracle.
pub(crate) fn one_lane(block: &Arc<Block>, world: &Arc<World>) -> Ran {
    guard(|| run_sequential(block, world))
}

fn parallel(
    block: &Arc<Block>,
    world: &Arc<World>,
    settings: &Settings,
    pool: &ThreadPool,
) -> Result<Run, BlockError> {
    let (block, world) = (Arc::clone(block), Arc::clone(world));
    if settings.clock == Clock::Gas {
        let mut run = GasClockRun::new(block, world, settings)?;
        while !run.advance(1024)? {}
        return run.finish();
    }
    let start = Instant::now();
    let options = ThreadsOptions {
        now: &|| start.elapsed().as_nanos() as u64,
        sink: &NoSink,
        cancel: &AtomicBool::new(false),
        record: true,
        may_run_alone: false,
    };
    // Nobody cancels, so there is a run.
    let run = pool.install(|| run_on_threads(block, world, settings, options))?;
    Ok(run.unwrap_or_default())
}

/// A panic is a wrong answer like others, and must not end the whole suite.
fn guard(run: impl FnOnce() -> Result<Outcome, BlockError>) -> Ran {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(outcome)) => Ran::Done(Box::new(outcome)),
        Ok(Err(error)) => Ran::Refused(error.to_string()),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
            Ran::Broke(text.unwrap_or("something that is no text").to_owned())
        }
    }
}
