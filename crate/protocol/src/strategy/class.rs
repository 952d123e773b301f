//! What the result of a run must equal: printed with every run.

use serde::{Deserialize, Serialize};

/// An equivalence class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Class {
    /// State and receipts equal those of one lane in block order.
    #[default]
    #[serde(rename = "E0")]
    Exact,
    /// They equal those of one lane in the order of commits, under the same declarations.
    #[serde(rename = "E1")]
    SomeOrder,
    /// Nothing is promised.
    #[serde(rename = "none")]
    Nothing,
}

impl Class {
    /// `E0`, `E1`, `none`.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Exact => "E0",
            Self::SomeOrder => "E1",
            Self::Nothing => "none",
        }
    }

    /// The sentence that people read where it holds.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Exact => "Same result as one lane",
            Self::SomeOrder => {
                "Valid, but in another order than the block's: equal to one lane in the order of commits"
            }
            Self::Nothing => "Nothing is promised: conflicts are not detected",
        }
    }
}
