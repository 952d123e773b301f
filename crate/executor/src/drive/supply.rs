//! What a producer supplies with a block before it runs: its access list (EIP-7928), honest or not.
//!
//! The list cannot come from nowhere: its producer has to execute the block first, on one lane or
//! under Block-STM. What that takes is told apart from the run.

use std::sync::Arc;

use lanescope_protocol::strategy::{AccessList, BlockStm, Producer, Tamper};
use lanescope_protocol::{Costs, Rules, Settings, Version};
use revm::primitives::hardfork::SpecId;

use super::recorder::Recorder;
use super::threads::{NoSink, ThreadsOptions, run_on_threads};
use super::workshop::Workshop;
use super::{GasClockRun, Run};
use crate::access_list::{BlockAccessList, Rejection, from_run, tamper};
use crate::block::{Block, BlockError};
use crate::evm::{Execution, Listed, run_sequential_listed};
use crate::memory::Location;
use crate::outcome::StateChanges;
use crate::rules::{self, Phase};
use crate::sync::{Mutex, lock};
use crate::world::World;

/// Executions between two looks at whether the block is done.
const STEPS: usize = 1_024;

/// A list that came with a block.
#[derive(Debug)]
pub(super) struct Supply {
    /// `None` if it is malformed.
    pub(super) listed: Option<Arc<Listed>>,
    /// What it took to make it, in ticks.
    pub(super) producer: u64,
    rejection: Mutex<Option<Rejection>>,
}

/// Makes what the strategy is supplied with on the gas clock, if it is.
pub(super) fn on_gas_clock(
    block: &Arc<Block>,
    world: &Arc<World>,
    settings: &Settings,
) -> Result<Option<Supply>, BlockError> {
    let Rules::AccessList(of) = settings.strategy.rules else { return Ok(None) };
    check_fork(block, settings)?;
    let run = |rules: Rules| {
        let settings = Settings { strategy: rules.into(), faults: Vec::new(), ..settings.clone() };
        let mut run = GasClockRun::new(Arc::clone(block), Arc::clone(world), &settings)?;
        while !run.advance(STEPS)? {}
        run.finish()
    };
    let (list, producer) = match of.producer {
        Producer::OneLane => {
            let (outcome, list) = run_sequential_listed(block, world)?;
            // The clock knows what reads and commits take beside gas.
            let is_plain = settings.costs == Costs::default();
            let ticks = if is_plain { outcome.gas_used } else { run(Rules::Sequential)?.makespan };
            (list, ticks)
        }
        Producer::BlockStm => {
            let run = run(Rules::BlockStm(BlockStm::default()))?;
            (list_of(block, world, &run)?, run.makespan)
        }
    };
    supply(block, world, settings, of, list, producer).map(Some)
}

/// Makes what the strategy is supplied with on threads, if it is. Nothing if it was cancelled, which
/// ends the run too.
pub(super) fn on_threads(
    block: &Arc<Block>,
    world: &Arc<World>,
    settings: &Settings,
    options: ThreadsOptions<'_>,
) -> Result<Option<Supply>, BlockError> {
    let Rules::AccessList(of) = settings.strategy.rules else { return Ok(None) };
    check_fork(block, settings)?;
    let start = (options.now)();
    let list = match of.producer {
        Producer::OneLane => run_sequential_listed(block, world)?.1,
        Producer::BlockStm => {
            let rules = Rules::BlockStm(BlockStm::default());
            let settings = Settings { strategy: rules.into(), ..settings.clone() };
            let options =
                ThreadsOptions { sink: &NoSink, record: true, may_run_alone: false, ..options };
            let run = run_on_threads(Arc::clone(block), Arc::clone(world), &settings, options)?;
            let Some(run) = run else { return Ok(None) };
            list_of(block, world, &run)?
        }
    };
    let producer = (options.now)().saturating_sub(start);
    supply(block, world, settings, of, list, producer).map(Some)
}

/// Before EIP-161 it counts whether an empty account exists, which a list does not say.
fn check_fork(block: &Block, settings: &Settings) -> Result<(), BlockError> {
    if block.spec.is_enabled_in(SpecId::SPURIOUS_DRAGON) {
        return Ok(());
    }
    let name = settings.strategy.rules.name().title();
    Err(BlockError::Unsupported(format!("{name} on a block before Spurious Dragon (EIP-161)")))
}

/// The list of a recorded run; of one lane, should the run have gone there.
fn list_of(
    block: &Arc<Block>,
    world: &Arc<World>,
    run: &Run,
) -> Result<BlockAccessList, BlockError> {
    // Before Cancun contracts die with all their storage, of which only one lane's builder knows
    // what is listed.
    if block.spec.is_enabled_in(SpecId::CANCUN)
        && let Ok(list) = from_run(block, world, run)
    {
        return Ok(list);
    }
    run_sequential_listed(block, world).map(|(_, list)| list)
}

/// The list as it reaches the validator, checked as far as nothing has to run for it.
fn supply(
    block: &Arc<Block>,
    world: &Arc<World>,
    settings: &Settings,
    of: AccessList,
    list: BlockAccessList,
    producer: u64,
) -> Result<Supply, BlockError> {
    let list = if of.tamper == Tamper::Nothing {
        list
    } else {
        tamper(list, of.tamper, settings.seed, block.transactions.len())
    };
    let (listed, rejection) = match Listed::new(block, world, &list) {
        Ok(listed) => {
            let before = rules::before(block, world)?;
            let judged = listed.judge_outside(0, &StateChanges::new(), &before);
            (Some(Arc::new(listed)), judged.err())
        }
        Err(rejection) => (None, Some(rejection)),
    };
    Ok(Supply { listed, producer, rejection: Mutex::new(rejection) })
}

impl Workshop {
    /// The list that executions read from, if there is one.
    pub(super) fn list(&self) -> Option<&Arc<Listed>> {
        self.supply.as_ref().and_then(|supply| supply.listed.as_ref())
    }

    /// Why the block is invalid, if it is known to be.
    pub(super) fn rejection(&self) -> Option<Rejection> {
        self.supply.as_ref().and_then(|supply| lock(&supply.rejection).clone())
    }

    /// Ticks that the producer took.
    pub(super) fn producer(&self) -> u64 {
        self.supply.as_ref().map_or(0, |supply| supply.producer)
    }

    /// Writes down that the list was loaded, and, if it is wrong so far, that too. Answers whether
    /// the run is over.
    pub(super) fn open_list(&self, recorder: &mut Recorder) -> bool {
        if let Some(list) = self.list() {
            recorder.prefetched(list.locations());
        }
        let rejection = self.rejection();
        if let Some(rejection) = &rejection {
            recorder.list_rejected(0, None, rejection.location);
        }
        rejection.is_some()
    }

    /// Compares an execution with the list. Answers where it is wrong.
    pub(super) fn judge(&self, version: Version, execution: &Execution) -> Option<Location> {
        let rejection = self.list()?.judge(version.tx, execution, &self.memory).err()?;
        Some(self.reject(rejection))
    }

    /// Compares what happened after the last transaction, and whether everything was touched.
    pub(super) fn judge_end(&self, before: &StateChanges, after: &Phase) -> Option<Rejection> {
        let list = self.list()?;
        let index = self.block.transactions.len() + 1;
        let judged = list.judge_outside(index, before, after);
        judged.and_then(|()| list.judge_rest()).err()
    }

    /// Several lanes may find something; the first one counts.
    fn reject(&self, rejection: Rejection) -> Location {
        let location = rejection.location;
        if let Some(supply) = &self.supply {
            lock(&supply.rejection).get_or_insert(rejection);
        }
        location
    }
}
