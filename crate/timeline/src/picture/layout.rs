//! From a film, a frame and a time to rectangles. Pure geometry: what a canvas, an SVG or a test
//! then does with it is its own affair.

mod cells;
mod incidents;
mod limits;

use core::fmt;

use lanescope_protocol::{Lane, WaitReason};

use crate::bar::{Bar, BarId, BarState, Check, Wait};
use crate::film::Film;
use crate::format;
use crate::frame::{Frame, Rect};

pub(crate) use incidents::MILESTONE_SIZE;
pub use incidents::{PlacedMilestone, PlacedTrouble};
pub(crate) use limits::LIMIT_SIZE;
pub use limits::{Limit, LimitKind, LimitLabel};

/// Everything that is on screen at a time.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The plan it was laid out on.
    pub frame: Frame,
    /// The time it shows, in ticks.
    pub playhead: f64,
    /// Bars wide enough to be told apart, by lane and start.
    pub bars: Vec<PlacedBar>,
    /// Bars too narrow for that, merged, by lane and start.
    pub cells: Vec<Cell>,
    /// Waits for another transaction, by lane and start.
    pub waits: Vec<PlacedWait>,
    /// Checks of reads, where they take long enough to be seen.
    pub checks: Vec<(Check, Rect)>,
    /// Crashes and slow times, by lane and start.
    pub troubles: Vec<PlacedTrouble>,
    /// Rounds and blocks that have begun, by time.
    pub milestones: Vec<PlacedMilestone>,
    /// Labels of the time axis.
    pub axis: Vec<AxisTick>,
    /// What the run is measured by, from left to right.
    pub limits: Vec<Limit>,
    /// The same block on one lane.
    pub ghost: Option<Ghost>,
}

/// A bar on screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlacedBar {
    /// Which.
    pub id: BarId,
    /// Its part up to the playhead.
    pub rect: Rect,
    /// Its part after the playhead, if it runs now and its end is known.
    pub rest: Option<Rect>,
    /// What it shows.
    pub state: BarState,
}

/// Bars of one lane that share a few pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// The lane.
    pub lane: Lane,
    /// Where.
    pub rect: Rect,
    /// What the most important of the bars that were not thrown away shows; if there is none,
    /// [`BarState::Aborted`].
    pub state: BarState,
    /// Share of the bars' time that was thrown away, 0 to 1. Above 0 where any bar was.
    pub aborted: f64,
    /// How many bars.
    pub bars: u32,
}

/// A wait on screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlacedWait {
    /// Which.
    pub wait: Wait,
    /// Where: half the height of a bar.
    pub rect: Rect,
}

/// A label of the time axis.
#[derive(Clone, Debug, PartialEq)]
pub struct AxisTick {
    /// Where.
    pub x: f64,
    /// Its words.
    pub label: String,
}

/// The same block on one lane, below the others.
#[derive(Clone, Debug, PartialEq)]
pub struct Ghost {
    /// Its outline, cut off at the plot's right edge.
    pub rect: Rect,
    /// How far one lane would have come at the playhead.
    pub done: f64,
    /// Whether it goes on to the right of the plot.
    pub cut_off: bool,
    /// Its words.
    pub label: String,
}

/// Bars narrower than this are merged, in pixels.
const APART: f64 = 3.0;
/// Waits and checks narrower than this are left out.
const VISIBLE: f64 = 2.0;
/// How far from a narrow bar a pointer still means it.
const REACH: f64 = 3.0;

impl Layout {
    /// Lays out a film as it stands at `playhead` (ticks).
    #[must_use]
    pub fn new(film: &Film, frame: Frame, playhead: f64) -> Self {
        Self::laid_out(film, frame, playhead, true)
    }

    /// The same by looking at every bar in view: what [`Layout::new`] must equal. Slow where bars
    /// are many.
    #[must_use]
    pub fn scanned(film: &Film, frame: Frame, playhead: f64) -> Self {
        Self::laid_out(film, frame, playhead, false)
    }

    fn laid_out(film: &Film, frame: Frame, playhead: f64, blocks: bool) -> Self {
        let mut layout = Self {
            frame,
            playhead,
            bars: Vec::new(),
            cells: Vec::new(),
            waits: Vec::new(),
            checks: Vec::new(),
            troubles: Vec::new(),
            milestones: incidents::milestones(film, &frame, playhead),
            axis: axis(film, &frame),
            limits: limits::limits(film, &frame),
            ghost: ghost(film, &frame, playhead),
        };
        for lane in (0..frame.lanes.min(film.lanes())).map(|lane| Lane(lane as u8)) {
            layout.place_bars(film, lane, blocks);
            layout.place_waits(film, lane);
            layout.place_checks(film, lane);
            layout.place_troubles(film, lane);
        }
        layout
    }

