//! What one incarnation sees of the state: revm's questions, answered by the multi-version memory.

use core::error::Error;
use core::fmt;
use std::sync::Arc;

use lanescope_protocol::{TxIndex, Version};
use revm::DatabaseRef;
use revm::bytecode::Bytecode;
use revm::context_interface::DBErrorMarker;
use revm::primitives::{Address, B256, KECCAK_EMPTY, U256};
use revm::state::{AccountId, AccountInfo};

use super::declared::Declared;
use super::instants::Progress;
use super::listed::Listed;
use super::reads::{AccountRead, Needs, SlotRead};
use super::touches::Touch;
use crate::memory::{AccountNumber, AccountState, Location, Memory, SlotFound, SlotNumber};
use crate::strategy::Sight;
use crate::world::SANE_BALANCE_BITS;

/// What an incarnation reads through. Reset it with [`View::begin`] for each one.
#[derive(Debug)]
pub(super) struct View {
    pub(super) memory: Arc<Memory>,
    rules: Rules,
    lane: usize,
    sender: Sender,
    /// In program order. revm asks for an account once in a transaction, so nothing appears twice.
    pub(super) accounts: Vec<AccountRead>,
    /// In program order; nothing appears twice.
    pub(super) slots: Vec<SlotRead>,
    /// A few bits of every place that was read.
    pub(super) filter: Filter,
    /// The sender's earlier transactions have not all run: the nonce was taken on trust.
    pub(super) nonce_predicted: bool,
    /// Some account may have been created: that nonces are zero was looked at.
    pub(super) creates: bool,
    /// Where an estimate stopped the incarnation.
    pub(super) blocked: Option<Blocked>,
    /// What transactions may touch, if they had to say so.
    pub(super) declared: Option<Arc<Declared>>,
    /// Where the incarnation was stopped because it may not read there.
    pub(super) undeclared: Option<Location>,
    /// How much gas is spent, where anybody counts.
    pub(super) progress: Progress,
    /// Answers that are given already: those before the instant from which on it runs again.
    given: Given,
    /// The block's access list, which is asked instead of the memory, if there is one.
    pub(super) listed: Option<Arc<Listed>>,
    /// What the incarnation asked for that is not in the list.
    pub(super) unlisted: Option<Location>,
}

/// The first answers of a run, in program order.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) accounts: Vec<AccountRead>,
    pub(super) slots: Vec<SlotRead>,
}

/// How accounts are read in a block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Empty accounts exist (before EIP-161), and whether one does can be seen.
    pub(super) keeps_empty: bool,
    /// Everything of an account counts, always: rules under which needs are not known, and worlds
    /// whose ether may overflow a word.
    pub(super) strict: bool,
    /// What of the other transactions is seen.
    pub(super) sight: Sight,
}

/// What is known of the sender before anything runs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sender {
    /// The transaction's place in the order of commits: it sees what lies below.
    pub(super) tx: TxIndex,
    /// Its index in the block.
    pub(super) index: TxIndex,
    pub(super) address: Address,
    pub(super) nonce: u64,
    /// What the sender must own: value and all gas at the highest price.
    pub(super) cost: U256,
    /// Earlier transactions may still raise the nonce.
    pub(super) predicts: bool,
    /// Whom it calls or pays, if that can be read in a shorter way.
    pub(super) receiver: Option<Address>,
    /// Its account, if nonce and funds are certain whatever the block's transactions do.
    pub(super) steady: Option<AccountNumber>,
}

/// Bits of places: two sets without a common bit have no common place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter(pub(crate) u64);

/// Looking through more reads than this takes longer than asking the memory.
const SLOTS_SEARCHED: usize = 32;

/// What of the sender was not read but taken on trust.
#[derive(Clone, Copy, Debug)]
struct Trust {
    steady: bool,
    predicted: bool,
}

impl Trust {
    const NONE: Self = Self { steady: false, predicted: false };
}

