//! The state that a block-level access list supplies (EIP-7928): what every transaction finds before
//! it, and whether what it does is what the list says.
//!
//! A transaction with index i finds, at every place, the last value that the list gives with an index
//! up to i; so it need not wait for anybody. What it changes must stand in the list with index i + 1,
//! and nothing else may. By induction over the block, the values of a list that passes are those of
//! one lane.
//!
//! Before Cancun a contract could lose its storage, which a list does not say slot by slot. It does
//! say that the code or the nonce goes, and that is taken for it (the EIP counts on EIP-6780).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use alloy_eip7928::AccountChanges as ListedChanges;
use lanescope_protocol::{Incarnation, TxIndex, Version};
use revm::bytecode::Bytecode;
use revm::primitives::hardfork::SpecId;
use revm::primitives::map::B256Map;
use revm::primitives::{Address, B256, Bytes, KECCAK_EMPTY, U256, keccak256};
use rustc_hash::FxHashMap;

use crate::access_list::{BlockAccessList, Rejection, state_of};
use crate::block::Block;
use crate::memory::{AccountState, Location};
use crate::outcome::StateChanges;
use crate::rules::{self, Phase};
use crate::sync::{AtomicBool, AtomicU32, AtomicU64};
use crate::world::World;

/// A list, ready to be asked.
#[derive(Debug)]
pub(crate) struct Listed {
    world: Arc<World>,
    pub(super) block: Arc<Block>,
    accounts: FxHashMap<Address, Account>,
    codes: B256Map<Bytecode>,
    /// What the list says that happens at each index.
    changes: Vec<Changes>,
    /// Slots that are only looked at, inside transactions, and that nobody has looked at yet.
    unread: AtomicU32,
    /// Gas of each transaction that has run, and of all.
    gas: Vec<AtomicU64>,
    gas_used: AtomicU64,
}

/// What changes at one index, in the order of the list.
pub(super) type Changes = BTreeMap<(Address, Place), U256>;

/// A field of an account, in the order of the list's RLP form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Slot(U256),
    Balance,
    Nonce,
    Code,
}

/// Values with the index from which on they hold, sorted by it.
type Values<T> = Box<[(u32, T)]>;

#[derive(Debug, Default)]
struct Account {
    touched: AtomicBool,
    balances: Values<U256>,
    nonces: Values<u64>,
    codes: Values<B256>,
    /// When it lost its storage.
    cleared: Vec<u32>,
    slots: FxHashMap<U256, Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    touched: AtomicBool,
    /// Counts as unread until it is touched.
    is_read: bool,
    values: Values<U256>,
}

/// A read takes at least so much gas (EIP-2929; with EIP-2930, part of it in advance).
const READ_GAS: u64 = 2_000;

impl Listed {
    /// Reads a list. Fails if it is malformed.
    pub(crate) fn new(
        block: &Arc<Block>,
        world: &Arc<World>,
        list: &BlockAccessList,
    ) -> Result<Self, Rejection> {
        let transactions = block.transactions.len();
        list.validate_structure(transactions).map_err(|error| Rejection {
            location: Location::Balance(Address::ZERO),
            reason: format!("the access list is malformed: {error}"),
        })?;
        let mut this = Self {
            world: Arc::clone(world),
            block: Arc::clone(block),
            accounts: FxHashMap::default(),
            codes: B256Map::default(),
            changes: vec![Changes::new(); transactions + 2],
            unread: AtomicU32::new(0),
            gas: (0..transactions).map(|_| AtomicU64::new(0)).collect(),
            gas_used: AtomicU64::new(0),
        };
        let clears = !block.spec.is_enabled_in(SpecId::CANCUN);
        let mut unread = 0;
        for listed in list {
            let account = this.account_of(listed, clears);
            // What the protocol itself looks at takes no gas of the block.
            let is_systems = SYSTEM_CONTRACTS.contains(&listed.address);
            unread += if is_systems { 0 } else { listed.storage_reads.len() as u32 };
            this.accounts.insert(listed.address, account);
        }
        this.unread = AtomicU32::new(unread);
        Ok(this)
    }

