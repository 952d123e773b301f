//! Locks on numbered keys: many may read one, one may write it.

use lanescope_protocol::{Lane, TxIndex};
use smallvec::SmallVec;

use super::Wants;

/// Who holds which lock, and which keys are blocked by those who wait.
#[derive(Debug)]
pub(super) struct Board {
    locks: Vec<Lock>,
    marks: Vec<Mark>,
    /// The number of the scan that is going on; marks of others do not count.
    scan: u32,
}

#[derive(Clone, Debug, Default)]
struct Lock {
    /// Several only on one lane, one behind the other.
    writer: Option<Holder>,
    readers: SmallVec<[Holder; 2]>,
}

/// A lane with transactions that hold a lock.
#[derive(Clone, Copy, Debug)]
struct Holder {
    lane: Lane,
    count: u32,
    latest: TxIndex,
}

#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    read: u32,
    written: u32,
}

/// Where a transaction may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// To any lane.
    Anywhere,
    /// To this lane only, behind who holds its locks.
    Behind(Lane, TxIndex),
    /// To none, because of this transaction.
    Nowhere(TxIndex),
}

impl Board {
    /// `keys`: numbers of keys are smaller.
    pub(super) fn new(keys: usize) -> Self {
        Self { locks: vec![Lock::default(); keys], marks: vec![Mark::default(); keys], scan: 0 }
    }

    /// Where the locks leave room for a transaction.
    pub(super) fn room(&self, wants: &Wants) -> Room {
        let mut room = Room::Anywhere;
        let mut confine = |holder: &Holder| match room {
            Room::Anywhere => room = Room::Behind(holder.lane, holder.latest),
            Room::Behind(lane, _) if lane != holder.lane => room = Room::Nowhere(holder.latest),
            Room::Behind(..) | Room::Nowhere(_) => {}
        };
        for key in &wants.writes {
            let lock = &self.locks[*key as usize];
            lock.writer.iter().chain(&lock.readers).for_each(&mut confine);
        }
        for key in &wants.reads {
            self.locks[*key as usize].writer.iter().for_each(&mut confine);
        }
        room
    }

    /// Gives a transaction its locks, on a lane.
    pub(super) fn acquire(&mut self, wants: &Wants, lane: Lane, tx: TxIndex) {
        let one = Holder { lane, count: 1, latest: tx };
        for key in &wants.writes {
            let writer = &mut self.locks[*key as usize].writer;
            let count = writer.map_or(0, |holder| holder.count) + 1;
            *writer = Some(Holder { count, ..one });
        }
        for key in &wants.reads {
            let readers = &mut self.locks[*key as usize].readers;
            match readers.iter_mut().find(|holder| holder.lane == lane) {
                Some(holder) => *holder = Holder { count: holder.count + 1, ..one },
                None => readers.push(one),
            }
        }
    }

    /// Takes a transaction's locks back.
    pub(super) fn release(&mut self, wants: &Wants, lane: Lane) {
        for key in &wants.writes {
            let writer = &mut self.locks[*key as usize].writer;
            *writer = writer.and_then(Holder::without_one);
        }
        for key in &wants.reads {
            let readers = &mut self.locks[*key as usize].readers;
            if let Some(at) = readers.iter().position(|holder| holder.lane == lane) {
                match readers[at].without_one() {
                    Some(holder) => readers[at] = holder,
                    None => drop(readers.remove(at)),
                }
            }
        }
    }

    /// Begins to look through those who wait: nothing is blocked yet.
    pub(super) fn begin_scan(&mut self) {
        self.scan += 1;
    }

    /// Who comes later must not pass this one.
    pub(super) fn block(&mut self, wants: &Wants) {
        wants.writes.iter().for_each(|key| self.marks[*key as usize].written = self.scan);
        wants.reads.iter().for_each(|key| self.marks[*key as usize].read = self.scan);
    }

    /// Whether a transaction would pass one that waits.
    pub(super) fn is_blocked(&self, wants: &Wants) -> bool {
        let mark = |key: &u32| self.marks[*key as usize];
        let written = |key: &u32| mark(key).written == self.scan;
        wants.writes.iter().any(|key| written(key) || mark(key).read == self.scan)
            || wants.reads.iter().any(written)
    }
}

impl Holder {
    fn without_one(self) -> Option<Self> {
        (self.count > 1).then_some(Self { count: self.count - 1, ..self })
    }
}
