//! The fixed-size records of a trace and their byte form (little endian, no padding left to chance).

use crate::ids::{Incarnation, Lane, LocationId, TxIndex, Version};

/// Stands for "no transaction" or "no location" inside a record.
const NONE: u32 = u32::MAX;

/// What happened. Names are in the past tense: an event is a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum EventKind {
    /// A lane began to run an incarnation.
    ExecutionStarted = 0,
    /// The incarnation ended; `gas` is what it used, `detail` its [`Status`].
    ExecutionFinished = 1,
    /// The incarnation stopped early at `location`, because `other` is known to be about to write it
    /// again (an *estimate* in Block-STM). Its lane is free, the transaction waits for `other`.
    EstimateHit = 2,
    /// A lane began to check an incarnation's reads.
    ValidationStarted = 3,
    /// All reads still held.
    ValidationPassed = 4,
    /// The incarnation's result was thrown away: its read of `location` no longer held, because
    /// `other` had written it. `gas` is what was wasted.
    Aborted = 5,
    /// The incarnation became final.
    Committed = 6,
    /// The lane found nothing to do; `detail` is a [`WaitReason`], `other` the transaction waited for.
    WaitStarted = 7,
    /// The lane found work again.
    WaitEnded = 8,
    /// The rest of the block runs on one lane; `detail` is a [`FallbackReason`].
    FellBack = 9,
    /// A round of an optimistic strategy began; `gas` is its number, from 1.
    RoundStarted = 10,
    /// The scheduler began to fill the next block (or commit); `gas` is its number, from 2.
    SlotStarted = 11,
    /// The transaction does not fit under a cap and waits for the next [`EventKind::SlotStarted`];
    /// `location` is what is contended.
    Deferred = 12,
    /// The transaction never runs: it does not fit under a cap at all, or was deferred too often.
    /// `location` is what is contended.
    Dropped = 13,
    /// The incarnation cannot be in the block on the state it saw, and nobody looks again (a
    /// strategy that detects nothing).
    Skipped = 14,
    /// The lane runs nothing from now on. What it ran follows as [`EventKind::ExecutionLost`].
    LaneCrashed = 15,
    /// The lane works again, or is as fast as before.
    LaneRecovered = 16,
    /// What the lane begins from now on takes `gas` times as long.
    LaneSlowed = 17,
    /// The incarnation was lost with its lane; `gas` is what was wasted, as far as it got.
    ExecutionLost = 18,
    /// The lane takes over the incarnation from another lane; `other` is the lost one.
    Reassigned = 19,
    /// The incarnation's result was compared with a second execution and is wrong. Followed by
    /// [`EventKind::Aborted`].
    WrongResultFound = 20,
    /// At the merge, the incarnation's change of `location` was added to a balance that is no longer
    /// the one it saw.
    Patched = 21,
    /// The incarnation touched `location`, which was not declared: the transaction fails, and pays.
    UndeclaredTouched = 22,
    /// The block's access list is wrong at `location`: the block is invalid.
    ListRejected = 23,
    /// All `gas` locations of the access list were loaded before the first execution.
    Prefetched = 24,
}

/// How an execution ended. A reverted transaction is committed, not aborted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Status {
    /// It did what it was asked.
    #[default]
    Succeeded = 0,
    /// The contract reverted. The fee is paid, the effects are undone.
    Reverted = 1,
    /// It ran out of gas or hit an invalid instruction. All gas is used, the effects are undone.
    Halted = 2,
    /// The transaction cannot be part of the block on the state it saw (nonce, funds).
    Invalid = 3,
}

/// Why a lane has nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum WaitReason {
    /// Every transaction is being run by some lane, or has run.
    NothingReady = 0,
    /// What is left waits for `other` to write first.
    Dependency = 1,
    /// What is left waits for an earlier transaction of the same sender.
    SameSender = 2,
    /// What is left needs a lock that `other` holds.
    Lock = 3,
    /// The round ends when every lane has ended, as `other` has not.
    Barrier = 4,
    /// Everything has run; what is left waits for `other` to be merged.
    Merge = 5,
    /// The lane has crashed.
    Crashed = 6,
}

/// Why a run, or the rest of one, went to a single lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum FallbackReason {
    /// The block is so small that waking a second lane would take longer than running it.
    TooSmall = 0,
    /// No lane could go on though the block was not done, which is a mistake in a strategy.
    Stuck = 1,
    /// All rounds are used up; what is not final yet runs one by one.
    RoundsUsedUp = 2,
}

