//! A block that has run, as the lanes left it; what people read is made of it afterwards.

use std::collections::BTreeMap;
use std::sync::Arc;

use lanescope_protocol::event::FallbackReason;
use lanescope_protocol::{Event, EventKind, TxIndex};
use revm::DatabaseRef;
use revm::primitives::{B256, Bytes, KECCAK_EMPTY, U256};

use super::Run;
use super::order::Order;
use super::recorder::{Counts, Recorder};
use super::recording;
use super::workshop::Workshop;
use crate::access_list::Rejection;
use crate::block::{Block, BlockError};
use crate::evm::{BaselineRun, Verdict};
use crate::memory::{AccountNumber, Life, SlotFound};
use crate::outcome::{AccountChange, Outcome, Receipt, StateChanges};
use crate::rules::{self, keeps_empty};

/// A finished run: nothing has been sorted or copied for people yet.
#[derive(Debug)]
pub struct RawRun(pub(super) Raw);

#[derive(Debug)]
pub(super) enum Raw {
    /// State in the multi-version memory, receipts where the lanes put them.
    Lanes(Box<LanesRun>),
    /// State and receipts in revm's journal.
    Alone { run: Box<BaselineRun>, block: Arc<Block>, makespan: u64 },
}

/// What several lanes leave.
#[derive(Debug)]
pub(super) struct LanesRun {
    pub(super) workshop: Workshop,
    pub(super) lanes: Vec<Recorder>,
    pub(super) makespan: u64,
}

impl RawRun {
    /// Incarnations that ran to their end.
    #[must_use]
    pub fn executions(&self) -> u32 {
        match &self.0 {
            Raw::Lanes(run) => run.counts().executions,
            Raw::Alone { run, .. } => run.results.len() as u32,
        }
    }

    /// Incarnations whose result was thrown away.
    #[must_use]
    pub fn aborts(&self) -> u32 {
        match &self.0 {
            Raw::Lanes(run) => run.counts().aborts,
            Raw::Alone { .. } => 0,
        }
    }

    /// Why it went to one lane, if it did.
    #[must_use]
    pub fn fallback(&self) -> Option<FallbackReason> {
        match &self.0 {
            Raw::Lanes(_) => None,
            Raw::Alone { .. } => Some(FallbackReason::TooSmall),
        }
    }

    /// Receipts and state; none, if what was supplied with the block is wrong. Fails if what comes
    /// after the last transaction does.
    pub fn outcome(&self) -> Result<Outcome, BlockError> {
        match &self.0 {
            Raw::Lanes(run) => run.outcome().map(|(outcome, _)| outcome),
            Raw::Alone { run, block, .. } => run.outcome(block),
        }
    }

    /// Puts receipts, state and record together. Fails if what comes after the last transaction
    /// does.
    pub fn finish(self) -> Result<Run, BlockError> {
        let fallback = self.fallback();
        match self.0 {
            Raw::Lanes(run) => run.finish(),
            Raw::Alone { run, block, makespan } => Ok(Run {
                outcome: run.outcome(&block)?,
                makespan,
                executions: run.results.len() as u32,
                fallback,
                ..Run::default()
            }),
        }
    }
}

impl Drop for LanesRun {
    fn drop(&mut self) {
        self.workshop.free();
    }
}

impl LanesRun {
    fn counts(&self) -> Counts {
        self.lanes.iter().fold(Counts::default(), |sum, lane| sum + lane.counts)
    }

    /// Puts receipts, state and record together. Fails if what comes after the last transaction
    /// does.
    pub(super) fn finish(mut self) -> Result<Run, BlockError> {
        let (outcome, rejection) = self.outcome()?;
        let counts = self.counts();
        let known = self.workshop.rejection().is_some();
        if let (Some(rejection), false, Some(lane)) = (&rejection, known, self.lanes.first_mut()) {
            lane.list_rejected(self.makespan, None, rejection.location);
        }
        let order = self.workshop.order();
        let lanes = core::mem::take(&mut self.lanes);
        let recording = recording::recording(&self.workshop, &order, lanes);
        let fell_back = |event: &&Event| event.kind == EventKind::FellBack;
        let fallback = recording.events.iter().find(fell_back);
        let mut run = Run {
            fallback: fallback.map(|event| FallbackReason::from_code(event.detail)),
            outcome,
            recording,
            makespan: self.makespan,
            executions: counts.executions,
            aborts: counts.aborts,
            wasted_gas: counts.wasted_gas,
            rejected: rejection.map(|rejection| rejection.reason),
            producer: self.workshop.producer(),
            ..Run::default()
        };
        self.workshop.complete(&order, &mut run)?;
        Ok(run)
    }

