//! Who touches what: locations against transactions.

use lanescope_protocol::{AccessKind, LocationId, TxIndex};

use crate::film::Film;

/// Locations (rows, the hottest first) against transactions (columns, in block order).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// Transactions, in block order.
    pub columns: Vec<TxIndex>,
    /// Locations that more than one transaction touches, the hottest first.
    pub rows: Vec<MatrixRow>,
    /// Locations that found no room.
    pub left_out: usize,
}

/// A location.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixRow {
    /// Which.
    pub location: LocationId,
    /// Its name.
    pub name: String,
    /// Whether any read of it came too early.
    pub is_hot: bool,
    /// Who touches it, by transaction.
    pub cells: Vec<MatrixCell>,
}

/// A transaction's touch of a location. Times are ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MatrixCell {
    /// The transaction.
    pub tx: TxIndex,
    /// When it first read it.
    pub read: Option<u64>,
    /// When it first wrote it.
    pub written: Option<u64>,
    /// When a read of it was found to have come too early.
    pub stale: Option<u64>,
}

/// The sign in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mark {
    /// ○ read.
    Read,
    /// ● written.
    Write,
    /// ⊗ read too early.
    Stale,
}

impl MatrixCell {
    /// The sign at `time` (ticks), once there is one.
    #[must_use]
    pub fn mark_at(&self, time: f64) -> Option<Mark> {
        let reached = |at: u64| at as f64 <= time;
        match (self.stale, self.written, self.read) {
            (Some(at), ..) if reached(at) => Some(Mark::Stale),
            (_, Some(at), _) if reached(at) => Some(Mark::Write),
            (_, _, Some(at)) if reached(at) => Some(Mark::Read),
            _ => None,
        }
    }

    /// The most important sign it ever has.
    #[must_use]
    pub const fn mark(&self) -> Mark {
        match (self.stale, self.written) {
            (Some(_), _) => Mark::Stale,
            (None, Some(_)) => Mark::Write,
            (None, None) => Mark::Read,
        }
    }
}

impl Film {
    /// At most `limit` rows. Empty while reads and writes are unknown.
    #[must_use]
    pub fn matrix(&self, limit: usize) -> Matrix {
        let hot = &self.measures().hot;
        let left_out = hot.len().saturating_sub(limit);
        let mut cells: Vec<Option<Vec<MatrixCell>>> = vec![None; self.locations.len()];
        for place in hot.iter().take(limit) {
            if let Some(row) = cells.get_mut(place.location.get()) {
                *row = Some(Vec::new());
            }
        }
        for access in &self.accesses {
            let Some(Some(row)) = cells.get_mut(access.location.get()) else { continue };
            let tx = access.by.tx;
            // Reads and writes come in block order, so a row's last cell is the one, or there is none.
            if row.last().is_none_or(|cell| cell.tx != tx) {
                row.push(MatrixCell { tx, ..MatrixCell::default() });
            }
            let Some(cell) = row.last_mut() else { continue };
            let earliest =
                |known: Option<u64>| Some(known.map_or(access.time, |at| at.min(access.time)));
            match access.kind {
                AccessKind::Read => cell.read = earliest(cell.read),
                AccessKind::Write => cell.written = earliest(cell.written),
                // Whoever merely adds, or needs a bound, orders nobody.
                AccessKind::Add | AccessKind::AtLeast | AccessKind::Below => {}
            }
            if access.stale {
                let found =
                    self.bar_of(access.by).and_then(|id| self.bar(id)).and_then(|bar| bar.abort);
                let at = found.map_or(access.time, |abort| abort.at);
                cell.stale = Some(cell.stale.map_or(at, |known| known.min(at)));
            }
        }
        let rows = hot.iter().take(limit).map(|place| MatrixRow {
            location: place.location,
            is_hot: place.stale_reads > 0,
            name: place.name.clone(),
            cells: cells
                .get_mut(place.location.get())
                .and_then(Option::take)
                .unwrap_or_default()
                .into_iter()
                .filter(|cell| cell.read.is_some() || cell.written.is_some())
                .collect(),
        });
        let columns = (0..self.transaction_count()).map(|tx| TxIndex(tx as u32)).collect();
        Matrix { columns, rows: rows.collect(), left_out }
    }
}
