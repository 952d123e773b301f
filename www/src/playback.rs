//! The playhead: where it stands, how it runs, where it stops.

use lanescope_protocol::EventKind;
use lanescope_timeline::{Caption, Film};

/// Speeds that the menu offers, each twice the one before.
pub(crate) const SPEEDS: [f64; 8] = [0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0];
/// The speed that is chosen at first, an index into [`SPEEDS`].
const SPEED_AT_FIRST: usize = 4;
/// Seconds that a small film takes at 1×.
const SECONDS_MIN: f64 = 8.0;
/// Seconds that a film takes at most at 1×.
const SECONDS_MAX: f64 = 30.0;
/// Seconds of film for each bar, between the two bounds.
const SECONDS_PER_BAR: f64 = 0.4;
/// How long the first abort holds the first showing, so that its caption can be read.
const HOLD_MS: f64 = 3200.0;
/// How long a weighty caption stays while the film runs.
const CAPTION_MS: f64 = 900.0;
/// How long a still stands where motion is not wanted.
const STILL_MS: f64 = 1600.0;
/// Stills of a whole film where motion is not wanted; aborts come on top.
const STILLS: usize = 24;
/// A frame never counts for more than this, so that a page that was hidden does not leap.
const FRAME_MS_MAX: f64 = 100.0;

/// The playhead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Playback {
    /// Where it stands, in ticks.
    pub(crate) time: f64,
    /// Moments that have happened, as a count.
    pub(crate) step: usize,
    /// Whether it came here moment by moment: then the caption tells the last one, even where a
    /// weightier one happened in the same tick.
    told: bool,
    /// Whether it runs.
    pub(crate) playing: bool,
    /// Index into [`SPEEDS`].
    pub(crate) speed: usize,
    /// Whether this is the first showing, which holds at the first abort.
    intro: bool,
    hold_ms: f64,
    still_ms: f64,
    last_frame: Option<f64>,
}

impl Default for Playback {
    fn default() -> Self {
        Self {
            time: 0.0,
            step: 0,
            told: false,
            playing: false,
            speed: SPEED_AT_FIRST,
            intro: false,
            hold_ms: 0.0,
            still_ms: 0.0,
            last_frame: None,
        }
    }
}

/// Which way to step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toward {
    /// To what happened before.
    Back,
    /// To what happens next.
    Forward,
}

impl Playback {
    /// Runs from the beginning.
    pub(crate) fn start(&mut self, intro: bool) {
        *self = Self { speed: self.speed, playing: true, intro, ..Self::default() };
    }

    /// What to say where it stands.
    pub(crate) fn caption(&self, film: &Film) -> Caption {
        let last = self.step.checked_sub(1).and_then(|last| film.moments().get(last));
        match last {
            Some(last) if self.told && self.step < film.moments().len() => film.caption(last),
            _ if self.playing => {
                film.caption_near(self.time, CAPTION_MS * ticks_per_ms(film) * SPEEDS[self.speed])
            }
            _ => film.caption_at(self.time),
        }
    }

    /// Shows a run that is going on: everything that has happened so far.
    pub(crate) fn follow(&mut self, film: &Film) {
        self.playing = false;
        self.told = false;
        self.time = film.end() as f64;
        self.step = film.moments().len();
    }

    /// Runs if it stood, stands if it ran. From the end it starts over.
    pub(crate) fn toggle(&mut self, film: &Film) {
        if self.playing {
            self.pause();
        } else if self.time >= film.end() as f64 {
            self.start(false);
        } else {
            self.playing = true;
            self.last_frame = None;
            self.still_ms = STILL_MS;
        }
    }

    /// Stands still.
    pub(crate) fn pause(&mut self) {
        self.playing = false;
        self.intro = false;
        self.hold_ms = 0.0;
        self.last_frame = None;
    }

    /// Goes to a time, in ticks, and stands.
    pub(crate) fn seek(&mut self, film: &Film, time: f64) {
        self.pause();
        self.set_time(film, time);
    }

