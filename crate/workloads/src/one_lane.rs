//! What a block takes on one lane: what every speed-up is measured against.

use std::sync::Arc;

use lanescope_executor::{BlockError, GasClockRun, Outcome};
use lanescope_protocol::{Clock, Costs, Settings, StrategyName};

use crate::prepare::Prepared;

/// Executions between two looks at whether the block is done.
const STEPS: usize = 1_024;

/// How to run the block on one lane with the same costs: its makespan is what a run under `settings`
/// is compared with on the gas clock. `None` where nothing costs anything beside gas: then the
/// block's gas is the answer, and nothing has to run.
#[must_use]
pub fn one_lane_settings(settings: &Settings) -> Option<Settings> {
    (settings.costs != Costs::default()).then(|| Settings {
        strategy: StrategyName::Sequential.into(),
        lanes: 1,
        clock: Clock::Gas,
        faults: Vec::new(),
        ..settings.clone()
    })
}

/// Ticks of the gas clock that the block takes on one lane with the costs of `settings` and without
/// faults. `outcome` is the block's result on one lane.
///
/// Fails if the block cannot run, which its outcome rules out.
pub fn sequential_ticks(
    prepared: &Prepared,
    settings: &Settings,
    outcome: &Outcome,
) -> Result<u64, BlockError> {
    let Some(settings) = one_lane_settings(settings) else { return Ok(outcome.gas_used) };
    let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
    let mut run = GasClockRun::new(block, world, &settings)?;
    while !run.advance(STEPS)? {}
    Ok(run.finish()?.makespan)
}

#[cfg(test)]
mod tests {
    use lanescope_executor::run_sequential;
    use lanescope_protocol::scenario::Recipe;

    use super::*;

    #[test]
    fn without_costs_it_is_the_gas_and_with_costs_what_one_lane_takes() {
        let recipe = Recipe { workload: "dex".to_owned(), ..Recipe::default() };
        let scenario = crate::compose(&recipe).unwrap();
        let prepared = crate::prepare(&scenario, None).unwrap();
        let outcome = run_sequential(&prepared.block, &prepared.world).unwrap();
        let plain = Settings { lanes: 16, ..Settings::default() };
        assert_eq!(one_lane_settings(&plain), None);
        assert_eq!(sequential_ticks(&prepared, &plain, &outcome).unwrap(), outcome.gas_used);

        let costs = Costs { cold_read: 2_100, validation: 300, commit: 50 };
        let faults = vec!["crash:lane=9,at=5".parse().unwrap()];
        let costly = Settings { costs, faults, ..plain };
        let twin = one_lane_settings(&costly).unwrap();
        assert_eq!((twin.lanes, twin.costs, twin.faults.len()), (1, costs, 0));
        let ticks = sequential_ticks(&prepared, &costly, &outcome).unwrap();
        assert!(ticks >= outcome.gas_used);
    }
}
