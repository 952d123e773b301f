//! Blocks that do not run in parallel: plain revm on the first lane, with the reason on record.

use std::sync::Arc;

use lanescope_protocol::event::FallbackReason;
use lanescope_protocol::{Event, Lane, TxIndex};

use super::Recording;
use super::Run;
use super::recorder::{Book, Recorder};
use crate::block::{Block, BlockError};
use crate::evm::SequentialRun;
use crate::strategy::first;
use crate::world::World;

/// A block on one lane that writes down when each transaction ran, but not what it touched.
#[derive(Debug)]
pub(super) struct OneLane {
    run: SequentialRun,
    recorder: Recorder,
    reason: FallbackReason,
    /// Gas so far, which is also the time on the gas clock.
    gas: u64,
}

impl OneLane {
    pub(super) fn new(
        block: Arc<Block>,
        world: Arc<World>,
        reason: FallbackReason,
        record: bool,
    ) -> Result<Self, BlockError> {
        let mut recorder = Recorder::new(Lane(0), record, Arc::new(Book::default()));
        recorder.fell_back(0, reason);
        Ok(Self { run: SequentialRun::new(block, world)?, recorder, reason, gas: 0 })
    }

    /// Runs one transaction. `now` reads the clock; `None` stands for the gas clock. Answers
    /// whether that was the last.
    pub(super) fn step(&mut self, now: Option<&dyn Fn() -> u64>) -> Result<bool, BlockError> {
        let version = first(TxIndex(self.run.done() as u32));
        let from = now.map_or(self.gas, |now| now());
        let before = self.run.done();
        let done = self.run.step()?;
        if self.run.done() > before {
            let (gas, status) =
                self.run.last().map(|last| (last.gas_used, last.status)).unwrap_or_default();
            self.gas += gas;
            let to = now.map_or(self.gas, |now| now());
            self.recorder.ran_alone(version, (from, to), status, gas);
        }
        Ok(done)
    }

    pub(super) fn done(&self) -> u32 {
        self.run.done() as u32
    }

    pub(super) fn take_events(&mut self) -> Vec<Event> {
        self.recorder.unsent()
    }

    pub(super) fn finish(self, makespan: Option<u64>) -> Run {
        let executions = self.recorder.counts.executions;
        Run {
            outcome: self.run.finish(),
            recording: Recording { events: self.recorder.events, ..Recording::default() },
            makespan: makespan.unwrap_or(self.gas),
            executions,
            aborts: 0,
            wasted_gas: 0,
            fallback: Some(self.reason),
            ..Run::default()
        }
    }
}
