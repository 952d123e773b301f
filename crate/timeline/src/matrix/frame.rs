//! Where rows and columns are on screen. CSS pixels.

use lanescope_protocol::TxIndex;

use super::Matrix;
use crate::frame::Rect;

/// Which columns are on screen: a part of all transactions, as fractions of columns.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Columns {
    from: f64,
    span: f64,
    all: f64,
}

/// Fewest columns on screen.
const FEWEST: f64 = 8.0;

impl Columns {
    /// All of them.
    #[must_use]
    pub fn fit(all: usize) -> Self {
        let all = all.max(1) as f64;
        Self { from: 0.0, span: all, all }
    }

    /// The first on screen, a fraction.
    #[must_use]
    pub const fn from(&self) -> f64 {
        self.from
    }

    /// How many are on screen.
    #[must_use]
    pub const fn span(&self) -> f64 {
        self.span
    }

    /// Whether all are on screen.
    #[must_use]
    pub fn is_fit(&self) -> bool {
        self.span >= self.all * 0.999
    }

    /// Shows `factor` times as many (below 1: zooms in), keeping `at` where it is.
    #[must_use]
    pub fn zoom(&self, at: f64, factor: f64) -> Self {
        let factor = if factor.is_finite() && factor > 0.0 { factor } else { 1.0 };
        let span = (self.span * factor).clamp(FEWEST.min(self.all), self.all);
        let share = ((at - self.from) / self.span).clamp(0.0, 1.0);
        Self { from: self.from + share * (self.span - span), span, ..*self }.inside()
    }

    /// Moves by so many columns, later if positive.
    #[must_use]
    pub fn pan(&self, by: f64) -> Self {
        let by = if by.is_finite() { by } else { 0.0 };
        Self { from: self.from + by, ..*self }.inside()
    }

    /// Moves as little as needed to have a column on screen.
    #[must_use]
    pub fn reveal(&self, tx: TxIndex) -> Self {
        let at = f64::from(tx.0);
        if at < self.from {
            self.pan(at - self.from - self.span * 0.1)
        } else if at + 1.0 > self.from + self.span {
            self.pan(at + 1.0 - self.from - self.span * 0.9)
        } else {
            *self
        }
    }

    fn inside(self) -> Self {
        let span = self.span.clamp(FEWEST.min(self.all), self.all);
        Self { from: self.from.clamp(0.0, self.all - span), span, ..self }
    }
}

/// The plan of the matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MatrixFrame {
    /// Width of the view.
    pub width: f64,
    /// Height of the view.
    pub height: f64,
    /// Size of type and strokes.
    pub scale: f64,
    /// Where cells are drawn: right of the names, below the numbers.
    pub plot: Rect,
    /// Columns on screen.
    pub columns: Columns,
    /// How many columns there are.
    pub count: usize,
    /// From one column to the next.
    pub column: f64,
    /// From one row to the next.
    pub row: f64,
    /// How far the rows are scrolled.
    pub scroll: f64,
}

/// What is at a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatrixHit {
    /// The row, unless it is above all rows.
    pub row: Option<usize>,
    /// The transaction, unless it is left of all columns.
    pub tx: Option<TxIndex>,
    /// Whether the transaction touches the row's location.
    pub touches: bool,
}

const ROW: f64 = 24.0;
const HEAD: f64 = 26.0;
const COLUMN_MAX: f64 = 56.0;
const GUTTER_MAX: f64 = 248.0;
const MARGIN: f64 = 12.0;

impl MatrixFrame {
    /// Plans a view of `width` × `height` CSS pixels. `names` is how wide the widest name is.
    #[must_use]
    pub fn new(
        (width, height): (f64, f64),
        scale: f64,
        names: f64,
        columns: Columns,
        count: usize,
        scroll: f64,
    ) -> Self {
        let scale = if scale.is_finite() { scale.clamp(0.5, 4.0) } else { 1.0 };
        let gutter = (names + MARGIN * scale).min(GUTTER_MAX * scale).min(width * 0.4).max(24.0);
        let plot = Rect {
            x: gutter,
            y: HEAD * scale,
            w: (width - gutter - 4.0).max(1.0),
            h: (height - HEAD * scale).max(1.0),
        };
        let column = (plot.w / columns.span()).min(COLUMN_MAX * scale);
        let plot = Rect { w: (column * columns.span()).max(1.0), ..plot };
        let scroll = if scroll.is_finite() { scroll.max(0.0) } else { 0.0 };
        Self { width, height, scale, plot, columns, count, column, row: ROW * scale, scroll }
    }

