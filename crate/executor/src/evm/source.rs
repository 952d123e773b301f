//! Where an EVM reads its state.
//!
//! One type for all, because revm's interpreter is compiled anew for every database type, and each
//! copy weighs some hundred kilobytes in Wasm.

use std::sync::Arc;

use revm::bytecode::Bytecode;
use revm::primitives::{Address, B256, U256};
use revm::state::{AccountId, AccountInfo};
use revm::{Database, DatabaseRef};

use super::ledger::Ledger;
use super::steps::SeenState;
use super::view::{EstimateMet, View};
use crate::world::World;

/// The state behind an EVM.
#[derive(Debug)]
pub(super) enum Source {
    /// The multi-version memory, as one lane sees it.
    Memory(Box<View>),
    /// The state of a run on one lane.
    Ledger(Ledger),
    /// What one incarnation saw, over the state of a run on one lane.
    Seen(Box<SeenState>),
    /// The state before the block, for a journal that keeps everything since.
    World(Arc<World>),
}

impl Source {
    /// The view, if it is one.
    pub(super) fn view(&mut self) -> Option<&mut View> {
        match self {
            Self::Memory(view) => Some(view),
            Self::Ledger(_) | Self::Seen(_) | Self::World(_) => None,
        }
    }

    /// The ledger, if it is one.
    pub(super) fn ledger(&mut self) -> Option<&mut Ledger> {
        match self {
            Self::Ledger(ledger) => Some(ledger),
            Self::Memory(_) | Self::Seen(_) | Self::World(_) => None,
        }
    }
}

impl Database for Source {
    type Error = EstimateMet;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        match self {
            Self::Memory(view) => view.basic(address),
            Self::Ledger(ledger) => Ok(ledger.basic(address)),
            Self::Seen(seen) => seen.basic(address),
            Self::World(world) => {
                let Ok(info) = world.basic_ref(address);
                Ok(info)
            }
        }
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, Self::Error> {
        Ok(match self {
            Self::Memory(view) => view.code_by_hash(code_hash),
            Self::Ledger(ledger) => ledger.code_by_hash(code_hash),
            Self::Seen(seen) => seen.code_by_hash(code_hash),
            Self::World(world) => {
                let Ok(code) = world.code_by_hash_ref(code_hash);
                code
            }
        })
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, Self::Error> {
        match self {
            Self::Memory(view) => view.storage(address, None, key),
            Self::Ledger(ledger) => Ok(ledger.storage(address, key)),
            Self::Seen(seen) => seen.storage(address, key),
            Self::World(world) => Ok(world.slot(&address, key)),
        }
    }

    fn storage_by_account_id(
        &mut self,
        address: Address,
        account_id: AccountId,
        key: U256,
    ) -> Result<U256, Self::Error> {
        match self {
            Self::Memory(view) => view.storage(address, Some(account_id), key),
            Self::Ledger(ledger) => Ok(ledger.storage(address, key)),
            Self::Seen(seen) => seen.storage(address, key),
            Self::World(world) => Ok(world.slot(&address, key)),
        }
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Self::Error> {
        Ok(match self {
            Self::Memory(view) => view.block_hash(number),
            Self::Ledger(ledger) => ledger.block_hash(number),
            Self::Seen(seen) => seen.block_hash(number),
            Self::World(world) => {
                let Ok(hash) = world.block_hash_ref(number);
                hash
            }
        })
    }
}
