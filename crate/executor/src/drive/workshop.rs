//! What both drivers share: the block, the memory, and the latest result of every transaction.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use lanescope_protocol::{Lane, TxIndex, Version};

use super::outlook::Outlook;
use super::supply::Supply;
use crate::block::{Block, BlockError};
use crate::evm::{
    Chance, Declared, Effects, Execution, Field, Filter, Machine, SlotRead, Verdict,
    check_block_gas,
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
    /// What transactions may touch, if they had to say so.
    pub(super) declared: Option<Arc<Declared>>,
    /// How many have published, where what is published is final; locked while one does.
    pub(super) published: Mutex<u32>,
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
        Ok(Self {
            block,
            memory,
            world,
            before,
            results,
            bills,
            outlook,
            manner,
            declared: None,
            published: Mutex::new(0),
            supply: None,
            keeps_all,
        })
    }

    /// Transactions fail that touch what they have not declared.
    pub(super) fn under(self, declared: Option<Declared>) -> Self {
        Self { declared: declared.map(Arc::new), ..self }
    }

    /// The same, with what came with the block.
    pub(super) fn supplied(mut self, supply: Option<Supply>) -> Self {
        self.supply = supply;
        self
    }

    /// An EVM for one lane.
    pub(super) fn machine(&self, lane: Lane) -> Machine {
        let (block, memory) = (Arc::clone(&self.block), Arc::clone(&self.memory));
        let machine = Machine::new(block, memory, lane, self.manner);
        machine.under(self.declared.clone()).supplied(self.list().cloned())
    }

    /// What is known of an incarnation before it runs.
    pub(super) fn chance(&self, version: Version, strategy: &dyn Strategy) -> Chance {
        let place = strategy.place(version.tx);
        let is_first = strategy.committed() == place;
        // The first in line reads what is final. Who has been thrown away once may have looked at
        // more of the sender than is known.
        let reads_all = is_first || version.incarnation.0 > 0;
        let steady = self.outlook.steady_sender(version.tx.get()).filter(|_| !reads_all);
        Chance { is_first, steady_sender: steady, place: Some(TxIndex(place)) }
    }

    /// Makes an incarnation's writes visible, and tells the strategy if others may have read
    /// something else. Afterwards the incarnation is ready to be reported as executed.
    pub(super) fn publish(
        &self,
        version: Version,
        execution: Box<Execution>,
        strategy: &dyn Strategy,
    ) {
        if self.manner.sight == Sight::Latest {
            self.publish_blindly(version, execution, strategy);
        } else {
            self.put(version, execution, strategy);
        }
    }

    /// Puts an incarnation's writes where it has its place.
    pub(super) fn put(&self, version: Version, execution: Box<Execution>, strategy: &dyn Strategy) {
        let tx = version.tx;
        let place = execution.place;
        let at = Version { tx: place, ..version };
        let result = self.results.get(tx.get());
        let mut done = lock(&result.done);
        let mut changed = Changed::default();
        let old = done.latest.take();
        let memory = &*self.memory;
        for (account, change) in &execution.effects.accounts {
            changed.account(*account, memory.publish_account(*account, at, change.clone()));
        }
        for write in &execution.effects.slots {
            changed.slot(write.slot, memory.publish_slot(write.slot, at, write.value));
        }
        if let Some((_, old)) = &old {
            self.retract(old.place, &old.effects, &execution.effects, &mut changed);
        }
        memory.publish_fee(place, execution.effects.fee);
        if self.manner.own_order && matches!(execution.verdict, Verdict::Invalid(_)) {
            memory.note_unpaid(place);
        }
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
    fn retract(&self, place: TxIndex, old: &Effects, new: &Effects, changed: &mut Changed) {
        for (account, _) in &old.accounts {
            let again = new.accounts.iter().any(|(known, _)| known == account);
            if !again {
                changed.account(*account, self.memory.retract_account(*account, place));
            }
        }
        for write in &old.slots {
            let again = new.slots.iter().any(|known| known.slot == write.slot);
            if !again {
                changed.slot(write.slot, self.memory.retract_slot(write.slot, place));
            }
        }
    }

    /// As whom the memory is asked at this moment, on behalf of a transaction at a place.
    pub(super) fn reader(&self, place: TxIndex) -> TxIndex {
        self.manner.sight.reader(place, self.memory.settled())
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
                    changed
                        .slot(write.slot, self.memory.mark_estimate(write.slot, execution.place));
                }
            }
            Some((_, execution)) => {
                let (place, effects) = (execution.place, &execution.effects);
                self.retract(place, effects, &Effects::default(), &mut changed);
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
        // Nothing is detected; or it has read from the list, and was compared with it.
        if self.manner.sight == Sight::Latest || self.supply.is_some() {
            return checked;
        }
        let accounts = execution.accounts.iter();
        for read in accounts.filter(|read| !read.is_steady || read.needs_values()) {
            let now = self.memory.find_account(read.account, execution.place);
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
            self.check_slot(execution.place, read, &mut checked);
        }
        checked
    }

    fn check_slot(&self, place: TxIndex, read: &SlotRead, checked: &mut Checked) {
        let found = self.memory.find_slot(read.slot, place, read.reset);
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
        if self.manner.own_order {
            return Ok(());
        }
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
