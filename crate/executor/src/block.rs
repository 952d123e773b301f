//! What is executed: an ordered list of transactions under the rules of one fork.

use lanescope_protocol::Fault;
use std::sync::Arc;

use revm::context::{BlockEnv, TxEnv};
use revm::primitives::{Address, B256, U256, hardfork::SpecId};

use crate::split::Splits;

/// A block, ready to run.
#[derive(Clone, Debug)]
pub struct Block {
    /// Rules in force.
    pub spec: SpecId,
    /// Chain id that CHAINID returns and signatures name. 1 is Ethereum mainnet.
    pub chain_id: u64,
    /// What transactions can see of the header.
    pub env: BlockEnv,
    /// Parent beacon block root, stored by a system call before the first transaction (EIP-4788).
    pub parent_beacon_block_root: Option<B256>,
    /// Parent hash, stored by a system call before the first transaction (EIP-2935).
    pub parent_hash: Option<B256>,
    /// Whether this is the block that moved the ether of "the DAO" (EIP-779, block 1,920,000).
    pub dao_fork: bool,
    /// The transactions. Senders are known: nothing is recovered from signatures.
    pub transactions: Vec<Arc<TxEnv>>,
    /// Wei that the protocol pays after the last transaction, under any rules, in this order.
    /// [`rewards::proof_of_work`](crate::rules::rewards::proof_of_work) says what miners got;
    /// empty for blocks that pay nobody.
    pub rewards: Vec<(Address, U256)>,
    /// Ether that leaves the beacon chain after the last transaction (EIP-4895). Nothing before
    /// Shanghai.
    pub withdrawals: Vec<Withdrawal>,
    /// Slots that are kept several times, as [`split`](crate::split::split) has put them in.
    pub splits: Option<Arc<Splits>>,
}

/// Ether that leaves the beacon chain (EIP-4895).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// Who gets it.
    pub address: Address,
    /// How much, in gwei (10⁹ wei).
    pub gwei: u64,
}

/// An empty block of mainnet under the latest rules.
impl Default for Block {
    fn default() -> Self {
        Self {
            spec: SpecId::OSAKA,
            chain_id: 1,
            env: BlockEnv::default(),
            parent_beacon_block_root: None,
            parent_hash: None,
            dao_fork: false,
            transactions: Vec::new(),
            rewards: Vec::new(),
            withdrawals: Vec::new(),
            splits: None,
        }
    }
}

/// A block that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// The transaction at this index (from 0) breaks a rule on the state it meets.
    #[error("transaction {} cannot be in this block: {reason}", index + 1)]
    InvalidTransaction {
        /// Its index, from 0.
        index: u32,
        /// Which rule, in words.
        reason: String,
    },
    /// The transactions together may use more gas than the block has.
    #[error(
        "transaction {} has a gas limit of {limit}, but only {left} of the block's {block} gas is left", index + 1
    )]
    BlockGasLimit {
        /// Its index, from 0.
        index: u32,
        /// Its gas limit.
        limit: u64,
        /// What is left of the block's gas when its turn comes.
        left: u64,
        /// The block's gas limit.
        block: u64,
    },
    /// A fault on a transaction that is not there.
    #[error("the fault \"{fault}\" is on transaction {}, but the block has {transactions}", tx + 1)]
    NoSuchTransaction {
        /// The fault.
        fault: Fault,
        /// Its transaction, from 0.
        tx: u32,
        /// How many there are.
        transactions: usize,
    },
    /// The strategy does not run on this clock.
    #[error("{0} does not run here")]
    Unsupported(String),
    /// The transactions together carry more blobs than a block may (EIP-4844, EIP-7691, EIP-7892).
    #[error(
        "transaction {} carries {blobs} blobs, but only {left} of the block's {block} are left", index + 1
    )]
    BlockBlobs {
        /// Its index, from 0.
        index: u32,
        /// Its blobs.
        blobs: u64,
        /// How many more the block may carry when its turn comes.
        left: u64,
        /// How many the block may carry.
        block: u64,
    },
    /// A transaction carries more blobs than one may (EIP-7594).
    #[error("transaction {} carries {blobs} blobs, but a transaction may carry {most}", index + 1)]
    TransactionBlobs {
        /// Its index, from 0.
        index: u32,
        /// Its blobs.
        blobs: u64,
        /// How many it may carry.
        most: u64,
    },
    /// A system call of the block failed.
    #[error("the block's system call to {contract} failed: {reason}")]
    SystemCall {
        /// Which contract.
        contract: String,
        /// Why.
        reason: String,
    },
}
