//! The playhead: where it stands, how it runs, where it stops.

mod speeds;

use lanescope_protocol::EventKind;
use lanescope_timeline::{Caption, Film};

pub(crate) use speeds::{SPEEDS, speed_words};

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
/// How long the end of a range stands before it begins again: long enough that what is lit at both
/// ends never flashes three times in a second.
const ROUND_MS: f64 = 400.0;
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
            speed: speeds::AT_FIRST,
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
        let before = self.step.saturating_sub(1);
        let found = match toward {
            // Aborts are known by their place: in a long run the next one may be far.
            Toward::Forward if wanted == EventKind::Aborted => next_abort(film, self.step),
            Toward::Back if wanted == EventKind::Aborted => {
                let aborts = film.aborts();
                let earlier = aborts.partition_point(|at| (*at as usize) < before);
                aborts.get(..earlier).and_then(<[u32]>::last).map(|at| *at as usize)
            }
            Toward::Forward => (self.step..film.moments().len()).find(is),
            Toward::Back => (0..before.min(film.moments().len())).rfind(is),
        }?;
        self.set_step(film, found + 1);
        Some(found)
    }

    /// How long so many ticks take, in seconds.
    pub(crate) fn seconds(&self, film: &Film, ticks: f64) -> f64 {
        ticks / ticks_per_ms(film) / SPEEDS[self.speed] / 1000.0
    }

    /// A frame is about to be painted at `now` (milliseconds). `still`: motion is not wanted.
    /// `round`: the range that is played again and again, in ticks.
    pub(crate) fn frame(&mut self, film: &Film, now: f64, still: bool, round: Option<(f64, f64)>) {
        if !self.playing {
            return;
        }
        let passed = (now - self.last_frame.unwrap_or(now)).clamp(0.0, FRAME_MS_MAX);
        self.last_frame = Some(now);
        if self.hold_ms > 0.0 {
            self.hold_ms -= passed;
            return;
        }
        let before = self.time;
        match round {
            // What stood at its end long enough begins again.
            Some((from, to)) if before >= to && !still => return self.set_time(film, from),
            _ if still => self.show_stills(film, passed, round),
            _ => self.run(film, passed),
        }
        if let Some((_, to)) = round {
            if self.time >= to && before < to {
                self.set_time(film, to);
                self.hold_ms = ROUND_MS;
            }
            return;
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

    fn show_stills(&mut self, film: &Film, passed_ms: f64, round: Option<(f64, f64)>) {
        // At the slowest speeds a still would stand for an hour.
        self.still_ms += passed_ms * SPEEDS[self.speed].clamp(0.125, 4.0);
        if self.still_ms < STILL_MS {
            return;
        }
        self.still_ms = 0.0;
        if let Some((from, to)) = round
            && self.time >= to
        {
            return self.set_time(film, from);
        }
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
    let aborts = film.aborts();
    let next = aborts.partition_point(|at| (*at as usize) < from);
    aborts.get(next).map(|at| *at as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanescope_protocol::{Event, Incarnation, Lane, Settings, TxIndex};

    fn event(time: u64, kind: EventKind, tx: u32) -> Event {
        Event {
            time,
            seq: 0,
            lane: Lane(0),
            kind,
            detail: 0,
            tx: Some(TxIndex(tx)),
            incarnation: Incarnation(0),
            other: None,
            location: None,
            gas: 0,
        }
    }

    /// T1 runs and commits, T2 runs, is thrown away, and nothing more.
    fn film() -> Film {
        let mut film = Film::live(Settings::default(), Vec::new());
        film.extend(&[
            event(0, EventKind::ExecutionStarted, 0),
            event(10, EventKind::ExecutionFinished, 0),
            event(10, EventKind::Committed, 0),
            event(20, EventKind::ExecutionStarted, 1),
            event(50, EventKind::ExecutionFinished, 1),
            event(60, EventKind::Aborted, 1),
            event(80, EventKind::WaitStarted, 1),
        ]);
        film
    }

    /// Frames of 16 ms until it stands, or a minute has passed. Returns the milliseconds.
    fn run(playback: &mut Playback, film: &Film, still: bool) -> f64 {
        let mut now = 0.0;
        while playback.playing && now < 60_000.0 {
            playback.frame(film, now, still, None);
            now += 16.0;
        }
        now
    }

    #[test]
    fn a_small_film_takes_eight_seconds_and_half_as_long_at_twice_the_speed() {
        let film = film();
        let mut playback = Playback::default();
        playback.start(false);
        assert!((run(&mut playback, &film, false) - 8000.0).abs() < 100.0);
        assert_eq!((playback.time, playback.playing), (80.0, false));
        playback.speed += 1;
        playback.toggle(&film);
        assert!((run(&mut playback, &film, false) - 4000.0).abs() < 100.0);
    }

    #[test]
    fn the_first_showing_holds_at_the_first_abort_and_goes_on() {
        let film = film();
        let mut playback = Playback::default();
        playback.start(true);
        let length = run(&mut playback, &film, false);
        assert!((length - 8000.0 - HOLD_MS).abs() < 150.0, "{length}");
        playback.start(true);
        let mut now = 0.0;
        while playback.hold_ms <= 0.0 {
            playback.frame(&film, now, false, None);
            now += 16.0;
        }
        assert_eq!(playback.time, 60.0);
        assert_eq!(playback.caption(&film).version.map(|version| version.tx), Some(TxIndex(1)));
        assert!(playback.playing);
    }

    #[test]
    fn without_motion_it_goes_from_still_to_still_and_never_past_an_abort() {
        let film = film();
        let mut playback = Playback::default();
        playback.start(true);
        let mut times = Vec::new();
        let mut now = 0.0;
        while playback.playing && now < 60_000.0 {
            playback.frame(&film, now, true, None);
            times.push(playback.time as u64);
            now += 100.0;
        }
        times.dedup();
        assert_eq!(times, [0, 10, 20, 50, 60, 80]);
    }

    /// Where the playhead was at each frame of so many seconds in which 20..50 is played again and
    /// again.
    fn rounds(seconds: f64, speed: usize, still: bool) -> Vec<f64> {
        let film = film();
        let mut playback = Playback { speed, ..Playback::default() };
        playback.start(false);
        let mut times = Vec::new();
        while (times.len() as f64) < seconds * 60.0 {
            let now = times.len() as f64 * 1000.0 / 60.0;
            playback.frame(&film, now, still, Some((20.0, 50.0)));
            times.push(playback.time);
        }
        assert!(playback.playing);
        times
    }

    #[test]
    fn a_range_is_played_again_and_again_and_never_left() {
        for (at, speed) in SPEEDS.into_iter().enumerate() {
            let times = rounds(20.0, at, false);
            assert!(times.iter().all(|time| *time <= 50.0), "{}×", speed);
            let back: Vec<_> = (1..times.len()).filter(|at| times[*at] < times[at - 1]).collect();
            let seconds = 0.03 / 0.08 * 8.0 / speed + ROUND_MS / 1000.0;
            for pair in back.windows(2) {
                let took = (pair[1] - pair[0]) as f64 / 60.0;
                assert!((took - seconds).abs() < 0.1, "{}×: {took} s", speed);
                assert!(took > 1.0 / 3.0, "it flashes");
            }
            for at in &back {
                assert_eq!((times[at - 1], times[*at]), (50.0, 20.0), "whole, to its ends");
            }
        }
        assert!(rounds(20.0, 16, false).iter().filter(|time| **time == 20.0).count() > 30);
    }

    #[test]
    fn without_motion_a_range_is_gone_through_in_stills() {
        let mut times = rounds(20.0, 12, true);
        times.dedup();
        assert_eq!(times[..7], [0.0, 10.0, 20.0, 50.0, 20.0, 50.0, 20.0]);
        assert_eq!(rounds(14.0, 0, true)[14 * 60 - 1], 0.0, "slow, but not for ever");
    }

    #[test]
    fn lengths_are_told_before_they_are_played() {
        let film = film();
        let playback = Playback { speed: 8, ..Playback::default() };
        assert!((playback.seconds(&film, 40.0) - 16.0).abs() < 1e-9);
    }

    #[test]
    fn steps_stop_at_every_moment_both_ways() {
        let film = film();
        let mut playback = Playback::default();
        let mut times = Vec::new();
        while playback.step < film.moments().len() {
            playback.step(&film, Toward::Forward);
            times.push(playback.time as u64);
        }
        assert_eq!(times, [0, 10, 10, 20, 50, 60, 80]);
        while playback.step > 0 {
            playback.step(&film, Toward::Back);
        }
        assert_eq!(playback.time, 0.0);
        playback.step(&film, Toward::Back);
        assert_eq!(playback.step, 0);
    }

    #[test]
    fn jumps_find_aborts_and_starts_and_stay_where_there_is_none() {
        let film = film();
        let mut playback = Playback::default();
        assert!(playback.step_to(&film, Toward::Forward, EventKind::Aborted).is_some());
        assert_eq!(playback.time, 60.0);
        assert!(playback.step_to(&film, Toward::Forward, EventKind::Aborted).is_none());
        assert_eq!(playback.time, 60.0);
        playback.step_to(&film, Toward::Back, EventKind::ExecutionStarted);
        assert_eq!(playback.time, 20.0);
        playback.seek(&film, 1e9);
        assert_eq!(playback.time, 80.0);
        playback.seek(&film, -5.0);
        assert_eq!(playback.time, 0.0);
    }
}