/// An estimate that was met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Blocked {
    pub(crate) on: TxIndex,
    pub(crate) account: AccountNumber,
    pub(crate) slot: SlotNumber,
    /// Gas spent before.
    pub(crate) at: u64,
}

/// Stops revm at an estimate, and where nothing may be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct EstimateMet;

impl fmt::Display for EstimateMet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an earlier transaction is about to write this again")
    }
}

impl Error for EstimateMet {}
impl DBErrorMarker for EstimateMet {}

impl Filter {
    pub(crate) fn add_code(&mut self, account: AccountNumber) {
        self.add(u64::from(account.bits()) << 2);
    }

    pub(crate) fn add_values(&mut self, account: AccountNumber) {
        self.add(u64::from(account.bits()) << 2 | 1);
    }

    pub(crate) fn add_slot(&mut self, slot: SlotNumber) {
        self.add(u64::from(slot.bits()) << 2 | 2);
    }

    pub(crate) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn add(&mut self, place: u64) {
        // Fibonacci hashing: the top bits of the product are well mixed.
        self.0 |= 1 << (place.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58);
    }
}

impl View {
    pub(super) fn new(memory: Arc<Memory>, rules: Rules, lane: usize) -> Self {
        Self {
            memory,
            rules,
            lane,
            sender: Sender::default(),
            accounts: Vec::new(),
            slots: Vec::new(),
            filter: Filter::default(),
            nonce_predicted: false,
            creates: false,
            blocked: None,
            listed: None,
            unlisted: None,
            progress: Progress::default(),
            given: Given::default(),
            declared: None,
            undeclared: None,
        }
    }

    /// Makes ready for an incarnation.
    pub(super) fn begin(&mut self, sender: Sender) {
        self.sender = sender;
        self.given.accounts.clear();
        self.given.slots.clear();
        self.progress.begin();
        self.accounts.clear();
        self.slots.clear();
        self.filter = Filter::default();
        self.nonce_predicted = false;
        self.creates = false;
        self.blocked = None;
        self.unlisted = None;
        self.undeclared = None;
    }

    /// As whom the incarnation reads now.
    fn reader(&self) -> TxIndex {
        self.rules.sight.reader(self.sender.tx, self.memory.settled())
    }

    /// Stops an incarnation that reads what its transaction has not declared.
    fn must_be_declared(&mut self, location: Location) -> Result<(), EstimateMet> {
        let declared = self.declared.as_ref();
        if declared.is_none_or(|all| all.allows(self.sender.index, Touch::read(location))) {
            return Ok(());
        }
        self.undeclared = self.undeclared.or(Some(location));
        Err(EstimateMet)
    }

    /// The incarnation's place in the order of commits.
    pub(super) fn place(&self) -> TxIndex {
        self.sender.tx
    }

    /// The first answers of the incarnation, if it runs again from some instant on.
    pub(super) fn give(&mut self, accounts: &[AccountRead], slots: &[SlotRead]) {
        self.given.accounts.extend_from_slice(accounts);
        self.given.slots.extend_from_slice(slots);
    }

    pub(super) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The position of an account that revm has loaded.
    pub(super) fn position(&self, address: &Address, id: Option<AccountId>) -> Option<usize> {
        let by_id = id
            .map(AccountId::get)
            .filter(|at| self.accounts.get(*at).is_some_and(|read| read.address == *address));
        // Accounts that did not exist have no number in revm.
        by_id.or_else(|| self.accounts.iter().position(|read| read.address == *address))
    }

    /// The number of a slot, which mostly was read before it was written.
    pub(super) fn slot_number(&self, account: AccountNumber, key: U256) -> SlotNumber {
        let recent = self.slots.iter().rev().take(SLOTS_SEARCHED);
        let read = recent.into_iter().find(|read| read.key == key && read.slot.account == account);
        read.map_or_else(|| self.memory.slot(account, key).number, |read| read.slot.number)
    }

