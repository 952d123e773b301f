//! Runs side by side: the sentence, the pairs, the first difference, and the ledger that adds up.

use lanescope_protocol::scenario::Transaction;
use lanescope_protocol::trace::Summary;
use lanescope_protocol::{Fault, Lane, Scenario, Settings, StrategyName, TxIndex};
use lanescope_timeline::contrast::{
    Contender, Figures, Ledger, Subject, Trust, WasteKind, by_cause, by_transaction, change_words,
    race,
};
use lanescope_timeline::{Contrast, Film, Pairs};

use crate::fixture::{EXCHANGE, film, trace};

const BEFORE: &str = "
lane 1: T1·0 0-90 ok | T4·0 90-180 aborted at 180 by T3·0 on Pool.reserve0 | T4·1 180-270 ok
lane 2: T2·0 0-60 ok at 90 | T3·0 60-150 ok at 150
";
/// The same block, where T4 does not read too early.
const AFTER: &str = "
lane 1: T1·0 0-90 ok | T4·0 90-180 ok on Pool.reserve0
lane 2: T2·0 0-60 ok at 90 | T3·0 60-150 ok at 150
";

/// A film whose totals say how long it took, of 360 k on one lane.
fn timed(text: &str, change: impl FnOnce(&mut Summary)) -> Film {
    let mut trace = trace(text);
    trace.summary.sequential = 360_000;
    trace.summary.identical = true;
    trace.summary.class_holds = true;
    change(&mut trace.summary);
    Film::new(trace)
}

fn told(before: &Film, after: &Film, changes: &[&str]) -> String {
    let changes: Vec<_> = changes.iter().map(ToString::to_string).collect();
    Contrast::new(before, after, &Pairs::same()).sentence(&changes)
}

#[test]
fn a_change_is_told_with_what_it_saves() {
    let (before, after) = (timed(BEFORE, |_| {}), timed(AFTER, |_| {}));
    assert_eq!(
        told(&before, &after, &["moving T4 behind T2"]),
        "Moving T4 behind T2 saves 90 k gas: no aborts instead of 1, 1.3× → 2×."
    );
    assert_eq!(
        told(&after, &before, &["crashing lane 2 at 20 k gas"]),
        "Slower: crashing lane 2 at 20 k gas costs 90 k gas: 1 abort instead of none, 2× → 1.3×."
    );
    assert_eq!(
        told(&before, &before, &["removing T9", "going from 4 to 8 lanes"]),
        "Nothing changes: removing T9 and going from 4 to 8 lanes change nothing."
    );
}

#[test]
fn a_wrong_or_rejected_result_is_never_a_gain_alone() {
    let before = timed(BEFORE, |_| {});
    let wrong = timed(AFTER, |summary| (summary.identical, summary.class_holds) = (false, false));
    assert!(told(&before, &wrong, &["x"]).contains("saves 90 k gas, but the result is wrong now"));
    let rejected = timed(AFTER, |summary| summary.rejected = Some("slot 3".to_owned()));
    assert!(told(&before, &rejected, &["x"]).contains("but the block is rejected now"));
}

#[test]
fn the_first_difference_is_found_and_said() {
    let (before, after) = (film(BEFORE), film(AFTER));
    let contrast = Contrast::new(&before, &after, &Pairs::same());
    let since = contrast.since.clone().expect("they differ");
    assert_eq!(since.time, 180_000);
    assert!(since.before.contains("T4") && since.after.contains("T4"), "{since:?}");
    assert_eq!(contrast.since_words(), "same until 180 k gas");
    assert!(contrast.is_same_until(180_000) && !contrast.is_same_until(180_001));
    let gone: Vec<_> = contrast.gone.iter().map(|line| line.version.to_string()).collect();
    assert_eq!((gone, contrast.new.len()), (vec!["T4·0".to_owned()], 0));
    assert_eq!(contrast.gone[0].place.as_deref(), Some("Pool.reserve0"));
    let shifted: Vec<_> = contrast.shifted.iter().map(|shift| shift.after.0).collect();
    assert_eq!(shifted, [3]);
    assert_eq!(
        contrast.moved_words(),
        "1 transaction at another time or on another lane; gone: the abort of T4·0"
    );
    assert_eq!(Contrast::new(&before, &before, &Pairs::same()).since, None);
}

