//! The second opinion: plain revm on its own in-memory state, without any code of this project.

use revm::context::{BlockEnv, CfgEnv, TxEnv};
use revm::database::{CacheState, State};
use revm::primitives::B256;
use revm::primitives::hardfork::SpecId;
use revm::{Context, ExecuteCommitEvm, MainBuilder, MainContext};

use alloy_trie::root::state_root_unhashed;

use crate::case::{Setting, info, slots};
use crate::file::PreState;
use crate::root::{logs_hash, trie_account};

/// What a block of transactions leads to.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) state_root: B256,
    pub(crate) logs_hash: B256,
}

/// Runs transactions one after the other, each committed before the next. The error says which
/// one is refused, and why.
pub(crate) fn run(
    setting: &Setting,
    pre: &PreState,
    env: &BlockEnv,
    transactions: &[TxEnv],
) -> Result<Settled, String> {
    let state = State::builder().with_cached_prestate(cache(pre)).build();
    let mut evm = Context::mainnet()
        .with_db(state)
        .with_block(env.clone())
        .with_cfg(configuration(setting))
        .build_mainnet();
    let mut logs = Vec::new();
    for (index, tx) in transactions.iter().enumerate() {
        let result = evm
            .transact_commit(tx.clone())
            .map_err(|error| format!("transaction {}: {error}", index + 1))?;
        logs.extend(result.into_logs());
    }
    let state_root = root(&evm.ctx.journaled_state.database.cache);
    Ok(Settled { state_root, logs_hash: logs_hash(&logs) })
}

/// The root of the state before anything ran.
pub(crate) fn root_before(pre: &PreState) -> B256 {
    root(&cache(pre))
}

fn root(cache: &CacheState) -> B256 {
    state_root_unhashed(cache.trie_account().into_iter().map(|(address, account)| {
        let info = &account.info;
        let slots = account.storage.iter().map(|(key, value)| (*key, *value));
        (address, trie_account(info.nonce, info.balance, info.code_hash, slots))
    }))
}

fn cache(pre: &PreState) -> CacheState {
    let mut cache = CacheState::new();
    for (address, account) in pre {
        let info = info(account);
        if let Some(code) = info.code.as_ref().filter(|code| !code.is_empty()) {
            cache.contracts.insert(info.code_hash, code.clone());
        }
        cache.insert_account_with_storage(*address, info, slots(account).collect());
    }
    cache
}

fn configuration(setting: &Setting) -> CfgEnv {
    let mut configuration = CfgEnv::new_with_spec(setting.spec);
    configuration.set_spec_and_mainnet_gas_params(setting.spec);
    configuration.chain_id = setting.chain_id;
    // The most blobs of one transaction: those of a block (EIP-4844, EIP-7691), then 6 (EIP-7594).
    let most_blobs = match setting.spec {
        SpecId::PRAGUE => 9,
        _ => 6,
    };
    configuration.set_max_blobs_per_tx(most_blobs);
    configuration
}