/// One record of [`crate::Trace::events`], sorted by `(time, seq)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// Ticks since the run began: gas on the gas clock, nanoseconds on threads.
    pub time: u64,
    /// Position in the order of happening, unique in a run.
    pub seq: u32,
    /// Who did it.
    pub lane: Lane,
    /// What happened.
    pub kind: EventKind,
    /// A [`Status`], [`WaitReason`] or [`FallbackReason`] as a number; else 0.
    pub detail: u8,
    /// The transaction it is about.
    pub tx: Option<TxIndex>,
    /// Its incarnation.
    pub incarnation: Incarnation,
    /// The other side: the writer that caused an abort, the transaction waited for.
    pub other: Option<Version>,
    /// The location it is about.
    pub location: Option<LocationId>,
    /// Gas used or wasted; in some kinds another number, see [`EventKind`].
    pub gas: u32,
}

/// Read or write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum AccessKind {
    /// The incarnation saw this value.
    Read = 0,
    /// The incarnation wrote this value.
    Write = 1,
    /// The incarnation added this amount, modulo 2^256, without looking at the value.
    Add = 2,
    /// The incarnation depends on the value only in that it is at least this.
    AtLeast = 3,
    /// The incarnation depends on the value only in that it is below this.
    Below = 4,
}

/// One record of [`crate::Trace::accesses`], sorted by incarnation, in program order inside one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// Which incarnation.
    pub by: Version,
    /// Read or write.
    pub kind: AccessKind,
    /// A read that no longer held when it was checked last.
    pub stale: bool,
    /// What was touched.
    pub location: LocationId,
    /// A read's version: who had written the value it saw. `None`: the state before the block.
    pub saw: Option<Version>,
    /// A read's version when it was checked last. Differs from `saw` in stale reads, and where
    /// another incarnation wrote the same value again.
    pub now: Option<Version>,
    /// When, in ticks.
    pub time: u64,
    /// The value, big endian. Code is shown as its hash.
    pub value: [u8; 32],
}

/// Bytes of an encoded [`Event`].
pub const EVENT_BYTES: usize = 40;
/// Bytes of an encoded [`Access`].
pub const ACCESS_BYTES: usize = 64;

impl Event {
    /// The status of an [`EventKind::ExecutionFinished`].
    #[must_use]
    pub const fn status(&self) -> Status {
        Status::from_code(self.detail)
    }

    /// Appends the record.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let other = pack(self.other);
        out.extend_from_slice(&self.time.to_le_bytes());
        out.extend_from_slice(&self.seq.to_le_bytes());
        out.extend_from_slice(&self.tx.map_or(NONE, |tx| tx.0).to_le_bytes());
        out.extend_from_slice(&other.0.to_le_bytes());
        out.extend_from_slice(&self.location.map_or(NONE, |id| id.0).to_le_bytes());
        out.extend_from_slice(&self.gas.to_le_bytes());
        out.extend_from_slice(&self.incarnation.0.to_le_bytes());
        out.extend_from_slice(&other.1.to_le_bytes());
        out.extend_from_slice(&[self.lane.0, self.kind as u8, self.detail, 0]);
        out.extend_from_slice(&[0; 4]);
    }

    /// Reads one record. `None` if the bytes are not an event.
    #[must_use]
    pub fn decode(bytes: &[u8; EVENT_BYTES]) -> Option<Self> {
        Some(Self {
            time: u64_at(bytes, 0),
            seq: u32_at(bytes, 8),
            tx: some_index(u32_at(bytes, 12)).map(TxIndex),
            other: unpack(u32_at(bytes, 16), u16_at(bytes, 30)),
            location: some_index(u32_at(bytes, 20)).map(LocationId),
            gas: u32_at(bytes, 24),
            incarnation: Incarnation(u16_at(bytes, 28)),
            lane: Lane(bytes[32]),
            kind: EventKind::from_code(bytes[33])?,
            detail: bytes[34],
        })
    }
}

