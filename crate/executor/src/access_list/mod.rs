//! What a block touches: block-level access lists (EIP-7928).
//!
//! A list holds every account that the block loads, whether or not it changes it. For each one, in
//! the order of the RLP form ("RLP Data Structures" in the EIP):
//!
//! | field | shape | what |
//! |---|---|---|
//! | `address` | 20 bytes | accounts are sorted by it |
//! | `storage_changes` | `[[slot, [[index, value]…]]…]` | slots that were changed, by slot |
//! | `storage_reads` | `[slot…]` | slots that were looked at and never changed |
//! | `balance_changes` | `[[index, wei]…]` | balances |
//! | `nonce_changes` | `[[index, nonce]…]` | nonces |
//! | `code_changes` | `[[index, bytes]…]` | codes |
//!
//! An `index` ("Block Access Index") is when: 0 before the first transaction, i + 1 in transaction i,
//! n + 1 after the last of n. The value beside it holds *after* that, and is listed only if another
//! one held before it: what a transaction changes and changes back is a read ("Recording Semantics").
//! The fee recipient is in the list even if it is paid nothing; entries of transactions' own access
//! lists (EIP-2930) are not, unless they were used. The hash for the block's header is the keccak of
//! the RLP form.
//!
//! There are two ways to a list, and they must agree. [`run_sequential_listed`] takes revm's builder
//! along on one lane. [`from_run`] folds what the committed incarnations of a parallel run read and
//! wrote, in block order.
//!
//! The EIP counts on EIP-6780 (Cancun): contracts that outlive a transaction keep their storage. A
//! list can be made for older blocks, but when a contract dies there, only those of its slots are
//! listed as zero that its last transaction looked at.
//!
//! [`run_sequential_listed`]: crate::run_sequential_listed

mod fold;
mod listing;
mod tamper;

pub use alloy_eip7928::bal::Bal as BlockAccessList;
pub use fold::{ListError, from_accesses, from_run};

pub(crate) use listing::{Listing, state_of};
pub(crate) use tamper::tamper;

use crate::memory::Location;

/// Why a list is wrong, and with it the block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rejection {
    pub(crate) location: Location,
    /// A sentence.
    pub(crate) reason: String,
}
