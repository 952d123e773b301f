//! Bars of a lane, and cells where they are denser than pixels. Cells are made of the largest
//! blocks that fit, so that a frame costs about as much as it has pixels. The cells are those that
//! looking at every bar gives; all comparisons are in whole ticks, so that they are so exactly.

use lanescope_protocol::Lane;

use super::{APART, Cell, Layout, PlacedBar};
use crate::bar::BarState;
use crate::columns::Columns;
use crate::film::Film;
use crate::frame::Rect;
use crate::pyramid::{Block, Shown};

/// Bars stand apart in a cell by no more than this, in pixels.
const JOINED: f64 = 1.0;

impl Layout {
    /// Places the bars of a lane. Without `blocks` it looks at every bar in view.
    pub(super) fn place_bars(&mut self, film: &Film, lane: Lane, blocks: bool) {
        let Some(track) = film.assembly.lanes.get(lane.get()) else { return };
        let (columns, playhead) = (&track.columns, self.playhead);
        let view = self.frame.view;
        let per_tick = self.frame.plot.w / view.span();
        let mut merging = Merging {
            columns,
            playhead,
            apart: APART / per_tick,
            joined: JOINED / per_tick,
            pending: None,
        };
        let finish = |cell: Pending| cell.finish(lane, &self.frame, per_tick);
        let range = columns.within(view.from(), view.to().min(playhead));
        let mut at = range.start;
        while at < range.end {
            if blocks && let Some(bars) = merging.take_block(at, range.end) {
                at += bars.count;
                self.cells.extend(bars.full.map(finish));
                continue;
            }
            let (start, end) = (columns.starts[at], columns.ends[at]);
            if end - start < merging.apart {
                self.cells.extend(merging.take_bar(at).map(finish));
            } else if let Some(id) = track.bars.get(at).copied() {
                self.cells.extend(merging.pending.take().map(finish));
                let state = columns.state_at(at, playhead);
                let now = end.min(playhead).max(start);
                let rect = self.frame.span(lane, start, now);
                let whole = self.frame.span(lane, start, end);
                let rest = Rect { x: rect.right(), w: whole.w - rect.w, ..rect };
                let rest = (rest.w > 0.5).then_some(rest);
                self.bars.push(PlacedBar { id, rect, rest, state });
            }
            at += 1;
        }
        self.cells.extend(merging.pending.map(finish));
    }
}

/// Makes cells of bars, from left to right. Lengths are ticks.
struct Merging<'a> {
    columns: &'a Columns,
    playhead: f64,
    apart: f64,
    joined: f64,
    pending: Option<Pending>,
}

/// A block that was taken as a whole.
struct Taken {
    count: usize,
    /// The cell that is full by this.
    full: Option<Pending>,
}

impl Merging<'_> {
    /// Takes the largest block that begins at `at` if it fits into one cell as a whole.
    fn take_block(&mut self, at: usize, end: usize) -> Option<Taken> {
        // A bar belongs to the cell before it where that has room, so a block begins a new cell
        // only if its first bar does.
        let now = self.columns.ends[at].min(self.playhead).max(self.columns.starts[at]);
        let first = self.takes(self.pending.as_ref(), self.columns.starts[at], now);
        let home = self.pending.as_ref().filter(|_| first);
        let (count, (block, shown)) = self.columns.pyramid().at(at, end, |block| {
            let left = home.map_or(block.start, |cell| cell.left);
            let fits = block.longest < self.apart
                && block.gap <= self.joined
                && block.end - left <= self.apart;
            if fits { block.shown_at(self.playhead).map(|shown| (*block, shown)) } else { None }
        })?;
        let full = if first { None } else { self.pending.take() };
        self.pending.get_or_insert_with(|| Pending::new(block.start)).add(block.end, &shown);
        Some(Taken { count, full })
    }

    /// Takes one narrow bar. Answers the cell that is full by this.
    fn take_bar(&mut self, at: usize) -> Option<Pending> {
        let (start, end) = (self.columns.starts[at], self.columns.ends[at]);
        let now = end.min(self.playhead).max(start);
        let first = self.takes(self.pending.as_ref(), start, now);
        let full = if first { None } else { self.pending.take() };
        let shown = shown(&Block::of(start, now), self.columns.state_at(at, self.playhead));
        self.pending.get_or_insert_with(|| Pending::new(start)).add(now, &shown);
        full
    }

    fn takes(&self, cell: Option<&Pending>, left: f64, right: f64) -> bool {
        cell.is_some_and(|cell| right - cell.left <= self.apart && left - cell.right <= self.joined)
    }
}

fn shown(bar: &Block, state: BarState) -> Shown {
    let vain = state.is_in_vain();
    Shown {
        bars: 1,
        time: bar.time,
        vain_bars: u32::from(vain),
        vain_time: if vain { bar.time } else { 0.0 },
        state: (!vain).then_some(state),
    }
}

/// A cell that may still grow, from its left to its right edge in ticks.
struct Pending {
    left: f64,
    right: f64,
    all: Shown,
}

impl Pending {
    fn new(left: f64) -> Self {
        Self { left, right: left, all: Shown::default() }
    }

    fn add(&mut self, right: f64, more: &Shown) {
        self.right = self.right.max(right);
        self.all.bars += more.bars;
        self.all.time += more.time;
        self.all.vain_bars += more.vain_bars;
        self.all.vain_time += more.vain_time;
        self.all.state = self.all.state.max(more.state);
    }

    fn finish(self, lane: Lane, frame: &crate::frame::Frame, per_tick: f64) -> Cell {
        let Shown { bars, time, vain_bars, vain_time, state } = self.all;
        let by_count = f64::from(vain_bars) / f64::from(bars.max(1));
        let by_time = if time > 0.0 { vain_time / time } else { by_count };
        let aborted = if vain_bars > 0 { by_time.clamp(0.01, 1.0) } else { 0.0 };
        let x = frame.plot.x + (self.left - frame.view.from()) * per_tick;
        let w = ((self.right - self.left) * per_tick).max(1.0);
        let rect = Rect { x, w, ..frame.bars(lane) };
        Cell { lane, rect, state: state.unwrap_or(BarState::Aborted), aborted, bars }
    }
}
