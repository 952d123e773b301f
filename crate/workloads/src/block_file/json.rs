//! The JSON of block files, as nodes write it: numbers as `"0x1f"`, `"31"` or `31`; absent, `null`
//! and empty fields where a fork or a tool leaves them out. Unknown fields are passed over.

use core::fmt;
use core::marker::PhantomData;

use alloy_primitives::{Address, B256, Bytes, U256};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::value;

/// A block file.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct BlockFile {
    pub(super) block: Block,
    pub(super) prestate: Pairs<Address, Account>,
    #[serde(default, rename = "blockHashes")]
    pub(super) block_hashes: Pairs<u64, B256>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Block {
    pub(super) number: Number,
    pub(super) timestamp: Number,
    pub(super) gas_limit: Number,
    pub(super) miner: Account20,
    pub(super) parent_hash: Option<Word>,
    pub(super) base_fee_per_gas: Option<Quantity>,
    pub(super) difficulty: Option<Quantity>,
    pub(super) mix_hash: Option<Word>,
    pub(super) excess_blob_gas: Option<Number>,
    pub(super) parent_beacon_block_root: Option<Word>,
    pub(super) gas_used: Option<Number>,
    pub(super) logs_bloom: Option<Data>,
    pub(super) receipts_root: Option<Data>,
    /// Hashes of uncles: nothing here says who mined them.
    #[serde(default)]
    pub(super) uncles: List<Word>,
    #[serde(default)]
    pub(super) withdrawals: List<Withdrawal>,
    pub(super) transactions: Vec<Transaction>,
}

#[derive(Debug, serde::Deserialize)]
pub(super) struct Withdrawal {
    pub(super) address: Account20,
    /// In gwei.
    pub(super) amount: Number,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a full transaction (not only its hash)")]
pub(super) struct Transaction {
    #[serde(rename = "type")]
    kind: Option<Number>,
    pub(super) from: Account20,
    pub(super) to: Option<Account20>,
    pub(super) nonce: Number,
    pub(super) gas: Number,
    #[serde(default)]
    pub(super) value: Quantity,
    #[serde(default, alias = "data")]
    pub(super) input: Data,
    pub(super) gas_price: Option<Quantity>,
    pub(super) max_fee_per_gas: Option<Quantity>,
    pub(super) max_priority_fee_per_gas: Option<Quantity>,
    pub(super) chain_id: Option<Number>,
    #[serde(default)]
    pub(super) access_list: List<AccessListItem>,
    #[serde(default)]
    pub(super) blob_versioned_hashes: List<Word>,
    pub(super) max_fee_per_blob_gas: Option<Quantity>,
    #[serde(default)]
    pub(super) authorization_list: List<Authorization>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccessListItem {
    pub(super) address: Account20,
    #[serde(default)]
    pub(super) storage_keys: List<Word>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Authorization {
    pub(super) chain_id: Number,
    pub(super) address: Account20,
    pub(super) nonce: Number,
    #[serde(alias = "v")]
    pub(super) y_parity: Number,
    pub(super) r: Quantity,
    pub(super) s: Quantity,
}

/// An account of `prestate`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Account {
    pub(super) balance: Quantity,
    pub(super) nonce: Number,
    pub(super) code: Data,
    pub(super) storage: Pairs<U256, U256>,
}

impl Transaction {
    /// The type, or the oldest one that has the fields which are there.
    pub(super) fn kind(&self) -> u8 {
        if let Some(kind) = self.kind {
            return u8::try_from(kind.0).unwrap_or(u8::MAX);
        }
        if !self.authorization_list.0.is_empty() {
            4
        } else if !self.blob_versioned_hashes.0.is_empty() {
            3
        } else if self.max_fee_per_gas.is_some() {
            2
        } else {
            u8::from(!self.access_list.0.is_empty())
        }
    }
}

/// A number of up to 256 bits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Quantity(pub(super) U256);
/// A number of up to 64 bits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Number(pub(super) u64);
/// An address.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account20(pub(super) Address);
/// 32 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word(pub(super) B256);
/// Bytes. `null` and `""` are none.
#[derive(Clone, Debug, Default)]
pub(super) struct Data(pub(super) Bytes);
/// A list. `null` is an empty one.
#[derive(Debug)]
pub(super) struct List<T>(pub(super) Vec<T>);
/// An object whose keys are data. `null` is an empty one.
#[derive(Debug)]
pub(super) struct Pairs<K, V>(pub(super) Vec<(K, V)>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, V> Default for Pairs<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Option::deserialize(deserializer)?.unwrap_or_default()))
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor).map(Self)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = deserializer.deserialize_any(NumberVisitor)?;
        u64::try_from(number)
            .map(Self)
            .map_err(|_| D::Error::custom(format!("{number} does not fit into 64 bits")))
    }
}

