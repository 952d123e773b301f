//! The comparison: one block under many strategies, what was asked for and what has come of it.

use std::rc::Rc;

use lanescope_protocol::trace::Summary;
use lanescope_protocol::{Clock, Command, Scenario, Settings, Strategy, StrategyName};
use lanescope_timeline::{Film, Metrics};

use super::requests::Pending;
use super::{Effect, Progress, Stand, Store};

/// Numbers of lanes on the chart.
pub(crate) const CHART_LANES: [u16; 7] = [1, 2, 4, 8, 16, 32, 64];

/// What is compared until the user chooses otherwise.
pub(crate) const DEFAULT: [StrategyName; 8] = [
    StrategyName::Sequential,
    StrategyName::BlockStm,
    StrategyName::InOrderMerge,
    StrategyName::Rounds,
    StrategyName::DependencyGraph,
    StrategyName::AccessList,
    StrategyName::DeclaredLocks,
    StrategyName::Naive,
];

/// What is on the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum View {
    /// One run, in time.
    #[default]
    Lanes,
    /// The same block under several strategies.
    Compare,
    /// Two to four runs, one below the other.
    Stack,
}

/// A comparison that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Comparison {
    /// Its number, from the same row as those of runs.
    pub(crate) run: u32,
    /// What was run.
    scenario: Rc<Scenario>,
    /// How, the strategy aside.
    pub(crate) settings: Settings,
    /// One for each strategy, in menu order.
    pub(crate) entries: Vec<Entry>,
    /// The same on other numbers of lanes, for the chart.
    pub(crate) points: Vec<Point>,
    /// Runs that are still to come.
    left: usize,
    /// How it stands.
    pub(crate) stand: Stand,
}

/// One strategy of a comparison.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Which.
    pub(crate) strategy: Strategy,
    /// What came of it.
    pub(crate) answer: Answer,
}

/// What came of one run of a comparison.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// Nothing yet.
    Awaited,
    /// A run.
    Here(Rc<Worth>),
    /// It cannot be done; one sentence.
    Refused(Rc<str>),
}

/// A run of a comparison, and what it was worth.
#[derive(Clone, Debug)]
pub(crate) struct Worth {
    pub(crate) film: Rc<Film>,
    pub(crate) metrics: Metrics,
    /// Transactions that ran to their end more than once.
    pub(crate) ran_again: usize,
}

/// A point of the chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    /// Which of the entries.
    pub(crate) entry: usize,
    pub(crate) lanes: u16,
    /// `None` while it is not known, or where it cannot be run.
    pub(crate) speedup: Option<f64>,
}

/// Which strategies to compare, in one go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// Those that it begins with.
    Default,
    /// All of them.
    All,
    /// None, to choose some by hand.
    Nothing,
}

impl Worth {
    fn new(film: Rc<Film>) -> Self {
        let ended = |tx: u32| {
            let runs = film.runs_of(lanescope_protocol::TxIndex(tx)).iter();
            runs.filter_map(|id| film.bar(*id)).filter(|bar| bar.status().is_some()).count()
        };
        let ran_again = (0..film.transaction_count() as u32).filter(|tx| ended(*tx) > 1).count();
        Self { metrics: film.metrics(), ran_again, film }
    }
}

impl Comparison {
    pub(crate) fn is_going_on(&self) -> bool {
        matches!(self.stand, Stand::GoingOn(_))
    }

    /// How much of it is done, 0 to 1.
    pub(crate) fn done(&self) -> f64 {
        let all = (self.entries.len() + self.points.len()).max(1);
        1.0 - self.left as f64 / all as f64
    }

    /// Every run that is over, with its place among the entries.
    pub(crate) fn worths(&self) -> impl Iterator<Item = (usize, &Rc<Worth>)> {
        self.entries.iter().enumerate().filter_map(|(at, entry)| match &entry.answer {
            Answer::Here(worth) => Some((at, worth)),
            Answer::Awaited | Answer::Refused(_) => None,
        })
    }

    /// The speed-ups of one strategy by lanes, ascending.
    pub(crate) fn speedups(&self, entry: usize) -> Vec<(u16, f64)> {
        let mine = self.worths().find(|(at, _)| *at == entry);
        let mine = mine.map(|(_, worth)| (self.settings.lanes, worth.metrics.speedup));
        let others = self.points.iter().filter(|point| point.entry == entry);
        let others = others.filter_map(|point| Some((point.lanes, point.speedup?)));
        let mut all: Vec<_> = others.chain(mine).collect();
        all.sort_by_key(|(lanes, _)| *lanes);
        all
    }

    /// What is asked of the engine: the strategies first, then the points of the chart.
    fn asked(&self) -> Vec<Settings> {
        let with = |strategy, lanes| Settings { strategy, lanes, ..self.settings.clone() };
        let strategies = self.entries.iter().map(|entry| with(entry.strategy, self.settings.lanes));
        let points = self.points.iter();
        let points = points.map(|point| with(self.entries[point.entry].strategy, point.lanes));
        strategies.chain(points).collect()
    }
}

/// The settings that a comparison has in common with every run in it.
fn common(settings: &Settings) -> Settings {
    Settings { strategy: Strategy::default(), clock: Clock::Gas, ..settings.clone() }
}

impl Store {
    /// Whether the comparison is of the block and the settings as they are now.
    pub(crate) fn comparison_is_current(&self) -> bool {
        match (&self.comparison, self.draft.scenario()) {
            (Some(comparison), Some(scenario)) => {
                Rc::ptr_eq(&comparison.scenario, scenario)
                    && comparison.settings == common(&self.settings)
            }
            _ => false,
        }
    }

