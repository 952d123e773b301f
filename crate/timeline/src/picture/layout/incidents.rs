//! Where crashes, slow times, rounds and blocks are on screen.

use core::fmt;

use lanescope_protocol::Lane;

use super::{Layout, VISIBLE};
use crate::bar::{Milestone, MilestoneKind, Trouble, TroubleKind};
use crate::film::Film;
use crate::format;
use crate::frame::{Frame, Rect};
use crate::scene::{Face, Text};

/// Something wrong with a lane, on screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlacedTrouble {
    /// What.
    pub trouble: Trouble,
    /// Where: of a crash the height of bars, of a slow time the edge below them.
    pub rect: Rect,
}

/// A round or block that begins, on screen.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedMilestone {
    /// Which.
    pub milestone: Milestone,
    /// Where.
    pub x: f64,
    /// Its words, where there is room for them.
    pub label: String,
}

/// Size of the words beside a milestone, in CSS pixels.
pub(crate) const MILESTONE_SIZE: f64 = 9.5;

impl Layout {
    pub(super) fn place_troubles(&mut self, film: &Film, lane: Lane) {
        let troubles = film.lane_troubles(lane);
        // A driver may write a crash down as a wait.
        let Some(track) = film.assembly.lanes.get(lane.get()) else { return };
        let waits = track.crashes.iter().filter_map(|at| track.waits.get(*at));
        let crash = |(start, end)| Trouble { lane, start, end, kind: TroubleKind::Crashed };
        let waits = waits.filter(|_| troubles.is_empty()).map(|wait| crash((wait.start, wait.end)));
        for trouble in troubles.iter().copied().chain(waits) {
            let start = trouble.start as f64;
            let outside = (trouble.end as f64) < self.frame.view.from();
            if outside || start > self.playhead || start > self.frame.view.to() {
                continue;
            }
            let rect = self.frame.span(lane, start, (trouble.end as f64).min(self.playhead));
            if rect.w < VISIBLE {
                continue;
            }
            let strip = self.frame.lane(lane);
            let edge = (strip.bottom() - rect.bottom()).max(1.0);
            let rect = match trouble.kind {
                TroubleKind::Crashed => rect,
                TroubleKind::Slowed(_) => Rect { y: strip.bottom() - edge, h: edge, ..rect },
            };
            self.troubles.push(PlacedTrouble { trouble, rect });
        }
    }

    pub(super) fn describe_incidents(
        &self,
        film: &Film,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let short = |tick: u64| format::ticks_short(film.clock(), tick as f64);
        for PlacedTrouble { trouble, rect } in &self.troubles {
            let span = format!("{}..{}", short(trouble.start), short(trouble.end));
            let what = match trouble.kind {
                TroubleKind::Crashed => "crashed".to_owned(),
                TroubleKind::Slowed(times) => format!("{times}× slower"),
            };
            let Rect { x, y, w, h } = rect;
            writeln!(f, "{} {what} {span} [{x:.0} {y:.0} {w:.0}×{h:.0}]", trouble.lane)?;
        }
        for placed in &self.milestones {
            let (at, x) = (short(placed.milestone.time), placed.x);
            writeln!(f, "{} at {at} [{x:.0}]", words(&placed.milestone, film))?;
        }
        Ok(())
    }
}

/// Lines nearer to each other than this are not told apart, in pixels.
const BESIDE: f64 = 2.0;

/// Those in view that have begun. Where two stand close, the later one has no words.
pub(super) fn milestones(film: &Film, frame: &Frame, playhead: f64) -> Vec<PlacedMilestone> {
    let all = film.milestones();
    let from = all.partition_point(|of| frame.x(of.time as f64) < frame.plot.x - 1.0);
    let inside = |of: &Milestone| {
        of.time as f64 <= playhead && frame.x(of.time as f64) <= frame.plot.right() + 1.0
    };
    let rest = all.get(from..).unwrap_or(&[]);
    let rest = rest.get(..rest.partition_point(inside)).unwrap_or(&[]);
    let crowded = rest.len() as f64 * BESIDE > frame.plot.w;
    let (mut free, mut last) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    let place = |milestone: &Milestone| {
        let x = frame.x(milestone.time as f64);
        // Where lines would fill the plot, one stands for several; that a block is invalid is
        // always said.
        if crowded && x - last < BESIDE && milestone.kind != MilestoneKind::Rejected {
            return None;
        }
        last = x;
        // Measuring words takes long, so those without any room are not measured.
        let room = x >= free;
        let label = if room { words(milestone, film) } else { String::new() };
        let width = Text::width(&label, MILESTONE_SIZE * frame.scale, Face::Sans);
        let fits = room && x + width <= frame.width;
        if fits {
            free = x + width + 6.0 * frame.scale;
        }
        Some(PlacedMilestone {
            milestone: *milestone,
            x,
            label: if fits { label } else { String::new() },
        })
    };
    rest.iter().filter_map(place).collect()
}

fn words(milestone: &Milestone, film: &Film) -> String {
    match milestone.kind {
        MilestoneKind::Round => format!("round {}", milestone.number),
        MilestoneKind::Slot => format!("{} {}", film.slot(), milestone.number),
        MilestoneKind::Rejected => "block invalid".to_owned(),
    }
}
