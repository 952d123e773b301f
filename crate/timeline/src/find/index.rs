//! The names of a film, in lower case and each once.

use std::collections::HashMap;

use lanescope_protocol::trace::LocationKind;
use lanescope_protocol::{LocationId, TxIndex};

use crate::film::Film;

/// Names of one film, made in slices.
#[derive(Debug, Default)]
pub struct Index {
    pub(super) names: Vec<Name>,
    known: HashMap<String, u32>,
    /// Of each transaction: what it does, who sends, who receives.
    pub(super) transactions: Vec<[u32; 3]>,
    pub(super) locations: Vec<Place>,
}

/// A name of an account or a function.
#[derive(Debug, Default)]
pub(super) struct Name {
    /// As people read it.
    pub(super) words: String,
    pub(super) lower: String,
    /// The address in full, where it is known.
    pub(super) address: String,
    /// How many transactions do it, send so, receive so.
    pub(super) uses: [u32; 3],
    /// Its storage or code is touched.
    pub(super) is_contract: bool,
}

/// A location.
#[derive(Debug)]
pub(super) struct Place {
    /// As people read it.
    pub(super) words: String,
    /// Its name in lower case.
    pub(super) lower: String,
    pub(super) key: String,
    /// Its account.
    pub(super) account: u32,
    pub(super) is_contract: bool,
}

/// Places in [`Index::transactions`] and [`Name::uses`].
pub(super) const ACTION: usize = 0;
pub(super) const SENDER: usize = 1;
pub(super) const RECEIVER: usize = 2;

impl Index {
    /// The whole index at once.
    #[must_use]
    pub fn of(film: &Film) -> Self {
        let mut index = Self::default();
        index.step(film, usize::MAX);
        index
    }

    /// Goes on with at most `count` names. Returns whether all are known now.
    pub fn step(&mut self, film: &Film, count: usize) -> bool {
        let mut left = count;
        while left > 0 && self.transactions.len() < film.transaction_count() {
            let tx = TxIndex(self.transactions.len() as u32);
            let ids = film.transaction(tx).map_or([u32::MAX; 3], |info| {
                [&info.action, &info.sender, &info.receiver].map(|name| self.name(name))
            });
            for (role, id) in ids.iter().enumerate() {
                if let Some(name) = self.names.get_mut(*id as usize) {
                    name.uses[role] += 1;
                }
            }
            self.transactions.push(ids);
            left -= 1;
        }
        while left > 0 && self.add_location(film) {
            left -= 1;
        }
        self.is_whole(film)
    }

    /// Whether every name of this film is in it.
    #[must_use]
    pub fn is_whole(&self, film: &Film) -> bool {
        self.transactions.len() >= film.transaction_count()
            && film.location(LocationId(self.locations.len() as u32)).is_none()
    }

    fn add_location(&mut self, film: &Film) -> bool {
        let Some(info) = film.location(LocationId(self.locations.len() as u32)) else {
            return false;
        };
        // Slots are called `Pool A.reserve0`, everything else `Ana.balance`.
        let cut = match info.kind {
            LocationKind::Slot => info.name.split_once('.'),
            _ => info.name.rsplit_once('.'),
        };
        let account = self.name(cut.map_or(info.address.as_str(), |(account, _)| account));
        let is_contract = !matches!(info.kind, LocationKind::Balance | LocationKind::Nonce);
        if let Some(name) = self.names.get_mut(account as usize) {
            name.is_contract |= is_contract;
            if name.address.is_empty() {
                name.address = info.address.to_lowercase();
            }
        }
        let words = film.location_name(LocationId(self.locations.len() as u32)).to_owned();
        let (lower, key) = (words.to_lowercase(), info.key.to_lowercase());
        self.locations.push(Place { words, lower, key, account, is_contract });
        true
    }

    fn name(&mut self, words: &str) -> u32 {
        if let Some(id) = self.known.get(words) {
            return *id;
        }
        let id = self.names.len() as u32;
        let (words, lower) = (words.to_owned(), words.to_lowercase());
        self.known.insert(words.clone(), id);
        self.names.push(Name { words, lower, ..Name::default() });
        id
    }
}

impl Name {
    /// Whether a word in lower case is in the name or its address.
    pub(super) fn has(&self, word: &str) -> bool {
        self.lower.contains(word) || self.has_address(word)
    }

    /// Whether a word in lower case is the name or the address.
    pub(super) fn is(&self, word: &str) -> bool {
        self.lower == word || self.address == word
    }

    fn has_address(&self, word: &str) -> bool {
        if self.address.contains(word) {
            return true;
        }
        // A whole address finds the short form that stands for it.
        word.len() > 20
            && self.lower.split_once('…').is_some_and(|(head, tail)| {
                head.starts_with("0x") && word.starts_with(head) && word.ends_with(tail)
            })
    }
}

impl Place {
    /// Whether a word in lower case is in the name or the key.
    pub(super) fn has(&self, word: &str) -> bool {
        self.lower.contains(word) || (word.len() > 2 && self.key.contains(word))
    }

    /// Whether a word in lower case is the name, the name without its account, or the key.
    pub(super) fn is(&self, word: &str) -> bool {
        let field = self.lower.split_once('.').map_or("", |(_, field)| field);
        self.lower == word || field == word || self.key == word
    }
}
