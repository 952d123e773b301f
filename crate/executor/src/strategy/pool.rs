//! Transactions that wait for a lane, some of them for a certain one.

use std::collections::BTreeSet;

use lanescope_protocol::{Lane, TxIndex};
use rustc_hash::FxHashMap;

/// Groups stay together: the lane that takes one transaction of a group gets the others too.
#[derive(Debug)]
pub(super) struct Pool {
    /// The group of each transaction; empty if there are none.
    groups: Box<[u32]>,
    members: FxHashMap<u32, Vec<TxIndex>>,
    owners: FxHashMap<u32, Lane>,
    /// For whoever asks.
    free: BTreeSet<TxIndex>,
    /// For one lane each.
    own: Vec<BTreeSet<TxIndex>>,
}

/// Of no group.
pub(crate) const NO_GROUP: u32 = u32::MAX;

impl Pool {
    pub(super) fn new(lanes: u16, groups: Box<[u32]>) -> Self {
        let mut members: FxHashMap<_, Vec<_>> = FxHashMap::default();
        for (tx, group) in (0..).map(TxIndex).zip(&groups) {
            if *group != NO_GROUP {
                members.entry(*group).or_default().push(tx);
            }
        }
        Self {
            groups,
            members,
            owners: FxHashMap::default(),
            free: BTreeSet::new(),
            own: vec![BTreeSet::new(); usize::from(lanes)],
        }
    }

    /// For the lane that has its group, or else for any.
    pub(super) fn insert(&mut self, tx: TxIndex) {
        let owner = self.group(tx).and_then(|group| self.owners.get(&group)).copied();
        match owner {
            Some(lane) => self.insert_for(lane, tx),
            None => self.insert_for_any(tx),
        }
    }

    /// For any lane.
    pub(super) fn insert_for_any(&mut self, tx: TxIndex) {
        self.free.insert(tx);
    }

    /// For this lane only.
    pub(super) fn insert_for(&mut self, lane: Lane, tx: TxIndex) {
        match self.own.get_mut(lane.get()) {
            Some(own) => own.insert(tx),
            None => self.free.insert(tx),
        };
    }

    /// The lowest transaction that a lane may take.
    pub(super) fn first(&self, lane: Lane) -> Option<TxIndex> {
        let own = self.first_own(lane);
        let free = self.free.first().copied();
        own.into_iter().chain(free).min()
    }

    /// The lowest of those that are for this lane only.
    pub(super) fn first_own(&self, lane: Lane) -> Option<TxIndex> {
        self.own.get(lane.get()).and_then(BTreeSet::first).copied()
    }

    /// Takes a transaction out, for a lane, which gets all others of its group too.
    pub(super) fn take(&mut self, lane: Lane, tx: TxIndex) {
        self.free.remove(&tx);
        let Some(own) = self.own.get_mut(lane.get()) else { return };
        own.remove(&tx);
        let Some(group) = self.groups.get(tx.get()).copied() else { return };
        if group == NO_GROUP || self.owners.insert(group, lane) == Some(lane) {
            return;
        }
        for member in self.members.get(&group).into_iter().flatten() {
            if self.free.remove(member) {
                own.insert(*member);
            }
        }
    }

    /// Whether nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.free.is_empty() && self.own.iter().all(BTreeSet::is_empty)
    }

    /// How many any lane may take. Who has some for himself is awake, and will ask.
    pub(super) fn free(&self) -> usize {
        self.free.len()
    }

    /// From now on groups are nobody's.
    pub(super) fn disown(&mut self) {
        self.owners.clear();
    }

    /// A lane takes nothing any more: what it had is for all.
    pub(super) fn lane_gone(&mut self, lane: Lane) {
        self.owners.retain(|_, owner| *owner != lane);
        if let Some(own) = self.own.get_mut(lane.get()) {
            self.free.append(own);
        }
    }

    fn group(&self, tx: TxIndex) -> Option<u32> {
        self.groups.get(tx.get()).copied().filter(|group| *group != NO_GROUP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Lane = Lane(0);
    const B: Lane = Lane(1);

    fn pool(groups: &[u32]) -> Pool {
        let mut pool = Pool::new(2, groups.into());
        (0..groups.len() as u32).for_each(|tx| pool.insert(TxIndex(tx)));
        pool
    }

    fn take(pool: &mut Pool, lane: Lane) -> Option<u32> {
        let tx = pool.first(lane)?;
        pool.take(lane, tx);
        Some(tx.0)
    }

    #[test]
    fn a_group_stays_on_the_lane_that_began_it() {
        let mut pool = pool(&[7, NO_GROUP, 7, 7]);
        assert_eq!(take(&mut pool, A), Some(0));
        assert_eq!(pool.free(), 1, "two more are for the first lane alone");
        assert_eq!(take(&mut pool, B), Some(1));
        assert_eq!(take(&mut pool, B), None);
        assert_eq!(take(&mut pool, A), Some(2));
        assert!(!pool.is_empty());
        assert_eq!(take(&mut pool, A), Some(3));
        assert!(pool.is_empty());
        pool.insert(TxIndex(2));
        assert_eq!(take(&mut pool, B), None, "it comes back to its lane");
        pool.insert_for_any(TxIndex(3));
        assert_eq!(take(&mut pool, B), Some(3), "unless it is for any");
    }

    #[test]
    fn what_a_lane_had_is_for_all_when_it_is_gone() {
        let mut pool = pool(&[7, 7]);
        assert_eq!(take(&mut pool, A), Some(0));
        assert_eq!(take(&mut pool, B), None);
        pool.lane_gone(A);
        assert_eq!(take(&mut pool, B), Some(1));
        pool.insert(TxIndex(0));
        assert_eq!(take(&mut pool, A), None, "the group has moved");
        pool.disown();
        pool.insert(TxIndex(1));
        assert_eq!(take(&mut pool, A), Some(1));
    }
}
