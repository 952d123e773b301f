//! The run that goes on, and the film that comes of it.

use std::cell::RefCell;
use std::rc::Rc;

use lanescope_protocol::message::Measurement;
use lanescope_protocol::trace::TransactionInfo;
use lanescope_protocol::{Clock, Event, LocationId, Scenario, Settings, Strategy, TxIndex};
use lanescope_timeline::Film;

use super::Store;

/// What the playhead does when the run is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// The first showing: run once, hold at the first abort.
    Intro,
    /// Run from the beginning.
    Play,
    /// Show how it ended, because the user is busy with something else.
    Show,
}

/// How far a step without events is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// What goes on.
    pub(crate) stage: Rc<str>,
    /// Done so far.
    pub(crate) done: u32,
    /// Of how many.
    pub(crate) total: u32,
}

/// How long a block took on one clock, in its ticks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Timing {
    /// On one lane.
    pub(crate) one_lane: f64,
    /// In parallel.
    pub(crate) parallel: f64,
    /// Whether it ended as the strategy promises.
    pub(crate) identical: bool,
}

/// The times of one block under one strategy with so many lanes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Times {
    /// In gas.
    pub(crate) gas: Option<Timing>,
    /// In nanoseconds.
    pub(crate) threads: Option<Timing>,
    of: Option<(Rc<Scenario>, Strategy, u16)>,
}

impl Times {
    /// Forgets what was measured, unless it was of the same.
    fn turn_to(&mut self, scenario: &Rc<Scenario>, settings: Settings) {
        let of = (Rc::clone(scenario), settings.strategy, settings.lanes);
        let same = self
            .of
            .as_ref()
            .is_some_and(|old| Rc::ptr_eq(&old.0, &of.0) && (old.1, old.2) == (of.1, of.2));
        if !same {
            *self = Self { of: Some(of), ..Self::default() };
        }
    }

    /// Notes how long a run took, on its clock.
    pub(super) fn note(&mut self, summary: &lanescope_protocol::trace::Summary) {
        let timing = Some(summary.into());
        match summary.settings.clock {
            Clock::Gas => self.gas = timing,
            Clock::Threads => self.threads = timing,
        }
    }
}

impl From<&lanescope_protocol::trace::Summary> for Timing {
    fn from(summary: &lanescope_protocol::trace::Summary) -> Self {
        Self {
            one_lane: summary.sequential as f64,
            parallel: summary.makespan as f64,
            identical: summary.class_holds,
        }
    }
}

impl From<Measurement> for Timing {
    fn from(measured: Measurement) -> Self {
        Self {
            one_lane: measured.sequential_ms * 1e6,
            parallel: measured.parallel_ms * 1e6,
            identical: measured.identical,
        }
    }
}

/// A run that was asked for and has not ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Running {
    /// Its number.
    pub(crate) run: u32,
    /// What runs.
    pub(crate) scenario: Rc<Scenario>,
    /// How.
    pub(crate) settings: Settings,
    /// What comes after.
    pub(crate) intent: Intent,
    /// How far it is.
    pub(crate) progress: Option<Progress>,
    /// What happened and is not in the film yet.
    pub(crate) waiting: Rc<RefCell<Vec<Event>>>,
}

/// The film of a run that goes on grows by one part in so many at least.
const GROWTH: usize = 8;

impl Store {
    pub(super) fn is_running(&self, run: u32) -> bool {
        self.running.as_ref().is_some_and(|running| running.run == run)
    }

    pub(super) fn started(&mut self, run: u32) {
        let Some(running) = self.running.as_mut().filter(|running| running.run == run) else {
            return;
        };
        running.progress = None;
    }

    pub(super) fn progressed(&mut self, run: u32, stage: String, done: u32, total: u32) {
        let progress = Progress { stage: stage.into(), done, total };
        match self.running.as_mut().filter(|running| running.run == run) {
            Some(running) => running.progress = Some(progress),
            None => {
                self.bench_progressed(run, progress.clone());
                self.steps_progressed(run, progress.clone());
                self.comparison_progressed(run, progress);
            }
        }
    }

