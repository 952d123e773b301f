//! Newtypes for what must not be mixed up. All are plain indices, valid inside one run.

use core::fmt;
use serde::{Deserialize, Serialize};

/// Position of a transaction in its block, from 0. People see it from 1: `T1` is index 0.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct TxIndex(pub u32);

/// The how-manieth try of a transaction, from 0. The second try of `T5` is written `T5·1`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Incarnation(pub u16);

/// A worker, from 0. People see it from 1.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Lane(pub u8);

/// Index into [`crate::Trace::locations`].
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct LocationId(pub u32);

/// Which incarnation wrote a value. `None` where a version is expected means "the state before the
/// block".
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Version {
    /// The writing transaction.
    pub tx: TxIndex,
    /// Its incarnation.
    pub incarnation: Incarnation,
}

impl TxIndex {
    /// The index as a slice index.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

impl Lane {
    /// The index as a slice index.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

impl LocationId {
    /// The index as a slice index.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

impl Incarnation {
    /// The next try. Saturates: a run that ends never gets near the limit (see the executor's
    /// watchdog).
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl fmt::Display for TxIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "T{}", u64::from(self.0) + 1)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}·{}", self.tx, self.incarnation.0)
    }
}

impl fmt::Display for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lane {}", u16::from(self.0) + 1)
    }
}
