//! Splitting hot slots: a what-if that changes the block's rules, and is edited like the block.

use lanescope_protocol::LocationId;
use lanescope_protocol::scenario::{Split, SplitBy, SplitInitial};
use lanescope_protocol::split::{SPLIT_COPIES_MAX, SPLIT_COPIES_MIN, SPLITS_MAX};
use lanescope_timeline::Film;

use super::{Edit, Store};

/// What the user wants of splits. Imperative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SplitWish {
    /// Split these slots of the run that is shown.
    Slots(Vec<LocationId>),
    /// So many copies of the split with this index.
    Copies(usize, u32),
    /// Who uses which copy.
    By(usize, SplitBy),
    /// What copies hold before the block.
    Initial(usize, SplitInitial),
    /// Put a slot together again.
    Remove(usize),
    /// Put all together again.
    Clear,
}

impl Store {
    pub(super) fn fulfil_split(&mut self, wish: SplitWish) {
        let Some(scenario) = self.draft.scenario() else { return };
        let old = &scenario.splits;
        let new = match wish {
            SplitWish::Slots(slots) => match self.shown() {
                Some(film) => with(old, film, &slots),
                None => return,
            },
            SplitWish::Copies(at, copies) => changed(old, at, |split| {
                split.copies = copies.clamp(SPLIT_COPIES_MIN, SPLIT_COPIES_MAX);
            }),
            SplitWish::By(at, by) => changed(old, at, |split| split.by = by),
            SplitWish::Initial(at, initial) => changed(old, at, |split| split.initial = initial),
            SplitWish::Remove(gone) => {
                let kept = old.iter().enumerate().filter(|(at, _)| *at != gone);
                kept.map(|(_, split)| split.clone()).collect()
            }
            SplitWish::Clear => Vec::new(),
        };
        self.edit(Edit::Splits(new));
    }
}

/// The splits with these slots among them. The shown run may be an older one of the block: what is
/// split by now stays as it is.
fn with(old: &[Split], film: &Film, slots: &[LocationId]) -> Vec<Split> {
    let mut new = old.to_vec();
    for split in slots.iter().filter_map(|slot| film.split_of(*slot)) {
        let same = |other: &Split| film.split_name(other) == film.split_name(&split);
        if new.len() < SPLITS_MAX && !new.iter().any(same) {
            new.push(split);
        }
    }
    new
}

fn changed(old: &[Split], at: usize, change: impl FnOnce(&mut Split)) -> Vec<Split> {
    let mut new = old.to_vec();
    if let Some(split) = new.get_mut(at) {
        change(split);
    }
    new
}
