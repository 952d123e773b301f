//! What tests across crates share: where things are, and how to run a block every way there is.

mod invariants;
mod state_tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use lanescope_executor::{
    BlockError, GasClockRun, NoSink, Outcome, Run, ThreadsOptions, run_on_threads,
};
use lanescope_protocol::{Clock, Settings, Trace};
use lanescope_workloads::Prepared;

pub use invariants::{check_faults, check_invariants, check_repeats, overlapping_conflict};
pub use state_tests::state_test_files;

/// Runs a block as the settings say, and puts the trace together. `sequential` is its result on one
/// lane.
pub fn trace(
    prepared: &Prepared,
    sequential: &Outcome,
    settings: &Settings,
) -> Result<Trace, BlockError> {
    let run = run(prepared, settings)?;
    Ok(lanescope_workloads::trace(prepared, settings, sequential, sequential.gas_used, run))
}

/// The root of the work tree.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Real blocks, sorted by size, smallest first. Empty, and said loudly, where they are missing:
/// they are not part of the project.
#[must_use]
pub fn mainnet_files() -> Vec<PathBuf> {
    let folder = std::env::var_os("LANESCOPE_MAINNET_DIR")
        .map_or_else(|| root().join("../shared/mainnet"), PathBuf::from);
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_string_lossy().ends_with(".json.gz"))
        .collect();
    files.sort_by_key(|path| (path.metadata().map_or(0, |meta| meta.len()), path.clone()));
    if files.is_empty() {
        eprintln!(
            "SKIPPED: no real blocks in {}: set LANESCOPE_MAINNET_DIR to a folder that has some",
            folder.display()
        );
    }
    files
}

/// Runs a block as the settings say.
pub fn run(prepared: &Prepared, settings: &Settings) -> Result<Run, BlockError> {
    let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
    match settings.clock {
        Clock::Gas => {
            let mut run = GasClockRun::new(block, world, settings)?;
            while !run.advance(256)? {}
            run.finish()
        }
        Clock::Threads => {
            let start = Instant::now();
            let options = ThreadsOptions {
                now: &|| start.elapsed().as_nanos() as u64,
                sink: &NoSink,
                cancel: &AtomicBool::new(false),
                record: true,
                may_run_alone: false,
            };
            let threads = usize::from(settings.lanes);
            let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(threads).build() else {
                return Err(BlockError::SystemCall {
                    contract: "none".to_owned(),
                    reason: "the system gives no threads".to_owned(),
                });
            };
            // Nobody cancels, so there is a run.
            pool.install(|| run_on_threads(block, world, settings, options))
                .map(Option::unwrap_or_default)
        }
    }
}
