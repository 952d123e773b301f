//! What one incarnation sees of the state: revm's questions, answered by the multi-version memory.

use core::error::Error;
use core::fmt;
use std::sync::Arc;

use lanescope_protocol::{LocationId, TxIndex};
use revm::DatabaseRef;
use revm::bytecode::Bytecode;
use revm::context_interface::DBErrorMarker;
use revm::primitives::{Address, B256, KECCAK_EMPTY, U256};
use revm::state::{AccountId, AccountInfo};

use crate::memory::{Location, Memory, Read, Resolved};

/// What an incarnation reads through. Reset it with [`View::begin`] for each one.
#[derive(Debug)]
pub(super) struct View {
    memory: Arc<Memory>,
    tx: TxIndex,
    /// In program order. revm asks for an account once and for a slot once in a transaction, so
    /// nothing appears twice.
    pub(super) reads: Vec<Read>,
    /// One per account asked for.
    pub(super) rows: Vec<Row>,
    /// Where an estimate stopped the incarnation.
    pub(super) blocked: Option<Blocked>,
}

/// An account as it was handed to revm.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) address: Address,
    pub(super) balance: U256,
    pub(super) nonce: u64,
    pub(super) code_hash: B256,
}

/// An estimate that was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Blocked {
    pub(crate) on: TxIndex,
    pub(crate) location: LocationId,
}

/// Stops revm at an estimate.
#[derive(Clone, Copy, Debug)]
pub(super) struct EstimateMet;

impl fmt::Display for EstimateMet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an earlier transaction is about to write this again")
    }
}

impl Error for EstimateMet {}
impl DBErrorMarker for EstimateMet {}

impl View {
    pub(super) fn new(memory: Arc<Memory>) -> Self {
        Self { memory, tx: TxIndex(0), reads: Vec::new(), rows: Vec::new(), blocked: None }
    }

    /// Makes ready for an incarnation of `tx`.
    pub(super) fn begin(&mut self, tx: TxIndex) {
        self.tx = tx;
        self.reads.clear();
        self.rows.clear();
        self.blocked = None;
    }

    pub(super) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The row of an account that revm has loaded.
    pub(super) fn row(&self, address: &Address, id: Option<AccountId>) -> Option<&Row> {
        let by_id = id.and_then(|id| self.rows.get(id.get()));
        by_id
            .filter(|row| row.address == *address)
            .or_else(|| self.rows.iter().find(|row| row.address == *address))
    }

    fn read(&mut self, location: Location) -> Result<U256, EstimateMet> {
        let id = self.memory.intern(location);
        match self.memory.read(id, self.tx) {
            Resolved::Value(saw, value) => {
                self.reads.push(Read { location: id, saw, value });
                Ok(value)
            }
            Resolved::Estimate(on) => {
                self.blocked = Some(Blocked { on, location: id });
                Err(EstimateMet)
            }
        }
    }

    fn code(&self, address: &Address, hash: B256) -> Bytecode {
        // Nearly always the code from before the block: no look-up by hash then.
        match self.memory.world().account(address) {
            Some(account) if account.info.code_hash == hash => {
                account.info.code.clone().unwrap_or_default()
            }
            _ => self.memory.code(hash),
        }
    }
}

impl View {
    pub(super) fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, EstimateMet> {
        let balance = self.read(Location::Balance(address))?;
        let nonce = self.read(Location::Nonce(address))?.saturating_to();
        let code_hash = B256::from(self.read(Location::Code(address))?);
        let id = AccountId::new(self.rows.len());
        self.rows.push(Row { address, balance, nonce, code_hash });
        // From EIP-161 on an empty account does not exist; EIP-7702 charges for the difference.
        if balance.is_zero() && nonce == 0 && code_hash == KECCAK_EMPTY {
            return Ok(None);
        }
        let code = Some(self.code(&address, code_hash));
        Ok(Some(AccountInfo { balance, nonce, code_hash, account_id: id, code }))
    }

    pub(super) fn code_by_hash(&self, code_hash: B256) -> Bytecode {
        self.memory.code(code_hash)
    }

    pub(super) fn storage(&mut self, address: Address, key: U256) -> Result<U256, EstimateMet> {
        self.read(Location::Slot(address, key))
    }

    pub(super) fn block_hash(&self, number: u64) -> B256 {
        let Ok(hash) = self.memory.world().block_hash_ref(number);
        hash
    }
}
