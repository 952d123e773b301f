//! Peaks of memory. Each is taken in a process of its own, because a process never forgets its peak
//! and an allocator never gives everything back.

use std::process::Command;

use anyhow::{Context as _, Result, bail};
use lanescope_executor::run_baseline;
use lanescope_workloads::Prepared;

use super::arguments::{BASELINE, ONCE, Once, Source};
use super::contest::{Runner, pools, start};

/// Peaks of resident memory in KiB: the block with its state, and one run of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Peaks {
    pub(super) sequential: u64,
    pub(super) parallel: u64,
}

impl Peaks {
    pub(super) fn greatest(self, other: Self) -> Self {
        Self {
            sequential: self.sequential.max(other.sequential),
            parallel: self.parallel.max(other.parallel),
        }
    }

    /// Memory over that of one lane.
    pub(super) fn ratio(&self) -> f64 {
        self.parallel as f64 / (self.sequential as f64).max(1.0)
    }
}

/// Runs the block once in a process of its own. `None` where the system does not tell peaks.
pub(super) fn peak(source: &Source, once: Once, lanes: u16) -> Result<Option<u64>> {
    if status("VmHWM:").is_none() {
        return Ok(None);
    }
    let program = std::env::current_exe().context("the program does not find itself")?;
    let mut child = Command::new(program);
    // What reading the block has freed shall not hide what running it needs.
    child.env("MIMALLOC_PURGE_DELAY", "0");
    child.arg("bench").arg("--lanes").arg(lanes.to_string());
    child.arg(format!("--{ONCE}")).arg(match once {
        Once::Baseline => BASELINE.to_owned(),
        Once::Lanes(strategy) => strategy.to_string(),
    });
    match source {
        Source::Given(name) => child.arg("--").arg(name),
        Source::Synthetic(name) => child.arg("--synthetic").arg(name),
    };
    let output = child.output().context("the program cannot start itself")?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("measuring memory failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(Some(text.trim().parse().context("the program does not understand itself")?))
}

/// What the child does: runs the block once and answers its peak.
pub(super) fn run_once(prepared: &Prepared, once: Once, lanes: u16) -> Result<u64> {
    // Forgets the peak so far, which came from reading the block. Where that is not allowed, the
    // peak is of both, for every runner alike.
    std::fs::write("/proc/self/clear_refs", "5").ok();
    match once {
        Once::Baseline => drop(run_baseline(&prepared.block, &prepared.world)?),
        Once::Lanes(strategy) => {
            let runner = Runner { strategy, lanes, traces: false };
            let pools = pools(&[lanes])?;
            let pool = pools.get(&lanes).context("there are no threads for it")?;
            drop(pool.install(|| start(prepared, runner))?);
        }
    }
    status("VmHWM:").context("this system does not tell peaks of memory")
}

/// A line of what Linux says about this process, in KiB.
fn status(field: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
