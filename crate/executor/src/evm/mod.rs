//! The adapter to revm: runs one transaction once against the multi-version memory and says what it
//! read and what it leaves behind; and runs a whole block on one lane, as the oracle.

mod effects;
mod ledger;
mod machine;
mod sequential;
mod setup;
mod source;
mod system_calls;
mod view;
mod watched;

pub use sequential::{SequentialRun, run_sequential, run_sequential_listed};

pub(crate) use machine::{Execution, Machine, Verdict};
pub(crate) use sequential::check_block_gas;
pub(crate) use system_calls::{SystemCall, system_calls};
pub(crate) use watched::hear_keccak;
