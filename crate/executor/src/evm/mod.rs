//! The adapter to revm: runs one transaction once against the multi-version memory and says what it
//! read and what it leaves behind; and runs a whole block on one lane, as the oracle.

mod baseline;
mod effects;
mod ledger;
mod machine;
mod sequential;
mod setup;
mod source;
mod system_calls;
mod view;
mod watched;

pub use baseline::{BaselineRun, run_baseline};
pub use sequential::{SequentialRun, run_sequential};

pub(crate) use machine::{Execution, Machine, Verdict};
pub(crate) use sequential::check_block_gas;
pub(crate) use system_calls::after_system_calls;
pub(crate) use watched::hear_keccak;
