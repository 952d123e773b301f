//! The state during a run on one lane: the world before the block plus everything committed since.
//!
//! revm's own `CacheDB` forgets that a destroyed account's storage is gone once ether is sent to it
//! again, and keeps touched empty accounts alive. Both matter to an oracle.

use std::collections::BTreeMap;
use std::sync::Arc;

use revm::DatabaseRef;
use revm::bytecode::Bytecode;
use revm::primitives::map::{AddressMap, B256Map, U256Map};
use revm::primitives::{Address, B256, Bytes, KECCAK_EMPTY, U256};
use revm::state::{Account, AccountInfo, EvmState};

use crate::outcome::{AccountChange, StateChanges};
use crate::world::World;

/// A world with changes on top.
#[derive(Debug)]
pub(super) struct Ledger {
    world: Arc<World>,
    accounts: AddressMap<Entry>,
    codes: B256Map<Bytecode>,
    /// From EIP-161 on, empty accounts do not exist.
    keeps_empty: bool,
}

#[derive(Debug, Default)]
struct Entry {
    info: Option<AccountInfo>,
    /// Slots of the world no longer count.
    cleared: bool,
    storage: U256Map<U256>,
}

impl Ledger {
    pub(super) fn new(world: Arc<World>, keeps_empty: bool) -> Self {
        Self { world, accounts: AddressMap::default(), codes: B256Map::default(), keeps_empty }
    }

    /// Every account that differs from the world before.
    pub(super) fn changes(&self) -> StateChanges {
        let sorted: BTreeMap<_, _> = self.accounts.iter().collect();
        let changes = sorted
            .into_iter()
            .map(|(address, entry)| (*address, self.change(*address, entry)))
            .filter_map(|(address, change)| change.map(|change| (address, change)));
        changes.collect()
    }

    /// Codes that accounts got and that the world does not have, by hash.
    pub(super) fn new_codes(&self) -> BTreeMap<B256, Bytes> {
        let is_new = |hash| {
            let Ok(code) = self.world.code_by_hash_ref(hash);
            code.is_empty()
        };
        let sorted: BTreeMap<_, _> = self.codes.iter().filter(|(hash, _)| is_new(**hash)).collect();
        sorted.into_iter().map(|(hash, code)| (*hash, code.original_bytes())).collect()
    }

    /// Makes what happened outside transactions part of the state. A code that the world does not
    /// have stays unknown.
    pub(super) fn apply(&mut self, changes: &StateChanges) {
        for (address, change) in changes {
            let entry = self.accounts.entry(*address).or_default();
            entry.info = change.exists.then(|| AccountInfo {
                balance: change.balance,
                nonce: change.nonce,
                code_hash: change.code_hash,
                code: None, // is asked for by its hash
                ..AccountInfo::default()
            });
            entry.storage.extend(change.storage.iter().map(|(key, value)| (*key, *value)));
        }
    }

    fn change(&self, address: Address, entry: &Entry) -> Option<AccountChange> {
        let mut storage: BTreeMap<U256, U256> = BTreeMap::new();
        if let (true, Some(before)) = (entry.cleared, self.world.account(&address)) {
            let keys: BTreeMap<_, _> = before.storage.iter().collect();
            storage.extend(keys.into_keys().map(|key| (*key, U256::ZERO)));
        }
        let written: BTreeMap<_, _> = entry.storage.iter().collect();
        storage.extend(written.into_iter().map(|(key, value)| (*key, *value)));
        storage.retain(|key, value| *value != self.world.slot(&address, *key));
        let info = entry.info.clone().unwrap_or_default();
        let change = AccountChange {
            exists: entry.info.is_some(),
            balance: info.balance,
            nonce: info.nonce,
            code_hash: info.code_hash,
            storage,
        };
        change.differs_from(self.world.account(&address), self.keeps_empty).then_some(change)
    }

    fn commit_account(&mut self, address: Address, account: Account) {
        if !account.is_touched() {
            return;
        }
        let entry = self.accounts.entry(address).or_default();
        if account.is_selfdestructed() {
            *entry = Entry { info: None, cleared: true, storage: U256Map::default() };
            return;
        }
        if account.is_created() {
            entry.cleared = true;
            entry.storage.clear();
        }
        if let Some(code) = account.info.code.as_ref().filter(|code| !code.is_empty()) {
            self.codes.entry(account.info.code_hash).or_insert_with(|| code.clone());
        }
        let changed = account.storage.iter().map(|(key, slot)| (*key, slot.present_value()));
        entry.storage.extend(changed);
        // revm turns touched empty accounts of the old rules into created ones at the end of a
        // transaction, so an empty one that is merely touched is gone under any rules.
        let gone = account.is_empty() && !(self.keeps_empty && account.is_created());
        entry.info = (!gone).then_some(account.info);
    }
}

impl Ledger {
    pub(super) fn basic(&self, address: Address) -> Option<AccountInfo> {
        match self.accounts.get(&address) {
            Some(entry) => entry.info.clone(),
            None => self.world.account(&address).map(|account| account.info.clone()),
        }
    }

    pub(super) fn code_by_hash(&self, code_hash: B256) -> Bytecode {
        if code_hash == KECCAK_EMPTY {
            return Bytecode::default();
        }
        self.codes.get(&code_hash).cloned().unwrap_or_else(|| {
            let Ok(code) = self.world.code_by_hash_ref(code_hash);
            code
        })
    }

    pub(super) fn storage(&self, address: Address, key: U256) -> U256 {
        let entry = self.accounts.get(&address);
        let written = entry.and_then(|entry| entry.storage.get(&key)).copied();
        match written {
            Some(value) => value,
            None if entry.is_some_and(|entry| entry.cleared) => U256::ZERO,
            None => self.world.slot(&address, key),
        }
    }

    pub(super) fn block_hash(&self, number: u64) -> B256 {
        let Ok(hash) = self.world.block_hash_ref(number);
        hash
    }

    /// Makes a transaction's changes part of the state.
    pub(super) fn commit(&mut self, changes: EvmState) {
        #[allow(clippy::iter_over_hash_type)] // each account on its own: the order cannot show
        for (address, account) in changes {
            self.commit_account(address, account);
        }
    }
}
