//! The oracle: plain revm, one transaction after the other, each committed before the next begins.
//! It shares no code with the multi-version memory, so that a mistake there cannot hide here.

use core::fmt;
use std::sync::Arc;

use lanescope_protocol::TxIndex;
use lanescope_protocol::limits::TRANSACTIONS_MAX;
use revm::ExecuteEvm;

use super::ledger::Ledger;
use super::machine::invalid_reason;
use super::setup::{Evm, evm};
use super::source::Source;
use super::steps::Before;
use crate::access_list::{BlockAccessList, Listing};
use crate::block::{Block, BlockError};
use crate::outcome::{Outcome, Receipt, StateChanges};
use crate::rules;
use crate::world::World;

/// Runs a whole block on one lane.
pub fn run_sequential(block: &Arc<Block>, world: &Arc<World>) -> Result<Outcome, BlockError> {
    let mut run = SequentialRun::new(Arc::clone(block), Arc::clone(world))?;
    while !run.step()? {}
    Ok(run.finish())
}

/// Runs a whole block on one lane and lists what it touched (EIP-7928), with revm's own builder.
pub fn run_sequential_listed(
    block: &Arc<Block>,
    world: &Arc<World>,
) -> Result<(Outcome, BlockAccessList), BlockError> {
    let listing = Some(Listing::default());
    let mut run = SequentialRun::start(Arc::clone(block), Arc::clone(world), listing)?;
    while !run.step()? {}
    let list = run.listing.take().unwrap_or_default().finish();
    Ok((run.finish(), list))
}

/// A block on one lane, a transaction at a time.
pub struct SequentialRun {
    block: Arc<Block>,
    world: Arc<World>,
    evm: Evm,
    receipts: Vec<Receipt>,
    gas_used: u64,
    /// The state after the block, once the protocol has done what comes after the last transaction.
    closed: Option<StateChanges>,
    /// What was touched so far, if anybody asked.
    listing: Option<Listing>,
}

impl fmt::Debug for SequentialRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SequentialRun").field("done", &self.receipts.len()).finish_non_exhaustive()
    }
}

impl SequentialRun {
    /// Makes ready; does what comes before the first transaction.
    pub fn new(block: Arc<Block>, world: Arc<World>) -> Result<Self, BlockError> {
        Self::start(block, world, None)
    }

    fn start(
        block: Arc<Block>,
        world: Arc<World>,
        mut listing: Option<Listing>,
    ) -> Result<Self, BlockError> {
        let before = rules::before(&block, &world)?;
        if let Some(listing) = &mut listing {
            listing.outside(0, &world, &StateChanges::new(), &before);
        }
        let mut ledger = Ledger::new(Arc::clone(&world), rules::keeps_empty(block.spec));
        ledger.apply(&before.changes);
        let evm = evm(&block, Source::Ledger(ledger));
        let receipts = Vec::with_capacity(block.transactions.len().min(TRANSACTIONS_MAX));
        let mut run = Self { block, world, evm, receipts, gas_used: 0, closed: None, listing };
        if run.block.transactions.is_empty() {
            run.close()?;
        }
        Ok(run)
    }

    /// How many transactions have run.
    #[must_use]
    pub fn done(&self) -> usize {
        self.receipts.len()
    }

    /// The state before the transaction that comes next. `None` if all have run.
    #[must_use]
    pub fn into_before(mut self) -> Option<Before> {
        let tx = TxIndex(self.receipts.len() as u32);
        self.block.transactions.get(tx.get())?;
        let ledger = self.evm.ctx.journaled_state.database.ledger()?;
        let empty = Ledger::new(Arc::clone(&self.world), rules::keeps_empty(self.block.spec));
        let ledger = core::mem::replace(ledger, empty);
        Some(Before { block: self.block, ledger, tx })
    }

    /// The receipt of the last transaction that has run.
    #[must_use]
    pub fn last(&self) -> Option<&Receipt> {
        self.receipts.last()
    }

    /// Runs one transaction. Answers whether that was the last; further steps do nothing.
    pub fn step(&mut self) -> Result<bool, BlockError> {
        let index = self.receipts.len();
        let Some(tx) = self.block.transactions.get(index) else {
            return Ok(true);
        };
        check_block_gas(&self.block, index, self.gas_used)?;
        let executed = self.evm.transact(tx.clone()).map_err(|error| {
            BlockError::InvalidTransaction { index: index as u32, reason: invalid_reason(&error) }
        })?;
        if let Some(listing) = &mut self.listing {
            listing.transaction(index, &executed.state);
        }
        if let Some(ledger) = self.evm.ctx.journaled_state.database.ledger() {
            ledger.commit(executed.state);
        }
        let receipt = Receipt::new(tx, executed.result);
        self.gas_used += receipt.gas_used;
        self.receipts.push(receipt);
        let done = self.receipts.len() == self.block.transactions.len();
        if done {
            self.close()?;
        }
        Ok(done)
    }

    /// Does what comes after the last transaction.
    fn close(&mut self) -> Result<(), BlockError> {
        let changes = self.changes();
        let before = self.listing.as_ref().map(|_| changes.clone()).unwrap_or_default();
        let after = rules::after(&self.block, &self.world, changes)?;
        if let Some(listing) = &mut self.listing {
            listing.outside(self.receipts.len() + 1, &self.world, &before, &after);
        }
        self.closed = Some(after.changes);
        Ok(())
    }

    fn changes(&mut self) -> StateChanges {
        let ledger = self.evm.ctx.journaled_state.database.ledger();
        ledger.map(|ledger| ledger.changes()).unwrap_or_default()
    }

    /// The result of everything that has run.
    #[must_use]
    pub fn finish(mut self) -> Outcome {
        let state = self.closed.take().unwrap_or_else(|| self.changes());
        let ledger = self.evm.ctx.journaled_state.database.ledger();
        let codes = ledger.map(|ledger| ledger.new_codes()).unwrap_or_default();
        let mut outcome = Outcome { receipts: self.receipts, gas_used: 0, state, codes };
        outcome.accumulate();
        outcome
    }
}

/// A transaction's gas limit must fit into what the earlier ones left of the block's gas.
pub(crate) fn check_block_gas(
    block: &Block,
    index: usize,
    gas_used: u64,
) -> Result<(), BlockError> {
    let limit = block.transactions[index].gas_limit;
    let left = block.env.gas_limit.saturating_sub(gas_used);
    if limit <= left {
        return Ok(());
    }
    Err(BlockError::BlockGasLimit { index: index as u32, limit, left, block: block.env.gas_limit })
}
