//! What a dishonest producer does to a list: one entry is left out, altered or added, chosen by a
//! seed. Every result is a wrong list, as long as the list was right.

use alloy_eip7928::{
    AccountChanges, BalanceChange, BlockAccessIndex, NonceChange, SlotChanges, StorageChange,
};
use lanescope_protocol::strategy::Tamper;
use revm::primitives::{Address, Bytes, U256};

use super::BlockAccessList;

/// Tampers with the list of a block of so many transactions. What is not there can neither be left
/// out nor be altered; then something is added.
pub(crate) fn tamper(
    list: BlockAccessList,
    how: Tamper,
    seed: u64,
    transactions: usize,
) -> BlockAccessList {
    let mut dice = Dice(seed);
    let mut accounts = list.into_inner();
    let done = match how {
        Tamper::Nothing => true,
        Tamper::Drop => drop_entry(&mut accounts, &mut dice),
        Tamper::Alter => alter_value(&mut accounts, &mut dice),
        Tamper::Add => false,
    };
    if !done {
        add_entry(&mut accounts, &mut dice, transactions);
    }
    BlockAccessList::new(accounts)
}

/// One entry of an account.
#[derive(Clone, Copy)]
enum Entry {
    /// The account itself, if nothing else is said of it.
    Itself,
    Read(usize),
    Slot(usize, usize),
    Balance(usize),
    Nonce(usize),
    Code(usize),
}

/// Every entry, with the position of its account.
fn entries(accounts: &[AccountChanges]) -> Vec<(usize, Entry)> {
    let mut entries = Vec::new();
    for (at, account) in accounts.iter().enumerate() {
        let before = entries.len();
        let mut add = |entry| entries.push((at, entry));
        for (slot, changes) in account.storage_changes.iter().enumerate() {
            (0..changes.changes.len()).for_each(|change| add(Entry::Slot(slot, change)));
        }
        (0..account.storage_reads.len()).for_each(|read| add(Entry::Read(read)));
        (0..account.balance_changes.len()).for_each(|change| add(Entry::Balance(change)));
        (0..account.nonce_changes.len()).for_each(|change| add(Entry::Nonce(change)));
        (0..account.code_changes.len()).for_each(|change| add(Entry::Code(change)));
        if entries.len() == before {
            entries.push((at, Entry::Itself));
        }
    }
    entries
}

/// Leaves an entry out. Answers whether there was one.
fn drop_entry(accounts: &mut Vec<AccountChanges>, dice: &mut Dice) -> bool {
    let Some((at, entry)) = dice.choose(&entries(accounts)).copied() else { return false };
    let account = &mut accounts[at];
    match entry {
        Entry::Itself => drop(accounts.remove(at)),
        Entry::Read(read) => drop(account.storage_reads.remove(read)),
        Entry::Balance(change) => drop(account.balance_changes.remove(change)),
        Entry::Nonce(change) => drop(account.nonce_changes.remove(change)),
        Entry::Code(change) => drop(account.code_changes.remove(change)),
        Entry::Slot(slot, change) => {
            let changes = &mut account.storage_changes[slot];
            changes.changes.remove(change);
            if changes.changes.is_empty() {
                // As if it had only been looked at.
                let key = account.storage_changes.remove(slot).slot;
                account.storage_reads.push(key);
                account.storage_reads.sort_unstable();
            }
        }
    }
    true
}

/// Alters a value. Answers whether there was one.
fn alter_value(accounts: &mut [AccountChanges], dice: &mut Dice) -> bool {
    let mut entries = entries(accounts);
    entries.retain(|(_, entry)| !matches!(entry, Entry::Itself | Entry::Read(_)));
    let Some((at, entry)) = dice.choose(&entries).copied() else { return false };
    let account = &mut accounts[at];
    match entry {
        Entry::Itself | Entry::Read(_) => return false,
        Entry::Slot(slot, change) => {
            let value = &mut account.storage_changes[slot].changes[change].new_value;
            *value = dice.other(*value);
        }
        Entry::Balance(change) => {
            let value = &mut account.balance_changes[change].post_balance;
            *value = dice.other(*value);
        }
        Entry::Nonce(change) => {
            let value = &mut account.nonce_changes[change].new_nonce;
            *value = value.wrapping_add(1 + dice.below(3));
        }
        Entry::Code(change) => {
            let code = &mut account.code_changes[change].new_code;
            let mut bytes = code.to_vec();
            // STOP at the end: another code, whatever there was before.
            bytes.push(0);
            *code = Bytes::from(bytes);
        }
    }
    true
}

