//! One lane's EVM: runs incarnations one after the other.

use std::sync::Arc;

use lanescope_protocol::TxIndex;
use lanescope_protocol::event::Status;
use revm::context::TxEnv;
use revm::context_interface::Transaction;
use revm::context_interface::result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction};
use revm::handler::{FrameResult, Handler};
use revm::primitives::{U256, hardfork::SpecId};
use revm::state::{EvmState, TransactionId};

use super::effects::{self, Effects};
use super::observe;
use super::reads::{AccountRead, SlotRead};
use super::setup::{Evm, evm};
use super::source::Source;
use super::view::{Blocked, EstimateMet, Filter, Rules, Sender, View};
use crate::block::Block;
use crate::memory::Memory;
use crate::rules::keeps_empty;

/// Everything that one run of one transaction saw and did.
#[derive(Debug)]
pub(crate) struct Execution {
    pub(crate) accounts: Box<[AccountRead]>,
    pub(crate) slots: Box<[SlotRead]>,
    pub(crate) filter: Filter,
    /// Something was taken on trust that only those before it, all final, can confirm.
    pub(crate) needs_last_check: bool,
    pub(crate) effects: Effects,
    pub(crate) verdict: Verdict,
}

/// How it ended.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It ran to its end: succeeded, reverted or halted.
    Ran(ExecutionResult),
    /// It cannot be in the block on the state that it saw. Not an error yet: an earlier
    /// transaction may still change that state.
    Invalid(String),
    /// It stopped at an estimate.
    Blocked(Blocked),
}

impl Execution {
    /// Gas used; 0 if it did not run to its end.
    pub(crate) fn gas(&self) -> u64 {
        match &self.verdict {
            Verdict::Ran(result) => result.tx_gas_used(),
            Verdict::Invalid(_) | Verdict::Blocked(_) => 0,
        }
    }

    /// How it ended, in the words of a trace.
    pub(crate) fn status(&self) -> Status {
        match &self.verdict {
            Verdict::Ran(ExecutionResult::Success { .. }) => Status::Succeeded,
            Verdict::Ran(ExecutionResult::Revert { .. }) => Status::Reverted,
            Verdict::Ran(ExecutionResult::Halt { .. }) => Status::Halted,
            Verdict::Invalid(_) | Verdict::Blocked(_) => Status::Invalid,
        }
    }
}

/// A reusable EVM over the multi-version memory. Not `Send`: each lane builds its own.
#[derive(Debug)]
pub(crate) struct Machine {
    block: Arc<Block>,
    rules: Rules,
    evm: Evm,
}

/// Maps larger than this are given back: clearing one takes as long as it is large.
const STATE_CAPACITY_MAX: usize = 2_048;

impl Machine {
    pub(crate) fn new(block: Arc<Block>, memory: Arc<Memory>) -> Self {
        // From Amsterdam on more is looked at than the wrapped opcodes tell.
        let strict = block.spec.is_enabled_in(SpecId::AMSTERDAM) || memory.world().may_overflow();
        let rules = Rules { keeps_empty: keeps_empty(block.spec), strict };
        let mut evm = evm(&block, Source::Memory(View::new(memory, rules)));
        observe::install(evm.instruction.instruction_table_mut());
        Self { block, rules, evm }
    }

    /// Runs a transaction once, on what the memory holds below it now. `is_first`: all before it
    /// are final.
    pub(crate) fn execute(&mut self, index: TxIndex, is_first: bool) -> Box<Execution> {
        let tx = &self.block.transactions[index.get()];
        self.evm.ctx.tx = Arc::clone(tx);
        let sender = Sender {
            tx: index,
            address: tx.caller,
            nonce: tx.nonce,
            cost: cost(tx),
            predicts: !is_first && !self.rules.strict,
        };
        if let Some(view) = self.evm.ctx.journaled_state.database.view() {
            view.begin(sender);
        }
        let result = UnrewardedHandler.run(&mut self.evm);
        let journal = &mut self.evm.ctx.journaled_state;
        let state = &mut journal.inner.state;
        let execution = match journal.database.view() {
            Some(view) => complete(&self.block, self.rules, tx, result, state, view),
            None => Box::new(Execution::invalid("the lane has no view of the state".to_owned())),
        };
        // revm keeps accounts from one transaction to the next; every incarnation must ask anew.
        if state.capacity() > STATE_CAPACITY_MAX {
            *state = EvmState::default();
        } else {
            state.clear();
        }
        journal.inner.transaction_id = TransactionId::ZERO;
        execution
    }
}

impl Execution {
    fn invalid(reason: String) -> Self {
        Self {
            accounts: Box::default(),
            slots: Box::default(),
            filter: Filter::default(),
            needs_last_check: true,
            effects: Effects::default(),
            verdict: Verdict::Invalid(reason),
        }
    }
}

