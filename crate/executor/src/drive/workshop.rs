//! What both drivers share: the block, the memory, and the latest result of every transaction.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lanescope_protocol::{LocationId, TxIndex, Version};
use revm::DatabaseRef;
use revm::primitives::{B256, Bytes, KECCAK_EMPTY, U256};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

use crate::block::{Block, BlockError};
use crate::evm::{Execution, Machine, Verdict, check_block_gas};
use crate::memory::{Content, Location, Memory, Resolved, Write};
use crate::outcome::{AccountChange, Outcome, Receipt, StateChanges};
use crate::rules;
use crate::strategy::Finding;
use crate::world::World;

/// A block being run.
#[derive(Debug)]
pub(super) struct Workshop {
    pub(super) block: Arc<Block>,
    pub(super) memory: Arc<Memory>,
    /// The world in which the first transaction runs.
    world: Arc<World>,
    /// The world before the block.
    original: Arc<World>,
    /// What the protocol changed before the first transaction.
    before: StateChanges,
    slots: Vec<Mutex<Slot>>,
    /// Receipts of committed transactions, in order.
    receipts: Mutex<Committed>,
}

/// The latest result of one transaction.
#[derive(Debug, Default)]
struct Slot {
    latest: Option<(Version, Arc<Execution>)>,
    /// The writes that stand in the memory: those of the last incarnation that ran to its end.
    published: Vec<Write>,
}

#[derive(Debug, Default)]
struct Committed {
    receipts: Vec<Receipt>,
    gas_used: u64,
    /// The state after the block, once the last transaction is committed.
    state: StateChanges,
}

/// What a check of an incarnation's reads found.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) finding: Finding,
    /// The first stale read: where, and who has written it.
    pub(super) cause: Option<(LocationId, Option<Version>)>,
    /// Reads whose version is another than the one they saw.
    pub(super) moved: Vec<Moved>,
    /// Gas of the checked incarnation.
    pub(super) gas: u64,
}

/// A read whose version changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    pub(super) location: LocationId,
    pub(super) now: Option<Version>,
    pub(super) stale: bool,
}

impl Workshop {
    /// Does what comes before the first transaction and prepares the memory.
    pub(super) fn new(block: Arc<Block>, original: Arc<World>) -> Result<Self, BlockError> {
        let before = rules::before(&block, &original)?.changes;
        let world = match before.is_empty() {
            true => Arc::clone(&original),
            false => Arc::new(rules::patched(&original, &before)),
        };
        let memory = Arc::new(Memory::new(Arc::clone(&world)));
        let slots = block.transactions.iter().map(|_| Mutex::default()).collect();
        let receipts = Mutex::default();
        let workshop = Self { block, memory, world, original, before, slots, receipts };
        if workshop.block.transactions.is_empty() {
            workshop.receipts().state = workshop.close()?;
        }
        Ok(workshop)
    }

    /// An EVM for one lane.
    pub(super) fn machine(&self) -> Machine {
        Machine::new(Arc::clone(&self.block), Arc::clone(&self.memory))
    }

    /// For each transaction, the one before it of the same sender.
    pub(super) fn same_sender(&self) -> Vec<Option<TxIndex>> {
        let mut last = FxHashMap::default();
        let senders = self.block.transactions.iter().map(|tx| tx.caller).enumerate();
        senders.map(|(index, sender)| last.insert(sender, TxIndex(index as u32))).collect()
    }

    /// Makes an incarnation's writes visible. Answers who may have read something else.
    pub(super) fn publish(&self, version: Version, execution: &Arc<Execution>) -> Vec<TxIndex> {
        let mut slot = self.slot(version.tx);
        let affected = self.memory.publish(version, &execution.writes, &slot.published);
        slot.published.clone_from(&execution.writes);
        slot.latest = Some((version, Arc::clone(execution)));
        affected
    }

    /// Compares what an incarnation read with what it would read now, by value. The same value from
    /// another version still holds, because running again on equal inputs would do the same. The
    /// same version does not suffice: under the latest addition to a balance an earlier one may
    /// have come in.
    pub(super) fn check(&self, version: Version) -> Checked {
        let mut checked =
            Checked { finding: Finding::Holds, cause: None, moved: Vec::new(), gas: 0 };
        let latest = self.slot(version.tx).latest.clone();
        // A newer incarnation's result means that this one is gone: the strategy will not listen.
        let Some((_, execution)) = latest.filter(|(latest, _)| *latest == version) else {
            return checked;
        };
        checked.gas = execution.gas();
        for read in &execution.reads {
            let (now, stale, on) = match self.memory.resolve(read.location, version.tx) {
                Resolved::Value(now, value) if now == read.saw && value == read.value => continue,
                Resolved::Value(now, value) => (now, value != read.value, None),
                Resolved::Estimate(on) => {
                    (self.slot(on).latest.as_ref().map(|(version, _)| *version), true, Some(on))
                }
            };
            checked.moved.push(Moved { location: read.location, now, stale });
            if stale && checked.finding == Finding::Holds {
                checked.finding = Finding::Stale { on };
                checked.cause = Some((read.location, now));
            } else if let (Finding::Stale { on: waits @ None }, Some(_)) =
                (&mut checked.finding, on)
            {
                // Whatever else changed, it cannot run before the estimate is resolved.
                *waits = on;
            }
        }
        checked
    }

