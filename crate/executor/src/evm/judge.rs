//! Whether one transaction did what the block-level access list says (EIP-7928).

use lanescope_protocol::TxIndex;
use revm::primitives::{Address, KECCAK_EMPTY, U256};

use super::listed::{Changes, Listed, Place};
use super::machine::{Execution, Verdict};
use super::reads::AccountRead;
use crate::access_list::Rejection;
use crate::memory::{AccountChange, Life, Location, Memory, NonceChange};

impl Listed {
    /// Compares an execution, which has read from this list, with what the list says of it.
    pub(crate) fn judge(
        &self,
        tx: TxIndex,
        execution: &Execution,
        memory: &Memory,
    ) -> Result<(), Rejection> {
        let index = tx.get() + 1;
        match &execution.verdict {
            Verdict::Unlisted(location) => return Err(self.unlisted(index, *location)),
            Verdict::Invalid(reason) => return Err(self.impossible(tx, reason)),
            Verdict::Ran(_) | Verdict::Blocked(_) => {}
        }
        let recipient = self.block.env.beneficiary;
        self.touch_all(index, execution, memory, recipient)?;
        let mut made = Changes::new();
        for (number, change) in &execution.effects.accounts {
            let read = execution.accounts.iter().find(|read| read.account == *number);
            if let Some(read) = read {
                account_changes(read, change, execution, &mut made);
            }
        }
        for write in &execution.effects.slots {
            let address = memory.address(write.account);
            let key = memory.key(write.account, write.slot);
            made.insert((address, Place::Slot(key)), write.value);
        }
        self.add_fee(tx, execution, recipient, &mut made);
        self.compare(index, &made)?;
        self.spend(tx, execution.gas())
    }

    /// Remembers everything that a transaction has loaded, which must all be in the list.
    fn touch_all(
        &self,
        index: usize,
        execution: &Execution,
        memory: &Memory,
        recipient: Address,
    ) -> Result<(), Rejection> {
        let loaded = execution.accounts.iter().map(|read| read.address);
        for address in loaded.chain([recipient]) {
            if !self.touch(&address) {
                return Err(self.unlisted(index, Location::Balance(address)));
            }
        }
        let slots = execution.slots.iter().map(|read| (read.slot.account, read.key));
        let empty = execution.effects.empty_slots.iter().copied();
        let mut slots: Vec<_> =
            slots.chain(empty).map(|(account, key)| (memory.address(account), key)).collect();
        slots.sort_unstable();
        let unlisted = slots.into_iter().find(|(address, key)| !self.touch_slot(address, *key));
        match unlisted {
            Some((address, key)) => Err(self.unlisted(index, Location::Slot(address, key))),
            None => Ok(()),
        }
    }

    /// The fee recipient is paid beside the transaction's own changes.
    fn add_fee(&self, tx: TxIndex, execution: &Execution, recipient: Address, made: &mut Changes) {
        let key = (recipient, Place::Balance);
        let before = self.account(&recipient, tx).unwrap_or_default().balance;
        let after = made.get(&key).copied().unwrap_or(before);
        let after = after.wrapping_add(execution.effects.fee);
        if after == before {
            made.remove(&key);
        } else {
            made.insert(key, after);
        }
    }

    /// With the list's values the transaction cannot be in the block. Its producer has executed the
    /// block, so the values are wrong.
    fn impossible(&self, tx: TxIndex, reason: &str) -> Rejection {
        let location = self.block.transactions.get(tx.get()).map(|env| {
            let found = self.account(&env.caller, tx).unwrap_or_default();
            if found.nonce == env.nonce {
                Location::Balance(env.caller)
            } else {
                Location::Nonce(env.caller)
            }
        });
        let location = location.unwrap_or(Location::Balance(Address::ZERO));
        let reason =
            format!("with the listed values transaction {} is impossible: {reason}", tx.get() + 1);
        Rejection { location, reason }
    }
}

/// What an execution has changed of an account.
fn account_changes(
    read: &AccountRead,
    change: &AccountChange,
    execution: &Execution,
    made: &mut Changes,
) {
    let seen = &read.seen;
    let (mut balance, mut nonce) = (seen.balance.wrapping_add(change.added), seen.nonce);
    match change.nonce {
        NonceChange::None => {}
        NonceChange::Set(value) => nonce = value,
        NonceChange::Add(more) => nonce = nonce.wrapping_add(more),
    }
    let mut code = change.code.as_deref().copied().unwrap_or(seen.code_hash);
    if change.life == Life::Destroyed {
        (balance, nonce, code) = (U256::ZERO, 0, KECCAK_EMPTY);
        // What it looked at is gone; of what it did not look at the list says nothing.
        let own = execution.slots.iter().filter(|slot| slot.slot.account == read.account);
        for slot in own.filter(|slot| !slot.value.is_zero()) {
            made.insert((read.address, Place::Slot(slot.key)), U256::ZERO);
        }
    }
    if balance != seen.balance {
        made.insert((read.address, Place::Balance), balance);
    }
    if nonce != seen.nonce {
        made.insert((read.address, Place::Nonce), U256::from(nonce));
    }
    if code != seen.code_hash {
        made.insert((read.address, Place::Code), code.into());
    }
}
