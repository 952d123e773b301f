//! The block's transactions.

use alloy_primitives::{Address, Bytes};
use lanescope_executor::{Block, World};
use lanescope_protocol::Scenario;
use lanescope_protocol::limits::DATA_BYTES_MAX;
use lanescope_protocol::scenario::Transaction;
use revm::context::TxEnv;
use revm::context_interface::cfg::GasParams;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{TxKind, eip7825};

use super::{TransactionLabel, envelope};
use crate::action;
use crate::book::Book;
use crate::contracts;
use crate::error::{Place, Problem, ScenarioError};
use crate::names::Names;
use crate::running::Running;
use crate::value;

/// Gas limit of a composed call, unless it gives one. Calls of the contracts here use at most a
/// third of it.
const CALL_GAS: u64 = 500_000;
/// Gas limit of a composed payment to an account without code, without data.
const PAYMENT_GAS: u64 = 30_000;
/// The most that a byte of calldata costs (EIP-7623).
const DATA_BYTE_GAS: u64 = 40;
/// What a byte of initcode may cost besides: one byte of code.
const CODE_BYTE_GAS: u64 = 200;

/// The block's transactions and what they are called.
pub(super) struct Made {
    pub(super) envs: Vec<TxEnv>,
    pub(super) labels: Vec<TransactionLabel>,
}

/// Makes the transactions. `block` still has none.
pub(super) fn make(
    scenario: &Scenario,
    block: &Block,
    world: &World,
    book: &Book,
    names: &Names,
) -> Result<Made, ScenarioError> {
    let maker = Maker { block, world, book, names, gas: GasParams::new_spec(block.spec) };
    let mut running = Running::new(block, world, scenario.imported.is_none());
    let count = scenario.transactions.len();
    let mut made = Made { envs: Vec::with_capacity(count), labels: Vec::with_capacity(count) };
    for (index, transaction) in scenario.transactions.iter().enumerate() {
        let place = |problem: Problem| problem.at(Place::Transaction(index));
        let mut env = maker.transaction(transaction).map_err(place)?;
        let sender = names.account(&env.caller);
        env.nonce = running.nonce(&env, transaction.nonce, &sender).map_err(place)?;
        running.charge(&env, &sender).map_err(place)?;
        made.labels.push(TransactionLabel {
            action: action::word(&env, transaction.call.as_ref(), world, names),
            sender,
            receiver: match env.kind {
                TxKind::Call(receiver) => names.account(&receiver),
                TxKind::Create => "new contract".to_owned(),
            },
        });
        made.envs.push(env);
    }
    Ok(made)
}

struct Maker<'a> {
    block: &'a Block,
    world: &'a World,
    book: &'a Book,
    names: &'a Names,
    gas: GasParams,
}

impl Maker<'_> {
    /// One transaction, without its nonce.
    fn transaction(&self, transaction: &Transaction) -> Result<TxEnv, Problem> {
        let caller = self.book.resolve(&transaction.sender)?;
        let code = self.world.account(&caller).and_then(|account| account.info.code.as_ref());
        // EIP-3607, with the exception that EIP-7702 makes.
        if code.is_some_and(|code| !code.original_byte_slice().is_empty() && !code.is_eip7702()) {
            return Err(Problem::SenderHasCode(self.names.account(&caller)));
        }
        let kind = if transaction.receiver.is_empty() {
            TxKind::Create
        } else {
            TxKind::Call(self.book.resolve(&transaction.receiver)?)
        };
        let data = self.data(transaction, kind)?;
        if data.len() > DATA_BYTES_MAX {
            return Err(Problem::DataTooLong(data.len()));
        }
        let gas_limit = self.gas_limit(transaction.gas_limit, kind, data.len() as u64)?;
        let mut env = TxEnv {
            caller,
            kind,
            gas_limit,
            value: value::amount(&transaction.value)?,
            data,
            chain_id: None,
            ..TxEnv::default()
        };
        match &transaction.envelope {
            Some(envelope) => envelope::apply(&mut env, envelope, self.block, self.book)?,
            None => envelope::compose(&mut env, self.block),
        }
        let gas = self.gas.initial_tx_gas_for_tx(&env, None);
        let floor = if self.block.spec >= SpecId::PRAGUE { gas.floor_gas() } else { 0 };
        let least = gas.initial_total_gas().max(floor);
        if env.gas_limit < least {
            return Err(Problem::GasBelowIntrinsic { limit: env.gas_limit, least });
        }
        Ok(env)
    }

    fn data(&self, transaction: &Transaction, kind: TxKind) -> Result<Bytes, Problem> {
        let Some(call) = &transaction.call else { return value::bytes(&transaction.data) };
        if !transaction.data.is_empty() {
            return Err(Problem::CallAndData);
        }
        let TxKind::Call(receiver) = kind else {
            return Err(Problem::CallWithoutReceiver(value::shorten(&call.function)));
        };
        let artefact = self.names.contract(&receiver);
        let artefact =
            artefact.ok_or_else(|| Problem::NotAContract(self.names.account(&receiver)))?;
        contracts::encode(artefact, call, self.book)
    }

    fn gas_limit(&self, given: Option<u64>, kind: TxKind, data: u64) -> Result<u64, Problem> {
        let block = self.block.env.gas_limit;
        let cap = if self.block.spec >= SpecId::OSAKA { eip7825::TX_GAS_LIMIT_CAP } else { block };
        let Some(limit) = given else {
            let generous = match kind {
                TxKind::Create => CALL_GAS + data * (DATA_BYTE_GAS + CODE_BYTE_GAS),
                TxKind::Call(receiver) if self.has_code(&receiver) => {
                    CALL_GAS + data * DATA_BYTE_GAS
                }
                TxKind::Call(_) => PAYMENT_GAS + data * DATA_BYTE_GAS,
            };
            return Ok(generous.min(cap).min(block));
        };
        if limit > block {
            return Err(Problem::GasAboveBlock { limit, block });
        }
        if limit > cap {
            return Err(Problem::GasAboveCap { limit, most: cap });
        }
        Ok(limit)
    }

    fn has_code(&self, address: &Address) -> bool {
        action::has_code(self.world, address)
    }
}
