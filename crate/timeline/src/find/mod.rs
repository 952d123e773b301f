//! Finding things in a run: a small language of words, an index made once for each film, and a
//! search that can be done in slices.
//!
//! Words are searched for in the names and addresses of sender, receiver and contract, in the
//! function called, and in the names and keys of what a run touched; `T5`, `5` and `T5·1` name a
//! transaction or one of its runs. With a key in front, a word means only that:
//!
//! ```text
//! from:Ana to:"Pool A" fn:swap slot:reserve0 is:aborted lane:2 gas:>90k after:100k tx:3-9
//! ```
//!
//! A space means *and*, `or` means *or* between what stands left and right of it, and `-` in
//! front of a word means *not*.

mod amount;
mod hit;
mod index;
mod outcome;
mod query;
mod search;
mod suggest;

pub use amount::Bounds;
pub use index::Index;
pub use outcome::Outcome;
pub use query::{Field, Query, Refusal, Term, What};
pub use search::{Found, Search};
pub use suggest::{Kind, Suggestion, suggest};
