//! What can conflict.

use core::hash::{Hash, Hasher};

use lanescope_protocol::trace::LocationKind;
use revm::primitives::{Address, U256};

/// One place of the state that a transaction can read or write. The fields of an account are
/// separate: a payment to a contract does not disturb who only calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// An account's ether.
    Balance(Address),
    /// An account's nonce.
    Nonce(Address),
    /// An account's code, told apart by its hash.
    Code(Address),
    /// The mark that an account's whole storage was cleared. A location of its own, never a slot.
    StorageReset(Address),
    /// One storage slot.
    Slot(Address, U256),
}

impl Location {
    /// The account it belongs to.
    #[must_use]
    pub const fn address(&self) -> Address {
        match self {
            Self::Balance(address)
            | Self::Nonce(address)
            | Self::Code(address)
            | Self::StorageReset(address)
            | Self::Slot(address, _) => *address,
        }
    }

    /// What it is, for people.
    #[must_use]
    pub const fn kind(&self) -> LocationKind {
        match self {
            Self::Balance(_) => LocationKind::Balance,
            Self::Nonce(_) => LocationKind::Nonce,
            Self::Code(_) => LocationKind::Code,
            Self::StorageReset(_) => LocationKind::StorageReset,
            Self::Slot(..) => LocationKind::Slot,
        }
    }
}

// Written by hand to feed the hasher whole words: the derived form feeds a discriminant, a length
// and single bytes.
impl Hash for Location {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let kind = match self {
            Self::Balance(_) => 0,
            Self::Nonce(_) => 1,
            Self::Code(_) => 2,
            Self::StorageReset(_) => 3,
            Self::Slot(_, key) => {
                key.as_limbs().iter().for_each(|limb| state.write_u64(*limb));
                4
            }
        };
        let address = self.address();
        for chunk in address.as_slice().chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            state.write_u64(u64::from_le_bytes(word));
        }
        state.write_u8(kind);
    }
}
