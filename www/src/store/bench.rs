//! The benchmark: what was asked for, and what has come of it.

use std::rc::Rc;

use lanescope_protocol::message::BenchFigures;
use lanescope_protocol::{Command, Scenario};

use super::requests::Pending;
use super::{Effect, Progress, Store};

/// A benchmark that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bench {
    /// Its number, from the same row as those of runs.
    pub(crate) run: u32,
    /// What was measured so far.
    pub(crate) figures: Vec<BenchFigures>,
    /// How it stands.
    pub(crate) stand: Stand,
}

/// How a benchmark stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Stand {
    /// It goes on; with what is being measured, once that is known.
    GoingOn(Option<Progress>),
    /// Everything was measured.
    Done,
    /// It was ended before that: by the user, by a run, or by a crash.
    Stopped,
    /// It cannot be done; the sentence stands in the alert.
    Refused,
}

impl Bench {
    pub(crate) fn is_going_on(&self) -> bool {
        matches!(self.stand, Stand::GoingOn(_))
    }
}

impl Store {
    /// Asks for a benchmark of the block as it stands in the list, and two more.
    pub(super) fn start_bench(&mut self) {
        let Some(scenario) = self.draft.scenario().cloned() else { return };
        if !self.is_ready() || !self.has_threads() {
            return;
        }
        match self.for_engine(&scenario) {
            Ok(scenario) => self.bench_told(scenario),
            Err(file) => self.open_again(file, Pending::Bench),
        }
    }

    fn bench_told(&mut self, scenario: Scenario) {
        let run = self.next_run();
        self.alert = None;
        self.bench = Some(Rc::new(Bench { run, figures: Vec::new(), stand: Stand::GoingOn(None) }));
        let settings = self.in_force();
        self.put(Effect::Send(Box::new(Command::Bench { run, scenario, settings })));
    }

    /// The benchmark that goes on, if it has this number.
    fn bench_of(&mut self, run: u32) -> Option<&mut Bench> {
        let bench = self.bench.as_mut().filter(|bench| bench.run == run && bench.is_going_on())?;
        Some(Rc::make_mut(bench))
    }

    pub(super) fn bench_progressed(&mut self, run: u32, progress: Progress) {
        if let Some(bench) = self.bench_of(run) {
            bench.stand = Stand::GoingOn(Some(progress));
        }
    }

    pub(super) fn benched(&mut self, run: u32, figures: BenchFigures, left: u32) {
        let Some(bench) = self.bench_of(run) else { return };
        bench.figures.push(figures);
        if left == 0 {
            bench.stand = Stand::Done;
        }
    }

    /// The benchmark with this number, or any without a number, does not go on.
    pub(super) fn bench_ended(&mut self, run: Option<u32>, stand: Stand) {
        let Some(run) = run.or_else(|| self.bench.as_ref().map(|bench| bench.run)) else { return };
        if let Some(bench) = self.bench_of(run) {
            bench.stand = stand;
        }
    }
}
