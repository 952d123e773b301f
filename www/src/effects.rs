//! What the page does outside itself: the worker, timers, files.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::{ArrayBuffer, Uint8Array};
use lanescope_protocol::limits::PAGE_LANES_MAX;
use lanescope_protocol::steps::Inspection;
use lanescope_protocol::{Command, Report, Trace, trace};
use lanescope_timeline::Film;
use yew::{Callback, UseReducerDispatcher};

use crate::engine_link::{EngineLink, Flavour, Incoming};
use crate::files;
use crate::store::{Action, FileId, Store};

/// A new engine is started at most this often in [`WINDOW_MS`], because the threads of a dead one
/// keep their memory for a while.
const STARTS_MAX: usize = 3;
const WINDOW_MS: f64 = 10_000.0;

/// Something that is put off until the user pauses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Delayed {
    /// Compose what the knobs stand for.
    Compose,
    /// Run what stands in the list.
    Run,
}

/// Something to do outside. Imperative.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Effect {
    /// End the engine, if there is one, and start a new one.
    Spawn {
        /// Even if too many broke in a short time.
        forced: bool,
    },
    /// Send a command.
    Send(Box<Command>),
    /// Send a command with these bytes beside it.
    SendWith(Box<Command>, Rc<[u8]>),
    /// Have the engine read a file that the page keeps.
    Open {
        /// Which.
        file: FileId,
        /// Its name.
        name: String,
    },
    /// Keep a file's bytes no longer.
    Forget {
        /// Which.
        file: FileId,
    },
    /// Do something later; another wish for the same starts the wait anew.
    Later {
        /// What.
        what: Delayed,
        /// When, in milliseconds.
        ms: u32,
    },
    /// Hand the user a file.
    Download {
        /// Its name.
        name: String,
        /// What is in it.
        text: String,
    },
}

/// Does what the store puts into its outbox.
#[derive(Debug)]
pub(crate) struct Effects {
    dispatch: UseReducerDispatcher<Store>,
    flavour: Flavour,
    link: Option<EngineLink>,
    /// Counts engines, so that the last words of a dead one are not taken for its successor's.
    generation: Rc<Cell<u32>>,
    starts: Vec<f64>,
    timers: Vec<(Delayed, Timeout)>,
    files: Vec<(FileId, ArrayBuffer)>,
    next_file: u32,
    done: u64,
}

impl Effects {
    /// Starts nothing yet.
    pub(crate) fn new(dispatch: UseReducerDispatcher<Store>, flavour: Flavour) -> Self {
        Self {
            dispatch,
            flavour,
            link: None,
            generation: Rc::default(),
            starts: Vec::new(),
            timers: Vec::new(),
            files: Vec::new(),
            next_file: 0,
            done: 0,
        }
    }

    /// Does everything that has not been done.
    pub(crate) fn run(&mut self, outbox: &[(u64, Effect)]) {
        for (serial, effect) in outbox {
            if *serial > self.done {
                self.done = *serial;
                self.perform(effect);
            }
        }
        if !outbox.is_empty() {
            self.dispatch.dispatch(Action::Done(self.done));
        }
    }

    /// Keeps a file's bytes, to hand them to the engine as often as it needs them.
    pub(crate) fn keep(&mut self, bytes: ArrayBuffer) -> FileId {
        let file = FileId(self.next_file);
        self.next_file += 1;
        self.files.push((file, bytes));
        file
    }

    fn perform(&mut self, effect: &Effect) {
        match effect {
            Effect::Spawn { forced } => self.spawn(*forced),
            Effect::Send(command) => self.send(command, None),
            Effect::SendWith(command, bytes) => {
                let buffer = Uint8Array::from(&**bytes).buffer();
                self.send(command, Some(&buffer));
            }
            Effect::Open { file, name } => {
                // The engine gets a copy: the page keeps the file, to read it again after a crash.
                let kept = self.files.iter().find(|(kept, _)| kept == file);
                let copy = kept.map(|(_, bytes)| bytes.slice(0));
                self.send(&Command::Open { name: name.clone() }, copy.as_ref());
            }
            Effect::Forget { file } => self.files.retain(|(kept, _)| kept != file),
            Effect::Later { what, ms } => {
                let (dispatch, what) = (self.dispatch.clone(), *what);
                let timer = Timeout::new(*ms, move || dispatch.dispatch(Action::Due(what)));
                // Dropping the old one takes it back.
                self.timers.retain(|(old, _)| *old != what);
                self.timers.push((what, timer));
            }
            Effect::Download { name, text } => {
                if let Err(message) = files::download(name, text) {
                    self.dispatch.dispatch(Action::Refused(message));
                }
            }
        }
    }

    fn send(&self, command: &Command, bytes: Option<&ArrayBuffer>) {
        let sent = match &self.link {
            Some(link) => link.send(command, bytes),
            None => Err("it is not there".to_owned()),
        };
        if let Err(message) = sent {
            self.dispatch.dispatch(Action::Broke(message));
        }
    }

    fn spawn(&mut self, forced: bool) {
        self.link = None;
        self.timers.clear();
        let now = js_sys::Date::now();
        self.starts.retain(|start| now - start < WINDOW_MS);
        if forced {
            self.starts.clear();
        }
        if self.starts.len() >= STARTS_MAX {
            self.dispatch.dispatch(Action::SpawnHeld);
            return;
        }
        self.starts.push(now);
        self.generation.set(self.generation.get() + 1);
        let incoming = listen(&self.dispatch, &self.generation);
        match EngineLink::spawn(self.flavour, PAGE_LANES_MAX, &incoming) {
            Ok(link) => {
                self.link = Some(link);
                self.dispatch.dispatch(Action::Spawned);
            }
            Err(message) => self.dispatch.dispatch(Action::Broke(message)),
        }
    }
}

fn listen(
    dispatch: &UseReducerDispatcher<Store>,
    generation: &Rc<Cell<u32>>,
) -> Callback<Incoming> {
    let (dispatch, current, mine) = (dispatch.clone(), Rc::clone(generation), generation.get());
    Callback::from(move |incoming| {
        if current.get() == mine {
            dispatch.dispatch(understand(incoming));
        }
    })
}

/// Reads the bytes of a message, so that the store gets what it can use at once.
fn understand(incoming: Incoming) -> Action {
    let unreadable = |error: trace::TraceError| Action::Broke(error.to_string());
    match incoming {
        Incoming::Broke(message) => Action::Broke(message),
        Incoming::Report(report, bytes) => match (*report, bytes) {
            (Report::Finished { run }, Some(bytes)) => {
                Trace::decode(&bytes).map_or_else(unreadable, |trace| Action::Filmed {
                    run,
                    film: Rc::new(Film::new(trace)),
                })
            }
            (Report::Compared { run, index, left }, Some(bytes)) => Trace::decode(&bytes)
                .map_or_else(unreadable, |trace| Action::Compared {
                    run,
                    index,
                    left,
                    trace: Box::new(trace),
                }),
            (Report::Inspected { question }, Some(bytes)) => Inspection::decode(&bytes)
                .map_or_else(unreadable, |inspection| Action::Inspected {
                    question,
                    inspection: Box::new(inspection),
                }),
            (Report::Events { run }, Some(bytes)) => trace::decode_events(&bytes)
                .map_or_else(unreadable, |events| Action::Happened { run, events }),
            (report, _) => Action::Told(Box::new(report)),
        },
    }
}
