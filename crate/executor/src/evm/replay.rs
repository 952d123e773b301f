//! The oracle for commits in another order than the block's: plain revm, one transaction after the
//! other in that order, each committed before the next begins.
//!
//! Where transactions had to declare what they touch, whoever touches more fails here as well. What
//! is touched is found out in another way than on the lanes: from revm's own state after the
//! transaction, and by looking on. Nothing here knows the multi-version memory.

use std::sync::Arc;

use lanescope_protocol::TxIndex;
use lanescope_protocol::event::Status;
use revm::InspectEvm;
use revm::bytecode::opcode;
use revm::context::TxEnv;
use revm::context_interface::Transaction;
use revm::handler::FrameResult;
use revm::interpreter::Interpreter;
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::{InputsTr, Jumps};
use revm::primitives::{Address, U256, hardfork::SpecId};
use revm::state::{Account, AccountInfo, EvmState};
use rustc_hash::FxHashSet;

use super::declared::Declared;
use super::ledger::Ledger;
use super::setup::{Ctx, inspected};
use super::source::Source;
use super::touches::Touch;
use super::watched::{Watch, Watched};
use crate::block::{Block, BlockError};
use crate::memory::Location;
use crate::outcome::{Outcome, Receipt};
use crate::rules::{self, keeps_empty};
use crate::world::World;

/// Runs transactions in this order on one lane. Who cannot be in the block when its turn comes is
/// passed over and has no receipt. Fails only if what the protocol does before or after does.
pub(crate) fn replay(
    block: &Block,
    world: &Arc<World>,
    order: &[TxIndex],
    declared: Option<&Declared>,
) -> Result<Outcome, BlockError> {
    let mut ledger = Ledger::new(Arc::clone(world), keeps_empty(block.spec));
    ledger.apply(&rules::before(block, world)?.changes);
    let mut receipts = Vec::with_capacity(order.len());
    for index in order {
        let tx = &block.transactions[index.get()];
        let mut onlooker = Onlooker::new(block, tx);
        let mut evm = inspected(block, Source::Ledger(ledger), Watched(&mut onlooker));
        let executed = evm.inspect_tx(Arc::clone(tx));
        let Source::Ledger(kept) = evm.ctx.journaled_state.database else {
            return Ok(Outcome::default());
        };
        ledger = kept;
        // Which rule it breaks was said by the lanes.
        let Ok(executed) = executed else { continue };
        let court = Court { block, world, ledger: &ledger, tx, onlooker: &onlooker };
        let is_allowed = declared.is_none_or(|declared| {
            let touched = court.touched(&executed.state, executed.result.tx_gas_used());
            touched.into_iter().all(|touch| declared.allows(*index, touch))
        });
        if is_allowed {
            ledger.commit(executed.state);
            receipts.push(Receipt::new(tx, executed.result));
        } else {
            let state = court.punished();
            ledger.commit(state);
            let (tx_type, gas_used) = (tx.tx_type, tx.gas_limit);
            receipts.push(Receipt {
                tx_type,
                gas_used,
                status: Status::Halted,
                ..Receipt::default()
            });
        }
    }
    let state = rules::after(block, world, ledger.changes())?.changes;
    let mut outcome = Outcome { receipts, gas_used: 0, state, codes: ledger.new_codes() };
    outcome.accumulate();
    Ok(outcome)
}

/// What a transaction looked at of balances and nonces.
#[derive(Debug, Default)]
struct Onlooker {
    beneficiary: Address,
    looks: FxHashSet<Location>,
    /// What the instruction under way looks at, if it gets so far as to load the accounts.
    pending: Vec<Location>,
    /// Something was created, which looks at nonces.
    creates: bool,
    /// Codes were authorized, which looks at nonces and balances (EIP-7702).
    authorizes: bool,
    /// Whether the fee recipient was loaded, and if so touched, before it was paid.
    recipient: Option<bool>,
}

impl Onlooker {
    fn new(block: &Block, tx: &TxEnv) -> Self {
        let beneficiary = block.env.beneficiary;
        let authorizes = !tx.authorization_list.is_empty();
        let creates = tx.kind.is_create() || authorizes;
        let recipient = (tx.caller == beneficiary).then_some(true);
        Self { beneficiary, creates, authorizes, recipient, ..Self::default() }
    }

    fn balance(&mut self, address: Address) {
        self.looks.insert(Location::Balance(address));
    }

    /// Whether an account is empty will be looked at (EIP-161).
    fn account(&mut self, address: Option<Address>) {
        self.pending.extend(address.map(Location::Balance));
        self.pending.extend(address.map(Location::Nonce));
    }
}

impl Watch for Onlooker {
    fn step(&mut self, interpreter: &mut Interpreter<EthInterpreter>, context: &mut Ctx) {
        let own = interpreter.input.target_address();
        let word = |at| interpreter.stack.peek(at).ok();
        let address = |at| word(at).map(|word| Address::from_word(word.into()));
        let pays = |at| word(at).is_some_and(|value| !value.is_zero());
        self.pending.clear();
        match interpreter.bytecode.opcode() {
            opcode::SELFBALANCE => self.balance(own),
            opcode::BALANCE => self.pending.extend(address(0).map(Location::Balance)),
            opcode::EXTCODEHASH => self.account(address(0)),
            opcode::CALL if pays(2) => {
                self.balance(own);
                self.account(address(1));
            }
            opcode::CALLCODE if pays(2) => self.balance(own),
            opcode::CREATE | opcode::CREATE2 => {
                self.creates = true;
                if pays(0) {
                    self.balance(own);
                }
            }
            opcode::SELFDESTRUCT => {
                self.balance(own);
                let owned = context.journaled_state.inner.state.get(&own);
                if owned.is_some_and(|account| !account.info.balance.is_zero()) {
                    self.account(address(0));
                }
            }
            _ => {}
        }
    }

