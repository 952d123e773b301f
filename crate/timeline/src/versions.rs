//! The multi-version memory at one location and one moment: which versions there are, in block
//! order, who read which, and what a read would see.

use lanescope_protocol::trace::LocationKind;
use lanescope_protocol::{Access, AccessKind, LocationId, Rules, TxIndex, Version};

use crate::bar::{Bar, Ending};
use crate::film::Film;
use crate::phrase::Phrase;

/// Rows that are shown at most.
pub const ROWS_MAX: usize = 40;
/// Readers that are listed under one version at most.
pub const READERS_MAX: usize = 8;

/// The versions of one location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionTable {
    /// Which location.
    pub location: LocationId,
    /// Its name.
    pub name: String,
    /// The state before the block, then one row for each transaction that writes, in block order.
    pub rows: Vec<VersionRow>,
    /// Rows that are left out between the first and the others, and after the last.
    pub left_out: (usize, usize),
    /// What a read by the chosen transaction would see; empty if none is chosen.
    pub next_read: Phrase,
}

/// What the memory holds of one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// Who wrote it; `None`: the state before the block.
    pub by: Option<Version>,
    /// The value, or what is added: `1.5 ether`, `+ 21 k gwei`; empty if it is not known.
    pub value: String,
    /// With everything before it added up, where that is known and something was added.
    pub sum: Option<String>,
    /// When it was or will be written, in ticks.
    pub at: Option<u64>,
    /// What it is worth at this moment.
    pub state: VersionState,
    /// Who has read it, in block order.
    pub readers: Vec<Reader>,
    /// Readers beyond [`READERS_MAX`].
    pub more_readers: usize,
    /// Whether a read by the chosen transaction would see it.
    pub is_seen: bool,
}

/// What a version is worth at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VersionState {
    /// It was there before the block.
    Storage,
    /// Nobody has written it yet.
    NotYet,
    /// Written, not yet final.
    Written,
    /// Thrown away; it stands as an estimate that the transaction will write here again.
    Estimate,
    /// The transaction ran again and did not write here.
    Withdrawn,
    /// Final.
    Committed,
}

impl VersionState {
    /// The word that people read.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Storage => "before block",
            Self::NotYet => "not yet written",
            Self::Written => "written",
            Self::Estimate => "thrown away",
            Self::Withdrawn => "not written again",
            Self::Committed => "committed",
        }
    }
}

/// A read of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// Who read.
    pub by: Version,
    /// Which incarnation's value, if not of the one in the row.
    pub saw: Option<Version>,
    /// When, in ticks.
    pub at: u64,
    /// Whether the read no longer holds at this moment.
    pub stale: bool,
}

/// A row before its words are made.
#[derive(Clone, Copy)]
struct Entry<'a> {
    write: &'a Access,
    bar: Option<&'a Bar>,
    state: VersionState,
    sum: Option<[u8; 32]>,
}

impl Film {
    /// The versions of a location at `time` (ticks). What a read by `reader` would see is marked,
    /// and the rows nearest to it are shown.
    #[must_use]
    pub fn versions(
        &self,
        location: LocationId,
        time: f64,
        reader: Option<TxIndex>,
    ) -> Option<VersionTable> {
        let name = self.location(location).map(|_| self.location_name(location).to_owned())?;
        let storage = self
            .touches(location)
            .find(|access| access.kind == AccessKind::Read && access.saw.is_none());
        let storage = storage.map(|access| access.value);
        let entries = self.entries(location, time, storage);
        let seen = reader.and_then(|reader| self.would_see(&entries, reader));
        let next_read = reader.map_or_else(Phrase::new, |tx| self.next_read(tx, seen));
        let kind = self.location(location).map_or(LocationKind::Slot, |info| info.kind);
        let value = |value: &[u8; 32]| crate::format::value(kind, value);
        let mut rows = vec![VersionRow {
            by: None,
            value: storage.as_ref().map(value).unwrap_or_default(),
            sum: None,
            at: None,
            state: VersionState::Storage,
            readers: Vec::new(),
            more_readers: 0,
            is_seen: reader.is_some() && seen.is_none(),
        }];
        let shown = window(&entries, reader);
        let left_out = (shown.start, entries.len() - shown.end);
        rows.extend(entries[shown].iter().map(|entry| VersionRow {
            by: Some(entry.write.by),
            value: match entry.state {
                VersionState::NotYet | VersionState::Withdrawn => String::new(),
                _ => self.value_written(entry.write),
            },
            sum: entry.sum.as_ref().map(value),
            at: entry.bar.map(|bar| bar.end),
            state: entry.state,
            readers: Vec::new(),
            more_readers: 0,
            is_seen: seen.is_some_and(|seen| seen.write.by == entry.write.by),
        }));
        self.add_readers(&mut rows, location, time);
        Some(VersionTable { location, name, rows, left_out, next_read })
    }

