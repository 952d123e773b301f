//! The complete record of a run, from which everything on the page is derived.

mod reader;

use serde::{Deserialize, Serialize};

use crate::event::{ACCESS_BYTES, Access, EVENT_BYTES, Event, FallbackReason, Status};
use crate::settings::Settings;
use crate::strategy::Class;

pub use reader::TraceReader;

/// Version of the byte form.
pub const TRACE_VERSION: u16 = 3;
const MAGIC: [u8; 4] = *b"LSTR";

/// A run: what was executed, what happened, what came out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// Totals and settings.
    pub summary: Summary,
    /// The block's transactions, by [`crate::TxIndex`].
    pub transactions: Vec<TransactionInfo>,
    /// Everything that was touched, by [`crate::LocationId`].
    pub locations: Vec<LocationInfo>,
    /// What happened, sorted by `(time, seq)`.
    pub events: Vec<Event>,
    /// Reads and writes of every incarnation, sorted by `(tx, incarnation)`.
    pub accesses: Vec<Access>,
}

/// Totals of a run. Ticks are gas or nanoseconds, by [`Settings::clock`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// The scenario's title.
    pub title: String,
    /// Seed of the scenario's generator.
    pub seed: u64,
    /// How it was run.
    pub settings: Settings,
    /// Ticks from the start to the last commit.
    pub makespan: u64,
    /// Ticks of the same block on one lane: gas on the gas clock, a measured run on threads.
    pub sequential: u64,
    /// Gas used by the block.
    pub gas_used: u64,
    /// Incarnations that ran to their end.
    pub executions: u32,
    /// Incarnations whose result was thrown away.
    pub aborts: u32,
    /// Gas of those.
    pub wasted_gas: u64,
    /// What the strategy promises of the result.
    pub class: Class,
    /// Whether it keeps that, compared in this run. `false` where nothing is promised and the
    /// result differs from one lane.
    pub class_holds: bool,
    /// Final state and receipts equal those of one lane in block order. In class E1 they need not.
    pub identical: bool,
    /// The first difference from what the class promises, or, where nothing is promised, from one
    /// lane.
    pub difference: Option<String>,
    /// Transactions in the order of their commits, where that is not the block's; empty otherwise.
    pub order: Vec<u32>,
    /// Transactions that are not in the result, by index.
    pub excluded: Vec<Excluded>,
    /// Why the block is invalid, if a wrong access list made it so.
    pub rejected: Option<String>,
    /// Ticks that the producer took to make what the strategy is supplied with, before the run; 0
    /// where nothing is supplied.
    pub producer: u64,
    /// The block's gas limit.
    pub gas_limit: u64,
    /// The block's base fee, wei per gas; 0 before EIP-1559.
    pub base_fee: u64,
    /// The account that fees go to, 20 bytes as hex with `0x`.
    pub fee_recipient: String,
    /// Why the run, or a part of it, went to one lane: a [`FallbackReason`] as a number.
    pub fallback: Option<u8>,
    /// Root of the receipts trie, hex.
    pub receipts_root: String,
    /// For a real block: whether gas, bloom and receipts root equal the header's, field by field.
    pub header_checks: Vec<HeaderCheck>,
    /// Longest chain of transactions that must follow each other under the strategy's own notion of
    /// dependency, in ticks of the gas clock: no number of lanes makes the run shorter. See
    /// `workloads/src/trace/critical.rs` for the formula.
    pub critical_path_gas: u64,
    /// Fork whose rules were in force, e.g. `prague`.
    pub fork: String,
}

/// A transaction that did not make it into the result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excluded {
    /// Which.
    pub tx: u32,
    /// Why, in a few words.
    pub why: String,
}

/// One field of a real block's header against this run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderCheck {
    /// Field name as in the header: `gasUsed`, `logsBloom`, `receiptsRoot`.
    pub field: String,
    /// Whether they are equal.
    pub holds: bool,
}

/// A transaction for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionInfo {
    /// One word for what it does: `pay`, `transfer`, `swap`, `mint`, `deploy`, or the function called.
    pub action: String,
    /// The sender's name or short address.
    pub sender: String,
    /// The receiver's name or short address; `new contract` for a creation.
    pub receiver: String,
    /// Gas used in sequential execution.
    pub gas: u64,
    /// [`Status`] in sequential execution, as a number.
    pub status: u8,
    /// Where a revert gave a reason, that reason.
    pub reason: String,
}

