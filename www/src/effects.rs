//! What the page does outside itself: the worker, timers, files.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use js_sys::{ArrayBuffer, Uint8Array};
use lanescope_protocol::Command;
use lanescope_protocol::limits::PAGE_LANES_MAX;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::{Callback, UseReducerDispatcher};

use crate::engine_link::{EngineLink, Flavour};
use crate::export::{self, Keepsake};
use crate::files;
use crate::films::{Source, Wanted, make};
use crate::inbox::Inbox;
use crate::lanes::Axis;
use crate::record::Recorder;
use crate::store::{Action, FileId, Job, RecordWish, Store, StoredNews, Wish};

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
    /// Go on searching.
    Search,
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
    /// Of a comparison, only so many runs are wanted as films.
    Films {
        /// Which comparison.
        run: u32,
        /// How many, from the first on.
        films: u32,
    },
    /// Read a stored trace no further.
    StopReading,
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
    /// Make a file of what is seen or known of the run, and hand it to the user.
    Export(Box<Job>),
    /// Record the lanes as a video of this name.
    Record {
        /// The file's name.
        name: String,
    },
    /// End the recording, and hand the user the video.
    RecordEnd,
    /// Hand the user a file.
    Download {
        /// Its name.
        name: String,
        /// What is in it.
        text: String,
    },
}

/// Does what the store puts into its outbox.
pub(crate) struct Effects {
    dispatch: UseReducerDispatcher<Store>,
    flavour: Flavour,
    link: Option<EngineLink>,
    /// Where what it says is understood.
    inbox: Inbox,
    /// Whether the stored trace that is being read is still wanted.
    reading: Rc<Cell<bool>>,
    starts: Vec<f64>,
    timers: Vec<(Delayed, Timeout)>,
    files: Vec<(FileId, ArrayBuffer)>,
    next_file: u32,
    recorder: Option<Recorder>,
    done: u64,
    axis: Axis,
    /// The bytes of the last run that ended.
    kept: Keepsake,
}

impl Effects {
    /// Starts nothing yet.
    pub(crate) fn new(dispatch: UseReducerDispatcher<Store>, flavour: Flavour, axis: Axis) -> Self {
        let kept = Keepsake::default();
        Self {
            inbox: Inbox::new(dispatch.clone(), kept.clone()),
            reading: Rc::default(),
            dispatch,
            flavour,
            link: None,
            starts: Vec::new(),
            timers: Vec::new(),
            files: Vec::new(),
            next_file: 0,
            recorder: None,
            done: 0,
            axis,
            kept,
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

    /// Reads a file that holds a trace. Another one takes the place of what is being read.
    pub(crate) fn read_trace(&mut self, file: File) {
        self.reading.set(false);
        self.reading = Rc::new(Cell::new(true));
        let (dispatch, wanted) = (self.dispatch.clone(), Rc::clone(&self.reading));
        let name: Rc<str> = file.name().into();
        let kept = self.kept.clone();
        spawn_local(async move {
            let told = |share: f64| {
                if wanted.get() {
                    let news = StoredNews::Reading(Rc::clone(&name), share);
                    dispatch.dispatch(Action::Stored(news));
                }
                wanted.get()
            };
            let source = Source::File(file);
            let made = make(&source, Wanted::Film, told).await;
            if !wanted.get() {
                return;
            }
            if matches!(made, Ok(Some(_))) {
                kept.keep_stored(source);
            }
            dispatch.dispatch(Action::Stored(match made {
                Ok(Some(film)) => StoredNews::Read(name, Rc::new(film)),
                Ok(None) => StoredNews::Stopped,
                Err(sentence) => StoredNews::Unreadable(format!("\"{name}\": {sentence}.")),
            }));
        });
    }

    fn perform(&mut self, effect: &Effect) {
        match effect {
            Effect::Spawn { forced } => self.spawn(*forced),
            Effect::Send(command) => self.send(command, None),
            Effect::Films { run, films } => self.inbox.want_films(*run, *films),
            Effect::StopReading => self.reading.set(false),
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
            Effect::Export(job) => self.export(job),
            Effect::Record { name } => self.record(name),
            Effect::RecordEnd => self.recorder.take().into_iter().for_each(Recorder::end),
            Effect::Download { name, text } => {
                let made = files::text(text, "application/json");
                self.refuse(made.and_then(|blob| files::offer(name, &blob)).err());
            }
        }
    }

    fn export(&self, job: &Job) {
        let dispatch = self.dispatch.clone();
        let refused = Callback::from(move |sentence| dispatch.dispatch(Action::Refused(sentence)));
        export::make(job.clone(), self.axis.clone(), &self.kept, refused);
    }

    fn refuse(&self, sentence: Option<String>) {
        if let Some(sentence) = sentence {
            self.dispatch.dispatch(Action::Refused(sentence));
        }
    }

    fn record(&mut self, name: &str) {
        let dispatch = self.dispatch.clone();
        let refused = Callback::from(move |sentence| dispatch.dispatch(Action::Refused(sentence)));
        match Recorder::start(name, refused) {
            Ok(recorder) => self.recorder = Some(recorder),
            Err(sentence) => {
                self.dispatch.dispatch(Action::Wish(Wish::Record(RecordWish::Stop)));
                self.dispatch.dispatch(Action::Refused(sentence));
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
        self.inbox.close();
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
        self.inbox = Inbox::new(self.dispatch.clone(), self.kept.clone());
        let inbox = self.inbox.clone();
        let incoming = Callback::from(move |incoming| inbox.take(incoming));
        match EngineLink::spawn(self.flavour, PAGE_LANES_MAX, &incoming) {
            Ok(link) => {
                self.link = Some(link);
                self.dispatch.dispatch(Action::Spawned);
            }
            Err(message) => self.dispatch.dispatch(Action::Broke(message)),
        }
    }
}
