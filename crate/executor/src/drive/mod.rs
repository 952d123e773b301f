//! The two drivers of the one state machine: real threads, and the deterministic gas clock.

mod declare;
mod dependencies;
mod gas_clock;
mod hints;
#[cfg(all(test, feature = "interleavings"))]
mod interleavings;
mod lane;
mod merge;
mod one_lane;
mod order;
mod outlook;
mod raw;
mod recorder;
mod recording;
mod rehearsal;
#[cfg(all(test, not(feature = "interleavings")))]
mod schedules;
mod supply;
mod threads;
mod workshop;

use lanescope_protocol::event::FallbackReason;
use lanescope_protocol::{Access, Event, TxIndex};

pub use gas_clock::GasClockRun;
pub use raw::RawRun;
pub use threads::{EventSink, NoSink, Raced, ThreadsOptions, race_on_threads, run_on_threads};

use crate::memory::Location;
use crate::outcome::Outcome;

/// A finished run.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// Receipts and state.
    pub outcome: Outcome,
    /// What happened. Empty if recording was off.
    pub recording: Recording,
    /// Ticks from the start to the last commit: gas or nanoseconds.
    pub makespan: u64,
    /// Incarnations that ran to their end.
    pub executions: u32,
    /// Incarnations whose result was thrown away.
    pub aborts: u32,
    /// Gas of those.
    pub wasted_gas: u64,
    /// Why it went to one lane, if it did.
    pub fallback: Option<FallbackReason>,
    /// Transactions in the order of their commits, where that is not the block's; empty otherwise.
    /// Receipts are in this order then.
    pub order: Vec<TxIndex>,
    /// Transactions that are not in the result, and why.
    pub excluded: Vec<(TxIndex, String)>,
    /// Why the block is invalid, if what its producer supplied is wrong.
    pub rejected: Option<String>,
    /// Ticks that the producer took to make what the strategy is supplied with; 0 if nothing is.
    pub producer: u64,
    /// Where commits have another order than the block: the result of one lane in that order, by
    /// code that shares nothing with the lanes.
    pub replay: Option<Outcome>,
}

/// What happened in a run.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// Sorted by `(time, seq)`.
    pub events: Vec<Event>,
    /// Sorted by `(tx, incarnation)`, in program order inside one.
    pub accesses: Vec<Access>,
    /// By [`lanescope_protocol::LocationId`].
    pub locations: Vec<Location>,
}
