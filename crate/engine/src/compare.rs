//! One scenario under many settings, on the gas clock.

use std::sync::Arc;

use lanescope_executor::Outcome;
use lanescope_protocol::{Clock, Report, Scenario, Settings};
use lanescope_workloads::Prepared;

use crate::host::Host;
use crate::session::{Running, Session, Stop};

impl<H: Host> Session<H> {
    /// Runs the scenario under each of the settings and sends what its numbers need.
    pub(crate) async fn compare(
        &self,
        running: &Running,
        scenario: Scenario,
        settings: Vec<Settings>,
    ) -> Result<(), Stop> {
        let world = self.world_of(&scenario);
        let prepared = self
            .in_background(move || lanescope_workloads::prepare(&scenario, world))
            .await
            .map_err(Stop::rejected)?;
        running.check()?;
        let prepared = Arc::new(prepared);
        let one_lane = Arc::new(self.one_lane(running, &prepared).await?);
        let total = settings.len() as u32;
        for (index, settings) in (0_u32..).zip(settings) {
            let (run, left) = (running.run, total - index - 1);
            let settings = Settings { clock: Clock::Gas, ..settings };
            match self.compare_one(running, &prepared, &one_lane, settings).await {
                Ok(bytes) => {
                    running.check()?;
                    self.host.post(&Report::Compared { run, index, left }, Some(&bytes));
                }
                Err(Stop::Rejected(message)) => {
                    self.post(&Report::NotCompared { run, index, left, message });
                }
                Err(Stop::Cancelled) => return Err(Stop::Cancelled),
            }
        }
        Ok(())
    }

    /// One of the runs: its trace without accesses, as bytes.
    async fn compare_one(
        &self,
        running: &Running,
        prepared: &Arc<Prepared>,
        one_lane: &Arc<Outcome>,
        settings: Settings,
    ) -> Result<Vec<u8>, Stop> {
        settings.check().map_err(Stop::rejected)?;
        let run = self.lanes(running, prepared, &settings).await?;
        let (prepared, one_lane) = (Arc::clone(prepared), Arc::clone(one_lane));
        let work = move || {
            let ticks = one_lane.gas_used;
            let mut trace = lanescope_workloads::trace(&prepared, &settings, &one_lane, ticks, run);
            trace.accesses.clear();
            trace.encode()
        };
        Ok(self.in_background(work).await)
    }
}