    pub(super) fn cancelled(&mut self, run: u32) {
        if self.is_running(run) {
            self.running = None;
            self.live = None;
        }
    }

    /// Threads are watched while they run. The gas clock is not: its time is not ours.
    pub(super) fn extend_live(&mut self, run: u32, events: &[Event]) {
        let Some(running) = self.running.as_ref().filter(|running| running.run == run) else {
            return;
        };
        if running.settings.clock != Clock::Threads {
            return;
        }
        let waiting = Rc::clone(&running.waiting);
        let mut waiting = waiting.borrow_mut();
        waiting.extend_from_slice(events);
        // What is on the screen is copied before it grows. Where it grows by a part of what is
        // there, all copies together stay a few times as long as the run.
        let known = self.live.as_ref().map_or(0, |live| live.moments().len());
        if waiting.len() < known / GROWTH {
            return;
        }
        let settings = running.settings.clone();
        let mut live = self.live.take().unwrap_or_else(|| {
            let film = self.film.as_ref().filter(|_| self.is_current());
            Rc::new(Film::live(settings, film.map(|film| names(film)).unwrap_or_default()))
        });
        Rc::make_mut(&mut live).extend(&waiting);
        waiting.clear();
        self.playback.follow(&live);
        self.live = Some(live);
    }

    /// The same block was measured on threads, beside a run on the gas clock.
    pub(super) fn measure(&mut self, run: u32, measurement: Measurement) {
        if self.stored.is_some() {
            return;
        }
        let of = match (&self.running, &self.film) {
            (Some(running), _) if running.run == run => Some(running.settings.clone()),
            (_, Some(film)) if run == self.finished => Some(film.settings().clone()),
            _ => None,
        };
        // A run on threads has its own times, and they are those of the film on the screen.
        if of.is_none_or(|settings| settings.clock == Clock::Threads) {
            return;
        }
        if let Some(running) = self.running.as_ref().filter(|running| running.run == run) {
            self.times.turn_to(&running.scenario, running.settings.clone());
        }
        self.times.threads = Some(measurement.into());
    }

    pub(super) fn show_finished(&mut self, run: u32, film: Rc<Film>) {
        if !self.is_running(run) {
            return;
        }
        let Some(running) = self.running.take() else { return };
        self.live = None;
        self.finished = run;
        self.times.turn_to(&running.scenario, running.settings.clone());
        if let Some(summary) = film.summary() {
            self.times.note(summary);
        }
        let end = film.end() as f64;
        if self.filmed.as_ref().is_some_and(|filmed| Rc::ptr_eq(filmed, &running.scenario)) {
            self.bookmarks.keep_inside(end);
            self.range.keep_inside(end);
        } else {
            self.bookmarks.clear();
            self.range = super::Range::default();
        }
        self.pin_before(&running.scenario, &film);
        self.filmed = Some(running.scenario);
        self.selected = self.selected.filter(|version| film.bar_of(*version).is_some());
        // Locations are numbered anew in every run.
        self.why = super::Why { reveals: self.why.reveals, ..super::Why::default() };
        self.place = self.place.and_then(|place| same_place(self.film.as_deref()?, &film, place));
        match running.intent {
            Intent::Intro if !self.shown_once => self.playback.start(true),
            Intent::Intro | Intent::Play => self.playback.start(false),
            Intent::Show if self.keeps_time() => self.playback.seek(&film, self.playback.time),
            Intent::Show => self.playback.last(&film),
        }
        self.forget_steps();
        self.shown_once = true;
        self.film = Some(film);
        self.tell_change();
        self.after_run();
    }
}

/// What is known of the transactions of a film.
fn names(film: &Film) -> Vec<TransactionInfo> {
    let all = (0..film.transaction_count() as u32).map(TxIndex);
    all.filter_map(|tx| film.transaction(tx).cloned()).collect()
}

/// The number that a location has in another run.
fn same_place(was: &Film, is: &Film, place: LocationId) -> Option<LocationId> {
    let wanted = was.location(place)?;
    is.location_like(wanted)
}
