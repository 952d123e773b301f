//! How long a block takes at least, whatever the number of lanes: the longest chain of executions
//! that must follow each other. What "must" means depends on the notion of dependency.
//!
//! All of it is computed from a run's events and accesses, so that every crate that has a trace gets
//! the same numbers.

use std::collections::HashMap;

use crate::event::{Access, AccessKind, Event, EventKind};
use crate::ids::{LocationId, TxIndex, Version};
use crate::settings::Clock;

/// The executions that became final, in the order of their commits, with what they touched.
#[derive(Clone, Debug)]
pub struct Commits<'a> {
    all: Vec<Commit>,
    positions: HashMap<TxIndex, usize>,
    /// Sorted by incarnation.
    accesses: &'a [Access],
}

/// An execution that became final. Times are ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// Which.
    pub version: Version,
    /// Its gas; on the gas clock never more than the time it took (a re-execution may be granted a
    /// discount).
    pub gas: u64,
    /// When it began.
    pub start: u64,
    /// When it ended and its writes appeared.
    pub end: u64,
}

/// How an execution uses something that can be locked. Two uses exclude each other, unless both are
/// reads, or both add.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Use {
    /// Looks at it.
    Read,
    /// Adds to it without looking.
    Add,
    /// Changes it.
    Write,
}

/// Dependencies by read-after-write, and the longest chain of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadChains {
    /// Gas of the longest chain, see [`Commits::reads`].
    pub gas: u64,
    /// The most transactions that stand in one chain.
    pub depth: usize,
    /// Transactions that read something that another one of the block wrote.
    pub dependents: usize,
    /// For each pair of a reader and whoever wrote what it read: how many places they are apart.
    pub distances: Vec<usize>,
    /// The transactions of the chain with the most gas, from the first to the last.
    pub path: Vec<TxIndex>,
}

/// A final execution that read what another final one wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// Who read.
    pub reader: TxIndex,
    /// Who had written.
    pub writer: TxIndex,
    /// What.
    pub location: LocationId,
}

