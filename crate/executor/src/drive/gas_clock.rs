//! The gas clock: a discrete-event simulation of N lanes on one thread.
//!
//! An execution of g gas occupies its lane for g ticks. It reads what is published when it starts,
//! and its writes become visible at its end; checks and commits take no time. Nothing here depends
//! on the machine: the same block, strategy and lanes give the same trace, byte for byte, natively
//! and in Wasm.

use core::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use lanescope_protocol::event::FallbackReason;
use lanescope_protocol::{Event, Lane, Settings, TxIndex, Version};

use super::Run;
use super::one_lane::OneLane;
use super::outlook;
use super::raw::LanesRun;
use super::recorder::{Book, Recorder};
use super::supply;
use super::workshop::{Checked, Workshop};
use crate::block::{Block, BlockError};
use crate::evm::{Execution, Machine, Verdict};
use crate::memory::Location;
use crate::strategy::{self, Finding, Head, INCARNATIONS_MAX, Strategy, Task};
use crate::world::World;

/// A run on the gas clock, in steps: whoever drives it keeps control.
#[derive(Debug)]
pub struct GasClockRun {
    inner: Inner,
}

#[derive(Debug)]
enum Inner {
    Simulation(Box<Simulation>),
    OneLane { lane: Box<OneLane>, done: bool },
}

impl GasClockRun {
    /// Makes ready. Lanes must be 1 to 256, as [`Settings::check`] says; more are cut off.
    pub fn new(
        block: Arc<Block>,
        world: Arc<World>,
        settings: &Settings,
    ) -> Result<Self, BlockError> {
        let mut simulation = Simulation::new(block, world, settings)?;
        simulation.give_work();
        Ok(Self { inner: Inner::Simulation(Box::new(simulation)) })
    }

    /// The same, but an execution takes as many ticks as a test says.
    #[cfg(test)]
    pub(super) fn with_costs(
        block: Arc<Block>,
        world: Arc<World>,
        settings: &Settings,
        costs: Costs,
    ) -> Result<Self, BlockError> {
        let mut simulation = Simulation::new(block, world, settings)?;
        simulation.costs = Some(costs);
        simulation.give_work();
        Ok(Self { inner: Inner::Simulation(Box::new(simulation)) })
    }

    /// Runs up to so many executions. Answers whether the block is done.
    pub fn advance(&mut self, steps: usize) -> Result<bool, BlockError> {
        for _ in 0..steps {
            let done = match &mut self.inner {
                Inner::Simulation(simulation) => simulation.step()?,
                Inner::OneLane { lane, done } => {
                    *done = *done || lane.step(None)?;
                    *done
                }
            };
            if done {
                return Ok(true);
            }
            if let Inner::Simulation(simulation) = &self.inner
                && simulation.stuck
            {
                let (block, world) = simulation.inputs();
                let lane = OneLane::new(block, world, FallbackReason::Stuck, true)?;
                self.inner = Inner::OneLane { lane: Box::new(lane), done: false };
            }
        }
        Ok(false)
    }

    /// How many transactions are final.
    #[must_use]
    pub fn committed(&self) -> u32 {
        match &self.inner {
            Inner::Simulation(simulation) => simulation.strategy.committed(),
            Inner::OneLane { lane, .. } => lane.done(),
        }
    }

    /// Events since the last call.
    pub fn take_events(&mut self) -> Vec<Event> {
        match &mut self.inner {
            Inner::Simulation(simulation) => simulation.recorder.unsent(),
            Inner::OneLane { lane, .. } => lane.take_events(),
        }
    }

    /// The finished run. Call it when [`GasClockRun::advance`] has said that the block is done.
    /// Fails if what comes after the last transaction does.
    pub fn finish(self) -> Result<Run, BlockError> {
        match self.inner {
            Inner::Simulation(simulation) => simulation.finish(),
            Inner::OneLane { lane, .. } => Ok(lane.finish(None)),
        }
    }
}

/// How many ticks an incarnation takes.
#[cfg(test)]
type Costs = Box<dyn Fn(Version) -> u64>;

