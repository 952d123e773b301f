//! Counters of the slow paths: how often a thread had to ask for something that all threads share.
//! The fast paths count nothing.

use core::sync::atomic::{AtomicU32, Ordering};

/// Totals since the start. They wrap around.
pub(super) struct Counters {
    pub(super) depot: AtomicU32,
    pub(super) naps: AtomicU32,
    pub(super) chunks: AtomicU32,
    pub(super) large: AtomicU32,
}

pub(super) static COUNTERS: Counters = Counters {
    depot: AtomicU32::new(0),
    naps: AtomicU32::new(0),
    chunks: AtomicU32::new(0),
    large: AtomicU32::new(0),
};

pub(super) fn add(counter: &AtomicU32, amount: u32) {
    counter.fetch_add(amount, Ordering::Relaxed);
}

/// How often a thread had to leave its own free lists, since the start. The numbers wrap around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// Magazines taken from the shared depot, put there, or looked for in vain.
    pub depot: u32,
    /// Waits for another thread that held a lock of the depot for long.
    pub naps: u32,
    /// Chunks of small blocks fetched from the system's allocator.
    pub chunks: u32,
    /// Calls passed on to the system's allocator, because the request was too large or aligned too
    /// strictly.
    pub large: u32,
}

/// The totals at this moment.
#[must_use]
pub fn counts() -> Counts {
    let read = |counter: &AtomicU32| counter.load(Ordering::Relaxed);
    Counts {
        depot: read(&COUNTERS.depot),
        naps: read(&COUNTERS.naps),
        chunks: read(&COUNTERS.chunks),
        large: read(&COUNTERS.large),
    }
}
