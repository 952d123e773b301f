//! Reads the byte form piece by piece, so that whoever must not stand still for long can read a
//! long trace in many short turns, and need not have all of its bytes at once.

use serde::de::DeserializeOwned;

use super::{LocationInfo, MAGIC, Summary, TRACE_VERSION, Trace, TraceError, TransactionInfo};
use crate::event::{ACCESS_BYTES, Access, EVENT_BYTES, Event};

/// A trace that is being read.
#[derive(Clone, Debug)]
pub struct TraceReader {
    /// Bytes of the whole.
    total: u64,
    stage: Stage,
    /// Bytes of the header, and of those the ones that are not read yet.
    head: u64,
    head_left: u64,
    /// What is to come of the list that is being read.
    left: u32,
    accesses: u32,
    events: u32,
    /// Bytes that do not make up anything yet.
    carry: Vec<u8>,
    /// There is no use in looking at them before they are this many.
    wanted: usize,
    read: Trace,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Opening,
    Summary,
    TransactionCount,
    Transactions,
    LocationCount,
    Locations,
    EventCount,
    AccessCount,
    /// What a header has beyond its fields.
    HeadRest,
    Events,
    Accesses,
    Whole,
}

const CUT_OFF: TraceError = TraceError::Damaged("it is cut off");
const OPENING: usize = 10;

impl TraceReader {
    /// Reads a trace of `total` bytes.
    #[must_use]
    pub fn new(total: u64) -> Self {
        Self {
            total,
            stage: Stage::Opening,
            head: 0,
            head_left: 0,
            left: 0,
            accesses: 0,
            events: 0,
            carry: Vec::new(),
            wanted: 0,
            read: Trace::default(),
        }
    }