struct Simulation {
    workshop: Workshop,
    strategy: Box<dyn Strategy>,
    machine: Machine,
    recorder: Recorder,
    lanes: Vec<LaneState>,
    /// Executions that are under way, earliest end first; on a tie, the earlier transaction.
    under_way: BinaryHeap<Reverse<(u64, TxIndex, Lane)>>,
    now: u64,
    /// Gas of transactions that are final.
    gas_used: u64,
    done: bool,
    /// No lane has anything to do, though the block is not done: a strategy's mistake.
    stuck: bool,
    #[cfg(test)]
    costs: Option<Costs>,
}

#[derive(Debug)]
enum LaneState {
    Free,
    Waiting,
    Executing { version: Version, execution: Box<Execution>, from: u64 },
}

impl core::fmt::Debug for Simulation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Simulation").field("now", &self.now).finish_non_exhaustive()
    }
}

impl Simulation {
    fn new(block: Arc<Block>, world: Arc<World>, settings: &Settings) -> Result<Self, BlockError> {
        let plan = outlook::plan(&block, &world, vec![1; block.transactions.len()].into());
        let rules = &settings.strategy.rules;
        let strategy = strategy::build(rules, settings.lanes, plan)?;
        let supply = supply::on_gas_clock(&block, &world, settings)?;
        let workshop = Workshop::new(block, world, strategy::manner(rules), true)?.supplied(supply);
        let machine = workshop.machine(Lane(0));
        let mut recorder = Recorder::new(Lane(0), true, Arc::new(Book::default()));
        let done = workshop.open_list(&mut recorder);
        let lanes = usize::from(settings.lanes.clamp(1, lanescope_protocol::limits::LANES_MAX));
        Ok(Self {
            workshop,
            strategy,
            machine,
            recorder,
            lanes: (0..lanes).map(|_| LaneState::Free).collect(),
            under_way: BinaryHeap::new(),
            now: 0,
            gas_used: 0,
            done,
            stuck: false,
            #[cfg(test)]
            costs: None,
        })
    }

    fn inputs(&self) -> (Arc<Block>, Arc<World>) {
        (Arc::clone(&self.workshop.block), Arc::clone(&self.workshop.world))
    }

    /// Moves the clock to the next end of an execution. Answers whether the block is done.
    fn step(&mut self) -> Result<bool, BlockError> {
        if self.done {
            return Ok(true);
        }
        let Some(Reverse((time, ..))) = self.under_way.peek() else {
            self.stuck = true;
            return Ok(false);
        };
        self.now = *time;
        // Everything that ends at this tick is published before anybody looks.
        let mut last = Lane(0);
        while let Some(Reverse((time, _, lane))) = self.under_way.peek().copied() {
            if time > self.now {
                break;
            }
            self.under_way.pop();
            self.finish_execution(lane);
            last = lane;
        }
        if self.done {
            return Ok(true);
        }
        self.commit(last)?;
        // A check can free a transaction, and what it frees can be committed, and so on.
        while self.give_work() {
            self.commit(last)?;
        }
        Ok(self.done)
    }

    fn finish_execution(&mut self, lane: Lane) {
        let state = core::mem::replace(&mut self.lanes[lane.get()], LaneState::Free);
        if let LaneState::Executing { version, execution, from } = state {
            let (status, gas) = (execution.status(), execution.gas());
            let so = execution.so();
            let wrong = self.workshop.judge(version, &execution);
            self.workshop.publish(version, execution, &*self.strategy);
            self.recorder.at(lane).execution_finished((from, self.now), version, status, gas);
            if let Some(location) = wrong {
                self.reject(lane, version, location);
            } else if self.strategy.executed(version, so) {
                self.validate(lane, version);
            }
        }
    }

    /// Ends the run: the block's access list is wrong.
    fn reject(&mut self, lane: Lane, version: Version, location: Location) {
        if !self.done {
            self.recorder.at(lane).list_rejected(self.now, Some(version), location);
        }
        self.done = true;
    }

    /// Commits whatever is next in line, by the lane that finished last.
    fn commit(&mut self, lane: Lane) -> Result<(), BlockError> {
        if !self.strategy.begin_commits() {
            return Ok(());
        }
        while let Some(Head { version, .. }) = self.strategy.head() {
            // Here time does not pass by checking: everything is checked once more.
            let checked = self.workshop.check(version);
            if checked.finding != Finding::Holds {
                self.stuck |= version.incarnation.0 > INCARNATIONS_MAX;
                self.abort(lane, version, checked);
                break;
            }
            self.workshop.admit(version, self.gas_used, true)?;
            self.gas_used += checked.gas;
            self.strategy.commit(version);
            self.workshop.memory.settle(self.strategy.committed());
            self.recorder.at(lane).committed(self.now, version, checked.gas, checked.moved);
        }
        self.strategy.end_commits();
        Ok(())
    }

