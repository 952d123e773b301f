//! Who is who: names to addresses.

use std::collections::BTreeMap;

use alloy_primitives::{Address, keccak256};
use lanescope_protocol::Scenario;
use lanescope_protocol::limits::ACCOUNTS_MAX;

use crate::error::{Place, Problem, ScenarioError};
use crate::value;

/// The fee recipient of scenarios that do not name one. It needs no declaration.
pub(crate) const BUILDER: &str = "Builder";

/// The names of a scenario. Each stands for one address, and no address has two.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    addresses: BTreeMap<String, Address>,
    names: BTreeMap<Address, String>,
}

impl Book {
    /// Reads the names of accounts and contracts.
    pub(crate) fn new(scenario: &Scenario) -> Result<Self, ScenarioError> {
        let declared = scenario.accounts.len() + scenario.contracts.len();
        if declared > ACCOUNTS_MAX {
            return Err(Problem::TooManyAccounts(declared).at(Place::Scenario));
        }
        let mut book = Self::default();
        for (index, account) in scenario.accounts.iter().enumerate() {
            book.add(&account.name, &account.address)
                .map_err(|problem| problem.at(Place::Account(index, account.name.clone())))?;
        }
        for (index, contract) in scenario.contracts.iter().enumerate() {
            book.add(&contract.name, &contract.address)
                .map_err(|problem| problem.at(Place::Contract(index, contract.name.clone())))?;
        }
        if !book.addresses.contains_key(BUILDER) {
            book.add(BUILDER, "").map_err(|problem| problem.at(Place::Block("beneficiary")))?;
        }
        Ok(book)
    }

    /// The address of a name or of an address in hex.
    pub(crate) fn resolve(&self, text: &str) -> Result<Address, Problem> {
        if text.starts_with("0x") {
            return value::address(text);
        }
        let unknown = || Problem::UnknownAccount(value::shorten(text));
        self.addresses.get(text).copied().ok_or_else(unknown)
    }

    /// Every address with its name, by address.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&Address, &String)> {
        self.names.iter()
    }

    fn add(&mut self, name: &str, address: &str) -> Result<(), Problem> {
        if name.trim().is_empty() {
            return Err(Problem::NoName);
        }
        if name.starts_with("0x") || name.contains(['[', ']']) {
            return Err(Problem::BadName(value::shorten(name)));
        }
        let address =
            if address.is_empty() { derived_address(name) } else { value::address(address)? };
        if self.addresses.insert(name.to_owned(), address).is_some() {
            return Err(Problem::DuplicateName(name.to_owned()));
        }
        match self.names.insert(address, name.to_owned()) {
            Some(other) => Err(Problem::DuplicateAddress(other, name.to_owned())),
            None => Ok(()),
        }
    }
}

/// The address of an account or contract that does not give one: always the same for a name, so
/// that a scenario's text decides everything.
#[must_use]
pub fn derived_address(name: &str) -> Address {
    Address::from_word(keccak256(format!("lanescope:{name}")))
}
