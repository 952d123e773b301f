//! What a suite came to.

use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use serde::Serialize;

use crate::runners::Effort;

/// How many failures of a kind are shown; the rest is only counted.
const FAILURES_SHOWN: usize = 200;

/// A case or packed block whose result is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// File, test, fork and indexes.
    pub at: String,
    /// What is wrong, in one sentence.
    pub reason: String,
}

/// Counts and failures.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Files read.
    pub files: u64,
    /// Cases in them: passed, failed, beyond revm and skipped.
    pub cases: u64,
    /// Cases in which every runner reaches what the file expects.
    pub passed: u64,
    /// Cases in which some runner does not, though plain revm does; cases in which runners differ
    /// from each other; files that cannot be read.
    pub failed: Vec<Failure>,
    /// Cases in which plain revm does not reach what the file expects either.
    pub beyond_revm: Vec<Failure>,
    /// Cases that cannot be run, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Blocks of several cases that have the same state before them.
    pub packed_blocks: u64,
    /// Transactions in those.
    pub packed_transactions: u64,
    /// Packed blocks in which a runner differs from one lane, or one lane from plain revm.
    pub failed_blocks: Vec<Failure>,
    /// Runs under Block-STM.
    pub runs: u64,
    /// Of those, how many fell back to one lane.
    pub fallbacks: u64,
    /// Incarnations that were thrown away in them.
    pub aborts: u64,
}

impl Failure {
    /// A failure at a place, told by its first objection.
    pub(crate) fn new(at: &str, objections: &[String]) -> Self {
        let first = objections.first().map(String::as_str).unwrap_or_default();
        let more = match objections.len() {
            0 | 1 => String::new(),
            2 => " (and another run)".to_owned(),
            all => format!(" (and {} more runs)", all - 1),
        };
        Self { at: at.to_owned(), reason: format!("{first}{more}") }
    }
}

impl Report {
    /// Whether nothing failed.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.failed.is_empty() && self.failed_blocks.is_empty()
    }

    /// Adds another report's counts to this one.
    pub fn absorb(&mut self, other: Self) {
        self.files += other.files;
        self.cases += other.cases;
        self.passed += other.passed;
        self.failed.extend(other.failed);
        self.beyond_revm.extend(other.beyond_revm);
        for (reason, count) in other.skipped {
            *self.skipped.entry(reason).or_default() += count;
        }
        self.packed_blocks += other.packed_blocks;
        self.packed_transactions += other.packed_transactions;
        self.failed_blocks.extend(other.failed_blocks);
        self.runs += other.runs;
        self.fallbacks += other.fallbacks;
        self.aborts += other.aborts;
    }

    /// The same failures in the same order, whoever finished first.
    pub(crate) fn sort(&mut self) {
        for list in [&mut self.failed, &mut self.beyond_revm, &mut self.failed_blocks] {
            list.sort_by(|one, other| one.at.cmp(&other.at));
        }
    }

    pub(crate) fn count_run(&mut self, effort: Effort) {
        self.runs += 1;
        self.fallbacks += u64::from(effort.fell_back);
        self.aborts += effort.aborts;
    }

    pub(crate) fn skip(&mut self, reason: String) {
        self.cases += 1;
        *self.skipped.entry(reason).or_default() += 1;
    }

    /// One line of counts.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line =
            format!("{} files, {} cases, {} passed", self.files, self.cases, self.passed);
        let skipped = self.skipped.values().sum();
        let counts = [
            (self.failed.len() as u64, "failed"),
            (self.beyond_revm.len() as u64, "beyond revm"),
            (skipped, "skipped"),
        ];
        for (count, word) in counts.into_iter().filter(|(count, _)| *count > 0) {
            line += &format!(", {count} {word}");
        }
        line += &format!("; {} packed blocks", self.packed_blocks);
        if !self.failed_blocks.is_empty() {
            line += &format!(", {} failed", self.failed_blocks.len());
        }
        line
    }
}

/// The summary: several lines, failures first.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (word, list) in [("FAIL", &self.failed), ("FAIL packed", &self.failed_blocks)] {
            for failure in list.iter().take(FAILURES_SHOWN) {
                writeln!(f, "{word} {}: {}", failure.at, failure.reason)?;
            }
            if list.len() > FAILURES_SHOWN {
                writeln!(f, "{word} and {} more", list.len() - FAILURES_SHOWN)?;
            }
        }
        for failure in &self.beyond_revm {
            writeln!(f, "beyond revm {}: {}", failure.at, failure.reason)?;
        }
        for (reason, count) in &self.skipped {
            writeln!(f, "skipped {count}: {reason}")?;
        }
        let mut runs = String::new();
        write!(runs, "{} runs under Block-STM, {} aborts", self.runs, self.aborts)?;
        if self.fallbacks > 0 {
            write!(runs, ", {} fell back to one lane", self.fallbacks)?;
        }
        writeln!(f, "{}", self.line())?;
        writeln!(f, "{} transactions in packed blocks; {runs}", self.packed_transactions)
    }
}