    /// Goes to the beginning and stands.
    pub(crate) fn first(&mut self) {
        self.pause();
        self.told = false;
        self.time = 0.0;
        self.step = 0;
    }

    /// Goes to the end and stands.
    pub(crate) fn last(&mut self, film: &Film) {
        self.pause();
        self.follow(film);
    }

    /// Goes one moment on or back and stands.
    pub(crate) fn step(&mut self, film: &Film, toward: Toward) {
        self.pause();
        match toward {
            Toward::Forward => self.set_step(film, self.step + 1),
            Toward::Back => self.set_step(film, self.step.saturating_sub(1)),
        }
    }

    /// Goes to the next or previous moment of a kind and stands. Without one, it goes nowhere.
    /// Returns the moment's position.
    pub(crate) fn step_to(
        &mut self,
        film: &Film,
        toward: Toward,
        wanted: EventKind,
    ) -> Option<usize> {
        self.pause();
        let is = |index: &usize| film.moments()[*index].event.kind == wanted;
        let found = match toward {
            Toward::Forward => (self.step..film.moments().len()).find(is),
            Toward::Back => (0..self.step.saturating_sub(1).min(film.moments().len())).rfind(is),
        }?;
        self.set_step(film, found + 1);
        Some(found)
    }

    /// A frame is about to be painted at `now` (milliseconds). `still`: motion is not wanted.
    pub(crate) fn frame(&mut self, film: &Film, now: f64, still: bool) {
        if !self.playing {
            return;
        }
        let passed = (now - self.last_frame.unwrap_or(now)).clamp(0.0, FRAME_MS_MAX);
        self.last_frame = Some(now);
        if self.hold_ms > 0.0 {
            self.hold_ms -= passed;
            return;
        }
        if still {
            self.show_stills(film, passed);
        } else {
            self.run(film, passed);
        }
        if self.step >= film.moments().len() && self.time >= film.end() as f64 {
            self.pause();
        }
    }

    fn run(&mut self, film: &Film, passed_ms: f64) {
        let time = self.time + passed_ms * ticks_per_ms(film) * SPEEDS[self.speed];
        let abort = self.intro.then(|| next_abort(film, self.step)).flatten();
        match abort {
            Some(abort) if film.moments()[abort].event.time as f64 <= time => {
                self.set_step(film, abort + 1);
                self.hold_ms = HOLD_MS;
                self.intro = false;
            }
            _ => self.set_time(film, time),
        }
    }

    fn show_stills(&mut self, film: &Film, passed_ms: f64) {
        self.still_ms += passed_ms * SPEEDS[self.speed].min(4.0);
        if self.still_ms < STILL_MS {
            return;
        }
        self.still_ms = 0.0;
        let leap = self.step + film.moments().len().div_ceil(STILLS).max(1);
        let abort = next_abort(film, self.step).map_or(leap, |abort| abort + 1);
        self.set_step(film, leap.min(abort));
    }

    fn set_time(&mut self, film: &Film, time: f64) {
        self.told = false;
        self.time = time.clamp(0.0, film.end() as f64);
        self.step = film.moments().partition_point(|moment| moment.event.time as f64 <= self.time);
        if self.time <= 0.0 && !self.playing {
            self.step = 0;
        }
    }

    fn set_step(&mut self, film: &Film, step: usize) {
        let moments = film.moments();
        self.told = true;
        self.step = step.min(moments.len());
        self.time = if self.step == moments.len() {
            film.end() as f64
        } else {
            self.step.checked_sub(1).map_or(0.0, |last| moments[last].event.time as f64)
        };
    }
}

/// Ticks that pass in a millisecond at 1×.
fn ticks_per_ms(film: &Film) -> f64 {
    let seconds = (film.bars().len() as f64 * SECONDS_PER_BAR).clamp(SECONDS_MIN, SECONDS_MAX);
    film.end().max(1) as f64 / (seconds * 1000.0)
}

fn next_abort(film: &Film, from: usize) -> Option<usize> {
    let moments = film.moments();
    (from..moments.len()).find(|index| moments[*index].event.kind == EventKind::Aborted)
}
