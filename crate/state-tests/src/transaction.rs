//! From the lists of a test to one transaction.

use alloy_primitives::{Address, U256};
use k256::ecdsa::SigningKey;
use revm::context::TxEnv;
use revm::context::either::Either;
use revm::context_interface::transaction::{
    AccessList, AccessListItem, Authorization as Unsigned, RecoveredAuthorization,
    SignedAuthorization,
};
use revm::primitives::TxKind;

use crate::file::{Authorization, Indexes, Transactions};

/// The transaction that the indexes pick; otherwise why there can be none.
///
/// Numbers too large for their field become the largest that fits: every one of those is refused
/// for the same reason as the number itself would be.
pub(crate) fn pick(lists: &Transactions, indexes: Indexes, chain: u64) -> Result<TxEnv, String> {
    let list = access_list(lists, indexes);
    let tx_type = kind(lists, list.is_some());
    let receiver = receiver(lists)?;
    if tx_type >= 3 && receiver == TxKind::Create {
        // Its encoding has no place for that, so revm has no check either.
        return Err(format!("transaction type {tx_type} cannot create a contract"));
    }
    Ok(TxEnv {
        tx_type,
        caller: sender(lists)?,
        gas_limit: entry(&lists.gas_limit, indexes.gas, "gas limit")?.saturating_to(),
        gas_price: lists.gas_price.or(lists.max_fee_per_gas).unwrap_or_default().saturating_to(),
        kind: receiver,
        value: value(entry(&lists.value, indexes.value, "value")?)?,
        data: entry(&lists.data, indexes.data, "data")?.clone(),
        nonce: lists.nonce.saturating_to(),
        chain_id: Some(lists.chain_id.map_or(chain, |id| id.saturating_to())),
        access_list: list.unwrap_or_default(),
        gas_priority_fee: lists.max_priority_fee_per_gas.map(|fee| fee.saturating_to()),
        blob_hashes: lists.blob_versioned_hashes.clone().unwrap_or_default(),
        max_fee_per_blob_gas: lists.max_fee_per_blob_gas.unwrap_or_default().saturating_to(),
        authorization_list: lists
            .authorization_list
            .iter()
            .flatten()
            .map(|item| Either::Right(authorization(item)))
            .collect(),
    })
}

/// The type (EIP-2718): the newest whose fields are there.
fn kind(lists: &Transactions, has_access_list: bool) -> u8 {
    if let Some(kind) = lists.kind {
        kind.saturating_to()
    } else if lists.authorization_list.is_some() {
        4
    } else if lists.max_fee_per_blob_gas.is_some() {
        3
    } else if lists.max_fee_per_gas.is_some() {
        2
    } else {
        u8::from(has_access_list)
    }
}

fn sender(lists: &Transactions) -> Result<Address, String> {
    if let Some(sender) = lists.sender {
        return Ok(sender);
    }
    let key = lists.secret_key.ok_or("it has neither a sender nor a secret key")?;
    let key = SigningKey::from_slice(key.as_slice())
        .map_err(|_| format!("{key} is no secret key on secp256k1"))?;
    let point = key.verifying_key().to_encoded_point(false);
    // The first byte says only that the point is not compressed.
    Ok(Address::from_raw_public_key(&point.as_bytes()[1..]))
}

fn receiver(lists: &Transactions) -> Result<TxKind, String> {
    match lists.to.as_deref() {
        None | Some("") => Ok(TxKind::Create),
        Some(text) => {
            let address = text.parse().map_err(|_| format!("\"{text}\" is not an address"))?;
            Ok(TxKind::Call(address))
        }
    }
}

fn value(text: &str) -> Result<U256, String> {
    match text.strip_prefix("0x:bigint ") {
        Some(_) => Err("its value does not fit into 256 bits".to_owned()),
        None if text == "0x" => Ok(U256::ZERO),
        None => text.parse().map_err(|_| format!("\"{text}\" is not a value")),
    }
}

fn access_list(lists: &Transactions, indexes: Indexes) -> Option<AccessList> {
    let items = lists.access_lists.as_ref()?.get(indexes.data)?.as_ref()?;
    let items = items.iter().map(|item| AccessListItem {
        address: item.address,
        storage_keys: item.storage_keys.clone(),
    });
    Some(AccessList(items.collect()))
}

