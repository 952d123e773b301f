//! The fork: what has happened stays, what follows can be changed.
//!
//! The block runs again as a whole. That its past is the same is not assumed but compared; where it
//! is not, because something earlier depends on what comes later, the page says so.

use std::rc::Rc;

use lanescope_protocol::scenario::Transaction;
use lanescope_protocol::{Clock, Fault, Scenario, Settings, TxIndex};
use lanescope_timeline::{Film, format};

use super::super::{Edit, Store};
use super::Before;

/// Why a stored trace cannot be forked.
const NOTHING_TO_FORK: &str =
    "A stored trace has no scenario, so nothing in it can be changed. Go back to your block first.";

/// A fork that is going on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Fork {
    /// The first tick that may be different.
    pub(crate) at: u64,
    /// By transaction as counted at the fork: whether it had begun.
    locked: Vec<bool>,
    /// The block as it was.
    block: Vec<Transaction>,
    /// How it was run.
    settings: Settings,
}

impl Fork {
    pub(crate) fn new(film: &Film, block: &[Transaction], at: u64) -> Self {
        let begun = |tx: usize| {
            let runs = film.runs_of(TxIndex(tx as u32)).iter();
            runs.filter_map(|id| film.bar(*id)).any(|bar| bar.start < at)
        };
        Self {
            at,
            locked: (0..block.len()).map(begun).collect(),
            block: block.to_vec(),
            settings: film.settings().clone(),
        }
    }

    /// Whether the transaction at this place had begun.
    pub(crate) fn locks(&self, at: usize) -> bool {
        self.locked.get(at).copied().unwrap_or(false)
    }

    /// How many had begun.
    pub(crate) fn locked(&self) -> usize {
        self.locked.iter().filter(|locked| **locked).count()
    }

    /// Whether nothing is left that has not begun.
    pub(crate) fn is_all_begun(&self) -> bool {
        self.locked() == self.locked.len()
    }

    /// The tick, for people.
    pub(crate) fn when(&self) -> String {
        format::gas(self.at.saturating_sub(1) as f64)
    }

    /// Why a row cannot be changed.
    pub(crate) fn why(&self, tx: TxIndex) -> String {
        format!("{tx} had begun at {}: it belongs to the past of the fork.", self.when())
    }

    /// The transaction that stands in the way of this block, if one does: what had begun keeps its
    /// place and its contents. Nonces are counted anew by every edit.
    pub(crate) fn broken_by(&self, block: &[Transaction]) -> Option<TxIndex> {
        let same = |at: usize| {
            let new = block.get(at);
            new.is_some_and(|new| {
                let old = &self.block[at];
                Transaction { nonce: None, ..new.clone() }
                    == Transaction { nonce: None, ..old.clone() }
            })
        };
        let broken = |at: &usize| self.locks(*at) && !same(*at);
        (0..self.block.len()).find(broken).map(|at| TxIndex(at as u32))
    }

    /// Why these settings cannot follow, if they cannot.
    pub(crate) fn refuses(&self, settings: &Settings) -> Option<&'static str> {
        let was = &self.settings;
        Some(if settings.strategy != was.strategy {
            "A fork keeps its strategy: another one would have decided otherwise from the beginning. Leave the fork to change it."
        } else if settings.lanes != was.lanes {
            "A fork keeps its lanes: one more would have worked from the beginning, one less would have lost what it ran. Crash a lane instead, or leave the fork."
        } else if settings.clock != was.clock {
            "A fork is on the gas clock, whose past repeats exactly. Leave the fork to measure on threads."
        } else if settings.costs != was.costs || settings.seed != was.seed {
            "A fork keeps costs and lane seed: they would change the past. Leave the fork to change them."
        } else if self.past_faults(&settings.faults) != self.past_faults(&was.faults) {
            "What went wrong before the fork stays. Only from there on can lanes crash, slow down or recover."
        } else {
            return None;
        })
    }

    /// What faults do before the fork.
    fn past_faults(&self, faults: &[Fault]) -> Vec<Fault> {
        let until = |until: Option<u64>| until.filter(|until| *until < self.at);
        let mut past: Vec<_> = faults
            .iter()
            .filter_map(|fault| match *fault {
                Fault::Crash { at, .. } | Fault::Slow { at, .. } if at >= self.at => None,
                Fault::Crash { lane, at, until: end } => {
                    Some(Fault::Crash { lane, at, until: until(end) })
                }
                Fault::Slow { lane, times, at, until: end } => {
                    Some(Fault::Slow { lane, times, at, until: until(end) })
                }
                Fault::WrongResult { tx } => self.locks(tx.get()).then_some(*fault),
            })
            .collect();
        past.sort_by_key(ToString::to_string);
        past
    }
}

