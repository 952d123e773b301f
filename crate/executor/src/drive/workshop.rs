//! What both drivers share: the block, the memory, and the latest result of every transaction.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use lanescope_protocol::{Lane, TxIndex, Version};

use super::outlook::Outlook;
use super::supply::Supply;
use crate::block::{Block, BlockError};
use crate::evm::{
    Chance, Effects, Execution, Field, Filter, Machine, SlotRead, Verdict, check_block_gas,
};
use crate::memory::{AccountNumber, Affected, Chunks, Location, Memory, SlotFound, SlotNumber};
use crate::outcome::StateChanges;
use crate::rules;
use crate::strategy::{Finding, Manner, Sight, Strategy};
use crate::sync::{AtomicU64, Mutex, lock};
use crate::world::World;

/// Gas in half a word; no block has more.
const BILL_MAX: u64 = u32::MAX as u64;

/// One lane frees fewer results than these sooner than it finds help.
const WORTH_FREEING_TOGETHER: usize = 2_000;

/// A block being run.
#[derive(Debug)]
pub(super) struct Workshop {
    pub(super) block: Arc<Block>,
    pub(super) memory: Arc<Memory>,
    pub(super) world: Arc<World>,
    /// What the protocol changed before the first transaction.
    pub(super) before: StateChanges,
    results: Chunks<Result>,
    /// Gas of the latest incarnation, and below it the transaction's limit: what commits look at.
    bills: Chunks<AtomicU64>,
    outlook: Outlook,
    pub(super) manner: Manner,
    /// What came with the block, if anything did.
    pub(super) supply: Option<Supply>,
    /// Whether thrown-away incarnations are kept, and checks say everything that has moved.
    keeps_all: bool,
}

/// The latest result of one transaction. On cache lines of its own, because the next transaction is
/// mostly another lane's.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Result {
    /// A few bits of every place that the latest incarnation has read.
    filter: AtomicU64,
    done: Mutex<Done>,
}

#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) latest: Option<(Version, Box<Execution>)>,
    /// Those before it, if all are kept.
    pub(super) thrown_away: Vec<(Version, Box<Execution>)>,
}

/// What a check of an incarnation's reads found.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) finding: Finding,
    /// The first stale read: where, and who has written it.
    pub(super) cause: Option<(Location, Option<Version>)>,
    /// Reads whose version is another than the one they saw, if all is kept.
    pub(super) moved: Vec<Moved>,
    /// Gas of the checked incarnation.
    pub(super) gas: u64,
}

/// A read whose version changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moved {
    pub(super) location: Location,
    pub(super) now: Option<Version>,
    pub(super) stale: bool,
}

impl Workshop {
    /// Does what comes before the first transaction and prepares the memory.
    pub(super) fn new(
        block: Arc<Block>,
        world: Arc<World>,
        manner: Manner,
        keeps_all: bool,
    ) -> core::result::Result<Self, BlockError> {
        let before = rules::before(&block, &world)?.changes;
        let memory = Arc::new(Memory::new(&block, Arc::clone(&world), &before));
        let results = Chunks::new(block.transactions.len());
        let bills = Chunks::new(block.transactions.len());
        let outlook = Outlook::new(&block, &world, &memory);
        let supply = None;
        Ok(Self {
            block,
            memory,
            world,
            before,
            results,
            bills,
            outlook,
            manner,
            supply,
            keeps_all,
        })
    }

    /// The same, with what came with the block.
    pub(super) fn supplied(mut self, supply: Option<Supply>) -> Self {
        self.supply = supply;
        self
    }

    /// An EVM for one lane.
    pub(super) fn machine(&self, lane: Lane) -> Machine {
        let (block, memory) = (Arc::clone(&self.block), Arc::clone(&self.memory));
        Machine::new(block, memory, lane, self.manner).supplied(self.list().cloned())
    }

    /// What is known of an incarnation before it runs.
    pub(super) fn chance(&self, version: Version, strategy: &dyn Strategy) -> Chance {
        let is_first = strategy.committed() == version.tx.0;
        // The first in line reads what is final. Who has been thrown away once may have looked at
        // more of the sender than is known.
        let reads_all = is_first || version.incarnation.0 > 0;
        let steady = self.outlook.steady_sender(version.tx.get()).filter(|_| !reads_all);
        Chance { is_first, steady_sender: steady }
    }

