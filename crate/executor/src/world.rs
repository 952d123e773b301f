//! The state before a block, in memory.

use core::convert::Infallible;

use revm::DatabaseRef;
use revm::bytecode::Bytecode;
use revm::primitives::map::{AddressMap, B256Map, HashMap, U256Map};
use revm::primitives::{Address, B256, KECCAK_EMPTY, U256, keccak256};
use revm::state::AccountInfo;

/// Accounts, code, storage and earlier block hashes.
///
/// An account that is absent here does not exist. One that is present but has no balance, nonce or
/// code exists and is empty, which only the rules before EIP-161 tell apart.
#[derive(Clone, Debug, Default)]
pub struct World {
    accounts: AddressMap<WorldAccount>,
    codes: B256Map<Bytecode>,
    block_hashes: HashMap<u64, B256>,
}

/// One account of a [`World`].
#[derive(Clone, Debug, Default)]
pub struct WorldAccount {
    /// Balance, nonce and code.
    pub info: AccountInfo,
    /// Slots that are not zero.
    pub storage: U256Map<U256>,
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
        self.accounts.insert(address, account);
    }

    /// Makes an earlier block's hash known to BLOCKHASH.
    pub fn insert_block_hash(&mut self, number: u64, hash: B256) {
        self.block_hashes.insert(number, hash);
    }

    /// An account, if it exists.
    #[must_use]
    pub fn account(&self, address: &Address) -> Option<&WorldAccount> {
        self.accounts.get(address)
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
        self.accounts
            .get(address)
            .and_then(|account| account.storage.get(&key))
            .copied()
            .unwrap_or_default()
    }
}

impl DatabaseRef for World {
    type Error = Infallible;

    fn basic_ref(&self, address: Address) -> Result<Option<AccountInfo>, Self::Error> {
        Ok(self.accounts.get(&address).map(|account| account.info.clone()))
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
