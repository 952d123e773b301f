//! The multi-version memory itself.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use lanescope_protocol::{TxIndex, Version};
use revm::DatabaseRef;
use revm::bytecode::Bytecode;
use revm::primitives::map::B256Map;
use revm::primitives::{Address, B256, KECCAK_EMPTY, U256};
use rustc_hash::FxHashMap;

use super::account::{AccountCell, AccountChange, AccountState, Affected, Writers};
use super::chunks::Chunks;
use super::fees::Fees;
use super::location::Location;
use super::side::Side;
use super::slot::{SlotCell, SlotFound};
use crate::block::Block;
use crate::outcome::StateChanges;
use crate::rules::keeps_empty;
use crate::sync::{AtomicU32, Mutex, lock};
use crate::world::World;

/// The number of an account in a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct AccountNumber(u32);

/// The number of a slot in a memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct SlotNumber(u32);

impl AccountNumber {
    /// The account that has this number in the world.
    pub(crate) fn known(number: u32) -> Self {
        Self(number)
    }

    pub(crate) fn bits(self) -> u32 {
        self.0
    }
}

impl SlotNumber {
    pub(crate) fn bits(self) -> u32 {
        self.0
    }
}

/// Numbers from here on belong to what the world before the block does not have.
const SIDE: u32 = 1 << 31;

/// Accounts and slots that differ from the world when the first transaction begins.
#[derive(Debug, Default)]
struct Before {
    accounts: FxHashMap<AccountNumber, AccountState>,
    slots: FxHashMap<(AccountNumber, U256), U256>,
}

/// A slot of an account, with its value before the block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) account: AccountNumber,
    pub(crate) number: SlotNumber,
    pub(crate) base: U256,
}

/// All versions of all accounts and slots that a block touches.
#[derive(Debug)]
pub(crate) struct Memory {
    world: Arc<World>,
    accounts: Chunks<AccountCell>,
    new_accounts: Side<Address, AccountCell>,
    slots: Chunks<SlotCell>,
    new_slots: Side<(AccountNumber, U256), SlotCell>,
    /// What the protocol did before the first transaction: mostly nothing.
    before: Before,
    /// Codes that this block creates, by hash.
    codes: Mutex<B256Map<Bytecode>>,
    fees: Fees,
    fee_recipient: AccountNumber,
    /// The fee recipient exists once the first transaction is over (before EIP-161).
    keeps_empty: bool,
    /// How many transactions the block has.
    transactions: u32,
    /// Transactions below are final.
    final_below: AtomicU32,
}

impl Memory {
    /// `before`: what the protocol did before the first transaction.
    pub(crate) fn new(block: &Block, world: Arc<World>, before: &StateChanges) -> Self {
        let mut this = Self {
            accounts: Chunks::new(world.accounts_len()),
            new_accounts: Side::new(),
            slots: Chunks::new(world.slots_len()),
            new_slots: Side::new(),
            before: Before::default(),
            codes: Mutex::new(B256Map::default()),
            fees: Fees::new(block.transactions.len()),
            fee_recipient: AccountNumber(0),
            keeps_empty: keeps_empty(block.spec),
            transactions: block.transactions.len() as u32,
            final_below: AtomicU32::new(0),
            world,
        };
        this.fee_recipient = this.account_number(&block.env.beneficiary);
        for (address, change) in before {
            let account = this.account_number(address);
            let state = AccountState {
                balance: change.balance,
                nonce: change.nonce,
                code_hash: change.code_hash,
                exists: change.exists,
                ..AccountState::default()
            };
            this.before.accounts.insert(account, state);
            let slots = change.storage.iter();
            this.before.slots.extend(slots.map(|(key, value)| ((account, *key), *value)));
        }
        this
    }

    pub(crate) fn world(&self) -> &World {
        &self.world
    }

    pub(crate) fn fee_recipient(&self) -> AccountNumber {
        self.fee_recipient
    }

    /// Transactions below are final from now on.
    pub(crate) fn settle(&self, final_below: u32) {
        self.final_below.store(final_below, Ordering::Release);
    }

