//! One incarnation, opcode by opcode: what is asked of the engine, and what it answers.
//!
//! The page knows from the trace what an incarnation saw ([`Seen`]). The engine runs the transaction
//! once more on exactly that and answers with an [`Inspection`]. Both travel as bytes beside a
//! message, in a form of their own: there may be tens of thousands of steps.

mod bytes;

use crate::event::{AccessKind, Status};
use crate::trace::{LocationKind, TraceError};

use bytes::{Reader, Writer};

/// Steps that are recorded one by one; later ones are only counted.
pub const STEPS_MAX: usize = 50_000;
/// How much of the stack is shown.
pub const STACK_SHOWN: usize = 16;
/// Bytes of what a call returned that are kept: enough for the reason of a revert.
pub const OUTPUT_KEPT: usize = 256;

/// A place of the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// What it is.
    pub kind: LocationKind,
    /// The account.
    pub address: [u8; 20],
    /// The slot's key, big endian; zero for account fields.
    pub key: [u8; 32],
}

/// One look at the state, as a trace records it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The value itself, or a bound: [`AccessKind::Read`], `AtLeast` or `Below`.
    pub kind: AccessKind,
    /// Where.
    pub spot: Spot,
    /// The value, big endian.
    pub value: [u8; 32],
}

/// What an incarnation saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Its looks at the state. Empty: what it saw is not known one by one, and the state before
    /// the transaction in block order stands for it.
    pub looks: Vec<Look>,
    /// Where it stopped before it got an answer.
    pub stopped_at: Option<Spot>,
}

/// A transaction, opcode by opcode.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// Gas used, as a receipt says it. 0 if it did not come to its end.
    pub gas_used: u64,
    /// Gas spent, before refunds.
    pub gas_spent: u64,
    /// Gas given back at the end.
    pub refund: u64,
    /// Its gas limit.
    pub gas_limit: u64,
    /// How it ended; `None` if it stopped at [`Seen::stopped_at`].
    pub status: Option<Status>,
    /// Why it cannot be in a block, if so; else empty.
    pub sentence: String,
    /// Calls, in the order of beginning; the first is the transaction itself.
    pub calls: Vec<Call>,
    /// The first [`STEPS_MAX`] steps.
    pub steps: Vec<Step>,
    /// Words that steps brought onto the stack, see [`Step::words`].
    pub words: Vec<[u8; 32]>,
    /// How many steps there were in all.
    pub steps_total: u64,
    /// Every opcode that ran, by opcode.
    pub tallies: Vec<Tally>,
    /// What it asked for that [`Seen`] does not hold. Not empty: the steps may be others than those
    /// of the incarnation.
    pub strangers: Vec<Spot>,
}

/// A call or a creation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Call {
    /// Who called; `None` for the transaction itself.
    pub parent: Option<u32>,
    /// The opcode that called; `CALL` or `CREATE` for the transaction itself.
    pub opcode: u8,
    /// How it ended; `None` if it did not.
    pub status: Option<Status>,
    /// Calls around it.
    pub depth: u16,
    /// The first step at or after its beginning.
    pub first: u32,
    /// Gas spent by the transaction before it began.
    pub from: u64,
    /// Who sent it.
    pub caller: [u8; 20],
    /// Whose code runs; for a creation, what is created.
    pub code: [u8; 20],
    /// Whose storage it is.
    pub target: [u8; 20],
    /// Ether that went along, big endian.
    pub value: [u8; 32],
    /// Gas that it was given.
    pub gas_limit: u64,
    /// Gas that it spent, with everything that it called.
    pub gas_spent: u64,
    /// The first four bytes of the input, as far as there are so many.
    pub selector: Vec<u8>,
    /// Bytes of the input.
    pub input_bytes: u32,
    /// The first bytes of what it returned.
    pub output: Vec<u8>,
}

/// One opcode, as it is about to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// In which call.
    pub call: u32,
    /// Where in the code.
    pub pc: u32,
    /// What.
    pub opcode: u8,
    /// Words of the stack that are those of the step before it in the same call; the others follow.
    pub kept: u16,
    /// One past its words in [`Inspection::words`]; they begin where those of the step before end.
    pub words: u32,
    /// The step before it in the same call; itself if there is none.
    pub before: u32,
    /// Bytes of memory.
    pub memory: u32,
    /// Gas spent by the transaction so far.
    pub spent: u64,
    /// Gas that the call has left.
    pub left: u64,
}

