//! Runs one below the other, on one time axis, under one playhead.

use std::rc::Rc;

use lanescope_protocol::{Strategy, Version};
use lanescope_timeline::contrast::{Contender, Figures, Ledger, race};
use lanescope_timeline::{Film, Pairs};

use super::super::{Answer, Store, View, Wish};
use crate::playback::Toward;

/// Fewest runs that can be stacked.
pub(crate) const STACK_MIN: usize = 2;
/// Most runs that can be stacked.
pub(crate) const STACK_MAX: usize = 4;

/// One run of a stack.
#[derive(Clone, Debug)]
pub(crate) struct StackRow {
    /// `Before`, `Now`, or nothing where the strategy says it all.
    pub(crate) name: &'static str,
    pub(crate) film: Rc<Film>,
    /// From its own count of transactions to that of the block in the list.
    pub(crate) pairs: Pairs,
    /// How the lanes of its film and those of the others are named in words: by its strategy.
    pub(crate) strategy: Strategy,
}

/// Runs one below the other.
#[derive(Clone, Debug)]
pub(crate) struct Stack {
    pub(crate) rows: Vec<StackRow>,
    /// What sets them apart, in a sentence.
    pub(crate) sentence: String,
    /// What each threw away.
    pub(crate) ledgers: Vec<Ledger>,
    /// They are a change by hand, not strategies of a comparison.
    pub(crate) of_change: bool,
}

impl Stack {
    /// The longest run: the playhead runs over it.
    pub(crate) fn lead(&self) -> Option<&Rc<Film>> {
        self.rows.iter().map(|row| &row.film).max_by_key(|film| film.end())
    }

    /// The last tick of the common axis.
    pub(crate) fn end(&self) -> u64 {
        self.lead().map_or(1, |film| film.end())
    }

    fn new(rows: Vec<StackRow>, sentence: String, of_change: bool) -> Self {
        let ledgers = rows.iter().map(|row| Ledger::of(&row.film)).collect();
        Self { rows, sentence, ledgers, of_change }
    }
}

impl StackRow {
    /// The incarnation of this run that stands for the one that is selected: the same one, or, where
    /// this run has none such, what the transaction does at `time`.
    pub(crate) fn selected(&self, selected: Option<Version>, time: f64) -> Option<Version> {
        let version = self.pairs.back_version(selected?)?;
        if self.film.bar_of(version).is_some() {
            return Some(version);
        }
        let runs = self.film.runs_of(version.tx).iter().filter_map(|id| self.film.bar(*id));
        let run =
            runs.clone().rfind(|bar| bar.start as f64 <= time).or_else(|| runs.clone().next());
        run.map(|bar| bar.version)
    }

    /// What is selected where this incarnation of this run was chosen.
    pub(crate) fn chosen(&self, version: Version) -> Option<Version> {
        self.pairs.ahead_version(version)
    }
}

impl Store {
    /// What the playhead runs over: the longest of the runs that are stacked, or the film.
    pub(crate) fn lead(&self) -> Option<&Rc<Film>> {
        match (&self.whatif.stack, self.view) {
            (Some(stack), View::Stack) => stack.lead(),
            _ => self.shown(),
        }
    }

    /// Shows the run before and the run on the screen, one below the other.
    pub(super) fn see_both(&mut self) {
        if self.whatif.told.is_none() {
            return;
        }
        self.view = View::Stack;
        self.stack_changes();
    }

    /// Makes the stack anew after another run, if it is shown.
    pub(super) fn restack(&mut self) {
        if self.view == View::Stack && self.whatif.stack.as_ref().is_none_or(|of| of.of_change) {
            self.stack_changes();
        }
    }

    fn stack_changes(&mut self) {
        let (Some(before), Some(told), Some(film)) =
            (&self.whatif.before, &self.whatif.told, &self.film)
        else {
            return;
        };
        let row = |name, film: &Rc<Film>, pairs: Pairs| StackRow {
            name,
            film: Rc::clone(film),
            pairs,
            strategy: film.settings().strategy,
        };
        let rows =
            vec![row("Before", &before.film, told.pairs.clone()), row("Now", film, Pairs::same())];
        let sentence = told.sentence();
        self.whatif.stack = Some(Rc::new(Stack::new(rows, sentence, true)));
        self.keep_time();
    }

