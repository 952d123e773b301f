//! One block, every runner, by turns. What is inside the timer is decided here and nowhere else:
//! everything from the call of a runner to its result, and the dropping of that result; for the
//! baseline too. Outside: reading the block, starting threads, comparing results.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use lanescope_executor::{
    NoSink, Outcome, Raced, RawRun, ThreadsOptions, difference, race_on_threads, run_baseline,
    run_sequential,
};
use lanescope_protocol::{Clock, Settings, Strategy};
use lanescope_workloads::Prepared;
use rayon::ThreadPool;

/// A pool of threads for each number of lanes.
pub(super) type Pools = BTreeMap<u16, ThreadPool>;

/// Long enough for idle threads to fall asleep. The system counts a thread's time only then.
const QUIET: Duration = Duration::from_millis(2);

/// A block and what it must come to.
pub(super) struct Contest<'a> {
    prepared: &'a Prepared,
    expected: Outcome,
    pools: &'a Pools,
}

/// One run of one runner.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sample {
    /// Milliseconds on the clock of the wall.
    pub(super) wall_ms: f64,
    /// Milliseconds of all processors together; 0 where the system does not tell.
    pub(super) cpu_ms: f64,
    /// Incarnations that ran to their end.
    pub(super) executions: u32,
    /// Incarnations whose result was thrown away.
    pub(super) aborts: u32,
    /// It went to one lane, because that is faster.
    pub(super) alone: bool,
}

/// A runner besides the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Runner {
    pub(super) strategy: Strategy,
    pub(super) lanes: u16,
    /// Whether it records a trace.
    pub(super) traces: bool,
}

impl<'a> Contest<'a> {
    /// Runs the oracle, which every other result is compared with.
    pub(super) fn new(prepared: &'a Prepared, pools: &'a Pools) -> Result<Self> {
        let expected = run_sequential(&prepared.block, &prepared.world)?;
        crate::verify::check_header(prepared, &expected)?;
        Ok(Self { prepared, expected, pools })
    }

    pub(super) fn gas_used(&self) -> u64 {
        self.expected.gas_used
    }

    /// Runs the baseline once, on a thread of a pool like the others.
    pub(super) fn baseline(&self) -> Result<Sample> {
        let (block, world) = (&self.prepared.block, &self.prepared.world);
        let pool = self.pools.values().next().context("there are no threads")?;
        pool.install(|| {
            let mut watch = Stopwatch::default();
            let run = watch.time(|| run_baseline(block, world))?;
            let executions = run.results.len() as u32;
            self.check(&run.outcome(block)?, "plain revm on one lane")?;
            watch.time(|| drop(run));
            Ok(watch.sample(executions, 0))
        })
    }

    /// Runs another runner once, from a thread of its pool.
    pub(super) fn run(&self, runner: Runner) -> Result<Sample> {
        let pool = self.pools.get(&runner.lanes).context("there are no threads for it")?;
        pool.install(|| {
            let mut watch = Stopwatch::default();
            let run = watch.time(|| start(self.prepared, runner))?;
            let (executions, aborts) = (run.executions(), run.aborts());
            let alone = run.fallback().is_some();
            let name = format!("{} on {} lanes", runner.strategy, runner.lanes);
            self.check(&run.outcome()?, &name)?;
            watch.time(|| drop(run));
            Ok(Sample { alone, ..watch.sample(executions, aborts) })
        })
    }

    fn check(&self, found: &Outcome, who: &str) -> Result<()> {
        match difference(&self.expected, found) {
            None => Ok(()),
            Some(difference) => bail!("{who} differs from sequential execution: {difference}"),
        }
    }
}

/// Runs the block on the threads of the current pool.
pub(super) fn start(prepared: &Prepared, runner: Runner) -> Result<Box<RawRun>> {
    let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
    let settings = Settings {
        strategy: runner.strategy,
        lanes: runner.lanes,
        clock: Clock::Threads,
        ..Settings::default()
    };
    let (begin, cancel) = (Instant::now(), AtomicBool::new(false));
    let options = ThreadsOptions {
        now: &|| begin.elapsed().as_nanos() as u64,
        sink: &NoSink,
        cancel: &cancel,
        record: runner.traces,
        may_run_alone: true,
    };
    match race_on_threads(block, world, &settings, options)? {
        Raced::Done(run) => Ok(run),
        Raced::Cancelled | Raced::Stuck => bail!("the run did not come to its end"),
    }
}

/// Starts a pool for each number of lanes.
pub(super) fn pools(lanes: &[u16]) -> Result<Pools> {
    let pools = lanes.iter().map(|lanes| {
        let builder = rayon::ThreadPoolBuilder::new().num_threads(usize::from(*lanes));
        Ok((*lanes, builder.build().context("the system gives no threads")?))
    });
    pools.collect()
}

/// Adds up the times of several pieces of work.
#[derive(Debug, Default)]
struct Stopwatch {
    wall: Duration,
    cpu: Duration,
}

impl Stopwatch {
    fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        sleep(QUIET);
        let cpu = processor_time();
        let wall = Instant::now();
        let result = work();
        self.wall += wall.elapsed();
        sleep(QUIET);
        self.cpu += processor_time().saturating_sub(cpu);
        result
    }

    fn sample(&self, executions: u32, aborts: u32) -> Sample {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        Sample {
            wall_ms: milliseconds(self.wall),
            cpu_ms: milliseconds(self.cpu),
            executions,
            aborts,
            alone: false,
        }
    }
}

/// What all threads of this process have used so far.
#[cfg(unix)]
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

#[cfg(not(unix))]
fn processor_time() -> Duration {
    Duration::ZERO
}
