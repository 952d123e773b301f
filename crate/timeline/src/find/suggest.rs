//! What could be typed next.

use super::index::{ACTION, Index, Name, RECEIVER, SENDER};
use super::outcome::Outcome;
use super::query::{Field, KEYS, tokens};

/// Something that could be typed next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The whole query with it.
    pub text: String,
    /// The word that is put there.
    pub word: String,
    /// What it is, in a few words.
    pub about: String,
    /// What kind of thing it is.
    pub kind: Kind,
}

/// What kind of thing a suggestion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A key with its colon, after which more is typed.
    Key,
    /// A word that is whole.
    Word,
}

/// Locations that are looked through for a suggestion, so that typing stays quick.
const PLACES_MAX: usize = 50_000;

/// At most `limit` words that go on from the last word of a text.
#[must_use]
pub fn suggest(index: &Index, text: &str, limit: usize) -> Vec<Suggestion> {
    let ends = text.is_empty() || text.ends_with(char::is_whitespace);
    let open = text.chars().filter(|sign| *sign == '"').count() % 2 == 1;
    let tokens = tokens(text);
    let last = tokens.last().filter(|_| !ends || open);
    let (at, not) = last.map_or((text.len(), false), |token| (token.at, token.not));
    let typed = last.map_or(String::new(), |token| token.value.trim().to_lowercase());
    let head = text.get(..at).unwrap_or("");
    let mut found = match last.and_then(|token| token.key) {
        Some(key) => values(index, &key.to_lowercase(), &typed),
        None => anything(index, &typed),
    };
    found.truncate(limit);
    let whole = |(word, about, kind): (String, String, Kind)| {
        let sign = if not { "-" } else { "" };
        let space = if kind == Kind::Key { "" } else { " " };
        Suggestion { text: format!("{head}{sign}{word}{space}"), word, about, kind }
    };
    let typed_so = |suggestion: &Suggestion| suggestion.text.trim_end() != text.trim_end();
    found.into_iter().map(whole).filter(typed_so).collect()
}

type Words = (String, String, Kind);

/// A word with its key, in quotation marks where it has spaces.
fn keyed(key: &str, value: &str) -> String {
    let plain = !value.is_empty() && !value.contains(|sign: char| sign.is_whitespace());
    if plain { format!("{key}:{value}") } else { format!("{key}:\"{value}\"") }
}

/// What a word without a key could become.
fn anything(index: &Index, typed: &str) -> Vec<Words> {
    if typed.is_empty() {
        let outcomes = Outcome::ALL.iter().take(4).map(|outcome| outcome_words(*outcome));
        let keys = KEYS.iter().map(|(key, about)| key_words(key, about));
        return outcomes.chain(keys).collect();
    }
    let keys = KEYS.iter().filter(|(key, _)| key.starts_with(typed));
    let mut found: Vec<_> = keys.map(|(key, about)| key_words(key, about)).collect();
    let begins = |outcome: &Outcome| outcome.word().starts_with(typed);
    found.extend(Outcome::ALL.into_iter().filter(begins).map(outcome_words));
    for (field, take) in
        [(Field::Function, 4), (Field::Contract, 4), (Field::Account, 4), (Field::Slot, 6)]
    {
        found.extend(values(index, field.key(), typed).into_iter().take(take));
    }
    found
}

fn key_words(key: &str, about: &str) -> Words {
    (format!("{key}:"), about.to_owned(), Kind::Key)
}

fn outcome_words(outcome: Outcome) -> Words {
    (keyed("is", outcome.word()), outcome.meaning().to_owned(), Kind::Word)
}

/// What could stand behind a key: what begins so first, then what has it; what is used most first.
fn values(index: &Index, key: &str, typed: &str) -> Vec<Words> {
    let Some(field) = Field::ALL.into_iter().find(|field| field.key() == key) else {
        return match key {
            "is" => Outcome::beginning_with(typed).into_iter().map(outcome_words).collect(),
            _ => Vec::new(),
        };
    };
    let uses = |name: &Name| -> u32 {
        match field {
            Field::From => name.uses[SENDER],
            Field::To => name.uses[RECEIVER],
            Field::Account => name.uses[SENDER] + name.uses[RECEIVER],
            Field::Contract if name.is_contract => name.uses[RECEIVER] + 1,
            Field::Function => name.uses[ACTION],
            Field::Contract | Field::Slot | Field::Reads | Field::Writes => 0,
        }
    };
    if matches!(field, Field::Slot | Field::Reads | Field::Writes) {
        return places(index, key, typed);
    }
    let used = index.names.iter().map(|name| (name, uses(name)));
    let mut found: Vec<_> =
        used.filter(|(name, uses)| *uses > 0 && (typed.is_empty() || name.has(typed))).collect();
    found.sort_by_key(|(name, uses)| (!name.lower.starts_with(typed), u32::MAX - uses));
    let words = |(name, uses): (&Name, u32)| {
        let about = match field {
            Field::Contract => "a contract".to_owned(),
            Field::From => format!("sends {}", times(uses)),
            Field::To => format!("receives {}", times(uses)),
            Field::Function => format!("called {}", times(uses)),
            _ => format!("sends or receives {}", times(uses)),
        };
        (keyed(key, &name.words), about, Kind::Word)
    };
    found.into_iter().map(words).collect()
}

fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{} times", crate::format::grouped(u128::from(more))),
    }
}

/// Slots and fields of accounts. Slots come first: who searches for one searches for what is hot.
fn places(index: &Index, key: &str, typed: &str) -> Vec<Words> {
    const ENOUGH: usize = 40;
    let known = index.locations.iter().take(PLACES_MAX);
    let has = |place: &&super::index::Place| typed.is_empty() || place.has(typed);
    let mut found: Vec<_> = known.filter(has).collect();
    let begins = |place: &super::index::Place| {
        place.lower.starts_with(typed)
            || place.lower.split_once('.').is_some_and(|(_, field)| field.starts_with(typed))
    };
    found.sort_by_key(|place| (!begins(place), !place.is_contract));
    let words = |place: &super::index::Place| {
        (keyed(key, &place.words), "a location".to_owned(), Kind::Word)
    };
    found.into_iter().take(ENOUGH).map(words).collect()
}
