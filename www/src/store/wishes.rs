//! What the user wants.

use lanescope_protocol::{Clock, Command, EventKind, LocationId, Strategy, TxIndex, Version};
use lanescope_timeline::BarState;

use super::requests::recipe;
use super::{
    Below, Beside, BookmarkWish, Choice, Cost, Delayed, Draft, Drawer, Edit, Effect, Engine,
    Export, FindWish, Intent, RangeWish, RecordWish, Sheet, SplitWish, StepsWish, Store, View,
    WhatIfWish, WhyWish,
};
use crate::playback::{SPEEDS, Toward};

/// How long the page waits for the next turn of a knob before it composes.
pub(super) const KNOB_MS: u32 = 160;
/// How long the page waits for the next edit before it runs.
const EDIT_MS: u32 = 250;

/// One wish. Imperative.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wish {
    /// Compose this workload with its knobs at their defaults.
    Pick(String),
    /// Turn a knob.
    Knob(String, u64),
    /// Take another seed.
    Seed(u64),
    /// Change the block.
    Edit(Edit),
    /// Go back from a stored trace to the own block.
    OwnBlock,
    /// Keep slots several times, or put them together again.
    Split(SplitWish),
    Undo,
    Redo,
    Strategy(Strategy),
    /// Set a parameter of the strategy: name and value, as they are written.
    Parameter(String, String),
    /// More or fewer lanes.
    Lanes(u16),
    Clock(Clock),
    /// Ticks that something costs, as they were typed.
    Cost(Cost, String),
    /// What decides between free lanes, as it was typed.
    LaneSeed(String),
    /// Add a fault, as it is written.
    AddFault(String),
    RemoveFault(usize),
    /// Unfold a drawer, or fold what is unfolded.
    Drawer(Option<Drawer>),
    /// Turn to lanes or comparison.
    View(View),
    /// Compare the strategies that are chosen.
    Compare,
    /// Whether a strategy is to be compared.
    Contestant(Strategy, bool),
    Contestants(Choice),
    Run,
    Cancel,
    /// Break the engine on purpose.
    Crash,
    /// Start the engine after it broke too often.
    Restart,
    Save,
    /// Open the menu of files, or close it.
    Exporting(bool),
    /// Take something away as a file.
    Export(Export),
    DismissAlert,
    DismissCrash,
    /// Choose an incarnation, or none.
    Select(Option<Version>),
    /// Choose a location, or none.
    Place(Option<LocationId>),
    /// Search.
    Find(FindWish),
    /// Ask for causes and effects.
    Why(WhyWish),
    /// Open a view below the lanes.
    Below(Below),
    /// Open the next view below the lanes.
    NextBelow,
    /// Open a view beside the lanes.
    Beside(Beside),
    /// Look at an incarnation opcode by opcode.
    Steps(StepsWish),
    /// Choose a row of the block list.
    Row(Option<usize>),
    /// Open the form of a transaction, or close it.
    Form(Option<usize>),
    Toggle,
    /// Go to a time, in ticks.
    Seek(f64),
    /// One moment on or back.
    Step(Toward),
    /// To the next or previous start of a transaction.
    StepTransaction(Toward),
    /// To the next or previous abort, which the details then show.
    StepAbort(Toward),
    First,
    Last,
    /// An index into [`SPEEDS`].
    Speed(usize),
    /// The range that is played again and again.
    Range(RangeWish),
    /// Places to come back to.
    Bookmark(BookmarkWish),
    /// A video of the film.
    Record(RecordWish),
    /// Open a sheet, or close what is open.
    Sheet(Option<Sheet>),
    /// Measure how fast it is here.
    Bench,
    /// Change something by hand and see what it brings.
    WhatIf(WhatIfWish),
}

