//! The gas clock: a discrete-event simulation of N lanes on one thread.
//!
//! An execution of g gas occupies its lane for g ticks. It reads what is published when it starts,
//! and its writes become visible at its end; checks and commits take no time. Nothing here depends
//! on the machine: the same block, strategy and lanes give the same trace, byte for byte, natively
//! and in Wasm.

use core::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use lanescope_protocol::event::FallbackReason;
use lanescope_protocol::{Event, Lane, Settings, TxIndex, Version};

use super::Run;
use super::one_lane::{self, OneLane};
use super::recorder::{self, Recorder};
use super::workshop::Workshop;
use crate::block::{Block, BlockError};
use crate::evm::{Execution, Machine, Verdict};
use crate::strategy::{self, Finding, Strategy, Task};
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
        let inner = match one_lane::reason(&block) {
            Some(reason) => {
                let lane = OneLane::new(block, world, reason, true, 0)?;
                Inner::OneLane { lane: Box::new(lane), done: false }
            }
            None => Inner::Simulation(Box::new(Simulation::new(block, world, settings)?)),
        };
        Ok(Self { inner })
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
                let reason = FallbackReason::Stuck;
                let lane = OneLane::new(block, world, reason, true, 0)?;
                self.inner = Inner::OneLane { lane: Box::new(lane), done: false };
            }
        }
        Ok(false)
    }

    /// How many transactions are final.
    #[must_use]
    pub fn committed(&self) -> u32 {
        match &self.inner {
            Inner::Simulation(simulation) => simulation.committed,
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
    #[must_use]
    pub fn finish(self) -> Run {
        match self.inner {
            Inner::Simulation(simulation) => simulation.finish(),
            Inner::OneLane { lane, .. } => lane.finish(None),
        }
    }
}

struct Simulation {
    workshop: Workshop,
    world: Arc<World>,
    strategy: Box<dyn Strategy>,
    machine: Machine,
    recorder: Recorder,
    lanes: Vec<LaneState>,
    /// Executions that are under way, earliest end first; on a tie, the earlier transaction.
    under_way: BinaryHeap<Reverse<(u64, TxIndex, Lane)>>,
    now: u64,
    committed: u32,
    done: bool,
    /// No lane has anything to do, though the block is not done: a strategy's mistake.
    stuck: bool,
}

#[derive(Debug)]
enum LaneState {
    Free,
    Waiting,
    Executing { version: Version, execution: Arc<Execution>, from: u64 },
}

impl core::fmt::Debug for Simulation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Simulation")
            .field("now", &self.now)
            .field("committed", &self.committed)
            .finish_non_exhaustive()
    }
}

impl Simulation {
    fn new(block: Arc<Block>, world: Arc<World>, settings: &Settings) -> Result<Self, BlockError> {
        let workshop = Workshop::new(block, Arc::clone(&world))?;
        let strategy = strategy::build(settings.strategy, workshop.same_sender());
        let machine = workshop.machine();
        let recorder = Recorder::new(Lane(0), true, Arc::new(AtomicU32::new(0)));
        let lanes = usize::from(settings.lanes.clamp(1, lanescope_protocol::limits::LANES_MAX));
        let mut this = Self {
            workshop,
            world,
            strategy,
            machine,
            recorder,
            lanes: (0..lanes).map(|_| LaneState::Free).collect(),
            under_way: BinaryHeap::new(),
            now: 0,
            committed: 0,
            done: false,
            stuck: false,
        };
        this.give_work()?;
        Ok(this)
    }

    fn inputs(&self) -> (Arc<Block>, Arc<World>) {
        (Arc::clone(&self.workshop.block), Arc::clone(&self.world))
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
        while let Some(Reverse((time, _, lane))) = self.under_way.peek().copied() {
            if time > self.now {
                break;
            }
            self.under_way.pop();
            self.finish_execution(lane);
        }
        self.give_work()?;
        Ok(self.done)
    }

