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
    let mut placed: Vec<Limit> = Vec::new();
    for kind in LimitKind::ALL {
        let Some(tick) = kind.tick(film) else { continue };
        let x = frame.x(tick);
        if inside(&x) {
            let label = label(kind.words(film, tick), x, frame, &placed);
            placed.push(Limit { kind, x, label });
        }
    }
    placed.sort_by(|a, b| a.x.total_cmp(&b.x));
    placed
}

/// The first place where the words fit: full before short, right of the line before left of it.
fn label(
    [full, short]: [String; 2],
    x: f64,
    frame: &Frame,
    placed: &[Limit],
) -> Option<LimitLabel> {
    let gap = GAP * frame.scale;
    let places = [full, short].into_iter().flat_map(|words| {
        [
            LimitLabel { words: words.clone(), x: x + gap, anchor: Anchor::Start },
            LimitLabel { words, x: x - gap, anchor: Anchor::End },
        ]
    });
    let taken: Vec<_> =
        placed.iter().filter_map(|limit| limit.label.as_ref()).map(|l| l.span(frame)).collect();
    let fits = |label: &LimitLabel| {
        let (left, right) = label.span(frame);
        let apart = |(from, to): &(f64, f64)| right + gap <= *from || *to + gap <= left;
        left >= 0.0 && right <= frame.width && taken.iter().all(apart)
    };
    places.into_iter().find(fits)
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