    /// Takes the next bytes. Takes about as long as they are many.
    ///
    /// # Errors
    /// What is wrong with them; the reader is of no use then.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), TraceError> {
        let mut joined = core::mem::take(&mut self.carry);
        if joined.is_empty() {
            let rest = self.take(bytes)?;
            self.carry.extend_from_slice(rest);
        } else {
            joined.extend_from_slice(bytes);
            if joined.len() < self.wanted {
                self.carry = joined;
                return Ok(());
            }
            let rest = self.take(&joined)?.len();
            joined.drain(..joined.len() - rest);
            self.carry = joined;
        }
        Ok(())
    }

    /// Says that there are no more bytes.
    ///
    /// # Errors
    /// There should be.
    pub fn end(&self) -> Result<(), TraceError> {
        match self.stage {
            Stage::Whole => Ok(()),
            Stage::Opening if !self.carry.starts_with(&MAGIC) => Err(TraceError::NotATrace),
            _ => Err(CUT_OFF),
        }
    }

    /// Whether everything but events and accesses has been read.
    #[must_use]
    pub const fn has_head(&self) -> bool {
        matches!(self.stage, Stage::Events | Stage::Accesses | Stage::Whole)
    }

    /// How many events and accesses the header promises.
    #[must_use]
    pub const fn promised(&self) -> (u32, u32) {
        (self.events, self.accesses)
    }

    /// What has been read. Parts of it may be taken away.
    pub const fn read(&mut self) -> &mut Trace {
        &mut self.read
    }

    fn take<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], TraceError> {
        let mut rest = bytes;
        self.wanted = 0;
        while self.stage != Stage::Whole {
            match self.step(rest)? {
                Some(left) => rest = left,
                None => return Ok(rest),
            }
        }
        if rest.is_empty() { Ok(rest) } else { Err(TraceError::Damaged("its length is wrong")) }
    }

    /// Reads one thing. Answers what is left, or nothing if more bytes are needed.
    fn step<'b>(&mut self, bytes: &'b [u8]) -> Result<Option<&'b [u8]>, TraceError> {
        match self.stage {
            Stage::Opening => self.opening(bytes),
            Stage::Summary => self.item(bytes, |reader, summary: Summary| {
                reader.read.summary = summary;
                reader.stage = Stage::TransactionCount;
            }),
            Stage::TransactionCount => self.count(bytes, Stage::Transactions),
            Stage::Transactions if self.left == 0 => {
                self.stage = Stage::LocationCount;
                Ok(Some(bytes))
            }
            Stage::Transactions => self.item(bytes, |reader, info: TransactionInfo| {
                reader.left -= 1;
                reader.read.transactions.push(info);
            }),
            Stage::LocationCount => self.count(bytes, Stage::Locations),
            Stage::Locations if self.left == 0 => {
                self.stage = Stage::EventCount;
                Ok(Some(bytes))
            }
            Stage::Locations => self.item(bytes, |reader, info: LocationInfo| {
                reader.left -= 1;
                reader.read.locations.push(info);
            }),
            Stage::EventCount => self.item(bytes, |reader, events: u32| {
                reader.events = events;
                reader.stage = Stage::AccessCount;
            }),
            Stage::AccessCount => self.item(bytes, |reader, accesses: u32| {
                reader.accesses = accesses;
                reader.stage = Stage::HeadRest;
            }),
            Stage::HeadRest => self.head_rest(bytes),
            Stage::Events => self.events(bytes),
            Stage::Accesses => self.accesses(bytes),
            Stage::Whole => Ok(None),
        }
    }

    fn opening<'b>(&mut self, bytes: &'b [u8]) -> Result<Option<&'b [u8]>, TraceError> {
        let known = bytes.len().min(MAGIC.len());
        if bytes[..known] != MAGIC[..known] {
            return Err(TraceError::NotATrace);
        }
        let version = bytes.get(4..).and_then(<[u8]>::first_chunk);
        let Some(version) = version.copied().map(u16::from_le_bytes) else { return Ok(None) };
        if version != TRACE_VERSION {
            return Err(TraceError::UnknownVersion(version));
        }
        let length = bytes.get(6..).and_then(<[u8]>::first_chunk);
        let Some(length) = length.copied().map(u32::from_le_bytes) else { return Ok(None) };
        (self.head, self.head_left) = (u64::from(length), u64::from(length));
        if self.head_left + OPENING as u64 > self.total {
            return Err(CUT_OFF);
        }
        self.stage = Stage::Summary;
        Ok(bytes.get(OPENING..))
    }

    fn count<'b>(&mut self, bytes: &'b [u8], next: Stage) -> Result<Option<&'b [u8]>, TraceError> {
        self.item(bytes, |reader, count: u32| {
            reader.left = count;
            reader.stage = next;
        })
    }

    /// Reads one part of the header.
    fn item<'b, T: DeserializeOwned>(
        &mut self,
        bytes: &'b [u8],
        done: impl FnOnce(&mut Self, T),
    ) -> Result<Option<&'b [u8]>, TraceError> {
        let inside = usize::try_from(self.head_left).unwrap_or(usize::MAX).min(bytes.len());
        match postcard::take_from_bytes::<T>(&bytes[..inside]) {
            Ok((item, left)) => {
                let used = inside - left.len();
                self.head_left -= used as u64;
                done(self, item);
                Ok(bytes.get(used..))
            }
            Err(postcard::Error::DeserializeUnexpectedEnd) if (inside as u64) < self.head_left => {
                // Twice as many next time, so that nothing is tried too often.
                let left = usize::try_from(self.head_left).unwrap_or(usize::MAX);
                self.wanted = inside.saturating_mul(2).min(left);
                Ok(None)
            }
            Err(_) => Err(TraceError::Damaged("its header cannot be read")),
        }
    }

    fn head_rest<'b>(&mut self, bytes: &'b [u8]) -> Result<Option<&'b [u8]>, TraceError> {
        self.check_length()?;
        let skipped = usize::try_from(self.head_left).unwrap_or(usize::MAX).min(bytes.len());
        self.head_left -= skipped as u64;
        if self.head_left > 0 {
            return if skipped > 0 { Ok(bytes.get(skipped..)) } else { Ok(None) };
        }
        (self.left, self.stage) = (self.events, Stage::Events);
        Ok(bytes.get(skipped..))
    }

    /// Whether what the header promises is as long as what follows it. In 64 bits: on wasm32 a
    /// forged count could wrap around.
    fn check_length(&self) -> Result<(), TraceError> {
        let bytes_of = |count: u32, size: usize| u64::from(count) * size as u64;
        let records = bytes_of(self.events, EVENT_BYTES) + bytes_of(self.accesses, ACCESS_BYTES);
        let right = records == self.total - OPENING as u64 - self.head;
        if right { Ok(()) } else { Err(TraceError::Damaged("its length is wrong")) }
    }

    fn events<'b>(&mut self, bytes: &'b [u8]) -> Result<Option<&'b [u8]>, TraceError> {
        let (records, _) = bytes.as_chunks::<EVENT_BYTES>();
        let records = records.get(..self.left as usize).unwrap_or(records);
        let unknown = || TraceError::Damaged("an event has an unknown kind");
        for record in records {
            self.read.events.push(Event::decode(record).ok_or_else(unknown)?);
        }
        self.left -= records.len() as u32;
        if self.left == 0 {
            (self.left, self.stage) = (self.accesses, Stage::Accesses);
        } else if records.is_empty() {
            return Ok(None);
        }
        Ok(bytes.get(records.len() * EVENT_BYTES..))
    }

    fn accesses<'b>(&mut self, bytes: &'b [u8]) -> Result<Option<&'b [u8]>, TraceError> {
        let (records, _) = bytes.as_chunks::<ACCESS_BYTES>();
        let records = records.get(..self.left as usize).unwrap_or(records);
        let unknown = || TraceError::Damaged("a read or write is not one");
        for record in records {
            self.read.accesses.push(Access::decode(record).ok_or_else(unknown)?);
        }
        self.left -= records.len() as u32;
        if self.left == 0 {
            self.stage = Stage::Whole;
        } else if records.is_empty() {
            return Ok(None);
        }
        Ok(bytes.get(records.len() * ACCESS_BYTES..))
    }
}