    fn account_of(&mut self, listed: &ListedChanges, clears: bool) -> Account {
        let address = listed.address;
        let mut account = Account::default();
        for slot in &listed.storage_changes {
            let values = slot.changes.iter();
            let values = values.map(|it| (it.block_access_index.get() as u32, it.new_value));
            let values = self.note(address, Place::Slot(slot.slot), values, |value| value);
            account.slots.insert(slot.slot, Slot { values, ..Slot::default() });
        }
        for key in &listed.storage_reads {
            account.slots.insert(*key, Slot { is_read: true, ..Slot::default() });
        }
        let balances = listed.balance_changes.iter();
        let balances = balances.map(|it| (it.block_access_index.get() as u32, it.post_balance));
        account.balances = self.note(address, Place::Balance, balances, |value| value);
        let nonces = listed.nonce_changes.iter();
        let nonces = nonces.map(|it| (it.block_access_index.get() as u32, it.new_nonce));
        account.nonces = self.note(address, Place::Nonce, nonces, U256::from);
        let codes: Vec<_> = listed
            .code_changes
            .iter()
            .map(|it| (it.block_access_index.get() as u32, self.code_hash(&it.new_code)))
            .collect();
        account.codes = self.note(address, Place::Code, codes.into_iter(), Into::into);
        if clears {
            let nonces = account.nonces.iter().filter(|(_, nonce)| *nonce == 0).map(|it| it.0);
            let codes = account.codes.iter().filter(|(_, code)| *code == KECCAK_EMPTY);
            account.cleared = nonces.chain(codes.map(|it| it.0)).collect();
        }
        account
    }

    /// Remembers what changes when.
    fn note<T: Copy>(
        &mut self,
        address: Address,
        place: Place,
        values: impl Iterator<Item = (u32, T)>,
        word: impl Fn(T) -> U256,
    ) -> Values<T> {
        let values: Values<T> = values.collect();
        for (index, value) in &values {
            // The structure was checked, so every index is one of the block's.
            if let Some(changes) = self.changes.get_mut(*index as usize) {
                changes.insert((address, place), word(*value));
            }
        }
        values
    }

    fn code_hash(&mut self, code: &Bytes) -> B256 {
        if code.is_empty() {
            return KECCAK_EMPTY;
        }
        let hash = keccak256(code);
        self.codes.entry(hash).or_insert_with(|| {
            // A dishonest producer may write what no account can have.
            Bytecode::new_raw_checked(code.clone())
                .unwrap_or_else(|_| Bytecode::new_legacy(code.clone()))
        });
        hash
    }

    /// How many locations the list names: accounts, and slots.
    pub(crate) fn locations(&self) -> u32 {
        let slots = self.accounts.values().map(|account| account.slots.len()).sum::<usize>();
        (self.accounts.len() + slots) as u32
    }

    /// An account as a transaction finds it. `None` if it is not in the list.
    pub(super) fn account(&self, address: &Address, tx: TxIndex) -> Option<AccountState> {
        let listed = self.accounts.get(address)?;
        let mut state = AccountState::default();
        if let Some(before) = self.world.account(address) {
            state.balance = before.info.balance;
            state.nonce = before.info.nonce;
            state.code_hash = before.info.code_hash;
        }
        if let Some((version, balance)) = last(&listed.balances, tx) {
            (state.balance, state.by.balance) = (balance, version);
        }
        if let Some((version, nonce)) = last(&listed.nonces, tx) {
            (state.nonce, state.by.nonce) = (nonce, version);
        }
        if let Some((version, code)) = last(&listed.codes, tx) {
            (state.code_hash, state.by.code) = (code, version);
        }
        state.exists = !state.is_empty();
        Some(state)
    }

