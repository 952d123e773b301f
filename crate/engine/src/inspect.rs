//! One transaction opcode by opcode: up to it in slices, then the transaction itself.

use lanescope_protocol::steps::Seen;
use lanescope_protocol::{Report, Scenario, TxIndex};

use crate::host::Host;
use crate::session::{Running, Session, Stop};

/// What is shown while the transactions before it run.
const UP_TO_IT: &str = "the transactions before it, on one lane";

impl<H: Host> Session<H> {
    /// Runs a transaction on what an incarnation of it saw. `seen` is a [`Seen`] as bytes.
    pub(crate) async fn inspect(
        &self,
        asked: &Running,
        scenario: Scenario,
        tx: TxIndex,
        seen: &[u8],
    ) -> Result<(), Stop> {
        let seen = Seen::decode(seen).map_err(Stop::rejected)?;
        let world = self.world_of(&scenario);
        let prepared = self
            .in_background(move || lanescope_workloads::prepare(&scenario, world))
            .await
            .map_err(Stop::rejected)?;
        asked.check()?;
        let run = self.one_lane_until(asked, &prepared, tx.get(), UP_TO_IT).await?;
        let Some(before) = run.into_before() else {
            return Err(Stop::Rejected(format!("there is no {tx} in this block")));
        };
        let bytes = self.in_background(move || before.inspect(&seen).encode()).await;
        asked.check()?;
        self.host.post(&Report::Inspected { question: asked.run }, Some(&bytes));
        Ok(())
    }
}
