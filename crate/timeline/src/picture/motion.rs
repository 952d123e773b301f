//! The three movements: hatch over what was just thrown away, the cause arrow, the settling of
//! what became final. Time here is the viewer's, in milliseconds; the film's time is in ticks.

use lanescope_protocol::{EventKind, Version};

use crate::bar::BarId;
use crate::film::Film;
use crate::paint::{Arrow, Effects};

/// How long the hatch runs, from right to left.
const SWEEP_MS: f64 = 180.0;
/// How long a bar takes to settle into its final colour.
const SETTLE_MS: f64 = 120.0;
/// How long the arrow is drawn, from writer to reader.
const DRAW_MS: f64 = 220.0;
/// How long the arrow stays at least.
const HOLD_MS: f64 = 1200.0;
/// How long it takes to fade.
const FADE_MS: f64 = 400.0;
/// What is left of it then.
const FADED: f64 = 0.25;
/// While a playhead that stands is not further from an abort than this share of the film, its arrow
/// is seen whole.
const NEAR: f64 = 0.012;
/// When more than this happens between two frames, everything changes at once instead.
const CROWD: usize = 12;

/// Movements that are going on.
#[derive(Clone, Debug, Default)]
pub struct Motion {
    playhead: f64,
    /// Whether the film runs.
    running: bool,
    sweeps: Vec<(BarId, f64)>,
    settles: Vec<(BarId, f64)>,
    /// Whose cause arrow it is, since when, and how much of it is seen.
    arrow: Option<(Version, f64, f64)>,
    now: f64,
}

impl Motion {
    /// A playhead that stands at `playhead` (ticks), with nothing moving.
    #[must_use]
    pub fn at(playhead: f64) -> Self {
        Self { playhead, ..Self::default() }
    }

    /// Says whether the film runs. While it stands, the playhead leaps: what lies between is not
    /// passed, and only what happens where it lands moves.
    pub const fn run(&mut self, running: bool) {
        self.running = running;
    }

    /// The playhead has moved to `playhead` (ticks) at `now` (milliseconds). Where it moved on,
    /// what it passed begins to move; where it went back, or if `lively` is false, nothing does.
    pub fn advance(&mut self, film: &Film, playhead: f64, now: f64, lively: bool) {
        let from = self.playhead;
        self.playhead = playhead;
        if playhead < from || !lively {
            let kept = self.arrow.filter(|_| lively && playhead >= from);
            (self.sweeps, self.settles, self.arrow) = (Vec::new(), Vec::new(), kept);
            return;
        }
        self.sweeps.retain(|(_, since)| now - since < SWEEP_MS);
        self.settles.retain(|(_, since)| now - since < SETTLE_MS);
        let crowd = self.running && film.moments_between(from, playhead).nth(CROWD * 4).is_some();
        if crowd || (!self.running && playhead > from) {
            // Whatever was explained, the playhead is elsewhere now.
            self.arrow = None;
        }
        if crowd {
            return;
        }
        for moment in film.moments_between(from, playhead) {
            if !self.running && moment.time() < playhead {
                continue;
            }
            let Some(version) = moment.version() else { continue };
            let Some(id) = film.bar_of(version) else { continue };
            match moment.event.kind {
                EventKind::Aborted => {
                    self.sweeps.push((id, now));
                    if film.cause(version).is_some() {
                        self.arrow = Some((version, now, 1.0));
                    }
                }
                EventKind::Committed => self.settles.push((id, now)),
                _ => {}
            }
        }
        if self.sweeps.len() + self.settles.len() > CROWD {
            self.sweeps.clear();
            self.settles.clear();
        }
    }

    /// What the picture shows at `now` (milliseconds), and whether it will still change by itself.
    pub fn effects(
        &mut self,
        film: &Film,
        selection: Option<Version>,
        now: f64,
    ) -> (Effects, bool) {
        let passed = (now - self.now).clamp(0.0, 100.0);
        self.now = now;
        let share = |since: f64, length: f64| ((now - since) / length).clamp(0.0, 1.0);
        let going = |list: &[(BarId, f64)], length: f64| {
            let shares = list.iter().map(|(id, since)| (*id, share(*since, length)));
            shares.filter(|(_, done)| *done < 1.0).collect::<Vec<_>>()
        };
        let (sweeps, settles) = (going(&self.sweeps, SWEEP_MS), going(&self.settles, SETTLE_MS));
        let (arrow, moving) = self.arrow(film, selection, passed);
        let moving = moving || !sweeps.is_empty() || !settles.is_empty();
        (Effects { sweeps, settles, arrow }, moving)
    }

    fn arrow(
        &mut self,
        film: &Film,
        selection: Option<Version>,
        passed: f64,
    ) -> (Option<Arrow>, bool) {
        let aborted_at = |version| Some(film.bar(film.bar_of(version)?)?.abort?.at as f64);
        let seen = |version: &Version| {
            aborted_at(*version).is_some_and(|at| at <= self.playhead)
                && film.cause(*version).is_some()
        };
        // While the film runs, what just happened is selected by itself: its arrow comes and fades.
        // Once the film stands, or where something else was selected, it is seen whole.
        if let Some(victim) = selection.filter(seen) {
            let since = self.arrow.filter(|(moving, ..)| *moving == victim).map(|(_, at, _)| at);
            if !self.running || since.is_none() {
                let drawn = since.map_or(1.0, |at| ((self.now - at) / DRAW_MS).clamp(0.0, 1.0));
                return (Some(Arrow { victim, drawn, alpha: 1.0 }), drawn < 1.0);
            }
        }
        let near = |version| {
            aborted_at(version)
                .is_some_and(|at| self.playhead - at <= NEAR * film.end().max(1) as f64)
        };
        let Some((victim, since, alpha)) = self.arrow.filter(|(victim, ..)| seen(victim)) else {
            let alpha = |arrow: &Arrow| if near(arrow.victim) { 1.0 } else { FADED };
            let still = film.arrow_at(self.playhead);
            return (still.map(|arrow| Arrow { alpha: alpha(&arrow), ..arrow }), false);
        };
        let drawn = ((self.now - since) / DRAW_MS).clamp(0.0, 1.0);
        // A playhead that stands where the abort is holds the arrow; one that runs, however
        // slowly, leaves it behind.
        let here = aborted_at(victim).is_some_and(|at| self.playhead <= at);
        let held = here || self.now - since < DRAW_MS + HOLD_MS;
        let alpha = if held { alpha } else { (alpha - passed / FADE_MS).max(FADED) };
        self.arrow = Some((victim, since, alpha));
        let waits = self.now - since < DRAW_MS + HOLD_MS;
        let moving = drawn < 1.0 || waits || (!held && alpha > FADED);
        (Some(Arrow { victim, drawn, alpha }), moving)
    }
}
