//! What the page asks of the engine, and which answer belongs to which question.

use std::rc::Rc;

use lanescope_protocol::scenario::Recipe;
use lanescope_protocol::{Command, Scenario};

use super::{Effect, Engine, Intent, NOTHING_TO_RUN, Running, Store};

/// A file whose bytes the page keeps, so that a new engine can read it again. In the page's
/// scenarios it stands in `imported.key`; the engine's own key takes its place on the way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FileId(pub(crate) u32);

/// A file that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OpenFile {
    pub(super) id: FileId,
    pub(super) name: String,
    /// The engine's key of the state in it; `None` while this engine has not read it.
    pub(super) key: Option<u32>,
}

/// A question whose answer is [`lanescope_protocol::Report::Composed`] or `Saved`, or a refusal.
/// The engine answers in the order of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaited {
    Compose(Intent),
    Open { file: FileId, again: bool },
    Save,
}

/// What waits until a new engine has read a file again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pending {
    Run(Intent),
    Save,
    Bench,
    Compare,
    Steps,
}

/// What stands on the page when it is opened.
pub(super) fn first_recipe() -> Recipe {
    recipe("dex")
}

/// A workload with its knobs at their defaults.
pub(super) fn recipe(workload: &str) -> Recipe {
    Recipe { workload: workload.to_owned(), seed: 7, ..Recipe::default() }
}

impl Store {
    pub(super) fn is_ready(&self) -> bool {
        matches!(self.engine, Engine::Ready { .. })
    }

    /// Asks for the scenario that the knobs stand for.
    pub(super) fn compose(&mut self, intent: Intent) {
        if self.is_ready() {
            self.awaited.push_back(Awaited::Compose(intent));
            self.put(Effect::Send(Box::new(Command::Compose { recipe: self.recipe.clone() })));
        }
    }

    /// Asks to read a file that the user brought.
    pub(super) fn open(&mut self, file: FileId, name: String) {
        if self.is_ready() {
            self.files.push(OpenFile { id: file, name: name.clone(), key: None });
            self.awaited.push_back(Awaited::Open { file, again: false });
            self.put(Effect::Open { file, name });
        } else {
            self.early_files.push((file, name));
        }
    }

    /// Asks for the scenario as a file.
    pub(super) fn save(&mut self) {
        let Some(scenario) = self.draft.scenario().cloned() else { return };
        if !self.is_ready() {
            return;
        }
        match self.for_engine(&scenario) {
            Ok(scenario) => {
                self.awaited.push_back(Awaited::Save);
                self.put(Effect::Send(Box::new(Command::Save { scenario })));
            }
            Err(file) => self.open_again(file, Pending::Save),
        }
    }

    /// Asks for a run of the block as it stands in the list.
    pub(super) fn run(&mut self, intent: Intent) {
        if self.stored.is_some() {
            self.alert = Some(NOTHING_TO_RUN.into());
            return;
        }
        let Some(scenario) = self.draft.scenario().cloned() else { return };
        if self.is_empty_block() {
            self.playback.pause();
            return;
        }
        if !self.is_ready() {
            return;
        }
        match self.for_engine(&scenario) {
            Ok(told) => self.run_told(scenario, told, intent),
            Err(file) => self.open_again(file, Pending::Run(intent)),
        }
    }

    fn run_told(&mut self, scenario: Rc<Scenario>, told: Scenario, intent: Intent) {
        let (run, settings) = (self.next_run(), self.in_force());
        self.alert = None;
        self.live = None;
        self.running = Some(Running {
            run,
            scenario,
            settings: settings.clone(),
            intent,
            progress: None,
            waiting: Rc::default(),
        });
        self.put(Effect::Send(Box::new(Command::Run { run, scenario: told, settings })));
    }

    /// A number for the next run, benchmark or comparison.
    pub(super) fn next_run(&mut self) -> u32 {
        self.last_run += 1;
        self.last_run
    }

    /// The scenario with the engine's own key, or the file that the engine must read first.
    pub(super) fn for_engine(&self, scenario: &Scenario) -> Result<Scenario, FileId> {
        let mut told = scenario.clone();
        if let Some(key) = told.imported.as_mut().and_then(|imported| imported.key.as_mut()) {
            let file = FileId(*key);
            *key = self.file(file).and_then(|open| open.key).ok_or(file)?;
        }
        Ok(told)
    }

    fn file(&self, id: FileId) -> Option<&OpenFile> {
        self.files.iter().find(|open| open.id == id)
    }

    /// The engine knows the state in a file by this key.
    pub(super) fn set_key(&mut self, id: FileId, key: Option<u32>) {
        if let Some(open) = self.files.iter_mut().find(|open| open.id == id) {
            open.key = key;
        }
    }

    pub(super) fn open_again(&mut self, file: FileId, then: Pending) {
        let Some(open) = self.file(file) else {
            self.alert = Some("The file of this block is gone. Open it again.".into());
            return;
        };
        let name = open.name.clone();
        self.pending.push(then);
        let asked = Awaited::Open { file, again: true };
        if !self.awaited.contains(&asked) {
            self.awaited.push_back(asked);
            self.put(Effect::Open { file, name });
        }
    }

    /// The state of the file is in the engine again: what waited for it goes on.
    pub(super) fn opened_again(&mut self, file: FileId, key: Option<u32>) {
        self.set_key(file, key);
        for pending in std::mem::take(&mut self.pending) {
            match pending {
                Pending::Run(intent) => self.run(intent),
                Pending::Save => self.save(),
                Pending::Bench => self.start_bench(),
                Pending::Compare => self.start_comparison(),
                Pending::Steps => self.show_steps(),
            }
        }
    }
}
