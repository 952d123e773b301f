//! Names for humans: which account, which variable, which entry.

mod known;
mod preimages;
mod slot;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::OnceLock;

use alloy_primitives::{Address, B256, U256, hex};
use lanescope_executor::preimages::keccak_preimages;
use lanescope_executor::{Block, World};
use lanescope_protocol::split::copy_name;

use crate::contracts::Artefact;
use preimages::Preimages;

/// Names of the accounts and locations of one scenario.
#[derive(Debug, Default)]
pub struct Names {
    accounts: BTreeMap<Address, String>,
    contracts: BTreeMap<Address, &'static Artefact>,
    /// Copies of slots that are split, by account and key.
    copies: BTreeMap<(Address, U256), SlotCopy>,
    /// What was hashed to set storage by name.
    given: Preimages,
    /// That, and what the block hashes when it runs.
    seen: OnceLock<Preimages>,
}

/// A slot, the number of one of its copies from 0, and how many there are.
pub(crate) type SlotCopy = (U256, u32, u32);

impl Names {
    pub(crate) fn add_copy(&mut self, address: Address, key: U256, copy: SlotCopy) {
        self.copies.insert((address, key), copy);
    }

    pub(crate) fn add_account(&mut self, address: Address, name: String) {
        self.accounts.insert(address, name);
    }

    pub(crate) fn add_contract(&mut self, address: Address, artefact: &'static Artefact) {
        self.contracts.insert(address, artefact);
    }

    pub(crate) fn add_preimage(&mut self, hash: B256, input: Vec<u8>) {
        self.given.insert(hash, input);
    }

    pub(crate) fn contract(&self, address: &Address) -> Option<&'static Artefact> {
        self.contracts.get(address).copied()
    }

    /// Runs the block once to see what it hashes, so that entries of mappings get names. The first
    /// call does the work; later ones return at once.
    pub fn learn(&self, block: &Block, world: &Arc<World>) {
        self.seen.get_or_init(|| {
            let mut all = self.given.clone();
            all.extend(keccak_preimages(block, world));
            all
        });
    }

    /// An account: its name, or its address in short (`0x3f2a…a1`).
    #[must_use]
    pub fn account(&self, address: &Address) -> String {
        self.accounts
            .get(address)
            .cloned()
            .or_else(|| known::account(address))
            .unwrap_or_else(|| short_address(address))
    }

    /// A storage slot: `Pool A.reserve0`, `Token.balanceOf[Ana]`,
    /// `0x3f2a…a1.mapping 3[0xab12…cd]`, `0x3f2a…a1.slot 5`; `Pool A.reserve0 (copy 2 of 4)` where it
    /// is split.
    #[must_use]
    pub fn slot(&self, address: &Address, key: U256) -> String {
        match self.copies.get(&(*address, key)) {
            Some((slot, copy, copies)) => {
                copy_name(&self.plain_slot(address, *slot), *copy, *copies)
            }
            None => self.plain_slot(address, key),
        }
    }

    /// A slot's name, as if nothing was split.
    pub(crate) fn plain_slot(&self, address: &Address, key: U256) -> String {
        let preimages = self.seen.get().unwrap_or(&self.given);
        let layout = self
            .contracts
            .get(address)
            .map(|artefact| &artefact.layout)
            .or_else(|| known::layout(address));
        let name = slot::name(layout, &preimages.trace_back(key), &|word| self.word(word));
        format!("{}.{name}", self.account(address))
    }

    /// A word used as a key or argument: an account's name, a number, or hex in short.
    pub(crate) fn word(&self, word: U256) -> String {
        // Addresses fill 20 bytes; ids and amounts are far smaller in practice.
        let bits = word.bit_len();
        if bits <= 96 {
            let as_address = Address::from_word(word.into());
            return self.accounts.get(&as_address).cloned().unwrap_or_else(|| word.to_string());
        }
        if (97..=160).contains(&bits) {
            return self.account(&Address::from_word(word.into()));
        }
        short_hex(&word.to_be_bytes::<32>())
    }
}

/// An address in short.
pub(crate) fn short_address(address: &Address) -> String {
    short_hex(address.as_slice())
}

/// Bytes in hex, the middle left out.
pub(crate) fn short_hex(bytes: &[u8]) -> String {
    let text = hex::encode(bytes);
    if text.len() <= 10 {
        return format!("0x{text}");
    }
    format!("0x{}…{}", &text[..4], &text[text.len() - 2..])
}

#[cfg(test)]
mod tests;