impl Store {
    pub(super) fn fulfil(&mut self, wish: Wish) {
        match wish {
            Wish::Pick(_) | Wish::Knob(..) | Wish::Seed(_) => self.turn(wish),
            Wish::Edit(edit) => self.edit(edit),
            Wish::Split(split) => self.fulfil_split(split),
            Wish::OwnBlock => self.leave_stored(),
            Wish::Undo if self.stored.is_some() => self.leave_stored(),
            Wish::Undo | Wish::Redo if self.stored.is_none() => {
                self.take_back(wish == Wish::Undo);
            }
            Wish::Strategy(strategy) => self.set_strategy(strategy),
            Wish::Lanes(lanes) => self.set_lanes(lanes),
            Wish::Clock(clock) => self.set_clock(clock),
            Wish::View(view) => self.turn_to(view),
            Wish::Compare => self.start_comparison(),
            Wish::Contestant(strategy, wanted) => self.choose_contestant(strategy, wanted),
            Wish::Contestants(choice) => self.choose_contestants(choice),
            Wish::Drawer(drawer) => {
                self.drawer = drawer;
                self.refused = None;
            }
            Wish::Run => self.run(Intent::Play),
            Wish::Cancel if self.reading.take().is_some() => self.put(Effect::StopReading),
            Wish::Cancel => self.put(Effect::Send(Box::new(Command::Cancel))),
            Wish::Crash => self.put(Effect::Send(Box::new(Command::Crash))),
            Wish::Restart => self.put(Effect::Spawn { forced: true }),
            Wish::Save => self.save(),
            Wish::Exporting(open) => self.exporting = open,
            Wish::Export(export) => self.export(export),
            Wish::DismissAlert => self.alert = None,
            Wish::DismissCrash => self.crash = None,
            Wish::Select(version) => {
                self.selected = version;
                self.row = version.map(|version| version.tx.get());
            }
            Wish::Place(place) => self.choose_place(place),
            Wish::Find(find) => self.find(find),
            Wish::Why(wish) => self.ask_why(wish),
            Wish::Below(below) => self.below = below,
            Wish::NextBelow => self.below = self.below.next(),
            Wish::Beside(beside) => self.beside = beside,
            Wish::Steps(wish) => self.turn_steps(wish),
            Wish::Row(row) => self.choose_row(row),
            Wish::Form(form) => {
                self.editing = form.filter(|at| *at < self.draft.len());
                if self.editing.is_some() {
                    self.choose_row(form);
                }
            }
            Wish::Range(wish) => self.set_range(wish),
            Wish::Bookmark(wish) => self.mark(wish),
            Wish::Record(wish) => self.record(wish),
            Wish::Sheet(sheet) => {
                self.sheet = sheet;
                self.playback.pause();
            }
            Wish::Bench => self.start_bench(),
            Wish::WhatIf(wish) => self.what_if(wish),
            Wish::Speed(speed) => self.playback.speed = speed.min(SPEEDS.len() - 1),
            other => self.set_or_play(other),
        }
    }

    fn set_or_play(&mut self, wish: Wish) {
        match wish {
            Wish::Parameter(name, value) => self.set_parameter(&name, &value),
            Wish::Cost(cost, text) => self.set_cost(cost, &text),
            Wish::LaneSeed(text) => self.set_lane_seed(&text),
            Wish::AddFault(text) => self.add_fault(&text),
            Wish::RemoveFault(at) => self.remove_fault(at),
            play => self.play(&play),
        }
    }

    fn play(&mut self, wish: &Wish) {
        if self.step_stack(wish) {
            return;
        }
        let Some(film) = self.lead().cloned() else { return };
        let round = self.range.looped(&film);
        let playback = &mut self.playback;
        match wish {
            Wish::Toggle => {
                // Behind the range that is played again and again it begins at its beginning.
                let behind = round.filter(|(_, to)| !playback.playing && playback.time >= *to);
                if let Some((from, _)) = behind {
                    playback.seek(&film, from);
                }
                playback.toggle(&film);
            }
            Wish::Seek(time) => playback.seek(&film, *time),
            Wish::Step(toward) => playback.step(&film, *toward),
            Wish::StepTransaction(toward) => {
                playback.step_to(&film, *toward, EventKind::ExecutionStarted);
            }
            Wish::StepAbort(toward) => {
                // The details follow the caption, so nothing chosen before may stand in the way.
                let abort = playback.step_to(&film, *toward, EventKind::Aborted);
                if abort.is_some() {
                    self.selected = None;
                    self.row = None;
                }
            }
            Wish::First => playback.first(),
            Wish::Last => playback.last(&film),
            _ => {}
        }
    }