    /// Marks an aborted transaction's writes as estimates. Answers who may have read them.
    pub(super) fn mark_estimates(&self, tx: TxIndex) -> Vec<TxIndex> {
        let slot = self.slot(tx);
        self.memory.mark_estimates(tx, &slot.published)
    }

    /// Makes an incarnation's receipt final. Its reads have been checked with all earlier
    /// transactions final, so what is wrong with it now is wrong with the block.
    pub(super) fn commit(&self, version: Version) -> Result<(), BlockError> {
        let latest = self.slot(version.tx).latest.clone();
        let mut committed = self.receipts();
        check_block_gas(&self.block, version.tx.get(), committed.gas_used)?;
        let invalid = |reason| BlockError::InvalidTransaction { index: version.tx.0, reason };
        match latest.as_ref().map(|(_, execution)| &execution.verdict) {
            Some(Verdict::Ran(receipt)) => {
                committed.gas_used += receipt.gas_used;
                committed.receipts.push((**receipt).clone());
                if committed.receipts.len() == self.block.transactions.len() {
                    committed.state = self.close()?;
                }
                Ok(())
            }
            Some(Verdict::Invalid(reason)) => Err(invalid(reason.clone())),
            Some(Verdict::Blocked(_)) | None => Err(invalid("it has no result".to_owned())),
        }
    }

    /// The block's result, once all transactions are final.
    pub(super) fn outcome(&self) -> Outcome {
        let committed = core::mem::take(&mut *self.receipts());
        let codes = self.codes();
        let mut outcome =
            Outcome { receipts: committed.receipts, gas_used: 0, state: committed.state, codes };
        outcome.accumulate();
        outcome
    }

    /// The state after the block: what all transactions left, and what the protocol does then.
    fn close(&self) -> Result<StateChanges, BlockError> {
        let spec = self.block.spec;
        let state = rules::stacked(&self.original, spec, self.before.clone(), self.state());
        Ok(rules::after(&self.block, &self.original, state)?.changes)
    }

    /// Codes that the final incarnations wrote and that the world does not have.
    fn codes(&self) -> BTreeMap<B256, Bytes> {
        let locations = self.memory.locations();
        let mut codes = BTreeMap::new();
        for index in 0..self.slots.len() {
            for write in &self.slot(TxIndex(index as u32)).published {
                if let (Location::Code(_), Content::Value(hash)) =
                    (locations[write.location.get()], write.content)
                    && B256::from(hash) != KECCAK_EMPTY
                    && let Ok(known) = self.original.code_by_hash_ref(hash.into())
                    && known.is_empty()
                {
                    codes.insert(hash.into(), self.memory.code(hash.into()).original_bytes());
                }
            }
        }
        codes
    }

    fn receipts(&self) -> MutexGuard<'_, Committed> {
        self.receipts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn slot(&self, tx: TxIndex) -> MutexGuard<'_, Slot> {
        self.slots[tx.get()].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Folds all versions into the state after the block.
    fn state(&self) -> StateChanges {
        let mut accounts: BTreeMap<_, AccountChange> = BTreeMap::new();
        for (index, location) in self.memory.locations().into_iter().enumerate() {
            let id = LocationId(index as u32);
            let Some(last) = self.memory.last(id) else { continue };
            let address = location.address();
            let account = accounts.entry(address).or_insert_with(|| self.before(&location));
            match location {
                Location::Balance(_) => account.balance = last,
                Location::Nonce(_) => account.nonce = last.saturating_to(),
                Location::Code(_) => account.code_hash = last.into(),
                Location::StorageReset(_) => {
                    let slots = self.world.account(&address).map(|account| &account.storage);
                    for key in slots.into_iter().flat_map(|slots| slots.keys()) {
                        account.storage.entry(*key).or_insert(U256::ZERO);
                    }
                }
                Location::Slot(_, key) => {
                    let Resolved::Value(_, value) = self.memory.resolve(id, TxIndex(u32::MAX))
                    else {
                        continue;
                    };
                    account.storage.insert(key, value);
                }
            }
        }
        accounts.retain(|address, account| {
            account.exists = !account.balance.is_zero()
                || account.nonce != 0
                || account.code_hash != KECCAK_EMPTY;
            account.storage.retain(|key, value| *value != self.world.slot(address, *key));
            account.differs_from(self.world.account(address), false)
        });
        accounts
    }

    fn before(&self, location: &Location) -> AccountChange {
        let info = self.world.account(&location.address()).map(|account| account.info.clone());
        let info = info.unwrap_or_default();
        AccountChange {
            balance: info.balance,
            nonce: info.nonce,
            code_hash: info.code_hash,
            ..AccountChange::default()
        }
    }
}
