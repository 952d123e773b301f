//! Splitting a hot slot: as if the contract kept several copies of one storage slot, and each
//! transaction used one of them.
//!
//! That is a change of the block's rules: another contract, whose results differ. One lane and every
//! strategy run the same changed block.

use serde::{Deserialize, Serialize};

/// How many copies a slot can be split into, at least.
pub const SPLIT_COPIES_MIN: u32 = 2;
/// And at most.
pub const SPLIT_COPIES_MAX: u32 = 64;
/// How many slots of a scenario can be split.
pub const SPLITS_MAX: usize = 64;
/// Copies, where nobody says how many.
pub const SPLIT_COPIES_DEFAULT: u32 = 4;

/// One slot that is kept several times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// The contract: its name or address.
    pub address: String,
    /// The slot, 32 bytes in hex.
    pub slot: String,
    /// How many copies there are, the original among them: 2 to 64.
    pub copies: u32,
    /// Which one a transaction uses.
    #[serde(default)]
    pub by: SplitBy,
    /// What the others hold before the block.
    #[serde(default)]
    pub initial: SplitInitial,
}

impl Default for Split {
    fn default() -> Self {
        Self {
            address: String::new(),
            slot: String::new(),
            copies: SPLIT_COPIES_DEFAULT,
            by: SplitBy::default(),
            initial: SplitInitial::default(),
        }
    }
}

/// Which copy a transaction uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SplitBy {
    /// By its place in the block, in turns.
    #[default]
    Index,
    /// By a hash of its sender: a sender always meets the same copy.
    Sender,
}

/// What the copies beside the original hold before the block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SplitInitial {
    /// The same value: a pool's reserves, so that every copy can be traded against.
    #[default]
    Copy,
    /// Nothing; the first copy keeps the value: a counter, whose copies add up to the total.
    First,
}

impl SplitBy {
    /// Both, with the words that files and options use.
    pub const ALL: [(Self, &'static str); 2] = [(Self::Index, "index"), (Self::Sender, "sender")];
}

impl SplitInitial {
    /// Both, with the words that files and options use.
    pub const ALL: [(Self, &'static str); 2] = [(Self::Copy, "copy"), (Self::First, "first")];
}

/// What is called so in a list of words.
#[must_use]
pub fn split_word<T: Copy>(all: &[(T, &'static str)], word: &str) -> Option<T> {
    all.iter().find(|(_, name)| *name == word).map(|(found, _)| *found)
}