    /// Turns to lanes or comparison. The first look at the comparison starts it.
    pub(super) fn turn_to(&mut self, view: View) {
        if self.view == View::Stack && view != View::Stack {
            self.close_stack();
        }
        self.view = view;
        self.playback.pause();
        if view == View::Compare && self.comparison.is_none() {
            let mine = self.settings.strategy;
            if Strategy::all().any(|known| known == mine) {
                self.choose_contestant(mine, true);
            }
            self.start_comparison();
        }
    }

    pub(super) fn choose_contestants(&mut self, choice: Choice) {
        self.contestants = match choice {
            Choice::Default => first_contestants(),
            Choice::All => Strategy::all().collect(),
            Choice::Nothing => Vec::new(),
        };
    }

    /// Keeps the order of the menu.
    pub(super) fn choose_contestant(&mut self, strategy: Strategy, wanted: bool) {
        let was = core::mem::take(&mut self.contestants);
        self.contestants = Strategy::all()
            .filter(|known| if *known == strategy { wanted } else { was.contains(known) })
            .collect();
    }

    /// Asks for a comparison of the block as it stands in the list. A run that goes on is left to
    /// end first.
    pub(super) fn start_comparison(&mut self) {
        self.comparison_wanted = false;
        let Some(scenario) = self.draft.scenario().cloned() else { return };
        if !self.is_ready() {
            return;
        }
        if self.running.is_some() {
            self.comparison_wanted = true;
            return;
        }
        match self.for_engine(&scenario) {
            Ok(told) => self.comparison_told(scenario, told),
            Err(file) => self.open_again(file, Pending::Compare),
        }
    }

    fn comparison_told(&mut self, scenario: Rc<Scenario>, told: Scenario) {
        let mut strategies = self.contestants.clone();
        let mine = self.settings.strategy;
        // What the user made of a strategy by its parameters is in no menu.
        if !Strategy::all().any(|known| known == mine) {
            strategies.push(mine);
        }
        if strategies.is_empty() {
            return;
        }
        let settings = common(&self.settings);
        let of_chart = |strategy: &Strategy| strategy.rules.name() != StrategyName::Sequential;
        let points = CHART_LANES.into_iter().filter(|lanes| *lanes != settings.lanes);
        let points = points.flat_map(|lanes| {
            let entries = strategies.iter().enumerate().filter(|(_, of)| of_chart(of));
            entries.map(move |(entry, _)| Point { entry, lanes, speedup: None })
        });
        let points: Vec<_> = points.collect();
        let entry = |strategy: &Strategy| Entry { strategy: *strategy, answer: Answer::Awaited };
        let entries: Vec<_> = strategies.iter().map(entry).collect();
        self.alert = None;
        let run = self.next_run();
        self.put(Effect::Films { run, films: entries.len() as u32 });
        let (left, stand) = (entries.len() + points.len(), Stand::GoingOn(None));
        let comparison = Comparison { run, scenario, settings, entries, points, left, stand };
        let settings = comparison.asked();
        self.comparison = Some(Rc::new(comparison));
        self.put(Effect::Send(Box::new(Command::Compare { run, scenario: told, settings })));
    }

    /// Goes on with a comparison that waited for a run to end.
    pub(super) fn after_run(&mut self) {
        if self.comparison_wanted {
            self.start_comparison();
        }
    }

    /// The comparison that goes on, if it has this number.
    fn comparison_of(&mut self, run: u32) -> Option<&mut Comparison> {
        let comparison = self.comparison.as_mut();
        let comparison = comparison.filter(|known| known.run == run && known.is_going_on())?;
        Some(Rc::make_mut(comparison))
    }

    pub(super) fn comparison_progressed(&mut self, run: u32, progress: Progress) {
        if let Some(comparison) = self.comparison_of(run) {
            comparison.stand = Stand::GoingOn(Some(progress));
        }
    }

    /// One run of it is over: its film, or why there is none.
    pub(super) fn compared(
        &mut self,
        run: u32,
        index: u32,
        left: u32,
        answer: Result<Rc<Film>, String>,
    ) {
        let Some(comparison) = self.comparison_of(run) else { return };
        let index = index as usize;
        if let Some(entry) = comparison.entries.get_mut(index) {
            entry.answer = match answer {
                Ok(film) => Answer::Here(Rc::new(Worth::new(film))),
                Err(sentence) => Answer::Refused(sentence.into()),
            };
        } else if let Some(point) = comparison.points.get_mut(index - comparison.entries.len()) {
            // Of a point only its height is needed.
            point.speedup = answer.ok().and_then(|film| film.summary().map(Summary::speedup));
        }
        comparison.left = left as usize;
        if left == 0 {
            comparison.stand = Stand::Done;
        }
    }

    /// The comparison with this number, or any without a number, does not go on.
    pub(super) fn comparison_ended(&mut self, run: Option<u32>, stand: Stand) {
        let known = self.comparison.as_ref().map(|comparison| comparison.run);
        let Some(run) = run.or(known) else { return };
        if let Some(comparison) = self.comparison_of(run) {
            comparison.stand = stand;
        }
    }
}

/// What is compared until the user chooses otherwise.
pub(super) fn first_contestants() -> Vec<Strategy> {
    Strategy::all().filter(|known| DEFAULT.iter().any(|name| *known == (*name).into())).collect()
}