impl<'de> Deserialize<'de> for Account20 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Address::parse(&String::deserialize(deserializer)?).map(Self)
    }
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        B256::parse(&String::deserialize(deserializer)?).map(Self)
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
        value::bytes(&text).map(Self).map_err(D::Error::custom)
    }
}

/// What stands as a key of an object, or as text.
pub(super) trait FromText: Sized {
    fn parse<E: Error>(text: &str) -> Result<Self, E>;
}

impl FromText for Address {
    fn parse<E: Error>(text: &str) -> Result<Self, E> {
        value::address(text).map_err(E::custom)
    }
}

impl FromText for B256 {
    fn parse<E: Error>(text: &str) -> Result<Self, E> {
        value::word(text).map_err(E::custom)
    }
}

impl FromText for U256 {
    fn parse<E: Error>(text: &str) -> Result<Self, E> {
        number(text)
    }
}

impl FromText for u64 {
    fn parse<E: Error>(text: &str) -> Result<Self, E> {
        let wide: U256 = number(text)?;
        Self::try_from(wide).map_err(|_| E::custom(format!("{text} does not fit into 64 bits")))
    }
}

impl<'de, K: FromText, V: FromJson<'de>> Deserialize<'de> for Pairs<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PairsVisitor(PhantomData))
    }
}

/// What stands as a value in [`Pairs`].
pub(super) trait FromJson<'de>: Sized {
    type Json: Deserialize<'de>;
    fn convert(json: Self::Json) -> Self;
}

impl<'de> FromJson<'de> for Account {
    type Json = Self;
    fn convert(json: Self) -> Self {
        json
    }
}

impl<'de> FromJson<'de> for U256 {
    type Json = Quantity;
    fn convert(json: Quantity) -> Self {
        json.0
    }
}

impl<'de> FromJson<'de> for B256 {
    type Json = Word;
    fn convert(json: Word) -> Self {
        json.0
    }
}

struct PairsVisitor<K, V>(PhantomData<(K, V)>);

impl<'de, K: FromText, V: FromJson<'de>> Visitor<'de> for PairsVisitor<K, V> {
    type Value = Pairs<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Pairs::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            let key = K::parse(&key)?;
            pairs.push((key, V::convert(map.next_value()?)));
        }
        Ok(Pairs(pairs))
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = U256;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or a number as text (\"31\", \"0x1f\")")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<U256, E> {
        Ok(U256::from(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<U256, E> {
        number(text)
    }
}

/// `31` or `0x1f`. Slots are sometimes written with all their leading zeros; `0x` alone is 0.
fn number<E: Error>(text: &str) -> Result<U256, E> {
    let fault = || E::custom(format!("\"{}\" is not a number", value::shorten(text)));
    let (digits, radix) = text.strip_prefix("0x").map_or((text, 10), |digits| (digits, 16));
    if digits.is_empty() && radix == 16 {
        return Ok(U256::ZERO);
    }
    if digits.is_empty() || !digits.bytes().all(|byte| char::from(byte).is_digit(radix)) {
        return Err(fault());
    }
    U256::from_str_radix(digits, u64::from(radix)).map_err(|_| fault())
}
