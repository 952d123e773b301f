//! The list of a parallel run: what its committed incarnations read and wrote, folded in block order.
//!
//! Nothing here knows how an incarnation came to its reads and writes. That the result equals the
//! list of one lane follows from what a commit means: the last incarnation of each transaction saw
//! what one lane would have shown it, so it loaded and wrote the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use alloy_eip7928::{
    AccountChanges, BalanceChange, BlockAccessIndex, CodeChange, NonceChange, SlotChanges,
    StorageChange,
};
use lanescope_protocol::Access;
use lanescope_protocol::event::AccessKind;
use revm::DatabaseRef;
use revm::primitives::{Address, B256, Bytes, KECCAK_EMPTY, U256};

use super::BlockAccessList;
use super::listing::state_of;
use crate::block::{Block, BlockError};
use crate::drive::Run;
use crate::memory::Location;
use crate::outcome::{AccountChange, StateChanges};
use crate::rules::{self, Phase};
use crate::world::World;

/// Why there is no list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// The run went to one lane, or was not asked to record.
    #[error("what transaction {} touched was not recorded", index + 1)]
    NotRecorded {
        /// Its index, from 0.
        index: u32,
    },
    /// The record is not one of this block.
    #[error("the record of transaction {} does not fit the block: {reason}", index + 1)]
    Mismatch {
        /// Its index, from 0.
        index: u32,
        /// What is wrong, in words.
        reason: &'static str,
    },
    /// What happens outside transactions failed.
    #[error(transparent)]
    Block(#[from] BlockError),
}

/// The list of a finished run that was recorded.
pub fn from_run(
    block: &Block,
    world: &Arc<World>,
    run: &Run,
) -> Result<BlockAccessList, ListError> {
    let recording = &run.recording;
    from_accesses(block, world, &recording.accesses, &recording.locations, &run.outcome.codes)
}

/// Folds accesses, sorted by transaction and incarnation, of which the last incarnation of each
/// transaction counts. Needs at least one access for each account that was loaded, one for each slot,
/// and all writes; `codes` are those that were written, by hash.
pub fn from_accesses(
    block: &Block,
    world: &Arc<World>,
    accesses: &[Access],
    locations: &[Location],
    codes: &BTreeMap<B256, Bytes>,
) -> Result<BlockAccessList, ListError> {
    let mut fold = Fold { world, codes, accounts: BTreeMap::new() };
    fold.outside(0, &rules::before(block, world)?);
    let mut rest = accesses;
    for index in 0..block.transactions.len() as u32 {
        let end = rest.partition_point(|access| access.by.tx.0 <= index);
        let (of_this, later) = rest.split_at(end);
        rest = later;
        let last = of_this.last().ok_or(ListError::NotRecorded { index })?.by;
        let from = of_this.partition_point(|access| access.by < last);
        let mismatch = |reason| ListError::Mismatch { index, reason };
        let mut effects = fold.effects(&of_this[from..], locations).map_err(mismatch)?;
        // It is listed even where it gets nothing and so appears nowhere.
        effects.entry(block.env.beneficiary).or_default();
        for (address, effect) in effects {
            fold.apply(index as usize + 1, address, effect).map_err(mismatch)?;
        }
    }
    let after = rules::after(block, world, fold.changes())?;
    fold.outside(block.transactions.len() + 1, &after);
    Ok(fold.finish())
}

struct Fold<'a> {
    world: &'a World,
    codes: &'a BTreeMap<B256, Bytes>,
    accounts: BTreeMap<Address, Account>,
}

/// An account as it is now, and what is listed of it.
#[derive(Default)]
struct Account {
    balance: U256,
    nonce: u64,
    code_hash: B256,
    /// The world's slots no longer count.
    cleared: bool,
    slots: BTreeMap<U256, Slot>,
    balance_changes: Vec<BalanceChange>,
    nonce_changes: Vec<NonceChange>,
    code_changes: Vec<CodeChange>,
}

struct Slot {
    now: U256,
    changes: Vec<StorageChange>,
}

/// What one transaction did to one account.
#[derive(Default)]
struct Effect {
    balance: Option<U256>,
    nonce: Option<u64>,
    code_hash: Option<B256>,
    reset: bool,
    /// Slots that were looked at, with what was written there.
    slots: BTreeMap<U256, Option<U256>>,
}

