//! All versions of one location.

use std::sync::{Mutex, MutexGuard, PoisonError};

use lanescope_protocol::{TxIndex, Version};
use revm::primitives::U256;

use super::Content;
use super::location::Location;

/// One location: its value before the block, the versions written in the block, and who read it.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) location: Location,
    pub(super) base: U256,
    inside: Mutex<Inside>,
}

/// The part of a cell that changes.
#[derive(Debug, Default)]
pub(super) struct Inside {
    /// Sorted by transaction; at most one entry each.
    entries: Vec<Entry>,
    /// Transactions that read this location, sorted. Never shrinks: a false entry costs one
    /// superfluous validation, a missing one a missed abort.
    readers: Vec<TxIndex>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) version: Version,
    pub(super) content: Content,
    /// The incarnation was aborted; the next one will probably write here again.
    pub(super) estimate: bool,
}

/// What a reader finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing below the reader in this block.
    Base,
    /// The latest version below the reader, and the value it leads to.
    Value(Version, U256),
    /// The value depends on this transaction, which is about to run again.
    Estimate(TxIndex),
}

impl Cell {
    pub(super) fn new(location: Location, base: U256) -> Self {
        Self { location, base, inside: Mutex::default() }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    /// The latest version below `reader`: walks down over additions to the first whole value.
    pub(super) fn find(&self, reader: TxIndex, base: U256) -> Found {
        let below = self.entries.partition_point(|entry| entry.version.tx < reader);
        let mut added = U256::ZERO;
        let mut latest = None;
        for entry in self.entries[..below].iter().rev() {
            if entry.estimate {
                return Found::Estimate(entry.version.tx);
            }
            let version = *latest.get_or_insert(entry.version);
            match entry.content {
                Content::Value(value) => return Found::Value(version, value.wrapping_add(added)),
                Content::Add(amount) => added = added.wrapping_add(amount),
            }
        }
        latest.map_or(Found::Base, |version| Found::Value(version, base.wrapping_add(added)))
    }

    pub(super) fn note_reader(&mut self, reader: TxIndex) {
        // Readers mostly come in order.
        if self.readers.last().is_none_or(|last| *last < reader) {
            self.readers.push(reader);
        } else if let Err(at) = self.readers.binary_search(&reader) {
            self.readers.insert(at, reader);
        }
    }

    /// Sets the entry of a transaction. Answers whether what others read here has changed.
    pub(super) fn set(&mut self, version: Version, content: Content) -> bool {
        let entry = Entry { version, content, estimate: false };
        match self.entries.binary_search_by_key(&version.tx, |entry| entry.version.tx) {
            Ok(at) => {
                let old = core::mem::replace(&mut self.entries[at], entry);
                old.estimate || old.content != content
            }
            Err(at) => {
                self.entries.insert(at, entry);
                true
            }
        }
    }

    /// Takes back the entry of a transaction.
    pub(super) fn remove(&mut self, tx: TxIndex) {
        if let Ok(at) = self.entries.binary_search_by_key(&tx, |entry| entry.version.tx) {
            self.entries.remove(at);
        }
    }

    /// Marks the entry of a transaction as about to change.
    pub(super) fn mark_estimate(&mut self, tx: TxIndex) {
        if let Ok(at) = self.entries.binary_search_by_key(&tx, |entry| entry.version.tx) {
            self.entries[at].estimate = true;
        }
    }

    /// Adds to `into` every reader above `writer`.
    pub(super) fn readers_above(&self, writer: TxIndex, into: &mut Vec<TxIndex>) {
        let above = self.readers.partition_point(|reader| *reader <= writer);
        into.extend_from_slice(&self.readers[above..]);
    }
}
