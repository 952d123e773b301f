//! From revm's account states after a transaction to the writes that others see.

use lanescope_protocol::LocationId;
use revm::primitives::{Address, KECCAK_EMPTY, U256};
use revm::state::{Account, EvmState};

use super::view::View;
use crate::memory::{Content, Location, Write};

/// What the fee recipient gets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fee {
    pub(super) recipient: Address,
    pub(super) amount: U256,
}

/// The writes of a transaction that ran to its end.
///
/// The order of the tests matters: a contract created and destroyed in one transaction carries both
/// marks, and a destroyed account still shows its old nonce and code.
pub(super) fn writes(state: &EvmState, view: &View, fee: Fee) -> Vec<Write> {
    let mut writes = Writes { view, list: Vec::with_capacity(8) };
    let mut fee_left = fee.amount;
    for (address, account) in sorted(state) {
        if *address == fee.recipient && !fee_left.is_zero() {
            // The recipient took part: its balance was read, so the fee joins the value.
            fee_left = U256::ZERO;
            writes.account(address, account, fee.amount);
        } else {
            writes.account(address, account, U256::ZERO);
        }
    }
    if !fee_left.is_zero() {
        let location = writes.intern(Location::Balance(fee.recipient));
        writes.list.push(Write { location, content: Content::Add(fee_left) });
    }
    writes.list
}

/// The map's order depends on its history; traces must not.
fn sorted(state: &EvmState) -> Vec<(&Address, &Account)> {
    let mut accounts: Vec<_> = state.iter().collect();
    accounts.sort_unstable_by_key(|(address, _)| **address);
    accounts
}

struct Writes<'a> {
    view: &'a View,
    list: Vec<Write>,
}

impl Writes<'_> {
    fn account(&mut self, address: &Address, account: &Account, fee: U256) {
        if account.is_selfdestructed() && account.is_touched() {
            // A fee paid to an account that dies in this transaction dies with it.
            self.destroyed(address);
        } else if account.is_touched() {
            if account.is_created() {
                self.value(Location::StorageReset(*address), U256::from(1));
            }
            self.changed(address, account, fee);
        } else if !fee.is_zero() {
            let balance = account.info.balance.saturating_add(fee);
            self.value(Location::Balance(*address), balance);
        }
    }

    fn destroyed(&mut self, address: &Address) {
        self.value(Location::Balance(*address), U256::ZERO);
        self.value(Location::Nonce(*address), U256::ZERO);
        self.value(Location::Code(*address), KECCAK_EMPTY.into());
        self.value(Location::StorageReset(*address), U256::from(1));
    }

    fn changed(&mut self, address: &Address, account: &Account, fee: U256) {
        let Some(row) = self.view.row(address, account.info.account_id).copied() else {
            return;
        };
        let balance = account.info.balance.saturating_add(fee);
        if balance != row.balance {
            self.value(Location::Balance(*address), balance);
        }
        if account.info.nonce != row.nonce {
            self.value(Location::Nonce(*address), U256::from(account.info.nonce));
        }
        if account.info.code_hash != row.code_hash {
            if let Some(code) = &account.info.code {
                self.view.memory().publish_code(account.info.code_hash, code.clone());
            }
            self.value(Location::Code(*address), account.info.code_hash.into());
        }
        let mut slots: Vec<_> = account.changed_storage_slots().collect();
        slots.sort_unstable_by_key(|(key, _)| **key);
        for (key, slot) in slots {
            self.value(Location::Slot(*address, *key), slot.present_value());
        }
    }

    fn value(&mut self, location: Location, value: U256) {
        let location = self.intern(location);
        self.list.push(Write { location, content: Content::Value(value) });
    }

    fn intern(&self, location: Location) -> LocationId {
        self.view.memory().intern(location)
    }
}
