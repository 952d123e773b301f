//! What a person composes: accounts, contracts, an ordered list of transactions.
//!
//! The JSON form of [`Scenario`] is the file format. Amounts are text, because JSON numbers lose
//! digits: `"1000"` is wei, `"1.5 ether"` and `"20 gwei"` are accepted too. Accounts are written by
//! name (`"Ana"`) or as a `0x` address.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits::BLOCK_GAS_LIMIT_DEFAULT;
pub use crate::split::{Split, SplitBy, SplitInitial};

/// Version of the file format, the value of the field `lanescope`.
pub const SCENARIO_VERSION: u32 = 1;

/// A block in its world.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// [`SCENARIO_VERSION`]. Comes first in files, so that a reader knows what it holds.
    pub lanescope: u32,
    /// A name for people.
    #[serde(default)]
    pub title: String,
    /// The generator that made the rest. Where it is given and `transactions` is empty, the rest is
    /// made from it. An edited block has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<Recipe>,
    /// The block's own fields.
    #[serde(default)]
    pub block: BlockFields,
    /// Accounts before the block.
    #[serde(default)]
    pub accounts: Vec<Account>,
    /// Contracts before the block.
    #[serde(default)]
    pub contracts: Vec<Contract>,
    /// Where the state before the block comes from, if it is a real block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
    /// Slots that are kept several times: a change of the block's rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub splits: Vec<Split>,
    /// The block's transactions, in order.
    #[serde(default)]
    pub transactions: Vec<Transaction>,
}

/// A generator with its knobs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// A workload's name: `transfers`, `erc20`, `dex`, `nft-mint`.
    pub workload: String,
    /// Values by knob name; a knob that is left out keeps its default.
    #[serde(default)]
    pub knobs: BTreeMap<String, u64>,
    /// Seed of the generator.
    #[serde(default)]
    pub seed: u64,
}

/// Fields of the block's header that an execution can see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BlockFields {
    /// Block number.
    pub number: u64,
    /// Seconds since 1970.
    pub timestamp: u64,
    /// Gas that all transactions may use together.
    pub gas_limit: u64,
    /// Base fee per gas (EIP-1559), in wei.
    pub base_fee: String,
    /// Fee recipient: an account's name or address.
    pub beneficiary: String,
    /// Rules in force, e.g. `prague`. Empty: chosen by number and time, as on Ethereum mainnet.
    pub fork: String,
    /// Difficulty before the Merge, decimal or `0x`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub difficulty: String,
    /// PREVRANDAO after the Merge, 32 bytes in hex.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub prevrandao: String,
    /// Excess blob gas (EIP-4844).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excess_blob_gas: Option<u64>,
    /// Parent beacon block root (EIP-4788), 32 bytes in hex.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub parent_beacon_block_root: String,
    /// What the protocol pays after the last transaction: to the miner of a real block.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rewards: Vec<Reward>,
    /// Ether that leaves the beacon chain after the last transaction (EIP-4895).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub withdrawals: Vec<Withdrawal>,
}

/// Ether that nobody loses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reward {
    /// Who gets it: a name or an address.
    pub account: String,
    /// How much.
    pub amount: String,
}

/// Ether that leaves the beacon chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// Who gets it: a name or an address.
    pub address: String,
    /// How much, in gwei.
    pub gwei: u64,
}

impl Default for BlockFields {
    fn default() -> Self {
        Self {
            number: 1,
            timestamp: 1_800_000_000,
            gas_limit: BLOCK_GAS_LIMIT_DEFAULT,
            base_fee: "1 gwei".to_owned(),
            beneficiary: "Builder".to_owned(),
            fork: "osaka".to_owned(),
            difficulty: String::new(),
            prevrandao: String::new(),
            excess_blob_gas: None,
            parent_beacon_block_root: String::new(),
            rewards: Vec::new(),
            withdrawals: Vec::new(),
        }
    }
}

