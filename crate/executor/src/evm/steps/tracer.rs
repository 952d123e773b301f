//! Writes down every opcode: stack, memory, gas, calls.

use lanescope_protocol::event::Status;
use lanescope_protocol::steps::{Call, Inspection, OUTPUT_KEPT, STEPS_MAX, Step, Tally};
use revm::bytecode::opcode;
use revm::handler::FrameResult;
use revm::interpreter::interpreter::EthInterpreter;
use revm::interpreter::interpreter_types::{InputsTr, Jumps, MemoryTr};
use revm::interpreter::{
    CallInputs, CallScheme, CreateInputs, CreateScheme, FrameInput, InstructionResult, Interpreter,
};
use revm::primitives::U256;

use crate::evm::setup::Ctx;
use crate::evm::watched::Watch;

/// What has been written down so far.
#[derive(Debug)]
pub(super) struct Tracer {
    all: Inspection,
    open: Vec<Open>,
    counts: Vec<Tally>,
    /// The opcode under way, and what had been spent before it.
    under_way: Option<(u8, u64)>,
    /// Gas spent so far; it never goes back.
    spent: u64,
}

/// A call that goes on.
#[derive(Debug, Default)]
struct Open {
    /// Its number; `None` once calls are no longer written down.
    call: Option<u32>,
    is_creation: bool,
    /// The stack before its last step.
    stack: Vec<U256>,
    last_step: Option<u32>,
    /// Gas that those around it keep.
    kept_around: u64,
    /// Gas that it has left after its last step.
    kept: u64,
}

impl Tracer {
    pub(super) fn new(gas_limit: u64) -> Self {
        let all = Inspection { gas_limit, ..Inspection::default() };
        let counts = (0..=u8::MAX).map(|opcode| Tally { opcode, ..Tally::default() }).collect();
        Self { all, open: Vec::new(), counts, under_way: None, spent: 0 }
    }

    /// Everything, once the transaction has spent so much in all; 0 if it did not come to its end.
    pub(super) fn finish(mut self, spent: u64) -> Inspection {
        self.spend(spent);
        self.all.tallies = self.counts.into_iter().filter(|tally| tally.count > 0).collect();
        self.all
    }

    /// The transaction has spent so much: what came since belongs to the opcode under way.
    fn spend(&mut self, spent: u64) {
        // A call's stipend is not the transaction's own gas.
        self.spent = self.spent.max(spent);
        if let Some((opcode, before)) = self.under_way.take() {
            self.counts[usize::from(opcode)].gas += self.spent - before;
        }
    }

    fn is_full(&self) -> bool {
        self.all.steps.len() >= STEPS_MAX
    }

    fn write_down(
        &mut self,
        interpreter: &Interpreter<EthInterpreter>,
        opcode: u8,
        left: u64,
    ) -> Option<()> {
        let at = self.all.steps.len() as u32;
        let open = self.open.last_mut()?;
        let call = open.call?;
        let stack = interpreter.stack.data();
        let same = open.stack.iter().zip(stack).take_while(|(old, new)| old == new).count();
        open.stack.truncate(same);
        open.stack.extend_from_slice(&stack[same..]);
        self.all.words.extend(stack[same..].iter().map(|word| word.to_be_bytes::<32>()));
        let before = open.last_step.replace(at).unwrap_or(at);
        self.all.steps.push(Step {
            call,
            pc: interpreter.bytecode.pc() as u32,
            opcode,
            kept: same as u16,
            words: self.all.words.len() as u32,
            before,
            memory: interpreter.memory.size() as u32,
            spent: self.spent,
            left,
        });
        if open.is_creation {
            let created = interpreter.input.target_address().into_array();
            if let Some(call) = self.all.calls.get_mut(call as usize) {
                (call.code, call.target) = (created, created);
            }
        }
        Some(())
    }
}