    /// Transactions below are final.
    pub(crate) fn final_below(&self) -> u32 {
        self.final_below.load(Ordering::Acquire)
    }

    pub(crate) fn account_number(&self, address: &Address) -> AccountNumber {
        match self.world.number_of(address) {
            Some(number) => AccountNumber(number),
            None => AccountNumber(SIDE | self.new_accounts.number(*address)),
        }
    }

    pub(crate) fn address(&self, account: AccountNumber) -> Address {
        if account.0 & SIDE != 0 {
            return *self.new_accounts.key(account.0 & !SIDE);
        }
        self.world.numbered(account.0).map(|(address, _)| *address).unwrap_or_default()
    }

    /// The slot with a key.
    pub(crate) fn slot(&self, account: AccountNumber, key: U256) -> Slot {
        let known = (account.0 & SIDE == 0).then(|| self.world.slot_of(account.0, &key)).flatten();
        let (number, mut base) = match known {
            Some((number, base)) => (SlotNumber(number), base),
            None => (SlotNumber(SIDE | self.new_slots.number((account, key))), U256::ZERO),
        };
        if !self.before.slots.is_empty()
            && let Some(value) = self.before.slots.get(&(account, key))
        {
            base = *value;
        }
        Slot { account, number, base }
    }

    pub(crate) fn key(&self, account: AccountNumber, slot: SlotNumber) -> U256 {
        if slot.0 & SIDE != 0 {
            return self.new_slots.key(slot.0 & !SIDE).1;
        }
        self.world.numbered_slot(account.0, slot.0).map(|(key, _)| key).unwrap_or_default()
    }

    /// A slot as a place that people know.
    pub(crate) fn slot_location(&self, account: AccountNumber, slot: SlotNumber) -> Location {
        Location::Slot(self.address(account), self.key(account, slot))
    }

    /// Remembers that `reader` reads an account's code. It must look afterwards, not before.
    pub(crate) fn note_code_reader(&self, account: AccountNumber, reader: TxIndex) {
        self.account_cell(account).note_code_reader(reader);
    }

    /// Remembers that `reader` needs something of an account's balance or nonce. It must look
    /// afterwards, not before.
    pub(crate) fn note_value_reader(&self, account: AccountNumber, reader: TxIndex) {
        self.account_cell(account).note_value_reader(reader);
    }

    /// An account before the first transaction, if no transaction has changed its code since.
    pub(crate) fn with_old_code(&self, account: AccountNumber) -> Option<AccountState> {
        (!self.account_cell(account).is_code_written()).then(|| self.base(account))
    }

    /// What `reader` would find now.
    pub(crate) fn find_account(&self, account: AccountNumber, reader: TxIndex) -> AccountState {
        let final_below = self.final_below.load(Ordering::Acquire);
        let state = self.account_cell(account).find(reader, &self.base(account), final_below);
        self.with_fees(account, reader, final_below, state)
    }

    /// Reads a slot as `reader` and remembers that it did. `reset`: who cleared the account's
    /// storage last, as the reader sees it.
    pub(crate) fn read_slot(
        &self,
        slot: Slot,
        reader: TxIndex,
        reset: Option<Version>,
    ) -> SlotFound {
        settle_reset(self.slot_cell(slot.number).read(reader), reset)
    }

    /// What `reader` would find now.
    pub(crate) fn find_slot(
        &self,
        slot: Slot,
        reader: TxIndex,
        reset: Option<Version>,
    ) -> SlotFound {
        settle_reset(self.slot_cell(slot.number).find(reader), reset)
    }

    /// Publishes a change of an account. Answers what later transactions may have read otherwise;
    /// so do the next four.
    pub(crate) fn publish_account(
        &self,
        account: AccountNumber,
        version: Version,
        change: AccountChange,
    ) -> Affected {
        self.account_cell(account).publish(version, change)
    }

    pub(crate) fn retract_account(&self, account: AccountNumber, tx: TxIndex) -> Affected {
        self.account_cell(account).retract(tx)
    }

    pub(crate) fn publish_slot(&self, slot: SlotNumber, version: Version, value: U256) -> bool {
        self.slot_cell(slot).publish(version, value)
    }

