//! From matrix, frame and time to signs on screen.

use lanescope_protocol::TxIndex;

use super::{Mark, Matrix, MatrixCell, MatrixFrame};
use crate::focus::Focus;

/// Everything that is on screen at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixLayout {
    /// The plan.
    pub frame: MatrixFrame,
    /// Rows on screen: which, and from where to where its line goes, where it has more than one
    /// version.
    pub rows: Vec<(usize, Option<[f64; 2]>)>,
    /// Signs, by row and transaction.
    pub marks: Vec<PlacedMark>,
    /// Numbers above the columns.
    pub labels: Vec<(TxIndex, f64)>,
}

/// A sign on screen. It stands for one cell, or for several whose columns share it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlacedMark {
    /// The row.
    pub row: usize,
    /// The first column that it stands for.
    pub first: TxIndex,
    /// The last column that it stands for.
    pub last: TxIndex,
    /// Its middle.
    pub at: [f64; 2],
    /// Its width.
    pub size: f64,
    /// The most important sign of its cells; `None`: all of them are still to come.
    pub mark: Option<Mark>,
    /// Whether a search left all of its transactions out.
    pub dimmed: bool,
}

impl MatrixLayout {
    /// Lays out the matrix as it stands at `time` (ticks).
    #[must_use]
    pub fn new(matrix: &Matrix, frame: MatrixFrame, time: f64, focus: &Focus) -> Self {
        let mut layout =
            Self { frame, rows: Vec::new(), marks: Vec::new(), labels: labels(&frame) };
        for at in frame.rows(matrix.rows.len()) {
            let Some(row) = matrix.rows.get(at) else { continue };
            let ends = row.cells.first().zip(row.cells.last());
            let line = ends
                .filter(|(first, last)| first.tx != last.tx)
                .map(|(first, last)| [frame.x(first.tx), frame.x(last.tx)]);
            layout.rows.push((at, line));
            layout.place(at, &row.cells, time, focus);
        }
        layout
    }

    fn place(&mut self, row: usize, cells: &[MatrixCell], time: f64, focus: &Focus) {
        let frame = self.frame;
        let group = frame.group();
        let shown = frame.transactions();
        // Groups begin at multiples, so that signs do not jump while the view moves.
        let from = shown.start / group * group;
        let first = cells.partition_point(|cell| cell.tx.get() < from);
        let size = (13.0 * frame.scale).min(frame.column * group as f64 - 1.0).max(3.0);
        let begin = self.marks.len();
        for cell in cells.iter().skip(first).take_while(|cell| cell.tx.get() < shown.end) {
            let (mark, dimmed) = (cell.mark_at(time), focus.dims_tx(cell.tx));
            let at = cell.tx.get() / group;
            let last = self.marks.get_mut(begin..).and_then(<[PlacedMark]>::last_mut);
            if let Some(last) = last.filter(|last| last.first.get() / group == at) {
                last.last = cell.tx;
                last.mark = last.mark.max(mark);
                last.dimmed &= dimmed;
                continue;
            }
            let x = frame.x(TxIndex((at * group) as u32)) + (group - 1) as f64 * frame.column / 2.0;
            let place = [x, frame.y(row)];
            let (first, last) = (cell.tx, cell.tx);
            self.marks.push(PlacedMark { row, first, last, at: place, size, mark, dimmed });
        }
    }
}

/// Every column where there is room, else each second, fifth, tenth…
fn labels(frame: &MatrixFrame) -> Vec<(TxIndex, f64)> {
    let digits = frame.count.to_string().len() as f64;
    let room = (digits + 1.0) * 7.4 * frame.scale + 8.0 * frame.scale;
    let mut step = 1usize;
    for (times, part) in [(2, 1), (5, 2), (2, 1)].into_iter().cycle() {
        if step as f64 * frame.column >= room || step > frame.count {
            break;
        }
        step = step * times / part;
    }
    let numbered = |tx: &usize| step == 1 || (tx + 1).is_multiple_of(step);
    frame
        .transactions()
        .filter(numbered)
        .map(|tx| TxIndex(tx as u32))
        .map(|tx| (tx, frame.x(tx)))
        .filter(|(_, x)| (frame.plot.x..=frame.plot.right()).contains(x))
        .collect()
}