impl Watch for Tracer {
    fn step(&mut self, interpreter: &mut Interpreter<EthInterpreter>, _: &mut Ctx) {
        let left = interpreter.gas.remaining();
        let around = self.open.last().map_or(0, |open| open.kept_around);
        self.spend(self.all.gas_limit.saturating_sub(around.saturating_add(left)));
        let opcode = interpreter.bytecode.opcode();
        self.all.steps_total += 1;
        self.counts[usize::from(opcode)].count += 1;
        self.under_way = Some((opcode, self.spent));
        if !self.is_full() {
            self.write_down(interpreter, opcode, left);
        }
    }

    fn step_end(&mut self, interpreter: &mut Interpreter<EthInterpreter>, _: &mut Ctx) {
        if let Some(open) = self.open.last_mut() {
            open.kept = interpreter.gas.remaining();
        }
    }

    fn frame_start(&mut self, context: &mut Ctx, input: &FrameInput) {
        let parent = self.open.last();
        let kept_around = parent.map_or(0, |parent| parent.kept_around.saturating_add(parent.kept));
        let mut call = match input {
            FrameInput::Call(inputs) => called(context, inputs),
            FrameInput::Create(inputs) => created(inputs),
            FrameInput::Empty => Call::default(),
        };
        call.parent = parent.and_then(|parent| parent.call);
        call.depth = self.open.len() as u16;
        call.first = self.all.steps.len() as u32;
        let given = kept_around.saturating_add(call.gas_limit);
        call.from = self.spent.max(self.all.gas_limit.saturating_sub(given));
        let is_creation = matches!(input, FrameInput::Create(_));
        let number = (!self.is_full()).then_some(self.all.calls.len() as u32);
        if number.is_some() {
            self.all.calls.push(call);
        }
        self.open.push(Open { call: number, is_creation, kept_around, ..Open::default() });
    }

    fn frame_end(&mut self, _: &mut Ctx, result: &FrameResult) {
        let open = self.open.pop().and_then(|open| open.call);
        let Some(call) = open.and_then(|call| self.all.calls.get_mut(call as usize)) else {
            return;
        };
        let result = result.interpreter_result();
        let ended = result.result;
        call.status = if ended == InstructionResult::FatalExternalError {
            None
        } else if ended.is_ok() {
            Some(Status::Succeeded)
        } else if ended.is_revert() {
            Some(Status::Reverted)
        } else {
            Some(Status::Halted)
        };
        let is_halted = call.status == Some(Status::Halted);
        let left = if is_halted { 0 } else { result.gas.remaining() };
        call.gas_spent = call.gas_limit.saturating_sub(left);
        call.output = result.output.iter().take(OUTPUT_KEPT).copied().collect();
    }
}

fn called(context: &Ctx, inputs: &CallInputs) -> Call {
    let input = inputs.input.as_bytes(context);
    Call {
        opcode: match inputs.scheme {
            CallScheme::Call => opcode::CALL,
            CallScheme::CallCode => opcode::CALLCODE,
            CallScheme::DelegateCall => opcode::DELEGATECALL,
            CallScheme::StaticCall => opcode::STATICCALL,
        },
        caller: inputs.caller.into_array(),
        code: inputs.bytecode_address.into_array(),
        target: inputs.target_address.into_array(),
        value: inputs.call_value().to_be_bytes(),
        gas_limit: inputs.gas_limit,
        selector: input.iter().take(4).copied().collect(),
        input_bytes: input.len() as u32,
        ..Call::default()
    }
}

fn created(inputs: &CreateInputs) -> Call {
    Call {
        opcode: match inputs.scheme() {
            CreateScheme::Create2 { .. } => opcode::CREATE2,
            CreateScheme::Create | CreateScheme::Custom { .. } => opcode::CREATE,
        },
        caller: inputs.caller().into_array(),
        value: inputs.value().to_be_bytes(),
        gas_limit: inputs.gas_limit(),
        input_bytes: inputs.init_code().len() as u32,
        ..Call::default()
    }
}
