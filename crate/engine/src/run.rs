//! A run, from the scenario to the trace, in slices between which the event loop turns.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use lanescope_executor::{GasClockRun, Outcome, Run, SequentialRun};
use lanescope_protocol::{Clock, Event, Report, Scenario, Settings};
use lanescope_workloads::Prepared;

use crate::clock;
use crate::host::{CAN_HAVE_THREADS, Host};
use crate::session::{Running, Session, Stop};

/// Length of a slice in nanoseconds: half a frame.
const SLICE_NS: u64 = 8_000_000;
/// Nanoseconds between two batches of events: a frame.
const BATCH_NS: u64 = 16_000_000;
/// Nanoseconds between two words about progress.
const PROGRESS_NS: u64 = 50_000_000;
/// Steps of the gas clock between two looks at the real one.
const STEPS: usize = 32;

/// What is shown while the block runs on one lane.
const ONE_LANE: &str = "one lane, to compare with";

/// Who hears of events while a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Audience {
    /// The page.
    Page,
    /// Nobody: only the end counts.
    Nobody,
}

impl<H: Host> Session<H> {
    pub(crate) async fn run(
        &self,
        running: &Running,
        scenario: Scenario,
        settings: Settings,
    ) -> Result<(), Stop> {
        settings.check().map_err(Stop::rejected)?;
        self.check_threads(&settings)?;
        let world = self.world_of(&scenario);
        let prepared = self
            .in_background(move || lanescope_workloads::prepare(&scenario, world))
            .await
            .map_err(Stop::rejected)?;
        running.check()?;
        let prepared = Arc::new(prepared);
        match settings.clock {
            Clock::Gas => self.run_on_gas(running, prepared, settings).await,
            Clock::Threads => self.run_on_threads(running, prepared, settings).await,
        }
    }

    fn check_threads(&self, settings: &Settings) -> Result<(), Stop> {
        let (lanes, threads) = (settings.lanes, self.host.threads());
        if settings.clock == Clock::Gas || threads >= lanes {
            return Ok(());
        }
        Err(Stop::Rejected(if threads == 0 {
            "this page is not isolated from other sites, so the browser gives it no threads: choose the gas clock".to_owned()
        } else {
            format!(
                "there are {threads} real threads here, too few for {lanes} lanes: choose fewer lanes, or the gas clock"
            )
        }))
    }

    async fn run_on_gas(
        &self,
        running: &Running,
        prepared: Arc<Prepared>,
        settings: Settings,
    ) -> Result<(), Stop> {
        self.post(&Report::Started { run: running.run });
        let one_lane = self.one_lane(running, &prepared).await?;
        let ticks = self.one_lane_ticks(running, &prepared, &settings, &one_lane).await?;
        let run = self.lanes(running, &prepared, &settings, Audience::Page).await?;
        let rejected = run.rejected.is_some();
        let one_lane = Arc::new(one_lane);
        self.finish(running, &prepared, settings.clone(), &one_lane, ticks, run).await?;
        if CAN_HAVE_THREADS && self.host.threads() > 0 && !rejected {
            self.measure(running, &prepared, settings).await?;
        }
        Ok(())
    }

    /// Runs the block on one lane: what everything else is compared with.
    pub(crate) async fn one_lane(
        &self,
        running: &Running,
        prepared: &Prepared,
    ) -> Result<Outcome, Stop> {
        let all = prepared.block.transactions.len();
        Ok(self.one_lane_until(running, prepared, all, ONE_LANE).await?.finish())
    }

    /// Runs so many transactions of the block on one lane. `stage` is shown meanwhile.
    pub(crate) async fn one_lane_until(
        &self,
        running: &Running,
        prepared: &Prepared,
        until: usize,
        stage: &str,
    ) -> Result<SequentialRun, Stop> {
        let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
        let total = until as u32;
        let mut run = SequentialRun::new(block, world).map_err(Stop::rejected)?;
        let mut told = clock::now();
        let mut slice = told;
        while run.done() < until.min(prepared.block.transactions.len()) {
            run.step().map_err(Stop::rejected)?;
            let now = clock::now();
            if now.saturating_sub(slice) < SLICE_NS {
                continue;
            }
            if now.saturating_sub(told) >= PROGRESS_NS {
                told = now;
                self.post(&Report::Progress {
                    run: running.run,
                    stage: stage.to_owned(),
                    done: run.done() as u32,
                    total,
                });
            }
            self.turn(running).await?;
            slice = clock::now();
        }
        Ok(run)
    }

    /// Runs the block on the lanes of the gas clock and streams what happens, if anybody listens.
    pub(crate) async fn lanes(
        &self,
        running: &Running,
        prepared: &Prepared,
        settings: &Settings,
        audience: Audience,
    ) -> Result<Run, Stop> {
        let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
        let mut run = GasClockRun::new(block, world, settings).map_err(Stop::rejected)?;
        let mut slice = clock::now();
        let mut sent = slice;
        while !run.advance(STEPS).map_err(Stop::rejected)? {
            let now = clock::now();
            if audience == Audience::Page && now.saturating_sub(sent) >= BATCH_NS {
                sent = now;
                self.post_events(running, &run.take_events());
            }
            if now.saturating_sub(slice) >= SLICE_NS {
                self.turn(running).await?;
                slice = clock::now();
            }
        }
        if audience == Audience::Page {
            self.post_events(running, &run.take_events());
        }
        run.finish().map_err(Stop::rejected)
    }

    /// Lets the event loop turn; then ends the run if that is what has arrived.
    pub(crate) async fn turn(&self, running: &Running) -> Result<(), Stop> {
        self.host.pause().await;
        running.check()
    }

    pub(crate) fn post_events(&self, running: &Running, events: &[Event]) {
        if events.is_empty() || running.cancelled.load(Ordering::Relaxed) {
            return;
        }
        let mut bytes = Vec::with_capacity(events.len() * lanescope_protocol::event::EVENT_BYTES);
        events.iter().for_each(|event| event.encode(&mut bytes));
        self.host.post(&Report::Events { run: running.run }, Some(&bytes));
    }

    /// Compares, puts the trace together and sends it.
    pub(crate) async fn finish(
        &self,
        running: &Running,
        prepared: &Arc<Prepared>,
        settings: Settings,
        one_lane: &Arc<Outcome>,
        ticks: u64,
        run: Run,
    ) -> Result<(), Stop> {
        let (prepared, one_lane) = (Arc::clone(prepared), Arc::clone(one_lane));
        let work = move || {
            lanescope_workloads::trace(&prepared, &settings, &one_lane, ticks, run).encode()
        };
        let bytes = self.in_background(work).await;
        running.check()?;
        self.host.post(&Report::Finished { run: running.run }, Some(&bytes));
        Ok(())
    }
}