    /// Receipts and state; or, instead of them, why the block is invalid.
    fn outcome(&self) -> Result<(Outcome, Option<Rejection>), BlockError> {
        if let Some(rejection) = self.workshop.rejection() {
            return Ok((Outcome::default(), Some(rejection)));
        }
        let block = &self.workshop.block;
        let before = self.state();
        let kept = self.workshop.supply.as_ref().map(|_| before.clone()).unwrap_or_default();
        let after = rules::after(block, &self.workshop.world, before)?;
        if let Some(rejection) = self.workshop.judge_end(&kept, &after) {
            return Ok((Outcome::default(), Some(rejection)));
        }
        let state = after.changes;
        let all = || (0..block.transactions.len() as u32).map(TxIndex).collect();
        let order = match self.workshop.order() {
            Order::Block => all(),
            Order::Own(order) => order,
        };
        let receipts = order.into_iter().filter_map(|index| {
            let tx = &block.transactions[index.get()];
            self.workshop.with_done(index, |done| match done.latest.as_ref() {
                Some((_, execution)) => match &execution.verdict {
                    Verdict::Ran(result) => Some(Receipt::new(tx, result.clone())),
                    Verdict::Invalid(_) | Verdict::Blocked(_) | Verdict::Unlisted(_) => None,
                },
                None => None,
            })
        });
        let receipts = receipts.collect();
        let mut outcome = Outcome { receipts, gas_used: 0, state, codes: self.codes() };
        outcome.accumulate();
        Ok((outcome, None))
    }

    /// Every account that differs from the world before the block.
    fn state(&self) -> StateChanges {
        let Workshop { memory, world, block, before, .. } = &self.workshop;
        let keeps_empty = keeps_empty(block.spec);
        // Reads as a transaction after the last would.
        let after_all = TxIndex(memory.settled());
        let mut changes = before.clone();
        for (account, touched) in self.touched() {
            let address = memory.address(account);
            let after = memory.find_account(account, after_all);
            let known = world.account(&address);
            let change = changes.entry(address).or_insert_with(|| AccountChange::unchanged(known));
            change.balance = after.balance;
            change.nonce = after.nonce;
            change.code_hash = after.code_hash;
            change.exists = if keeps_empty { after.exists } else { !after.is_empty() };
            if touched.cleared {
                let keys = known.into_iter().flat_map(|known| known.storage.keys());
                change.storage = keys.map(|key| (*key, U256::ZERO)).collect();
            }
            for key in touched.keys {
                let slot = memory.slot(account, key);
                let value = match memory.find_slot(slot, after_all, after.by.reset) {
                    SlotFound::Value(_, value) => value,
                    SlotFound::Base | SlotFound::Estimate(_) => slot.base,
                };
                change.storage.insert(key, value);
            }
            change.storage.retain(|key, value| *value != world.slot(&address, *key));
            if change.code_hash.is_zero() {
                change.code_hash = KECCAK_EMPTY;
            }
            if !change.differs_from(known, keeps_empty) {
                changes.remove(&address);
            }
        }
        changes
    }

    /// Codes that the final incarnations wrote and that the world does not have.
    fn codes(&self) -> BTreeMap<B256, Bytes> {
        let Workshop { memory, world, block, .. } = &self.workshop;
        let mut codes = BTreeMap::new();
        for index in 0..block.transactions.len() {
            self.workshop.with_done(TxIndex(index as u32), |done| {
                let accounts = done.latest.iter().flat_map(|(_, known)| &known.effects.accounts);
                for hash in accounts.filter_map(|(_, change)| change.code.as_deref()) {
                    let Ok(known) = world.code_by_hash_ref(*hash);
                    if *hash != KECCAK_EMPTY && known.is_empty() {
                        codes.insert(*hash, memory.code_by_hash(*hash).original_bytes());
                    }
                }
            });
        }
        codes
    }

    /// Accounts that were written, with the keys of written slots.
    fn touched(&self) -> BTreeMap<AccountNumber, Touched> {
        let mut touched: BTreeMap<_, Touched> = BTreeMap::new();
        let Workshop { memory, block, .. } = &self.workshop;
        if !block.transactions.is_empty() {
            touched.entry(memory.fee_recipient()).or_default();
        }
        for index in 0..block.transactions.len() {
            self.workshop.with_done(TxIndex(index as u32), |done| {
                let Some((_, execution)) = &done.latest else { return };
                for (account, change) in &execution.effects.accounts {
                    let entry = touched.entry(*account).or_default();
                    entry.cleared |= change.life != Life::Goes;
                }
                for write in &execution.effects.slots {
                    let key = memory.key(write.account, write.slot);
                    touched.entry(write.account).or_default().keys.push(key);
                }
            });
        }
        touched
    }
}

#[derive(Debug, Default)]
struct Touched {
    cleared: bool,
    keys: Vec<U256>,
}