/// An invalid signature is no error: the transaction then goes on without it (EIP-7702).
fn authorization(item: &Authorization) -> RecoveredAuthorization {
    let unsigned = Unsigned {
        chain_id: item.chain_id,
        address: item.address,
        // 2^64 - 1 is as invalid as everything above.
        nonce: item.nonce.saturating_to(),
    };
    let parity = item.y_parity.or(item.v).unwrap_or_default().saturating_to();
    SignedAuthorization::new_unchecked(unsigned, parity, item.r, item.s).into_recovered()
}

fn entry<'a, T>(list: &'a [T], index: usize, what: &str) -> Result<&'a T, String> {
    list.get(index).ok_or_else(|| format!("there is no {what} {index}, only {}", list.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::address;

    /// A transaction with a delegation signed by the well-known test key, as newer tests have it.
    const DELEGATING: &str = r#"{
        "nonce": "0x00", "maxPriorityFeePerGas": "0x00", "maxFeePerGas": "0x07",
        "gasLimit": ["0x0423ff", "0x10000000000000000"], "data": ["0x", "0x01"],
        "to": "0x0000000000000000000000000000000000001000",
        "value": ["0x00", "0x:bigint 0x10000000000000000000000000000000000000000000000000000000000000000"],
        "accessLists": [null, [{
            "address": "0x6389e7f33ce3b1e94e4325ef02829cd12297ef71",
            "storageKeys": ["0x0000000000000000000000000000000000000000000000000000000000000007"]
        }]],
        "authorizationList": [{
            "chainId": "0x00", "address": "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b",
            "nonce": "0x00", "v": "0x01", "yParity": "0x01",
            "r": "0x5a8cac98fd240d8ef83c22db4a061ffa0facb1801245283cc05fc809d8b92837",
            "s": "0x1c3162fe11d91bc24d4fa00fb19ca34531e0eacdf8142c804be44058d5b8244f",
            "signer": "0x6389e7f33ce3b1e94e4325ef02829cd12297ef71"
        }],
        "secretKey": "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8"
    }"#;

    fn lists() -> Transactions {
        serde_json::from_str(DELEGATING).unwrap()
    }

    #[test]
    fn the_indexes_pick_and_the_key_gives_the_sender() {
        let tx = pick(&lists(), Indexes { data: 1, gas: 1, value: 0 }, 1).unwrap();
        assert_eq!(tx.tx_type, 4);
        assert_eq!(tx.caller, address!("a94f5374fce5edbc8e2a8697c15331677e6ebf0b"));
        assert_eq!(tx.gas_limit, u64::MAX);
        assert_eq!(tx.data[..], [1]);
        assert_eq!(tx.access_list.0.len(), 1);
        let Some(Either::Right(signed)) = tx.authorization_list.first() else {
            panic!("the delegation is lost");
        };
        let signer = address!("6389e7f33ce3b1e94e4325ef02829cd12297ef71");
        assert_eq!(signed.authority(), Some(signer));
    }

    #[test]
    fn what_cannot_be_a_transaction_says_why() {
        let mut lists = lists();
        let refused = |data, value| pick(&lists, Indexes { data, gas: 0, value }, 1).unwrap_err();
        assert_eq!(refused(0, 1), "its value does not fit into 256 bits");
        assert_eq!(refused(2, 0), "there is no data 2, only 2");
        lists.to = Some(String::new());
        let error = pick(&lists, Indexes { data: 0, gas: 0, value: 0 }, 1).unwrap_err();
        assert_eq!(error, "transaction type 4 cannot create a contract");
    }

    #[test]
    fn the_type_is_the_newest_whose_fields_are_there() {
        let mut lists = lists();
        let kinds = |lists: &Transactions, data| {
            pick(lists, Indexes { data, gas: 0, value: 0 }, 1).unwrap().tx_type
        };
        lists.authorization_list = None;
        assert_eq!(kinds(&lists, 0), 2);
        lists.max_fee_per_blob_gas = Some(U256::from(1));
        assert_eq!(kinds(&lists, 0), 3);
        (lists.max_fee_per_blob_gas, lists.max_fee_per_gas) = (None, None);
        lists.gas_price = Some(U256::from(10));
        assert_eq!((kinds(&lists, 0), kinds(&lists, 1)), (0, 1));
    }
}
