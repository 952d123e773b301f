//! What the protocol itself does to the state, outside transactions: before the first one and after
//! the last one, by fork.
//!
//! | when | what | from | source |
//! |---|---|---|---|
//! | before | ether of "the DAO" moves to a refund contract | block 1,920,000 | EIP-779 |
//! | before | the parent beacon block root is stored | Cancun | EIP-4788 |
//! | before | the parent's hash is stored | Prague | EIP-2935 |
//! | after | rewards of miners, in [`rewards`] | until the Merge | EIP-649, EIP-1234, EIP-3675 |
//! | after | withdrawals from the beacon chain | Shanghai | EIP-4895 |
//! | after | queued withdrawal requests are taken | Prague | EIP-7002 |
//! | after | queued consolidation requests are taken | Prague | EIP-7251 |
//!
//! Everything here is a function of the block, the world and the changes so far, so that a run on
//! one lane and a run on many do the same. Contracts that are not part of the world are passed over:
//! partial states of real blocks hold only what their transactions touch.

pub mod blobs;
pub mod dao;
pub mod fork;
pub mod rewards;

mod credit;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use revm::primitives::{Address, Bytes, U256, address, hardfork::SpecId};

use crate::block::{Block, BlockError};
use crate::evm::{SystemCall, system_calls};
use crate::outcome::StateChanges;
use crate::world::World;
use credit::Editor;

/// Keeps beacon block roots (EIP-4788).
pub const BEACON_ROOTS: Address = address!("000F3df6D732807Ef1319fB7B8bB8522d0Beac02");
/// Keeps block hashes (EIP-2935).
pub const BLOCK_HASHES: Address = address!("0000F90827F1C53a10cb7A02335B175320002935");
/// Queues withdrawal requests (EIP-7002).
pub const WITHDRAWAL_REQUESTS: Address = address!("00000961Ef480Eb55e80D19ad83579A64c007002");
/// Queues consolidation requests (EIP-7251).
pub const CONSOLIDATION_REQUESTS: Address = address!("0000BBdDc7CE488642fb579F8B00f3a590007251");

/// Wei in a gwei, the unit of withdrawals.
const GWEI: u64 = 1_000_000_000;

/// Accounts that were looked at, with the slots of each.
pub(crate) type Accessed = BTreeMap<Address, BTreeSet<U256>>;

/// What happened outside transactions.
#[derive(Debug, Default)]
pub(crate) struct Phase {
    /// Every account that differs from the world before the block.
    pub(crate) changes: StateChanges,
    /// What this phase looked at, changed or not.
    pub(crate) accessed: Accessed,
}

/// What happens before the first transaction. Refuses a block that carries too many blobs.
pub(crate) fn before(block: &Block, world: &Arc<World>) -> Result<Phase, BlockError> {
    blobs::check(block)?;
    let calls = [
        (SpecId::CANCUN, BEACON_ROOTS, block.parent_beacon_block_root),
        (SpecId::PRAGUE, BLOCK_HASHES, block.parent_hash),
    ];
    let calls: Vec<_> = calls
        .into_iter()
        .filter(|(since, ..)| block.spec.is_enabled_in(*since))
        .filter_map(|(_, contract, word)| {
            let input = Bytes::copy_from_slice(word?.as_slice());
            Some(SystemCall { contract, input, must_succeed: false })
        })
        .collect();
    let mut editor = Editor::new(block.spec, world, StateChanges::new());
    if block.dao_fork {
        for account in dao::DAO_ACCOUNTS.iter().filter(|account| world.account(account).is_some()) {
            editor.move_all(*account, dao::DAO_REFUND);
        }
    }
    system_calls(block, world, editor.finish(), &calls)
}

/// What happens after the last transaction, on top of what the block has changed until then.
pub(crate) fn after(
    block: &Block,
    world: &Arc<World>,
    changes: StateChanges,
) -> Result<Phase, BlockError> {
    let mut editor = Editor::new(block.spec, world, changes);
    for (account, amount) in &block.rewards {
        editor.credit(*account, *amount);
    }
    if block.spec.is_enabled_in(SpecId::SHANGHAI) {
        for withdrawal in &block.withdrawals {
            editor.credit(withdrawal.address, U256::from(withdrawal.gwei) * U256::from(GWEI));
        }
    }
    let phase = editor.finish();
    if !block.spec.is_enabled_in(SpecId::PRAGUE) {
        return Ok(phase);
    }
    let calls = [WITHDRAWAL_REQUESTS, CONSOLIDATION_REQUESTS].map(|contract| SystemCall {
        contract,
        input: Bytes::new(),
        must_succeed: true,
    });
    system_calls(block, world, phase, &calls)
}

/// Whether empty accounts exist under these rules (before EIP-161).
pub(crate) fn keeps_empty(spec: SpecId) -> bool {
    !spec.is_enabled_in(SpecId::SPURIOUS_DRAGON)
}
