//! One run of a block, to its end.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use lanescope_executor::{
    Block, BlockError, GasClockRun, NoSink, Run, ThreadsOptions, World, run_on_threads,
};
use lanescope_protocol::Settings;

/// On the gas clock.
pub fn gas_clock(
    block: &Arc<Block>,
    world: &Arc<World>,
    settings: &Settings,
) -> Result<Run, BlockError> {
    let mut run = GasClockRun::new(Arc::clone(block), Arc::clone(world), settings)?;
    while !run.advance(64)? {}
    run.finish()
}

/// On as many real threads as there are lanes.
pub fn threads(
    block: &Arc<Block>,
    world: &Arc<World>,
    settings: &Settings,
) -> Result<Run, BlockError> {
    let start = Instant::now();
    let options = ThreadsOptions {
        now: &|| start.elapsed().as_nanos() as u64,
        sink: &NoSink,
        cancel: &AtomicBool::new(false),
        record: true,
        may_run_alone: false,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(settings.lanes.into()).build().unwrap();
    pool.install(|| run_on_threads(Arc::clone(block), Arc::clone(world), settings, options))
        .map(Option::unwrap)
}