impl Access {
    /// Appends the record.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let (saw, now) = (pack(self.saw), pack(self.now));
        out.extend_from_slice(&self.time.to_le_bytes());
        out.extend_from_slice(&self.by.tx.0.to_le_bytes());
        out.extend_from_slice(&self.location.0.to_le_bytes());
        out.extend_from_slice(&saw.0.to_le_bytes());
        out.extend_from_slice(&now.0.to_le_bytes());
        out.extend_from_slice(&self.by.incarnation.0.to_le_bytes());
        out.extend_from_slice(&saw.1.to_le_bytes());
        out.extend_from_slice(&now.1.to_le_bytes());
        out.extend_from_slice(&[self.kind as u8, u8::from(self.stale)]);
        out.extend_from_slice(&self.value);
    }

    /// Reads one record. `None` if the bytes are not an access.
    #[must_use]
    pub fn decode(bytes: &[u8; ACCESS_BYTES]) -> Option<Self> {
        let mut value = [0; 32];
        value.copy_from_slice(&bytes[32..]);
        Some(Self {
            time: u64_at(bytes, 0),
            by: Version {
                tx: TxIndex(u32_at(bytes, 8)),
                incarnation: Incarnation(u16_at(bytes, 24)),
            },
            location: LocationId(u32_at(bytes, 12)),
            saw: unpack(u32_at(bytes, 16), u16_at(bytes, 26)),
            now: unpack(u32_at(bytes, 20), u16_at(bytes, 28)),
            kind: AccessKind::from_code(bytes[30])?,
            stale: bytes[31] != 0,
            value,
        })
    }
}

impl EventKind {
    /// Every kind, by its number.
    pub const ALL: [Self; 25] = [
        Self::ExecutionStarted,
        Self::ExecutionFinished,
        Self::EstimateHit,
        Self::ValidationStarted,
        Self::ValidationPassed,
        Self::Aborted,
        Self::Committed,
        Self::WaitStarted,
        Self::WaitEnded,
        Self::FellBack,
        Self::RoundStarted,
        Self::SlotStarted,
        Self::Deferred,
        Self::Dropped,
        Self::Skipped,
        Self::LaneCrashed,
        Self::LaneRecovered,
        Self::LaneSlowed,
        Self::ExecutionLost,
        Self::Reassigned,
        Self::WrongResultFound,
        Self::Patched,
        Self::UndeclaredTouched,
        Self::ListRejected,
        Self::Prefetched,
    ];

    fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

impl AccessKind {
    /// Whether the incarnation depends on the location: a read, or the need of a bound.
    #[must_use]
    pub const fn is_read(self) -> bool {
        matches!(self, Self::Read | Self::AtLeast | Self::Below)
    }

    fn from_code(code: u8) -> Option<Self> {
        [Self::Read, Self::Write, Self::Add, Self::AtLeast, Self::Below]
            .get(usize::from(code))
            .copied()
    }
}

impl Status {
    /// From the number in [`Event::detail`] or [`crate::trace::TransactionInfo::status`].
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Succeeded,
            1 => Self::Reverted,
            2 => Self::Halted,
            _ => Self::Invalid,
        }
    }

    /// The word that people read.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Reverted => "reverted",
            Self::Halted => "halted",
            Self::Invalid => "invalid",
        }
    }
}

impl WaitReason {
    /// From the number in [`Event::detail`].
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            1 => Self::Dependency,
            2 => Self::SameSender,
            3 => Self::Lock,
            4 => Self::Barrier,
            5 => Self::Merge,
            6 => Self::Crashed,
            _ => Self::NothingReady,
        }
    }
}

impl FallbackReason {
    /// From the number in [`Event::detail`].
    #[must_use]
    pub const fn from_code(code: u8) -> Self {
        match code {
            0 => Self::TooSmall,
            2 => Self::RoundsUsedUp,
            _ => Self::Stuck,
        }
    }

    /// The sentence that people read.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::TooSmall => {
                "The block is so small that it is over before a second lane could wake up, so it ran on one"
            }
            Self::Stuck => {
                "No lane could go on, which should not happen, so the block ran on one lane"
            }
            Self::RoundsUsedUp => {
                "All rounds were used up, so the rest of the block ran one by one"
            }
        }
    }
}

fn pack(version: Option<Version>) -> (u32, u16) {
    version.map_or((NONE, 0), |version| (version.tx.0, version.incarnation.0))
}

fn unpack(tx: u32, incarnation: u16) -> Option<Version> {
    some_index(tx).map(|tx| Version { tx: TxIndex(tx), incarnation: Incarnation(incarnation) })
}

fn some_index(index: u32) -> Option<u32> {
    (index != NONE).then_some(index)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