    fn entries(
        &self,
        location: LocationId,
        time: f64,
        storage: Option<[u8; 32]>,
    ) -> Vec<Entry<'_>> {
        let mut writes: Vec<_> = self.touches(location).filter(|a| !a.kind.is_read()).collect();
        // The last write of an incarnation is the one that it publishes.
        writes.reverse();
        writes.dedup_by_key(|write| write.by);
        writes.reverse();
        let mut sum = storage;
        let mut entries = Vec::new();
        for of_tx in writes.chunk_by(|a, b| a.by.tx == b.by.tx) {
            let mut entry = self.entry(of_tx, time);
            match (entry.state, entry.write.kind) {
                (VersionState::NotYet | VersionState::Withdrawn, _) => {}
                (_, AccessKind::Add) => {
                    sum = sum.map(|sum| added(&sum, &entry.write.value));
                    entry.sum = sum;
                }
                _ => sum = Some(entry.write.value),
            }
            entries.push(entry);
        }
        entries
    }

    /// What the memory holds of one transaction, of which these are the writes.
    fn entry<'a>(&'a self, writes: &[&'a Access], time: f64) -> Entry<'a> {
        let first = writes[0];
        let published =
            |bar: &&Bar| matches!(bar.ending, Ending::Finished(_)) && bar.end as f64 <= time;
        let runs = self.runs_of(first.by.tx).iter().filter_map(|id| self.bar(*id));
        let newest = runs.filter(published).max_by_key(|bar| (bar.version, bar.end));
        let Some(bar) = newest else {
            let bar = self.bar_of(first.by).and_then(|id| self.bar(id));
            return Entry { write: first, bar, state: VersionState::NotYet, sum: None };
        };
        let passed = |at: Option<u64>| at.is_some_and(|at| at as f64 <= time);
        let Some(write) = writes.iter().find(|write| write.by == bar.version) else {
            let wrote_before = writes.iter().rev().find(|write| write.by < bar.version);
            let (write, state) = match wrote_before {
                Some(write) => (*write, VersionState::Withdrawn),
                None => (first, VersionState::NotYet),
            };
            let bar = self.bar_of(write.by).and_then(|id| self.bar(id));
            return Entry { write, bar, state, sum: None };
        };
        let state = if passed(bar.abort.map(|abort| abort.at)) {
            VersionState::Estimate
        } else if passed(bar.committed_at) {
            VersionState::Committed
        } else {
            VersionState::Written
        };
        Entry { write, bar: Some(bar), state, sum: None }
    }

    /// The entry that a read by a transaction would meet; `None`: the state before the block.
    fn would_see<'a>(&self, entries: &[Entry<'a>], reader: TxIndex) -> Option<Entry<'a>> {
        use VersionState::{Committed, Estimate, Written};
        let is = |entry: &Entry<'_>, states: &[VersionState]| states.contains(&entry.state);
        let before = entries.partition_point(|entry| entry.write.by.tx < reader);
        let others = || entries.iter().copied().filter(|entry| entry.write.by.tx != reader);
        let earlier = || entries[..before].iter().copied().rev();
        let end = |entry: &Entry<'_>| entry.bar.map_or(0, |bar| bar.end);
        match self.settings().strategy.rules {
            Rules::BlockStm(_) | Rules::DependencyGraph(_) => {
                earlier().find(|entry| is(entry, &[Committed, Written, Estimate]))
            }
            Rules::InOrderMerge(_) => earlier().find(|entry| is(entry, &[Committed])),
            Rules::Naive => {
                others().filter(|entry| is(entry, &[Committed, Written])).max_by_key(end)
            }
            Rules::DeclaredLocks(_) | Rules::OwnedShared(_) => {
                let at = |entry: &Entry<'_>| entry.bar.and_then(|bar| bar.committed_at);
                others().filter(|entry| is(entry, &[Committed])).max_by_key(at)
            }
            // What the list says is there before anybody runs.
            Rules::AccessList(_) => earlier().next(),
            Rules::Sequential | Rules::Rounds(_) => {
                earlier().find(|entry| is(entry, &[Committed, Written]))
            }
        }
    }

    fn next_read(&self, reader: TxIndex, seen: Option<Entry<'_>>) -> Phrase {
        let phrase = Phrase::new().say("A read by ").tx(reader).say(" now would ");
        let listed = matches!(self.settings().strategy.rules, Rules::AccessList(_));
        match seen {
            None => phrase.say("see the state before the block."),
            Some(entry) if listed => {
                phrase.say("see what the access list says ").tx(entry.write.by.tx).say(" writes.")
            }
            Some(entry) if entry.state == VersionState::Estimate => phrase
                .say("find that ")
                .tx(entry.write.by)
                .say(" was thrown away, and wait until ")
                .tx(entry.write.by.tx)
                .say(" has run again."),
            Some(entry) if entry.write.kind == AccessKind::Add => {
                phrase.say("see everything added up to ").tx(entry.write.by).say(".")
            }
            Some(entry) => phrase.say("see ").tx(entry.write.by).say("."),
        }
    }

    fn add_readers(&self, rows: &mut [VersionRow], location: LocationId, time: f64) {
        let reads = self.touches(location).filter(|access| access.kind.is_read());
        let (mut last, mut counted) = (None, false);
        for read in reads.filter(|read| read.time as f64 <= time) {
            // An incarnation that reads twice is one reader.
            if last == Some((read.by, read.saw)) && counted {
                continue;
            }
            let tx = read.saw.map(|saw| saw.tx);
            // The rows are in block order, and the state before the block is the first.
            let row = match tx {
                None => Some(0),
                Some(tx) => rows[1..]
                    .binary_search_by_key(&Some(tx), |row| row.by.map(|by| by.tx))
                    .ok()
                    .map(|at| at + 1),
            };
            (last, counted) = (Some((read.by, read.saw)), row.is_some());
            let Some(row) = row.and_then(|at| rows.get_mut(at)) else { continue };
            if row.readers.len() == READERS_MAX {
                row.more_readers += 1;
                continue;
            }
            let stale = read.stale && self.was_overwritten(read, time);
            let saw = read.saw.filter(|saw| Some(*saw) != row.by);
            row.readers.push(Reader { by: read.by, saw, at: read.time, stale });
        }
    }

    /// Whether a read that did not hold in the end has ceased to hold by `time`.
    fn was_overwritten(&self, read: &Access, time: f64) -> bool {
        let bar = |version| self.bar(self.bar_of(version)?);
        let written = read.now.and_then(bar).map(|bar| bar.end);
        let thrown = bar(read.by).and_then(|bar| bar.abort).map(|abort| abort.at);
        [written, thrown].into_iter().flatten().any(|at| at as f64 <= time)
    }
}

