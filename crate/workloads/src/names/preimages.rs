//! From a slot back to the variable and the keys that it was computed from.

use std::collections::BTreeMap;

use alloy_primitives::map::B256Map;
use alloy_primitives::{B256, U256};

/// Struct members and array elements follow the hash that starts them; what is farther away is not
/// related to it. Two hashes this close do not happen.
const NEAR: u64 = 1 << 32;
/// Deeper nesting than any contract's, and an end for inputs made to go round in circles.
const DEPTH_MAX: usize = 8;

/// Inputs of KECCAK256, by hash as a number, so that a slot can be found from the hash before it.
#[derive(Clone, Debug, Default)]
pub(super) struct Preimages(BTreeMap<U256, Vec<u8>>);

/// How a slot came to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    /// The slot of a variable.
    pub(super) base: U256,
    /// What was computed from it, in order.
    pub(super) steps: Vec<Step>,
}

/// One step of a computation of slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// A mapping's entry.
    Key(Vec<u8>),
    /// So many slots into the elements of an array or the bytes of a long string.
    Data(U256),
    /// So many slots into an entry that takes several.
    Offset(U256),
}

impl Preimages {
    pub(super) fn insert(&mut self, hash: B256, input: Vec<u8>) {
        self.0.insert(hash.into(), input);
    }

    pub(super) fn extend(&mut self, inputs: B256Map<Vec<u8>>) {
        self.0.extend(inputs.into_iter().map(|(hash, input)| (U256::from_be_bytes(hash.0), input)));
    }

    /// How this slot came to be. A slot that was not hashed is its own base.
    pub(super) fn trace_back(&self, slot: U256) -> Origin {
        self.trace_back_from(slot, DEPTH_MAX)
    }

    fn trace_back_from(&self, slot: U256, depth: usize) -> Origin {
        let Some((distance, input)) = self.nearest(slot).filter(|_| depth > 0) else {
            return Origin { base: slot, steps: Vec::new() };
        };
        if input.len() == 32 {
            let mut origin = self.trace_back_from(U256::from_be_slice(input), depth - 1);
            origin.steps.push(Step::Data(distance));
            return origin;
        }
        let (key, parent) = self.split(input);
        let mut origin = self.trace_back_from(parent, depth - 1);
        origin.steps.push(Step::Key(key));
        if !distance.is_zero() {
            origin.steps.push(Step::Offset(distance));
        }
        origin
    }

    /// The input whose hash is this slot or not far before it, and how far.
    fn nearest(&self, slot: U256) -> Option<(U256, &[u8])> {
        let (hash, input) = self.0.range(..=slot).next_back()?;
        let distance = slot - *hash;
        (distance < U256::from(NEAR) && input.len() >= 32).then_some((distance, input))
    }

    /// Key and slot of a mapping's entry. Solidity hashes the key first, Vyper the slot.
    fn split(&self, input: &[u8]) -> (Vec<u8>, U256) {
        let (first, last) = input.split_at(input.len() - 32);
        let slot = U256::from_be_slice(last);
        let is_slot = |slot: &U256| slot.bit_len() <= 64 || self.nearest(*slot).is_some();
        if first.len() == 32 && !is_slot(&slot) {
            let other = U256::from_be_slice(first);
            if is_slot(&other) {
                return (last.to_vec(), other);
            }
        }
        (first.to_vec(), slot)
    }
}