/// Adds an account, a slot or a change that nothing in the block makes.
fn add_entry(accounts: &mut Vec<AccountChanges>, dice: &mut Dice, transactions: usize) {
    let index = dice.below(transactions as u64 + 2);
    let value = dice.word();
    let what = if accounts.is_empty() { 0 } else { dice.below(5) };
    let at = dice.below(accounts.len() as u64) as usize;
    match what {
        1 => {
            let account = &mut accounts[at];
            let known = account.storage_slots().chain(account.storage_reads.iter().copied());
            let known: Vec<_> = known.collect();
            let key = dice.unknown(|key| known.contains(key), Dice::word);
            account.storage_reads.push(key);
            account.storage_reads.sort_unstable();
        }
        2 => {
            let changes = &mut accounts[at].balance_changes;
            let times = changes.iter().map(|change| change.block_access_index.get());
            if let Some(index) = free(times, index, transactions) {
                changes.push(BalanceChange::new(BlockAccessIndex::new(index), value));
                changes.sort_by_key(|change| change.block_access_index.get());
                return;
            }
            add_account(accounts, dice);
        }
        3 => {
            let changes = &mut accounts[at].nonce_changes;
            let times = changes.iter().map(|change| change.block_access_index.get());
            if let Some(index) = free(times, index, transactions) {
                changes.push(NonceChange::new(BlockAccessIndex::new(index), dice.next()));
                changes.sort_by_key(|change| change.block_access_index.get());
                return;
            }
            add_account(accounts, dice);
        }
        4 => {
            let change = StorageChange::new(BlockAccessIndex::new(index), value);
            let account = &mut accounts[at];
            let known = account.storage_slots().chain(account.storage_reads.iter().copied());
            let known: Vec<_> = known.collect();
            let key = dice.unknown(|key| known.contains(key), Dice::word);
            account.storage_changes.push(SlotChanges::new(key, vec![change]));
            account.storage_changes.sort_by_key(|changes| changes.slot);
        }
        _ => add_account(accounts, dice),
    }
}

/// Adds an account that nothing loads.
fn add_account(accounts: &mut Vec<AccountChanges>, dice: &mut Dice) {
    let known: Vec<_> = accounts.iter().map(|account| account.address).collect();
    let address = dice
        .unknown(|address| known.contains(address), |dice| Address::from_word(dice.word().into()));
    accounts.push(AccountChanges::new(address));
    accounts.sort_by_key(|account| account.address);
}

/// An index at which nothing changes yet, from one on.
fn free(taken: impl Iterator<Item = u64>, from: u64, transactions: usize) -> Option<u64> {
    let taken: Vec<_> = taken.collect();
    let count = transactions as u64 + 2;
    (0..count).map(|step| (from + step) % count).find(|index| !taken.contains(index))
}

/// Numbers that look random (SplitMix64: Steele, Lea and Flood, 2014).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 where there is none.
    fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    fn word(&mut self) -> U256 {
        U256::from_limbs(core::array::from_fn(|_| self.next()))
    }

    fn choose<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len() as u64) as usize)
    }

    /// Another value than this one: mostly a near one, which is harder to find.
    fn other(&mut self, value: U256) -> U256 {
        match self.below(3) {
            0 => value.wrapping_add(U256::ONE),
            1 => value ^ (U256::ONE << self.below(64) as usize),
            _ => value ^ (self.word() | U256::ONE),
        }
    }

    /// Something that is not known yet.
    fn unknown<T>(&mut self, is_known: impl Fn(&T) -> bool, make: impl Fn(&mut Self) -> T) -> T {
        loop {
            let made = make(self);
            if !is_known(&made) {
                return made;
            }
        }
    }
}
