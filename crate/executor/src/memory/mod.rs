//! Multi-version memory: every value that a block's transactions have written, by location and
//! version, over the state before the block (Block-STM, §3 of Gelashvili et al., 2022).
//!
//! Two kinds of cells: accounts, whose four fields are separate locations kept together, and
//! slots. Balances are kept as additions, which commute; fees lie beside the accounts. The memory
//! knows nothing of the EVM, of lanes or of clocks.

mod account;
mod chunks;
mod fees;
#[cfg(all(test, feature = "interleavings"))]
mod interleavings;
mod location;
mod readers;
mod side;
mod slot;
mod store;
#[cfg(all(test, not(feature = "interleavings")))]
mod tests;

pub(crate) use account::{AccountChange, AccountState, Affected, Life, NonceChange};
pub(crate) use chunks::Chunks;
pub use location::Location;
pub(crate) use slot::SlotFound;
pub(crate) use store::{AccountNumber, Memory, Slot, SlotNumber};
