//! From what is typed to what is meant.

use core::fmt;

use super::amount::{Bounds, amount};
use super::outcome::Outcome;

/// What is meant: any of these, of each all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Alternatives.
    pub any: Vec<Vec<Term>>,
}

/// One word of a query.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// It must not be so.
    pub not: bool,
    /// What is asked for.
    pub what: What,
}

/// What a word asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// A word anywhere, in lower case.
    Word(String),
    /// A word in one kind of name, in lower case.
    Named(Field, String),
    /// How it went: any of these.
    Is(Vec<Outcome>),
    /// Transactions, as people count.
    Tx(Bounds),
    /// Lanes, as people count.
    Lane(Bounds),
    /// Tries, from 0.
    Run(Bounds),
    /// Gas used.
    Gas(Bounds),
    /// Begins at this tick or later.
    After(f64),
    /// Begins before this tick.
    Before(f64),
}

/// Names that a key picks out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The sender.
    From,
    /// The receiver.
    To,
    /// Sender or receiver.
    Account,
    /// The receiver, or a contract whose storage or code is touched.
    Contract,
    /// The function called, or what else the transaction does.
    Function,
    /// What is touched.
    Slot,
    /// What is read.
    Reads,
    /// What is written.
    Writes,
}

impl Field {
    pub(super) const ALL: [Self; 8] = [
        Self::From,
        Self::To,
        Self::Account,
        Self::Contract,
        Self::Function,
        Self::Slot,
        Self::Reads,
        Self::Writes,
    ];

    /// Its key.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::To => "to",
            Self::Account => "account",
            Self::Contract => "contract",
            Self::Function => "fn",
            Self::Slot => "slot",
            Self::Reads => "reads",
            Self::Writes => "writes",
        }
    }
}

/// Every key, in the order in which they are told.
pub(super) const KEYS: [(&str, &str); 15] = [
    ("from", "the sender"),
    ("to", "the receiver"),
    ("account", "sender or receiver"),
    ("contract", "a contract that is called or touched"),
    ("fn", "the function called"),
    ("slot", "what is touched"),
    ("reads", "what is read"),
    ("writes", "what is written"),
    ("is", "how it went"),
    ("tx", "transactions, like 3-9"),
    ("run", "which try, from 0"),
    ("lane", "a lane, from 1"),
    ("gas", "gas used, like >90k"),
    ("after", "begins at this time or later"),
    ("before", "begins before this time"),
];

/// Why a query is not understood: one sentence that names the word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The word as it was typed.
    pub word: String,
    /// What would be understood.
    pub hint: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "“{}” is not understood: {}.", self.word, self.hint)
    }
}

/// A word as it was typed, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// With everything around it.
    pub(super) raw: &'a str,
    /// Where it begins.
    pub(super) at: usize,
    pub(super) not: bool,
    /// What stands before the colon.
    pub(super) key: Option<&'a str>,
    /// What stands behind it, without quotation marks.
    pub(super) value: String,
    /// It had quotation marks.
    quoted: bool,
}

const QUOTES: [char; 3] = ['"', '“', '”'];

/// Cuts a text into words at spaces that are not between quotation marks.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let (mut from, mut open) = (None, false);
    for (at, sign) in text.char_indices().chain([(text.len(), ' ')]) {
        if QUOTES.contains(&sign) {
            open = !open;
        }
        let ends = (sign.is_whitespace() && !open) || at == text.len();
        match (ends, from) {
            (true, Some(start)) => {
                found.extend(text.get(start..at).map(|raw| token(raw, start)));
                from = None;
            }
            (false, None) => from = Some(at),
            _ => {}
        }
    }
    found
}

fn token(raw: &str, at: usize) -> Token<'_> {
    let (not, rest) = match raw.strip_prefix(['-', '−']) {
        Some(rest) if !rest.is_empty() => (true, rest),
        _ => (false, raw),
    };
    let is_key = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphabetic());
    let (key, value) = match rest.split_once(':') {
        Some((key, value)) if is_key(key) => (Some(key), value),
        _ => (None, rest),
    };
    let quoted = value.contains(QUOTES);
    Token { raw, at, not, key, value: value.replace(QUOTES, ""), quoted }
}

impl Query {
    /// Reads a query. A word whose value is still to be typed (`from:`) asks for nothing.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut any = vec![Vec::new()];
        for token in tokens(text) {
            let plain = token.key.is_none() && !token.quoted && !token.not;
            if plain && token.value.eq_ignore_ascii_case("or") {
                any.push(Vec::new());
            } else if plain && token.value.eq_ignore_ascii_case("and") {
            } else if let (Some(what), Some(all)) = (what(&token)?, any.last_mut()) {
                all.push(Term { not: token.not, what });
            }
        }
        any.retain(|all| !all.is_empty());
        Ok(Self { any })
    }

    /// Whether it asks for nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.any.is_empty()
    }
}

fn what(token: &Token<'_>) -> Result<Option<What>, Refusal> {
    let refuse = |hint: String| Refusal { word: token.raw.to_owned(), hint };
    let Some(key) = token.key else {
        let word = token.value.trim().to_lowercase();
        return Ok((!word.is_empty() && word != "-").then_some(What::Word(word)));
    };
    let key = key.to_lowercase();
    let value = token.value.trim();
    if !KEYS.iter().any(|(known, _)| *known == key) {
        let keys = KEYS.map(|(key, _)| key).join(", ");
        return Err(refuse(format!("the words before a colon are {keys}")));
    }
    if value.is_empty() || [">", "<", ">=", "<="].contains(&value) {
        return Ok(None);
    }
    if let Some(field) = Field::ALL.into_iter().find(|field| field.key() == key) {
        return Ok(Some(What::Named(field, value.to_lowercase())));
    }
    let numbers = |prefix, hint: &str| {
        // A range whose end is still to be typed is its beginning.
        let value = value.trim_end_matches(['-', '.']);
        Bounds::numbers(value, prefix).ok_or_else(|| refuse(hint.to_owned()))
    };
    let time = || amount(value).ok_or_else(|| refuse("write a time like 100k".to_owned()));
    Ok(Some(match key.as_str() {
        "is" => {
            let outcomes = Outcome::beginning_with(value);
            if outcomes.is_empty() {
                let known = Outcome::ALL.map(Outcome::word).join(", ");
                return Err(refuse(format!("after is: comes one of {known}")));
            }
            What::Is(outcomes)
        }
        "tx" => What::Tx(numbers('T', "write a transaction like 5, or some like 3-9")?),
        "run" => What::Run(numbers('·', "write which try it is: 0 for the first, 1, 2 …")?),
        "lane" => What::Lane(numbers('L', "write a lane like 2, or some like 1-3")?),
        "gas" => {
            let value = value.trim_end_matches(['-', '.']);
            let hint = || refuse("write an amount like >90k, or a range like 20k-90k".to_owned());
            What::Gas(Bounds::amounts(value).ok_or_else(hint)?)
        }
        "after" => What::After(time()?),
        _ => What::Before(time()?),
    }))
}
