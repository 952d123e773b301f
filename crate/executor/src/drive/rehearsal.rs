//! What a block will read and write, found out by running it once on one lane: what senders declare,
//! what producers ship, who depends on whom.

use std::sync::Arc;

use lanescope_protocol::strategy::{Balances, BlockStm};
use lanescope_protocol::{Rules, Settings};

use super::{GasClockRun, Run};
use crate::block::{Block, BlockError};
use crate::world::World;

/// Executions between two looks at whether the block is done.
const STEPS: usize = 1_024;

/// Runs the block on one lane of the gas clock and records every access. `balances` says which
/// accesses of accounts count as reads.
pub(super) fn rehearse(
    block: &Arc<Block>,
    world: &Arc<World>,
    balances: Balances,
) -> Result<Run, BlockError> {
    let rules = Rules::BlockStm(BlockStm { balances, ..BlockStm::default() });
    let settings = Settings { strategy: rules.into(), lanes: 1, ..Settings::default() };
    let mut run = GasClockRun::new(Arc::clone(block), Arc::clone(world), &settings)?;
    while !run.advance(STEPS)? {}
    run.finish()
}
