//! Marks on the time axis that a run is measured by: where it ended, where the longest chain of
//! dependent transactions would end, and where lanes that never wait would.

use core::fmt;

use crate::film::Film;
use crate::format;
use crate::frame::Frame;
use crate::scene::{Anchor, Face, Text};

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LimitKind {
    /// The last commit.
    End,
    /// The end of the longest chain of dependent transactions: no number of lanes is faster.
    CriticalPath,
    /// One lane's time divided by the number of lanes: as if nothing ever waited or ran twice.
    PerfectScaling,
}

/// A mark on screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// What it stands for.
    pub kind: LimitKind,
    /// Where.
    pub x: f64,
    /// Its words, where there is room for them.
    pub label: Option<LimitLabel>,
}

/// Words below a mark.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitLabel {
    /// The words.
    pub words: String,
    /// Where they begin or end.
    pub x: f64,
    /// Which end of them is at `x`.
    pub anchor: Anchor,
}

/// Size of the words, in CSS pixels.
pub(crate) const LIMIT_SIZE: f64 = 11.0;
/// From a line to its words, and between the words of two.
const GAP: f64 = 5.0;

impl LimitKind {
    /// From the most to the least telling: who gets its words where not all can have them.
    const ALL: [Self; 3] = [Self::CriticalPath, Self::End, Self::PerfectScaling];

    /// Full and short words.
    fn words(self, film: &Film, tick: f64) -> [String; 2] {
        match self {
            Self::End => {
                let end = format::ticks_short(film.clock(), tick);
                [format!("end {end}"), "end".to_owned()]
            }
            Self::CriticalPath => ["critical path".to_owned(), "critical".to_owned()],
            Self::PerfectScaling => ["perfect scaling".to_owned(), "perfect".to_owned()],
        }
    }

    fn tick(self, film: &Film) -> Option<f64> {
        match self {
            Self::End => film.summary().map(|summary| summary.makespan as f64),
            Self::CriticalPath => film.critical_path(),
            Self::PerfectScaling => film.perfect_scaling(),
        }
        .filter(|tick| *tick > 0.0)
    }
}

/// The marks in view, from left to right. No words lie over others.
pub(super) fn limits(film: &Film, frame: &Frame) -> Vec<Limit> {
    let inside = |x: &f64| (frame.plot.x..=frame.plot.right()).contains(x);
    let mut found = Vec::new();
    for kind in LimitKind::ALL {
        let Some(tick) = kind.tick(film) else { continue };
        let x = frame.x(tick);
        if inside(&x) {
            found.push((kind, x, places(kind.words(film, tick), x, frame)));
        }
    }
    let mut best = Plan { cost: u32::MAX, labels: Vec::new() };
    arrange(&found, frame, &Plan::default(), &mut best);
    let placed = found.into_iter().zip(best.labels);
    let mut placed: Vec<_> = placed.map(|((kind, x, _), label)| Limit { kind, x, label }).collect();
    placed.sort_by(|a, b| a.x.total_cmp(&b.x));
    placed
}

type Place = (u32, LimitLabel);

/// Where words can stand, and what each place costs: full before short, right of the line before
/// left of it.
fn places([full, short]: [String; 2], x: f64, frame: &Frame) -> Vec<Place> {
    let gap = GAP * frame.scale;
    let sides = [(full, 0), (short, 4)].into_iter().flat_map(|(words, cost)| {
        [
            (cost, LimitLabel { words: words.clone(), x: x + gap, anchor: Anchor::Start }),
            (cost + 1, LimitLabel { words, x: x - gap, anchor: Anchor::End }),
        ]
    });
    let fits = |(_, label): &Place| {
        let (left, right) = label.span(frame);
        left >= 0.0 && right <= frame.width
    };
    sides.filter(fits).collect()
}

/// Words for the first few marks.
#[derive(Clone, Debug, Default)]
struct Plan {
    cost: u32,
    labels: Vec<Option<LimitLabel>>,
}

/// What it costs to leave words out: those of marks that tell more cost more.
const LEFT_OUT: u32 = 100;

/// Tries every way to place the words of the marks that are left, and keeps the cheapest. There
/// are three marks with four places each.
fn arrange(marks: &[(LimitKind, f64, Vec<Place>)], frame: &Frame, so_far: &Plan, best: &mut Plan) {
    let next = so_far.labels.len();
    let Some((_, _, places)) = marks.get(next) else {
        if so_far.cost < best.cost {
            best.clone_from(so_far);
        }
        return;
    };
    let mut with = |cost: u32, label: Option<LimitLabel>| {
        let mut plan = so_far.clone();
        plan.cost += cost;
        plan.labels.push(label);
        if plan.cost < best.cost {
            arrange(marks, frame, &plan, best);
        }
    };
    for (cost, label) in places {
        let (left, right) = label.span(frame);
        let gap = GAP * frame.scale;
        let apart = |other: &LimitLabel| {
            let (from, to) = other.span(frame);
            right + gap <= from || to + gap <= left
        };
        if so_far.labels.iter().flatten().all(apart) {
            with(*cost, Some(label.clone()));
        }
    }
    with(LEFT_OUT + (marks.len() - next) as u32, None);
}

impl LimitLabel {
    /// From its left to its right end, in pixels.
    #[must_use]
    pub fn span(&self, frame: &Frame) -> (f64, f64) {
        let width = Text::width(&self.words, LIMIT_SIZE * frame.scale, Face::Sans);
        match self.anchor {
            Anchor::End => (self.x - width, self.x),
            Anchor::Start | Anchor::Middle => (self.x, self.x + width),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            LimitKind::End => "end",
            LimitKind::CriticalPath => "critical path",
            LimitKind::PerfectScaling => "perfect scaling",
        };
        write!(f, "{what} [{:.0}]", self.x)?;
        match &self.label {
            Some(label) => write!(f, " \"{}\" [{:.0} {:?}]", label.words, label.x, label.anchor),
            None => Ok(()),
        }
    }
}
