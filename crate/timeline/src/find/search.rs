//! Looking through a film, in slices.

use std::sync::Arc;

use lanescope_protocol::{AccessKind, TxIndex, Version};

use super::index::{ACTION, Index, RECEIVER, SENDER};
use super::query::{Field, Query, Term, What};
use crate::bar::{Bar, BarId};
use crate::film::Film;
use crate::focus::Matches;

/// A search under way.
#[derive(Debug)]
pub struct Search {
    any: Vec<Vec<Ready>>,
    index: Arc<Index>,
    bars: Vec<bool>,
    transactions: Vec<bool>,
    hits: Vec<BarId>,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What is not dimmed.
    pub matches: Arc<Matches>,
    /// The bars that were found, by their start.
    pub hits: Vec<BarId>,
    /// Transactions that were found.
    pub transactions: usize,
    /// Transactions in all.
    pub of: usize,
}

/// A term with everything that can be known before a bar is looked at.
#[derive(Debug)]
struct Ready {
    not: bool,
    what: What,
    /// Which names are meant, by their number.
    names: Vec<bool>,
    /// Which locations are meant, by their number.
    places: Vec<bool>,
    /// The transaction that the word names, and which of its runs.
    named: Option<(TxIndex, Option<u16>)>,
}

/// A run, or a transaction that has none.
#[derive(Clone, Copy)]
struct Candidate<'a> {
    tx: TxIndex,
    bar: Option<&'a Bar>,
}

impl Search {
    /// Begins a search. The index must know every name of the film that is then searched.
    #[must_use]
    pub fn new(index: Arc<Index>, query: &Query) -> Self {
        let ready = |term: &Term| Ready::new(&index, term);
        let any = query.any.iter().map(|all| all.iter().map(ready).collect()).collect();
        Self { any, index, bars: Vec::new(), transactions: Vec::new(), hits: Vec::new() }
    }

    /// Looks at no more than `count` further bars. Returns whether all have been looked at.
    pub fn step(&mut self, film: &Film, count: usize) -> bool {
        let from = self.bars.len();
        self.transactions.resize(film.transaction_count(), false);
        for (at, bar) in film.bars().iter().enumerate().skip(from).take(count) {
            let holds = self.holds(film, Candidate { tx: bar.version.tx, bar: Some(bar) });
            self.bars.push(holds);
            if holds {
                self.hits.push(BarId(at as u32));
                if let Some(found) = self.transactions.get_mut(bar.version.tx.get()) {
                    *found = true;
                }
            }
        }
        self.bars.len() >= film.bars().len()
    }

    /// What was found, once every bar has been looked at.
    #[must_use]
    pub fn finish(mut self, film: &Film) -> Found {
        for at in 0..self.transactions.len() {
            let tx = TxIndex(at as u32);
            if film.runs_of(tx).is_empty() {
                self.transactions[at] = self.holds(film, Candidate { tx, bar: None });
            }
        }
        let start = |id: &BarId| film.bar(*id).map_or(0, |bar| bar.start);
        self.hits.sort_by_key(start);
        let transactions = self.transactions.iter().filter(|found| **found).count();
        let of = self.transactions.len();
        let matches = Arc::new(Matches::of(film, self.bars, self.transactions));
        Found { matches, hits: self.hits, transactions, of }
    }

    fn holds(&self, film: &Film, candidate: Candidate<'_>) -> bool {
        let all = |terms: &Vec<Ready>| {
            terms.iter().all(|term| term.holds(film, &self.index, candidate) != term.not)
        };
        self.any.iter().any(all)
    }
}

impl Found {
    /// Everything at once, for films that are not huge.
    #[must_use]
    pub fn all(film: &Film, index: Arc<Index>, query: &Query) -> Self {
        let mut search = Search::new(index, query);
        search.step(film, usize::MAX);
        search.finish(film)
    }
}

impl Ready {
    fn new(index: &Index, term: &Term) -> Self {
        let none = (Vec::new(), Vec::new());
        let (names, places) = match &term.what {
            What::Word(word) => (
                index.names.iter().map(|name| name.has(word)).collect(),
                index
                    .locations
                    .iter()
                    .map(|place| {
                        let account = index.names.get(place.account as usize);
                        place.has(word) || account.is_some_and(|account| account.has(word))
                    })
                    .collect(),
            ),
            What::Named(Field::Slot | Field::Reads | Field::Writes, word) => {
                (Vec::new(), places(index, word))
            }
            What::Named(field, word) => {
                let names = names(index, *field, word);
                let of_contract = |id: u32| names.get(id as usize).copied().unwrap_or(false);
                let places = match field {
                    Field::Contract => index
                        .locations
                        .iter()
                        .map(|place| place.is_contract && of_contract(place.account))
                        .collect(),
                    _ => Vec::new(),
                };
                (names, places)
            }
            _ => none,
        };
        let named = match &term.what {
            What::Word(word) => transaction(word),
            _ => None,
        };
        Self { not: term.not, what: term.what.clone(), names, places, named }
    }

