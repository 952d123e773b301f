//! State roots and logs hashes, as the files write them.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Log, U256, keccak256};
use alloy_trie::TrieAccount;
use alloy_trie::root::{state_root_unhashed, storage_root_unhashed};
use lanescope_executor::{StateChanges, World};

/// Root of the state trie (Yellow Paper §4.1) of a world with changes on top. Every account that
/// exists counts, the empty ones too: under which rules they exist was decided before.
#[must_use]
pub fn state_root(world: &World, changes: &StateChanges) -> B256 {
    let mut accounts: BTreeMap<Address, TrieAccount> = BTreeMap::new();
    for address in world.addresses() {
        if let Some(account) = world.account(&address).filter(|_| !changes.contains_key(&address)) {
            let slots = account.storage.iter().map(|(key, value)| (*key, *value));
            let info = &account.info;
            let account = trie_account(info.nonce, info.balance, info.code_hash, slots);
            accounts.insert(address, account);
        }
    }
    for (address, change) in changes.iter().filter(|(_, change)| change.exists) {
        let before = world.account(address).into_iter().flat_map(|account| &account.storage);
        let mut storage: BTreeMap<U256, U256> = before.map(|(key, value)| (*key, *value)).collect();
        storage.extend(&change.storage);
        let account = trie_account(change.nonce, change.balance, change.code_hash, storage);
        accounts.insert(*address, account);
    }
    state_root_unhashed(accounts)
}

/// An account's leaf. Slots that are zero are not part of the storage trie.
pub(crate) fn trie_account(
    nonce: u64,
    balance: U256,
    code_hash: B256,
    slots: impl IntoIterator<Item = (U256, U256)>,
) -> TrieAccount {
    let slots = slots.into_iter().filter(|(_, value)| !value.is_zero());
    let storage_root = storage_root_unhashed(slots.map(|(key, value)| (B256::from(key), value)));
    TrieAccount { nonce, balance, storage_root, code_hash }
}

/// Keccak of the RLP list of a block's logs: what the tests call `logs`.
#[must_use]
pub fn logs_hash<'a>(logs: impl IntoIterator<Item = &'a Log>) -> B256 {
    let logs: Vec<_> = logs.into_iter().collect();
    let mut out = Vec::new();
    alloy_rlp::encode_list::<_, Log>(&logs, &mut out);
    keccak256(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::b256;
    use alloy_trie::EMPTY_ROOT_HASH;
    use lanescope_executor::{AccountChange, WorldAccount};

    #[test]
    fn nothing_has_the_well_known_hashes() {
        assert_eq!(state_root(&World::new(), &StateChanges::new()), EMPTY_ROOT_HASH);
        let empty_list = b256!("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");
        assert_eq!(logs_hash([]), empty_list);
    }

    #[test]
    fn changes_hide_what_was_before() {
        let address = Address::with_last_byte(1);
        let mut account = WorldAccount::default();
        account.info.nonce = 1;
        account.storage.insert(U256::from(1), U256::from(5));
        let mut before = World::new();
        before.insert(address, account.clone());
        account.storage.clear();
        let mut after = World::new();
        after.insert(address, account);
        let mut change = AccountChange {
            exists: true,
            nonce: 1,
            code_hash: alloy_trie::KECCAK_EMPTY,
            storage: [(U256::from(1), U256::ZERO)].into(),
            ..AccountChange::default()
        };
        let changed = |change: &AccountChange| [(address, change.clone())].into();
        assert_ne!(state_root(&before, &StateChanges::new()), state_root(&after, &[].into()));
        assert_eq!(state_root(&before, &changed(&change)), state_root(&after, &[].into()));
        change.exists = false;
        assert_eq!(state_root(&before, &changed(&change)), EMPTY_ROOT_HASH);
    }
}
