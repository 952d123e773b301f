//! Changing account by account what a block has changed so far.

use revm::primitives::{Address, U256, hardfork::SpecId};
use revm::state::AccountInfo;

use super::{Phase, keeps_empty};
use crate::outcome::{AccountChange, StateChanges};
use crate::world::World;

/// Changes in the making.
pub(super) struct Editor<'a> {
    world: &'a World,
    keeps_empty: bool,
    phase: Phase,
}

impl<'a> Editor<'a> {
    pub(super) fn new(spec: SpecId, world: &'a World, changes: StateChanges) -> Self {
        let phase = Phase { changes, ..Phase::default() };
        Self { world, keeps_empty: keeps_empty(spec), phase }
    }

    /// Pays wei that nobody loses. Paying nothing still touches the account: before EIP-161 that
    /// makes it exist, afterwards it changes nothing.
    pub(super) fn credit(&mut self, address: Address, amount: U256) {
        self.set_balance(address, |balance| balance.saturating_add(amount));
    }

    /// Moves all of an account's ether.
    pub(super) fn move_all(&mut self, from: Address, to: Address) {
        let mut moved = U256::ZERO;
        self.set_balance(from, |balance| {
            moved = balance;
            U256::ZERO
        });
        self.credit(to, moved);
    }

    fn set_balance(&mut self, address: Address, to: impl FnOnce(U256) -> U256) {
        self.phase.accessed.entry(address).or_default();
        let before = self.world.account(&address);
        let change =
            self.phase.changes.entry(address).or_insert_with(|| AccountChange::unchanged(before));
        change.balance = to(change.balance);
        change.exists = self.keeps_empty || !change.is_empty();
        if !change.differs_from(before, self.keeps_empty) {
            self.phase.changes.remove(&address);
        }
    }

    pub(super) fn finish(self) -> Phase {
        self.phase
    }
}

/// Changes to a world that was itself changed before, as changes to the world as it was first.
pub(crate) fn stacked(
    world: &World,
    spec: SpecId,
    below: StateChanges,
    above: StateChanges,
) -> StateChanges {
    let mut both = below;
    for (address, change) in above {
        let mut storage = both.remove(&address).map(|below| below.storage).unwrap_or_default();
        storage.extend(&change.storage);
        storage.retain(|key, value| *value != world.slot(&address, *key));
        let change = AccountChange { storage, ..change };
        if change.differs_from(world.account(&address), keeps_empty(spec)) {
            both.insert(address, change);
        }
    }
    both
}

/// The world after changes. Codes that are not part of the world are lost.
pub(crate) fn patched(world: &World, changes: &StateChanges) -> World {
    let mut after = world.clone();
    for (address, change) in changes {
        let mut account = world.account(address).cloned().unwrap_or_default();
        account.info = AccountInfo { balance: change.balance, nonce: change.nonce, ..account.info };
        account.storage.extend(change.storage.iter().map(|(key, value)| (*key, *value)));
        after.insert(*address, account);
    }
    after
}
