//! The adapter to revm: runs one transaction once against the multi-version memory and says what it
//! read and what it leaves behind; and runs a whole block on one lane, as the oracle.

mod baseline;
mod declared;
mod effects;
#[cfg(all(test, not(feature = "interleavings")))]
mod fuzz;
mod instants;
mod judge;
mod ledger;
mod listed;
mod machine;
mod observe;
mod reads;
mod replay;
mod sequential;
mod setup;
mod source;
mod split;
mod steps;
mod system_calls;
mod touches;
mod view;
mod watched;

pub use baseline::{BaselineRun, run_baseline};
pub use sequential::{SequentialRun, run_sequential, run_sequential_listed};
pub use steps::Before;

pub(crate) use declared::Declared;
pub(crate) use effects::{Effects, SlotWrite};
pub(crate) use listed::Listed;
pub(crate) use machine::{Chance, Execution, Machine, Verdict, cost};
pub(crate) use reads::{AccountRead, Field, SlotRead};
pub(crate) use replay::replay;
pub(crate) use sequential::check_block_gas;
pub(crate) use system_calls::{SystemCall, system_calls};
pub(crate) use touches::{Touch, touches};
pub(crate) use view::Filter;
pub(crate) use watched::hear_keccak;
