//! The matrix in words.

use lanescope_protocol::{Access, AccessKind, LocationId, TxIndex};

use super::{Mark, Matrix};
use crate::film::Film;
use crate::format;

impl Film {
    /// What a transaction did to a location by `time` (ticks): `T4 read Pool A.reserve0 before T2
    /// wrote it`.
    #[must_use]
    pub fn touch_words(&self, matrix: &Matrix, row: usize, tx: TxIndex, time: f64) -> String {
        let Some(row) = matrix.rows.get(row) else { return String::new() };
        let name = self.location_name(row.location);
        let Some(cell) = row.cell(tx) else { return format!("{tx} does not touch {name}") };
        let reached = |mark| cell.time_of(mark).is_some_and(|at| at as f64 <= time);
        match cell.mark_at(time) {
            None => format!("{tx} has not yet touched {name}"),
            Some(Mark::Stale) => self.stale_words(row.location, tx),
            Some(Mark::Write) if reached(Mark::Read) => format!("{tx} reads and writes {name}"),
            Some(Mark::Write) => format!("{tx} writes {name}"),
            Some(Mark::Read) => {
                format!("{tx} reads {name}{}", self.seen_words(row.location, tx, time))
            }
            Some(Mark::Add) => format!("{tx} adds to {name} without looking"),
            Some(Mark::Need) => format!("{tx} only needs {name} to be within a bound"),
        }
    }

    fn stale_words(&self, place: LocationId, tx: TxIndex) -> String {
        let name = self.location_name(place);
        let found = self.touches_by(place, tx).find(|access| access.stale);
        let blamed = found.and_then(|access| {
            let abort = self.bar(self.bar_of(access.by)?)?.abort?;
            abort.by.filter(|_| abort.location == Some(place))
        });
        let writer = blamed.or_else(|| found.and_then(|access| access.now));
        match writer.filter(|writer| writer.tx != tx) {
            Some(writer) => format!("{tx} read {name} before {} wrote it", writer.tx),
            None => format!("{tx} read {name} too early"),
        }
    }

    /// Whose value the last read saw.
    fn seen_words(&self, place: LocationId, tx: TxIndex, time: f64) -> String {
        let read = |access: &&Access| access.kind == AccessKind::Read && access.time as f64 <= time;
        match self.touches_by(place, tx).filter(read).last().map(|access| access.saw) {
            Some(Some(writer)) => format!(" as {} left it", writer.tx),
            Some(None) => " as it was before the block".to_owned(),
            None => String::new(),
        }
    }

    /// A row in words: `Pool A.reserve0: 3 transactions, 2 read it too early`.
    #[must_use]
    pub fn row_words(&self, matrix: &Matrix, row: usize) -> String {
        let Some(row) = matrix.rows.get(row) else { return String::new() };
        let stale = row.cells.iter().filter(|cell| cell.time_of(Mark::Stale).is_some()).count();
        let all = format::count(row.cells.len(), "transaction");
        let name = self.location_name(row.location);
        match stale {
            0 => format!("{name}: {all}"),
            _ => format!("{name}: {all}, {stale} read it too early"),
        }
    }
}
