//! Sentences whose parts know what they are, so that the page can set them in type.

use core::fmt;

/// What a part of a sentence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartKind {
    /// Words.
    Plain,
    /// A transaction or incarnation: `T5`, `T5·1`.
    Tx,
    /// A location's name.
    Location,
    /// What went wrong.
    Bad,
    /// What went well.
    Good,
}

/// A part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its text, with the spaces around it.
    pub text: String,
    /// What it is.
    pub kind: PartKind,
}

/// A sentence, or a few.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Phrase {
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

impl Phrase {
    /// An empty phrase, to be built up.
    #[must_use]
    pub const fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// Adds words.
    #[must_use]
    pub fn say(self, text: impl Into<String>) -> Self {
        self.with(text, PartKind::Plain)
    }

    /// Adds a transaction or an incarnation.
    #[must_use]
    pub fn tx(self, tx: impl fmt::Display) -> Self {
        self.with(tx.to_string(), PartKind::Tx)
    }

    /// Adds a location.
    #[must_use]
    pub fn place(self, name: impl Into<String>) -> Self {
        self.with(name, PartKind::Location)
    }

    /// Adds what went wrong.
    #[must_use]
    pub fn bad(self, text: impl Into<String>) -> Self {
        self.with(text, PartKind::Bad)
    }

    /// Adds what went well.
    #[must_use]
    pub fn good(self, text: impl Into<String>) -> Self {
        self.with(text, PartKind::Good)
    }

    /// Adds a part.
    #[must_use]
    pub fn with(mut self, text: impl Into<String>, kind: PartKind) -> Self {
        self.parts.push(Part { text: text.into(), kind });
        self
    }

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| part.text.is_empty())
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| f.write_str(&part.text))
    }
}
