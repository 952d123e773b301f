//! The block's own fields.

use alloy_primitives::{Address, B256, U256};
use lanescope_executor::fork::{fork_names, mainnet_spec, parse_fork};
use lanescope_executor::rules::{blobs::blob_parameters, dao::DAO_FORK_BLOCK};
use lanescope_executor::{Block, Withdrawal, World};
use lanescope_protocol::Scenario;
use lanescope_protocol::limits::BLOCK_GAS_LIMIT_MAX;
use lanescope_protocol::scenario::BlockFields;
use revm::DatabaseRef;
use revm::context::BlockEnv;
use revm::primitives::hardfork::SpecId;

use crate::book::Book;
use crate::contracts::list;
use crate::error::{Place, Problem, ScenarioError};
use crate::value;

/// Ethereum mainnet.
const CHAIN_ID: u64 = 1;
/// The blob base fee is e to the power of excess over fraction: beyond this power it costs more than
/// all ether there is, and its computation leaves 128 bits.
const BLOB_FEE_POWER_MAX: u64 = 40;

/// The block without its transactions.
pub(super) fn block(
    scenario: &Scenario,
    world: &World,
    book: &Book,
) -> Result<Block, ScenarioError> {
    let fields = &scenario.block;
    let spec = spec(fields).map_err(|problem| problem.at(Place::Block("fork")))?;
    if !(1..=BLOCK_GAS_LIMIT_MAX).contains(&fields.gas_limit) {
        let problem = Problem::BlockGasLimitOutOfRange(fields.gas_limit);
        return Err(problem.at(Place::Block("gas_limit")));
    }
    let mut env = BlockEnv {
        number: U256::from(fields.number),
        beneficiary: at("beneficiary", book.resolve(&fields.beneficiary))?,
        timestamp: U256::from(fields.timestamp),
        gas_limit: fields.gas_limit,
        basefee: at("base_fee", value::small(&fields.base_fee))?,
        difficulty: at("difficulty", value::amount(&fields.difficulty))?,
        prevrandao: None,
        blob_excess_gas_and_price: None,
        slot_num: 0,
    };
    if spec >= SpecId::MERGE {
        env.prevrandao = Some(word("prevrandao", &fields.prevrandao)?.unwrap_or_default());
    }
    if spec >= SpecId::CANCUN {
        let fraction = blob_parameters(spec, fields.timestamp).update_fraction;
        let excess = fields.excess_blob_gas.unwrap_or_default();
        if excess > BLOB_FEE_POWER_MAX * fraction {
            let problem = Problem::TooLargeForField(excess.to_string());
            return Err(problem.at(Place::Block("excess_blob_gas")));
        }
        env.set_blob_excess_gas_and_price(excess, fraction);
    }
    Ok(Block {
        spec,
        chain_id: CHAIN_ID,
        env,
        parent_beacon_block_root: word(
            "parent_beacon_block_root",
            &fields.parent_beacon_block_root,
        )?,
        parent_hash: parent_hash(fields.number, world),
        // Only a real block has the accounts that it empties.
        dao_fork: scenario.imported.is_some() && fields.number == DAO_FORK_BLOCK,
        transactions: Vec::new(),
        rewards: at("rewards", rewards(fields, book))?,
        withdrawals: at("withdrawals", withdrawals(fields, book))?,
        splits: None,
    })
}

fn rewards(fields: &BlockFields, book: &Book) -> Result<Vec<(Address, U256)>, Problem> {
    let rewards = fields.rewards.iter();
    rewards
        .map(|reward| Ok((book.resolve(&reward.account)?, value::amount(&reward.amount)?)))
        .collect()
}

fn withdrawals(fields: &BlockFields, book: &Book) -> Result<Vec<Withdrawal>, Problem> {
    let withdrawals = fields.withdrawals.iter();
    withdrawals
        .map(|one| Ok(Withdrawal { address: book.resolve(&one.address)?, gwei: one.gwei }))
        .collect()
}

fn spec(fields: &BlockFields) -> Result<SpecId, Problem> {
    if fields.fork.is_empty() {
        return Ok(mainnet_spec(fields.number, fields.timestamp));
    }
    parse_fork(&fields.fork).ok_or_else(|| Problem::UnknownFork {
        name: value::shorten(&fields.fork),
        known: list(fork_names()),
    })
}

fn parent_hash(number: u64, world: &World) -> Option<B256> {
    // A world in memory cannot fail.
    let Ok(hash) = world.block_hash_ref(number.checked_sub(1)?);
    (!hash.is_zero()).then_some(hash)
}

fn word(field: &'static str, text: &str) -> Result<Option<B256>, ScenarioError> {
    if text.is_empty() { Ok(None) } else { at(field, value::word(text)).map(Some) }
}

fn at<T>(field: &'static str, result: Result<T, Problem>) -> Result<T, ScenarioError> {
    result.map_err(|problem| problem.at(Place::Block(field)))
}
