//! What to split: which slots a what-if could keep several times, and which only together.
//!
//! Transactions that meet in one slot often meet in others as well: a swap writes both reserves of
//! its pool and what the pool owns of both tokens. Splitting one of them sets nobody free.

use lanescope_protocol::scenario::Split;
use lanescope_protocol::split::read_copy_name;
use lanescope_protocol::trace::{LocationInfo, LocationKind};
use lanescope_protocol::{AccessKind, LocationId, TxIndex};

use crate::film::Film;

/// Slots belong together if at least so many percent of who writes one of them write both.
const TOGETHER_PERCENT: usize = 75;

impl Film {
    /// How a scenario splits a slot, with everything at its default. `None`: it is no slot, or a copy
    /// of one that is split already.
    #[must_use]
    pub fn split_of(&self, location: LocationId) -> Option<Split> {
        let info = self.location(location)?;
        let is_whole = info.kind == LocationKind::Slot && read_copy_name(&info.name).is_none();
        let digits = info.key.strip_prefix("0x").filter(|_| is_whole)?;
        let slot = format!("0x{digits:0>64}");
        Some(Split { address: info.address.clone(), slot, ..Split::default() })
    }

    /// The slot itself and those that mostly the same transactions write, the hottest first: a split
    /// of one sets few free without the others. Empty: it cannot be split, or fewer than two write it.
    #[must_use]
    pub fn split_together(&self, location: LocationId) -> Vec<LocationId> {
        if self.split_of(location).is_none() {
            return Vec::new();
        }
        let mut mine = vec![false; self.transaction_count()];
        for access in self.accesses.iter().filter(|access| access.kind == AccessKind::Write) {
            if let Some(writes) = mine.get_mut(access.by.tx.get()) {
                *writes |= access.location == location;
            }
        }
        let own = mine.iter().filter(|writes| **writes).count();
        if own < 2 {
            return Vec::new();
        }
        let mut others = vec![Writers::default(); self.locations.len()];
        for access in self.accesses.iter().filter(|access| access.kind == AccessKind::Write) {
            let also = mine.get(access.by.tx.get()).copied().unwrap_or_default();
            if let Some(writers) = others.get_mut(access.location.get()) {
                writers.meet(access.by.tx, also);
            }
        }
        let belongs = |writers: &Writers| {
            writers.both * 100 >= (own + writers.all - writers.both) * TOGETHER_PERCENT
        };
        let others = (0..).map(LocationId).zip(&others);
        let mut found: Vec<_> = others
            .filter(|(other, writers)| *other != location && belongs(writers))
            .filter(|(other, _)| self.split_of(*other).is_some())
            .collect();
        found.sort_by_key(|(_, writers)| core::cmp::Reverse(writers.both));
        core::iter::once(location).chain(found.into_iter().map(|(other, _)| other)).collect()
    }

    /// The hottest slots that can be split, each with those that belong to it; a slot is in one
    /// group only.
    #[must_use]
    pub fn split_candidates(&self, limit: usize) -> Vec<Vec<LocationId>> {
        let mut groups: Vec<Vec<LocationId>> = Vec::new();
        for hot in self.hot_locations() {
            if groups.len() == limit {
                break;
            }
            let is_known = groups.iter().flatten().any(|known| *known == hot.location);
            if hot.writers < 2 || is_known {
                continue;
            }
            let mut group = self.split_together(hot.location);
            group.retain(|one| !groups.iter().flatten().any(|known| known == one));
            if !group.is_empty() {
                groups.push(group);
            }
        }
        groups
    }

    /// The name of a slot that is split, as far as this run has touched it.
    #[must_use]
    pub fn split_name(&self, split: &Split) -> Option<&str> {
        let short = |key: &str| key.trim_start_matches("0x").trim_start_matches('0').to_lowercase();
        let wanted = short(&split.slot);
        let found = self.locations.iter().find(|info| {
            info.kind == LocationKind::Slot
                && short(&info.key) == wanted
                && is_of(info, &split.address)
        })?;
        Some(read_copy_name(&found.name).map_or(&*found.name, |(slot, _)| slot))
    }
}

/// Whether a location is of this contract, by its address or its name.
fn is_of(info: &LocationInfo, contract: &str) -> bool {
    let named = || info.name.strip_prefix(contract).is_some_and(|rest| rest.starts_with('.'));
    info.address.eq_ignore_ascii_case(contract) || named()
}

/// How many transactions write a location, and how many of them write the other as well. They come
/// in block order.
#[derive(Clone, Copy, Default)]
struct Writers {
    last: Option<TxIndex>,
    all: usize,
    both: usize,
}

impl Writers {
    fn meet(&mut self, tx: TxIndex, also: bool) {
        if self.last != Some(tx) {
            self.last = Some(tx);
            self.all += 1;
            self.both += usize::from(also);
        }
    }
}
