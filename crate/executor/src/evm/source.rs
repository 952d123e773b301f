//! Where an EVM reads its state.
//!
//! One type for both, because revm's interpreter is compiled anew for every database type, and each
//! copy weighs some hundred kilobytes in Wasm.

use revm::Database;
use revm::bytecode::Bytecode;
use revm::primitives::{Address, B256, U256};
use revm::state::{AccountId, AccountInfo};

use super::ledger::Ledger;
use super::view::{EstimateMet, View};

/// The state behind an EVM.
#[derive(Debug)]
pub(super) enum Source {
    /// The multi-version memory, as one lane sees it.
    Memory(View),
    /// The state of a run on one lane.
    Ledger(Ledger),
}

impl Source {
    /// The view, if it is one.
    pub(super) fn view(&mut self) -> Option<&mut View> {
        match self {
            Self::Memory(view) => Some(view),
            Self::Ledger(_) => None,
        }
    }

    /// The ledger, if it is one.
    pub(super) fn ledger(&mut self) -> Option<&mut Ledger> {
        match self {
            Self::Memory(_) => None,
            Self::Ledger(ledger) => Some(ledger),
        }
    }
}

impl Database for Source {
    type Error = EstimateMet;

    fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        match self {
            Self::Memory(view) => view.basic(address),
            Self::Ledger(ledger) => Ok(ledger.basic(address)),
        }
    }

    fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, Self::Error> {
        Ok(match self {
            Self::Memory(view) => view.code_by_hash(code_hash),
            Self::Ledger(ledger) => ledger.code_by_hash(code_hash),
        })
    }

    fn storage(&mut self, address: Address, key: U256) -> Result<U256, Self::Error> {
        match self {
            Self::Memory(view) => view.storage(address, None, key),
            Self::Ledger(ledger) => Ok(ledger.storage(address, key)),
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
        }
    }

    fn block_hash(&mut self, number: u64) -> Result<B256, Self::Error> {
        Ok(match self {
            Self::Memory(view) => view.block_hash(number),
            Self::Ledger(ledger) => ledger.block_hash(number),
        })
    }
}