    /// Makes an incarnation's writes visible, and tells the strategy if others may have read
    /// something else. Afterwards the incarnation is ready to be reported as executed.
    pub(super) fn publish(
        &self,
        version: Version,
        execution: Box<Execution>,
        strategy: &dyn Strategy,
    ) {
        let tx = version.tx;
        let result = self.results.get(tx.get());
        let mut done = lock(&result.done);
        let mut changed = Changed::default();
        let old = done.latest.take();
        let memory = &*self.memory;
        for (account, change) in &execution.effects.accounts {
            changed.account(*account, memory.publish_account(*account, version, change.clone()));
        }
        for write in &execution.effects.slots {
            changed.slot(write.slot, memory.publish_slot(write.slot, version, write.value));
        }
        if let Some((_, old)) = &old {
            self.retract(tx, &old.effects, &execution.effects, &mut changed);
        }
        memory.publish_fee(tx, execution.effects.fee);
        // Whoever asks has seen that the transaction was executed, which is said afterwards.
        result.filter.store(execution.filter.0, Ordering::Release);
        let limit = self.block.transactions[tx.get()].gas_limit.min(BILL_MAX);
        let bill = execution.gas().min(BILL_MAX) << 32 | limit;
        self.bills.get(tx.get()).store(bill, Ordering::Release);
        done.latest = Some((version, execution));
        if self.keeps_all {
            done.thrown_away.extend(old);
        }
        drop(done);
        self.tell(tx, changed, strategy);
    }

    /// Takes back what the incarnation before wrote and this one does not.
    fn retract(&self, tx: TxIndex, old: &Effects, new: &Effects, changed: &mut Changed) {
        for (account, _) in &old.accounts {
            let again = new.accounts.iter().any(|(known, _)| known == account);
            if !again {
                changed.account(*account, self.memory.retract_account(*account, tx));
            }
        }
        for write in &old.slots {
            let again = new.slots.iter().any(|known| known.slot == write.slot);
            if !again {
                changed.slot(write.slot, self.memory.retract_slot(write.slot, tx));
            }
        }
    }

    /// The transaction as which the memory is asked on behalf of one at this moment.
    pub(super) fn reader(&self, tx: TxIndex) -> TxIndex {
        match self.manner.sight {
            Sight::Versions | Sight::Listed => tx,
            Sight::Final => tx.min(TxIndex(self.memory.final_below())),
        }
    }

    /// Every place that the latest result of a transaction writes, as a few bits.
    pub(super) fn written(&self, tx: TxIndex) -> Filter {
        let mut places = Filter::default();
        if let Some((_, execution)) = &lock(&self.results.get(tx.get()).done).latest {
            for (account, _) in &execution.effects.accounts {
                places.add_values(*account);
                places.add_code(*account);
            }
            for write in &execution.effects.slots {
                places.add_slot(write.slot);
            }
        }
        places
    }

    /// Marks an aborted transaction's slots as estimates, or takes back everything that it wrote,
    /// and tells the strategy.
    pub(super) fn mark_estimates(&self, tx: TxIndex, strategy: &dyn Strategy) {
        let done = lock(&self.results.get(tx.get()).done);
        let mut changed = Changed::default();
        match &done.latest {
            Some((_, execution)) if self.manner.estimates => {
                for write in &execution.effects.slots {
                    changed.slot(write.slot, self.memory.mark_estimate(write.slot, tx));
                }
            }
            Some((_, execution)) => {
                self.retract(tx, &execution.effects, &Effects::default(), &mut changed);
            }
            None => {}
        }
        drop(done);
        self.tell(tx, changed, strategy);
    }

    fn tell(&self, tx: TxIndex, changed: Changed, strategy: &dyn Strategy) {
        if !changed.is_empty() {
            strategy.published(tx, &|later| {
                let read = self.results.get(later.get()).filter.load(Ordering::Acquire);
                Filter(read).meets(changed)
            });
        }
    }