    fn abort(&mut self, lane: Lane, version: Version, checked: Checked) {
        let finding = checked.finding;
        if self.strategy.validated(version, finding) {
            self.workshop.mark_estimates(version.tx, &*self.strategy);
            self.recorder.at(lane).aborted(self.now, version, checked);
            self.strategy.aborted(version, finding);
        }
    }

    /// Asks the strategy for every lane that is not executing, until nothing changes any more.
    /// Answers whether anything was checked: then there may be something to commit.
    fn give_work(&mut self) -> bool {
        let mut checked = false;
        while !self.done {
            let mut changed = false;
            for index in 0..self.lanes.len() {
                while !matches!(self.lanes[index], LaneState::Executing { .. }) {
                    let acted = self.give_task(Lane(index as u8), &mut checked);
                    changed |= acted;
                    if !acted || self.done {
                        break;
                    }
                }
            }
            if !changed {
                break;
            }
        }
        checked
    }

    /// One task for one lane. Answers whether something happened that others may care about.
    fn give_task(&mut self, lane: Lane, checked: &mut bool) -> bool {
        let task = self.strategy.next(lane);
        let was_waiting = matches!(self.lanes[lane.get()], LaneState::Waiting);
        match task {
            Task::Wait(wait) if !was_waiting => {
                self.lanes[lane.get()] = LaneState::Waiting;
                self.recorder.at(lane).wait_started(self.now, wait);
                return false;
            }
            Task::Wait(_) => return false,
            _ if was_waiting => {
                self.lanes[lane.get()] = LaneState::Free;
                self.recorder.at(lane).wait_ended(self.now);
            }
            _ => {}
        }
        match task {
            Task::Execute(version) => self.execute(lane, version),
            Task::Validate(version) => {
                *checked = true;
                self.validate(lane, version);
            }
            Task::Tell(notice) => self.recorder.at(lane).told(self.now, notice),
            Task::Wait(_) => {}
            Task::Done => self.done = true,
        }
        !self.done
    }

    fn execute(&mut self, lane: Lane, version: Version) {
        self.recorder.at(lane).execution_started(self.now, version);
        let chance = self.workshop.chance(version, &*self.strategy);
        let execution = self.machine.execute(version.tx, chance);
        if let Verdict::Blocked(blocked) = execution.verdict {
            let location = self.workshop.memory.slot_location(blocked.account, blocked.slot);
            self.recorder.estimate_hit(self.now, version, blocked.on, location);
            self.strategy.blocked(version, blocked.on);
            return;
        }
        if let Verdict::Unlisted(_) = execution.verdict
            && let Some(location) = self.workshop.judge(version, &execution)
        {
            return self.reject(lane, version, location);
        }
        // Even what cannot run takes a moment, so that the clock always moves.
        let ticks = execution.gas().max(1);
        #[cfg(test)]
        let ticks = self.costs.as_ref().map_or(ticks, |costs| costs(version));
        let end = self.now + ticks;
        self.under_way.push(Reverse((end, version.tx, lane)));
        self.lanes[lane.get()] = LaneState::Executing { version, execution, from: self.now };
    }

    fn validate(&mut self, lane: Lane, version: Version) {
        self.recorder.at(lane).validation_started(self.now, version);
        let checked = self.workshop.check(version);
        if checked.finding == Finding::Holds {
            self.strategy.validated(version, Finding::Holds);
            self.recorder.at(lane).validation_passed(self.now, version, checked);
        } else {
            self.abort(lane, version, checked);
        }
    }

    fn finish(mut self) -> Result<Run, BlockError> {
        for index in 0..self.lanes.len() {
            if matches!(self.lanes[index], LaneState::Waiting) {
                self.recorder.at(Lane(index as u8)).wait_ended(self.now);
            }
        }
        let lanes = vec![self.recorder];
        LanesRun { workshop: self.workshop, lanes, makespan: self.now }.finish()
    }
}