    /// How many ticks an interval has at least that is seen. A little less than that, so that
    /// rounding hides nothing.
    fn visible_ticks(&self) -> f64 {
        self.frame.ticks(VISIBLE) * 0.999
    }

    fn place_waits(&mut self, film: &Film, lane: Lane) {
        let Some(track) = film.assembly.lanes.get(lane.get()) else { return };
        let waits = &track.waits;
        let from = waits.partition_point(|wait| (wait.end as f64) < self.frame.view.from());
        let least = self.visible_ticks();
        let mut next = track.wait_lengths.next(from, least);
        while let Some((at, wait)) = next.and_then(|at| Some((at, waits.get(at)?))) {
            let start = wait.start as f64;
            if start > self.playhead || start > self.frame.view.to() {
                break;
            }
            let rect = self.frame.span(lane, start, (wait.end as f64).min(self.playhead));
            if rect.w >= VISIBLE && is_drawn(wait) {
                self.waits.push(PlacedWait { wait: *wait, rect: half_height(rect) });
            }
            next = track.wait_lengths.next(at + 1, least);
        }
    }

    fn place_checks(&mut self, film: &Film, lane: Lane) {
        let Some(track) = film.assembly.lanes.get(lane.get()) else { return };
        let checks = &track.checks;
        let from = checks.partition_point(|check| (check.end as f64) < self.frame.view.from());
        let least = self.visible_ticks();
        let mut next = track.check_lengths.next(from, least);
        while let Some((at, check)) = next.and_then(|at| Some((at, checks.get(at)?))) {
            let start = check.start as f64;
            if start > self.playhead || start > self.frame.view.to() {
                break;
            }
            let rect = self.frame.span(lane, start, (check.end as f64).min(self.playhead));
            if rect.w >= VISIBLE {
                self.checks.push((*check, half_height(rect)));
            }
            next = track.check_lengths.next(at + 1, least);
        }
    }

    /// How many bars are merged into cells.
    #[must_use]
    pub fn merged(&self) -> u64 {
        self.cells.iter().map(|cell| u64::from(cell.bars)).sum()
    }

    /// The bar at a pixel, if one has begun there. Where several are that near, the most important
    /// to see.
    #[must_use]
    pub fn hit(&self, film: &Film, x: f64, y: f64) -> Option<BarId> {
        Self::pick(film, &self.frame, self.playhead, x, y)
    }

    /// As [`Self::hit`], without laying anything out.
    #[must_use]
    pub fn pick(film: &Film, frame: &Frame, playhead: f64, x: f64, y: f64) -> Option<BarId> {
        let lane = frame.lane_at(y)?;
        let track = film.assembly.lanes.get(lane.get())?;
        let (columns, at, reach) = (&track.columns, frame.tick(x), frame.ticks(REACH));
        let near = columns.within(at - reach, (at + reach).min(playhead));
        let rank = |index: &usize| {
            let (start, end) = (columns.starts[*index], columns.ends[*index]);
            let inside = start <= at && at <= end && end - start > reach;
            (inside, columns.state_at(*index, playhead))
        };
        near.max_by_key(rank).and_then(|index| track.bars.get(index).copied())
    }

    /// The wait at a pixel.
    #[must_use]
    pub fn wait_at(&self, x: f64, y: f64) -> Option<&Wait> {
        self.waits.iter().find(|placed| placed.rect.contains(x, y)).map(|placed| &placed.wait)
    }

    /// As [`Self::wait_at`], without laying anything out.
    #[must_use]
    pub fn pick_wait(film: &Film, frame: &Frame, playhead: f64, x: f64, y: f64) -> Option<Wait> {
        let lane = frame.lane_at(y)?;
        let waits = film.lane_waits(lane);
        let at = frame.tick(x);
        let next = waits.partition_point(|wait| (wait.end as f64) < at);
        // Two waits may meet at a pixel; the one before is looked at as well.
        let near = waits.get(next.saturating_sub(1)..)?.iter().take(2);
        let begun = near.filter(|wait| wait.start as f64 <= playhead && is_drawn(wait));
        let placed = begun.map(|wait| {
            let end = (wait.end as f64).min(playhead);
            (wait, frame.span(lane, wait.start as f64, end))
        });
        let mut seen = placed.filter(|(_, rect)| rect.w >= VISIBLE);
        seen.find(|(_, rect)| half_height(*rect).contains(x, y)).map(|(wait, _)| *wait)
    }

    /// A bar's rectangle, also where it is merged into a cell or lies outside the view.
    #[must_use]
    pub fn rect_of(&self, bar: &Bar) -> Rect {
        let now = (bar.end as f64).min(self.playhead).max(bar.start as f64);
        let rect = self.frame.span(bar.lane, bar.start as f64, now);
        Rect { w: rect.w.max(1.0), ..rect }
    }
}

/// Whether a wait is to be seen as one: a crash is seen otherwise.
const fn is_drawn(wait: &Wait) -> bool {
    !matches!(wait.reason, WaitReason::Crashed)
}