    /// Compares what an incarnation needed with what it would find now, by value. The same value
    /// from another version still holds, because running again on equal inputs would do the same.
    pub(super) fn check(&self, version: Version) -> Checked {
        let mut checked =
            Checked { finding: Finding::Holds, cause: None, moved: Vec::new(), gas: 0 };
        let done = lock(&self.results.get(version.tx.get()).done);
        // A newer incarnation's result means that this one is gone: the strategy will not listen.
        let latest = done.latest.as_ref().filter(|(latest, _)| *latest == version);
        let Some((_, execution)) = latest else { return checked };
        checked.gas = execution.gas();
        if self.supply.is_some() {
            // It has read from the list, and was compared with it.
            return checked;
        }
        let accounts = execution.accounts.iter();
        for read in accounts.filter(|read| !read.is_steady || read.needs_values()) {
            let now = self.memory.find_account(read.account, version.tx);
            let difference = read.difference(&now);
            if let Some(field) = difference {
                let (location, now) = field.at(read.address, &now);
                checked.meet(Moved { location, now, stale: true }, None);
            }
            if self.keeps_all {
                let fields = Field::ALL.into_iter().filter(|field| difference != Some(*field));
                for field in fields.filter(|field| read.needs_any(*field)) {
                    let (location, by) = field.at(read.address, &now);
                    if by != field.at(read.address, &read.seen).1 {
                        checked.moved.push(Moved { location, now: by, stale: false });
                    }
                }
            }
        }
        for read in &execution.slots {
            self.check_slot(version, read, &mut checked);
        }
        checked
    }

    fn check_slot(&self, version: Version, read: &SlotRead, checked: &mut Checked) {
        let found = self.memory.find_slot(read.slot, version.tx, read.reset);
        let (now, value, on) = match found {
            SlotFound::Base => (None, Some(read.slot.base), None),
            SlotFound::Value(now, value) => (Some(now), Some(value), None),
            SlotFound::Estimate(now) => (Some(now), None, Some(now.tx)),
        };
        let stale = value != Some(read.value);
        if stale || (self.keeps_all && now != read.saw) {
            let location = self.memory.slot_location(read.slot.account, read.slot.number);
            checked.meet(Moved { location, now, stale }, on);
        }
    }

    /// Gas of the latest incarnation.
    pub(super) fn gas(&self, tx: TxIndex) -> u64 {
        self.bills.get(tx.get()).load(Ordering::Acquire) >> 32
    }

    /// Checks what only holds or fails when all before it are final: whether the transaction fits
    /// into the rest of the block's gas, of which `gas_used` is gone, and, if `checked` is set,
    /// whether it could run at all.
    pub(super) fn admit(
        &self,
        version: Version,
        gas_used: u64,
        checked: bool,
    ) -> core::result::Result<(), BlockError> {
        let limit = self.bills.get(version.tx.get()).load(Ordering::Acquire) & BILL_MAX;
        if limit == BILL_MAX || limit > self.block.env.gas_limit.saturating_sub(gas_used) {
            check_block_gas(&self.block, version.tx.get(), gas_used)?;
        }
        if !checked {
            return Ok(());
        }
        let done = lock(&self.results.get(version.tx.get()).done);
        match done.latest.as_ref().map(|(_, execution)| &execution.verdict) {
            Some(Verdict::Invalid(reason)) => {
                let (index, reason) = (version.tx.0, reason.clone());
                Err(BlockError::InvalidTransaction { index, reason })
            }
            _ => Ok(()),
        }
    }

    /// Frees the results with the help of other lanes, where there are many and other lanes.
    pub(super) fn free(&mut self) {
        let many = self.block.transactions.len() > WORTH_FREEING_TOGETHER;
        if many && rayon::current_thread_index().is_some() {
            self.results.empty_in_parallel();
        }
    }

    /// Looks at all results of a transaction.
    pub(super) fn with_done<T>(&self, tx: TxIndex, look: impl FnOnce(&Done) -> T) -> T {
        look(&lock(&self.results.get(tx.get()).done))
    }
}

/// What a publication has changed for later transactions.
type Changed = Filter;

impl Changed {
    fn account(&mut self, account: AccountNumber, affected: Affected) {
        if affected.values {
            self.add_values(account);
        }
        if affected.code {
            self.add_code(account);
        }
    }

    fn slot(&mut self, slot: SlotNumber, affected: bool) {
        if affected {
            self.add_slot(slot);
        }
    }
}

impl Checked {
    fn meet(&mut self, moved: Moved, on: Option<TxIndex>) {
        if moved.stale && self.finding == Finding::Holds {
            self.finding = Finding::Stale { on };
            self.cause = Some((moved.location, moved.now));
        } else if let (Finding::Stale { on: waits @ None }, Some(_)) = (&mut self.finding, on) {
            // Whatever else changed, it cannot run before the estimate is resolved.
            *waits = on;
        }
        self.moved.push(moved);
    }
}
