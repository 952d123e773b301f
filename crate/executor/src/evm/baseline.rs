//! The baseline of measurements: the fastest way to run a block on one lane with plain revm.
//!
//! One EVM for all transactions, its journal kept for the whole block, and nothing between revm and
//! the state before the block. The oracle (`sequential.rs`) commits after every transaction
//! instead, which is easier to trust and slower; so a comparison with it would flatter.

use std::collections::BTreeMap;
use std::sync::Arc;

use revm::ExecuteEvm;
use revm::context_interface::result::ExecutionResult;
use revm::primitives::U256;
use revm::state::{Account, EvmState};

use super::ledger::Ledger;
use super::machine::invalid_reason;
use super::sequential::check_block_gas;
use super::setup::evm;
use super::source::Source;
use crate::block::{Block, BlockError};
use crate::outcome::{AccountChange, Outcome, Receipt, StateChanges};
use crate::rules::{self, keeps_empty};
use crate::world::{World, WorldAccount};

/// A block that ran on one lane, in revm's own words. Nothing is compared or sorted yet.
#[derive(Debug)]
pub struct BaselineRun {
    /// How each transaction ended, in block order.
    pub results: Vec<ExecutionResult>,
    /// Every account that the block touched, as revm's journal holds it at the end.
    pub state: EvmState,
    /// What the protocol changed before the first transaction.
    before: StateChanges,
    world: Arc<World>,
    /// From EIP-161 on, empty accounts do not exist.
    keeps_empty: bool,
}

/// Runs a whole block on one lane, as fast as plain revm goes. Whoever measures it measures the
/// making and dropping of the EVM too.
pub fn run_baseline(block: &Block, world: &Arc<World>) -> Result<BaselineRun, BlockError> {
    let before = rules::before(block, world)?.changes;
    let source = if before.is_empty() {
        Source::World(Arc::clone(world))
    } else {
        let mut ledger = Ledger::new(Arc::clone(world), keeps_empty(block.spec));
        ledger.apply(&before);
        Source::Ledger(ledger)
    };
    let mut evm = evm(block, source);
    let mut results = Vec::with_capacity(block.transactions.len());
    let mut gas_used = 0;
    for (index, tx) in block.transactions.iter().enumerate() {
        check_block_gas(block, index, gas_used)?;
        let result = evm.transact_one(Arc::clone(tx)).map_err(|error| {
            BlockError::InvalidTransaction { index: index as u32, reason: invalid_reason(&error) }
        })?;
        gas_used += result.tx_gas_used();
        results.push(result);
    }
    let state = evm.finalize();
    let (world, keeps_empty) = (Arc::clone(world), keeps_empty(block.spec));
    Ok(BaselineRun { results, state, before, world, keeps_empty })
}

impl BaselineRun {
    /// Gas used by all transactions.
    #[must_use]
    pub fn gas_used(&self) -> u64 {
        self.results.iter().map(ExecutionResult::tx_gas_used).sum()
    }

    /// The result in the form that can be compared with others. `block` is the one that ran. Not
    /// part of what is measured.
    pub fn outcome(&self, block: &Block) -> Result<Outcome, BlockError> {
        let results = block.transactions.iter().zip(&self.results);
        let receipts = results.map(|(tx, result)| Receipt::new(tx, result.clone())).collect();
        let state = rules::after(block, &self.world, self.changes())?.changes;
        let mut outcome = Outcome { receipts, gas_used: 0, state, ..Outcome::default() };
        outcome.accumulate();
        Ok(outcome)
    }

    fn changes(&self) -> StateChanges {
        let mut changes = self.before.clone();
        let sorted: BTreeMap<_, _> = self.state.iter().collect();
        let touched = sorted.into_iter().filter(|(_, account)| account.is_touched());
        for (address, account) in touched {
            let known = self.world.account(address);
            let mut change = self.change(account, known);
            if let Some(before) = changes.remove(address).filter(|_| !account.is_created()) {
                for (key, value) in before.storage {
                    change.storage.entry(key).or_insert(value);
                }
            }
            change.storage.retain(|key, value| *value != self.world.slot(address, *key));
            if change.differs_from(known, self.keeps_empty) {
                changes.insert(*address, change);
            }
        }
        changes
    }

    /// An account at the end of the block. What was destroyed by the transaction that touched it
    /// last still shows what it was; what was destroyed earlier has been emptied since, and has
    /// lost its first slots for good.
    fn change(&self, account: &Account, before: Option<&WorldAccount>) -> AccountChange {
        let is_gone = account.is_selfdestructed_locally();
        let is_cleared = account.is_selfdestructed() || account.is_created();
        let mut storage: BTreeMap<U256, U256> = BTreeMap::new();
        let slots = before.map(|before| &before.storage);
        if let (true, Some(slots)) = (is_cleared, slots) {
            storage.extend(slots.keys().map(|key| (*key, U256::ZERO)));
        }
        if !is_gone {
            let present = account.storage.iter().map(|(key, slot)| (*key, slot.present_value()));
            storage.extend(present);
        }
        let info = if is_gone { Default::default() } else { account.info.clone() };
        AccountChange {
            exists: !is_gone && (!account.is_empty() || self.empty_exists(account)),
            balance: info.balance,
            nonce: info.nonce,
            code_hash: info.code_hash,
            storage,
        }
    }

    /// Whether a touched empty account exists, which it can before EIP-161 only. revm marks those
    /// that came into being as created. Of one that was destroyed and met again in a later
    /// transaction, a journal kept for the whole block cannot tell whether it was called then,
    /// which brings it back, or merely looked at; it is taken as called, as in every real block
    /// seen.
    fn empty_exists(&self, account: &Account) -> bool {
        self.keeps_empty && (account.is_created() || account.is_selfdestructed())
    }
}