/// What a location is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum LocationKind {
    /// An account's ether.
    #[default]
    Balance,
    /// An account's nonce.
    Nonce,
    /// An account's code.
    Code,
    /// The mark that an account's whole storage was cleared (creation, SELFDESTRUCT).
    StorageReset,
    /// One storage slot.
    Slot,
}

/// A location for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationInfo {
    /// What it is.
    pub kind: LocationKind,
    /// The account, 20 bytes as hex with `0x`.
    pub address: String,
    /// The slot's key, hex; empty for account fields.
    pub key: String,
    /// Its name: `Pool A.reserve0`, `Token.balanceOf[Ana]`, `Ana.balance`.
    pub name: String,
}

/// Bytes that are not a trace.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// The first bytes are not those of a trace.
    #[error("this is not a Lanescope trace")]
    NotATrace,
    /// Written by another version.
    #[error("this trace has format version {0}; this Lanescope reads version {TRACE_VERSION}")]
    UnknownVersion(u16),
    /// Cut off or altered.
    #[error("the trace is damaged: {0}")]
    Damaged(&'static str),
}

/// As [`TraceReader`] reads it, field by field.
#[derive(Serialize)]
struct Head {
    summary: Summary,
    transactions: Vec<TransactionInfo>,
    locations: Vec<LocationInfo>,
    events: u32,
    accesses: u32,
}

impl Summary {
    /// How many times faster than one lane. 0 where nothing ran, or to no result.
    #[must_use]
    pub fn speedup(&self) -> f64 {
        if self.makespan == 0 || self.rejected.is_some() {
            0.0
        } else {
            self.sequential as f64 / self.makespan as f64
        }
    }

    /// The same if what the producer did before counts too; `None` if nothing was supplied.
    #[must_use]
    pub fn system_speedup(&self) -> Option<f64> {
        if self.producer == 0 || self.rejected.is_some() {
            return None;
        }
        Some(self.sequential as f64 / (self.producer as f64 + self.makespan as f64))
    }

    /// Why the run went to one lane, if it did.
    #[must_use]
    pub fn fallback_reason(&self) -> Option<FallbackReason> {
        self.fallback.map(FallbackReason::from_code)
    }
}

impl TransactionInfo {
    /// How it ended in sequential execution.
    #[must_use]
    pub const fn outcome(&self) -> Status {
        Status::from_code(self.status)
    }
}

impl Trace {
    /// Whether bytes begin as the byte form does. They need not be a whole trace.
    #[must_use]
    pub fn is_encoded(bytes: &[u8]) -> bool {
        bytes.starts_with(&MAGIC)
    }

    /// The byte form: magic, version, a postcard header with its length, then fixed-size records.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let head = Head {
            summary: self.summary.clone(),
            transactions: self.transactions.clone(),
            locations: self.locations.clone(),
            events: self.events.len() as u32,
            accesses: self.accesses.len() as u32,
        };
        // Serialising plain owned data into memory has no way to fail.
        let head = postcard::to_allocvec(&head).unwrap_or_default();
        let records = self.events.len() * EVENT_BYTES + self.accesses.len() * ACCESS_BYTES;
        let mut out = Vec::with_capacity(10 + head.len() + records);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&TRACE_VERSION.to_le_bytes());
        out.extend_from_slice(&(head.len() as u32).to_le_bytes());
        out.extend_from_slice(&head);
        self.events.iter().for_each(|event| event.encode(&mut out));
        self.accesses.iter().for_each(|access| access.encode(&mut out));
        out
    }

    /// Reads the byte form.
    pub fn decode(bytes: &[u8]) -> Result<Self, TraceError> {
        let mut reader = TraceReader::new(bytes.len() as u64);
        reader.feed(bytes)?;
        reader.end()?;
        Ok(core::mem::take(reader.read()))
    }
}

/// Reads a batch of events, as the engine sends them while a run goes on.
pub fn decode_events(bytes: &[u8]) -> Result<Vec<Event>, TraceError> {
    let (records, rest) = bytes.as_chunks();
    if !rest.is_empty() {
        return Err(TraceError::Damaged("a batch of events is cut off"));
    }
    records
        .iter()
        .map(Event::decode)
        .collect::<Option<_>>()
        .ok_or(TraceError::Damaged("an event has an unknown kind"))
}
