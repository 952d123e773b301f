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

#[cfg(test)]
mod tests {
    use lanescope_protocol::Incarnation;
    use revm::state::AccountInfo;

    use super::super::Content;
    use super::*;
    use crate::world::WorldAccount;

    const HERE: Address = Address::with_last_byte(1);

    fn memory() -> Memory {
        let mut world = World::new();
        let info = AccountInfo { balance: U256::from(100), ..AccountInfo::default() };
        let storage = [(U256::from(0), U256::from(7))].into_iter().collect();
        world.insert(HERE, WorldAccount { info, storage });
        Memory::new(Arc::new(world))
    }

    fn v(tx: u32, incarnation: u16) -> Version {
        Version { tx: TxIndex(tx), incarnation: Incarnation(incarnation) }
    }

    fn value(location: LocationId, value: u64) -> Write {
        Write { location, content: Content::Value(U256::from(value)) }
    }

    fn found(tx: u32, incarnation: u16, value: u64) -> Resolved {
        Resolved::Value(Some(v(tx, incarnation)), U256::from(value))
    }

    #[test]
    fn a_reader_sees_the_latest_version_below_itself() {
        let memory = memory();
        let balance = memory.intern(Location::Balance(HERE));
        memory.publish(v(2, 0), &[value(balance, 20)], &[]);
        memory.publish(v(5, 1), &[value(balance, 50)], &[]);
        assert_eq!(memory.resolve(balance, TxIndex(2)), Resolved::Value(None, U256::from(100)));
        assert_eq!(memory.resolve(balance, TxIndex(3)), found(2, 0, 20));
        assert_eq!(memory.resolve(balance, TxIndex(9)), found(5, 1, 50));
    }

    #[test]
    fn additions_fold_into_what_lies_below() {
        let memory = memory();
        let balance = memory.intern(Location::Balance(HERE));
        let add =
            |amount: u64| Write { location: balance, content: Content::Add(U256::from(amount)) };
        memory.publish(v(3, 0), &[add(3)], &[]);
        assert_eq!(memory.resolve(balance, TxIndex(4)), found(3, 0, 103));
        // An addition that comes in below changes the value, not the version on top.
        memory.publish(v(1, 0), &[add(1)], &[]);
        assert_eq!(memory.resolve(balance, TxIndex(4)), found(3, 0, 104));
        memory.publish(v(2, 0), &[value(balance, 50)], &[]);
        assert_eq!(memory.resolve(balance, TxIndex(4)), found(3, 0, 53));
    }

    #[test]
    fn publishing_names_the_readers_above_if_the_value_changed() {
        let memory = memory();
        let balance = memory.intern(Location::Balance(HERE));
        for tx in 0..6 {
            memory.read(balance, TxIndex(tx));
        }
        let affected = memory.publish(v(3, 0), &[value(balance, 1)], &[]);
        assert_eq!(affected, [TxIndex(4), TxIndex(5)]);
        let again = memory.publish(v(3, 1), &[value(balance, 1)], &[value(balance, 1)]);
        assert!(again.is_empty(), "the same value disturbs nobody");
        let gone = memory.publish(v(3, 2), &[], &[value(balance, 1)]);
        assert_eq!(gone, [TxIndex(4), TxIndex(5)], "a write that is taken back does");
        assert_eq!(memory.resolve(balance, TxIndex(4)), Resolved::Value(None, U256::from(100)));
    }

    #[test]
    fn an_estimate_stops_readers_until_it_is_written_again() {
        let memory = memory();
        let balance = memory.intern(Location::Balance(HERE));
        let writes = [value(balance, 1)];
        memory.publish(v(3, 0), &writes, &[]);
        memory.mark_estimates(TxIndex(3), &writes);
        assert_eq!(memory.resolve(balance, TxIndex(4)), Resolved::Estimate(TxIndex(3)));
        assert_eq!(memory.resolve(balance, TxIndex(3)), Resolved::Value(None, U256::from(100)));
        memory.publish(v(3, 1), &writes, &writes);
        assert_eq!(memory.resolve(balance, TxIndex(4)), found(3, 1, 1));
    }

    #[test]
    fn clearing_an_account_hides_older_slots_but_not_its_own() {
        let memory = memory();
        let slot = memory.intern(Location::Slot(HERE, U256::from(0)));
        let other = memory.intern(Location::Slot(HERE, U256::from(1)));
        let reset = memory.intern(Location::StorageReset(HERE));
        memory.publish(v(1, 0), &[value(other, 9)], &[]);
        memory.publish(v(2, 0), &[value(reset, 1), value(slot, 5)], &[]);
        assert_eq!(memory.resolve(slot, TxIndex(2)), Resolved::Value(None, U256::from(7)));
        assert_eq!(memory.resolve(slot, TxIndex(3)), found(2, 0, 5), "its own write counts");
        assert_eq!(memory.resolve(other, TxIndex(2)), found(1, 0, 9));
        assert_eq!(memory.resolve(other, TxIndex(3)), found(2, 0, 0), "an older one does not");
        memory.publish(v(4, 0), &[value(other, 8)], &[]);
        assert_eq!(memory.resolve(other, TxIndex(5)), found(4, 0, 8), "a later one does");
    }
}
