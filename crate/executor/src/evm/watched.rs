//! A run on one lane that is overheard.

use std::sync::Arc;

use revm::bytecode::opcode;
use revm::handler::FrameResult;
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::{Jumps, MemoryTr};
use revm::interpreter::{FrameInput, Interpreter};
use revm::primitives::hardfork::SpecId;
use revm::{InspectEvm, Inspector};

use super::ledger::Ledger;
use super::setup::{Ctx, inspected};
use super::source::Source;
use crate::block::Block;
use crate::world::World;

/// Runs a block in order and tells of every input of KECCAK256 that was written to memory before.
/// Transactions that cannot be part of the block are passed over: whoever executes the block
/// reports them.
pub(crate) fn hear_keccak(block: &Block, world: &Arc<World>, hear: &mut dyn FnMut(&[u8])) {
    let keeps_empty = !block.spec.is_enabled_in(SpecId::SPURIOUS_DRAGON);
    let ledger = Ledger::new(Arc::clone(world), keeps_empty);
    let mut listener = Listener { hear };
    let mut evm = inspected(block, Source::Ledger(ledger), Watched(&mut listener));
    for transaction in &block.transactions {
        if let Ok(executed) = evm.inspect_tx(transaction.clone())
            && let Some(ledger) = evm.ctx.journaled_state.database.ledger()
        {
            ledger.commit(executed.state);
        }
    }
}

/// Looks on while an EVM runs.
pub(super) trait Watch {
    /// Before an instruction.
    fn step(&mut self, interpreter: &mut Interpreter<EthInterpreter>, context: &mut Ctx);
    /// After it.
    fn step_end(&mut self, _: &mut Interpreter<EthInterpreter>, _context: &mut Ctx) {}
    /// Before a call or a creation, the outermost first.
    fn frame_start(&mut self, _context: &mut Ctx, _input: &FrameInput) {}
    /// After it, the outermost last.
    fn frame_end(&mut self, _context: &mut Ctx, _result: &FrameResult) {}
}

/// Any of them, as an inspector: one type for all, because the interpreter is compiled anew for
/// every type.
pub(super) struct Watched<'a>(pub(super) &'a mut dyn Watch);

impl Inspector<Ctx, EthInterpreter> for Watched<'_> {
    fn step(&mut self, interpreter: &mut Interpreter<EthInterpreter>, context: &mut Ctx) {
        self.0.step(interpreter, context);
    }

    fn step_end(&mut self, interpreter: &mut Interpreter<EthInterpreter>, context: &mut Ctx) {
        self.0.step_end(interpreter, context);
    }

    fn frame_start(&mut self, context: &mut Ctx, input: &mut FrameInput) -> Option<FrameResult> {
        self.0.frame_start(context, input);
        None
    }

    fn frame_end(&mut self, context: &mut Ctx, _: &FrameInput, result: &mut FrameResult) {
        self.0.frame_end(context, result);
    }
}

struct Listener<'a> {
    hear: &'a mut dyn FnMut(&[u8]),
}

impl Watch for Listener<'_> {
    fn step(&mut self, interpreter: &mut Interpreter<EthInterpreter>, _: &mut Ctx) {
        if interpreter.bytecode.opcode() != opcode::KECCAK256 {
            return;
        }
        let (Ok(offset), Ok(length)) = (interpreter.stack.peek(0), interpreter.stack.peek(1))
        else {
            return;
        };
        let (Ok(offset), Ok(length)) = (usize::try_from(offset), usize::try_from(length)) else {
            return;
        };
        // Memory that was never written is not worth a name.
        if offset.checked_add(length).is_some_and(|end| end <= interpreter.memory.size()) {
            (self.hear)(&interpreter.memory.slice(offset..offset + length));
        }
    }
}
