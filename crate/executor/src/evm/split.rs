//! Slots that are kept several times: SLOAD and SSTORE go to the transaction's copy.
//!
//! This is the only place where a key is exchanged for another. Whatever lies below (journals, the
//! memory, access lists) sees copies as ordinary slots, on one lane as on many.

use revm::bytecode::opcode;
use revm::interpreter::instructions::{InstructionTable, host};
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::InputsTr;
use revm::interpreter::{Instruction, InstructionContext, InstructionExecResult, Interpreter};

use super::setup::{Chain, Ctx};

type Context<'a> = InstructionContext<'a, Ctx, EthInterpreter>;

/// Puts the wrapped opcodes into an instruction table, if anything is split. Their gas stays.
pub(super) fn install(splits: &Chain, table: &mut InstructionTable<EthInterpreter, Ctx>) {
    if splits.is_some() {
        table[usize::from(opcode::SLOAD)] = Instruction::new(sload);
        table[usize::from(opcode::SSTORE)] = Instruction::new(sstore);
    }
}

/// SLOAD, from the transaction's copy.
pub(super) fn sload(context: Context<'_>) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    exchange(interpreter, host);
    host::sload(InstructionContext { interpreter, host })
}

/// SSTORE, to the transaction's copy.
pub(super) fn sstore(context: Context<'_>) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    exchange(interpreter, host);
    host::sstore(InstructionContext { interpreter, host })
}

/// Exchanges the key on the stack for that of the transaction's copy.
fn exchange(interpreter: &mut Interpreter<EthInterpreter>, host: &Ctx) {
    let Some(splits) = &host.chain else { return };
    let address = interpreter.input.target_address();
    if let Some(key) = interpreter.stack.top()
        && let Some(copy) = splits.copy(address, *key, &host.tx)
    {
        *key = copy;
    }
}
