//! What if: a change by hand, the run before beside the run after it, the fork at the playhead, and
//! runs stacked on one time axis.
//!
//! The run before stays until it is forgotten, or until the block is another one; it is kept in
//! memory only. Every change runs the whole block again; nothing is continued from the middle.

mod fork;
mod lane;
mod stack;

use std::rc::Rc;

use lanescope_protocol::scenario::Split;
use lanescope_protocol::{Clock, Lane, Scenario, Settings, Strategy, TxIndex};
use lanescope_timeline::contrast::{Subject, change_words};
use lanescope_timeline::{Contrast, Film, Pairs};

use super::{Intent, Store, View};
pub(crate) use fork::Fork;
pub(crate) use lane::LaneState;
pub(crate) use stack::{STACK_MAX, STACK_MIN, Stack, StackRow};

/// One wish about changes by hand. Imperative.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum WhatIfWish {
    /// Show before and after, one below the other.
    SeeBoth,
    /// Go back to the block and the settings of before.
    Back,
    /// Forget the run before.
    Forget,
    /// Keep what has happened, and change what follows; or, if that is going on, end it.
    Fork,
    /// End the fork with the change, or without it.
    Leave { changed: bool },
    /// Do something to a lane where the playhead stands.
    Lane(Lane, LaneWish),
    /// Whether a strategy of the comparison is to be stacked.
    Tick(Strategy, bool),
    /// Stack the strategies that are ticked.
    ShowStacked,
    /// Away with the stack.
    CloseStack,
}

/// What can be done to a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LaneWish {
    /// It runs nothing from now on.
    Crash,
    /// What it begins takes several times as long.
    Slow,
    /// It works as before.
    Recover,
}

/// A run that others are compared with.
#[derive(Clone, Debug)]
pub(crate) struct Before {
    pub(crate) film: Rc<Film>,
    pub(crate) scenario: Rc<Scenario>,
    pub(crate) settings: Settings,
}

/// The run before against the run on the screen.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) contrast: Contrast,
    pub(crate) pairs: Pairs,
    /// What was changed, each as "moving T4 behind T2".
    pub(crate) changes: Vec<String>,
}

/// Everything that the page remembers about changes by hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct WhatIf {
    /// The run before, once something was changed.
    pub(crate) before: Option<Rc<Before>>,
    /// What the change brought, once it has run.
    pub(crate) told: Option<Rc<Told>>,
    /// The fork that is going on.
    pub(crate) fork: Option<Rc<Fork>>,
    /// Strategies of the comparison that are to be stacked.
    pub(crate) ticked: Vec<Strategy>,
    /// The runs that are shown one below the other.
    pub(crate) stack: Option<Rc<Stack>>,
    /// The next run is of another block: there is nothing to compare it with.
    fresh: bool,
    /// The playhead stays where it is when the next run has ended.
    stays: bool,
    /// The transaction that was moved last, as counted now.
    moved: Option<TxIndex>,
}

impl Told {
    /// `Before: 2.2× · Now: 2.5×`.
    pub(crate) fn speeds(&self) -> [String; 2] {
        let (before, after) = (&self.contrast.before, &self.contrast.after);
        [before.speedup, after.speedup].map(lanescope_timeline::format::times)
    }

    /// "moving T4 behind T2 saves 90 k gas".
    pub(crate) fn effect(&self) -> String {
        self.contrast.effect(&self.changes)
    }

    /// The whole sentence.
    pub(crate) fn sentence(&self) -> String {
        self.contrast.sentence(&self.changes)
    }
}

impl Store {
    pub(super) fn what_if(&mut self, wish: WhatIfWish) {
        match wish {
            WhatIfWish::SeeBoth => self.see_both(),
            WhatIfWish::Back => self.back_to_before(),
            WhatIfWish::Forget => self.forget_before(),
            WhatIfWish::Fork if self.whatif.fork.is_some() => self.leave_fork(true),
            WhatIfWish::Fork => self.fork_here(),
            WhatIfWish::Leave { changed } => self.leave_fork(changed),
            WhatIfWish::Lane(lane, wish) => self.change_lane(lane, wish),
            WhatIfWish::Tick(strategy, wanted) => self.tick(strategy, wanted),
            WhatIfWish::ShowStacked => self.show_stacked(),
            WhatIfWish::CloseStack => self.close_stack(),
        }
    }

    /// The block is another one: nothing before can be compared with it.
    pub(super) fn forget_block(&mut self) {
        let ticked = core::mem::take(&mut self.whatif.ticked);
        self.whatif = WhatIf { ticked, fresh: true, ..WhatIf::default() };
        if self.view == View::Stack {
            self.view = View::Lanes;
        }
    }

    /// A transaction was moved by hand to this place.
    pub(super) fn noted_move(&mut self, to: Option<usize>) {
        self.whatif.moved = to.map(|to| TxIndex(to as u32));
    }