/// How often an opcode ran, and what it cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Which.
    pub opcode: u8,
    /// How often.
    pub count: u64,
    /// Gas, without what called code spent, but with what a precompile did.
    pub gas: u64,
}

const DAMAGED: TraceError = TraceError::Damaged("a list of steps cannot be read");
const KINDS: [AccessKind; 3] = [AccessKind::Read, AccessKind::AtLeast, AccessKind::Below];
const STOPPED: u8 = 3;
const PLACES: [LocationKind; 5] = [
    LocationKind::Balance,
    LocationKind::Nonce,
    LocationKind::Code,
    LocationKind::StorageReset,
    LocationKind::Slot,
];

impl Seen {
    /// The byte form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        for look in &self.looks {
            let kind = KINDS.iter().position(|kind| *kind == look.kind).unwrap_or_default();
            out.byte(kind as u8);
            out.spot(&look.spot);
            out.word(&look.value);
        }
        if let Some(spot) = &self.stopped_at {
            out.byte(STOPPED);
            out.spot(spot);
        }
        out.done()
    }

    /// Reads the byte form.
    pub fn decode(bytes: &[u8]) -> Result<Self, TraceError> {
        let mut bytes = Reader::new(bytes);
        let mut seen = Self::default();
        while !bytes.is_over() {
            let code = bytes.byte()?;
            let spot = bytes.spot()?;
            if code == STOPPED {
                seen.stopped_at = Some(spot);
                continue;
            }
            let kind = *KINDS.get(usize::from(code)).ok_or(DAMAGED)?;
            seen.looks.push(Look { kind, spot, value: bytes.word()? });
        }
        Ok(seen)
    }
}

impl Inspection {
    /// The byte form.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Writer::default();
        let totals = [self.gas_used, self.gas_spent, self.refund, self.gas_limit, self.steps_total];
        totals.into_iter().for_each(|number| out.number(number));
        out.status(self.status);
        out.bytes(self.sentence.as_bytes());
        out.number(self.tallies.len() as u64);
        for tally in &self.tallies {
            out.byte(tally.opcode);
            out.number(tally.count);
            out.number(tally.gas);
        }
        out.number(self.strangers.len() as u64);
        self.strangers.iter().for_each(|spot| out.spot(spot));
        out.number(self.calls.len() as u64);
        self.calls.iter().for_each(|call| call.encode(&mut out));
        out.number(self.steps.len() as u64);
        let mut last = Step::default();
        for step in &self.steps {
            step.encode(&last, &self.words, &mut out);
            last = *step;
        }
        out.done()
    }

    /// Reads the byte form.
    pub fn decode(bytes: &[u8]) -> Result<Self, TraceError> {
        let mut bytes = Reader::new(bytes);
        let mut all = Self {
            gas_used: bytes.number()?,
            gas_spent: bytes.number()?,
            refund: bytes.number()?,
            gas_limit: bytes.number()?,
            steps_total: bytes.number()?,
            status: bytes.status()?,
            sentence: String::from_utf8_lossy(bytes.bytes()?).into_owned(),
            ..Self::default()
        };
        for _ in 0..bytes.count()? {
            let (opcode, count, gas) = (bytes.byte()?, bytes.number()?, bytes.number()?);
            all.tallies.push(Tally { opcode, count, gas });
        }
        for _ in 0..bytes.count()? {
            all.strangers.push(bytes.spot()?);
        }
        for at in 0..bytes.count()? {
            let call = Call::decode(&mut bytes)?;
            if call.parent.is_some_and(|parent| parent as usize >= at) {
                return Err(DAMAGED);
            }
            all.calls.push(call);
        }
        let mut last_of = vec![None; all.calls.len()];
        let mut last = Step::default();
        for at in 0..bytes.count()? {
            last = Step::decode(&mut bytes, &last, &mut all.words)?;
            let of_call = last_of.get_mut(last.call as usize).ok_or(DAMAGED)?;
            last.before = of_call.replace(at as u32).unwrap_or(at as u32);
            all.steps.push(last);
        }
        if bytes.is_over() { Ok(all) } else { Err(DAMAGED) }
    }

    /// The uppermost words of the stack before a step, the top first; at most [`STACK_SHOWN`].
    #[must_use]
    pub fn stack(&self, step: usize) -> Vec<[u8; 32]> {
        let mut shown = Vec::new();
        let mut at = step;
        let mut wanted = match self.steps.get(step) {
            Some(of) => usize::from(of.kept) + self.own_words(step).len(),
            None => 0,
        };
        while let Some(of) = self.steps.get(at).filter(|_| wanted > 0) {
            let own = self.own_words(at);
            let kept = usize::from(of.kept);
            while wanted > kept && shown.len() < STACK_SHOWN {
                let Some(word) = own.get(wanted - kept - 1) else { return shown };
                shown.push(*word);
                wanted -= 1;
            }
            if shown.len() >= STACK_SHOWN || of.before as usize >= at {
                break;
            }
            at = of.before as usize;
        }
        shown
    }

    /// How many words the stack has before a step.
    #[must_use]
    pub fn height(&self, step: usize) -> usize {
        let kept = self.steps.get(step).map_or(0, |step| usize::from(step.kept));
        kept + self.own_words(step).len()
    }

    /// The words that were not on the stack of its call one step earlier, the lowest first.
    fn own_words(&self, step: usize) -> &[[u8; 32]] {
        let end = |step: &Step| step.words as usize;
        let from = step.checked_sub(1).and_then(|last| self.steps.get(last)).map_or(0, end);
        let to = self.steps.get(step).map_or(from, end);
        self.words.get(from..to).unwrap_or_default()
    }
}

