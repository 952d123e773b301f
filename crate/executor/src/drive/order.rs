//! Runs whose commits have another order than the block: places in that order, who is passed over,
//! and the result of one lane in that order.

use lanescope_protocol::{TxIndex, Version};
use revm::primitives::U256;

use super::Run;
use super::workshop::Workshop;
use crate::block::BlockError;
use crate::evm::{Execution, Verdict, replay};
use crate::memory::{Life, NonceChange};
use crate::strategy::{Sight, Strategy};
use crate::sync::lock;

/// Transactions by their place in the order of commits.
#[derive(Clone, Debug)]
pub(super) enum Order {
    /// The block's.
    Block,
    /// Another; transactions that never ran are not in it.
    Own(Vec<TxIndex>),
}

/// Why a transaction never ran.
const DROPPED: &str = "it, or an earlier transaction of its sender, does not fit under the cap";

impl Order {
    /// A version whose transaction is given by its place.
    pub(super) fn version(&self, at: Version) -> Version {
        match self {
            Self::Block => at,
            Self::Own(order) => {
                let tx = order.get(at.tx.get()).copied().unwrap_or(at.tx);
                Version { tx, ..at }
            }
        }
    }
}

impl Workshop {
    /// Publishes where nobody detects conflicts: the next place is taken, and balances and nonces
    /// become what the execution has computed, whatever others have written since it looked.
    pub(super) fn publish_blindly(
        &self,
        version: Version,
        mut execution: Box<Execution>,
        strategy: &dyn Strategy,
    ) {
        let mut published = lock(&self.published);
        execution.place = TxIndex(*published);
        self.rebase(&mut execution);
        self.put(version, execution, strategy);
        *published += 1;
        // From here on everybody sees it.
        self.memory.settle(*published);
        strategy.published(version.tx, &|_| false);
    }

    /// Makes changes of balances and nonces such that they lead to the values computed.
    fn rebase(&self, execution: &mut Execution) {
        let Execution { place, accounts, effects, .. } = execution;
        for (account, change) in &mut effects.accounts {
            let read = accounts.iter().find(|read| read.account == *account);
            let Some(read) = read.filter(|_| change.life != Life::Destroyed) else { continue };
            let now = self.memory.find_account(*account, *place);
            if change.added != U256::ZERO {
                let computed = read.seen.balance.wrapping_add(change.added);
                change.added = computed.wrapping_sub(now.balance);
            }
            if let NonceChange::Add(more) = change.nonce {
                change.nonce = NonceChange::Set(read.seen.nonce.wrapping_add(more));
            }
        }
    }

    /// Why a transaction cannot be in the block at its place, if others go on without it.
    pub(super) fn passed_over(&self, tx: TxIndex) -> Option<String> {
        if !self.manner.own_order {
            return None;
        }
        self.with_done(tx, |done| match done.latest.as_ref().map(|(_, it)| &it.verdict) {
            Some(Verdict::Invalid(reason)) => Some(reason.clone()),
            _ => None,
        })
    }

    /// Transactions by their place.
    pub(super) fn order(&self) -> Order {
        if !self.manner.own_order {
            return Order::Block;
        }
        let place = |tx| self.with_done(tx, |done| Some(done.latest.as_ref()?.1.place));
        let all = (0..self.block.transactions.len() as u32).map(TxIndex);
        let mut places: Vec<_> = all.filter_map(|tx| Some((place(tx)?, tx))).collect();
        places.sort_unstable();
        Order::Own(places.into_iter().map(|(_, tx)| tx).collect())
    }

    /// Completes a run whose commits have this order.
    pub(super) fn complete(&self, order: &Order, run: &mut Run) -> Result<(), BlockError> {
        let Order::Own(order) = order else { return Ok(()) };
        for tx in order {
            run.excluded.extend(self.passed_over(*tx).map(|reason| (*tx, reason)));
        }
        let dropped = (0..self.block.transactions.len() as u32).map(TxIndex);
        let dropped = dropped.filter(|tx| self.with_done(*tx, |done| done.latest.is_none()));
        run.excluded.extend(dropped.map(|tx| (tx, DROPPED.to_owned())));
        run.excluded.sort_unstable();
        let excluded = |tx: &&TxIndex| !run.excluded.iter().any(|(known, _)| known == *tx);
        let committed: Vec<_> = order.iter().filter(excluded).copied().collect();
        let in_block_order = (0..self.block.transactions.len() as u32).map(TxIndex);
        if !committed.iter().copied().eq(in_block_order) {
            run.order = committed;
        }
        if self.manner.sight != Sight::Latest {
            let declared = self.declared.as_deref();
            run.replay = Some(replay(&self.block, &self.world, order, declared)?);
        }
        Ok(())
    }
}
