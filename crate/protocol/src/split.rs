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
    /// Nothing; the first copy keeps the value: a sum, whose copies add up to the total.
    First,
    /// The value and 2³² more with each copy: a counter that hands out numbers, so that no two copies
    /// hand out the same one.
    Apart,
}

impl SplitBy {
    /// Both, with the words that files and options use.
    pub const ALL: [(Self, &'static str); 2] = [(Self::Index, "index"), (Self::Sender, "sender")];
}

impl SplitInitial {
    /// All, with the words that files and options use.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Copy, "copy"), (Self::First, "first"), (Self::Apart, "apart")];
}

/// What is called so in a list of words.
#[must_use]
pub fn split_word<T: Copy>(all: &[(T, &'static str)], word: &str) -> Option<T> {
    all.iter().find(|(_, name)| *name == word).map(|(found, _)| *found)
}

/// A copy's name: `Pool A.reserve0 (copy 2 of 4)`. Copies are counted from 0 here.
#[must_use]
pub fn copy_name(slot: &str, copy: u32, copies: u32) -> String {
    format!("{slot} (copy {} of {copies})", copy + 1)
}

/// The way back from [`copy_name`]: the slot's name, and which copy. `None`: not a copy's name.
#[must_use]
pub fn read_copy_name(name: &str) -> Option<(&str, u32)> {
    let (slot, rest) = name.strip_suffix(')')?.rsplit_once(" (copy ")?;
    let (copy, copies) = rest.split_once(" of ")?;
    let (copy, copies) = (copy.parse::<u32>().ok()?, copies.parse::<u32>().ok()?);
    (copy <= copies).then_some((slot, copy.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_copies_are_read_back() {
        let name = copy_name("Token.balanceOf[Ana (copy)]", 1, 4);
        assert_eq!(name, "Token.balanceOf[Ana (copy)] (copy 2 of 4)");
        assert_eq!(read_copy_name(&name), Some(("Token.balanceOf[Ana (copy)]", 1)));
        for other in ["Pool A.reserve0", "A.x (copy 0 of 4)", "A.x (copy 5 of 4)", "(copy)"] {
            assert_eq!(read_copy_name(other), None, "{other}");
        }
    }
}
