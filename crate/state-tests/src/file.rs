//! The JSON of a state test file.
//!
//! Its format: <https://ethereum-tests.readthedocs.io/en/latest/test_types/gstate_tests.html>.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, Bytes, U256};
use serde::Deserialize;

/// The tests of a file, by name.
pub(crate) type TestFile = BTreeMap<String, Unit>;

/// The accounts before a test.
pub(crate) type PreState = BTreeMap<Address, Account>;

/// One test: a state, a block's header fields, transactions by index, and what they lead to.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a test with env, pre, transaction and post")]
pub(crate) struct Unit {
    pub(crate) env: Env,
    pub(crate) pre: PreState,
    pub(crate) transaction: Transactions,
    /// By the fork's name.
    pub(crate) post: BTreeMap<String, Vec<Expectation>>,
}

/// What the transaction sees of the header.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Env {
    pub(crate) current_chain_id: Option<U256>,
    pub(crate) current_coinbase: Address,
    #[serde(default)]
    pub(crate) current_difficulty: U256,
    pub(crate) current_gas_limit: U256,
    pub(crate) current_number: U256,
    pub(crate) current_timestamp: U256,
    pub(crate) current_base_fee: Option<U256>,
    pub(crate) current_random: Option<B256>,
    pub(crate) current_excess_blob_gas: Option<U256>,
}

/// An account before the transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Account {
    pub(crate) balance: U256,
    pub(crate) nonce: U256,
    pub(crate) code: Bytes,
    pub(crate) storage: BTreeMap<U256, U256>,
}

/// A transaction; some of its fields are lists, from which an expectation picks.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transactions {
    #[serde(rename = "type")]
    pub(crate) kind: Option<U256>,
    pub(crate) chain_id: Option<U256>,
    pub(crate) sender: Option<Address>,
    pub(crate) secret_key: Option<B256>,
    /// Empty or absent where the transaction creates a contract.
    pub(crate) to: Option<String>,
    pub(crate) nonce: U256,
    pub(crate) gas_price: Option<U256>,
    pub(crate) max_fee_per_gas: Option<U256>,
    pub(crate) max_priority_fee_per_gas: Option<U256>,
    pub(crate) max_fee_per_blob_gas: Option<U256>,
    pub(crate) blob_versioned_hashes: Option<Vec<B256>>,
    pub(crate) authorization_list: Option<Vec<Authorization>>,
    pub(crate) gas_limit: Vec<U256>,
    pub(crate) data: Vec<Bytes>,
    /// Text, because some do not fit into 256 bits on purpose.
    pub(crate) value: Vec<String>,
    /// One for each entry of `data`.
    pub(crate) access_lists: Option<Vec<Option<Vec<AccessListItem>>>>,
}

/// EIP-2930.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessListItem {
    pub(crate) address: Address,
    pub(crate) storage_keys: Vec<B256>,
}

/// EIP-7702.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Authorization {
    pub(crate) chain_id: U256,
    pub(crate) address: Address,
    pub(crate) nonce: U256,
    /// Some files name the parity twice.
    pub(crate) v: Option<U256>,
    pub(crate) y_parity: Option<U256>,
    pub(crate) r: U256,
    pub(crate) s: U256,
}

/// One case: which transaction, and what it leads to.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Expectation {
    pub(crate) indexes: Indexes,
    /// State root afterwards.
    pub(crate) hash: B256,
    /// Hash of the RLP list of logs.
    pub(crate) logs: B256,
    /// Why the transaction is refused, if it is.
    pub(crate) expect_exception: Option<String>,
}

/// Which entries of the transaction's lists.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Indexes {
    pub(crate) data: usize,
    pub(crate) gas: usize,
    pub(crate) value: usize,
}

/// Reads a file. The error is a sentence with line and column.
pub(crate) fn parse(bytes: &[u8]) -> Result<TestFile, String> {
    serde_json::from_slice(bytes).map_err(|error| format!("this is not a state test: {error}"))
}
