//! Where the gas went that came to nothing: by cause, and by transaction. Both add up to the run's
//! wasted gas.

use std::collections::BTreeMap;

use lanescope_protocol::{EventKind, TxIndex};

use super::Pairs;
use crate::bar::{Bar, Ending, Fate};
use crate::film::Film;

/// Why an execution came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WasteKind {
    /// It had read a value too early.
    ThrownAway,
    /// A second execution found its result wrong.
    WrongResult,
    /// It stopped early, to wait for another transaction.
    Waited,
    /// It was lost with its lane.
    Lost,
    /// It was left out of the block.
    LeftOut,
    /// It never became final.
    NeverFinal,
}

impl WasteKind {
    /// As a line of the ledger; a location may follow.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::ThrownAway => "thrown away",
            Self::WrongResult => "wrong result, found by a second execution",
            Self::Waited => "stopped early to wait",
            Self::Lost => "lost with a lane",
            Self::LeftOut => "left out of the block",
            Self::NeverFinal => "never final",
        }
    }
}

/// One cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WasteRow {
    /// What happened.
    pub kind: WasteKind,
    /// Where, if it is about a location; else empty.
    pub place: String,
    /// How many executions.
    pub runs: usize,
    /// Their gas, as far as they got.
    pub gas: u64,
}

/// One transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TxWaste {
    /// Which, as its own run counts.
    pub tx: TxIndex,
    /// Executions that came to nothing.
    pub runs: usize,
    /// Their gas, as far as they got.
    pub gas: u64,
}

/// Wasted gas of one run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// By cause, the greatest first.
    pub causes: Vec<WasteRow>,
    /// By transaction, the greatest first.
    pub transactions: Vec<TxWaste>,
    /// All of it: the run's wasted gas.
    pub total: u64,
    /// Gas of second and later executions that became final. Not wasted: the block's own gas.
    pub again: u64,
}

/// A line of a table with one cell for each of several runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// What it is about.
    pub words: String,
    /// Gas in each run.
    pub gas: Vec<u64>,
}

impl Ledger {
    /// Adds up a run.
    #[must_use]
    pub fn of(film: &Film) -> Self {
        let mut causes: BTreeMap<(WasteKind, String), (usize, u64)> = BTreeMap::new();
        let mut transactions: BTreeMap<TxIndex, (usize, u64)> = BTreeMap::new();
        let mut ledger = Self::default();
        for bar in film.bars() {
            let gas = film.wasted_gas(bar);
            ledger.total += gas;
            if bar.fate() == Fate::Committed && bar.is_again() {
                ledger.again += u64::from(bar.gas);
            }
            if gas == 0 {
                continue;
            }
            for (runs, sum) in [
                causes.entry(cause(film, bar)).or_default(),
                transactions.entry(bar.tx()).or_default(),
            ] {
                *runs += 1;
                *sum += gas;
            }
        }
        let row = |((kind, place), (runs, gas))| WasteRow { kind, place, runs, gas };
        ledger.causes = causes.into_iter().map(row).collect();
        ledger.causes.sort_by_key(|row| core::cmp::Reverse(row.gas));
        let row = |(tx, (runs, gas))| TxWaste { tx, runs, gas };
        ledger.transactions = transactions.into_iter().map(row).collect();
        ledger.transactions.sort_by_key(|row| core::cmp::Reverse(row.gas));
        ledger
    }
}

fn cause(film: &Film, bar: &Bar) -> (WasteKind, String) {
    let name = |location: Option<_>| {
        location.map_or_else(String::new, |id| film.location_name(id).to_owned())
    };
    match (bar.ending, bar.abort) {
        (Ending::Lost, _) => (WasteKind::Lost, String::new()),
        (_, Some(_)) if film.note(bar.version, EventKind::WrongResultFound).is_some() => {
            (WasteKind::WrongResult, String::new())
        }
        (_, Some(abort)) => (WasteKind::ThrownAway, name(abort.location)),
        (Ending::Suspended { location, .. }, None) => (WasteKind::Waited, name(location)),
        (_, None) if bar.fate() == Fate::Skipped => (WasteKind::LeftOut, String::new()),
        (_, None) => (WasteKind::NeverFinal, String::new()),
    }
}

/// Causes of several runs side by side, the greatest first; what does not fit into `most` lines is
/// added up in a last one, so that every column still adds up to its run's wasted gas.
#[must_use]
pub fn by_cause(ledgers: &[Ledger], most: usize) -> Vec<LedgerLine> {
    let mut lines: BTreeMap<(WasteKind, &str), Vec<u64>> = BTreeMap::new();
    for (at, ledger) in ledgers.iter().enumerate() {
        for row in &ledger.causes {
            let gas = lines.entry((row.kind, &row.place)).or_insert_with(|| vec![0; ledgers.len()]);
            gas[at] += row.gas;
        }
    }
    let words = |(kind, place): (WasteKind, &str)| match (kind, place) {
        (kind, "") => kind.words().to_owned(),
        (WasteKind::Waited, place) => format!("stopped early to wait for {place}"),
        (kind, place) => format!("{} at {place}", kind.words()),
    };
    let lines = lines.into_iter().map(|(key, gas)| LedgerLine { words: words(key), gas });
    shortened(lines.collect(), most, "other causes")
}

/// Transactions of several runs side by side, as [`by_cause`]. `pairs` lead from each run to the
/// common count; a transaction that has no place there is told as it counted itself.
#[must_use]
pub fn by_transaction(ledgers: &[Ledger], pairs: &[Pairs], most: usize) -> Vec<LedgerLine> {
    let mut lines: BTreeMap<(bool, TxIndex), Vec<u64>> = BTreeMap::new();
    for (at, ledger) in ledgers.iter().enumerate() {
        for row in &ledger.transactions {
            let known = pairs.get(at).map_or(Some(row.tx), |pairs| pairs.ahead(row.tx));
            let key = known.map_or((true, row.tx), |tx| (false, tx));
            lines.entry(key).or_insert_with(|| vec![0; ledgers.len()])[at] += row.gas;
        }
    }
    let words = |(gone, tx): (bool, TxIndex)| {
        if gone { format!("{tx} of before, removed") } else { tx.to_string() }
    };
    let lines = lines.into_iter().map(|(key, gas)| LedgerLine { words: words(key), gas });
    shortened(lines.collect(), most, "other transactions")
}

fn shortened(mut lines: Vec<LedgerLine>, most: usize, rest: &str) -> Vec<LedgerLine> {
    let sum = |line: &LedgerLine| line.gas.iter().sum::<u64>();
    lines.sort_by_key(|line| core::cmp::Reverse(sum(line)));
    if lines.len() > most {
        let others = lines.split_off(most.saturating_sub(1));
        let mut gas = vec![0; others.first().map_or(0, |line| line.gas.len())];
        for line in &others {
            gas.iter_mut().zip(&line.gas).for_each(|(sum, gas)| *sum += gas);
        }
        lines.push(LedgerLine { words: format!("{} {rest}", others.len()), gas });
    }
    lines
}
