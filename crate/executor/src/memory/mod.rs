//! Multi-version memory: every value that a block's transactions have written, by location and
//! version, over the state before the block (Block-STM, §3 of Gelashvili et al., 2022).
//!
//! Values are 256-bit words throughout: a balance, a nonce, a slot, or the hash of a code. The
//! memory knows nothing of the EVM, of lanes or of clocks.

mod cell;
mod interner;
mod location;
mod store;

pub use location::Location;
pub(crate) use store::{Memory, Resolved};

use lanescope_protocol::{LocationId, Version};
use revm::primitives::U256;

/// What an incarnation saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) location: LocationId,
    /// Who had written the value; `None`: the state before the block.
    pub(crate) saw: Option<Version>,
    pub(crate) value: U256,
}

/// What an incarnation leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Write {
    pub(crate) location: LocationId,
    pub(crate) content: Content,
}

/// The two ways to change a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// The location now holds this value.
    Value(U256),
    /// This much was added to whatever the location holds. Additions commute, so writers of
    /// nothing but additions do not wait for each other: that is how fees reach their recipient
    /// without serialising the block.
    Add(U256),
}
