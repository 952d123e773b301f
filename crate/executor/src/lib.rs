//! Runs a block of Ethereum transactions, on one lane or on many.
//!
//! Four rooms: [`strategy`] decides which transaction runs when and knows transactions by index
//! only; [`memory`] keeps every version of every value; [`evm`] runs one transaction on revm
//! against that memory; [`drive`] moves it all, on real threads or on the deterministic gas clock.
//! [`rules`] is what the protocol does outside transactions; [`access_list`] says what a block
//! touched; [`split`] keeps a hot slot several times.
//! Why the result equals sequential execution is argued step by step in ARCHITECTURE.md.
//!
//! No web, no clock, no interface in here: time is handed in, events are handed out.

mod drive;
mod evm;
mod memory;
mod outcome;
mod strategy;
mod sync;

pub mod access_list;
pub mod block;
pub mod preimages;
pub mod rules;
pub mod split;
pub mod world;

// Random blocks, the same as in tests outside.
#[cfg(test)]
extern crate self as lanescope_executor;
#[cfg(test)]
#[path = "../tests/support/mod.rs"]
#[allow(clippy::unwrap_used, missing_docs, unreachable_pub, dead_code)]
mod support;

pub use access_list::BlockAccessList;
pub use block::{Block, BlockError, Withdrawal};
pub use drive::{
    EventSink, GasClockRun, NoSink, Raced, RawRun, Recording, Run, ThreadsOptions, race_on_threads,
    run_on_threads,
};
pub use evm::{
    BaselineRun, Before, SequentialRun, run_baseline, run_sequential, run_sequential_listed,
};
pub use memory::Location;
pub use outcome::{AccountChange, Outcome, Receipt, StateChanges, difference};
pub use rules::fork;
pub use world::{World, WorldAccount, WorldStorage};
