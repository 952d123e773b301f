//! The compiled contracts that come with Lanescope.

mod call;
mod layout;

use std::sync::LazyLock;

use alloy_json_abi::{JsonAbi, StateMutability};
use alloy_primitives::Bytes;
use lanescope_protocol::message::{ContractInfo, FunctionInfo, InputInfo};
use serde::Deserialize;

pub(crate) use call::{encode, signed, unsigned};
pub(crate) use layout::{Encoding, Layout, TypeInfo, Variable};

use crate::error::Problem;

const ARTEFACTS: [&str; 3] = [
    include_str!("../../../../assets/contracts/artefacts/Token.json"),
    include_str!("../../../../assets/contracts/artefacts/Pool.json"),
    include_str!("../../../../assets/contracts/artefacts/Mint.json"),
];

/// A contract as the compiler wrote it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Artefact {
    /// Its name.
    #[serde(rename = "contract")]
    pub(crate) name: String,
    /// Its functions, events and errors.
    pub(crate) abi: JsonAbi,
    /// The code that stands on chain.
    #[serde(rename = "deployedBytecode")]
    pub(crate) code: Bytes,
    /// Where its variables are.
    #[serde(rename = "storageLayout")]
    pub(crate) layout: Layout,
}

/// Every compiled contract, in menu order.
pub(crate) fn all() -> &'static [Artefact] {
    static ALL: LazyLock<Vec<Artefact>> = LazyLock::new(|| {
        // A test reads each of them: one that could not be read would be missing from the menu.
        ARTEFACTS.iter().filter_map(|text| serde_json::from_str(text).ok()).collect()
    });
    &ALL
}

/// The compiled contract with this name.
pub(crate) fn find(name: &str) -> Result<&'static Artefact, Problem> {
    all().iter().find(|artefact| artefact.name == name).ok_or_else(|| Problem::UnknownCode {
        name: crate::value::shorten(name),
        known: list(all().iter().map(|artefact| artefact.name.as_str())),
    })
}

/// What the page needs to know of the compiled contracts: the functions that change state.
pub(crate) fn infos() -> Vec<ContractInfo> {
    all().iter().map(Artefact::info).collect()
}

/// Words separated by commas.
pub(crate) fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

impl Artefact {
    fn info(&self) -> ContractInfo {
        let changes_state = |mutability| {
            matches!(mutability, StateMutability::NonPayable | StateMutability::Payable)
        };
        let functions = self
            .abi
            .functions()
            .filter(|function| changes_state(function.state_mutability))
            .map(|function| FunctionInfo {
                name: function.name.clone(),
                inputs: function
                    .inputs
                    .iter()
                    .map(|input| InputInfo { name: input.name.clone(), kind: input.ty.clone() })
                    .collect(),
                payable: function.state_mutability == StateMutability::Payable,
            })
            .collect();
        ContractInfo { name: self.name.clone(), functions }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_artefact_can_be_read() {
        assert_eq!(all().len(), ARTEFACTS.len());
        for artefact in all() {
            assert!(!artefact.code.is_empty(), "{}", artefact.name);
            assert!(!artefact.layout.storage.is_empty(), "{}", artefact.name);
        }
    }
}
