//! From revm's account states after a transaction to the changes that others see.

use revm::primitives::{Address, U256};
use revm::state::{Account, EvmState};
use rustc_hash::FxHashSet;
use smallvec::SmallVec;

use super::reads::AccountRead;
use super::view::View;
use crate::memory::{AccountChange, AccountNumber, Life, NonceChange, SlotNumber};

/// What an incarnation leaves behind.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    pub(crate) accounts: SmallVec<[(AccountNumber, AccountChange); 2]>,
    pub(crate) slots: Vec<SlotWrite>,
    /// Slots of new contracts that were looked at and left at zero. Nobody else can have written
    /// them, so they are no reads; block access lists name them (EIP-7928).
    pub(crate) empty_slots: Vec<(AccountNumber, U256)>,
    /// What the fee recipient gets.
    pub(crate) fee: U256,
}

/// A slot's new value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SlotWrite {
    pub(crate) account: AccountNumber,
    pub(crate) slot: SlotNumber,
    pub(crate) value: U256,
}

/// The effects of a transaction that ran to its end and pays `fee` to `recipient`.
pub(super) fn effects(
    state: &EvmState,
    view: &View,
    keeps_empty: bool,
    recipient: &Address,
    fee: U256,
) -> Effects {
    let mut effects = Effects { fee, ..Effects::default() };
    if view.creates {
        effects.empty_slots = empty_slots(state, view);
    }
    #[allow(clippy::iter_over_hash_type)] // each account on its own; whoever records sorts
    for (address, account) in state {
        if !account.is_touched() {
            continue;
        }
        let Some(position) = view.position(address, account.info.account_id) else { continue };
        let read = &view.accounts[position];
        let gone = account.is_selfdestructed();
        // The order of the tests matters: a contract created and destroyed in one transaction
        // carries both marks, and a destroyed account still shows its old nonce and code.
        if gone {
            if address == recipient {
                // A fee paid to an account that dies in this transaction dies with it.
                effects.fee = U256::ZERO;
            }
            let change = AccountChange { life: Life::Destroyed, ..AccountChange::default() };
            effects.accounts.push((read.account, change));
            continue;
        }
        let change = change(account, read, view);
        if change != AccountChange::default() || (keeps_empty && !read.seen.exists) {
            effects.accounts.push((read.account, change));
        }
        for (key, slot) in account.changed_storage_slots() {
            let number = view.slot_number(read.account, *key);
            let value = slot.present_value();
            effects.slots.push(SlotWrite { account: read.account, slot: number, value });
        }
    }
    effects
}

/// Slots that revm knew to be zero without asking, and left so.
fn empty_slots(state: &EvmState, view: &View) -> Vec<(AccountNumber, U256)> {
    let asked: FxHashSet<_> = view.slots.iter().map(|read| read.slot.number).collect();
    let mut empty = Vec::new();
    #[allow(clippy::iter_over_hash_type)] // whoever records sorts
    for (address, account) in state {
        let Some(position) = view.position(address, account.info.account_id) else { continue };
        let number = view.accounts[position].account;
        let written = account.is_touched() && !account.is_selfdestructed();
        for (key, slot) in &account.storage {
            let known = asked.contains(&view.memory().slot(number, *key).number);
            if !(known || written && slot.is_changed()) {
                empty.push((number, *key));
            }
        }
    }
    empty
}

fn change(account: &Account, read: &AccountRead, view: &View) -> AccountChange {
    let (info, seen) = (&account.info, &read.seen);
    let created = account.is_created();
    let nonce = if info.nonce == seen.nonce && !created {
        NonceChange::None
    } else if created || read.needs.exact_nonce || read.is_steady {
        NonceChange::Set(info.nonce)
    } else {
        NonceChange::Add(info.nonce.wrapping_sub(seen.nonce))
    };
    let code = (info.code_hash != seen.code_hash).then(|| {
        if let Some(code) = &info.code {
            view.memory().publish_code(info.code_hash, code.clone());
        }
        Box::new(info.code_hash)
    });
    AccountChange {
        added: info.balance.wrapping_sub(seen.balance),
        nonce,
        code,
        life: if created { Life::Created } else { Life::Goes },
    }
}