    pub(super) fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, EstimateMet> {
        if self.listed.is_some() {
            return self.listed_account(address);
        }
        let is_sender = address == self.sender.address;
        self.must_be_declared(Location::Code(address))?;
        if let Some(read) = self.given.accounts.get(self.accounts.len()).copied() {
            return Ok(self.hand_out_again(read, is_sender));
        }
        if let Some(account) = self.sender.steady.filter(|_| is_sender) {
            let seen = AccountState { nonce: self.sender.nonce, ..self.memory.base(account) };
            let steady = Trust { steady: true, predicted: false };
            return Ok(Some(self.hand_out(account, address, seen, Needs::default(), steady)));
        }
        let account = self.memory.account_number(&address);
        self.filter.add_code(account);
        self.memory.note_code_reader(account, self.sender.tx);
        if self.sender.receiver == Some(address)
            && !is_sender
            && let Some(seen) = self.memory.with_old_code(account)
            && seen.code_hash == KECCAK_EMPTY
        {
            // Nothing runs there, so nothing can look at its balance: any will do.
            let exists = !seen.is_empty();
            let info = self.hand_out(account, address, seen, Needs::default(), Trust::NONE);
            return Ok(exists.then_some(info));
        }
        let mut seen = self.memory.find_account(account, self.reader());
        let mut trust = Trust::NONE;
        if is_sender && self.sender.predicts && seen.nonce < self.sender.nonce {
            seen.nonce = self.sender.nonce;
            trust.predicted = true;
        }
        let needs = self.first_needs(&seen, is_sender);
        let exists = self.exists(&seen);
        let info = self.hand_out(account, address, seen, needs, trust);
        Ok(exists.then_some(info))
    }

    /// What counts of an account before the program has looked at anything.
    fn first_needs(&self, seen: &AccountState, is_sender: bool) -> Needs {
        let Rules { keeps_empty, strict, .. } = self.rules;
        let needs = Needs {
            // Additions of incarnations that will be thrown away can lead below zero. What is done
            // with such a balance could fail where it must not, so it counts exactly: it will not
            // hold.
            exact_balance: strict || seen.balance.bit_len() > SANE_BALANCE_BITS,
            exact_nonce: strict,
            existence: keeps_empty,
            ..Needs::default()
        };
        if is_sender {
            return Needs { exact_nonce: true, at_least: self.sender.cost, ..needs };
        }
        needs
    }

    /// From EIP-161 on an empty account does not exist; EIP-7702 charges for the difference.
    fn exists(&self, seen: &AccountState) -> bool {
        if self.rules.keeps_empty { seen.exists } else { !seen.is_empty() }
    }

    /// Gives an answer of an earlier run once more.
    fn hand_out_again(&mut self, read: AccountRead, is_sender: bool) -> Option<AccountInfo> {
        let AccountRead { account, address, seen, is_steady, is_predicted, .. } = read;
        let is_plain = self.sender.receiver == Some(address) && !is_sender;
        let needs = if is_steady || is_plain && seen.code_hash == KECCAK_EMPTY {
            Needs::default()
        } else {
            self.first_needs(&seen, is_sender)
        };
        if !is_steady {
            self.filter.add_code(account);
        }
        let exists = is_steady || self.exists(&seen);
        let trust = Trust { steady: is_steady, predicted: is_predicted };
        let info = self.hand_out(account, address, seen, needs, trust);
        exists.then_some(info)
    }

    /// An account out of the block's access list.
    fn listed_account(&mut self, address: Address) -> Result<Option<AccountInfo>, EstimateMet> {
        let listed = self.listed.as_ref();
        let Some(seen) = listed.and_then(|list| list.account(&address, self.sender.tx)) else {
            self.unlisted.get_or_insert(Location::Balance(address));
            return Err(EstimateMet);
        };
        let is_sender = address == self.sender.address;
        let needs = Needs {
            exact_balance: self.rules.strict,
            exact_nonce: self.rules.strict || is_sender,
            at_least: if is_sender { self.sender.cost } else { U256::ZERO },
            ..Needs::default()
        };
        let account = self.memory.account_number(&address);
        let trust = Trust { steady: false, predicted: false };
        let info = self.hand_out(account, address, seen, needs, trust);
        Ok(seen.exists.then_some(info))
    }

