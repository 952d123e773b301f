//! What is executed: an ordered list of transactions under the rules of one fork.

use revm::context::{BlockEnv, TxEnv};
use revm::primitives::{B256, hardfork::SpecId};

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
    /// The transactions. Senders are known: nothing is recovered from signatures.
    pub transactions: Vec<TxEnv>,
}

/// A transaction that cannot be part of its block.
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
    /// A system call before the first transaction failed.
    #[error("the block's system call to {contract} failed: {reason}")]
    SystemCall {
        /// Which contract.
        contract: String,
        /// Why.
        reason: String,
    },
}
