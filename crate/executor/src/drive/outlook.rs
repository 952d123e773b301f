//! What can be known of a block's transactions before any of them runs.

use revm::context::TxEnv;
use revm::context_interface::transaction::AuthorizationTr;
use revm::primitives::Address;
use rustc_hash::FxHashSet;

use crate::block::Block;
use crate::evm::cost;
use crate::memory::{AccountNumber, Memory};
use crate::world::World;

/// What is known of the transactions of a block.
#[derive(Debug)]
pub(super) struct Outlook {
    /// For each transaction, its sender's account, if the sender is *steady*: whatever the block's
    /// transactions do, when its turn comes the nonce fits and the funds suffice.
    steady: Box<[Option<AccountNumber>]>,
}

/// What is left of a steady sender before one of its transactions.
#[derive(Clone, Copy)]
struct Purse {
    nonce: u64,
    /// Wei, at least.
    balance: u128,
}

impl Outlook {
    /// Finds steady senders: an account without code that nobody in the block can give code to
    /// (EIP-7702) pays for its own transactions only. So if its nonces follow each other and its
    /// balance before the block covers the highest cost of all of them, nothing can stop them.
    pub(super) fn new(block: &Block, world: &World, memory: &Memory) -> Self {
        let authorities = authorities(block);
        let mut purses: Vec<u32> = vec![0; world.accounts_len()];
        let mut left: Vec<Option<Purse>> = Vec::with_capacity(block.transactions.len());
        let mut steady = Vec::with_capacity(block.transactions.len());
        for (index, tx) in block.transactions.iter().enumerate() {
            let number = world.number_of(&tx.caller).filter(|_| !authorities.contains(&tx.caller));
            let Some(number) = number else {
                left.push(None);
                steady.push(None);
                continue;
            };
            let before = match purses[number as usize].checked_sub(1) {
                Some(previous) => left[previous as usize],
                None => purse(world, memory, number),
            };
            purses[number as usize] = index as u32 + 1;
            let after = before.and_then(|purse| purse.after(tx));
            steady.push(after.map(|_| AccountNumber::known(number)));
            left.push(after);
        }
        Self { steady: steady.into() }
    }

    pub(super) fn steady_sender(&self, index: usize) -> Option<AccountNumber> {
        self.steady.get(index).copied().flatten()
    }
}

impl Purse {
    /// What is left after a transaction; nothing, if it may not be possible.
    fn after(self, tx: &TxEnv) -> Option<Self> {
        let cost = u128::try_from(cost(tx)).ok()?;
        let balance = self.balance.checked_sub(cost)?;
        (tx.nonce == self.nonce).then_some(Self { nonce: self.nonce.checked_add(1)?, balance })
    }
}

/// A sender before the block; nothing, if it has code.
fn purse(world: &World, memory: &Memory, number: u32) -> Option<Purse> {
    let (_, account) = world.numbered(number)?;
    let state = memory.base(AccountNumber::known(number));
    let same = account.info.is_empty_code_hash() && state.code_hash == account.info.code_hash;
    same.then(|| Purse {
        nonce: state.nonce,
        balance: u128::try_from(state.balance).unwrap_or(u128::MAX),
    })
}

/// Who may get code by EIP-7702.
fn authorities(block: &Block) -> FxHashSet<Address> {
    let items = block.transactions.iter().flat_map(|tx| &tx.authorization_list);
    items.filter_map(AuthorizationTr::authority).collect()
}
