//! The difference between runs, told in a sentence.

use super::change::inside;
use super::{Contrast, Figures, Trust};
use crate::format;

/// Lengths closer than this share count as the same.
const ALIKE: f64 = 0.005;
/// From here on a difference is told as a factor, below in ticks.
const FACTOR: f64 = 1.05;

/// A run under its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Contender {
    /// Of its strategy: `Block-STM`, `Model of Monad`.
    pub name: String,
    /// Its numbers.
    pub figures: Figures,
}

/// Who of two to four runs of the same block is first, by how much, and at what price. A wrong
/// result is never called first.
#[must_use]
pub fn race(runs: &[Contender]) -> String {
    let mut valid: Vec<_> = runs.iter().filter(|run| run.figures.counts()).collect();
    valid.sort_by_key(|run| run.figures.makespan);
    let others = runs.iter().filter(|run| !run.figures.counts()).map(invalid);
    let told = match &valid[..] {
        [] => "None of these runs has a valid result.".to_owned(),
        [only] => format!("Only {} comes to a valid result.", inside(&only.name)),
        [first, second, rest @ ..] => {
            let mut told = duel(first, second);
            for run in rest {
                let (name, times) = (inside(&run.name), ratio(&run.figures, &first.figures));
                told += &if times < FACTOR {
                    format!(" {} {} hardly longer.", upper(&name), verb(&name, "take"))
                } else {
                    let times = format::times(times);
                    format!(
                        " {} {} {times} as long as {}.",
                        upper(&name),
                        verb(&name, "take"),
                        inside(&first.name)
                    )
                };
            }
            told
        }
    };
    core::iter::once(told).chain(others).collect::<Vec<_>>().join(" ")
}

fn duel(first: &Contender, second: &Contender) -> String {
    let (a, b) = (inside(&first.name), inside(&second.name));
    let times = ratio(&second.figures, &first.figures);
    let head = if times < 1.0 + ALIKE {
        format!("{} and {b} finish at the same time", upper(&a))
    } else {
        let by = if times < FACTOR {
            let ahead = second.figures.makespan - first.figures.makespan;
            format::ticks(first.figures.clock, ahead as f64)
        } else {
            format::times(times)
        };
        format!("{} {} {by} sooner than {b}", upper(&a), verb_es(&a, "finish"))
    };
    let mut told = head;
    let details = aborts(&second.figures, &first.figures, true);
    if let Some(details) = details {
        told += &format!(": {details}");
    }
    if first.figures.producer > 0 {
        let its = if is_plural(&a) { "their" } else { "its" };
        let cost = format::ticks(first.figures.clock, first.figures.producer as f64);
        told += &format!(", but {its} producer took {cost} first");
    }
    if first.figures.trust == Trust::OtherOrder {
        told += ", in another order than the block's";
    }
    told + "."
}

fn invalid(run: &Contender) -> String {
    let name = inside(&run.name);
    match run.figures.trust {
        Trust::Rejected => format!("Under {name} the block is rejected."),
        _ => format!("{} {} to a wrong result.", upper(&name), verb(&name, "come")),
    }
}

/// "2 aborts instead of 3 (90 k gas saved)"; `None` where there are none in either.
fn aborts(before: &Figures, after: &Figures, with_gas: bool) -> Option<String> {
    let count = |number: usize| match number {
        0 => "no aborts".to_owned(),
        number => format::count(number, "abort"),
    };
    let told = match (before.aborts, after.aborts) {
        (0, 0) => return None,
        (old, new) if old == new => format!("{} in both", count(new)),
        (old, new) => {
            let old = if old == 0 { "none".to_owned() } else { old.to_string() };
            format!("{} instead of {old}", count(new))
        }
    };
    let gas = |gas: u64| format::gas(gas as f64);
    let saved = match (before.wasted, after.wasted) {
        (old, new) if !with_gas || old == new => String::new(),
        (old, new) if old > new => format!(" ({} saved)", gas(old - new)),
        (old, new) => format!(" ({} more wasted)", gas(new - old)),
    };
    Some(told + &saved)
}