/// An account that a person owns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Its name, unique in the scenario.
    pub name: String,
    /// Its address; derived from the name if empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// Balance before the block.
    pub balance: String,
    /// Nonce before the block.
    #[serde(default)]
    pub nonce: u64,
}

/// A contract that stands before the block.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// Its name, unique in the scenario.
    pub name: String,
    /// Name of the compiled contract, one of [`crate::message::Catalogue::contracts`].
    pub code: String,
    /// Its address; derived from the name if empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub address: String,
    /// Its ether before the block.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub balance: String,
    /// Storage before the block, by name: `"balanceOf[Ana]": "1000"`, `"token0": "Token A"`.
    #[serde(default)]
    pub storage: BTreeMap<String, String>,
}

/// One transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    /// Who signs: an account's name or address.
    pub sender: String,
    /// Whom it calls: a name or an address. Empty: it creates a contract from `data`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub receiver: String,
    /// Ether sent along. Empty means none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// The function called, where the receiver is a known contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    /// Raw calldata or initcode in hex, instead of `call`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub data: String,
    /// Gas it may use; estimated generously if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gas_limit: Option<u64>,
    /// Its nonce; the sender's next one if not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<u64>,
    /// Fees and lists of an imported transaction. A composed one pays a base fee and a small tip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<Envelope>,
}

/// A call of a named function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Function name, e.g. `transfer`.
    pub function: String,
    /// Arguments as text: names or addresses, whole numbers, `true`/`false`, hex bytes.
    #[serde(default)]
    pub arguments: Vec<String>,
}

/// What a signed transaction carries besides sender, receiver, value, data, gas and nonce.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Envelope {
    /// Transaction type (EIP-2718): 0 to 4.
    pub kind: u8,
    /// Gas price of types 0 and 1, maximum fee per gas of the others, in wei.
    pub max_fee: String,
    /// Maximum priority fee per gas of types 2 to 4, in wei.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub priority_fee: String,
    /// Whether the transaction names its chain (EIP-155).
    pub chain_id: Option<u64>,
    /// Access list (EIP-2930).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access_list: Vec<AccessListItem>,
    /// Versioned blob hashes (EIP-4844), hex.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blob_hashes: Vec<String>,
    /// Maximum fee per blob gas, in wei.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub max_blob_fee: String,
    /// Authorizations (EIP-7702).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorizations: Vec<Authorization>,
}

/// One entry of an access list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessListItem {
    /// The account.
    pub address: String,
    /// Its slots, hex.
    #[serde(default)]
    pub keys: Vec<String>,
}

/// A signed delegation (EIP-7702).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authorization {
    /// Chain, or 0 for any.
    pub chain_id: u64,
    /// Delegate.
    pub address: String,
    /// Nonce of the authority.
    pub nonce: u64,
    /// Signature: parity of y.
    pub y_parity: u8,
    /// Signature: r, hex.
    pub r: String,
    /// Signature: s, hex.
    pub s: String,
}

/// A real block's origin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Imported {
    /// File name it came from.
    pub source: String,
    /// The state before the block, by address. Empty while the engine keeps it under `key`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pre_state: BTreeMap<String, PreAccount>,
    /// Hashes of earlier blocks that the block may ask for, by number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub block_hashes: BTreeMap<u64, String>,
    /// Handle of the state that the engine keeps, so that megabytes do not travel with each edit.
    /// Never written to a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<u32>,
    /// What the header claims. Gone once the block is edited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<HeaderClaims>,
}

/// One account of an imported state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreAccount {
    /// Balance in wei, decimal or `0x`.
    #[serde(default)]
    pub balance: String,
    /// Nonce.
    #[serde(default)]
    pub nonce: u64,
    /// Code, hex.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// Slots, hex to hex.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub storage: BTreeMap<String, String>,
}

/// Header fields that an execution must reproduce.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderClaims {
    /// Gas used by the block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gas_used: Option<u64>,
    /// Logs bloom, hex.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub logs_bloom: String,
    /// Receipts root, hex. Left out before Byzantium, whose receipts hold state roots.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub receipts_root: String,
}