impl Fold<'_> {
    /// What an incarnation did, by account.
    fn effects(
        &mut self,
        accesses: &[Access],
        locations: &[Location],
    ) -> Result<BTreeMap<Address, Effect>, &'static str> {
        let mut effects: BTreeMap<Address, Effect> = BTreeMap::new();
        for access in accesses {
            let location = locations.get(access.location.get()).ok_or("an unknown location")?;
            let effect = effects.entry(location.address()).or_default();
            let value = U256::from_be_bytes(access.value);
            match (access.kind, location) {
                (AccessKind::Read, Location::Slot(_, key)) => {
                    effect.slots.entry(*key).or_insert(None);
                }
                (AccessKind::Read | AccessKind::AtLeast | AccessKind::Below, _) => {}
                (AccessKind::Write, Location::Balance(_)) => effect.balance = Some(value),
                (AccessKind::Write, Location::Nonce(_)) => {
                    effect.nonce = Some(value.saturating_to())
                }
                (AccessKind::Write, Location::Code(_)) => effect.code_hash = Some(value.into()),
                (AccessKind::Write, Location::StorageReset(_)) => effect.reset = true,
                (AccessKind::Write, Location::Slot(_, key)) => {
                    effect.slots.insert(*key, Some(value));
                }
                (AccessKind::Add, Location::Balance(address)) => {
                    let now = effect.balance.unwrap_or_else(|| self.account(*address).balance);
                    effect.balance = Some(now.wrapping_add(value));
                }
                (AccessKind::Add, Location::Nonce(address)) => {
                    let now = effect.nonce.unwrap_or_else(|| self.account(*address).nonce);
                    effect.nonce = Some(now.wrapping_add(value.saturating_to()));
                }
                (AccessKind::Add, _) => return Err("an addition to what is no number"),
            }
        }
        Ok(effects)
    }

    /// Lists what is different after an effect.
    fn apply(
        &mut self,
        index: usize,
        address: Address,
        effect: Effect,
    ) -> Result<(), &'static str> {
        let index = BlockAccessIndex::new(index as u64);
        let (world, codes) = (self.world, self.codes);
        let account = self.account(address);
        if let Some(balance) = effect.balance.filter(|balance| *balance != account.balance) {
            account.balance = balance;
            account.balance_changes.push(BalanceChange::new(index, balance));
        }
        if let Some(nonce) = effect.nonce.filter(|nonce| *nonce != account.nonce) {
            account.nonce = nonce;
            account.nonce_changes.push(NonceChange::new(index, nonce));
        }
        if let Some(hash) = effect.code_hash.filter(|hash| *hash != account.code_hash) {
            account.code_hash = hash;
            let code = code(world, codes, hash).ok_or("a code that was not kept")?;
            account.code_changes.push(CodeChange::new(index, code));
        }
        // What nobody looks at is cleared without being listed.
        let unseen = |key: &U256| effect.reset && !effect.slots.contains_key(key);
        for (_, slot) in account.slots.iter_mut().filter(|(key, _)| unseen(key)) {
            slot.now = U256::ZERO;
        }
        let cleared = account.cleared;
        account.cleared |= effect.reset;
        for (key, written) in effect.slots {
            let slot = account.slots.entry(key).or_insert_with(|| Slot {
                now: if cleared { U256::ZERO } else { world.slot(&address, key) },
                changes: Vec::new(),
            });
            let value = written.unwrap_or(if effect.reset { U256::ZERO } else { slot.now });
            if value != slot.now {
                slot.changes.push(StorageChange::new(index, value));
                slot.now = value;
            }
        }
        Ok(())
    }

    /// Lists what happened outside transactions.
    fn outside(&mut self, index: usize, phase: &Phase) {
        for (address, slots) in &phase.accessed {
            let is = state_of(self.world, &phase.changes, address);
            let value = |key| {
                is.storage.get(key).copied().unwrap_or_else(|| self.world.slot(address, *key))
            };
            let effect = Effect {
                balance: Some(is.balance),
                nonce: Some(is.nonce),
                slots: slots.iter().map(|key| (*key, Some(value(key)))).collect(),
                ..Effect::default()
            };
            // Without a code there is nothing that could be missing.
            self.apply(index, *address, effect).ok();
        }
    }

    fn account(&mut self, address: Address) -> &mut Account {
        self.accounts.entry(address).or_insert_with(|| {
            let before = AccountChange::unchanged(self.world.account(&address));
            Account {
                balance: before.balance,
                nonce: before.nonce,
                code_hash: before.code_hash,
                ..Account::default()
            }
        })
    }

    /// Every account that differs from the world now.
    fn changes(&self) -> StateChanges {
        let mut changes = StateChanges::new();
        for (address, account) in &self.accounts {
            let before = self.world.account(address);
            let mut change = AccountChange {
                exists: false,
                balance: account.balance,
                nonce: account.nonce,
                code_hash: account.code_hash,
                storage: BTreeMap::new(),
            };
            change.exists = !change.is_empty();
            if let (true, Some(before)) = (account.cleared, before) {
                let keys: BTreeMap<_, _> = before.storage.iter().collect();
                change.storage.extend(keys.into_keys().map(|key| (*key, U256::ZERO)));
            }
            change.storage.extend(account.slots.iter().map(|(key, slot)| (*key, slot.now)));
            change.storage.retain(|key, value| *value != self.world.slot(address, *key));
            if change.differs_from(before, false) {
                changes.insert(*address, change);
            }
        }
        changes
    }

    fn finish(self) -> BlockAccessList {
        self.accounts.into_iter().map(|(address, account)| account.finish(address)).collect()
    }
}

impl Account {
    fn finish(self, address: Address) -> AccountChanges {
        let mut listed = AccountChanges::new(address);
        for (key, slot) in self.slots {
            if slot.changes.is_empty() {
                listed.storage_reads.push(key);
            } else {
                listed.storage_changes.push(SlotChanges::new(key, slot.changes));
            }
        }
        listed.balance_changes = self.balance_changes;
        listed.nonce_changes = self.nonce_changes;
        listed.code_changes = self.code_changes;
        listed
    }
}

/// A code by its hash: one that the block wrote, or one of the world.
fn code(world: &World, codes: &BTreeMap<B256, Bytes>, hash: B256) -> Option<Bytes> {
    if hash == KECCAK_EMPTY {
        return Some(Bytes::new());
    }
    codes.get(&hash).cloned().or_else(|| {
        let Ok(code) = world.code_by_hash_ref(hash);
        Some(code.original_bytes()).filter(|code| !code.is_empty())
    })
}