    fn step_end(&mut self, _: &mut Interpreter<EthInterpreter>, context: &mut Ctx) {
        let loaded = &context.journaled_state.inner.state;
        self.looks.extend(self.pending.drain(..).filter(|it| loaded.contains_key(&it.address())));
    }

    fn frame_end(&mut self, context: &mut Ctx, _: &FrameResult) {
        let account = context.journaled_state.inner.state.get(&self.beneficiary);
        self.recipient = account.map(Account::is_touched);
    }
}

/// Judges one transaction.
struct Court<'a> {
    block: &'a Block,
    world: &'a World,
    /// The state before it.
    ledger: &'a Ledger,
    tx: &'a TxEnv,
    onlooker: &'a Onlooker,
}

impl Court<'_> {
    /// Everything that the transaction touched, from the state that it left.
    fn touched(&self, state: &EvmState, gas: u64) -> Vec<Touch> {
        let mut touched: Vec<Touch> = Vec::new();
        let Onlooker { beneficiary, creates, authorizes, recipient, .. } = self.onlooker;
        touched.extend(self.onlooker.looks.iter().map(|look| Touch::read(*look)));
        let exactly = self.block.spec.is_enabled_in(SpecId::AMSTERDAM) || self.world.may_overflow();
        let keeps_empty = keeps_empty(self.block.spec);
        #[allow(clippy::iter_over_hash_type)] // whether all are allowed does not depend on it
        for (address, account) in state {
            let is_recipient = address == beneficiary;
            if is_recipient && recipient.is_none() {
                continue;
            }
            let mut read = |location| touched.push(Touch::read(location));
            read(Location::Code(*address));
            if exactly || keeps_empty || *authorizes {
                read(Location::Balance(*address));
            }
            if exactly || *creates {
                read(Location::Nonce(*address));
            }
            account.storage.keys().for_each(|key| read(Location::Slot(*address, *key)));
            let is_touched =
                if is_recipient { *recipient == Some(true) } else { account.is_touched() };
            if is_touched {
                let fee = if is_recipient { self.fee(gas) } else { U256::ZERO };
                self.written(*address, account, fee, &mut touched);
            }
        }
        touched
    }

    /// What of an account is another than before. Its balance holds this fee.
    fn written(&self, address: Address, account: &Account, fee: U256, touched: &mut Vec<Touch>) {
        let known = self.ledger.basic(address);
        let existed = known.is_some();
        let before = known.unwrap_or_default();
        let (after, created) = (&account.info, account.is_created());
        let whole = account.is_selfdestructed() || (keeps_empty(self.block.spec) && !existed);
        let mut write = |location| touched.push(Touch::write(location));
        if whole || after.balance.wrapping_sub(fee) != before.balance {
            write(Location::Balance(address));
        }
        if whole || created || after.nonce != before.nonce {
            write(Location::Nonce(address));
        }
        if whole || created || after.code_hash != before.code_hash {
            write(Location::Code(address));
        }
        if !account.is_selfdestructed() {
            for (key, _) in account.changed_storage_slots() {
                write(Location::Slot(address, *key));
            }
        }
    }

    /// The state after a transaction that touched what it had not declared: it pays for all of its
    /// gas, and its nonce is used up.
    fn punished(&self) -> EvmState {
        let tx = self.tx;
        let base_fee = u128::from(self.block.env.basefee);
        let mut price = U256::from(tx.gas_limit) * U256::from(tx.effective_gas_price(base_fee));
        if let Some(blobs) = &self.block.env.blob_excess_gas_and_price {
            price += U256::from(tx.total_blob_gas()) * U256::from(blobs.blob_gasprice);
        }
        let mut sender = self.ledger.basic(tx.caller).unwrap_or_default();
        sender.nonce += 1;
        sender.balance -= price;
        let fee = self.fee(tx.gas_limit);
        let mut state = EvmState::default();
        if self.onlooker.beneficiary == tx.caller {
            sender.balance += fee;
        } else {
            let known = self.ledger.basic(self.onlooker.beneficiary);
            let existed = known.is_some();
            let mut recipient = known.unwrap_or_default();
            recipient.balance += fee;
            let mut account = touched(recipient);
            if !existed && keeps_empty(self.block.spec) {
                account.mark_created();
            }
            state.insert(self.onlooker.beneficiary, account);
        }
        state.insert(tx.caller, touched(sender));
        state
    }

    /// What so much gas brings the fee recipient (EIP-1559: the base fee is burnt).
    fn fee(&self, gas: u64) -> U256 {
        let base_fee = u128::from(self.block.env.basefee);
        let mut price = self.tx.effective_gas_price(base_fee);
        if self.block.spec.is_enabled_in(SpecId::LONDON) {
            price -= base_fee.min(price);
        }
        U256::from(price) * U256::from(gas)
    }
}

fn touched(info: AccountInfo) -> Account {
    let mut account = Account::from(info);
    account.mark_touch();
    account
}
