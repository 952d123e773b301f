//! One lane's EVM: runs incarnations one after the other.

use std::sync::Arc;

use lanescope_protocol::event::Status;
use lanescope_protocol::{Lane, TxIndex};
use revm::context::TxEnv;
use revm::context_interface::Transaction;
use revm::context_interface::result::{EVMError, ExecutionResult, HaltReason, InvalidTransaction};
use revm::handler::{FrameResult, Handler};
use revm::primitives::{U256, hardfork::SpecId};
use revm::state::{EvmState, TransactionId};
use smallvec::SmallVec;

use super::declared::Declared;
use super::effects::{self, Effects};
use super::instants;
use super::listed::Listed;
use super::observe;
use super::reads::{AccountRead, Field, SlotRead};
use super::setup::{Evm, evm};
use super::source::Source;
use super::touches;
use super::view::{Blocked, EstimateMet, Filter, Rules, Sender, View};
use crate::block::Block;
use crate::memory::{AccountNumber, Location, Memory};
use crate::rules::keeps_empty;
use crate::strategy::{Executed, Manner, Sight};

/// Everything that one run of one transaction saw and did.
#[derive(Debug)]
pub(crate) struct Execution {
    /// Its place in the order of commits: it has seen what lies below.
    pub(crate) place: TxIndex,
    pub(crate) accounts: SmallVec<[AccountRead; 2]>,
    pub(crate) slots: Box<[SlotRead]>,
    pub(crate) filter: Filter,
    /// Something that it needs was different already when it ended.
    pub(crate) is_doubtful: bool,
    /// Something was taken on trust that only those before it, all final, can confirm.
    pub(crate) needs_last_check: bool,
    pub(crate) effects: Effects,
    pub(crate) verdict: Verdict,
    /// What it touched without having declared it, which is why it failed.
    pub(crate) undeclared: Option<Location>,
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
    /// It stopped at what the block's access list does not name.
    Unlisted(Location),
}

impl Execution {
    /// Gas used; 0 if it did not run to its end.
    pub(crate) fn gas(&self) -> u64 {
        match &self.verdict {
            Verdict::Ran(result) => result.tx_gas_used(),
            Verdict::Invalid(_) | Verdict::Blocked(_) | Verdict::Unlisted(_) => 0,
        }
    }

    /// Looks again whether its needs are met, as it does at its end: on the gas clock that is later
    /// than when it was run.
    pub(crate) fn look_again(&mut self, memory: &Memory) {
        let mut needing = self.accounts.iter().filter(|read| read.needs_values());
        self.is_doubtful = needing.any(|read| {
            let found = memory.find_account(read.account, self.place);
            match read.difference(&found) {
                Some(Field::Nonce) => !read.is_predicted,
                other => other.is_some(),
            }
        });
    }

    /// What the strategy must know of it.
    pub(crate) fn so(&self) -> Executed {
        Executed { doubtful: self.is_doubtful, last_check: self.needs_last_check }
    }

    /// How it ended, in the words of a trace.
    pub(crate) fn status(&self) -> Status {
        match &self.verdict {
            Verdict::Ran(ExecutionResult::Success { .. }) => Status::Succeeded,
            Verdict::Ran(ExecutionResult::Revert { .. }) => Status::Reverted,
            Verdict::Ran(ExecutionResult::Halt { .. }) => Status::Halted,
            Verdict::Invalid(_) | Verdict::Blocked(_) | Verdict::Unlisted(_) => Status::Invalid,
        }
    }
}

/// A reusable EVM over the multi-version memory. Not `Send`: each lane builds its own.
#[derive(Debug)]
pub(crate) struct Machine {
    block: Arc<Block>,
    rules: Rules,
    manner: Manner,
    evm: Evm,
}

/// What is known of an execution before it begins.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Chance {
    /// All transactions before it are final.
    pub(crate) is_first: bool,
    /// The sender's account, if nonce and funds are certain whatever the block's transactions do.
    pub(crate) steady_sender: Option<AccountNumber>,
    /// The transaction's place in the order of commits; `None`: the block's.
    pub(crate) place: Option<TxIndex>,
}

