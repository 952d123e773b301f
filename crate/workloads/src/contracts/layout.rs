//! Where a contract's variables are: solc's `storageLayout`.

use std::collections::BTreeMap;

use alloy_primitives::U256;
use serde::{Deserialize, Deserializer, de::Error as _};

/// The variables of a contract, in order of slots.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Layout {
    /// The variables.
    pub(crate) storage: Vec<Variable>,
    /// Their types, by the names that variables use.
    pub(crate) types: BTreeMap<String, TypeInfo>,
}

/// A variable, or a member of a struct (then counted from the struct's first slot).
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Variable {
    /// Its name.
    pub(crate) label: String,
    /// Its first slot.
    #[serde(deserialize_with = "number")]
    pub(crate) slot: U256,
    /// Its first byte in that slot, from the low end.
    pub(crate) offset: usize,
    /// Its type.
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

/// A type.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct TypeInfo {
    /// How values lie in storage.
    pub(crate) encoding: Encoding,
    /// Its name in Solidity.
    pub(crate) label: String,
    /// Bytes of one value.
    #[serde(rename = "numberOfBytes", deserialize_with = "number")]
    pub(crate) bytes: U256,
    /// A mapping's key type.
    pub(crate) key: Option<String>,
    /// A mapping's value type.
    pub(crate) value: Option<String>,
    /// An array's element type.
    pub(crate) base: Option<String>,
    /// A struct's members.
    pub(crate) members: Option<Vec<Variable>>,
}

/// How the values of a type lie in storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Encoding {
    /// In the slots themselves, low bytes first.
    Inplace,
    /// Each at the hash of its key and the mapping's slot.
    Mapping,
    /// Length in the slot, elements from the slot's hash on.
    DynamicArray,
    /// Short ones in the slot, long ones from the slot's hash on.
    Bytes,
}

impl Layout {
    /// A type by the name that variables use.
    pub(crate) fn kind(&self, name: &str) -> Option<&TypeInfo> {
        self.types.get(name)
    }
}

impl TypeInfo {
    /// Slots of one value.
    pub(crate) fn slots(&self) -> U256 {
        self.bytes.div_ceil(U256::from(32)).max(U256::ONE)
    }

    /// Elements of an array of this type that share a slot.
    pub(crate) fn per_slot(&self) -> U256 {
        if self.bytes.is_zero() || self.bytes > U256::from(16) {
            U256::ONE
        } else {
            U256::from(32) / self.bytes
        }
    }
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<U256, D::Error> {
    let text = String::deserialize(deserializer)?;
    U256::from_str_radix(&text, 10).map_err(|_| D::Error::custom("a slot is not a number"))
}
