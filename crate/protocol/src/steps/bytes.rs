//! The byte form of steps: numbers of seven bits to a byte, words without their leading zeros.

use super::{DAMAGED, PLACES, Spot};
use crate::event::Status;
use crate::trace::TraceError;

/// Stands for an end that has not come.
const NO_END: u8 = 4;

#[derive(Debug, Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn done(self) -> Vec<u8> {
        self.0
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.0.push(number as u8 | 0x80);
            number >>= 7;
        }
        self.0.push(number as u8);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.raw(bytes);
    }

    pub(super) fn word(&mut self, word: &[u8; 32]) {
        let zeros = word.iter().take_while(|byte| **byte == 0).count();
        self.bytes(&word[zeros..]);
    }

    pub(super) fn spot(&mut self, spot: &Spot) {
        let kind = PLACES.iter().position(|kind| *kind == spot.kind).unwrap_or_default();
        self.byte(kind as u8);
        self.raw(&spot.address);
        self.word(&spot.key);
    }

    pub(super) fn status(&mut self, status: Option<Status>) {
        self.byte(status.map_or(NO_END, |status| status as u8));
    }
}

/// Reads what a [`Writer`] wrote; anything else is an error, never a panic.
#[derive(Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> Result<u8, TraceError> {
        let (first, rest) = self.0.split_first().ok_or(DAMAGED)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], TraceError> {
        let (first, rest) = self.0.split_first_chunk().ok_or(DAMAGED)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(super) fn number(&mut self) -> Result<u64, TraceError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(DAMAGED)
    }

    pub(super) fn small(&mut self) -> Result<u32, TraceError> {
        u32::try_from(self.number()?).map_err(|_| DAMAGED)
    }

    /// How many things follow; each takes at least a byte, so a forged count cannot ask for more
    /// than there is.
    pub(super) fn count(&mut self) -> Result<usize, TraceError> {
        let count = self.number()?;
        if count > self.0.len() as u64 { Err(DAMAGED) } else { Ok(count as usize) }
    }

    pub(super) fn bytes(&mut self) -> Result<&'a [u8], TraceError> {
        let count = self.count()?;
        let (first, rest) = self.0.split_at_checked(count).ok_or(DAMAGED)?;
        self.0 = rest;
        Ok(first)
    }

    pub(super) fn word(&mut self) -> Result<[u8; 32], TraceError> {
        let bytes = self.bytes()?;
        let mut word = [0; 32];
        let from = word.len().checked_sub(bytes.len()).ok_or(DAMAGED)?;
        word[from..].copy_from_slice(bytes);
        Ok(word)
    }

    pub(super) fn spot(&mut self) -> Result<Spot, TraceError> {
        let kind = *PLACES.get(usize::from(self.byte()?)).ok_or(DAMAGED)?;
        Ok(Spot { kind, address: self.array()?, key: self.word()? })
    }

    pub(super) fn status(&mut self) -> Result<Option<Status>, TraceError> {
        match self.byte()? {
            NO_END => Ok(None),
            code if code < NO_END => Ok(Some(Status::from_code(code))),
            _ => Err(DAMAGED),
        }
    }
}
