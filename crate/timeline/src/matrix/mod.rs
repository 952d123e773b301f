//! Who touches what: locations against transactions.

mod frame;
mod layout;
mod paint;
mod words;

use core::cmp::Reverse;

use lanescope_protocol::{Access, AccessKind, LocationId, TxIndex};

use crate::film::Film;

pub use frame::{Columns, MatrixFrame, MatrixHit};
pub use layout::{MatrixLayout, PlacedMark};
pub use paint::{MatrixLook, paint_matrix};

/// Locations (rows, the hottest first) against transactions (columns, in block order).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// How many transactions there are.
    pub columns: usize,
    /// Locations that more than one transaction touches, the hottest first.
    pub rows: Vec<MatrixRow>,
    /// The row of each location that has one.
    row_of: Vec<Option<u32>>,
    /// When signs come, in ticks, sorted.
    changes: Vec<u64>,
}

/// A location.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixRow {
    /// Which.
    pub location: LocationId,
    /// Whether any read of it came too early.
    pub is_hot: bool,
    /// Who touches it, by transaction; never empty.
    pub cells: Vec<MatrixCell>,
}

/// A transaction's touch of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatrixCell {
    /// The transaction.
    pub tx: TxIndex,
    /// When each sign is first true, in ticks; [`NEVER`] where it never is.
    times: [u64; 5],
}

const NEVER: u64 = u64::MAX;

/// The sign in a cell, from the least to the most important to see: where several fall together,
/// the greatest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// It only has to be large or small enough.
    Need,
    /// + added to without looking.
    Add,
    /// ○ read.
    Read,
    /// ● written.
    Write,
    /// ⊗ read too early.
    Stale,
}

impl Mark {
    const ALL: [Self; 5] = [Self::Need, Self::Add, Self::Read, Self::Write, Self::Stale];

    /// What an access shows, leaving aside whether it came too early.
    #[must_use]
    pub const fn of(kind: AccessKind) -> Self {
        match kind {
            AccessKind::Read => Self::Read,
            AccessKind::Write => Self::Write,
            AccessKind::Add => Self::Add,
            AccessKind::AtLeast | AccessKind::Below => Self::Need,
        }
    }
}

impl MatrixCell {
    const fn new(tx: TxIndex) -> Self {
        Self { tx, times: [NEVER; 5] }
    }

    fn meet(&mut self, mark: Mark, at: u64) {
        let time = &mut self.times[mark as usize];
        *time = at.min(*time);
    }

    /// When a sign is first true, in ticks, if ever.
    #[must_use]
    pub const fn time_of(&self, mark: Mark) -> Option<u64> {
        match self.times[mark as usize] {
            NEVER => None,
            at => Some(at),
        }
    }

    /// The sign at `time` (ticks), once there is one.
    #[must_use]
    pub fn mark_at(&self, time: f64) -> Option<Mark> {
        let reached = |mark: &Mark| self.time_of(*mark).is_some_and(|at| at as f64 <= time);
        Mark::ALL.into_iter().rev().find(reached)
    }

    /// The most important sign it ever has.
    #[must_use]
    pub fn mark(&self) -> Mark {
        self.mark_at(f64::INFINITY).unwrap_or(Mark::Need)
    }
}

impl MatrixRow {
    /// The cell of a transaction.
    #[must_use]
    pub fn cell(&self, tx: TxIndex) -> Option<&MatrixCell> {
        let at = self.cells.binary_search_by_key(&tx, |cell| cell.tx).ok()?;
        self.cells.get(at)
    }

    /// The cell nearest to a transaction.
    #[must_use]
    pub fn nearest(&self, tx: TxIndex) -> Option<&MatrixCell> {
        let after = self.cells.partition_point(|cell| cell.tx < tx);
        let around = [after.checked_sub(1), Some(after)];
        let cells = around.into_iter().flatten().filter_map(|at| self.cells.get(at));
        cells.min_by_key(|cell| cell.tx.0.abs_diff(tx.0))
    }
}

impl Matrix {
    pub(crate) fn of(film: &Film) -> Self {
        let hot = film.hottest();
        let mut rows: Vec<MatrixRow> = Vec::with_capacity(hot.len());
        let mut row_of = vec![None; film.locations.len()];
        for place in hot {
            let cells = cells(film, place.location);
            if cells.is_empty() {
                continue;
            }
            if let Some(row) = row_of.get_mut(place.location.get()) {
                *row = Some(rows.len() as u32);
            }
            rows.push(MatrixRow { location: place.location, is_hot: place.stale_reads > 0, cells });
        }
        // What several only read or only add to orders nobody, and comes last.
        let mut calm: Vec<MatrixRow> = (0u32..)
            .map(LocationId)
            .take(film.locations.len())
            .filter(|place| row_of.get(place.get()).is_some_and(Option::is_none))
            .map(|location| MatrixRow { location, is_hot: false, cells: cells(film, location) })
            .filter(|row| row.cells.len() > 1)
            .collect();
        calm.sort_by_key(|row| Reverse(row.cells.len()));
        for row in calm {
            if let Some(known) = row_of.get_mut(row.location.get()) {
                *known = Some(rows.len() as u32);
            }
            rows.push(row);
        }
        let times = rows.iter().flat_map(|row| &row.cells).flat_map(|cell| cell.times);
        let mut changes: Vec<u64> = times.filter(|time| *time != NEVER).collect();
        changes.sort_unstable();
        Self { columns: film.transaction_count(), rows, row_of, changes }
    }

    /// The row of a location.
    #[must_use]
    pub fn row_of(&self, place: LocationId) -> Option<usize> {
        self.row_of.get(place.get()).copied().flatten().map(|row| row as usize)
    }

    /// How many signs have come by `time` (ticks): while this stays, the picture stays.
    #[must_use]
    pub fn marks_by(&self, time: f64) -> usize {
        self.changes.partition_point(|at| *at as f64 <= time)
    }
}

fn cells(film: &Film, place: LocationId) -> Vec<MatrixCell> {
    let mut cells: Vec<MatrixCell> = Vec::new();
    // A damaged trace may name transactions that there are not.
    let known = |access: &&Access| access.by.tx.get() < film.transaction_count();
    for access in film.touches(place).filter(known) {
        let tx = access.by.tx;
        // Reads and writes come in block order, so the last cell is the one, or there is none.
        if cells.last().is_none_or(|cell| cell.tx != tx) {
            cells.push(MatrixCell::new(tx));
        }
        let Some(cell) = cells.last_mut() else { continue };
        cell.meet(Mark::of(access.kind), access.time);
        if access.stale {
            cell.meet(Mark::Stale, found_stale(film, access));
        }
    }
    cells
}

/// When a read was found to have come too early, in ticks.
fn found_stale(film: &Film, access: &Access) -> u64 {
    let bar = film.bar_of(access.by).and_then(|id| film.bar(id));
    bar.and_then(|bar| bar.abort).map_or(access.time, |abort| abort.at)
}