    /// A run has ended and is about to take the place of the film on the screen. If something was
    /// changed by hand, the film becomes the run before, unless there is one already.
    pub(super) fn pin_before(&mut self, scenario: &Rc<Scenario>, film: &Rc<Film>) {
        let fresh = core::mem::take(&mut self.whatif.fresh);
        let shown = self.film.clone().zip(self.filmed.clone());
        if fresh || self.whatif.before.is_some() {
            return;
        }
        let Some((old, filmed)) = shown.filter(|(old, _)| old.is_complete()) else { return };
        let changed = old.settings() != film.settings() || !Rc::ptr_eq(&filmed, scenario);
        if changed && same_world(&filmed, scenario) && old.clock() == film.clock() {
            let settings = old.settings().clone();
            self.whatif.before = Some(Rc::new(Before { film: old, scenario: filmed, settings }));
        }
    }

    /// Whether the playhead stays where it is after the run that just ended.
    pub(super) fn keeps_time(&mut self) -> bool {
        let stays = core::mem::take(&mut self.whatif.stays);
        stays || self.whatif.fork.is_some() || self.view == View::Stack
    }

    /// The run on the screen is another one: what it brought is told anew.
    pub(super) fn tell_change(&mut self) {
        self.whatif.told = None;
        let (Some(before), Some(film), Some(filmed)) =
            (self.whatif.before.clone(), self.film.clone(), self.filmed.clone())
        else {
            return;
        };
        let same_block = before.scenario.transactions == filmed.transactions
            && same_world(&before.scenario, &filmed)
            && before.scenario.splits == filmed.splits;
        let undone = same_block && before.settings == *film.settings();
        if self.whatif.fork.is_none() && (undone || before.film.clock() != film.clock()) {
            self.whatif.before = None;
            self.leave_stack_of_changes();
            return;
        }
        let pairs = Pairs::between(&before.scenario.transactions, &filmed.transactions);
        let of = |scenario, settings| Subject { scenario, settings };
        let changes = change_words(
            of(&before.scenario, &before.settings),
            of(&filmed, film.settings()),
            &pairs,
            self.whatif.moved,
            &split_words((&before.film, &before.scenario), (&film, &filmed)),
        );
        let contrast = Contrast::new(&before.film, &film, &pairs);
        self.whatif.told = Some(Rc::new(Told { contrast, pairs, changes }));
        self.restack();
    }

    fn back_to_before(&mut self) {
        let Some(before) = self.whatif.before.clone() else { return };
        self.whatif.fork = None;
        self.settings = before.settings.clone();
        self.draft.turn_to(&before.scenario);
        // What it brought is known: it ran already, and the same run comes out again.
        self.film = Some(Rc::clone(&before.film));
        self.filmed = self.draft.scenario().cloned();
        self.whatif.before = None;
        self.whatif.told = None;
        self.leave_stack_of_changes();
        self.row = None;
        self.editing = None;
        self.selected = None;
        self.refused = None;
        let time = self.playback.time;
        self.playback.seek(&before.film, time);
        if before.settings.clock == Clock::Threads || self.running.is_some() {
            self.run(Intent::Show);
        }
    }

    fn forget_before(&mut self) {
        self.whatif.before = None;
        self.whatif.told = None;
        self.whatif.fork = None;
        self.leave_stack_of_changes();
    }
}

/// What was split or put together between two runs, as "splitting Pool A.reserve0 in 4".
fn split_words((was, old): (&Film, &Scenario), (is, new): (&Film, &Scenario)) -> Vec<String> {
    let name = |split: &Split| {
        let known = is.split_name(split).or_else(|| was.split_name(split));
        known.unwrap_or(&split.slot).to_owned()
    };
    let same = |a: &Split, b: &Split| a.address == b.address && a.slot == b.slot;
    let of = |all: &[Split], split: &Split| all.iter().find(|known| same(known, split)).cloned();
    let changed = new.splits.iter().filter_map(|split| match of(&old.splits, split) {
        None => Some(format!("splitting {} in {}", name(split), split.copies)),
        Some(known) if known != *split => Some(format!(
            "splitting {} in {} instead of {}",
            name(split),
            split.copies,
            known.copies
        )),
        Some(_) => None,
    });
    let gone = old.splits.iter().filter(|split| of(&new.splits, split).is_none());
    changed.chain(gone.map(|split| format!("putting {} together", name(split)))).collect()
}

/// Whether two blocks begin from the same state, so that only what was done in them differs.
fn same_world(a: &Scenario, b: &Scenario) -> bool {
    a.accounts == b.accounts
        && a.contracts == b.contracts
        && a.imported.as_ref().map(|known| known.key) == b.imported.as_ref().map(|known| known.key)
}
