//! Where transactions get into each other's way.

use core::cmp::Reverse;

use lanescope_protocol::{AccessKind, EventKind, LocationId, TxIndex, WaitReason};

use crate::film::Film;

/// A location that several transactions touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotLocation {
    /// Which.
    pub location: LocationId,
    /// Its name.
    pub name: String,
    /// Reads of it that came too early.
    pub stale_reads: usize,
    /// Executions thrown away because of it.
    pub aborts: usize,
    /// Waits of lanes for its lock.
    pub lock_waits: usize,
    /// Times that a cap on it let a transaction wait for the next block, or never run.
    pub deferrals: usize,
    /// Transactions that write it.
    pub writers: usize,
    /// Transactions that read it.
    pub readers: usize,
}

impl HotLocation {
    /// How often it made somebody's work void, or somebody wait. Most aborts are found by a stale
    /// read, so of the two the greater number counts.
    #[must_use]
    pub fn conflicts(&self) -> usize {
        self.stale_reads.max(self.aborts) + self.lock_waits + self.deferrals
    }
}

impl Film {
    /// Locations that at least two transactions touch and at least one writes, or that somebody was
    /// aborted at or waited for; the hottest first: by conflicts, then by writers, then by readers.
    #[must_use]
    pub fn hot_locations(&self) -> Vec<HotLocation> {
        let mut touched = vec![Touched::default(); self.locations.len()];
        self.count_accesses(&mut touched);
        self.count_incidents(&mut touched);
        let mut hot: Vec<_> = (0u32..)
            .map(LocationId)
            .zip(touched)
            .filter(|(_, touch)| touch.is_hot())
            .map(|(location, touch)| HotLocation {
                location,
                name: self.location_name(location).to_owned(),
                stale_reads: touch.stale,
                aborts: touch.aborts,
                lock_waits: touch.lock_waits,
                deferrals: touch.deferrals,
                writers: touch.writers.count,
                readers: touch.readers.count,
            })
            .collect();
        hot.sort_by_key(|place| Reverse((place.conflicts(), place.writers, place.readers)));
        hot
    }

    fn count_accesses(&self, touched: &mut [Touched]) {
        for access in &self.accesses {
            let Some(touch) = touched.get_mut(access.location.get()) else { continue };
            let tx = access.by.tx;
            match access.kind {
                AccessKind::Read => {
                    touch.stale += usize::from(access.stale);
                    touch.readers.meet(tx);
                }
                AccessKind::Write => touch.writers.meet(tx),
                // Amounts that are added without looking never conflict.
                AccessKind::Add | AccessKind::AtLeast | AccessKind::Below => continue,
            }
            touch.all.meet(tx);
        }
    }

    fn count_incidents(&self, touched: &mut [Touched]) {
        let mut at = |id: Option<LocationId>, count: fn(&mut Touched) -> &mut usize| {
            if let Some(touch) = id.and_then(|id| touched.get_mut(id.get())) {
                *count(touch) += 1;
            }
        };
        for bar in self.bars() {
            at(bar.abort.and_then(|abort| abort.location), |touch| &mut touch.aborts);
        }
        let waits = self.assembly.lanes.iter().flat_map(|track| &track.waits);
        for wait in waits.filter(|wait| wait.reason == WaitReason::Lock) {
            at(wait.location, |touch| &mut touch.lock_waits);
        }
        let notes = self.assembly.histories.iter().flat_map(|history| &history.notes);
        let capped = |kind| matches!(kind, EventKind::Deferred | EventKind::Dropped);
        for note in notes.filter(|note| capped(note.kind)) {
            at(note.location, |touch| &mut touch.deferrals);
        }
    }
}

/// Who touches a location.
#[derive(Clone, Copy, Default)]
struct Touched {
    stale: usize,
    aborts: usize,
    lock_waits: usize,
    deferrals: usize,
    writers: Distinct,
    readers: Distinct,
    all: Distinct,
}

impl Touched {
    const fn is_hot(&self) -> bool {
        let contended = self.aborts + self.lock_waits + self.deferrals > 0;
        contended || (self.writers.count > 0 && self.all.count > 1)
    }
}

/// Counts transactions that come in block order, as reads and writes do.
#[derive(Clone, Copy, Default)]
struct Distinct {
    last: Option<TxIndex>,
    count: usize,
}

impl Distinct {
    fn meet(&mut self, tx: TxIndex) {
        self.count += usize::from(self.last != Some(tx));
        self.last = Some(tx);
    }
}
