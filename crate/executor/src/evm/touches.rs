//! What an execution has touched, as places that can be declared.
//!
//! To load an account is to read its code. Its balance and nonce are touched where an opcode looks
//! at them, whatever it then sees, or where they change. So what is touched depends on the path of
//! the program alone; `replay.rs` finds the same in another way.

use lanescope_protocol::TxIndex;
use revm::context::TxEnv;
use revm::context_interface::Transaction;
use revm::context_interface::result::{ExecutionResult, HaltReason, OutOfGasError, ResultGas};
use revm::primitives::U256;
use smallvec::smallvec;

use super::declared::Declared;
use super::effects::Effects;
use super::reads::{AccountRead, Field, SlotRead};
use super::view::View;
use crate::block::Block;
use crate::memory::{AccountChange, Life, Location, Memory, NonceChange};

/// A place that was read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Touch {
    pub(crate) location: Location,
    pub(crate) is_write: bool,
}

impl Touch {
    pub(crate) fn read(location: Location) -> Self {
        Self { location, is_write: false }
    }

    pub(crate) fn write(location: Location) -> Self {
        Self { location, is_write: true }
    }
}

/// Everything that an execution has touched. `keeps_empty`: empty accounts exist (before EIP-161).
pub(crate) fn touches(
    accounts: &[AccountRead],
    slots: &[SlotRead],
    effects: &Effects,
    memory: &Memory,
    keeps_empty: bool,
) -> Vec<Touch> {
    let mut touches = Vec::new();
    for read in accounts {
        touches.push(Touch::read(Location::Code(read.address)));
        if read.needs.payments || read.needs_any(Field::Balance) {
            touches.push(Touch::read(Location::Balance(read.address)));
        }
        if read.needs_any(Field::Nonce) {
            touches.push(Touch::read(Location::Nonce(read.address)));
        }
    }
    let slot = |account, key| Location::Slot(memory.address(account), key);
    touches.extend(slots.iter().map(|read| Touch::read(slot(read.slot.account, read.key))));
    let from_effects = touches.len();
    let empty = effects.empty_slots.iter();
    touches.extend(empty.map(|(account, key)| Touch::read(slot(*account, *key))));
    for (account, change) in &effects.accounts {
        let address = memory.address(*account);
        let existed = accounts.iter().any(|read| read.account == *account && read.seen.exists);
        let whole = change.life == Life::Destroyed || (keeps_empty && !existed);
        let created = change.life == Life::Created;
        if whole || !change.added.is_zero() {
            touches.push(Touch::write(Location::Balance(address)));
        }
        if whole || created || change.nonce != NonceChange::None {
            touches.push(Touch::write(Location::Nonce(address)));
        }
        if whole || created || change.code.is_some() {
            touches.push(Touch::write(Location::Code(address)));
        }
    }
    for write in &effects.slots {
        let key = memory.key(write.account, write.slot);
        touches.push(Touch::write(slot(write.account, key)));
    }
    // Effects come in the order of a hash map, another one in every run.
    touches[from_effects..].sort_unstable_by_key(|touch| touch.location);
    touches
}

/// Forgets what was seen of undeclared balances and nonces: nobody keeps those still.
pub(super) fn forget_undeclared(tx: TxIndex, declared: &Declared, view: &mut View) {
    for read in &mut view.accounts {
        let needs = &mut read.needs;
        if !declared.names(tx, Location::Balance(read.address)) {
            needs.exact_balance = false;
            needs.existence = false;
            needs.at_least = U256::ZERO;
            needs.below = None;
        }
        if !declared.names(tx, Location::Nonce(read.address)) {
            needs.exact_nonce = false;
            needs.bare_nonce = false;
        }
    }
}

/// What is left of a transaction that touched what it had not declared: its nonce, and the price of
/// its whole gas limit.
pub(super) fn failed(
    block: &Block,
    tx: &TxEnv,
    view: &View,
    fee: U256,
) -> (Effects, ExecutionResult) {
    let gas = ResultGas::default().with_total_gas_spent(tx.gas_limit);
    let result = ExecutionResult::Halt {
        reason: HaltReason::OutOfGas(OutOfGasError::Basic),
        gas,
        logs: Vec::new(),
    };
    let blob_price = block.env.blob_excess_gas_and_price.map_or(0, |blob| blob.blob_gasprice);
    // It was checked before anything ran that this is no overflow.
    let paid = tx.gas_balance_spending(block.env.basefee.into(), blob_price).unwrap_or_default();
    let sender = view.accounts.iter().find(|read| read.address == tx.caller);
    let accounts = sender.map(|read| {
        let change = AccountChange {
            added: U256::ZERO.wrapping_sub(paid),
            nonce: NonceChange::Set(read.seen.nonce.wrapping_add(1)),
            ..AccountChange::default()
        };
        (read.account, change)
    });
    let accounts = accounts.map_or_else(Default::default, |change| smallvec![change]);
    (Effects { accounts, fee, ..Effects::default() }, result)
}