impl<'a> Commits<'a> {
    /// Collects them. `events` must be sorted by `(time, seq)`, `accesses` by incarnation, as in a
    /// [`crate::Trace`].
    #[must_use]
    pub fn new<'e>(
        clock: Clock,
        events: impl IntoIterator<Item = &'e Event>,
        accesses: &'a [Access],
    ) -> Self {
        let mut runs: HashMap<Version, Commit> = HashMap::new();
        let mut all: Vec<Commit> = Vec::new();
        let mut positions = HashMap::new();
        for event in events {
            let Some(tx) = event.tx else { continue };
            let version = Version { tx, incarnation: event.incarnation };
            let (time, gas) = (event.time, u64::from(event.gas));
            match event.kind {
                EventKind::ExecutionStarted => {
                    runs.insert(version, Commit { version, gas: 0, start: time, end: time });
                }
                EventKind::ExecutionFinished => {
                    let run =
                        runs.entry(version).or_insert(Commit { start: time, ..Commit::default() });
                    let end = time.max(run.start);
                    let gas = if clock == Clock::Gas { gas.min(end - run.start) } else { gas };
                    *run = Commit { version, gas, end, ..*run };
                }
                EventKind::Committed if !positions.contains_key(&tx) => {
                    let unknown = Commit { version, gas: 0, start: time, end: time };
                    positions.insert(tx, all.len());
                    all.push(runs.get(&version).copied().unwrap_or(unknown));
                }
                _ => {}
            }
        }
        Self { all, positions, accesses }
    }

    /// From what is known already. `all` must be in the order of commits, each transaction once;
    /// `accesses` sorted by incarnation.
    #[must_use]
    pub fn of(all: Vec<Commit>, accesses: &'a [Access]) -> Self {
        let places = all.iter().enumerate();
        let positions = places.map(|(at, commit)| (commit.version.tx, at)).collect();
        Self { all, positions, accesses }
    }

    /// Every one, in the order of commits.
    #[must_use]
    pub fn all(&self) -> &[Commit] {
        &self.all
    }

    /// What all took together: everything follows everything.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.all.iter().map(|commit| commit.gas).sum()
    }

    /// What the longest took: nothing follows anything, because every value is supplied.
    #[must_use]
    pub fn largest(&self) -> u64 {
        self.all.iter().map(|commit| commit.gas).max().unwrap_or_default()
    }

    /// The longest chain in which each transaction reads what the one before wrote (RAW). Who only
    /// overwrites what another one has read or written follows nobody.
    ///
    /// An execution i of g gas that reads, when o of it are done, what w wrote, ends no earlier than
    /// the end of w plus g − o: so `end(i) = max(g, max over its reads (end(w) + g − o))`. Counted are
    /// the reads of final executions whose value came from a final execution; a value of another
    /// incarnation that turned out right did not have to be waited for. Needs of a bound
    /// ([`AccessKind::AtLeast`], [`AccessKind::Below`]) and amounts that are added order nobody.
    /// `counts` says which locations do. Instants inside an execution are scaled to its gas, which
    /// keeps the bound true where lanes are slow or reads wait for the disk.
    #[must_use]
    pub fn reads(&self, counts: &dyn Fn(LocationId) -> bool) -> ReadChains {
        let mut chains = ReadChains::default();
        let mut ends: Vec<u64> = Vec::with_capacity(self.all.len());
        let mut depths: Vec<usize> = Vec::with_capacity(self.all.len());
        // Whom each one's end waits for, if for anybody.
        let mut before: Vec<Option<usize>> = Vec::with_capacity(self.all.len());
        for (place, commit) in self.all.iter().enumerate() {
            let (mut end, mut depth) = (commit.gas, 1);
            let (mut writers, mut awaited) = (Vec::new(), None);
            for (at, access) in self.sources(place, counts) {
                let writer = &self.all[at];
                let after = ends[at] + commit.rest_after(access.time.max(writer.end));
                if after > end {
                    (end, awaited) = (after, Some(at));
                }
                depth = depth.max(depths[at] + 1);
                writers.push(at);
            }
            before.push(awaited);
            writers.sort_unstable();
            writers.dedup();
            chains.dependents += usize::from(!writers.is_empty());
            chains.distances.extend(writers.iter().map(|at| place - at));
            ends.push(end);
            depths.push(depth);
        }
        let last = (0..ends.len()).max_by_key(|at| (ends[*at], std::cmp::Reverse(*at)));
        chains.gas = last.map_or(0, |at| ends[at]);
        let back = std::iter::successors(last, |at| before[*at]);
        chains.path = back.map(|at| self.all[at].version.tx).collect();
        chains.path.reverse();
        chains.depth = depths.into_iter().max().unwrap_or_default();
        chains
    }

    /// Every dependency that [`Self::reads`] counts, sorted by reader, writer and location; each
    /// once.
    #[must_use]
    pub fn links(&self, counts: &dyn Fn(LocationId) -> bool) -> Vec<Link> {
        let mut links: Vec<Link> = Vec::new();
        for (place, commit) in self.all.iter().enumerate() {
            links.extend(self.sources(place, counts).map(|(at, access)| Link {
                reader: commit.version.tx,
                writer: self.all[at].version.tx,
                location: access.location,
            }));
        }
        links.sort_unstable();
        links.dedup();
        links
    }

    /// The reads of a final execution whose value came from an earlier final one, each with the
    /// place of that.
    fn sources<'s>(
        &'s self,
        place: usize,
        counts: &'s dyn Fn(LocationId) -> bool,
    ) -> impl Iterator<Item = (usize, &'a Access)> + 's {
        let commit = self.all.get(place);
        let accesses = commit.map_or(&[][..], |commit| self.accesses_of(commit.version));
        let orders = |access: &&Access| access.kind == AccessKind::Read && counts(access.location);
        accesses.iter().filter(orders).filter_map(move |access| {
            let at = self.place_of(access.saw?)?;
            (at < place).then_some((at, access))
        })
    }

    /// The longest chain in which each transaction uses something that the one before used as well,
    /// and the two uses exclude each other (RAW, WAR and WAW): what locks, held from the first to the
    /// last tick of an execution, make follow each other. `lock` says which lock an access needs, and
    /// for what, if it needs one.
    #[must_use]
    pub fn locks(&self, lock: &dyn Fn(&Access) -> Option<(u64, Use)>) -> u64 {
        // For each lock: when the last reader, the last who added and the last writer have ended.
        let mut ends: HashMap<u64, [u64; 3]> = HashMap::new();
        let mut longest = 0;
        for commit in &self.all {
            let needs: Vec<_> = self.accesses_of(commit.version).iter().filter_map(lock).collect();
            let free = |(key, how): &(u64, Use)| {
                let [read, add, write] = ends.get(key).copied().unwrap_or_default();
                match how {
                    Use::Read => add.max(write),
                    Use::Add => read.max(write),
                    Use::Write => read.max(add).max(write),
                }
            };
            let end = needs.iter().map(free).max().unwrap_or_default() + commit.gas;
            for (key, how) in needs {
                let last = &mut ends.entry(key).or_default()[how as usize];
                *last = end.max(*last);
            }
            longest = longest.max(end);
        }
        longest
    }

    fn accesses_of(&self, version: Version) -> &'a [Access] {
        let from = self.accesses.partition_point(|access| access.by < version);
        let rest = self.accesses.get(from..).unwrap_or(&[]);
        let count = rest.partition_point(|access| access.by <= version);
        rest.get(..count).unwrap_or(&[])
    }

    /// Where an incarnation stands in the order of commits, if it is the final one.
    fn place_of(&self, version: Version) -> Option<usize> {
        let at = *self.positions.get(&version.tx)?;
        (self.all[at].version == version).then_some(at)
    }
}

