//! The page's state, and how every fact and every wish changes it.
//!
//! Nothing here touches the browser: what must be done outside is put into an outbox, which
//! [`crate::effects`] empties. So the whole behaviour of the page is tested natively.

mod answers;
mod bench;
mod bookmarks;
mod compare;
mod draft;
mod export;
mod find;
mod places;
mod range;
mod recording;
mod requests;
mod running;
mod settings;
mod splits;
mod steps;
mod stored;
#[cfg(test)]
mod tests;
mod whatif;
mod why;
mod wishes;

use std::collections::VecDeque;
use std::rc::Rc;

use lanescope_protocol::scenario::Recipe;
use lanescope_protocol::steps::Inspection;
use lanescope_protocol::{Catalogue, LocationId, Report, Scenario, Settings, Strategy, Version};
use lanescope_timeline::{Film, Moment};
use yew::Reducible;

pub(crate) use crate::effects::{Delayed, Effect};
use crate::engine_link::Flavour;
use crate::playback::Playback;
pub(crate) use bench::{Bench, Stand};
pub(crate) use bookmarks::{Bookmark, BookmarkWish, Bookmarks};
pub(crate) use compare::{Answer, Choice, Comparison, Entry, View, Worth};
pub(crate) use draft::{Draft, Edit};
pub(crate) use export::{Export, Job};
pub(crate) use find::{Find, FindWish};
pub(crate) use places::{Below, Beside};
pub(crate) use range::{Range, RangeWish};
pub(crate) use recording::{RecordWish, Recording, SECONDS_MAX};
pub(crate) use requests::FileId;
use requests::{Awaited, OpenFile, Pending};
pub(crate) use running::{Intent, Progress, Running, Times, Timing};
pub(crate) use settings::{Cost, Place, Refused};
pub(crate) use splits::SplitWish;
pub(crate) use steps::{Found, Goal, Steps, StepsWish};
pub(crate) use stored::{NOTHING_TO_RUN, Stored, StoredNews};
pub(crate) use whatif::{
    Fork, LaneState, LaneWish, STACK_MAX, STACK_MIN, Stack, StackRow, Told, WhatIf, WhatIfWish,
};
pub(crate) use why::{Why, WhyWish};
pub(crate) use wishes::Wish;

/// Where the engine stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Its program is on its way.
    Booting,
    /// It takes commands; `threads` is the size of its pool, 0 without one.
    Ready {
        /// Real threads.
        threads: u16,
    },
    /// It broke and is not yet back.
    Failed,
}

/// What lies over the page while the user reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sheet {
    /// What each key does.
    Keys,
    /// How fast it is here.
    Bench,
    /// Everything that can be done.
    Palette,
}

/// What is unfolded below the line that says how it is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Drawer {
    /// What the strategy does, and its parameters.
    Strategy,
    /// What costs beside gas, and what goes wrong on purpose.
    Clock,
}

/// What is told after the engine broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Crash {
    /// What happened, in plain words.
    pub(crate) message: Rc<str>,
    /// It broke too often: it starts again only when the user says so.
    pub(crate) held: bool,
}

