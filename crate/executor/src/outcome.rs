//! What a block leaves behind: receipts and changed state, in a form that can be compared.

use std::collections::BTreeMap;

use alloy_primitives::Bloom;
use alloy_rlp::{BufMut, Encodable, Header};
use lanescope_protocol::TxIndex;
use lanescope_protocol::event::Status;
use revm::context::TxEnv;
use revm::context_interface::result::{ExecutionResult, Output};
use revm::primitives::{Address, B256, Bytes, KECCAK_EMPTY, Log, U256};

use crate::world::WorldAccount;

/// The result of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// One per transaction, in block order.
    pub receipts: Vec<Receipt>,
    /// Gas used by all of them.
    pub gas_used: u64,
    /// Every account that differs from the state before the block.
    pub state: StateChanges,
    /// Codes that transactions gave to accounts and that the world before did not have, by hash,
    /// whether or not they stand at the end.
    pub codes: BTreeMap<B256, Bytes>,
}

/// Accounts after the block, where they differ from before.
pub type StateChanges = BTreeMap<Address, AccountChange>;

/// One account after the block. Only slots that differ from before are listed, so equal states
/// have equal lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountChange {
    /// Whether the account exists. Only before EIP-161 can an empty one.
    pub exists: bool,
    /// Balance in wei.
    pub balance: U256,
    /// Nonce.
    pub nonce: u64,
    /// Hash of the code.
    pub code_hash: B256,
    /// Changed slots with their new values.
    pub storage: BTreeMap<U256, U256>,
}

/// What one transaction did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// EIP-2718 type.
    pub tx_type: u8,
    /// How it ended.
    pub status: Status,
    /// Gas used by this transaction.
    pub gas_used: u64,
    /// Gas used by the block up to and including this transaction. Set at commit.
    pub cumulative_gas_used: u64,
    /// Logs in order.
    pub logs: Vec<Log>,
    /// What it returned, or the data of its revert.
    pub output: Bytes,
    /// The contract that a creating transaction created.
    pub created: Option<Address>,
}

impl AccountChange {
    /// An account as it is before the block, to be changed.
    pub(crate) fn unchanged(before: Option<&WorldAccount>) -> Self {
        let info = before.map(|before| before.info.clone()).unwrap_or_default();
        Self {
            exists: before.is_some(),
            balance: info.balance,
            nonce: info.nonce,
            code_hash: info.code_hash,
            storage: BTreeMap::new(),
        }
    }

    /// Without balance, nonce and code (EIP-161).
    pub(crate) fn is_empty(&self) -> bool {
        self.balance.is_zero() && self.nonce == 0 && self.code_hash == KECCAK_EMPTY
    }

    /// Whether there is a change at all. `keeps_empty`: empty accounts exist (before EIP-161).
    pub(crate) fn differs_from(&self, before: Option<&WorldAccount>, keeps_empty: bool) -> bool {
        let existed = before.is_some_and(|before| keeps_empty || !before.info.is_empty());
        let info = before.map(|before| before.info.clone()).unwrap_or_default();
        self.exists != existed
            || !self.storage.is_empty()
            || self.balance != info.balance
            || self.nonce != info.nonce
            || self.code_hash != info.code_hash
    }
}

impl Receipt {
    pub(crate) fn new(tx: &TxEnv, result: ExecutionResult) -> Self {
        let gas_used = result.tx_gas_used();
        let base = Self { tx_type: tx.tx_type, gas_used, ..Self::default() };
        match result {
            ExecutionResult::Success { logs, output, .. } => {
                let created = output.address().copied();
                let output = match output {
                    Output::Call(bytes) | Output::Create(bytes, _) => bytes,
                };
                Self { status: Status::Succeeded, logs, output, created, ..base }
            }
            ExecutionResult::Revert { output, .. } => {
                Self { status: Status::Reverted, output, ..base }
            }
            ExecutionResult::Halt { .. } => Self { status: Status::Halted, ..base },
        }
    }

    /// The bloom of its logs (Yellow Paper §4.3.1).
    #[must_use]
    pub fn bloom(&self) -> Bloom {
        let mut bloom = Bloom::default();
        self.logs.iter().for_each(|log| bloom.accrue_log(log));
        bloom
    }