#[test]
fn reads_count_where_both_records_have_them() {
    let with = |line: &str| film(&format!("{AFTER}\n{line}"));
    let (one, other) = (
        with("read T3·0 at 70: Pool.reserve0 saw before"),
        with("read T3·0 at 70: Pool.reserve0 saw T1·0"),
    );
    let contrast = Contrast::new(&one, &other, &Pairs::same());
    let since = contrast.since.expect("a read saw another version");
    assert_eq!((since.time, since.before.as_str()), (70_000, "T3·0 touches Pool.reserve0."));
    // An abridged record has none: nothing can be said of them.
    assert_eq!(Contrast::new(&one, &film(AFTER), &Pairs::same()).since, None);
}

fn contender(name: &str, makespan: u64, aborts: usize, wasted: u64) -> Contender {
    let figures = Figures {
        makespan,
        aborts,
        wasted,
        speedup: 1.0,
        producer: 0,
        trust: Trust::Exact,
        ..Figures::of(&film(AFTER))
    };
    Contender { name: name.to_owned(), figures }
}

#[test]
fn a_race_says_who_is_first_and_at_what_price() {
    let stm = contender("Block-STM", 340_000, 3, 267_000);
    let mut list = contender("Access list", 179_000, 0, 0);
    list.figures.producer = 811_000;
    assert_eq!(
        race(&[stm.clone(), list.clone()]),
        "Access list finishes 1.9× sooner than Block-STM: no aborts instead of 3 (267 k gas saved), but its producer took 811 k gas first."
    );
    let locks = contender("Declared locks", 340_000, 0, 0);
    assert_eq!(
        race(&[locks.clone(), stm.clone()]),
        "Declared locks and Block-STM finish at the same time: no aborts instead of 3 (267 k gas saved)."
    );
    let mut naive = contender("Naive lanes", 100_000, 0, 0);
    naive.figures.trust = Trust::Wrong;
    let monad = contender("Model of Monad", 680_000, 3, 267_000);
    assert_eq!(
        race(&[monad, naive.clone(), stm.clone(), locks]),
        "Block-STM and Declared locks finish at the same time: 3 aborts instead of none (267 k gas more wasted). The model of Monad takes 2× as long as Block-STM. Naive lanes come to a wrong result."
    );
    assert!(race(&[naive, stm]).starts_with("Only Block-STM comes to a valid result. Naive lanes"));
}

fn block(senders: &str) -> Vec<Transaction> {
    let pay = |sender: char| Transaction { sender: sender.to_string(), ..Transaction::default() };
    senders.chars().map(pay).collect()
}

/// What is said of a block that became another one.
fn changed(before: &str, after: &str, prefer: Option<u32>) -> String {
    let of = |senders| Scenario { transactions: block(senders), ..Scenario::default() };
    let (old, new, settings) = (of(before), of(after), Settings::default());
    let pairs = Pairs::between(&old.transactions, &new.transactions);
    for tx in (0..before.len() as u32).map(TxIndex) {
        if let Some(there) = pairs.ahead(tx) {
            assert_eq!(pairs.back(there), Some(tx), "{before} → {after}");
        }
    }
    let subject = |scenario| Subject { scenario, settings: &settings };
    change_words(subject(&old), subject(&new), &pairs, prefer.map(TxIndex), &[]).join(", ")
}

#[test]
fn changes_of_the_block_are_found_and_named() {
    assert_eq!(changed("abcde", "abdce", Some(2)), "moving T4 behind T2");
    assert_eq!(changed("abcde", "abdce", Some(3)), "moving T3 behind T4");
    assert_eq!(changed("abcde", "dabce", None), "moving T4 to the front");
    assert_eq!(changed("abcde", "bcdea", None), "moving T1 behind T5");
    assert_eq!(changed("abcde", "abde", None), "removing T3");
    assert_eq!(changed("abcde", "abbcde", None), "duplicating T2");
    assert_eq!(changed("abcde", "abcdef", None), "adding T6");
    assert_eq!(changed("abcde", "abXde", None), "editing T3");
    assert_eq!(changed("abcde", "edcba", None), "moving 4 transactions");
    assert_eq!(changed("aaaa", "aaaa", None), "");
    assert_eq!(
        changed("abcde", "ecdb", None),
        "moving T2 behind T4, moving T5 to the front, removing T1"
    );
}

