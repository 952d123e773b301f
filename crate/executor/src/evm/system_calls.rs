//! Calls that the protocol itself makes to contracts, outside transactions.

use std::sync::Arc;

use revm::SystemCallEvm;
use revm::context_interface::result::ExecutionResult;
use revm::primitives::{Address, Bytes};

use super::ledger::Ledger;
use super::setup::evm;
use super::source::Source;
use crate::block::{Block, BlockError};
use crate::outcome::StateChanges;
use crate::rules::{Phase, keeps_empty};
use crate::world::World;

/// A call of the protocol to a contract.
#[derive(Clone, Debug)]
pub(crate) struct SystemCall {
    pub(crate) contract: Address,
    pub(crate) input: Bytes,
    /// Without success the block is invalid; otherwise a failed call is as if it had not been made.
    pub(crate) must_succeed: bool,
}

/// Makes calls one after the other, on the world with what has changed so far, and answers what has
/// changed with them. Calls to what is not a contract of the world are passed over.
pub(crate) fn system_calls(
    block: &Block,
    world: &Arc<World>,
    phase: Phase,
    calls: &[SystemCall],
) -> Result<Phase, BlockError> {
    let is_there = |call: &&SystemCall| has_its_code(world, &phase.changes, &call.contract);
    let calls: Vec<_> = calls.iter().filter(is_there).collect();
    if calls.is_empty() {
        return Ok(phase);
    }
    let mut accessed = phase.accessed;
    let mut ledger = Ledger::new(Arc::clone(world), keeps_empty(block.spec));
    ledger.apply(&phase.changes);
    let mut evm = evm(block, Source::Ledger(ledger));
    for call in calls {
        let failed = |reason| {
            let contract = call.contract.to_string();
            BlockError::SystemCall { contract, reason }
        };
        let done = evm
            .system_call(call.contract, call.input.clone())
            .map_err(|error| failed(error.to_string()))?;
        if call.must_succeed && !done.result.is_success() {
            return Err(failed(match &done.result {
                ExecutionResult::Halt { reason, .. } => format!("{reason:?}"),
                _ => "it reverted".to_owned(),
            }));
        }
        for (address, account) in &done.state {
            accessed.entry(*address).or_default().extend(account.storage.keys());
        }
        if let Some(ledger) = evm.ctx.journaled_state.database.ledger() {
            ledger.commit(done.state);
        }
    }
    let ledger = evm.ctx.journaled_state.database.ledger();
    let changes = ledger.map(|ledger| ledger.changes()).unwrap_or_default();
    Ok(Phase { changes, accessed })
}

/// Whether there is a contract, with the code that it has in the world: changes know the hash of
/// another code, but not the code.
fn has_its_code(world: &World, changes: &StateChanges, contract: &Address) -> bool {
    let Some(account) = world.account(contract) else { return false };
    let now = changes.get(contract).map_or(account.info.code_hash, |change| change.code_hash);
    !account.info.is_empty_code_hash() && now == account.info.code_hash
}