    /// Height of so many rows with what stands above them.
    #[must_use]
    pub fn height_of(rows: usize, scale: f64) -> f64 {
        (HEAD + ROW * rows as f64 + 2.0) * scale
    }

    /// The middle of a column.
    #[must_use]
    pub fn x(&self, tx: TxIndex) -> f64 {
        self.plot.x + (f64::from(tx.0) + 0.5 - self.columns.from()) * self.column
    }

    /// The middle of a row.
    #[must_use]
    pub fn y(&self, row: usize) -> f64 {
        self.plot.y + (row as f64 + 0.5) * self.row - self.scroll
    }

    /// Rows that are at least partly on screen, of `rows`.
    #[must_use]
    pub fn rows(&self, rows: usize) -> core::ops::Range<usize> {
        let first = (self.scroll / self.row).floor() as usize;
        let last = ((self.scroll + self.plot.h) / self.row).ceil() as usize;
        first.min(rows)..last.min(rows)
    }

    /// Transactions that are at least partly on screen.
    #[must_use]
    pub fn transactions(&self) -> core::ops::Range<usize> {
        let first = self.columns.from().floor() as usize;
        let last = (self.columns.from() + self.columns.span()).ceil() as usize;
        first.min(self.count)..last.min(self.count)
    }

    /// How many columns share a sign: 1 where a sign has room in a column.
    #[must_use]
    pub fn group(&self) -> usize {
        const APART: f64 = 6.5;
        (APART * self.scale / self.column.max(1e-9)).ceil().clamp(1.0, self.count.max(1) as f64)
            as usize
    }

    /// How far one has to scroll so that a row is in view.
    #[must_use]
    pub fn scroll_to(&self, row: usize) -> f64 {
        let (top, bottom) = (row as f64 * self.row, (row as f64 + 1.0) * self.row);
        if top < self.scroll {
            top
        } else if bottom > self.scroll + self.plot.h {
            bottom - self.plot.h
        } else {
            self.scroll
        }
    }

    /// What is at a pixel. Where columns share a sign, the cell that the sign stands for.
    #[must_use]
    pub fn hit(&self, matrix: &Matrix, time: f64, x: f64, y: f64) -> Option<MatrixHit> {
        let row = ((y - self.plot.y + self.scroll) / self.row).floor();
        let row = (y >= self.plot.y && row < matrix.rows.len() as f64).then_some(row as usize);
        let column = self.columns.from() + (x - self.plot.x) / self.column;
        let inside = x >= self.plot.x && column < self.count as f64;
        let tx = inside.then_some(TxIndex(column.max(0.0) as u32));
        if (y >= self.plot.y && row.is_none())
            || (tx.is_none() && (x >= self.plot.x || row.is_none()))
        {
            return None;
        }
        let (Some(at), Some(tx)) = (row, tx) else {
            return Some(MatrixHit { row, tx, touches: false });
        };
        let group = self.group();
        let first = tx.get() / group * group;
        let cells = matrix.rows.get(at).map_or(&[][..], |row| &row.cells);
        let from = cells.partition_point(|cell| cell.tx.get() < first);
        let shared = cells.iter().skip(from).take_while(|cell| cell.tx.get() < first + group);
        let strongest = shared
            .max_by_key(|cell| (cell.mark_at(time), core::cmp::Reverse(cell.tx.0.abs_diff(tx.0))));
        let tx = strongest.map_or(tx, |cell| cell.tx);
        Some(MatrixHit { row, tx: Some(tx), touches: strongest.is_some() })
    }
}
