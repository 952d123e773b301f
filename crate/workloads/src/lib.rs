//! Scenarios to pre-state and block: contracts, calldata, generators, imported blocks.
//!
//! [`open`] reads a file, [`compose`] runs a generator, [`prepare`] checks a scenario and makes it
//! ready for the executor, [`trace`] puts names on what the executor did, [`save`] writes a file.
//! Whatever is wrong with what a person made comes back as a [`ScenarioError`]: one sentence that
//! says what and where.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests may fail loudly"))]

mod action;
mod block_file;
mod book;
mod contracts;
mod error;
mod generators;
mod names;
mod one_lane;
mod open;
mod prepare;
mod probe;
mod running;
mod save;
mod splits;
mod storage;
mod trace;
mod value;

pub use book::derived_address;
pub use error::{Ether, Place, Problem, ScenarioError, Shortfall};
pub use generators::{SYNTHETIC, Synthetic, catalogue, compose, synthetic};
pub use names::Names;
pub use one_lane::{one_lane_settings, sequential_ticks};
pub use open::{Opened, open};
pub use prepare::{Prepared, TransactionLabel, prepare};
pub use save::{SavedFile, save};
pub use splits::{TouchedSlot, add_splits, touched_slots};
pub use trace::{header_checks, trace};
