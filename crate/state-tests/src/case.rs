//! From a file to cases: each is one transaction on a state, and what it must lead to.

use std::sync::Arc;

use alloy_primitives::{B256, U256, keccak256};
use lanescope_executor::rules::blobs::blob_parameters;
use lanescope_executor::{Block, World, WorldAccount};
use revm::bytecode::Bytecode;
use revm::context::{BlockEnv, TxEnv};
use revm::context_interface::block::BlobExcessGasAndPrice;
use revm::primitives::hardfork::SpecId;
use revm::state::AccountInfo;

use crate::file::{Account, Env, Expectation, PreState, TestFile};
use crate::{fork, transaction};

/// How many earlier blocks BLOCKHASH reaches.
const BLOCK_HASHES: u64 = 256;

/// What cases can have in common: the rules, the header and the state before.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) spec: SpecId,
    pub(crate) chain_id: u64,
    pub(crate) env: BlockEnv,
    pub(crate) pre: PreState,
    pub(crate) world: Arc<World>,
    /// The fork's name as the file writes it.
    pub(crate) fork: String,
    fields: Env,
}

/// One transaction and what it must lead to.
#[derive(Debug)]
pub(crate) struct Case {
    /// Where it is: the test's name, fork and indexes.
    pub(crate) name: String,
    pub(crate) setting: Arc<Setting>,
    pub(crate) tx: TxEnv,
    pub(crate) expected: Expected,
}

/// What the file says about the result.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub(crate) state_root: B256,
    pub(crate) logs_hash: B256,
    /// Why the transaction cannot be in a block, if so.
    pub(crate) refused: Option<String>,
}

/// The cases of a file, and the reasons why others are none.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) cases: Vec<Case>,
    pub(crate) skipped: Vec<String>,
    settings: Vec<Arc<Setting>>,
}

impl Plan {
    /// Every case of a file.
    pub(crate) fn new(file: &TestFile) -> Self {
        let mut plan = Self::default();
        for (name, unit) in file {
            for (fork, expectations) in &unit.post {
                match fork::rules(fork) {
                    Ok(spec) => {
                        let setting = plan.setting(spec, fork, &unit.env, &unit.pre);
                        for expectation in expectations {
                            let at = place(name, fork, expectation);
                            let indexes = expectation.indexes;
                            let chain = setting.chain_id;
                            match transaction::pick(&unit.transaction, indexes, chain) {
                                Ok(tx) => plan.cases.push(Case {
                                    name: at,
                                    setting: Arc::clone(&setting),
                                    tx,
                                    expected: expected(expectation),
                                }),
                                Err(reason) => plan.skipped.push(reason),
                            }
                        }
                    }
                    Err(reason) => {
                        plan.skipped.extend(expectations.iter().map(|_| reason.clone()));
                    }
                }
            }
        }
        plan
    }

    /// The setting with these parts, shared with earlier cases where they are equal.
    fn setting(&mut self, spec: SpecId, fork: &str, fields: &Env, pre: &PreState) -> Arc<Setting> {
        let known = self
            .settings
            .iter()
            .find(|known| known.spec == spec && known.fields == *fields && known.pre == *pre);
        if let Some(known) = known {
            return Arc::clone(known);
        }
        let env = header(spec, fields);
        let setting = Arc::new(Setting {
            spec,
            chain_id: fields.current_chain_id.map_or(1, |id| id.saturating_to()),
            world: Arc::new(world(pre, env.number.saturating_to())),
            env,
            pre: pre.clone(),
            fork: fork.to_owned(),
            fields: fields.clone(),
        });
        self.settings.push(Arc::clone(&setting));
        setting
    }
}

impl Setting {
    /// The same header and state under other rules.
    pub(crate) fn under(&self, spec: SpecId, fork: &str) -> Self {
        Self {
            spec,
            fork: fork.to_owned(),
            chain_id: self.chain_id,
            env: self.env.clone(),
            pre: self.pre.clone(),
            world: Arc::clone(&self.world),
            fields: self.fields.clone(),
        }
    }

    /// A block of these transactions under this setting. No system calls: state tests have none.
    pub(crate) fn block(&self, env: BlockEnv, transactions: &[TxEnv]) -> Arc<Block> {
        Arc::new(Block {
            spec: self.spec,
            chain_id: self.chain_id,
            env,
            transactions: transactions.iter().cloned().map(Arc::new).collect(),
            ..Block::default()
        })
    }
}

fn place(name: &str, fork: &str, expectation: &Expectation) -> String {
    let indexes = expectation.indexes;
    format!("{name}, {fork}, data {} gas {} value {}", indexes.data, indexes.gas, indexes.value)
}

fn expected(expectation: &Expectation) -> Expected {
    Expected {
        state_root: expectation.hash,
        logs_hash: expectation.logs,
        refused: expectation.expect_exception.clone(),
    }
}

fn header(spec: SpecId, fields: &Env) -> BlockEnv {
    let fraction = blob_parameters(spec, fields.current_timestamp.saturating_to()).update_fraction;
    let is_merged = spec.is_enabled_in(SpecId::MERGE);
    let env = BlockEnv::default();
    BlockEnv {
        number: fields.current_number,
        beneficiary: fields.current_coinbase,
        timestamp: fields.current_timestamp,
        gas_limit: fields.current_gas_limit.saturating_to(),
        basefee: fields.current_base_fee.unwrap_or_default().saturating_to(),
        difficulty: fields.current_difficulty,
        prevrandao: is_merged.then(|| fields.current_random.unwrap_or_default()),
        blob_excess_gas_and_price: match fields.current_excess_blob_gas {
            Some(gas) => Some(BlobExcessGasAndPrice::new(gas.saturating_to(), fraction)),
            None => env.blob_excess_gas_and_price,
        },
        ..env
    }
}

/// The state before. The hash of block n is Keccak of n in decimal, as all state tests have it.
pub(crate) fn world(pre: &PreState, number: u64) -> World {
    let mut world = World::new();
    for (address, account) in pre {
        world.insert(
            *address,
            WorldAccount { info: info(account), storage: slots(account).collect() },
        );
    }
    for number in number.saturating_sub(BLOCK_HASHES)..number {
        world.insert_block_hash(number, keccak256(number.to_string()));
    }
    world
}

/// Balance, nonce and code.
pub(crate) fn info(account: &Account) -> AccountInfo {
    let code = Bytecode::new_raw_checked(account.code.clone())
        .unwrap_or_else(|_| Bytecode::new_legacy(account.code.clone()));
    AccountInfo {
        balance: account.balance,
        nonce: account.nonce.saturating_to(),
        code_hash: keccak256(&account.code),
        code: Some(code),
        ..AccountInfo::default()
    }
}

/// Slots that are not zero.
pub(crate) fn slots(account: &Account) -> impl Iterator<Item = (U256, U256)> {
    account.storage.iter().map(|(key, value)| (*key, *value)).filter(|(_, value)| !value.is_zero())
}
