//! One run under one strategy, natively, and its trace.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use anyhow::{Context as _, Result};
use lanescope_executor::{
    GasClockRun, NoSink, Outcome, Run, ThreadsOptions, run_on_threads, run_sequential,
};
use lanescope_protocol::{Clock, Settings, Trace};
use lanescope_workloads::{Prepared, sequential_ticks};

/// How many steps of the gas clock at a time: there is nobody to give way to.
const STEPS: usize = 1024;

/// Runs the block on one lane. Answers the result and the nanoseconds it took.
pub(crate) fn one_lane(prepared: &Prepared) -> Result<(Outcome, u64)> {
    let start = Instant::now();
    let outcome = run_sequential(&prepared.block, &prepared.world)?;
    Ok((outcome, start.elapsed().as_nanos() as u64))
}

/// Runs the block as the settings say.
pub(crate) fn race(prepared: &Prepared, settings: &Settings) -> Result<Run> {
    let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
    match settings.clock {
        Clock::Gas => {
            let mut run = GasClockRun::new(block, world, settings)?;
            while !run.advance(STEPS)? {}
            Ok(run.finish()?)
        }
        Clock::Threads => {
            let start = Instant::now();
            let cancel = AtomicBool::new(false);
            let options = ThreadsOptions {
                now: &|| start.elapsed().as_nanos() as u64,
                sink: &NoSink,
                cancel: &cancel,
                record: true,
                may_run_alone: false,
            };
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(usize::from(settings.lanes))
                .build()
                .context("the system gives no threads")?;
            let run = pool.install(|| run_on_threads(block, world, settings, options))?;
            run.context("the run was cancelled")
        }
    }
}

/// Runs the block as the settings say, and on one lane, and puts the trace together.
pub(crate) fn record(prepared: &Prepared, settings: &Settings) -> Result<Trace> {
    let (sequential, nanos) = one_lane(prepared)?;
    let run = race(prepared, settings)?;
    let ticks = match settings.clock {
        Clock::Gas => sequential_ticks(prepared, settings, &sequential)?,
        Clock::Threads => nanos,
    };
    Ok(lanescope_workloads::trace(prepared, settings, &sequential, ticks, run))
}
