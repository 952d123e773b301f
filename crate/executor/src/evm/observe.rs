//! Opcodes that look at balances, nonces and emptiness.
//!
//! revm hands out whole accounts, so reading one says nothing about what the program looked at.
//! Eight opcodes do; each is wrapped to note it in the account's [`Needs`]. All others see at most
//! the code. Which opcode sees what: Yellow Paper, appendix H; EIP-161 for emptiness.

use revm::bytecode::opcode;
use revm::interpreter::instructions::{contract, host};
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::InputsTr;
use revm::interpreter::{
    Instruction, InstructionContext, InstructionExecResult, instructions::InstructionTable,
};
use revm::primitives::{Address, U256};

use super::reads::Needs;
use super::setup::Ctx;
use crate::memory::AccountState;

type Context<'a> = InstructionContext<'a, Ctx, EthInterpreter>;

/// Nonces above this are so close to their limit that raising one may fail, which can be seen.
const NONCE_NEAR_LIMIT: u64 = u64::MAX - (1 << 32);

/// Puts the wrapped opcodes into an instruction table. Their gas stays.
pub(super) fn install(table: &mut InstructionTable<EthInterpreter, Ctx>) {
    table[usize::from(opcode::BALANCE)] = Instruction::new(balance);
    table[usize::from(opcode::SELFBALANCE)] = Instruction::new(selfbalance);
    table[usize::from(opcode::EXTCODEHASH)] = Instruction::new(extcodehash);
    table[usize::from(opcode::CALL)] = Instruction::new(call);
    table[usize::from(opcode::CALLCODE)] = Instruction::new(callcode);
    table[usize::from(opcode::CREATE)] = Instruction::new(create::<false>);
    table[usize::from(opcode::CREATE2)] = Instruction::new(create::<true>);
    table[usize::from(opcode::SELFDESTRUCT)] = Instruction::new(selfdestruct);
}

/// One of the wrapped opcodes, for who wraps it once more.
pub(super) fn opcode<const OPCODE: u8>(context: Context<'_>) -> InstructionExecResult {
    match OPCODE {
        opcode::BALANCE => balance(context),
        opcode::SELFBALANCE => selfbalance(context),
        opcode::EXTCODEHASH => extcodehash(context),
        opcode::CALL => call(context),
        opcode::CALLCODE => callcode(context),
        opcode::CREATE => create::<false>(context),
        opcode::CREATE2 => create::<true>(context),
        _ => selfdestruct(context),
    }
}

fn balance(context: Context<'_>) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let address = interpreter.stack.peek(0).map(into_address);
    let result = host::balance(InstructionContext { interpreter, host: &mut *host });
    if let Ok(address) = address {
        look(host, address, |needs, _, _| needs.exact_balance = true);
    }
    result
}

fn selfbalance(context: Context<'_>) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let own = interpreter.input.target_address();
    look(host, own, |needs, _, _| needs.exact_balance = true);
    host::selfbalance(InstructionContext { interpreter, host })
}

fn extcodehash(context: Context<'_>) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let address = interpreter.stack.peek(0).map(into_address);
    let result = host::extcodehash(InstructionContext { interpreter, host: &mut *host });
    if let Ok(address) = address {
        look(host, address, |needs, seen, current| needs.emptiness(seen, current));
    }
    result
}

fn call(context: Context<'_>) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let value = interpreter.stack.peek(2).unwrap_or_default();
    if value.is_zero() {
        return contract::call::<{ opcode::CALL }, _, _>(InstructionContext { interpreter, host });
    }
    let to = interpreter.stack.peek(1).map(into_address);
    pay(host, interpreter.input.target_address(), value);
    let result = contract::call::<{ opcode::CALL }, _, _>(InstructionContext {
        interpreter,
        host: &mut *host,
    });
    if let Ok(to) = to {
        // The receiver is loaded now, and nothing has been transferred yet.
        look(host, to, |needs, seen, current| needs.emptiness(seen, current));
    }
    result
}

fn callcode(context: Context<'_>) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let value = interpreter.stack.peek(2).unwrap_or_default();
    if !value.is_zero() {
        pay(host, interpreter.input.target_address(), value);
    }
    contract::call::<{ opcode::CALLCODE }, _, _>(InstructionContext { interpreter, host })
}

fn create<const SALTED: bool>(context: Context<'_>) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let own = interpreter.input.target_address();
    let value = interpreter.stack.peek(0).unwrap_or_default();
    if !value.is_zero() {
        pay(host, own, value);
    }
    look(host, own, |needs, seen, _| {
        needs.exact_nonce |= !SALTED || seen.nonce > NONCE_NEAR_LIMIT;
    });
    if let Some(view) = host.journaled_state.database.view() {
        view.creates = true;
    }
    contract::create::<SALTED, _, _>(InstructionContext { interpreter, host })
}

fn selfdestruct(context: Context<'_>) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let own = interpreter.input.target_address();
    let heir = interpreter.stack.peek(0).map(into_address);
    let current = |host: &Ctx, address| {
        host.journaled_state.inner.state.get(&address).map(|account| account.info.balance)
    };
    let own_balance = current(host, own).unwrap_or_default();
    look(host, own, |needs, _, _| needs.exact_balance = true);
    let before = heir.ok().and_then(|heir| current(host, heir));
    let result = host::selfdestruct(InstructionContext { interpreter, host: &mut *host });
    if let Ok(heir) = heir
        && !own_balance.is_zero()
    {
        // The inheritance has arrived by now; what counted was the balance before.
        look(host, heir, |needs, seen, _| needs.emptiness(seen, before.unwrap_or(seen.balance)));
    }
    result
}

/// Notes a payment out of an account, possible or not.
fn pay(host: &mut Ctx, from: Address, value: U256) {
    look(host, from, |needs, seen, current| needs.payment(value, seen.balance, current));
}

/// Notes something about an account, if it is loaded: what is needed, the account as it was handed
/// out, its balance now.
fn look(host: &mut Ctx, address: Address, note: impl FnOnce(&mut Needs, &AccountState, U256)) {
    let journal = &mut host.journaled_state;
    let Some(account) = journal.inner.state.get(&address) else { return };
    let (current, id) = (account.info.balance, account.info.account_id);
    let Some(view) = journal.database.view() else { return };
    let Some(position) = view.position(&address, id) else { return };
    let read = &mut view.accounts[position];
    note(&mut read.needs, &read.seen, current);
}

fn into_address(word: U256) -> Address {
    Address::from_word(word.into())
}