    /// A slot as a transaction finds it, and who has written it. `None` if it is not in the list.
    pub(super) fn slot(
        &self,
        address: &Address,
        key: U256,
        tx: TxIndex,
    ) -> Option<(Option<Version>, U256)> {
        let account = self.accounts.get(address)?;
        let slot = account.slots.get(&key)?;
        let found = slot.values.partition_point(|(index, _)| *index <= tx.0).checked_sub(1);
        let found = found.and_then(|at| slot.values.get(at)).copied();
        let cleared = account.cleared.iter().copied().filter(|index| *index <= tx.0).max();
        Some(match (found, cleared) {
            (Some((index, _)), Some(cleared)) if index < cleared => (at(cleared), U256::ZERO),
            (None, Some(cleared)) => (at(cleared), U256::ZERO),
            (Some((index, value)), _) => (at(index), value),
            (None, None) => (None, self.world.slot(address, key)),
        })
    }

    /// A code that the list brings.
    pub(super) fn code(&self, hash: &B256) -> Option<Bytecode> {
        self.codes.get(hash).cloned()
    }

    /// Remembers that an account was loaded. Answers whether it is in the list.
    pub(super) fn touch(&self, address: &Address) -> bool {
        let account = self.accounts.get(address);
        account.is_some_and(|account| {
            account.touched.store(true, Ordering::SeqCst);
            true
        })
    }

    /// Remembers that a slot was looked at. Answers whether it is in the list.
    pub(super) fn touch_slot(&self, address: &Address, key: U256) -> bool {
        let slot = self.accounts.get(address).and_then(|account| account.slots.get(&key));
        slot.is_some_and(|slot| {
            let is_new = !slot.touched.swap(true, Ordering::SeqCst);
            if is_new && slot.is_read && !SYSTEM_CONTRACTS.contains(address) {
                self.unread.fetch_sub(1, Ordering::SeqCst);
            }
            true
        })
    }

    /// Compares what has happened at an index with what the list says.
    pub(super) fn compare(&self, index: usize, made: &Changes) -> Result<(), Rejection> {
        let none = Changes::new();
        let listed = self.changes.get(index).unwrap_or(&none);
        for ((address, place), value) in made {
            let (what, value) = (place.words(address), place.value(*value));
            let reason = match listed.get(&(*address, *place)) {
                Some(said) if place.value(*said) == value => continue,
                Some(said) => {
                    let said = place.value(*said);
                    format!("{what} is {value} after {}, not {said}", self.when(index))
                }
                None => {
                    format!("{} changes {what} to {value} without being listed", self.when(index))
                }
            };
            return Err(Rejection { location: place.at(*address), reason });
        }
        match listed.iter().find(|(key, _)| !made.contains_key(key)) {
            None => Ok(()),
            Some(((address, place), value)) => Err(Rejection {
                location: place.at(*address),
                reason: format!(
                    "{} does not change {} to {}, as it is listed",
                    self.when(index),
                    place.words(address),
                    place.value(*value)
                ),
            }),
        }
    }

    /// Compares what has happened outside transactions, after `before`, with what the list says.
    pub(crate) fn judge_outside(
        &self,
        index: usize,
        before: &StateChanges,
        phase: &Phase,
    ) -> Result<(), Rejection> {
        let mut made = Changes::new();
        for (address, slots) in &phase.accessed {
            if !self.touch(address) {
                return Err(self.unlisted(index, Location::Balance(*address)));
            }
            let was = state_of(&self.world, before, address);
            let is = state_of(&self.world, &phase.changes, address);
            if was.balance != is.balance {
                made.insert((*address, Place::Balance), is.balance);
            }
            if was.nonce != is.nonce {
                made.insert((*address, Place::Nonce), U256::from(is.nonce));
            }
            for key in slots {
                if !self.touch_slot(address, *key) {
                    return Err(self.unlisted(index, Location::Slot(*address, *key)));
                }
                let known = || self.world.slot(address, *key);
                let old = was.storage.get(key).copied().unwrap_or_else(known);
                let new = is.storage.get(key).copied().unwrap_or_else(known);
                if old != new {
                    made.insert((*address, Place::Slot(*key)), new);
                }
            }
        }
        self.compare(index, &made)
    }