/// Everything the page knows.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) flavour: Flavour,
    pub(crate) engine: Engine,
    pub(crate) catalogue: Rc<Catalogue>,
    pub(crate) draft: Draft,
    /// The generator as the knobs show it; the scenario follows a moment later.
    pub(crate) recipe: Recipe,
    pub(crate) settings: Settings,
    /// The run that goes on.
    pub(crate) running: Option<Running>,
    /// The number of the last run that finished.
    pub(crate) finished: u32,
    /// The last finished run.
    pub(crate) film: Option<Rc<Film>>,
    /// The run that goes on, as far as it is known.
    pub(crate) live: Option<Rc<Film>>,
    /// What the film shows, to tell whether the block was edited since.
    pub(crate) filmed: Option<Rc<Scenario>>,
    pub(crate) times: Times,
    /// The stored trace that is shown instead of the own block's run.
    pub(crate) stored: Option<Stored>,
    /// How far a stored trace is read.
    reading: Option<Progress>,
    pub(crate) playback: Playback,
    /// The range that is played again and again.
    pub(crate) range: Range,
    pub(crate) bookmarks: Bookmarks,
    /// The recording that goes on.
    pub(crate) recording: Option<Recording>,
    /// The incarnation that was chosen.
    pub(crate) selected: Option<Version>,
    /// The location that was chosen.
    pub(crate) place: Option<LocationId>,
    /// What is searched for.
    pub(crate) find: Find,
    /// Where one is on a chain of causes and effects.
    pub(crate) why: Why,
    /// What is open below the lanes.
    pub(crate) below: Below,
    /// What is open beside the lanes.
    pub(crate) beside: Beside,
    /// The opcodes of an incarnation.
    pub(crate) steps: Steps,
    /// The row of the block list that was chosen.
    pub(crate) row: Option<usize>,
    /// The transaction whose form is open.
    pub(crate) editing: Option<usize>,
    /// A sentence about what cannot be used.
    pub(crate) alert: Option<Rc<str>>,
    pub(crate) crash: Option<Crash>,
    /// The last benchmark.
    pub(crate) bench: Option<Rc<Bench>>,
    /// What is on the stage.
    pub(crate) view: View,
    /// The last comparison.
    pub(crate) comparison: Option<Rc<Comparison>>,
    /// What the next comparison compares, in menu order.
    pub(crate) contestants: Vec<Strategy>,
    /// Changes by hand, and the runs that are stacked.
    pub(crate) whatif: WhatIf,
    /// What is unfolded.
    pub(crate) drawer: Option<Drawer>,
    /// The last change of the settings, if it was refused.
    pub(crate) refused: Option<Refused>,
    /// The sheet that is open.
    pub(crate) sheet: Option<Sheet>,
    /// Whether the menu of files is open.
    pub(crate) exporting: bool,
    /// Whether motion is not wanted.
    pub(crate) still: bool,
    /// What is to be done outside, with a serial number each.
    pub(crate) outbox: Vec<(u64, Effect)>,
    serial: u64,
    last_run: u32,
    awaited: VecDeque<Awaited>,
    pending: Vec<Pending>,
    files: Vec<OpenFile>,
    /// Files that were brought before the engine was there.
    early_files: Vec<(FileId, String)>,
    shown_once: bool,
    /// A comparison is to begin once the run that goes on has ended.
    comparison_wanted: bool,
    /// Lanes on the gas clock, where threads have fewer.
    gas_lanes: Option<u16>,
}

/// A fact or a wish.
#[derive(Debug)]
pub(crate) enum Action {
    /// The engine says something that needs no bytes.
    Told(Box<Report>),
    /// A batch of events of the run that goes on.
    Happened {
        /// Which run.
        run: u32,
        /// The batch.
        events: Vec<lanescope_protocol::Event>,
    },
    /// A run is over and its film is made.
    Filmed {
        /// Which run.
        run: u32,
        /// Its film.
        film: Rc<Film>,
    },
    /// One run of a comparison is over.
    Compared {
        /// Which comparison.
        run: u32,
        /// Which of its settings.
        index: u32,
        /// Runs that are still to come.
        left: u32,
        /// What happened in it; of a run that is wanted for its summary only, no more than that.
        film: Rc<Film>,
    },
    /// How it goes with a file that holds a trace.
    Stored(StoredNews),
    /// An incarnation ran opcode by opcode.
    Inspected {
        /// The answer to which question.
        question: u32,
        /// Its steps.
        inspection: Box<Inspection>,
    },
    /// The worker broke.
    Broke(String),
    /// A new worker was started.
    Spawned,
    /// No new worker was started, because too many broke in a short time.
    SpawnHeld,
    /// The effects up to this serial number are done.
    Done(u64),
    /// A delay is over.
    Due(Delayed),
    /// The browser gave the bytes of a file.
    FileRead {
        /// Under which number the page keeps them.
        file: FileId,
        /// The file's name.
        name: String,
    },
    /// Something the user brought cannot be used.
    Refused(String),
    /// A frame is about to be painted, at this time in milliseconds.
    Frame(f64),
    /// Motion is wanted or not.
    Still(bool),
    /// The user wants something.
    Wish(Wish),
}

impl From<Wish> for Action {
    fn from(wish: Wish) -> Self {
        Self::Wish(wish)
    }
}

impl Store {
    /// A page that has just been opened.
    pub(crate) fn new(flavour: Flavour, still: bool) -> Self {
        let mut store = Self {
            flavour,
            engine: Engine::Booting,
            catalogue: Rc::default(),
            draft: Draft::default(),
            recipe: requests::first_recipe(),
            settings: Settings::default(),
            running: None,
            finished: 0,
            film: None,
            live: None,
            filmed: None,
            times: Times::default(),
            stored: None,
            reading: None,
            playback: Playback::default(),
            range: Range::default(),
            bookmarks: Bookmarks::default(),
            recording: None,
            selected: None,
            place: None,
            find: Find::default(),
            why: Why::default(),
            below: Below::default(),
            beside: Beside::default(),
            steps: Steps::default(),
            row: None,
            editing: None,
            alert: None,
            crash: None,
            bench: None,
            view: View::default(),
            comparison: None,
            contestants: compare::first_contestants(),
            whatif: WhatIf::default(),
            drawer: None,
            refused: None,
            sheet: None,
            exporting: false,
            still,
            outbox: Vec::new(),
            serial: 0,
            last_run: 0,
            awaited: VecDeque::new(),
            pending: Vec::new(),
            files: Vec::new(),
            early_files: Vec::new(),
            shown_once: false,
            comparison_wanted: false,
            gas_lanes: None,
        };
        store.put(Effect::Spawn { forced: false });
        store
    }