/// Maps larger than this are given back: clearing one takes as long as it is large.
const STATE_CAPACITY_MAX: usize = 2_048;

impl Machine {
    /// An EVM for a lane.
    pub(crate) fn new(block: Arc<Block>, memory: Arc<Memory>, lane: Lane, manner: Manner) -> Self {
        // From Amsterdam on more is looked at than the wrapped opcodes tell.
        let strict = manner.exact_accounts
            || block.spec.is_enabled_in(SpecId::AMSTERDAM)
            || memory.world().may_overflow();
        let sight = manner.sight;
        let rules = Rules { keeps_empty: keeps_empty(block.spec), strict, sight };
        let mut evm = evm(&block, Source::Memory(Box::new(View::new(memory, rules, lane.get()))));
        observe::install(evm.instruction.instruction_table_mut());
        Self { block, rules, manner, evm }
    }

    /// Transactions fail that touch what they have not declared, if they had to declare anything.
    pub(crate) fn under(mut self, declared: Option<Arc<Declared>>) -> Self {
        if let Some(view) = self.evm.ctx.journaled_state.database.view() {
            view.declared = declared;
        }
        self
    }

    /// The same, but the state comes from the block's access list, if there is one.
    pub(crate) fn supplied(mut self, listed: Option<Arc<Listed>>) -> Self {
        if let Some(view) = self.evm.ctx.journaled_state.database.view() {
            view.listed = listed;
        }
        self
    }

    /// The same, but it notes how much gas is spent before each read.
    pub(crate) fn timed(mut self) -> Self {
        instants::install(self.evm.instruction.instruction_table_mut());
        self
    }

    /// Runs a transaction once, on what the memory holds below it now.
    pub(crate) fn execute(&mut self, index: TxIndex, chance: Chance) -> Box<Execution> {
        self.execute_again(index, chance, &[], &[])
    }

    /// Runs a transaction that has got some answers already, in program order. They are given once
    /// more; whatever it asks after that, the memory answers now.
    pub(crate) fn execute_again(
        &mut self,
        index: TxIndex,
        chance: Chance,
        accounts: &[AccountRead],
        slots: &[SlotRead],
    ) -> Box<Execution> {
        let tx = &self.block.transactions[index.get()];
        let Manner { predicts_nonces, trusts_senders, shortcuts, .. } = self.manner;
        let predicts = !chance.is_first && !self.rules.strict && predicts_nonces;
        let place = chance.place.unwrap_or(index);
        self.evm.ctx.tx = Arc::clone(tx);
        let sender = Sender {
            tx: place,
            index,
            address: tx.caller,
            nonce: tx.nonce,
            cost: cost(tx),
            predicts,
            receiver: tx.kind.into_to().filter(|_| {
                let Rules { keeps_empty, strict, sight } = self.rules;
                let sees_all = sight == Sight::Versions && shortcuts;
                sees_all && !keeps_empty && !strict && tx.authorization_list.is_empty()
            }),
            steady: chance
                .steady_sender
                .filter(|_| trusts_senders && shortcuts && !self.rules.strict),
        };
        if let Some(view) = self.evm.ctx.journaled_state.database.view() {
            view.begin(sender);
            view.give(accounts, slots);
        }
        let result = UnrewardedHandler.run(&mut self.evm);
        let journal = &mut self.evm.ctx.journaled_state;
        let state = &mut journal.inner.state;
        let execution = match journal.database.view() {
            Some(view) => complete(&self.block, self.rules, index, result, state, view),
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
            place: TxIndex::default(),
            accounts: SmallVec::new(),
            slots: Box::default(),
            filter: Filter::default(),
            is_doubtful: false,
            needs_last_check: true,
            effects: Effects::default(),
            verdict: Verdict::Invalid(reason),
            undeclared: None,
        }
    }
}

