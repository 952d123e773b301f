//! What transactions have declared to touch, and what of it is one lock.

use lanescope_protocol::TxIndex;
use lanescope_protocol::strategy::Granularity;
use revm::primitives::Address;
use rustc_hash::{FxHashMap, FxHashSet};

use super::touches::Touch;
use crate::memory::Location;
use crate::world::World;

/// One thing that is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Key {
    /// An account with everything in it that has no key of its own.
    Account(Address),
    /// One place.
    Place(Location),
}

/// The declarations of all transactions of a block.
#[derive(Debug)]
pub(crate) struct Declared {
    keys: Granularity,
    /// Accounts that had code before the block.
    contracts: FxHashSet<Address>,
    numbers: FxHashMap<Key, u32>,
    sets: Vec<Declaration>,
    /// Who looks at what the others have paid to the fee recipient, where the order of commits is
    /// the one in which that was found out; else nobody knows.
    fee_readers: Option<FxHashSet<TxIndex>>,
}

/// What one transaction may touch, as numbers of keys, sorted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Declaration {
    /// What it may read and not write.
    pub(crate) reads: Box<[u32]>,
    /// What it may read and write.
    pub(crate) writes: Box<[u32]>,
    /// Gas that it is expected to use.
    pub(crate) gas: u64,
}

impl Declared {
    pub(crate) fn new(keys: Granularity, world: &World) -> Self {
        let has_code = |address: &Address| {
            world.account(address).is_some_and(|account| !account.info.is_empty_code_hash())
        };
        let contracts = match keys {
            Granularity::Contract => world.addresses().into_iter().filter(has_code).collect(),
            Granularity::Account | Granularity::Slot => FxHashSet::default(),
        };
        Self { keys, contracts, numbers: FxHashMap::default(), sets: Vec::new(), fee_readers: None }
    }

    /// Adds what the next transaction of the block declares.
    pub(crate) fn push(&mut self, touches: &[Touch], gas: u64) {
        let (mut reads, mut writes) = (Vec::new(), Vec::new());
        for touch in touches {
            let key = self.key(touch.location);
            let next = self.numbers.len() as u32;
            let number = *self.numbers.entry(key).or_insert(next);
            if touch.is_write { &mut writes } else { &mut reads }.push(number);
        }
        for list in [&mut reads, &mut writes] {
            list.sort_unstable();
            list.dedup();
        }
        reads.retain(|number| writes.binary_search(number).is_err());
        self.sets.push(Declaration { reads: reads.into(), writes: writes.into(), gas });
    }

    /// Whether a transaction has declared this.
    pub(crate) fn allows(&self, tx: TxIndex, touch: Touch) -> bool {
        let Some(set) = self.sets.get(tx.get()) else { return false };
        let Some(number) = self.numbers.get(&self.key(touch.location)) else { return false };
        set.writes.binary_search(number).is_ok()
            || (!touch.is_write && set.reads.binary_search(number).is_ok())
    }

    /// From here on, these and nobody else look at what the others have paid.
    pub(crate) fn know_fee_readers(&mut self, readers: FxHashSet<TxIndex>) {
        self.fee_readers = Some(readers);
    }

    /// Whether a transaction may look at what the others have paid to the fee recipient.
    pub(crate) fn may_look_at_fees(&self, tx: TxIndex, recipient: Address) -> bool {
        match &self.fee_readers {
            Some(readers) => readers.contains(&tx),
            None => self.names(tx, Location::Balance(recipient)),
        }
    }

    /// What each transaction has declared, in block order.
    pub(crate) fn sets(&self) -> &[Declaration] {
        &self.sets
    }

    /// Whether a transaction has declared a place in any way.
    pub(crate) fn names(&self, tx: TxIndex, location: Location) -> bool {
        self.allows(tx, Touch { location, is_write: false })
    }

    fn key(&self, location: Location) -> Key {
        let address = location.address();
        match (self.keys, location) {
            // Whoever reads a slot reads its account's code too, so whoever clears the storage
            // meets all readers there.
            (Granularity::Slot, Location::StorageReset(_)) => Key::Place(Location::Code(address)),
            (Granularity::Slot, _) => Key::Place(location),
            (Granularity::Contract, Location::Balance(_) | Location::Nonce(_))
                if !self.contracts.contains(&address) =>
            {
                Key::Place(location)
            }
            (Granularity::Contract | Granularity::Account, _) => Key::Account(address),
        }
    }
}