    /// The film on the screen: none for a block without transactions, whatever ran before.
    pub(crate) fn shown(&self) -> Option<&Rc<Film>> {
        self.live.as_ref().or(self.film.as_ref()).filter(|_| !self.is_empty_block())
    }

    /// Whether the block in the list has no transactions.
    pub(crate) fn is_empty_block(&self) -> bool {
        self.draft.scenario().is_some_and(|scenario| scenario.transactions.is_empty())
    }

    /// Whether the film on the screen is of the block as it stands in the list.
    pub(crate) fn is_current(&self) -> bool {
        match (&self.filmed, self.draft.scenario()) {
            (Some(filmed), Some(scenario)) => Rc::ptr_eq(filmed, scenario),
            _ => false,
        }
    }

    /// The incarnation that is shown in detail: the chosen one, else what the caption is about,
    /// else, while the film runs, the last one that was thrown away.
    pub(crate) fn looked_at(&self) -> Option<Version> {
        let film = self.shown()?;
        if self.view == View::Stack {
            return self.selected;
        }
        self.selected.or_else(|| {
            let last = film.abort_before(self.playback.time).and_then(Moment::version);
            if self.playback.playing { last } else { self.playback.caption(film).version.or(last) }
        })
    }

    /// Whether there are real threads to run on.
    pub(crate) fn has_threads(&self) -> bool {
        match self.engine {
            Engine::Ready { threads } => threads > 0,
            Engine::Booting | Engine::Failed => self.flavour == Flavour::Threads,
        }
    }

    /// Whether something goes on that can be stopped.
    pub(crate) fn is_busy(&self) -> bool {
        self.running.is_some() || self.reading.is_some()
    }

    /// How far what goes on is.
    pub(crate) fn progress(&self) -> Option<Progress> {
        let running = || self.running.as_ref().and_then(|running| running.progress.clone());
        self.reading.clone().or_else(running)
    }

    /// One word for tests and styles.
    pub(crate) fn state(&self) -> &'static str {
        match self.engine {
            Engine::Failed => "failed",
            Engine::Booting => "booting",
            Engine::Ready { .. } if self.running.is_some() => "running",
            Engine::Ready { .. } if self.finished > 0 => "done",
            Engine::Ready { .. } => "ready",
        }
    }

    fn put(&mut self, effect: Effect) {
        self.serial += 1;
        self.outbox.push((self.serial, effect));
    }

    fn apply(&mut self, action: Action) {
        match action {
            Action::Told(report) => self.hear(*report),
            Action::Happened { run, events } => self.extend_live(run, &events),
            Action::Filmed { run, film } => self.show_finished(run, film),
            Action::Compared { run, index, left, film } => {
                self.compared(run, index, left, Ok(film));
            }
            Action::Stored(news) => self.hear_of_stored(news),
            Action::Inspected { question, inspection } => self.inspected(question, *inspection),
            Action::Broke(message) => self.fail(&message),
            Action::Spawned => self.engine = Engine::Booting,
            Action::SpawnHeld => {
                if let Some(crash) = &mut self.crash {
                    crash.held = true;
                }
            }
            Action::Done(serial) => self.outbox.retain(|(number, _)| *number > serial),
            Action::Due(Delayed::Compose) => self.compose(Intent::Show),
            Action::Due(Delayed::Run) => self.run(Intent::Show),
            Action::Due(Delayed::Search) => self.search_on(),
            Action::FileRead { file, name } => self.open(file, name),
            Action::Refused(sentence) => self.alert = Some(sentence.into()),
            Action::Frame(now) => {
                if let Some(film) = self.lead().cloned() {
                    // What is recorded is recorded once.
                    let round = self.range.looped(&film).filter(|_| self.recording.is_none());
                    self.playback.frame(&film, now, self.still, round);
                }
            }
            Action::Still(still) => self.still = still,
            Action::Wish(wish) => self.fulfil(wish),
        }
        self.follow_film();
    }
}

impl Reducible for Store {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut store = Rc::unwrap_or_clone(self);
        store.apply(action);
        store.watch_recording();
        Rc::new(store)
    }
}