/// Puts together what an incarnation saw and did.
fn complete(
    block: &Block,
    rules: Rules,
    tx: &TxEnv,
    result: Result<ExecutionResult, EVMError<EstimateMet, InvalidTransaction>>,
    state: &EvmState,
    view: &mut View,
) -> Box<Execution> {
    note_what_no_opcode_tells(tx, view, result.is_err());
    let (effects, verdict) = match result {
        Ok(result) => {
            let fee = fee(block, tx, result.tx_gas_used());
            let recipient = &block.env.beneficiary;
            let effects = effects::effects(state, view, rules.keeps_empty, recipient, fee);
            (effects, Verdict::Ran(result))
        }
        Err(error) => match view.blocked {
            Some(blocked) => (Effects::default(), Verdict::Blocked(blocked)),
            None => (Effects::default(), Verdict::Invalid(invalid_reason(&error))),
        },
    };
    let recipient = view.memory().fee_recipient();
    // Fees are published without telling anybody. They can only add to what was seen, so a balance
    // that was large enough stays so.
    let looks_at_fees = view.accounts.iter().any(|read| {
        let needs = &read.needs;
        read.account == recipient && (needs.exact_balance || needs.below.is_some())
    });
    let invalid = matches!(verdict, Verdict::Invalid(_));
    Box::new(Execution {
        accounts: view.accounts.as_slice().into(),
        slots: view.slots.as_slice().into(),
        filter: view.filter,
        needs_last_check: looks_at_fees || view.nonce_predicted || invalid,
        effects,
        verdict,
    })
}

/// What is looked at outside of opcodes.
fn note_what_no_opcode_tells(tx: &TxEnv, view: &mut View, failed: bool) {
    let authorizes = tx.authorization_list_len() > 0;
    view.creates |= tx.kind.is_create();
    let creates = view.creates || authorizes;
    for read in &mut view.accounts {
        // Only where the nonce is zero can a contract come to be (EIP-684).
        read.needs.bare_nonce |= creates;
        if authorizes {
            // An authority's nonce must fit, and one that is empty is charged for (EIP-7702).
            // Which of the accounts are authorities is not worth finding out.
            read.needs.exact_nonce = true;
            let seen = read.seen;
            read.needs.emptiness(&seen, seen.balance);
        }
        if failed && read.address == tx.caller {
            // Perhaps because it could not pay: then a bound that it should have met says nothing.
            read.needs.exact_balance = true;
            read.needs.at_least = U256::ZERO;
        }
    }
}

/// What the sender must own before the transaction runs (EIP-1559, EIP-4844).
fn cost(tx: &TxEnv) -> U256 {
    let gas = U256::from(tx.gas_limit).saturating_mul(U256::from(tx.gas_price));
    let blobs = U256::from(tx.total_blob_gas()).saturating_mul(U256::from(tx.max_fee_per_blob_gas));
    gas.saturating_add(blobs).saturating_add(tx.value)
}

/// What a transaction pays to the fee recipient (EIP-1559: the base fee is burnt).
fn fee(block: &Block, tx: &TxEnv, gas_used: u64) -> U256 {
    let base_fee = u128::from(block.env.basefee);
    let price = tx.effective_gas_price(base_fee);
    let to_recipient = if block.spec.is_enabled_in(SpecId::LONDON) {
        price.saturating_sub(base_fee)
    } else {
        price
    };
    U256::from(to_recipient).saturating_mul(U256::from(gas_used))
}

/// A sentence without revm's type names.
pub(super) fn invalid_reason(error: &EVMError<EstimateMet, InvalidTransaction>) -> String {
    match error {
        EVMError::Transaction(InvalidTransaction::NonceTooHigh { tx, state }) => {
            format!("its nonce is {tx}, but the sender's next one is {state}")
        }
        EVMError::Transaction(InvalidTransaction::NonceTooLow { tx, state }) => {
            format!("its nonce is {tx}, but the sender's next one is already {state}")
        }
        EVMError::Transaction(InvalidTransaction::LackOfFundForMaxFee { fee, balance }) => {
            format!("its sender has {balance} wei, but value and maximum fee are {fee} wei")
        }
        other => other.to_string(),
    }
}

/// revm's mainnet rules, except that the fee recipient is not paid here: fees are published beside
/// the accounts, so that they order nobody.
struct UnrewardedHandler;

impl Handler for UnrewardedHandler {
    type Evm = Evm;
    type Error = EVMError<EstimateMet, InvalidTransaction>;
    type HaltReason = HaltReason;

    fn reward_beneficiary(
        &self,
        _evm: &mut Self::Evm,
        _result: &mut FrameResult,
    ) -> Result<(), Self::Error> {
        Ok(())
    }
}
