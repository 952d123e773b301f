//! The state before a block, in memory.

use core::convert::Infallible;

use indexmap::IndexMap;
use revm::DatabaseRef;
use revm::bytecode::Bytecode;
use revm::primitives::map::{B256Map, FbBuildHasher, HashMap};
use revm::primitives::{Address, B256, KECCAK_EMPTY, U256, keccak256};
use revm::state::AccountInfo;

/// The slots of an account, by key, in the order in which they were put in.
pub type WorldStorage = IndexMap<U256, U256, FbBuildHasher<32>>;

/// Accounts, code, storage and earlier block hashes.
///
/// An account that is absent here does not exist. One that is present but has no balance, nonce or
/// code exists and is empty, which only the rules before EIP-161 tell apart.
///
/// Accounts and slots have dense numbers, so that whoever keeps something beside them needs no map
/// of its own.
#[derive(Clone, Debug, Default)]
pub struct World {
    accounts: IndexMap<Address, Numbered, FbBuildHasher<20>>,
    codes: B256Map<Bytecode>,
    block_hashes: HashMap<u64, B256>,
    /// Numbers of slots that were given out.
    slots: u32,
    /// All balances ever put in, saturating.
    supply: U256,
}

#[derive(Clone, Debug, Default)]
struct Numbered {
    account: WorldAccount,
    /// The number of its first slot; the others follow.
    first_slot: u32,
    /// More copies of its code, for lanes: whoever holds a code counts references to it, and if all
    /// lanes count in one place, they wait for each other at every call of a popular contract.
    copies: Box<[Bytecode]>,
}

/// Copies of each code besides the first.
const COPIES: usize = 3;

/// One account of a [`World`].
#[derive(Clone, Debug, Default)]
pub struct WorldAccount {
    /// Balance, nonce and code.
    pub info: AccountInfo,
    /// Slots that are not zero.
    pub storage: WorldStorage,
}

impl World {
    /// A world without accounts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an account or replaces it. Its code, if any, must be set in `account.info.code`; the
    /// code's hash is computed here.
    pub fn insert(&mut self, address: Address, mut account: WorldAccount) {
        match account.info.code.take().filter(|code| !code.original_byte_slice().is_empty()) {
            Some(code) => {
                account.info.code_hash = keccak256(code.original_byte_slice());
                self.codes.insert(account.info.code_hash, code.clone());
                account.info.code = Some(code);
            }
            None => {
                account.info.code_hash = KECCAK_EMPTY;
                account.info.code = Some(Bytecode::default());
            }
        }
        account.storage.retain(|_, value| !value.is_zero());
        self.supply = self.supply.saturating_add(account.info.balance);
        let first_slot = self.slots;
        self.slots += account.storage.len() as u32;
        let code = account.info.code.as_ref().filter(|code| !code.is_empty());
        let copies = code.into_iter().flat_map(|code| (0..COPIES).map(|_| copy(code))).collect();
        self.accounts.insert(address, Numbered { account, first_slot, copies });
    }

    /// Puts values into slots of an account that is there already.
    pub(crate) fn set_slots(
        &mut self,
        address: &Address,
        slots: impl IntoIterator<Item = (U256, U256)>,
    ) {
        let Some(numbered) = self.accounts.get_mut(address) else { return };
        let storage = &mut numbered.account.storage;
        storage.extend(slots);
        storage.retain(|_, value| !value.is_zero());
        // The numbers of an account's slots follow each other, so all of them are new.
        numbered.first_slot = self.slots;
        self.slots += storage.len() as u32;
    }

    /// Makes an earlier block's hash known to BLOCKHASH.
    pub fn insert_block_hash(&mut self, number: u64, hash: B256) {
        self.block_hashes.insert(number, hash);
    }

    /// An account, if it exists.
    #[must_use]
    pub fn account(&self, address: &Address) -> Option<&WorldAccount> {
        self.accounts.get(address).map(|numbered| &numbered.account)
    }

    /// Every address, sorted.
    #[must_use]
    pub fn addresses(&self) -> Vec<Address> {
        let mut addresses: Vec<_> = self.accounts.keys().copied().collect();
        addresses.sort_unstable();
        addresses
    }

    /// A slot's value; 0 if it was never set.
    #[must_use]
    pub fn slot(&self, address: &Address, key: U256) -> U256 {
        let account = self.accounts.get(address);
        account.and_then(|numbered| numbered.account.storage.get(&key)).copied().unwrap_or_default()
    }

    /// How many accounts there are; their numbers are smaller.
    pub(crate) fn accounts_len(&self) -> usize {
        self.accounts.len()
    }

    /// The numbers of slots are smaller than this.
    pub(crate) fn slots_len(&self) -> usize {
        self.slots as usize
    }

    /// The number of an account.
    pub(crate) fn number_of(&self, address: &Address) -> Option<u32> {
        self.accounts.get_index_of(address).map(|number| number as u32)
    }

    /// The account with a number.
    pub(crate) fn numbered(&self, number: u32) -> Option<(&Address, &WorldAccount)> {
        let (address, numbered) = self.accounts.get_index(number as usize)?;
        Some((address, &numbered.account))
    }

    /// The code of the account with a number, for a lane.
    pub(crate) fn code_for(&self, account: u32, lane: usize) -> Bytecode {
        let Some((_, numbered)) = self.accounts.get_index(account as usize) else {
            return Bytecode::default();
        };
        let copy = (lane % (COPIES + 1)).checked_sub(1).and_then(|copy| numbered.copies.get(copy));
        let first = numbered.account.info.code.as_ref();
        copy.or(first).cloned().unwrap_or_default()
    }

    /// The number and value of a slot of the account with a number, if it is not zero.
    pub(crate) fn slot_of(&self, account: u32, key: &U256) -> Option<(u32, U256)> {
        let (_, numbered) = self.accounts.get_index(account as usize)?;
        let (offset, _, value) = numbered.account.storage.get_full(key)?;
        Some((numbered.first_slot + offset as u32, *value))
    }

    /// Key and value of the slot with a number, of the account with a number.
    pub(crate) fn numbered_slot(&self, account: u32, slot: u32) -> Option<(U256, U256)> {
        let (_, numbered) = self.accounts.get_index(account as usize)?;
        let offset = slot.checked_sub(numbered.first_slot)?;
        let (key, value) = numbered.account.storage.get_index(offset as usize)?;
        Some((*key, *value))
    }

    /// Whether all balances together are so large that a sum of some could overflow a word. No
    /// chain comes near; a scenario may.
    pub(crate) fn may_overflow(&self) -> bool {
        self.supply.bit_len() > SANE_BALANCE_BITS
    }
}

/// No balance needs more bits, where [`World::may_overflow`] is false.
pub(crate) const SANE_BALANCE_BITS: usize = 192;

/// A copy that shares no count of references.
fn copy(code: &Bytecode) -> Bytecode {
    Bytecode::new_raw_checked(code.original_bytes()).unwrap_or_else(|_| code.clone())
}

impl DatabaseRef for World {
    type Error = Infallible;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        Ok(self.account(&address).map(|account| account.info.clone()))
    }

    fn code_by_hash_ref(&self, code_hash: B256) -> Result<Bytecode, Self::Error> {
        Ok(self.codes.get(&code_hash).cloned().unwrap_or_default())
    }

    fn storage_ref(&self, address: Address, index: U256) -> Result<U256, Self::Error> {
        Ok(self.slot(&address, index))
    }

    fn block_hash_ref(&self, number: u64) -> Result<B256, Self::Error> {
        Ok(self.block_hashes.get(&number).copied().unwrap_or_default())
    }
}
