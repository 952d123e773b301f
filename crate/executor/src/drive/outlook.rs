//! What can be known of a block's transactions before any of them runs.

use lanescope_protocol::TxIndex;
use revm::context::TxEnv;
use revm::context_interface::transaction::AuthorizationTr;
use revm::primitives::Address;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::block::Block;
use crate::evm::cost;
use crate::memory::{AccountNumber, Memory};
use crate::strategy::{Like, Plan};
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

/// How lanes shall take the transactions of a block.
pub(super) fn plan(block: &Block, world: &World, batches: Box<[u8]>) -> Plan {
    let mut classes = vec![0; world.accounts_len()];
    // Where a slot is split, only those who use the same copy are alike.
    let mut shares: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    let mut last: Vec<u32> = Vec::new();
    let likes = block.transactions.iter().enumerate().map(|(index, tx)| {
        // Payments without data call nothing that could get in the way.
        let to = tx.kind.to().filter(|_| !tx.data.is_empty());
        let share = block.splits.as_ref().and_then(|splits| splits.share(*to?, tx));
        let Some(to) = to.and_then(|to| world.number_of(to)) else { return Like::NONE };
        let class: &mut u32 = match share {
            None | Some(0) => &mut classes[to as usize],
            Some(copy) => shares.entry((to, copy)).or_default(),
        };
        if *class == 0 {
            last.push(Like::NONE.before);
            *class = last.len() as u32;
        }
        let class = *class - 1;
        let before = core::mem::replace(&mut last[class as usize], index as u32);
        Like { class, before }
    });
    let likes = likes.collect();
    let (classes, long) = (last.len() as u32, long(block));
    Plan { batches, likes, classes, long, ..Plan::default() }
}

/// Most transactions that are begun before their turn.
const LONG_MAX: usize = 3;
/// Least gas of those, and their least part of all gas, as a divisor.
const LONG_GAS: u64 = 2_000_000;
const LONG_PART: u64 = 12;

/// Transactions with so high a limit that the block may come to wait for them alone.
fn long(block: &Block) -> Box<[TxIndex]> {
    let limits = block.transactions.iter().map(|tx| tx.gas_limit);
    let sum = limits.clone().fold(0_u64, u64::saturating_add);
    let mut long: Vec<_> = limits
        .enumerate()
        .filter(|(_, limit)| *limit >= LONG_GAS && *limit >= sum / LONG_PART)
        .collect();
    long.sort_by_key(|(_, limit)| core::cmp::Reverse(*limit));
    long.into_iter().take(LONG_MAX).map(|(index, _)| TxIndex(index as u32)).collect()
}

/// Most transactions in a batch, and the most gas that they may use together, if there are several.
const BATCH_MAX: usize = 16;
const BATCH_GAS: u64 = 400_000;

/// How many transactions, from each one, a lane takes at once: as many as cannot take long, so that
/// lanes do not meet at every single transfer.
pub(super) fn batches(block: &Block, lanes: u16) -> Box<[u8]> {
    // Every lane shall get several.
    let most = (block.transactions.len() / (usize::from(lanes) * 4)).clamp(1, BATCH_MAX);
    let limits: Vec<u64> = block.transactions.iter().map(|tx| tx.gas_limit).collect();
    let (mut end, mut gas) = (0, 0_u64);
    (0..limits.len())
        .map(|start| {
            while end < limits.len()
                && (end == start || (end - start < most && gas + limits[end] <= BATCH_GAS))
            {
                gas = gas.saturating_add(limits[end]);
                end += 1;
            }
            gas = gas.saturating_sub(limits[start]);
            (end - start) as u8
        })
        .collect()
}

/// What a plain transfer takes, about, in nanoseconds.
const TRANSFER_NS: u64 = 600;
/// Contract code that takes this long, about, is worth a second lane, whatever else there is.
const CODE_WORTH_SHARING_NS: u64 = 1_000_000;
/// A second lane takes some 50 microseconds to wake up: blocks that take less than this, about, are
/// over before it helps,
const WORTH_WAKING_NS: u64 = 400_000;
/// and less than this if they are mostly transfers, where lanes must tell each other about as much
/// as they do.
const TRANSFERS_WORTH_SHARING_NS: u64 = 1_500_000;

/// Whether one lane will probably be done first.
pub(super) fn is_better_alone(block: &Block, world: &World) -> bool {
    let (mut transfers, mut code) = (0, 0);
    // In a small block even looking at all transactions counts.
    let step = (block.transactions.len() / SAMPLE).max(1) as u64;
    for tx in block.transactions.iter().step_by(step as usize) {
        transfers += TRANSFER_NS * step;
        let to = tx.kind.to().filter(|_| !tx.data.is_empty());
        let runs = tx.kind.is_create()
            || to.and_then(|to| world.account(to)).is_some_and(|to| !to.info.is_empty_code_hash());
        if runs {
            // Limits are mostly twice what is used; a gas of contract code takes a fifth of a
            // nanosecond.
            code += tx.gas_limit / 10 * step;
        }
        if code > CODE_WORTH_SHARING_NS {
            return false;
        }
    }
    let total = transfers + code;
    total < WORTH_WAKING_NS
        || (transfers > code && (total < TRANSFERS_WORTH_SHARING_NS || meets_on_one(block)))
}

/// Whether many transactions have one sender or one receiver, by a sample.
fn meets_on_one(block: &Block) -> bool {
    let step = (block.transactions.len() / SAMPLE).max(1);
    let mut counts: FxHashMap<Address, usize> = FxHashMap::default();
    let sample = block.transactions.iter().step_by(step);
    for address in sample.flat_map(|tx| [Some(tx.caller), tx.kind.to().copied()]).flatten() {
        let count = counts.entry(address).or_default();
        *count += 1;
        if *count > SAMPLE / 4 {
            return true;
        }
    }
    false
}

/// Transactions that are looked at to see whether many meet on one account.
const SAMPLE: usize = 128;

/// Who may get code by EIP-7702.
fn authorities(block: &Block) -> FxHashSet<Address> {
    let items = block.transactions.iter().flat_map(|tx| &tx.authorization_list);
    items.filter_map(AuthorizationTr::authority).collect()
}
