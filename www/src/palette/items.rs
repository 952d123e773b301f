//! What the palette lists: the commands of the table, and what this page and this run have besides.

use std::sync::Arc;

use lanescope_protocol::{Catalogue, Incarnation, Strategy, TxIndex, Version};
use lanescope_timeline::find::{Index, suggest};
use lanescope_timeline::{Film, format};

use super::fuzzy::score;
use crate::keys::{COMMANDS, Does, Stroke};
use crate::store::{FindWish, Wish};

/// Lines at once.
const SHOWN: usize = 40;
/// Accounts at once.
const ACCOUNTS: usize = 5;
/// Transactions at once, and how many of a huge block are looked at.
const TRANSACTIONS: usize = 6;
const TRANSACTIONS_MAX: usize = 20_000;

/// A line of the palette.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Its name, by which it is remembered; empty where it is not.
    pub(super) id: String,
    pub(super) words: String,
    /// The heading it stands under, or what kind of thing it is.
    pub(super) kind: &'static str,
    pub(super) keys: &'static [Stroke],
    pub(super) does: Does,
}

/// What does not change while the palette is open.
pub(super) fn fixed(catalogue: &Catalogue) -> Vec<Item> {
    let commands = COMMANDS.iter().filter(|command| is_listed(command.id)).map(|command| Item {
        id: command.id.to_owned(),
        words: command.words.to_owned(),
        kind: command.group.title(),
        keys: command.keys,
        does: (command.does)(),
    });
    let strategies = Strategy::all().map(|strategy| Item {
        id: format!("strategy:{strategy}"),
        words: format!("Strategy: {}", strategy.title()),
        kind: "Strategy",
        keys: &[],
        does: Does::Wish(Wish::Strategy(strategy)),
    });
    let scenarios = catalogue.workloads.iter().map(|workload| Item {
        id: format!("scenario:{}", workload.name),
        words: format!("Load scenario: {}", workload.title),
        kind: "Scenario",
        keys: &[],
        does: Does::Wish(Wish::Pick(workload.name.clone())),
    });
    commands.chain(strategies).chain(scenarios).collect()
}

/// Whether a command makes sense in a list of commands.
fn is_listed(id: &str) -> bool {
    !matches!(id, "palette" | "escape" | "strategy")
}

/// What fits what was typed, the best first. With nothing typed: what was used last, then all.
pub(super) fn fitting(
    fixed: &[Item],
    typed: &str,
    recent: &[String],
    film: Option<&Film>,
    names: Option<&Arc<Index>>,
) -> Vec<Item> {
    let typed = typed.trim();
    let rank = |item: &Item| recent.iter().position(|id| *id == item.id);
    if typed.is_empty() {
        let mut all: Vec<_> = fixed.to_vec();
        all.sort_by_key(|item| rank(item).unwrap_or(usize::MAX));
        return all;
    }
    let bonus = |item: &Item| rank(item).map_or(0, |rank| 24 - 4 * rank.min(5) as i32);
    let mut scored: Vec<(i32, Item)> = fixed
        .iter()
        .filter_map(|item| Some((score(typed, &item.words)? + bonus(item), item.clone())))
        .chain(names.map(|names| accounts(names, typed)).unwrap_or_default())
        .collect();
    scored.sort_by_key(|(score, _)| core::cmp::Reverse(*score));
    let mut found: Vec<Item> = film.map(|film| named(film, typed)).unwrap_or_default();
    found.extend(scored.into_iter().map(|(_, item)| item));
    found.truncate(SHOWN);
    found.extend(film.map(|film| transactions(film, typed)).unwrap_or_default());
    found.push(Item {
        id: String::new(),
        words: format!("Search this run for “{typed}”"),
        kind: "Search",
        keys: &[],
        does: Does::Wish(Wish::Find(FindWish::Ask(typed.to_owned()))),
    });
    found
}

/// The transaction that is called so: `T5` or `5`.
fn named(film: &Film, typed: &str) -> Vec<Item> {
    let digits = typed.strip_prefix(['t', 'T']).unwrap_or(typed);
    let tx = digits.parse::<u32>().ok().and_then(|number| number.checked_sub(1)).map(TxIndex);
    tx.and_then(|tx| transaction(film, tx)).into_iter().collect()
}

fn transaction(film: &Film, tx: TxIndex) -> Option<Item> {
    let last = film.runs_of(tx).last().and_then(|id| film.bar(*id))?;
    let version = Version { tx, incarnation: Incarnation(last.version.incarnation.0) };
    let words = match film.transaction(tx) {
        Some(info) => format!("Go to {tx}: {}, {} → {}", info.action, info.sender, info.receiver),
        None => format!("Go to {tx}"),
    };
    let does = Does::Wish(Wish::Find(FindWish::Go(version)));
    Some(Item { id: String::new(), words, kind: "Transaction", keys: &[], does })
}

fn transactions(film: &Film, typed: &str) -> Vec<Item> {
    let wanted = typed.to_lowercase();
    let count = film.transaction_count().min(TRANSACTIONS_MAX);
    let has = |tx: &TxIndex| {
        film.transaction(*tx).is_some_and(|info| {
            let names = [&info.action, &info.sender, &info.receiver];
            names.iter().any(|name| name.to_lowercase().contains(&wanted))
        })
    };
    let all = (0..count).map(|tx| TxIndex(tx as u32)).filter(has);
    all.filter_map(|tx| transaction(film, tx)).take(TRANSACTIONS).collect()
}

/// Accounts that are called so, each with how well it fits.
fn accounts(names: &Index, typed: &str) -> Vec<(i32, Item)> {
    let of = suggest(names, &format!("account:\"{typed}"), ACCOUNTS);
    let item = |suggestion: lanescope_timeline::find::Suggestion| {
        let name = suggestion.word.trim_start_matches("account:").replace('"', "");
        let item = Item {
            id: String::new(),
            words: format!("Search for {name} · {}", suggestion.about),
            kind: "Account",
            keys: &[],
            does: Does::Wish(Wish::Find(FindWish::Ask(suggestion.text.trim().to_owned()))),
        };
        (score(typed, &name).unwrap_or(0), item)
    };
    of.into_iter().map(item).collect()
}

/// `40 commands`, for whoever does not see the list.
pub(super) fn count_words(count: usize) -> String {
    format::count(count, "entry").replace("entrys", "entries")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(typed: &str, recent: &[&str]) -> Vec<String> {
        let recent: Vec<_> = recent.iter().map(|id| (*id).to_owned()).collect();
        let all = fixed(&Catalogue::default());
        fitting(&all, typed, &recent, None, None).into_iter().map(|item| item.words).collect()
    }

    #[test]
    fn every_command_is_there_and_what_was_used_last_comes_first() {
        let all = words("", &[]);
        for command in COMMANDS.iter().filter(|command| is_listed(command.id)) {
            assert!(all.iter().any(|words| words == command.words), "{}", command.id);
        }
        assert_eq!(words("", &["theme", "run"])[..2], ["Light or dark", "Run"]);
    }

    #[test]
    fn letters_find_commands_and_strategies() {
        assert_eq!(words("next ab", &[])[0], "Next abort");
        assert_eq!(words("block-stm", &[])[0], "Strategy: Block-STM");
        assert_eq!(words("zzz", &[]), ["Search this run for “zzz”"]);
    }

    #[test]
    fn counts_are_said() {
        assert_eq!(count_words(1), "1 entry");
        assert_eq!(count_words(12), "12 entries");
    }
}