    /// The consensus form that the receipts trie holds (EIP-2718, EIP-658).
    fn encode_consensus(&self, out: &mut dyn BufMut) {
        if self.tx_type != 0 {
            out.put_u8(self.tx_type);
        }
        let succeeded = self.status == Status::Succeeded;
        let bloom = self.bloom();
        let payload_length = succeeded.length()
            + self.cumulative_gas_used.length()
            + bloom.length()
            + self.logs.length();
        Header { list: true, payload_length }.encode(out);
        succeeded.encode(out);
        self.cumulative_gas_used.encode(out);
        bloom.encode(out);
        self.logs.encode(out);
    }
}

impl Outcome {
    /// Root of the receipts trie. Only meaningful from Byzantium on: earlier receipts hold state
    /// roots, which are not computed here.
    #[must_use]
    pub fn receipts_root(&self) -> B256 {
        alloy_trie::root::ordered_trie_root_with_encoder(&self.receipts, |receipt, out| {
            receipt.encode_consensus(out);
        })
    }

    /// The block's logs bloom.
    #[must_use]
    pub fn logs_bloom(&self) -> Bloom {
        let mut bloom = Bloom::default();
        self.receipts.iter().flat_map(|receipt| &receipt.logs).for_each(|log| {
            bloom.accrue_log(log);
        });
        bloom
    }

    /// The same with receipts in block order. `order`: the transactions that they belong to, in
    /// theirs.
    #[must_use]
    pub fn in_block_order(&self, order: &[TxIndex]) -> Self {
        let mut receipts: Vec<_> = order.iter().zip(&self.receipts).collect();
        receipts.sort_by_key(|(tx, _)| **tx);
        let receipts = receipts.into_iter().map(|(_, receipt)| receipt.clone()).collect();
        let mut sorted = Self { receipts, ..self.clone() };
        sorted.accumulate();
        sorted
    }

    /// Fills in the running totals.
    pub(crate) fn accumulate(&mut self) {
        let mut total = 0;
        for receipt in &mut self.receipts {
            total += receipt.gas_used;
            receipt.cumulative_gas_used = total;
        }
        self.gas_used = total;
    }
}

/// The first difference between two results of one block, as a sentence; `None` if they are equal.
#[must_use]
pub fn difference(one_lane: &Outcome, other: &Outcome) -> Option<String> {
    if one_lane.receipts.len() != other.receipts.len() {
        return Some(format!(
            "{} transactions have a receipt, not {}",
            other.receipts.len(),
            one_lane.receipts.len()
        ));
    }
    let receipts = one_lane.receipts.iter().zip(&other.receipts).enumerate();
    for (index, (expected, found)) in receipts {
        if expected != found {
            return Some(receipt_difference(index, expected, found));
        }
    }
    let mut addresses: Vec<_> = one_lane.state.keys().chain(other.state.keys()).collect();
    addresses.sort_unstable();
    addresses.into_iter().find_map(|address| {
        let (expected, found) = (one_lane.state.get(address), other.state.get(address));
        (expected != found).then(|| account_difference(address, expected, found))
    })
}

fn receipt_difference(index: usize, expected: &Receipt, found: &Receipt) -> String {
    let what = if expected.status != found.status {
        format!("{} instead of {}", found.status.word(), expected.status.word())
    } else if expected.gas_used != found.gas_used {
        format!("used {} gas instead of {}", found.gas_used, expected.gas_used)
    } else if expected.logs != found.logs {
        "has other logs".to_owned()
    } else {
        "returned something else".to_owned()
    };
    format!("T{} {what}", index + 1)
}

fn account_difference(
    address: &Address,
    expected: Option<&AccountChange>,
    found: Option<&AccountChange>,
) -> String {
    let (Some(expected), Some(found)) = (expected, found) else {
        let verb = if expected.is_some() { "did not change" } else { "changed" };
        return format!("account {address} {verb}, other than on one lane");
    };
    if expected.balance != found.balance {
        return format!(
            "account {address} has {} wei instead of {}",
            found.balance, expected.balance
        );
    }
    if expected.nonce != found.nonce {
        return format!(
            "account {address} has nonce {} instead of {}",
            found.nonce, expected.nonce
        );
    }
    if expected.code_hash != found.code_hash || expected.exists != found.exists {
        return format!("account {address} has other code");
    }
    let mut keys = expected.storage.keys().chain(found.storage.keys());
    let key = keys.find(|key| expected.storage.get(*key) != found.storage.get(*key));
    format!("slot {:#x} of account {address} differs", key.copied().unwrap_or_default())
}
