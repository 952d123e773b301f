//! All versions of one storage slot.

use std::sync::atomic::Ordering;

use lanescope_protocol::{TxIndex, Version};
use revm::primitives::U256;
use smallvec::SmallVec;

use super::readers::Readers;
use crate::sync::{AtomicBool, Mutex, lock};

/// A slot: what the block's transactions wrote there, and who read it.
#[derive(Debug, Default)]
pub(crate) struct SlotCell {
    readers: Readers,
    /// Whether there was ever a version. Most slots are only read, and reading those needs no lock.
    written: AtomicBool,
    /// Sorted by transaction; at most one version each.
    versions: Mutex<SmallVec<[SlotVersion; 1]>>,
}

#[derive(Clone, Copy, Debug)]
struct SlotVersion {
    version: Version,
    value: U256,
    /// The incarnation was aborted; the next one will probably write here again.
    estimate: bool,
}

/// What a reader finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SlotFound {
    /// Nothing below the reader in this block.
    Base,
    /// The latest version below the reader.
    Value(Version, U256),
    /// That version is about to be written again.
    Estimate(Version),
}

impl SlotCell {
    /// Reads as `reader` and remembers that it did: whoever publishes afterwards sees this reader,
    /// whoever published before is seen by it.
    pub(crate) fn read(&self, reader: TxIndex) -> SlotFound {
        self.readers.note(reader);
        self.find(reader)
    }

    /// What `reader` would find now.
    pub(crate) fn find(&self, reader: TxIndex) -> SlotFound {
        if !self.written.load(Ordering::SeqCst) {
            return SlotFound::Base;
        }
        let versions = lock(&self.versions);
        match versions.iter().rev().find(|entry| entry.version.tx < reader) {
            None => SlotFound::Base,
            Some(entry) if entry.estimate => SlotFound::Estimate(entry.version),
            Some(entry) => SlotFound::Value(entry.version, entry.value),
        }
    }

    /// Sets a transaction's version. Answers whether a later transaction may have read something
    /// else.
    pub(super) fn publish(&self, version: Version, value: U256) -> bool {
        let mut versions = lock(&self.versions);
        // Later ones find it set; and whoever sees it set waits for the lock.
        if !self.written.load(Ordering::Relaxed) {
            self.written.store(true, Ordering::SeqCst);
        }
        let entry = SlotVersion { version, value, estimate: false };
        let at = versions.iter().rposition(|entry| entry.version.tx <= version.tx);
        let changed = match at {
            Some(at) if versions[at].version.tx == version.tx => {
                let old = core::mem::replace(&mut versions[at], entry);
                old.estimate || old.value != value
            }
            at => {
                versions.insert(at.map_or(0, |at| at + 1), entry);
                true
            }
        };
        drop(versions);
        changed && self.readers.any_after(version.tx)
    }

    /// Takes back a transaction's version. Answers whether a later one may have read it.
    pub(super) fn retract(&self, tx: TxIndex) -> bool {
        lock(&self.versions).retain(|entry| entry.version.tx != tx);
        self.readers.any_after(tx)
    }

    /// Marks a transaction's version as about to change. Answers whether a later one may have read
    /// it.
    pub(super) fn mark_estimate(&self, tx: TxIndex) -> bool {
        if let Some(entry) = lock(&self.versions).iter_mut().find(|entry| entry.version.tx == tx) {
            entry.estimate = true;
        }
        self.readers.any_after(tx)
    }
}