    fn finish_execution(&mut self, lane: Lane) {
        let state = core::mem::replace(&mut self.lanes[lane.get()], LaneState::Free);
        if let LaneState::Executing { version, execution, from } = state {
            let affected = self.workshop.publish(version, &execution);
            self.recorder.at(lane).execution_finished(from, self.now, version, &execution);
            self.strategy.executed(version, &affected);
        }
    }

    /// Asks the strategy for every lane that is not executing, until nothing changes any more.
    fn give_work(&mut self) -> Result<(), BlockError> {
        loop {
            let mut changed = false;
            for index in 0..self.lanes.len() {
                while !matches!(self.lanes[index], LaneState::Executing { .. }) {
                    let acted = self.give_task(Lane(index as u8))?;
                    changed |= acted;
                    if !acted || self.done {
                        break;
                    }
                }
            }
            if !changed || self.done {
                return Ok(());
            }
        }
    }

    /// One task for one lane. Answers whether something happened that others may care about.
    fn give_task(&mut self, lane: Lane) -> Result<bool, BlockError> {
        let task = self.strategy.next(lane);
        let was_waiting = matches!(self.lanes[lane.get()], LaneState::Waiting);
        match task {
            Task::Wait(wait) if !was_waiting => {
                self.lanes[lane.get()] = LaneState::Waiting;
                self.recorder.at(lane).wait_started(self.now, wait);
                return Ok(false);
            }
            Task::Wait(_) => return Ok(false),
            _ if was_waiting => {
                self.lanes[lane.get()] = LaneState::Free;
                self.recorder.at(lane).wait_ended(self.now);
            }
            _ => {}
        }
        match task {
            Task::Execute(version) => self.execute(lane, version),
            Task::Validate(version) => self.check(lane, version, false)?,
            Task::Commit(version) => self.check(lane, version, true)?,
            Task::Wait(_) => {}
            Task::Done => self.done = true,
        }
        Ok(!self.done)
    }

    fn execute(&mut self, lane: Lane, version: Version) {
        self.recorder.at(lane).execution_started(self.now, version);
        let execution = self.machine.execute(version.tx);
        if let Verdict::Blocked(blocked) = execution.verdict {
            self.recorder.estimate_hit(self.now, version, blocked.on, blocked.location);
            self.strategy.blocked(version, blocked.on);
            return;
        }
        // Even what cannot run takes a moment, so that the clock always moves.
        let end = self.now + execution.gas().max(1);
        self.under_way.push(Reverse((end, version.tx, lane)));
        let execution = Arc::new(execution);
        self.lanes[lane.get()] = LaneState::Executing { version, execution, from: self.now };
    }

    fn check(&mut self, lane: Lane, version: Version, last: bool) -> Result<(), BlockError> {
        let checked = self.workshop.check(version);
        let finding = checked.finding;
        if !last {
            self.recorder.at(lane).validation_started(self.now, version);
        }
        if finding != Finding::Holds {
            if self.strategy.validated(version, finding) {
                let affected = self.workshop.mark_estimates(version.tx);
                self.recorder.at(lane).aborted(self.now, version, checked);
                self.strategy.aborted(version, &affected, finding);
            }
        } else if last {
            if self.strategy.committed(version) {
                self.workshop.commit(version)?;
                self.committed += 1;
                self.recorder.at(lane).committed(self.now, version, checked);
            }
        } else {
            self.strategy.validated(version, finding);
            self.recorder.at(lane).validation_passed(self.now, version, checked);
        }
        Ok(())
    }

    fn finish(mut self) -> Run {
        for index in 0..self.lanes.len() {
            if matches!(self.lanes[index], LaneState::Waiting) {
                self.recorder.at(Lane(index as u8)).wait_ended(self.now);
            }
        }
        let counts = self.recorder.counts;
        let locations = self.workshop.memory.locations();
        Run {
            outcome: self.workshop.outcome(),
            recording: recorder::recording(vec![self.recorder], locations),
            makespan: self.now,
            executions: counts.executions,
            aborts: counts.aborts,
            wasted_gas: counts.wasted_gas,
            fallback: None,
        }
    }
}