/// Puts together what an incarnation saw and did.
fn complete(
    block: &Block,
    rules: Rules,
    index: TxIndex,
    result: Result<ExecutionResult, EVMError<EstimateMet, InvalidTransaction>>,
    state: &EvmState,
    view: &mut View,
) -> Box<Execution> {
    let tx = &*block.transactions[index.get()];
    note_what_no_opcode_tells(tx, view, result.is_err() && view.undeclared.is_none());
    let (mut effects, mut verdict) = match result {
        Ok(result) => {
            let fee = fee(block, tx, result.tx_gas_used());
            let recipient = &block.env.beneficiary;
            let effects = effects::effects(state, view, rules.keeps_empty, recipient, fee);
            (effects, Verdict::Ran(result))
        }
        Err(error) => match (view.blocked, view.unlisted) {
            (Some(blocked), _) => (Effects::default(), Verdict::Blocked(blocked)),
            (None, Some(location)) => (Effects::default(), Verdict::Unlisted(location)),
            (None, None) => (Effects::default(), Verdict::Invalid(invalid_reason(&error))),
        },
    };
    let undeclared = enforce(rules, index, &effects, &verdict, view);
    if undeclared.is_some() {
        let (left, result) = touches::failed(block, tx, view, fee(block, tx, tx.gas_limit));
        (effects, verdict) = (left, Verdict::Ran(result));
    }
    // What a list supplies does not change.
    let is_doubtful = view.listed.is_none() && register_needs(tx, view);
    let recipient = view.memory().fee_recipient();
    // Fees are published without telling anybody. They can only add to what was seen, so a balance
    // that was large enough stays so.
    let looks_at_fees = view.accounts.iter().any(|read| {
        let needs = &read.needs;
        read.account == recipient && (needs.exact_balance || needs.below.is_some())
    });
    let invalid = matches!(verdict, Verdict::Invalid(_));
    Box::new(Execution {
        place: view.place(),
        accounts: SmallVec::from_slice(&view.accounts),
        slots: view.slots.as_slice().into(),
        filter: view.filter,
        is_doubtful,
        needs_last_check: looks_at_fees || view.nonce_predicted || invalid,
        effects,
        verdict,
        undeclared,
    })
}

/// Answers the first thing that the transaction touched and had not declared, if there is one.
fn enforce(
    rules: Rules,
    index: TxIndex,
    effects: &Effects,
    verdict: &Verdict,
    view: &mut View,
) -> Option<Location> {
    let declared = Arc::clone(view.declared.as_ref()?);
    let undeclared = view.undeclared.or_else(|| {
        let View { memory, accounts, slots, .. } = &*view;
        let ran = matches!(verdict, Verdict::Ran(_));
        let touched = touches::touches(accounts, slots, effects, memory, rules.keeps_empty);
        let mut not_allowed = touched.into_iter().filter(|it| !declared.allows(index, *it));
        not_allowed.next().filter(|_| ran).map(|touch| touch.location)
    });
    if undeclared.is_some() {
        touches::forget_undeclared(index, &declared, view);
    }
    undeclared
}

/// Registers as a reader of balances and nonces where something of them was needed, and only then
/// looks whether the needs are met: whoever changes them later sees the registration. Answers
/// whether a need is not met.
fn register_needs(tx: &TxEnv, view: &mut View) -> bool {
    let place = view.place();
    let mut doubtful = false;
    let mut predicted = false;
    let View { memory, accounts, filter, nonce_predicted, .. } = view;
    for read in accounts.iter().filter(|read| read.needs_values()) {
        filter.add_values(read.account);
        memory.note_value_reader(read.account, place);
        match read.difference(&memory.find_account(read.account, place)) {
            // The sender's earlier transactions have not all run: that is no reason for doubt yet.
            Some(Field::Nonce) if *nonce_predicted && read.address == tx.caller => {
                predicted = true;
            }
            Some(_) => doubtful = true,
            None => {}
        }
    }
    *nonce_predicted = predicted;
    doubtful
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
pub(crate) fn cost(tx: &TxEnv) -> U256 {
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