/// Which entries are shown, where there are too many: those before the reader, else those that were
/// written last.
fn window(entries: &[Entry<'_>], reader: Option<TxIndex>) -> core::ops::Range<usize> {
    if entries.len() <= ROWS_MAX {
        return 0..entries.len();
    }
    let middle = match reader {
        Some(reader) => entries.partition_point(|entry| entry.write.by.tx < reader),
        None => entries
            .iter()
            .rposition(|entry| entry.state != VersionState::NotYet)
            .map_or(0, |at| at + 1),
    };
    let end = (middle + ROWS_MAX / 4).clamp(ROWS_MAX, entries.len());
    end - ROWS_MAX..end
}

/// The sum of two big-endian numbers, modulo 2^256.
fn added(a: &[u8; 32], b: &[u8; 32]) -> [u8; 32] {
    let mut sum = [0; 32];
    let mut carry = 0;
    for at in (0..32).rev() {
        let digit = u16::from(a[at]) + u16::from(b[at]) + carry;
        sum[at] = digit as u8;
        carry = digit >> 8;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::added;

    #[test]
    fn numbers_are_added_with_their_carry_and_wrap_around() {
        let number = |high: u8, low: u8| {
            let mut bytes = [0; 32];
            (bytes[30], bytes[31]) = (high, low);
            bytes
        };
        assert_eq!(added(&number(0, 200), &number(0, 100)), number(1, 44));
        assert_eq!(added(&[255; 32], &number(0, 3)), number(0, 2));
    }
}