impl Commit {
    /// How much of its gas is still to come at `time`, rounded down.
    fn rest_after(&self, time: u64) -> u64 {
        let length = self.end - self.start;
        if length == 0 {
            return self.gas;
        }
        let left = self.end - time.clamp(self.start, self.end);
        (u128::from(self.gas) * u128::from(left) / u128::from(length)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Incarnation, Lane};

    /// Executions one by one: transaction, incarnation, start, end.
    fn events(runs: &[(u32, u16, u64, u64)]) -> Vec<Event> {
        let event = |tx, incarnation, time, kind, gas| Event {
            time,
            seq: 0,
            lane: Lane(0),
            kind,
            detail: 0,
            tx: Some(TxIndex(tx)),
            incarnation: Incarnation(incarnation),
            other: None,
            location: None,
            gas,
        };
        let mut all = Vec::new();
        for &(tx, incarnation, start, end) in runs {
            let gas = (end - start) as u32;
            all.push(event(tx, incarnation, start, EventKind::ExecutionStarted, 0));
            all.push(event(tx, incarnation, end, EventKind::ExecutionFinished, gas));
            all.push(event(tx, incarnation, end, EventKind::Committed, gas));
        }
        all.sort_by_key(|event| (event.time, event.kind as u8));
        all
    }

    fn access(
        tx: u32,
        kind: AccessKind,
        location: u32,
        saw: Option<(u32, u16)>,
        time: u64,
    ) -> Access {
        let version =
            |(tx, incarnation)| Version { tx: TxIndex(tx), incarnation: Incarnation(incarnation) };
        let saw = saw.map(version);
        let (by, location) = (version((tx, 0)), LocationId(location));
        Access { by, kind, stale: false, location, saw, now: saw, time, value: [0; 32] }
    }

    fn every(_: LocationId) -> bool {
        true
    }

    #[test]
    fn a_reader_may_overlap_its_writer_up_to_the_read() {
        // T2 runs from 40 to 140 and reads at 100 what T1 published then.
        let events = events(&[(0, 0, 0, 100), (1, 0, 40, 140)]);
        let accesses = [access(1, AccessKind::Read, 0, Some((0, 0)), 100)];
        let commits = Commits::new(Clock::Gas, &events, &accesses);
        let chains = commits.reads(&every);
        assert_eq!((chains.gas, chains.depth, chains.dependents), (140, 2, 1));
        assert_eq!(chains.distances, [1]);
        assert_eq!(chains.path, [TxIndex(0), TxIndex(1)]);
        let link = Link { reader: TxIndex(1), writer: TxIndex(0), location: LocationId(0) };
        assert_eq!(commits.links(&every), [link]);
        assert_eq!(commits.total(), 200);
        assert_eq!(commits.largest(), 100);
        assert_eq!(commits.reads(&|_| false).gas, 100);
    }

    #[test]
    fn an_instant_before_the_publication_is_not_believed() {
        let events = events(&[(0, 0, 0, 100), (1, 0, 40, 140)]);
        let accesses = [access(1, AccessKind::Read, 0, Some((0, 0)), 40)];
        assert_eq!(Commits::new(Clock::Gas, &events, &accesses).reads(&every).gas, 140);
    }

    #[test]
    fn values_of_other_incarnations_order_nobody() {
        let events = events(&[(0, 1, 0, 100), (1, 0, 0, 50)]);
        let accesses = [access(1, AccessKind::Read, 0, Some((0, 0)), 0)];
        let chains = Commits::new(Clock::Gas, &events, &accesses).reads(&every);
        assert_eq!((chains.gas, chains.depth, chains.dependents), (100, 1, 0));
    }

    #[test]
    fn locks_order_what_reads_do_not() {
        let events = events(&[(0, 0, 0, 10), (1, 0, 10, 30), (2, 0, 30, 60), (3, 0, 60, 100)]);
        let accesses = [
            access(0, AccessKind::Read, 0, None, 0),
            access(1, AccessKind::Write, 0, None, 30),
            access(2, AccessKind::Add, 1, None, 60),
            access(3, AccessKind::Add, 1, None, 100),
        ];
        let commits = Commits::new(Clock::Gas, &events, &accesses);
        assert_eq!(commits.reads(&every).gas, 40);
        let by_location = |add: Use| {
            move |access: &Access| {
                let how = match access.kind {
                    AccessKind::Write => Use::Write,
                    AccessKind::Add => add,
                    _ => Use::Read,
                };
                Some((u64::from(access.location.0), how))
            }
        };
        // Amounts that are added pass each other, T2 waits for T1.
        assert_eq!(commits.locks(&by_location(Use::Add)), 40);
        assert_eq!(commits.locks(&by_location(Use::Write)), 70);
        let one_lock = |add: Use| {
            let by_location = by_location(add);
            move |access: &Access| Some((0, by_location(access)?.1))
        };
        assert_eq!(commits.locks(&one_lock(Use::Add)), 70);
        assert_eq!(commits.locks(&one_lock(Use::Write)), 100);
    }

    #[test]
    fn a_slow_lane_does_not_make_the_bound_longer() {
        // T2's 25 gas take 100 ticks on a slow lane; half of them are left at its read.
        let mut events = events(&[(0, 0, 0, 60), (1, 0, 10, 110)]);
        for event in &mut events {
            if event.tx == Some(TxIndex(1)) {
                event.gas = 25;
            }
        }
        let accesses = [access(1, AccessKind::Read, 0, Some((0, 0)), 60)];
        assert_eq!(Commits::new(Clock::Gas, &events, &accesses).reads(&every).gas, 60 + 12);
    }
}