impl Store {
    /// Forks where the playhead stands.
    pub(super) fn fork_here(&mut self) {
        let (Some(film), Some(scenario)) = (self.film.clone(), self.draft.scenario().cloned())
        else {
            return;
        };
        let refusal = if self.stored.is_some() {
            Some(NOTHING_TO_FORK)
        } else if scenario.transactions.is_empty() {
            Some("The block has no transactions, so there is nothing to fork.")
        } else if film.clock() == Clock::Threads || self.settings.clock == Clock::Threads {
            Some("On threads no run repeats, so its past cannot be kept. Fork on the gas clock.")
        } else if self.running.is_some() || self.live.is_some() {
            Some("The block runs. Fork when it has ended.")
        } else if !self.is_current() || *film.settings() != self.in_force() {
            Some("The block has changed since this run. Run it, then fork.")
        } else {
            None
        };
        if let Some(refusal) = refusal {
            self.alert = Some(refusal.into());
            return;
        }
        self.playback.pause();
        self.forget_before();
        // What is seen at the playhead has happened.
        let at = self.playback.time.max(0.0) as u64 + 1;
        let fork = Fork::new(&film, &scenario.transactions, at);
        let settings = film.settings().clone();
        self.whatif.before = Some(Rc::new(Before { film, scenario, settings }));
        self.whatif.fork = Some(Rc::new(fork));
        self.editing = None;
        self.tell_change();
        self.see_both();
    }

    /// Ends the fork with its change, which stays beside the run before, or without it.
    pub(super) fn leave_fork(&mut self, changed: bool) {
        if self.whatif.fork.take().is_none() {
            return;
        }
        let differs = self.whatif.told.as_ref().is_some_and(|told| told.contrast.since.is_some());
        if !changed {
            self.back_to_before();
        } else if differs || self.running.is_some() || !self.is_current() {
            self.leave_stack_of_changes();
        } else {
            self.forget_before();
        }
    }

    /// Why an edit cannot be made while a fork is going on.
    pub(in super::super) fn edit_refused(&self, edit: &Edit) -> Option<Rc<str>> {
        let fork = self.whatif.fork.as_ref()?;
        let scenario = self.draft.scenario()?;
        let block = super::super::draft::edited(scenario, edit.clone())?;
        fork.broken_by(&block.transactions).map(|tx| fork.why(tx).into())
    }

    /// Why a scenario cannot follow while a fork is going on.
    pub(in super::super) fn past_of_fork(&self, scenario: &Scenario) -> Option<Rc<str>> {
        let fork = self.whatif.fork.as_ref()?;
        fork.broken_by(&scenario.transactions).map(|tx| fork.why(tx).into())
    }

    /// Whether settings cannot follow while a fork is going on; then the page says why.
    pub(in super::super) fn fork_refuses(&mut self, settings: &Settings) -> bool {
        let why = self.whatif.fork.as_ref().and_then(|fork| fork.refuses(settings));
        if let Some(why) = why {
            self.alert = Some(why.into());
        }
        why.is_some()
    }
}
