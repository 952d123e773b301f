//! The opcodes of one incarnation: asked for on demand, and the step that is looked at.

use std::rc::Rc;

use lanescope_protocol::steps::Inspection;
use lanescope_protocol::{Command, Version};
use lanescope_timeline::steps::{Drill, Target};
use lanescope_timeline::{Ending, Film};

use super::requests::Pending;
use super::{Beside, Effect, Progress, Store};

/// What was asked about steps, and what has come of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Steps {
    /// Whose.
    pub(crate) version: Option<Version>,
    /// What came of it.
    pub(crate) found: Found,
    /// The step that was chosen last; where the playhead stands may say otherwise, see
    /// [`Drill::shown`].
    pub(crate) chosen: usize,
    /// What the buttons for back and on go to.
    pub(crate) target: Goal,
    /// Letters of the opcode that is searched for.
    pub(crate) letters: Rc<str>,
    /// The number of the question, from the same row as those of runs.
    question: u32,
    /// In which run.
    film: Option<Rc<Film>>,
}

/// What came of a question about steps.
#[derive(Clone, Debug, Default)]
pub(crate) enum Found {
    /// Nobody asked.
    #[default]
    Nothing,
    /// The engine is busy with it.
    Awaited(Option<Progress>),
    /// Here they are.
    Here(Rc<Drill>),
    /// It cannot be answered; one sentence.
    Refused(Rc<str>),
}

/// Where to jump among steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Goal {
    /// To what touches the state.
    #[default]
    Touch,
    /// To calls and creations.
    Call,
    /// To where a call fails.
    Failure,
    /// To reads that no longer held.
    Stale,
    /// To the opcode that is searched for.
    Opcode,
}

/// What the user wants of steps.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum StepsWish {
    /// The steps of the incarnation that is looked at.
    Show,
    /// No longer wait for them.
    Stop,
    /// To a step.
    Go(usize),
    /// So many steps on or back.
    By(isize),
    /// What to jump to.
    Goal(Goal),
    /// Search for an opcode.
    Letters(String),
    /// Jump.
    Jump {
        /// To the one before.
        back: bool,
    },
}

impl Steps {
    /// The steps, if they are here.
    pub(crate) fn drill(&self) -> Option<&Rc<Drill>> {
        match &self.found {
            Found::Here(drill) => Some(drill),
            Found::Nothing | Found::Awaited(_) | Found::Refused(_) => None,
        }
    }

    fn is_awaited(&self, question: u32) -> bool {
        self.question == question && matches!(self.found, Found::Awaited(_))
    }

    fn wanted(&self) -> Target {
        match self.target {
            Goal::Touch => Target::Touch,
            Goal::Call => Target::Call,
            Goal::Failure => Target::Failure,
            Goal::Stale => Target::Stale,
            Goal::Opcode => Target::Opcode(self.letters.to_string()),
        }
    }
}

impl Store {
    pub(super) fn turn_steps(&mut self, wish: StepsWish) {
        match wish {
            StepsWish::Show => self.show_steps(),
            StepsWish::Stop => {
                if matches!(self.steps.found, Found::Awaited(_)) {
                    self.steps.found = Found::Nothing;
                    self.put(Effect::Send(Box::new(Command::StopInspecting)));
                }
            }
            StepsWish::Go(step) => self.go_to_step(step),
            StepsWish::By(by) => {
                if let Some(at) = self.shown_step() {
                    self.go_to_step(at.saturating_add_signed(by));
                }
            }
            StepsWish::Goal(goal) => self.steps.target = goal,
            StepsWish::Letters(letters) => {
                self.steps.letters = letters.into();
                self.steps.target = Goal::Opcode;
            }
            StepsWish::Jump { back } => {
                let (Some(at), Some(drill)) = (self.shown_step(), self.steps.drill()) else {
                    return;
                };
                if let Some(step) = drill.find(at, back, &self.steps.wanted()) {
                    self.go_to_step(step);
                }
            }
        }
    }

    /// The step that is shown.
    pub(crate) fn shown_step(&self) -> Option<usize> {
        let drill = self.steps.drill()?;
        Some(drill.shown(self.steps.chosen, self.playback.time))
    }

    /// Asks for the steps of the incarnation that is looked at.
    pub(super) fn show_steps(&mut self) {
        self.beside = Beside::Steps;
        let (Some(version), Some(film)) = (self.looked_at(), self.film.clone()) else { return };
        let Some(scenario) = self.filmed.clone().filter(|_| self.live.is_none()) else { return };
        if !self.is_ready() {
            return;
        }
        match self.for_engine(&scenario) {
            Ok(scenario) => {
                let question = self.next_run();
                let seen = film.seen(version).encode().into();
                let tx = version.tx;
                self.steps = Steps {
                    version: Some(version),
                    found: Found::Awaited(None),
                    question,
                    film: Some(film),
                    chosen: 0,
                    target: self.steps.target,
                    letters: Rc::clone(&self.steps.letters),
                };
                let command = Command::Inspect { question, scenario, tx };
                self.put(Effect::SendWith(Box::new(command), seen));
            }
            Err(file) => self.open_again(file, Pending::Steps),
        }
    }

    /// The engine's answer.
    pub(super) fn inspected(&mut self, question: u32, inspection: Inspection) {
        if !self.steps.is_awaited(question) {
            return;
        }
        let (Some(version), Some(film)) = (self.steps.version, &self.steps.film) else { return };
        let Some(drill) = Drill::new(film, version, inspection) else { return };
        // What went wrong is why one looks here at all.
        let stale = drill.touches.iter().find(|touch| touch.stale).map(|touch| touch.step);
        let stopped = film.bar_of(version).and_then(|id| film.bar(id));
        let stopped = stopped.is_some_and(|bar| matches!(bar.ending, Ending::Suspended { .. }));
        let last = drill.len().saturating_sub(1);
        self.steps.chosen = stale.unwrap_or(if stopped { last } else { 0 });
        self.steps.found = Found::Here(Rc::new(drill));
    }

    pub(super) fn steps_progressed(&mut self, question: u32, progress: Progress) {
        if self.steps.is_awaited(question) {
            self.steps.found = Found::Awaited(Some(progress));
        }
    }

    /// The question cannot be answered. `false` if this is no question about steps.
    pub(super) fn steps_refused(&mut self, question: Option<u32>, message: &str) -> bool {
        let question = question.unwrap_or(self.steps.question);
        let awaited = self.steps.is_awaited(question);
        if awaited {
            self.steps.found = Found::Refused(message.into());
        }
        awaited
    }

    /// Another run is shown: its incarnations are others.
    pub(super) fn forget_steps(&mut self) {
        self.turn_steps(StepsWish::Stop);
        self.steps.found = Found::Nothing;
        self.steps.version = None;
        self.steps.film = None;
    }

    /// Chooses a step, and takes the playhead to its moment where steps have one.
    fn go_to_step(&mut self, step: usize) {
        let (Some(drill), Some(film)) = (self.steps.drill().cloned(), self.shown().cloned()) else {
            return;
        };
        self.steps.chosen = step.min(drill.len().saturating_sub(1));
        self.selected = Some(drill.version);
        self.row = Some(drill.version.tx.get());
        match drill.time(self.steps.chosen) {
            Some(time) => self.playback.seek(&film, time as f64),
            None => self.playback.pause(),
        }
    }
}