    pub(crate) fn retract_slot(&self, slot: SlotNumber, tx: TxIndex) -> bool {
        self.slot_cell(slot).retract(tx)
    }

    pub(crate) fn mark_estimate(&self, slot: SlotNumber, tx: TxIndex) -> bool {
        self.slot_cell(slot).mark_estimate(tx)
    }

    /// Sets what a transaction pays to the fee recipient. Nobody is told: whoever looks at the
    /// recipient's balance is checked when all before it is final.
    pub(crate) fn publish_fee(&self, tx: TxIndex, fee: U256) {
        self.fees.set(tx, fee);
    }

    /// Makes a code known that this block creates.
    pub(crate) fn publish_code(&self, hash: B256, code: Bytecode) {
        lock(&self.codes).insert(hash, code);
    }

    /// An account's code, by its hash, for a lane.
    pub(crate) fn code(&self, account: AccountNumber, hash: B256, lane: usize) -> Bytecode {
        // Nearly always the code from before the block: no look-up by hash then.
        match self.world.numbered(account.0).filter(|_| account.0 & SIDE == 0) {
            Some((_, known)) if known.info.code_hash == hash => {
                self.world.code_for(account.0, lane)
            }
            _ => self.code_by_hash(hash),
        }
    }

    /// A code by its hash.
    pub(crate) fn code_by_hash(&self, hash: B256) -> Bytecode {
        if hash == KECCAK_EMPTY || hash.is_zero() {
            return Bytecode::default();
        }
        let created = lock(&self.codes).get(&hash).cloned();
        created.unwrap_or_else(|| {
            let Ok(code) = self.world.code_by_hash_ref(hash);
            code
        })
    }

    /// Adds what earlier transactions have paid, if the account is the fee recipient, as far as
    /// they are final. So the balance is a lower bound, and exact for whoever comes next.
    fn with_fees(
        &self,
        account: AccountNumber,
        reader: TxIndex,
        final_below: u32,
        mut state: AccountState,
    ) -> AccountState {
        if account == self.fee_recipient {
            let since = state.destroyed_by.map_or(0, |tx| tx.0);
            let fees = self.fees.sum(since, reader.0, final_below);
            state.balance = state.balance.wrapping_add(fees);
            // Before EIP-161 every payment, even of nothing, makes the recipient exist.
            let paid = reader.0.min(self.transactions);
            let paid_since = state.destroyed_by.map_or(0, |tx| tx.0 + 1) < paid;
            state.exists |= self.keeps_empty && paid_since;
        }
        state
    }

    /// An account before the first transaction.
    pub(crate) fn base(&self, account: AccountNumber) -> AccountState {
        if !self.before.accounts.is_empty()
            && let Some(state) = self.before.accounts.get(&account)
        {
            return *state;
        }
        if account.0 & SIDE != 0 {
            return AccountState::default();
        }
        self.world.numbered(account.0).map_or_else(AccountState::default, |(_, known)| {
            AccountState {
                balance: known.info.balance,
                nonce: known.info.nonce,
                code_hash: known.info.code_hash,
                exists: true,
                destroyed_by: None,
                by: Writers::default(),
            }
        })
    }

    fn account_cell(&self, account: AccountNumber) -> &AccountCell {
        if account.0 & SIDE == 0 {
            self.accounts.get(account.0 as usize)
        } else {
            self.new_accounts.item(account.0 & !SIDE)
        }
    }

    fn slot_cell(&self, slot: SlotNumber) -> &SlotCell {
        if slot.0 & SIDE == 0 {
            self.slots.get(slot.0 as usize)
        } else {
            self.new_slots.item(slot.0 & !SIDE)
        }
    }
}

/// A slot's value is its latest write, unless the storage was cleared after that; in the clearing
/// transaction itself, slot writes come after the clearing.
fn settle_reset(found: SlotFound, reset: Option<Version>) -> SlotFound {
    let Some(reset) = reset else { return found };
    match found {
        SlotFound::Value(version, _) | SlotFound::Estimate(version) if version.tx >= reset.tx => {
            found
        }
        _ => SlotFound::Value(reset, U256::ZERO),
    }
}