    fn holds(&self, film: &Film, index: &Index, candidate: Candidate<'_>) -> bool {
        let Candidate { tx, bar } = candidate;
        let has = |role: usize| {
            let id = index.transactions.get(tx.get()).map_or(u32::MAX, |names| names[role]);
            self.names.get(id as usize).copied().unwrap_or(false)
        };
        let touches = |wanted: fn(AccessKind) -> bool| {
            bar.is_some_and(|bar| self.touches(film, bar.version, wanted))
        };
        match &self.what {
            What::Word(word) => {
                if let Some((named, run)) = self.named {
                    let right_run =
                        |bar: &Bar| run.is_none_or(|run| run == bar.version.incarnation.0);
                    if named == tx && bar.is_none_or(right_run) {
                        return true;
                    }
                    // A bare number names a transaction and nothing else.
                    if word.bytes().all(|byte| byte.is_ascii_digit()) {
                        return false;
                    }
                }
                has(ACTION) || has(SENDER) || has(RECEIVER) || touches(|_| true)
            }
            What::Named(field, _) => match field {
                Field::From => has(SENDER),
                Field::To => has(RECEIVER),
                Field::Account => has(SENDER) || has(RECEIVER),
                Field::Contract => has(RECEIVER) || touches(|_| true),
                Field::Function => has(ACTION),
                Field::Slot => touches(|_| true),
                Field::Reads => touches(|kind| !is_write(kind)),
                Field::Writes => touches(is_write),
            },
            What::Is(outcomes) => outcomes.iter().any(|outcome| match bar {
                Some(bar) => outcome.holds(film, bar),
                None => outcome.holds_of(film, tx),
            }),
            What::Tx(bounds) => bounds.holds(f64::from(tx.0) + 1.0),
            What::Lane(bounds) => bar.is_some_and(|bar| bounds.holds(f64::from(bar.lane.0) + 1.0)),
            What::Run(bounds) => {
                bar.is_some_and(|bar| bounds.holds(f64::from(bar.version.incarnation.0)))
            }
            What::Gas(bounds) => bar.is_some_and(|bar| bounds.holds(f64::from(bar.gas))),
            What::After(time) => bar.is_some_and(|bar| bar.start as f64 >= *time),
            What::Before(time) => bar.is_some_and(|bar| (bar.start as f64) < *time),
        }
    }

    fn touches(&self, film: &Film, version: Version, wanted: fn(AccessKind) -> bool) -> bool {
        film.accesses_of(version).iter().any(|access| {
            wanted(access.kind) && self.places.get(access.location.get()).copied().unwrap_or(false)
        })
    }
}

const fn is_write(kind: AccessKind) -> bool {
    matches!(kind, AccessKind::Write | AccessKind::Add)
}

/// Which names a word means behind a key: those that are the word, else those that have it.
fn names(index: &Index, field: Field, word: &str) -> Vec<bool> {
    let roles: &[usize] = match field {
        Field::From => &[SENDER],
        Field::To | Field::Contract => &[RECEIVER],
        Field::Account => &[SENDER, RECEIVER],
        _ => &[ACTION],
    };
    let plays = |name: &super::index::Name| {
        roles.iter().any(|role| name.uses[*role] > 0)
            || (field == Field::Contract && name.is_contract)
    };
    let exact = index.names.iter().any(|name| plays(name) && name.is(word));
    let means = |name: &super::index::Name| {
        plays(name) && if exact { name.is(word) } else { name.has(word) }
    };
    index.names.iter().map(means).collect()
}

/// Which locations a word means behind a key.
fn places(index: &Index, word: &str) -> Vec<bool> {
    let exact = index.locations.iter().any(|place| place.is(word));
    let means = |place: &super::index::Place| if exact { place.is(word) } else { place.has(word) };
    index.locations.iter().map(means).collect()
}

/// The transaction that a word in lower case names: `t5`, `5`, `t5·1`.
fn transaction(word: &str) -> Option<(TxIndex, Option<u16>)> {
    let rest = word.strip_prefix('t').unwrap_or(word);
    let (tx, run) = match rest.split_once(['·', '.', ':']) {
        Some((tx, run)) => (tx, Some(run.parse().ok()?)),
        None => (rest, None),
    };
    if rest == word && run.is_some() {
        return None;
    }
    Some((TxIndex(tx.parse::<u32>().ok()?.checked_sub(1)?), run))
}
