//! The official Ethereum state tests (GeneralStateTests), run as blocks.
//!
//! [`file`] reads the JSON, [`case`] makes a block and a world of each case, [`runners`] runs it
//! on one lane and under Block-STM on both clocks, [`plain`] runs it on revm's own database, and
//! [`judge`] compares them all with what the file expects. [`pack`] puts cases that share their
//! state into one block, [`suite`] works through many files on all cores, [`report`] counts.
//!
//! This is a judge, so it shares nothing with what it judges: state roots come from `alloy-trie`,
//! the second opinion from revm's `State`, not from this project's world and memory. revm has a
//! reader of its own for these files; it is not used, because it would switch on features of revm
//! that the engine does without, in every native build.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic, reason = "tests may fail loudly"))]

mod case;
mod file;
mod fork;
mod judge;
mod pack;
mod plain;
mod report;
mod root;
mod runners;
mod suite;
mod transaction;

pub use report::{Failure, Report};
pub use root::{logs_hash, state_root};
pub use runners::NoThreads;
pub use suite::{Content, Progress, SuiteFile, files_in, run_suite};