impl Call {
    fn encode(&self, out: &mut Writer) {
        out.number(self.parent.map_or(0, |parent| u64::from(parent) + 1));
        out.byte(self.opcode);
        out.status(self.status);
        [&self.caller, &self.code, &self.target].into_iter().for_each(|it| out.raw(it));
        out.word(&self.value);
        out.bytes(&self.selector);
        out.bytes(&self.output);
        let (depth, first, input) = (self.depth.into(), self.first.into(), self.input_bytes.into());
        let numbers = [depth, first, input, self.from, self.gas_limit, self.gas_spent];
        numbers.into_iter().for_each(|number| out.number(number));
    }

    fn decode(bytes: &mut Reader<'_>) -> Result<Self, TraceError> {
        Ok(Self {
            parent: bytes.small()?.checked_sub(1),
            opcode: bytes.byte()?,
            status: bytes.status()?,
            caller: bytes.array()?,
            code: bytes.array()?,
            target: bytes.array()?,
            value: bytes.word()?,
            selector: bytes.bytes()?.to_vec(),
            output: bytes.bytes()?.to_vec(),
            depth: bytes.small()? as u16,
            first: bytes.small()?,
            input_bytes: bytes.small()?,
            from: bytes.number()?,
            gas_limit: bytes.number()?,
            gas_spent: bytes.number()?,
        })
    }
}

const OTHER_CALL: u8 = 1;
const OTHER_MEMORY: u8 = 2;

impl Step {
    fn encode(&self, last: &Self, words: &[[u8; 32]], out: &mut Writer) {
        let (call, memory) = (self.call != last.call, self.memory != last.memory);
        out.byte(u8::from(call) * OTHER_CALL + u8::from(memory) * OTHER_MEMORY);
        out.byte(self.opcode);
        out.number(self.pc.into());
        if call {
            out.number(self.call.into());
        }
        if memory {
            out.number(self.memory.into());
        }
        out.number(self.spent.saturating_sub(last.spent));
        out.number(self.left);
        out.number(self.kept.into());
        let own = words.get(last.words as usize..self.words as usize).unwrap_or_default();
        out.number(own.len() as u64);
        own.iter().for_each(|word| out.word(word));
    }

    fn decode(
        bytes: &mut Reader<'_>,
        last: &Self,
        words: &mut Vec<[u8; 32]>,
    ) -> Result<Self, TraceError> {
        let flags = bytes.byte()?;
        let mut step = Self { opcode: bytes.byte()?, pc: bytes.small()?, ..*last };
        if flags & OTHER_CALL != 0 {
            step.call = bytes.small()?;
        }
        if flags & OTHER_MEMORY != 0 {
            step.memory = bytes.small()?;
        }
        step.spent = last.spent.saturating_add(bytes.number()?);
        step.left = bytes.number()?;
        step.kept = u16::try_from(bytes.number()?).map_err(|_| DAMAGED)?;
        for _ in 0..bytes.count()? {
            words.push(bytes.word()?);
        }
        step.words = words.len() as u32;
        Ok(step)
    }
}

#[cfg(test)]
mod tests;
