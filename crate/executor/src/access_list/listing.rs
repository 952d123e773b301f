//! The list of a run on one lane: revm's builder, fed with the state of each transaction.

use revm::primitives::Address;
use revm::state::EvmState;
use revm::state::bal::{Bal, BlockAccessIndex};

use super::BlockAccessList;
use crate::outcome::{AccountChange, StateChanges};
use crate::rules::Phase;
use crate::world::World;

/// A list in the making.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    bal: Bal,
}

impl Listing {
    /// Everything that a transaction (from 0) loaded.
    pub(crate) fn transaction(&mut self, index: usize, state: &EvmState) {
        let index = BlockAccessIndex::new(index as u64 + 1);
        #[allow(clippy::iter_over_hash_type)] // the finished list is sorted
        for (address, account) in state {
            self.bal.update_account(index, *address, account);
        }
    }

    /// What happened outside transactions, after `before`.
    pub(crate) fn outside(
        &mut self,
        index: usize,
        world: &World,
        before: &StateChanges,
        phase: &Phase,
    ) {
        let index = BlockAccessIndex::new(index as u64);
        for (address, slots) in &phase.accessed {
            let was = state_of(world, before, address);
            let is = state_of(world, &phase.changes, address);
            let account = self.bal.accounts.entry(*address).or_default();
            account.account_info.balance_update(index, &was.balance, is.balance);
            account.account_info.nonce_update(index, &was.nonce, is.nonce);
            for key in slots {
                let value = |change: &AccountChange| {
                    change.storage.get(key).copied().unwrap_or_else(|| world.slot(address, *key))
                };
                let writes = account.storage.storage.entry(*key).or_default();
                writes.update(index, &value(&was), value(&is));
            }
        }
    }

    pub(crate) fn finish(self) -> BlockAccessList {
        BlockAccessList::new(self.bal.into_alloy_bal())
    }
}

/// An account after changes.
pub(crate) fn state_of(world: &World, changes: &StateChanges, address: &Address) -> AccountChange {
    let changed = changes.get(address).cloned();
    changed.unwrap_or_else(|| AccountChange::unchanged(world.account(address)))
}