#[test]
fn changes_of_settings_are_named() {
    let scenario = Scenario::default();
    let words = |change: fn(&mut Settings)| {
        let mut settings = Settings {
            faults: vec![Fault::Crash { lane: Lane(0), at: 5_000, until: None }],
            ..Settings::default()
        };
        let before = settings.clone();
        change(&mut settings);
        let of = |settings| Subject { scenario: &scenario, settings };
        change_words(of(&before), of(&settings), &Pairs::same(), None, &[]).join(", ")
    };
    assert_eq!(words(|s| s.lanes = 8), "going from 4 to 8 lanes");
    assert_eq!(
        words(|s| s.strategy = StrategyName::AccessList.into()),
        "going from Block-STM to Access list"
    );
    let crash = |s: &mut Settings| {
        s.faults.push(Fault::Crash { lane: Lane(1), at: 96_000, until: None });
    };
    assert_eq!(words(crash), "crashing lane 2 at 96 k gas");
    let recover = |s: &mut Settings| {
        s.faults[0] = Fault::Crash { lane: Lane(0), at: 5_000, until: Some(120_000) };
    };
    assert_eq!(words(recover), "letting lane 1 recover at 120 k gas");
    assert_eq!(words(|s| s.faults.clear()), "taking back the crash of lane 1");
}

const WASTE: &str = "
lane 1: T1·0 0-40 lost | crash 40-90 | T5·0 96-140 aborted at 150 by T1·0 on Pool.reserve0 | T5·1 150-194 ok
lane 2: T2·0 0-50 ok at 60 | T4·0 70-80 estimate T3·0 on Pool.reserve0 | T1·1 80-120 ok | T3·0 120-160 aborted at 170 by T1·1 on Pool.reserve0
lane 3: T6·0 0-30 aborted at 30 by T2·0 on Ana.balance | T6·1 30-60 ok | T4·1 80-140 ok | T3·1 170-210 ok
at 30: T6·0 wrong
";

#[test]
fn the_ledger_adds_up_to_the_wasted_gas_by_cause_and_by_transaction() {
    for text in [EXCHANGE, BEFORE, AFTER, WASTE] {
        let film = film(text);
        let ledger = Ledger::of(&film);
        assert_eq!(ledger.total, film.metrics().wasted_gas);
        assert_eq!(ledger.causes.iter().map(|row| row.gas).sum::<u64>(), ledger.total);
        assert_eq!(ledger.transactions.iter().map(|row| row.gas).sum::<u64>(), ledger.total);
    }
    let ledger = Ledger::of(&film(WASTE));
    let gas =
        |kind| ledger.causes.iter().filter(|row| row.kind == kind).map(|row| row.gas).sum::<u64>();
    assert_eq!(gas(WasteKind::Lost), 40_000);
    assert_eq!(gas(WasteKind::Waited), 10_000);
    assert_eq!(gas(WasteKind::ThrownAway), 84_000);
    assert_eq!(gas(WasteKind::WrongResult), 30_000);
    assert_eq!(ledger.again, 44_000 + 40_000 + 30_000 + 60_000 + 40_000);
}

#[test]
fn ledgers_stand_side_by_side_and_what_does_not_fit_is_added_up() {
    let ledgers = [Ledger::of(&film(WASTE)), Ledger::of(&film(EXCHANGE))];
    for most in [2, 3, 9] {
        for lines in [
            by_cause(&ledgers, most),
            by_transaction(&ledgers, &[Pairs::same(), Pairs::same()], most),
        ] {
            assert!(lines.len() <= most);
            for (at, ledger) in ledgers.iter().enumerate() {
                assert_eq!(lines.iter().map(|line| line.gas[at]).sum::<u64>(), ledger.total);
            }
        }
    }
    let pairs = Pairs::between(&block("abcdef"), &block("bcdef"));
    let words: Vec<_> =
        by_transaction(&ledgers[..1], &[pairs], 9).into_iter().map(|line| line.words).collect();
    assert!(words.contains(&"T1 of before, removed".to_owned()), "{words:?}");
    assert!(words.contains(&"T4".to_owned()), "T5 is T4 now: {words:?}");
}
