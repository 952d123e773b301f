//! An execution that is under way on the gas clock: when it reads what, and when it ends.
//!
//! revm runs a transaction in one go, so an execution is run when it starts, as if nothing changed any
//! more; each of its reads then has its instant, by the gas that was spent before it. If something
//! that it reads later changes while it is under way, it is run again with the answers before that
//! instant given, and asks anew from there. So what it sees, and when it ends, is what a machine that
//! stops at every tick would give.

use lanescope_protocol::{Lane, Version};

use super::super::workshop::Workshop;
use crate::evm::{AccountRead, Chance, Execution, SlotRead, Verdict};
use crate::memory::SlotFound;

/// What one lane is running.
#[derive(Debug)]
pub(super) struct InFlight {
    /// As the strategy knows it.
    pub(super) version: Version,
    /// As the memory and the trace know it: incarnations that were lost with their lanes count.
    pub(super) shown: Version,
    /// The lane whose work it is; another one may have taken it over.
    pub(super) role: Lane,
    pub(super) chance: Chance,
    pub(super) execution: Box<Execution>,
    pub(super) from: u64,
    pub(super) pace: Pace,
    pub(super) timing: Timing,
}

/// How long an execution takes by its gas: so many ticks for so much gas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    pub(super) ticks: u64,
    pub(super) gas: u64,
}

/// The instants of an execution, in ticks since the run began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Timing {
    /// Of each account that it reads, in program order.
    accounts: Vec<u64>,
    /// Of each slot.
    slots: Vec<u64>,
    pub(super) end: u64,
}

/// What an execution's instants depend on besides itself.
pub(super) struct Circumstances<'a> {
    pub(super) from: u64,
    pub(super) pace: Pace,
    /// Ticks for a visit to the disk.
    pub(super) cold_read: u64,
    /// Whether a place has to be fetched from there.
    pub(super) is_cold: &'a dyn Fn(Place) -> bool,
    /// What happens from its run on cannot be earlier than this.
    pub(super) now: u64,
}

/// An account or a slot, as one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place(u64);

impl Place {
    fn account(read: &AccountRead) -> Self {
        Self(u64::from(read.account.bits()) << 1)
    }

    fn slot(read: &SlotRead) -> Self {
        Self(u64::from(read.slot.number.bits()) << 1 | 1)
    }
}

impl Pace {
    /// One tick for one gas.
    pub(super) const PLAIN: Self = Self { ticks: 1, gas: 1 };

    /// Times `ticks`, divided by `gas`.
    pub(super) fn times(self, ticks: u64, gas: u64) -> Self {
        Self { ticks: self.ticks.saturating_mul(ticks), gas: self.gas.saturating_mul(gas).max(1) }
    }

    fn of(self, gas: u64) -> u64 {
        if self.ticks == self.gas {
            return gas;
        }
        let ticks = u128::from(gas) * u128::from(self.ticks) / u128::from(self.gas);
        u64::try_from(ticks).unwrap_or(u64::MAX / 2)
    }
}

/// Which read comes next in program order.
enum Next {
    Account(usize),
    Slot(usize),
}

/// Reads in program order.
fn in_order(execution: &Execution) -> impl Iterator<Item = Next> + '_ {
    let (mut account, mut slot) = (0, 0);
    core::iter::from_fn(move || {
        let next_slot = execution.slots.get(slot);
        if next_slot.is_some_and(|read| read.after as usize <= account)
            || account == execution.accounts.len()
        {
            next_slot?;
            slot += 1;
            return Some(Next::Slot(slot - 1));
        }
        account += 1;
        Some(Next::Account(account - 1))
    })
}

