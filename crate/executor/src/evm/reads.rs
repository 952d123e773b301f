//! What an incarnation saw, and how much of it mattered.
//!
//! revm asks for a whole account. Hardly any transaction depends on all of it: a payment to a
//! contract must not disturb who merely calls it. So each account that was read carries what the
//! transaction *needs* of it, and the read holds as long as the need is met.

use lanescope_protocol::Version;
use revm::primitives::{Address, U256};

use crate::memory::{AccountNumber, AccountState, Location, Slot};

/// An account as it was handed to revm.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AccountRead {
    pub(crate) account: AccountNumber,
    pub(crate) address: Address,
    pub(crate) seen: AccountState,
    pub(crate) needs: Needs,
    /// It is the sender, and everything that a transaction needs of its sender was known before
    /// the block began.
    pub(crate) is_steady: bool,
    /// It is the sender, and its nonce was taken on trust.
    pub(crate) is_predicted: bool,
    /// Gas spent before; on the gas clock, once it is known, the tick.
    pub(crate) at: u64,
}

/// What of an account the transaction depends on. Its code always counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// The balance was looked at.
    pub(crate) exact_balance: bool,
    /// The balance had to be at least this: payments out of it that were possible.
    pub(crate) at_least: U256,
    /// The balance had to be below this: payments out of it that were not.
    pub(crate) below: Option<U256>,
    /// The nonce was looked at.
    pub(crate) exact_nonce: bool,
    /// That the nonce is zero, or is not, was looked at.
    pub(crate) bare_nonce: bool,
    /// That the account exists, or does not, was looked at (before EIP-161).
    pub(crate) existence: bool,
    /// Slots were read: it counts who cleared the storage last.
    pub(crate) storage: bool,
}

/// A slot as it was handed to revm.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SlotRead {
    pub(crate) slot: Slot,
    pub(crate) key: U256,
    /// Who had written the value; `None`: the state before the block.
    pub(crate) saw: Option<Version>,
    pub(crate) value: U256,
    /// Who had cleared the account's storage, when the account was read.
    pub(crate) reset: Option<Version>,
    /// How many accounts had been read before: the order of the program.
    pub(crate) after: u32,
    /// Gas spent before; on the gas clock, once it is known, the tick.
    pub(crate) at: u64,
}

/// The field of an account in which a read no longer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Balance,
    Nonce,
    Code,
    Storage,
}

impl Field {
    pub(crate) const ALL: [Self; 4] = [Self::Balance, Self::Nonce, Self::Code, Self::Storage];

    /// The field of an account as a place, and who has written it in a state.
    pub(crate) fn at(self, address: Address, state: &AccountState) -> (Location, Option<Version>) {
        match self {
            Self::Balance => (Location::Balance(address), state.by.balance),
            Self::Nonce => (Location::Nonce(address), state.by.nonce),
            Self::Code => (Location::Code(address), state.by.code),
            Self::Storage => (Location::StorageReset(address), state.by.reset),
        }
    }
}

impl AccountRead {
    /// Whether the transaction depends on a field in any way.
    pub(crate) fn needs_any(&self, field: Field) -> bool {
        let needs = &self.needs;
        match field {
            Field::Balance => {
                needs.exact_balance
                    || !needs.at_least.is_zero()
                    || needs.below.is_some()
                    || needs.existence
            }
            Field::Nonce => needs.exact_nonce || needs.bare_nonce,
            Field::Code => true,
            Field::Storage => needs.storage && self.seen.by.reset.is_some(),
        }
    }

    /// Whether the transaction depends on balance or nonce.
    pub(crate) fn needs_values(&self) -> bool {
        self.needs_any(Field::Balance) || self.needs_any(Field::Nonce)
    }

    /// Where the transaction would see a difference, were the account now like this.
    pub(crate) fn difference(&self, now: &AccountState) -> Option<Field> {
        let (seen, needs) = (&self.seen, &self.needs);
        let balance_differs = (needs.exact_balance && now.balance != seen.balance)
            || now.balance < needs.at_least
            || needs.below.is_some_and(|bound| now.balance >= bound)
            || (needs.existence && now.exists != seen.exists);
        let nonce_differs = (needs.exact_nonce && now.nonce != seen.nonce)
            || (needs.bare_nonce && (now.nonce == 0) != (seen.nonce == 0));
        if now.code_hash != seen.code_hash {
            Some(Field::Code)
        } else if nonce_differs {
            Some(Field::Nonce)
        } else if balance_differs {
            Some(Field::Balance)
        } else if needs.storage && now.by.reset.map(|by| by.tx) != seen.by.reset.map(|by| by.tx) {
            Some(Field::Storage)
        } else {
            None
        }
    }
}

impl Needs {
    /// A payment out of the account: `current` is its balance at that moment, `seen` the one that
    /// was handed out when the transaction began.
    pub(crate) fn payment(&mut self, value: U256, seen: U256, current: U256) {
        // What the balance would have to be at the beginning to be `value` now.
        let bound = value.saturating_add(seen).saturating_sub(current);
        if current >= value {
            self.at_least = self.at_least.max(bound);
        } else {
            self.below = Some(self.below.map_or(bound, |known| known.min(bound)));
        }
    }

    /// Whether the account is empty was looked at (EIP-161).
    pub(crate) fn emptiness(&mut self, seen: &AccountState, current: U256) {
        self.bare_nonce = true;
        if seen.is_bare() {
            if current.is_zero() {
                self.exact_balance = true;
            } else {
                let bound = U256::from(1).saturating_add(seen.balance).saturating_sub(current);
                self.at_least = self.at_least.max(bound);
            }
        }
    }
}