/// Half as high, in the middle.
#[must_use]
pub fn half_height(rect: Rect) -> Rect {
    Rect { y: rect.y + rect.h / 4.0, h: rect.h / 2.0, ..rect }
}

/// Labels at round numbers, at least some distance apart.
fn axis(film: &Film, frame: &Frame) -> Vec<AxisTick> {
    let step = round_step(frame.ticks(84.0 * frame.scale));
    let first = (frame.view.from() / step).ceil();
    let count = (frame.view.span() / step).ceil().clamp(0.0, 400.0) as u32;
    (0..=count)
        .map(|at| (first + f64::from(at)) * step)
        .filter(|tick| *tick <= frame.view.to())
        .map(|tick| AxisTick { x: frame.x(tick), label: format::ticks_short(film.clock(), tick) })
        .collect()
}

/// The smallest of 1, 2, 5 times a power of ten that is at least `least`, and at least 1.
fn round_step(least: f64) -> f64 {
    let least = if least.is_finite() { least.max(1.0) } else { 1.0 };
    let mut power = 1.0;
    while power * 10.0 <= least {
        power *= 10.0;
    }
    [1.0, 2.0, 5.0, 10.0]
        .map(|by| by * power)
        .into_iter()
        .find(|step| *step >= least)
        .unwrap_or(least)
}

fn ghost(film: &Film, frame: &Frame, playhead: f64) -> Option<Ghost> {
    let sequential = film.summary().map(|s| s.sequential).filter(|ticks| *ticks > 0)? as f64;
    let (low, high) = (frame.ghost.x, frame.ghost.right());
    let (left, right) = (frame.x(0.0).clamp(low, high), frame.x(sequential).clamp(low, high));
    if right - left < 4.0 {
        return None;
    }
    let cut_off = frame.x(sequential) > high;
    let words = format!("one lane: {}", format::ticks(film.clock(), sequential));
    let words = match film.summary().map(|summary| summary.producer) {
        Some(producer) if producer > 0 => {
            let before = format::ticks(film.clock(), producer as f64);
            format!("{words} · the producer took {before} before")
        }
        _ => words,
    };
    Some(Ghost {
        rect: Rect { x: left, w: right - left, ..frame.ghost },
        done: frame.x(playhead.min(sequential)).clamp(left, right) - left,
        cut_off,
        label: if cut_off { format!("{words}, off to the right →") } else { words },
    })
}

impl Layout {
    /// The layout as text, one line per thing on screen: what golden tests compare.
    #[must_use]
    pub fn describe(&self, film: &Film) -> String {
        Described { layout: self, film }.to_string()
    }
}

struct Described<'a> {
    layout: &'a Layout,
    film: &'a Film,
}

impl fmt::Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { layout, film } = self;
        let ticks = |from: u64, to: u64| {
            let short = |tick| format::ticks_short(film.clock(), tick as f64);
            format!("{}..{}", short(from), short(to))
        };
        for placed in &layout.bars {
            let Some(bar) = film.bar(placed.id) else { continue };
            let Rect { x, y, w, h } = placed.rect;
            let span = ticks(bar.start, bar.end);
            let word = placed.state.word();
            write!(f, "{} {} {span} {word} [{x:.0} {y:.0} {w:.0}×{h:.0}]", bar.version, bar.lane)?;
            match placed.rest {
                Some(rest) => writeln!(f, " then {:.0}", rest.w)?,
                None => writeln!(f)?,
            }
        }
        for cell in &layout.cells {
            let Rect { x, w, .. } = cell.rect;
            let (bars, word) = (cell.bars, cell.state.word());
            let aborted = format::percent(cell.aborted);
            writeln!(f, "{bars} bars {} {word}, {aborted} aborted [{x:.1} {w:.1}]", cell.lane)?;
        }
        for placed in &layout.waits {
            let Wait { lane, start, end, on, .. } = placed.wait;
            let Rect { x, w, .. } = placed.rect;
            let what = match (placed.wait.reason, on) {
                (WaitReason::NothingReady, _) => "nothing ready".to_owned(),
                (_, Some(on)) => format!("for {}", on.tx),
                (_, None) => "for ?".to_owned(),
            };
            writeln!(f, "wait {lane} {} {what} [{x:.0} {w:.0}]", ticks(start, end))?;
        }
        layout.describe_incidents(film, f)?;
        let axis: Vec<_> = layout.axis.iter().map(|tick| tick.label.as_str()).collect();
        writeln!(f, "axis {}", axis.join(" | "))?;
        for limit in &layout.limits {
            writeln!(f, "{limit}")?;
        }
        if let Some(ghost) = &layout.ghost {
            writeln!(f, "ghost {:.0} of {:.0}: {}", ghost.done, ghost.rect.w, ghost.label)?;
        }
        Ok(())
    }
}
