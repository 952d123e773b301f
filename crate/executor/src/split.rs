//! Slots that are kept several times: which copy a transaction uses, and where it lies.
//!
//! A what-if: as if the contract kept N copies of one storage slot. It changes the block's rules, so
//! results differ from those of the block without it; one lane and every strategy run the same
//! changed block. SLOAD and SSTORE of the slot go to the transaction's copy (`evm/split.rs`); nothing
//! else knows. Gas is charged as for any slot: the first value in a copy that was zero costs as much
//! as any new slot does.
//!
//! Which copy a transaction uses depends on the transaction alone, whoever runs it and however
//! often. Calls of the protocol use the original.

use std::sync::Arc;

use lanescope_protocol::{SplitBy, SplitInitial};
use revm::context::TxEnv;
use revm::context_interface::transaction::AccessList;
use revm::primitives::{Address, B256, U256, keccak256};
use rustc_hash::FxHashMap;

use crate::block::Block;
use crate::world::World;

/// What comes before slot and number in the input of a copy's key.
const LABEL: &[u8] = b"lanescope split";

/// How far apart copies begin that hand out numbers, as a power of two.
const APART_BITS: usize = 32;

/// One slot that is kept several times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotSplit {
    /// The account.
    pub address: Address,
    /// The slot.
    pub slot: U256,
    /// How many copies there are, the original among them.
    pub copies: u32,
    /// Which one a transaction uses.
    pub by: SplitBy,
    /// What the others hold before the block.
    pub initial: SplitInitial,
}

/// The splits of a block.
#[derive(Clone, Debug, Default)]
pub struct Splits {
    slots: FxHashMap<(Address, U256), Kept>,
    /// By account, what most copies are kept of there.
    widest: FxHashMap<Address, U256>,
    /// The block's transactions: no two valid ones have the same sender and nonce.
    turns: FxHashMap<(Address, u64), Turn>,
}

/// Where the copies of a slot lie.
#[derive(Clone, Debug)]
struct Kept {
    by: SplitBy,
    keys: Box<[U256]>,
}

/// What decides which copy a transaction uses.
#[derive(Clone, Copy, Debug)]
struct Turn {
    index: u32,
    sender: u32,
}

/// The key of a copy, counted from 0: the slot itself is the first one, the others lie at
/// `keccak256("lanescope split" ‖ slot ‖ copy)`, slot and copy as 32 bytes each. Like an entry of a
/// mapping, it meets no other slot unless somebody breaks keccak.
#[must_use]
pub fn copy_key(slot: U256, copy: u32) -> U256 {
    if copy == 0 {
        return slot;
    }
    let mut input = LABEL.to_vec();
    input.extend(slot.to_be_bytes::<32>());
    input.extend(U256::from(copy).to_be_bytes::<32>());
    keccak256(input).into()
}

/// Splits slots of a block whose transactions are complete: its accounts get the copies, entries of
/// its transactions' access lists (EIP-2930) name them, and its programs use them.
pub fn split(block: &mut Block, world: &mut Arc<World>, asked: &[SlotSplit]) {
    if asked.is_empty() {
        return;
    }
    let mut splits = Splits::default();
    for (index, tx) in (0..).zip(&block.transactions) {
        let hash = keccak256(tx.caller);
        let sender = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        splits.turns.entry((tx.caller, tx.nonce)).or_insert(Turn { index, sender });
    }
    for one in asked {
        let keys: Box<[U256]> =
            (0..one.copies.max(1)).map(|copy| copy_key(one.slot, copy)).collect();
        let value = world.slot(&one.address, one.slot);
        let initial = |copy: u64| match one.initial {
            SplitInitial::Copy => value,
            SplitInitial::First => U256::ZERO,
            SplitInitial::Apart => value.wrapping_add(U256::from(copy) << APART_BITS),
        };
        let copies = (0..).zip(&keys).skip(1).map(|(copy, key)| (*key, initial(copy)));
        let copies: Vec<_> = copies.filter(|(_, value)| !value.is_zero()).collect();
        if !copies.is_empty() {
            // A real block's state is megabytes: it is copied only if something is put in.
            Arc::make_mut(world).set_slots(&one.address, copies);
        }
        let widest = splits.widest.entry(one.address).or_insert(one.slot);
        let most = splits.slots.get(&(one.address, *widest)).map_or(0, |kept| kept.keys.len());
        if keys.len() > most {
            *widest = one.slot;
        }
        splits.slots.insert((one.address, one.slot), Kept { by: one.by, keys });
    }
    for tx in &mut block.transactions {
        splits.list(tx);
    }
    block.splits = Some(Arc::new(splits));
}

impl Splits {
    /// The key of the copy that a transaction uses instead of this slot. `None`: the slot itself.
    #[must_use]
    pub fn copy(&self, address: Address, slot: U256, tx: &TxEnv) -> Option<U256> {
        let kept = self.slots.get(&(address, slot))?;
        kept.keys.get(self.number(kept, tx)?).copied()
    }

    /// Which copy a transaction would use of the slot of this account that is kept most often. Who
    /// calls the account and uses another copy is less likely to get in the way.
    pub(crate) fn share(&self, address: Address, tx: &TxEnv) -> Option<u32> {
        let slot = self.widest.get(&address)?;
        let kept = self.slots.get(&(address, *slot))?;
        self.number(kept, tx).map(|copy| copy as u32)
    }

    fn number(&self, kept: &Kept, tx: &TxEnv) -> Option<usize> {
        let turn = self.turns.get(&(tx.caller, tx.nonce))?;
        let turn = match kept.by {
            SplitBy::Index => turn.index,
            SplitBy::Sender => turn.sender,
        };
        Some(turn as usize % kept.keys.len())
    }

    /// Puts copies into a transaction's access list.
    fn list(&self, tx: &mut Arc<TxEnv>) {
        let exchanged = |list: &AccessList| -> AccessList {
            let mut list = list.clone();
            for item in &mut list.0 {
                for key in &mut item.storage_keys {
                    let copy = self.copy(item.address, U256::from_be_bytes(key.0), tx);
                    *key = copy.map_or(*key, B256::from);
                }
            }
            list
        };
        if tx.access_list.0.is_empty() {
            return;
        }
        let list = exchanged(&tx.access_list);
        if list != tx.access_list {
            Arc::make_mut(tx).access_list = list;
        }
    }
}