impl Timing {
    /// The instants of an execution whose first reads have happened already, at instants that stay.
    pub(super) fn new(
        execution: &Execution,
        been: &Self,
        circumstances: &Circumstances<'_>,
    ) -> Self {
        let Circumstances { from, pace, cold_read, is_cold, now } = *circumstances;
        let mut timing = Self::default();
        let mut waited = 0_u64;
        let mut at = |gas: u64, place: Option<Place>, been: Option<&u64>| {
            let is_cold = cold_read > 0 && place.is_some_and(is_cold);
            waited += if is_cold { cold_read } else { 0 };
            let instant = from + pace.of(gas.saturating_add(waited));
            been.copied().unwrap_or_else(|| instant.max(now))
        };
        for next in in_order(execution) {
            match next {
                Next::Account(index) => {
                    let read = &execution.accounts[index];
                    let been = been.accounts.get(index);
                    timing.accounts.push(at(read.at, Some(Place::account(read)), been));
                }
                Next::Slot(index) => {
                    let read = &execution.slots[index];
                    let been = been.slots.get(index);
                    timing.slots.push(at(read.at, Some(Place::slot(read)), been));
                }
            }
        }
        timing.end = match execution.verdict {
            Verdict::Blocked(blocked) => at(blocked.at, None, None),
            // Even what cannot run takes a moment, so that the clock always moves. A refund can make
            // it shorter than the way to its last read, which then happens at its last tick.
            _ => at(execution.gas().max(1), None, None).max(from + 1).max(now + 1),
        };
        let last = match execution.verdict {
            Verdict::Blocked(_) => timing.end,
            _ => timing.end - 1,
        };
        for instant in timing.accounts.iter_mut().chain(&mut timing.slots) {
            *instant = (*instant).min(last);
        }
        timing
    }

    /// How many accounts and slots were read before an instant.
    fn before(&self, instant: u64) -> (usize, usize) {
        let count = |instants: &[u64]| instants.partition_point(|known| *known < instant);
        (count(&self.accounts), count(&self.slots))
    }

    /// Forgets what has not happened before an instant. Answers how many accounts and slots are
    /// left.
    pub(super) fn cut(&mut self, instant: u64) -> (usize, usize) {
        let (accounts, slots) = self.before(instant);
        self.accounts.truncate(accounts);
        self.slots.truncate(slots);
        (accounts, slots)
    }
}

impl InFlight {
    /// Whether a read that is still to come would be answered otherwise now. Reads that would see
    /// the same value of another version are put right.
    pub(super) fn is_outdated(&mut self, now: u64, workshop: &Workshop) -> bool {
        let (accounts, slots) = self.timing.before(now);
        let reader = workshop.reader(self.version.tx);
        let blocked = matches!(self.execution.verdict, Verdict::Blocked(_));
        if blocked && self.timing.end >= now {
            return true;
        }
        for read in self.execution.accounts.iter_mut().skip(accounts) {
            if read.is_steady {
                continue;
            }
            let mut found = workshop.memory.find_account(read.account, reader);
            if read.is_predicted {
                found.nonce = found.nonce.max(read.seen.nonce);
            }
            if read.difference(&found).is_some() {
                return true;
            }
            read.seen = found;
        }
        for read in self.execution.slots.iter_mut().skip(slots) {
            let (saw, value) = match workshop.memory.find_slot(read.slot, reader, read.reset) {
                SlotFound::Base => (None, read.slot.base),
                SlotFound::Value(version, value) => (Some(version), value),
                SlotFound::Estimate(_) => return true,
            };
            if value != read.value {
                return true;
            }
            read.saw = saw;
        }
        false
    }

    /// Puts the instants where the trace looks for them, and names every place that was read.
    pub(super) fn settle(&mut self, mut note: impl FnMut(Place)) {
        let Self { execution, timing, .. } = self;
        for (read, instant) in execution.accounts.iter_mut().zip(&timing.accounts) {
            note(Place::account(read));
            read.at = *instant;
        }
        for (read, instant) in execution.slots.iter_mut().zip(&timing.slots) {
            note(Place::slot(read));
            read.at = *instant;
        }
    }

    /// Gas of the part that is done at an instant, for one that never ends.
    pub(super) fn gas_until(&self, instant: u64) -> u64 {
        let whole = self.timing.end.saturating_sub(self.from).max(1);
        let part = instant.saturating_sub(self.from).min(whole);
        let gas = match self.execution.verdict {
            Verdict::Blocked(blocked) => blocked.at,
            _ => self.execution.gas(),
        };
        (u128::from(gas) * u128::from(part) / u128::from(whole)) as u64
    }
}