    /// A slot out of the block's access list: who has written it, and its value.
    fn listed_slot(
        &mut self,
        list: &Listed,
        address: Address,
        key: U256,
    ) -> Result<(Option<Version>, U256), EstimateMet> {
        list.slot(&address, key, self.sender.tx).ok_or_else(|| {
            self.unlisted.get_or_insert(Location::Slot(address, key));
            EstimateMet
        })
    }

    fn hand_out(
        &mut self,
        account: AccountNumber,
        address: Address,
        seen: AccountState,
        needs: Needs,
        trust: Trust,
    ) -> AccountInfo {
        let id = AccountId::new(self.accounts.len());
        let (is_steady, is_predicted) = (trust.steady, trust.predicted);
        self.nonce_predicted |= is_predicted;
        let at = self.progress.spent();
        self.accounts.push(AccountRead {
            account,
            address,
            seen,
            needs,
            is_steady,
            is_predicted,
            at,
        });
        // revm knows the empty code. Handing it out would count references to it, and that count
        // is one cache line for all lanes.
        let has_code = seen.code_hash != KECCAK_EMPTY;
        let code = has_code.then(|| {
            let listed = self.listed.as_ref().and_then(|list| list.code(&seen.code_hash));
            listed.unwrap_or_else(|| self.memory.code(account, seen.code_hash, self.lane))
        });
        let (balance, nonce, code_hash) = (seen.balance, seen.nonce, seen.code_hash);
        AccountInfo { balance, nonce, code_hash, account_id: id, code }
    }

    pub(super) fn code_by_hash(&self, code_hash: B256) -> Bytecode {
        let listed = self.listed.as_ref().and_then(|list| list.code(&code_hash));
        listed.unwrap_or_else(|| self.memory.code_by_hash(code_hash))
    }

    pub(super) fn storage(
        &mut self,
        address: Address,
        id: Option<AccountId>,
        key: U256,
    ) -> Result<U256, EstimateMet> {
        let Some(position) = self.position(&address, id) else {
            // revm loads an account before its slots; an unloaded one would have none.
            return Ok(U256::ZERO);
        };
        self.must_be_declared(Location::Slot(address, key))?;
        let reader = self.reader();
        let read = &mut self.accounts[position];
        read.needs.storage = true;
        let reset = read.seen.by.reset;
        let slot = self.memory.slot(read.account, key);
        let after = self.accounts.len() as u32;
        let at = self.progress.spent();
        if let Some(list) = self.listed.clone() {
            let (saw, value) = self.listed_slot(&list, address, key)?;
            self.slots.push(SlotRead { slot, key, saw, value, reset, after, at });
            return Ok(value);
        }
        self.filter.add_slot(slot.number);
        if let Some(read) = self.given.slots.get(self.slots.len()).copied() {
            self.slots.push(SlotRead { after, at, ..read });
            return Ok(read.value);
        }
        let found = match self.rules.sight {
            Sight::Versions | Sight::Listed => self.memory.read_slot(slot, self.sender.tx, reset),
            // Nobody is told of what is published, so nobody needs to know who has read.
            Sight::Final | Sight::Latest => self.memory.find_slot(slot, reader, reset),
        };
        let (saw, value) = match found {
            SlotFound::Base => (None, slot.base),
            SlotFound::Value(version, value) => (Some(version), value),
            SlotFound::Estimate(version) => {
                let (account, slot) = (slot.account, slot.number);
                self.blocked = Some(Blocked { on: version.tx, account, slot, at });
                return Err(EstimateMet);
            }
        };
        self.slots.push(SlotRead { slot, key, saw, value, reset, after, at });
        Ok(value)
    }

    pub(super) fn block_hash(&self, number: u64) -> B256 {
        let Ok(hash) = self.memory.world().block_hash_ref(number);
        hash
    }
}