    fn turn(&mut self, wish: Wish) {
        match wish {
            Wish::Pick(workload) => {
                self.recipe = recipe(&workload);
                self.compose(Intent::Play);
            }
            Wish::Knob(name, value) => {
                self.recipe.knobs.insert(name, value);
                self.later(Delayed::Compose, KNOB_MS);
            }
            Wish::Seed(seed) => {
                self.recipe.seed = seed;
                self.later(Delayed::Compose, KNOB_MS);
            }
            _ => {}
        }
    }

    /// Takes the last edit back, or makes it again; not if that would change the past of a fork.
    fn take_back(&mut self, undo: bool) {
        let turn = |draft: &mut Draft, undo| if undo { draft.undo() } else { draft.redo() };
        if !turn(&mut self.draft, undo) {
            return;
        }
        let refused =
            self.draft.scenario().cloned().and_then(|scenario| self.past_of_fork(&scenario));
        if let Some(why) = refused {
            turn(&mut self.draft, !undo);
            self.alert = Some(why);
        } else {
            self.block_changed();
        }
    }

    pub(super) fn edit(&mut self, edit: Edit) {
        if let Some(why) = self.edit_refused(&edit) {
            self.alert = Some(why);
            return;
        }
        let moved = match &edit {
            Edit::Move { to, .. } => Some(*to),
            _ => None,
        };
        let row = match &edit {
            Edit::Insert { at, .. } | Edit::Replace { at, .. } => Some(*at),
            Edit::Duplicate(at) => Some(at + 1),
            Edit::Move { to, .. } => Some(*to),
            Edit::Remove(at) => self.draft.len().checked_sub(2).map(|last| (*at).min(last)),
            Edit::Splits(_) => self.row,
        };
        let keeps_form = matches!(edit, Edit::Replace { .. } | Edit::Splits(_));
        if self.draft.edit(edit) {
            self.row = row;
            self.selected = None;
            self.noted_move(moved);
            if !keeps_form {
                self.editing = None;
            }
            self.later(Delayed::Run, EDIT_MS);
        }
    }

    pub(super) fn block_changed(&mut self) {
        self.row = self.row.filter(|row| *row < self.draft.len());
        self.editing = None;
        self.selected = None;
        if let Some(recipe) = self.draft.scenario().and_then(|scenario| scenario.recipe.clone()) {
            self.recipe = recipe;
        }
        self.later(Delayed::Run, EDIT_MS);
    }

    /// A row stands for the run of its transaction that the playhead is at, else for its last.
    fn choose_row(&mut self, row: Option<usize>) {
        self.row = row.filter(|row| *row < self.draft.len());
        self.selected = None;
        let (Some(row), Some(film), true) = (self.row, self.shown(), self.is_current()) else {
            return;
        };
        let runs = film.runs_of(TxIndex(row as u32)).iter().filter_map(|id| film.bar(*id));
        let begun =
            |bar: &&lanescope_timeline::Bar| bar.state_at(self.playback.time) != BarState::Future;
        let run = runs.clone().rfind(begun).or_else(|| runs.clone().next());
        self.selected = run.map(|bar| bar.version);
    }

    pub(super) fn later(&mut self, what: Delayed, ms: u32) {
        if matches!(self.engine, Engine::Ready { .. }) {
            self.put(Effect::Later { what, ms });
        }
    }
}
