//! What the protocol itself does before a block's first transaction.

use std::sync::Arc;

use revm::SystemCallEvm;
use revm::context_interface::result::ExecutionResult;
use revm::primitives::{Address, B256, address, hardfork::SpecId};

use super::ledger::Ledger;
use super::setup::evm;
use super::source::Source;
use crate::block::{Block, BlockError};
use crate::world::World;

/// Keeps beacon block roots (EIP-4788).
const BEACON_ROOTS: Address = address!("000F3df6D732807Ef1319fB7B8bB8522d0Beac02");
/// Keeps block hashes (EIP-2935).
const BLOCK_HASHES: Address = address!("0000F90827F1C53a10cb7A02335B175320002935");

/// The world in which the first transaction runs. The same world, where the block has no system
/// calls or the called contracts are not part of it (partial states of real blocks hold only what
/// their transactions touch).
pub(crate) fn after_system_calls(
    block: &Block,
    world: Arc<World>,
) -> Result<Arc<World>, BlockError> {
    let calls = [
        (SpecId::CANCUN, BEACON_ROOTS, block.parent_beacon_block_root),
        (SpecId::PRAGUE, BLOCK_HASHES, block.parent_hash),
    ];
    calls.into_iter().try_fold(world, |world, (since, contract, word)| match word {
        Some(word) if block.spec.is_enabled_in(since) => call(block, world, contract, word),
        _ => Ok(world),
    })
}

fn call(
    block: &Block,
    world: Arc<World>,
    contract: Address,
    word: B256,
) -> Result<Arc<World>, BlockError> {
    if world.account(&contract).is_none_or(|account| account.info.is_empty_code_hash()) {
        return Ok(world);
    }
    let failed = |reason: String| BlockError::SystemCall { contract: contract.to_string(), reason };
    let keeps_empty = false; // system calls are younger than EIP-161
    let mut evm = evm(block, Source::Ledger(Ledger::new(Arc::clone(&world), keeps_empty)));
    let result = evm
        .system_call(contract, word.as_slice().to_vec().into())
        .map_err(|error| failed(error.to_string()))?;
    if let ExecutionResult::Halt { reason, .. } = &result.result {
        return Err(failed(format!("{reason:?}")));
    }
    let mut after = (*world).clone();
    if let (Some(called), Some(account)) = (result.state.get(&contract), world.account(&contract)) {
        // Only the called contract's storage changes: the system address pays nothing.
        let mut account = account.clone();
        let slots = called.changed_storage_slots();
        account.storage.extend(slots.map(|(key, slot)| (*key, slot.present_value())));
        after.insert(contract, account);
    }
    Ok(Arc::new(after))
}