    /// The playhead stays where it stands, over whatever it runs over now.
    pub(super) fn keep_time(&mut self) {
        if let Some(lead) = self.lead().cloned() {
            let time = self.playback.time;
            self.playback.seek(&lead, time);
        }
    }

    /// If changes by hand are stacked, back to the lanes.
    pub(super) fn leave_stack_of_changes(&mut self) {
        if self.whatif.stack.as_ref().is_some_and(|stack| stack.of_change) {
            self.close_stack();
        }
    }

    pub(in super::super) fn close_stack(&mut self) {
        let of_change = self.whatif.stack.take().is_none_or(|stack| stack.of_change);
        if self.view == View::Stack {
            self.view = if of_change { View::Lanes } else { View::Compare };
            self.playback.pause();
            if of_change {
                self.keep_time();
            }
        }
    }

    /// Keeps the order of the table, and no more than can be stacked.
    pub(super) fn tick(&mut self, strategy: Strategy, wanted: bool) {
        let ticked = &mut self.whatif.ticked;
        ticked.retain(|known| *known != strategy);
        if wanted && ticked.len() < STACK_MAX {
            ticked.push(strategy);
        }
    }

    /// Strategies that are ticked and have run.
    pub(crate) fn stackable(&self) -> usize {
        self.stack_rows().len()
    }

    fn stack_rows(&self) -> Vec<StackRow> {
        let Some(comparison) = &self.comparison else { return Vec::new() };
        let ticked =
            comparison.entries.iter().filter(|entry| self.whatif.ticked.contains(&entry.strategy));
        ticked
            .filter_map(|entry| match &entry.answer {
                Answer::Here(worth) => Some(StackRow {
                    name: "",
                    film: Rc::clone(&worth.film),
                    pairs: Pairs::same(),
                    strategy: entry.strategy,
                }),
                Answer::Awaited | Answer::Refused(_) => None,
            })
            .collect()
    }

    /// Stacks what is ticked in the comparison.
    pub(super) fn show_stacked(&mut self) {
        let rows = self.stack_rows();
        if rows.len() < STACK_MIN || rows.len() > STACK_MAX {
            return;
        }
        let contender = |row: &StackRow| Contender {
            name: crate::provenance::strategy_words(&row.strategy),
            figures: Figures::of(&row.film),
        };
        let sentence = race(&rows.iter().map(contender).collect::<Vec<_>>());
        self.whatif.stack = Some(Rc::new(Stack::new(rows, sentence, false)));
        self.view = View::Stack;
        self.selected = None;
        self.playback.first();
    }

    /// Steps over what happens in any of the stacked runs. Returns whether that is what was asked.
    pub(in super::super) fn step_stack(&mut self, wish: &Wish) -> bool {
        let (Some(stack), View::Stack) = (self.whatif.stack.clone(), self.view) else {
            return false;
        };
        let (toward, kind) = match wish {
            Wish::Step(toward) => (*toward, None),
            Wish::StepTransaction(toward) => {
                (*toward, Some(lanescope_protocol::EventKind::ExecutionStarted))
            }
            Wish::StepAbort(toward) => (*toward, Some(lanescope_protocol::EventKind::Aborted)),
            _ => return false,
        };
        let now = self.playback.time;
        let nearest = |film: &Rc<Film>| {
            let wanted = |moment: &&lanescope_timeline::Moment| {
                kind.is_none_or(|kind| moment.event.kind == kind)
            };
            let moments = film.moments();
            match toward {
                Toward::Forward => {
                    let from = moments.partition_point(|moment| moment.time() <= now);
                    moments[from..].iter().find(wanted).map(lanescope_timeline::Moment::time)
                }
                Toward::Back => {
                    let upto = moments.partition_point(|moment| moment.time() < now);
                    moments[..upto].iter().rfind(wanted).map(lanescope_timeline::Moment::time)
                }
            }
        };
        let times = stack.rows.iter().filter_map(|row| nearest(&row.film));
        let time = match toward {
            Toward::Forward => times.min_by(f64::total_cmp),
            Toward::Back => times.max_by(f64::total_cmp),
        };
        if let (Some(time), Some(lead)) = (time, stack.lead()) {
            self.playback.seek(lead, time);
        } else {
            self.playback.pause();
        }
        true
    }
}