impl Contrast {
    /// What a change brought, without the numbers around it: `moving T4 behind T2 saves 90 k gas`.
    /// `changes` as [`super::change_words`] gives them.
    #[must_use]
    pub fn effect(&self, changes: &[String]) -> String {
        let (subject, many) = match changes {
            [] => ("running it again".to_owned(), false),
            [one] => (one.clone(), false),
            few if few.len() <= 3 => (joined(few), true),
            many => (format!("these {} changes", many.len()), true),
        };
        let ticks = format::ticks(self.after.clock, self.saved().abs());
        let verb = |one: &str, all: &str| if many { all.to_owned() } else { one.to_owned() };
        let wrong = self.wrong().map_or_else(String::new, |wrong| format!(", but {wrong}"));
        let does = if self.is_alike() && self.since.is_none() {
            verb("changes nothing", "change nothing")
        } else if self.is_alike() {
            verb("does not change the time", "do not change the time")
        } else if self.saved().abs() < ALIKE * self.before.makespan as f64 {
            let more = if self.saved() > 0.0 { "less" } else { "more" };
            format!("{} the time ({ticks} {more})", verb("hardly changes", "hardly change"))
        } else if self.saved() > 0.0 {
            format!("{} {ticks}", verb("saves", "save"))
        } else {
            format!("{} {ticks}", verb("costs", "cost"))
        };
        format!("{subject} {does}{wrong}")
    }

    /// The whole sentence: what a change brought, in aborts and in speed.
    #[must_use]
    pub fn sentence(&self, changes: &[String]) -> String {
        let effect = self.effect(changes);
        if self.since.is_none() {
            return format!("Nothing changes: {effect}.");
        }
        let speeds = [self.before.speedup, self.after.speedup].map(format::times);
        let speed = match &speeds {
            [old, new] if old == new => format!("{new} as before"),
            [old, new] => format!("{old} → {new}"),
        };
        let details: Vec<_> =
            aborts(&self.before, &self.after, false).into_iter().chain([speed]).collect();
        let details = details.join(", ");
        if self.saved() < -ALIKE * self.before.makespan as f64 {
            format!("Slower: {effect}: {details}.")
        } else {
            format!("{}: {details}.", upper(&effect))
        }
    }

    /// Since when the runs differ: `same until 89.8 k gas`.
    #[must_use]
    pub fn since_words(&self) -> String {
        match &self.since {
            None => "the same from beginning to end".to_owned(),
            Some(since) if since.time == 0 => "different from the beginning".to_owned(),
            Some(since) => {
                format!("same until {}", format::ticks(self.after.clock, since.time as f64))
            }
        }
    }

    /// Which transactions, aborts and runs are not where they were, in a sentence.
    #[must_use]
    pub fn moved_words(&self) -> String {
        let mut told = Vec::new();
        if !self.shifted.is_empty() {
            told.push(format!(
                "{} at another time or on another lane",
                format::count(self.shifted.len(), "transaction")
            ));
        }
        for (lines, what) in [(&self.gone, "gone"), (&self.new, "new")] {
            if lines.is_empty() {
                continue;
            }
            let names: Vec<_> = lines.iter().take(3).map(|line| line.version.to_string()).collect();
            let more = lines.len().saturating_sub(names.len());
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            told.push(format!("{what}: {}{rest}", format_aborts(&names)));
        }
        told.join("; ")
    }

    /// Whether both take as long.
    fn is_alike(&self) -> bool {
        self.before.makespan == self.after.makespan
    }

    fn wrong(&self) -> Option<&'static str> {
        match self.after.trust {
            Trust::Wrong if self.before.trust != Trust::Wrong => Some("the result is wrong now"),
            Trust::Rejected if self.before.trust != Trust::Rejected => {
                Some("the block is rejected now")
            }
            _ => None,
        }
    }
}

fn format_aborts(names: &[String]) -> String {
    let noun = if names.len() == 1 { "the abort of" } else { "the aborts of" };
    format!("{noun} {}", joined(names))
}

/// "a", "a and b", "a, b and c".
#[must_use]
pub fn joined(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn ratio(longer: &Figures, shorter: &Figures) -> f64 {
    longer.makespan as f64 / shorter.makespan.max(1) as f64
}

/// With a capital at its beginning.
pub(super) fn upper(words: &str) -> String {
    let mut rest = words.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest).collect()
}

/// `Declared locks`, `Optimistic rounds`.
fn is_plural(name: &str) -> bool {
    !name.starts_with("the model") && !name.contains('(') && name.ends_with('s')
}

fn verb(name: &str, stem: &str) -> String {
    if is_plural(name) { stem.to_owned() } else { format!("{stem}s") }
}

fn verb_es(name: &str, stem: &str) -> String {
    if is_plural(name) { stem.to_owned() } else { format!("{stem}es") }
}
