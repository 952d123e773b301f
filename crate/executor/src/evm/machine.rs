//! One lane's EVM: runs incarnations one after the other.

use std::sync::Arc;

use lanescope_protocol::TxIndex;
use revm::context::TxEnv;
use revm::context_interface::Transaction;
use revm::context_interface::result::{EVMError, HaltReason, InvalidTransaction};
use revm::handler::{FrameResult, Handler};
use revm::primitives::{U256, hardfork::SpecId};
use revm::state::TransactionId;

use super::effects::{self, Fee};
use super::setup::{Evm, evm};
use super::source::Source;
use super::view::{Blocked, EstimateMet, View};
use crate::block::Block;
use crate::memory::{Memory, Read, Write};
use crate::outcome::Receipt;

/// Everything that one run of one transaction saw and did.
#[derive(Debug)]
pub(crate) struct Execution {
    pub(crate) reads: Vec<Read>,
    pub(crate) writes: Vec<Write>,
    pub(crate) verdict: Verdict,
}

/// How it ended.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It ran to its end: succeeded, reverted or halted.
    Ran(Box<Receipt>),
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
            Verdict::Ran(receipt) => receipt.gas_used,
            Verdict::Invalid(_) | Verdict::Blocked(_) => 0,
        }
    }
}

/// A reusable EVM over the multi-version memory. Not `Send`: each lane builds its own.
#[derive(Debug)]
pub(crate) struct Machine {
    block: Arc<Block>,
    evm: Evm,
}

impl Machine {
    pub(crate) fn new(block: Arc<Block>, memory: Arc<Memory>) -> Self {
        let evm = evm(&block, Source::Memory(View::new(memory)));
        Self { block, evm }
    }

    /// Runs a transaction once, on what the memory holds below it now.
    pub(crate) fn execute(&mut self, index: TxIndex) -> Execution {
        let tx = &self.block.transactions[index.get()];
        self.evm.ctx.tx.clone_from(tx);
        if let Some(view) = self.evm.ctx.journaled_state.database.view() {
            view.begin(index);
        }
        let result = UnrewardedHandler.run(&mut self.evm);
        let journal = &mut self.evm.ctx.journaled_state;
        // revm keeps accounts from one transaction to the next; every incarnation must ask anew.
        let state = core::mem::take(&mut journal.inner.state);
        journal.inner.transaction_id = TransactionId::ZERO;
        let Some(view) = journal.database.view() else {
            let verdict = Verdict::Invalid("the lane has no view of the state".to_owned());
            return Execution { reads: Vec::new(), writes: Vec::new(), verdict };
        };
        let (writes, verdict) = match result {
            Ok(result) => {
                let fee = fee(&self.block, tx, result.tx_gas_used());
                let writes = effects::writes(&state, view, fee);
                (writes, Verdict::Ran(Box::new(Receipt::new(tx, result))))
            }
            Err(error) => match view.blocked {
                Some(blocked) => (Vec::new(), Verdict::Blocked(blocked)),
                None => (Vec::new(), Verdict::Invalid(invalid_reason(&error))),
            },
        };
        Execution { reads: core::mem::take(&mut view.reads), writes, verdict }
    }
}

/// What a transaction pays to the fee recipient (EIP-1559: the base fee is burnt).
fn fee(block: &Block, tx: &TxEnv, gas_used: u64) -> Fee {
    let base_fee = u128::from(block.env.basefee);
    let price = tx.effective_gas_price(base_fee);
    let to_recipient = if block.spec.is_enabled_in(SpecId::LONDON) {
        price.saturating_sub(base_fee)
    } else {
        price
    };
    Fee {
        recipient: block.env.beneficiary,
        amount: U256::from(to_recipient).saturating_mul(U256::from(gas_used)),
    }
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

/// revm's mainnet rules, except that the fee recipient is not paid here: the fee is published as
/// an addition, so that it orders nobody.
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
