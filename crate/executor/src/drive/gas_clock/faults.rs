//! What goes wrong on purpose (systems: crash, slow lane, wrong result), and how it is put right.
//!
//! A crash loses the execution under way; another lane begins it anew. A wrong result is found
//! because every result of the faulty transaction is computed a second time: strategies that can take
//! back what is published find it at the commit, the others before it is published.

use lanescope_protocol::{Fault, Lane, Version};
use revm::primitives::U256;

use super::lanes::{Doing, Lost};
use super::simulation::{Due, Simulation, Wrong};
use crate::block::BlockError;
use crate::evm::{Execution, SlotWrite, Verdict};
use crate::memory::Memory;

/// Whether every fault is on something that the block has.
pub(super) fn check(faults: &[Fault], transactions: usize) -> Result<(), BlockError> {
    for fault in faults {
        if let Fault::WrongResult { tx } = *fault
            && tx.get() >= transactions
        {
            return Err(BlockError::NoSuchTransaction { fault: *fault, tx: tx.0, transactions });
        }
    }
    Ok(())
}

impl Simulation {
    /// Notes when each fault begins and ends.
    pub(super) fn plan_faults(&mut self) {
        for (index, fault) in self.faults.clone().into_iter().enumerate() {
            match fault {
                Fault::Crash { at, until, .. } | Fault::Slow { at, until, .. } => {
                    self.expect(at, Due::Fault { index, ends: false });
                    if let Some(until) = until {
                        self.expect(until, Due::Fault { index, ends: true });
                    }
                }
                Fault::WrongResult { tx } => {
                    self.wrong.insert(tx, Wrong::Planned);
                }
            }
        }
    }

    /// A fault begins or ends.
    pub(super) fn fault(&mut self, index: usize, ends: bool) {
        match self.faults[index] {
            Fault::Crash { lane, .. } if ends => {
                // Another crash of the same lane may hold on.
                if !self.crashes(lane) {
                    self.lanes.get_mut(lane).is_down = false;
                    self.recorder.at(lane).lane_recovered(self.now);
                }
            }
            Fault::Crash { lane, .. } => self.crash(lane),
            Fault::Slow { lane, .. } if ends => self.recorder.at(lane).lane_recovered(self.now),
            Fault::Slow { lane, times, .. } => {
                self.recorder.at(lane).lane_slowed(self.now, times);
            }
            Fault::WrongResult { .. } => {}
        }
    }

    /// Whether a crash keeps the lane down at this tick.
    fn crashes(&self, lane: Lane) -> bool {
        self.faults.iter().any(|fault| match *fault {
            Fault::Crash { lane: down, at, until } => {
                down == lane && at <= self.now && until.is_none_or(|until| self.now < until)
            }
            _ => false,
        })
    }

    fn crash(&mut self, lane: Lane) {
        if self.lanes.get(lane).is_down {
            return;
        }
        self.end_wait(lane);
        self.recorder.at(lane).lane_crashed(self.now);
        match self.lanes.stop(lane) {
            Doing::Executing(flight) => {
                self.forget(flight.timing.end, Due::Execution(flight.version.tx, lane));
                let gas = flight.gas_until(self.now);
                self.lose(lane, flight.role, (flight.version, flight.shown), gas);
            }
            Doing::Validating(validation) => {
                self.forget(validation.end, Due::Validation(lane));
                self.lanes.put_lost(validation.role, Lost::Validation(validation.version));
            }
            Doing::Nothing | Doing::Waiting(_) => {}
        }
        self.lanes.get_mut(lane).is_down = true;
    }

    /// An execution is lost and will be done again: its next incarnation, to whoever looks.
    fn lose(&mut self, lane: Lane, role: Lane, of: (Version, Version), gas: u64) {
        let (version, shown) = of;
        self.recorder.at(lane).execution_lost(self.now, shown, gas);
        if let Some(lost) = self.lost.get_mut(version.tx.get()) {
            *lost = lost.saturating_add(1);
        }
        self.lanes.put_lost(role, Lost::Execution(version, shown));
    }

    /// Makes a result wrong, if that is planned. Answers what is to be published; `None` if it was
    /// found out before.
    pub(super) fn spoil(
        &mut self,
        lane: Lane,
        of: (Version, Version),
        role: Lane,
        mut execution: Box<Execution>,
    ) -> Option<Box<Execution>> {
        let (version, shown) = of;
        let ran = matches!(execution.verdict, Verdict::Ran(_));
        if !ran || self.wrong.get(&version.tx) != Some(&Wrong::Planned) {
            return Some(execution);
        }
        if self.strategy.can_abort() && falsify(&mut execution, &self.workshop.memory) {
            self.wrong.insert(version.tx, Wrong::Published(shown));
            return Some(execution);
        }
        self.wrong.remove(&version.tx);
        self.recorder.at(lane).wrong_result_found(self.now, shown);
        self.lose(lane, role, of, execution.gas());
        None
    }
}

/// Changes something that the execution writes. Answers whether it writes anything.
fn falsify(execution: &mut Execution, memory: &Memory) -> bool {
    // By place, because the order of effects is that of a hash map, another one in every run.
    let slots = execution.effects.slots.iter_mut();
    let place =
        |write: &SlotWrite| (memory.address(write.account), memory.key(write.account, write.slot));
    if let Some(write) = slots.min_by_key(|write| place(write)) {
        write.value = write.value.wrapping_add(U256::from(1));
        return true;
    }
    let accounts = execution.effects.accounts.iter_mut();
    let first = accounts.min_by_key(|(account, _)| memory.address(*account));
    let Some((_, change)) = first else { return false };
    change.added = change.added.wrapping_add(U256::from(1));
    true
}
