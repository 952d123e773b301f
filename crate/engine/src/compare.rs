//! One scenario under many settings, on the gas clock.

use std::sync::Arc;

use lanescope_executor::Outcome;
use lanescope_protocol::{Clock, Costs, Report, Scenario, Settings};
use lanescope_workloads::{Prepared, one_lane_settings};

use crate::host::Host;
use crate::run::Audience;
use crate::session::{Running, Session, Stop};

/// A block with what all of its runs are compared with.
struct Contest {
    prepared: Arc<Prepared>,
    one_lane: Arc<Outcome>,
    /// What it takes on one lane, for each choice of costs that has come up.
    ticks: Vec<(Costs, u64)>,
}

impl<H: Host> Session<H> {
    /// Runs the scenario under each of the settings and sends what its numbers need.
    pub(crate) async fn compare(
        &self,
        running: &Running,
        scenario: Scenario,
        settings: Vec<Settings>,
    ) -> Result<(), Stop> {
        if settings.is_empty() {
            return Err(Stop::Rejected("choose at least one strategy to compare".to_owned()));
        }
        let world = self.world_of(&scenario);
        let prepared = self
            .in_background(move || lanescope_workloads::prepare(&scenario, world))
            .await
            .map_err(Stop::rejected)?;
        running.check()?;
        let one_lane = Arc::new(self.one_lane(running, &prepared).await?);
        let mut contest = Contest { prepared: Arc::new(prepared), one_lane, ticks: Vec::new() };
        let total = settings.len() as u32;
        for (index, settings) in (0_u32..).zip(settings) {
            let (run, left) = (running.run, total - index - 1);
            let settings = Settings { clock: Clock::Gas, ..settings };
            let stage = format!("{} on {} lanes", settings.strategy.title(), settings.lanes);
            self.post(&Report::Progress { run, stage, done: index, total });
            match self.compare_one(running, &mut contest, settings).await {
                Ok(bytes) => {
                    running.check()?;
                    self.host.post(&Report::Compared { run, index, left }, Some(&bytes));
                }
                Err(Stop::Rejected(message)) => {
                    self.post(&Report::NotCompared { run, index, left, message });
                }
                Err(Stop::Cancelled) => return Err(Stop::Cancelled),
            }
            // Runs may be shorter than a slice, but there are many.
            self.turn(running).await?;
        }
        Ok(())
    }

    /// One of the runs: its abridged trace as bytes.
    async fn compare_one(
        &self,
        running: &Running,
        contest: &mut Contest,
        settings: Settings,
    ) -> Result<Vec<u8>, Stop> {
        settings.check().map_err(Stop::rejected)?;
        let known = contest.ticks.iter().find(|(costs, _)| *costs == settings.costs);
        let ticks = match known {
            Some((_, ticks)) => *ticks,
            None => {
                let (prepared, one_lane) = (&contest.prepared, &contest.one_lane);
                let ticks = self.one_lane_ticks(running, prepared, &settings, one_lane).await?;
                contest.ticks.push((settings.costs, ticks));
                ticks
            }
        };
        let run = self.lanes(running, &contest.prepared, &settings, Audience::Nobody).await?;
        let (prepared, one_lane) = (Arc::clone(&contest.prepared), Arc::clone(&contest.one_lane));
        let work = move || {
            let mut trace = lanescope_workloads::trace(&prepared, &settings, &one_lane, ticks, run);
            trace.abridge();
            trace.encode()
        };
        Ok(self.in_background(work).await)
    }

    /// Ticks of the block on one lane with the same costs, in slices.
    pub(crate) async fn one_lane_ticks(
        &self,
        running: &Running,
        prepared: &Prepared,
        settings: &Settings,
        one_lane: &Outcome,
    ) -> Result<u64, Stop> {
        match one_lane_settings(settings) {
            None => Ok(one_lane.gas_used),
            Some(twin) => {
                Ok(self.lanes(running, prepared, &twin, Audience::Nobody).await?.makespan)
            }
        }
    }
}
