//! The multi-version memory itself.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lanescope_protocol::{LocationId, TxIndex, Version};
use revm::DatabaseRef;
use revm::bytecode::Bytecode;
use revm::primitives::map::B256Map;
use revm::primitives::{Address, B256, KECCAK_EMPTY, U256};

use super::Write;
use super::cell::{Cell, Found};
use super::interner::Interner;
use super::location::Location;
use crate::world::World;

/// All versions of all locations that a block touches.
#[derive(Debug)]
pub(crate) struct Memory {
    world: Arc<World>,
    interner: Interner,
    cells: boxcar::Vec<Cell>,
    /// Codes that this block creates, by hash.
    codes: Mutex<B256Map<Bytecode>>,
    /// Whether any storage was ever cleared in this block: most blocks never pay for the question.
    any_reset: AtomicBool,
}

/// What a read finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// A value, and who wrote it.
    Value(Option<Version>, U256),
    /// Not known until this transaction has run again.
    Estimate(TxIndex),
}

impl Memory {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self {
            world,
            interner: Interner::new(),
            cells: boxcar::Vec::new(),
            codes: Mutex::default(),
            any_reset: AtomicBool::new(false),
        }
    }

    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    /// The number of a location.
    pub(crate) fn intern(&self, location: Location) -> LocationId {
        self.interner.get_or_insert(&location, || {
            let cell = Cell::new(location, self.base_value(&location));
            LocationId(self.cells.push(cell) as u32)
        })
    }

    /// Every location seen so far, by number.
    pub(crate) fn locations(&self) -> Vec<Location> {
        self.cells.iter().map(|(_, cell)| cell.location).collect()
    }

    /// Reads as `reader` and remembers that it did, in one step: whoever publishes afterwards sees
    /// this reader, whoever published before is seen by it.
    pub(crate) fn read(&self, id: LocationId, reader: TxIndex) -> Resolved {
        self.resolve_with(id, reader, true)
    }

    /// What `reader` would find now.
    pub(crate) fn resolve(&self, id: LocationId, reader: TxIndex) -> Resolved {
        self.resolve_with(id, reader, false)
    }

    /// Publishes an incarnation's writes and takes back those of its predecessor that it no longer
    /// makes. Answers which later transactions may have read something else.
    pub(crate) fn publish(
        &self,
        version: Version,
        writes: &[Write],
        previous: &[Write],
    ) -> Vec<TxIndex> {
        let mut affected = Vec::new();
        for write in writes {
            let cell = &self.cells[write.location.get()];
            if matches!(cell.location, Location::StorageReset(_)) {
                self.any_reset.store(true, Ordering::SeqCst);
            }
            let mut inside = cell.lock();
            if inside.set(version, write.content) {
                inside.readers_above(version.tx, &mut affected);
            }
            drop(inside);
        }
        for old in previous {
            if !writes.iter().any(|write| write.location == old.location) {
                let mut inside = self.cells[old.location.get()].lock();
                inside.remove(version.tx);
                inside.readers_above(version.tx, &mut affected);
            }
        }
        sorted(affected)
    }

    /// Marks an aborted incarnation's writes as estimates. Answers who may have read them.
    pub(crate) fn mark_estimates(&self, tx: TxIndex, writes: &[Write]) -> Vec<TxIndex> {
        let mut affected = Vec::new();
        for write in writes {
            let mut inside = self.cells[write.location.get()].lock();
            inside.mark_estimate(tx);
            inside.readers_above(tx, &mut affected);
        }
        sorted(affected)
    }

    /// Makes a code known that this block creates.
    pub(crate) fn publish_code(&self, hash: B256, code: Bytecode) {
        self.codes.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, code);
    }

    /// A code by its hash.
    pub(crate) fn code(&self, hash: B256) -> Bytecode {
        if hash == KECCAK_EMPTY || hash.is_zero() {
            return Bytecode::default();
        }
        let created = self.codes.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
        created.unwrap_or_else(|| {
            let Ok(code) = self.world.code_by_hash_ref(hash);
            code
        })
    }

    fn resolve_with(&self, id: LocationId, reader: TxIndex, note: bool) -> Resolved {
        let cell = &self.cells[id.get()];
        let found = {
            let mut inside = cell.lock();
            if note {
                inside.note_reader(reader);
            }
            inside.find(reader, cell.base)
        };
        if let Location::Slot(address, _) = cell.location {
            return self.resolve_slot(cell.base, address, found, reader, note);
        }
        match found {
            Found::Base => Resolved::Value(None, cell.base),
            Found::Value(version, value) => Resolved::Value(Some(version), value),
            Found::Estimate(tx) => Resolved::Estimate(tx),
        }
    }

    /// A slot's value is its latest write, unless the account's storage was cleared after that; in
    /// the clearing transaction itself, slot writes come after the clearing.
    fn resolve_slot(
        &self,
        base: U256,
        address: Address,
        slot: Found,
        reader: TxIndex,
        note: bool,
    ) -> Resolved {
        let reset = self.find_reset(address, reader, note);
        match (slot, reset) {
            (Found::Base, Found::Base) => Resolved::Value(None, base),
            (Found::Base, Found::Value(version, _)) => Resolved::Value(Some(version), U256::ZERO),
            (Found::Value(version, value), Found::Value(reset, _)) if reset.tx <= version.tx => {
                Resolved::Value(Some(version), value)
            }
            (Found::Value(..), Found::Value(reset, _)) => Resolved::Value(Some(reset), U256::ZERO),
            (Found::Value(version, value), Found::Base) => Resolved::Value(Some(version), value),
            // Whichever is later decides; if that one is uncertain, so is the value.
            (Found::Estimate(slot), Found::Value(reset, _)) if reset.tx > slot => {
                Resolved::Value(Some(reset), U256::ZERO)
            }
            (Found::Value(version, value), Found::Estimate(reset)) if reset < version.tx => {
                Resolved::Value(Some(version), value)
            }
            (Found::Estimate(slot), Found::Estimate(reset)) => Resolved::Estimate(slot.max(reset)),
            (Found::Estimate(tx), _) | (_, Found::Estimate(tx)) => Resolved::Estimate(tx),
        }
    }

    /// The latest clearing of an account's storage below `reader`. A reader that comes before the
    /// block's first clearing is not registered with it: the check at commit resolves anew, so such
    /// a reader learns of it late, never wrongly.
    fn find_reset(&self, address: Address, reader: TxIndex, note: bool) -> Found {
        if !self.any_reset.load(Ordering::SeqCst) {
            return Found::Base;
        }
        let Some(id) = self.interner.get(&Location::StorageReset(address)) else {
            return Found::Base;
        };
        let cell = &self.cells[id.get()];
        let mut inside = cell.lock();
        if note {
            inside.note_reader(reader);
        }
        inside.find(reader, cell.base)
    }

    fn base_value(&self, location: &Location) -> U256 {
        let account = |address| self.world.account(address).map(|account| &account.info);
        match location {
            Location::Balance(address) => account(address).map_or(U256::ZERO, |info| info.balance),
            Location::Nonce(address) => {
                account(address).map_or(U256::ZERO, |info| U256::from(info.nonce))
            }
            Location::Code(address) => {
                account(address).map_or(KECCAK_EMPTY, |info| info.code_hash).into()
            }
            Location::StorageReset(_) => U256::ZERO,
            Location::Slot(address, key) => self.world.slot(address, *key),
        }
    }

    /// What the whole block leaves at a location, if it wrote there: the value after the last
    /// transaction.
    pub(crate) fn last(&self, id: LocationId) -> Option<U256> {
        let cell = &self.cells[id.get()];
        match cell.lock().find(TxIndex(u32::MAX), cell.base) {
            Found::Value(_, value) => Some(value),
            Found::Base | Found::Estimate(_) => None,
        }
    }
}

fn sorted(mut txs: Vec<TxIndex>) -> Vec<TxIndex> {
    txs.sort_unstable();
    txs.dedup();
    txs
}
