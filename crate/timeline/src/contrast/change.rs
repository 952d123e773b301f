//! What a person changed between two runs, in words: the subject of the sentence that tells what it
//! brought.

use lanescope_protocol::{Fault, Scenario, Settings, TxIndex};

use super::Pairs;
use crate::format;

/// What was run, and how.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The block in its world.
    pub scenario: &'a Scenario,
    /// How it was run.
    pub settings: &'a Settings,
}

/// More single changes than this are only counted.
const TOLD: usize = 3;

/// "moving T4 behind T2", "going from 4 to 8 lanes": one for each change. `prefer` is the
/// transaction that was moved last, as counted after; `extra` are changes that only their maker can
/// name.
#[must_use]
pub fn change_words(
    before: Subject<'_>,
    after: Subject<'_>,
    pairs: &Pairs,
    prefer: Option<TxIndex>,
    extra: &[String],
) -> Vec<String> {
    let mut words = block_words(after.scenario, pairs, prefer);
    words.extend(extra.iter().cloned());
    words.extend(settings_words(before.settings, after.settings));
    if words.is_empty() && before.scenario != after.scenario {
        words.push("changing the block's world".to_owned());
    }
    words
}

fn block_words(after: &Scenario, pairs: &Pairs, prefer: Option<TxIndex>) -> Vec<String> {
    let mut words = Vec::new();
    let moved = pairs.moved(prefer);
    match &moved[..] {
        [] => {}
        many if many.len() > TOLD => {
            words.push(format!("moving {}", format::count(many.len(), "transaction")));
        }
        few => words.extend(few.iter().map(|(tx, to)| moving(*tx, *to, pairs))),
    }
    words.extend(several("removing", &pairs.removed()));
    let copies = |tx: &TxIndex| {
        let before = tx.get().checked_sub(1).and_then(|at| after.transactions.get(at));
        before.is_some() && before == after.transactions.get(tx.get())
    };
    match &pairs.added()[..] {
        [copy] if copies(copy) => {
            let original = pairs.back(TxIndex(copy.0.saturating_sub(1))).unwrap_or(*copy);
            words.push(format!("duplicating {original}"));
        }
        added => words.extend(several("adding", added)),
    }
    words.extend(several("editing", &pairs.edited()));
    words
}

/// A place is told by what stands before it, as counted before where it was there.
fn moving(tx: TxIndex, to: TxIndex, pairs: &Pairs) -> String {
    let Some(leader) = to.0.checked_sub(1).map(TxIndex) else {
        return format!("moving {tx} to the front");
    };
    match pairs.back(leader) {
        Some(leader) => format!("moving {tx} behind {leader}"),
        None => format!("moving {tx} behind the new {leader}"),
    }
}

fn several(verb: &str, which: &[TxIndex]) -> Option<String> {
    match which {
        [] => None,
        many if many.len() > TOLD => {
            Some(format!("{verb} {}", format::count(many.len(), "transaction")))
        }
        few => {
            let names: Vec<_> = few.iter().map(ToString::to_string).collect();
            Some(format!("{verb} {}", super::joined(&names)))
        }
    }
}

fn settings_words(before: &Settings, after: &Settings) -> Vec<String> {
    let mut words = Vec::new();
    if before.strategy != after.strategy {
        let (old, new) = (before.strategy.title(), after.strategy.title());
        words.push(if old == new {
            format!("changing a parameter of {new}")
        } else {
            format!("going from {} to {}", inside(&old), inside(&new))
        });
    }
    if before.lanes != after.lanes {
        let lanes = format::count(usize::from(after.lanes), "lane");
        words.push(format!("going from {} to {lanes}", before.lanes));
    }
    if before.costs != after.costs {
        words.push("changing what things cost".to_owned());
    }
    if before.seed != after.seed {
        words.push("taking another lane seed".to_owned());
    }
    words.extend(fault_words(&before.faults, &after.faults));
    words
}

/// A strategy's name inside a sentence: `Block-STM`, `the model of Monad`.
pub(super) fn inside(name: &str) -> String {
    match name.strip_prefix("Model of ") {
        Some(system) => format!("the model of {system}"),
        None => name.to_owned(),
    }
}

fn fault_words(before: &[Fault], after: &[Fault]) -> Vec<String> {
    let mut words = Vec::new();
    let gone: Vec<_> = before.iter().filter(|fault| !after.contains(fault)).collect();
    let new: Vec<_> = after.iter().filter(|fault| !before.contains(fault)).collect();
    let begins_alike = |a: &Fault, b: &Fault| match (a, b) {
        (Fault::Crash { lane, at, .. }, Fault::Crash { lane: other, at: then, .. })
        | (Fault::Slow { lane, at, .. }, Fault::Slow { lane: other, at: then, .. }) => {
            (lane, at) == (other, then)
        }
        _ => false,
    };
    for fault in &new {
        let mended = gone.iter().any(|old| begins_alike(old, fault));
        words.push(match (fault, mended) {
            (
                Fault::Crash { lane, until: Some(until), .. }
                | Fault::Slow { lane, until: Some(until), .. },
                true,
            ) => format!("letting {lane} recover at {}", format::gas(*until as f64)),
            (Fault::Crash { lane, at, .. }, _) => {
                format!("crashing {lane} at {}", format::gas(*at as f64))
            }
            (Fault::Slow { lane, times, at, .. }, _) => {
                format!("slowing {lane} down {times}× from {}", format::gas(*at as f64))
            }
            (Fault::WrongResult { tx }, _) => format!("letting {tx} first come to a wrong result"),
        });
    }
    for fault in gone.iter().filter(|old| !new.iter().any(|fault| begins_alike(old, fault))) {
        words.push(match fault {
            Fault::Crash { lane, .. } => format!("taking back the crash of {lane}"),
            Fault::Slow { lane, .. } => format!("letting {lane} be as fast as the others"),
            Fault::WrongResult { tx } => format!("letting {tx} be right at once"),
        });
    }
    words
}
