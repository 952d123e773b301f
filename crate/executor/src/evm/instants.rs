//! When a program reads: how much gas it has spent before each opcode that asks for state.
//!
//! On the gas clock every read happens at its own instant. The gas that a transaction has left is
//! what the running frame has left, and what each of its callers kept back when it called (EIP-150);
//! the rest of its limit is spent. Fourteen opcodes can ask for state; each is wrapped to note the gas
//! first. Real threads do without: there time is measured.

use revm::bytecode::opcode;
use revm::context_interface::Transaction;
use revm::interpreter::instructions::{InstructionTable, contract, host};
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::InputsTr;
use revm::interpreter::{Instruction, InstructionContext, InstructionExecResult};

use super::observe;
use super::setup::Ctx;
use super::split;

type Context<'a> = InstructionContext<'a, Ctx, EthInterpreter>;

/// How far a transaction has got, in gas.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    /// What each caller has kept back, the outermost first.
    held: Vec<u64>,
    spent: u64,
}

impl Progress {
    pub(super) fn begin(&mut self) {
        self.held.clear();
        self.spent = 0;
    }

    /// Gas spent so far, as far as it counts for reading: it never goes back.
    pub(super) fn spent(&self) -> u64 {
        self.spent
    }

    /// A frame, so deep, has so much left before its next opcode.
    fn note(&mut self, limit: u64, depth: usize, remaining: u64) {
        let held: u64 = self.held.iter().take(depth).sum();
        // A call's stipend is not the transaction's own gas; what it does with it takes no time.
        self.spent = self.spent.max(limit.saturating_sub(held.saturating_add(remaining)));
    }

    /// A frame, so deep, calls and keeps so much.
    fn hold(&mut self, depth: usize, remaining: u64) {
        self.held.resize(depth, 0);
        self.held.push(remaining);
    }
}

/// Puts the wrapped opcodes into an instruction table, over those of [`observe`]. Their gas stays.
pub(super) fn install(table: &mut InstructionTable<EthInterpreter, Ctx>) {
    use opcode::{
        BALANCE, CALL, CALLCODE, CREATE, CREATE2, DELEGATECALL, EXTCODECOPY, EXTCODEHASH,
        EXTCODESIZE, SELFBALANCE, SELFDESTRUCT, SLOAD, SSTORE, STATICCALL,
    };
    table[usize::from(SLOAD)] = Instruction::new(timed::<SLOAD>);
    table[usize::from(SSTORE)] = Instruction::new(timed::<SSTORE>);
    table[usize::from(EXTCODESIZE)] = Instruction::new(timed::<EXTCODESIZE>);
    table[usize::from(EXTCODECOPY)] = Instruction::new(timed::<EXTCODECOPY>);
    table[usize::from(EXTCODEHASH)] = Instruction::new(timed::<EXTCODEHASH>);
    table[usize::from(BALANCE)] = Instruction::new(timed::<BALANCE>);
    table[usize::from(SELFBALANCE)] = Instruction::new(timed::<SELFBALANCE>);
    table[usize::from(SELFDESTRUCT)] = Instruction::new(timed::<SELFDESTRUCT>);
    table[usize::from(CALL)] = Instruction::new(timed::<CALL>);
    table[usize::from(CALLCODE)] = Instruction::new(timed::<CALLCODE>);
    table[usize::from(DELEGATECALL)] = Instruction::new(timed::<DELEGATECALL>);
    table[usize::from(STATICCALL)] = Instruction::new(timed::<STATICCALL>);
    table[usize::from(CREATE)] = Instruction::new(timed::<CREATE>);
    table[usize::from(CREATE2)] = Instruction::new(timed::<CREATE2>);
}

fn timed<const OPCODE: u8>(context: Context<'_>) -> InstructionExecResult {
    let InstructionContext { interpreter, host } = context;
    let depth = interpreter.input.depth();
    let (limit, remaining) = (host.tx.gas_limit(), interpreter.gas.remaining());
    if let Some(view) = host.journaled_state.database.view() {
        view.progress.note(limit, depth, remaining);
    }
    let result =
        original::<OPCODE>(InstructionContext { interpreter: &mut *interpreter, host: &mut *host });
    let remaining = interpreter.gas.remaining();
    if let Some(view) = host.journaled_state.database.view() {
        view.progress.hold(depth, remaining);
    }
    result
}

fn original<const OPCODE: u8>(context: Context<'_>) -> InstructionExecResult {
    match OPCODE {
        opcode::SLOAD => split::sload(context),
        opcode::SSTORE => split::sstore(context),
        opcode::EXTCODESIZE => host::extcodesize(context),
        opcode::EXTCODECOPY => host::extcodecopy(context),
        opcode::DELEGATECALL => contract::call::<{ opcode::DELEGATECALL }, _, _>(context),
        opcode::STATICCALL => contract::call::<{ opcode::STATICCALL }, _, _>(context),
        _ => observe::opcode::<OPCODE>(context),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gas_is_spent_across_frames_and_never_comes_back() {
        let mut progress = Progress::default();
        progress.begin();
        progress.note(100, 0, 80);
        assert_eq!(progress.spent(), 20);
        // The caller keeps 10 and gives 60: ten went into the call itself.
        progress.hold(0, 10);
        progress.note(100, 1, 60);
        assert_eq!(progress.spent(), 30);
        progress.note(100, 1, 25);
        assert_eq!(progress.spent(), 65);
        // Back in the caller, which got 25 back.
        progress.note(100, 0, 35);
        assert_eq!(progress.spent(), 65);
        progress.note(100, 0, 40);
        assert_eq!(progress.spent(), 65, "a stipend that was left over");
    }
}