    /// Whether everything in the list was touched, once the block is over.
    pub(crate) fn judge_rest(&self) -> Result<(), Rejection> {
        let accounts: BTreeMap<_, _> = self.accounts.iter().collect();
        for (address, account) in accounts {
            if !account.touched.load(Ordering::SeqCst) {
                let reason = format!("account {address} is listed, but nothing loads it");
                return Err(Rejection { location: Location::Balance(*address), reason });
            }
            let slots: BTreeMap<_, _> = account.slots.iter().collect();
            let mut unread = slots.into_iter().filter(|(_, slot)| slot.is_read);
            let idle = unread.find(|(_, slot)| !slot.touched.load(Ordering::SeqCst));
            if let Some((key, _)) = idle {
                let reason = format!(
                    "slot {key:#x} of account {address} is listed, but nothing looks at it"
                );
                return Err(Rejection { location: Location::Slot(*address, *key), reason });
            }
        }
        Ok(())
    }

    /// Counts a transaction's gas. Fails if what is left of the block's does not suffice to look at
    /// everything that is listed and that nobody has looked at yet (EIP-7928, "Early rejection").
    pub(super) fn spend(&self, tx: TxIndex, gas: u64) -> Result<(), Rejection> {
        if let Some(known) = self.gas.get(tx.get()) {
            // It may have run before, where faults are played.
            let before = known.swap(gas, Ordering::SeqCst);
            self.gas_used.fetch_add(gas.wrapping_sub(before), Ordering::SeqCst);
        }
        let used = self.gas_used.load(Ordering::SeqCst);
        let left = self.block.env.gas_limit.saturating_sub(used);
        let unread = self.unread.load(Ordering::SeqCst);
        if left >= READ_GAS.saturating_mul(u64::from(unread)) {
            return Ok(());
        }
        let reason = format!(
            "{unread} slots are listed that nothing has looked at yet, more than {left} gas can pay for"
        );
        let location = self.judge_rest().err().map(|wrong| wrong.location);
        let location = location.unwrap_or(Location::Balance(Address::ZERO));
        Err(Rejection { location, reason })
    }

    /// Something was touched that is not in the list.
    pub(super) fn unlisted(&self, index: usize, location: Location) -> Rejection {
        let what = match location {
            Location::Slot(address, key) => format!("slot {key:#x} of account {address}"),
            other => format!("account {}", other.address()),
        };
        let reason = format!("{} looks at {what}, which is not listed", self.when(index));
        Rejection { location, reason }
    }

    fn when(&self, index: usize) -> String {
        if index == 0 {
            "the start of the block".to_owned()
        } else if index > self.block.transactions.len() {
            "the end of the block".to_owned()
        } else {
            format!("transaction {index}")
        }
    }
}

/// Contracts that the protocol calls outside transactions.
const SYSTEM_CONTRACTS: [Address; 4] = [
    rules::BEACON_ROOTS,
    rules::BLOCK_HASHES,
    rules::WITHDRAWAL_REQUESTS,
    rules::CONSOLIDATION_REQUESTS,
];

impl Place {
    fn at(self, address: Address) -> Location {
        match self {
            Self::Slot(key) => Location::Slot(address, key),
            Self::Balance => Location::Balance(address),
            Self::Nonce => Location::Nonce(address),
            Self::Code => Location::Code(address),
        }
    }

    fn words(self, address: &Address) -> String {
        match self {
            Self::Slot(key) => format!("slot {key:#x} of account {address}"),
            Self::Balance => format!("the balance of account {address}"),
            Self::Nonce => format!("the nonce of account {address}"),
            Self::Code => format!("the code of account {address}"),
        }
    }

    fn value(self, value: U256) -> String {
        match self {
            Self::Slot(_) | Self::Code => format!("{value:#x}"),
            Self::Balance | Self::Nonce => value.to_string(),
        }
    }
}

/// The last value that holds before a transaction, and who has written it.
fn last<T: Copy>(values: &Values<T>, tx: TxIndex) -> Option<(Option<Version>, T)> {
    let below = values.partition_point(|(index, _)| *index <= tx.0);
    let (index, value) = *values.get(below.checked_sub(1)?)?;
    Some((at(index), value))
}

/// Whose change has an index; `None`: it happened before the first transaction.
fn at(index: u32) -> Option<Version> {
    let tx = index.checked_sub(1)?;
    Some(Version { tx: TxIndex(tx), incarnation: Incarnation(0) })
}
