//! Real blocks: what a node answers to `eth_getBlockByNumber` (with full transactions), the merged
//! result of its `prestateTracer`, and the hashes of earlier blocks.

mod json;

use alloy_primitives::{B256, U256};
use lanescope_executor::fork::mainnet_spec;
use lanescope_executor::rules::rewards::miner_reward;
use lanescope_executor::{World, WorldAccount};
use lanescope_protocol::Scenario;
use lanescope_protocol::scenario::{
    AccessListItem, Authorization, BlockFields, Envelope, HeaderClaims, Imported, Reward,
    SCENARIO_VERSION, Transaction, Withdrawal,
};
use revm::bytecode::Bytecode;
use revm::primitives::hardfork::SpecId;
use revm::state::AccountInfo;

pub(crate) use json::BlockFile;

use crate::error::{Place, Problem, ScenarioError};

/// A scenario whose transactions carry everything, and the state before it.
pub(crate) fn import(name: &str, file: BlockFile) -> Result<(Scenario, World), ScenarioError> {
    let mut world = World::new();
    let BlockFile { block, prestate, block_hashes } = file;
    for (address, account) in prestate.0 {
        let code = code(account.code.0)
            .map_err(|problem| problem.at(Place::PreState(format!("{address:#x}"))))?;
        let info = AccountInfo {
            balance: account.balance.0,
            nonce: account.nonce.0,
            code: Some(code),
            ..AccountInfo::default()
        };
        let storage = account.storage.0.into_iter().collect();
        world.insert(address, WorldAccount { info, storage });
    }
    let mut hashes: std::collections::BTreeMap<u64, B256> = block_hashes.0.into_iter().collect();
    if let (Some(parent), Some(number)) = (block.parent_hash, block.number.0.checked_sub(1)) {
        hashes.entry(number).or_insert(parent.0);
    }
    hashes.iter().for_each(|(number, hash)| world.insert_block_hash(*number, *hash));

    let number = block.number.0;
    let scenario = Scenario {
        lanescope: SCENARIO_VERSION,
        title: format!("Block {number}"),
        recipe: None,
        block: fields(&block),
        accounts: Vec::new(),
        contracts: Vec::new(),
        imported: Some(Imported {
            source: name.to_owned(),
            block_hashes: hashes.iter().map(|(number, hash)| (*number, hash.to_string())).collect(),
            header: claims(&block),
            ..Imported::default()
        }),
        splits: Vec::new(),
        transactions: block.transactions.into_iter().map(transaction).collect(),
    };
    Ok((scenario, world))
}

/// Code as the EVM wants it. What begins like a delegation must be one.
pub(crate) fn code(bytes: alloy_primitives::Bytes) -> Result<Bytecode, Problem> {
    Bytecode::new_raw_checked(bytes).map_err(|_| Problem::BadDelegation)
}

fn fields(block: &json::Block) -> BlockFields {
    BlockFields {
        number: block.number.0,
        timestamp: block.timestamp.0,
        gas_limit: block.gas_limit.0,
        base_fee: block.base_fee_per_gas.unwrap_or_default().0.to_string(),
        beneficiary: format!("{:#x}", block.miner.0),
        fork: String::new(),
        difficulty: block.difficulty.unwrap_or_default().0.to_string(),
        prevrandao: block.mix_hash.map(|hash| hash.0.to_string()).unwrap_or_default(),
        excess_blob_gas: block.excess_blob_gas.map(|gas| gas.0),
        parent_beacon_block_root: block
            .parent_beacon_block_root
            .map(|root| root.0.to_string())
            .unwrap_or_default(),
        rewards: rewards(block),
        withdrawals: block.withdrawals.0.iter().map(withdrawal).collect(),
    }
}

/// What the miner got before the Merge, with a share for each uncle. What the miners of the uncles
/// got cannot be told from their hashes.
fn rewards(block: &json::Block) -> Vec<Reward> {
    let spec = mainnet_spec(block.number.0, block.timestamp.0);
    let amount = miner_reward(spec, block.uncles.0.len());
    let reward = Reward { account: format!("{:#x}", block.miner.0), amount: amount.to_string() };
    if amount.is_zero() { Vec::new() } else { vec![reward] }
}

fn withdrawal(json: &json::Withdrawal) -> Withdrawal {
    Withdrawal { address: format!("{:#x}", json.address.0), gwei: json.amount.0 }
}

/// What the header says about the result. `None` if it says nothing.
fn claims(block: &json::Block) -> Option<HeaderClaims> {
    let hex = |bytes: &Option<json::Data>| {
        bytes.as_ref().filter(|data| !data.0.is_empty()).map(|data| data.0.to_string())
    };
    let spec = mainnet_spec(block.number.0, block.timestamp.0);
    let claims = HeaderClaims {
        gas_used: block.gas_used.map(|gas| gas.0),
        logs_bloom: hex(&block.logs_bloom).unwrap_or_default(),
        // Before Byzantium a receipt holds the state root after its transaction.
        receipts_root: hex(&block.receipts_root)
            .filter(|_| spec >= SpecId::BYZANTIUM)
            .unwrap_or_default(),
    };
    (claims != HeaderClaims::default()).then_some(claims)
}

fn transaction(json: json::Transaction) -> Transaction {
    let kind = json.kind();
    let price = json.max_fee_per_gas.filter(|_| kind >= 2).or(json.gas_price).unwrap_or_default();
    let dynamic = |amount: Option<json::Quantity>| {
        amount.filter(|_| kind >= 2).map(|amount| amount.0.to_string()).unwrap_or_default()
    };
    let envelope = Envelope {
        kind,
        max_fee: price.0.to_string(),
        priority_fee: dynamic(json.max_priority_fee_per_gas),
        chain_id: json.chain_id.map(|id| id.0),
        access_list: json.access_list.0.into_iter().map(access_list_item).collect(),
        blob_hashes: json.blob_versioned_hashes.0.iter().map(|hash| hash.0.to_string()).collect(),
        max_blob_fee: json.max_fee_per_blob_gas.map(|fee| fee.0.to_string()).unwrap_or_default(),
        authorizations: json.authorization_list.0.into_iter().map(authorization).collect(),
    };
    let is_zero = json.value.0 == U256::ZERO;
    Transaction {
        sender: format!("{:#x}", json.from.0),
        receiver: json.to.map(|to| format!("{:#x}", to.0)).unwrap_or_default(),
        value: if is_zero { String::new() } else { json.value.0.to_string() },
        call: None,
        data: if json.input.0.is_empty() { String::new() } else { json.input.0.to_string() },
        gas_limit: Some(json.gas.0),
        nonce: Some(json.nonce.0),
        envelope: Some(envelope),
    }
}

fn access_list_item(item: json::AccessListItem) -> AccessListItem {
    AccessListItem {
        address: format!("{:#x}", item.address.0),
        keys: item.storage_keys.0.iter().map(|key| key.0.to_string()).collect(),
    }
}

fn authorization(json: json::Authorization) -> Authorization {
    Authorization {
        chain_id: json.chain_id.0,
        address: format!("{:#x}", json.address.0),
        nonce: json.nonce.0,
        y_parity: u8::try_from(json.y_parity.0).unwrap_or(u8::MAX),
        r: format!("{:#x}", json.r.0),
        s: format!("{:#x}", json.s.0),
    }
}
