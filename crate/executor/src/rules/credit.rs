//! Changing account by account what a block has changed so far.

use revm::primitives::{Address, U256, hardfork::SpecId};

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
