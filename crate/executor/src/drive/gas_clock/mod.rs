//! The gas clock: a discrete-event simulation of N lanes on one thread.
//!
//! An execution of g gas occupies its lane for g ticks; each of its reads happens at its own instant,
//! after as many ticks as gas was spent before it, and its writes become visible at its end. A read at
//! some tick sees everything that is published at that tick or before. Visits to the disk, validations
//! and commits take what [`Costs`] says, by default nothing. Nothing here depends on the machine: the
//! same block and settings give the same trace, byte for byte, natively and in Wasm.
//!
//! [`Costs`]: lanescope_protocol::Costs

mod faults;
mod in_flight;
mod lanes;
mod simulation;
#[cfg(all(test, not(feature = "interleavings")))]
mod stepping;

use std::sync::Arc;

use lanescope_protocol::event::FallbackReason;
use lanescope_protocol::{Event, Settings};

use super::Run;
use super::one_lane::OneLane;
use crate::block::{Block, BlockError};
use crate::world::World;

#[cfg(all(test, not(feature = "interleavings")))]
use simulation::Lengths;
use simulation::Simulation;

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
        simulation.start()?;
        Ok(Self { inner: Inner::Simulation(Box::new(simulation)) })
    }

    /// The same, but an execution takes as many ticks as a test says.
    #[cfg(all(test, not(feature = "interleavings")))]
    pub(super) fn with_costs(
        block: Arc<Block>,
        world: Arc<World>,
        settings: &Settings,
        lengths: Lengths,
    ) -> Result<Self, BlockError> {
        let mut simulation = Simulation::new(block, world, settings)?;
        simulation.lengths = Some(lengths);
        simulation.start()?;
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
