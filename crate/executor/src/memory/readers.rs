//! Who has read a location.

use std::sync::atomic::Ordering;

use lanescope_protocol::TxIndex;

use crate::sync::AtomicU32;

const NOBODY: u32 = 0;
const MANY: u32 = u32::MAX;

/// The one transaction that has read a location, or that several have.
///
/// More would be exact but dear: every read of a popular contract would write to the same cache
/// line. With "many" a publisher looks through the read sets of all later transactions, which only
/// publishers to popular locations pay for.
#[derive(Debug, Default)]
pub(super) struct Readers(AtomicU32);

impl Readers {
    /// Registers a reader. It must look at the location afterwards, not before.
    pub(super) fn note(&self, reader: TxIndex) {
        let me = reader.0 + 1;
        let seen = self.0.load(Ordering::SeqCst);
        if seen == MANY || seen == me {
            return;
        }
        let first = seen == NOBODY
            && self.0.compare_exchange(NOBODY, me, Ordering::SeqCst, Ordering::SeqCst).is_ok();
        if !first {
            self.0.store(MANY, Ordering::SeqCst);
        }
    }

    /// Whether a transaction after this one may have read the location. The publisher must have
    /// written it before asking.
    pub(super) fn any_after(&self, writer: TxIndex) -> bool {
        self.0.load(Ordering::SeqCst) > writer.0 + 1
    }
}
