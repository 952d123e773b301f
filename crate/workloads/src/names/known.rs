//! Names of a few accounts that everybody meets on Ethereum mainnet.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use alloy_primitives::{Address, U256, address};

use crate::contracts::{Encoding, Layout, TypeInfo, Variable};

/// Contracts of the protocol itself and of the busiest tokens and exchanges.
const ACCOUNTS: [(Address, &str); 14] = [
    (address!("000f3df6d732807ef1319fb7b8bb8522d0beac02"), "Beacon roots"),
    (address!("0000f90827f1c53a10cb7a02335b175320002935"), "Block hashes"),
    (address!("00000961ef480eb55e80d19ad83579a64c007002"), "Withdrawal requests"),
    (address!("0000bbddc7ce488642fb579f8b00f3a590007251"), "Consolidation requests"),
    (address!("00000000219ab540356cbb839cbe05303d7705fa"), "Deposits"),
    (WETH, "WETH"),
    (USDT, "USDT"),
    (USDC, "USDC"),
    (DAI, "DAI"),
    (address!("7a250d5630b4cf539739df2c5dacb4c659f2488d"), "Uniswap V2 router"),
    (address!("e592427a0aece92de3edee1f18e0157c05861564"), "Uniswap V3 router"),
    (address!("000000000022d473030f116ddee9f6b43ac78ba3"), "Permit2"),
    (address!("00000000006c3852cbef3e08e8df289169ede581"), "Seaport"),
    (address!("000000000004444c5dc75cb358380d2e3de08a90"), "Uniswap V4"),
];

const WETH: Address = address!("c02aaa39b223fe8d0a0e5c4f27ead9083c756cc2");
const USDT: Address = address!("dac17f958d2ee523a2206206994597c13d831ec7");
const USDC: Address = address!("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48");
const DAI: Address = address!("6b175474e89094c44da98b954eedeac495271d0f");

/// A variable: slot, name, how many addresses index it.
type Known = (u64, &'static str, usize);

/// The variables of those tokens that transactions meet.
const TOKENS: [(Address, &[Known]); 4] = [
    (WETH, &[(3, "balanceOf", 1), (4, "allowance", 2)]),
    (USDT, &[(1, "totalSupply", 0), (2, "balanceOf", 1), (5, "allowance", 2)]),
    (USDC, &[(9, "balanceOf", 1), (10, "allowance", 2), (11, "totalSupply", 0)]),
    (DAI, &[(1, "totalSupply", 0), (2, "balanceOf", 1), (3, "allowance", 2), (4, "nonces", 1)]),
];

/// The name of a precompile or a well-known contract.
pub(super) fn account(address: &Address) -> Option<String> {
    let known = ACCOUNTS.iter().find(|(known, _)| known == address).map(|(_, name)| *name);
    known.or_else(|| precompile(address)).map(str::to_owned)
}

/// The variables of a well-known token, as far as they are known.
pub(super) fn layout(address: &Address) -> Option<&'static Layout> {
    static LAYOUTS: LazyLock<BTreeMap<Address, Layout>> = LazyLock::new(|| {
        TOKENS.iter().map(|(address, variables)| (*address, build(variables))).collect()
    });
    LAYOUTS.get(address)
}

fn precompile(address: &Address) -> Option<&'static str> {
    let number = U256::from_be_bytes(address.into_word().0);
    Some(match u64::try_from(number).ok()? {
        0x01 => "ecrecover",
        0x02 => "sha256",
        0x03 => "ripemd160",
        0x04 => "identity",
        0x05 => "modexp",
        0x06..=0x08 => "bn254",
        0x09 => "blake2f",
        0x0a => "point evaluation",
        0x0b..=0x11 => "bls12-381",
        0x100 => "p256verify",
        _ => return None,
    })
}

fn build(variables: &[Known]) -> Layout {
    let inplace = TypeInfo {
        encoding: Encoding::Inplace,
        label: "uint256".to_owned(),
        bytes: U256::from(32),
        key: None,
        value: None,
        base: None,
        members: None,
    };
    let mapping = |value: &str| TypeInfo {
        encoding: Encoding::Mapping,
        key: Some("0".to_owned()),
        value: Some(value.to_owned()),
        ..inplace.clone()
    };
    Layout {
        storage: variables
            .iter()
            .map(|(slot, label, keys)| Variable {
                label: (*label).to_owned(),
                slot: U256::from(*slot),
                offset: 0,
                kind: keys.to_string(),
            })
            .collect(),
        // A type is named by how many keys lead to its value.
        types: BTreeMap::from([
            ("0".to_owned(), inplace.clone()),
            ("1".to_owned(), mapping("0")),
            ("2".to_owned(), mapping("1")),
        ]),
    }
}
