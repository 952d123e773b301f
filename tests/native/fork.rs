//! Forks on the gas clock: what follows a fork is changed, and where nothing earlier may depend on
//! it, the past is the same, event by event and read by read.

#![allow(clippy::unwrap_used)]

use lanescope_executor::run_sequential;
use lanescope_protocol::scenario::{Recipe, Transaction};
use lanescope_protocol::{Fault, Lane, Scenario, Settings, Strategy, StrategyName, TxIndex};
use lanescope_timeline::contrast::Ledger;
use lanescope_timeline::{Contrast, Film, Pairs};
use lanescope_workloads::{compose, prepare};
use proptest::prelude::*;

fn film(scenario: &Scenario, settings: &Settings) -> Film {
    let prepared = prepare(scenario, None).unwrap();
    let sequential = run_sequential(&prepared.block, &prepared.world).unwrap();
    Film::new(lanescope_tests::trace(&prepared, &sequential, settings).unwrap())
}

fn scenario(workload: &str, count: u64, seed: u64) -> Scenario {
    let knobs = [("count".to_owned(), count), ("hot".to_owned(), 80)].into();
    let mut scenario = compose(&Recipe { workload: workload.to_owned(), knobs, seed }).unwrap();
    scenario.recipe = None;
    plain(&mut scenario.transactions);
    scenario
}

/// As every edit by hand leaves it.
fn plain(block: &mut [Transaction]) {
    block.iter_mut().for_each(|transaction| transaction.nonce = None);
}

/// The first transaction that, like all behind it, has not begun before the tick.
fn first_free(film: &Film, at: u64) -> usize {
    let begun = |tx: &usize| {
        let runs = film.runs_of(TxIndex(*tx as u32)).iter();
        runs.filter_map(|id| film.bar(*id)).any(|bar| bar.start < at)
    };
    (0..film.transaction_count()).rev().find(begun).map_or(0, |last| last + 1)
}

fn sums_hold(film: &Film) {
    let ledger = Ledger::of(film);
    assert_eq!(ledger.total, film.metrics().wasted_gas);
    assert_eq!(ledger.causes.iter().map(|row| row.gas).sum::<u64>(), ledger.total);
    assert_eq!(ledger.transactions.iter().map(|row| row.gas).sum::<u64>(), ledger.total);
}

fn settings(strategy: StrategyName, lanes: u16, seed: u64) -> Settings {
    Settings { strategy: strategy.into(), lanes, seed, ..Settings::default() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Nobody knows what a lane will do.
    #[test]
    fn a_fault_after_the_fork_leaves_the_past_as_it_is(
        seed in 1_u64..1000,
        lanes in 2_u16..6,
        part in 0.0_f64..1.0,
        strategy in 0_usize..StrategyName::ALL.len(),
        slow in any::<bool>(),
    ) {
        let scenario = scenario("dex", 16, seed);
        let mut settings = settings(StrategyName::ALL[strategy], lanes, seed);
        let before = film(&scenario, &settings);
        let at = (before.end() as f64 * part) as u64 + 1;
        let lane = Lane((seed % u64::from(lanes)) as u8);
        settings.faults.push(if slow {
            Fault::Slow { lane, times: 4, at, until: None }
        } else {
            Fault::Crash { lane, at, until: None }
        });
        let after = film(&scenario, &settings);
        let contrast = Contrast::new(&before, &after, &Pairs::same());
        prop_assert!(contrast.is_same_until(at), "{at}: {:?}", contrast.since);
        sums_hold(&before);
        sums_hold(&after);
    }

    /// Block-STM learns of a transaction when it begins it: what has not begun can be moved, taken
    /// out and copied, and the past stays, as long as the lanes had something to do until the fork.
    #[test]
    fn what_has_not_begun_can_change_and_the_past_stays(
        seed in 1_u64..1000,
        lanes in 2_u16..6,
        part in 0.05_f64..0.6,
        edit in 0_u8..3,
        workload in prop::sample::select(vec!["dex", "erc20", "nft-mint"]),
    ) {
        let before_block = scenario(workload, 24, seed);
        let settings = settings(StrategyName::BlockStm, lanes, seed);
        let before = film(&before_block, &settings);
        let at = (before.end() as f64 * part) as u64 + 1;
        let free = first_free(&before, at);
        prop_assume!(free + 2 < before_block.transactions.len());
        let mut after_block = before_block.clone();
        let block = &mut after_block.transactions;
        match edit {
            0 => block.swap(free, free + 1),
            1 => drop(block.remove(free)),
            _ => block.insert(free + 1, block[free].clone()),
        }
        let after = film(&after_block, &settings);
        let pairs = Pairs::between(&before_block.transactions, &after_block.transactions);
        for tx in (0..free as u32).map(TxIndex) {
            prop_assert_eq!(pairs.ahead(tx), Some(tx));
        }
        let contrast = Contrast::new(&before, &after, &pairs);
        prop_assert!(contrast.is_same_until(at), "{at}: {:?}", contrast.since);
        sums_hold(&after);
    }
}

/// Who looks at the whole block before it begins decides otherwise when its end is another, and the
/// contrast finds it.
#[test]
fn a_strategy_that_knows_what_follows_may_change_its_past() {
    let scenario = scenario("dex", 24, 7);
    let settings = settings(StrategyName::DeclaredLocks, 4, 0);
    let before = film(&scenario, &settings);
    let mut other = scenario.clone();
    other.transactions.reverse();
    let after = film(&other, &settings);
    let pairs = Pairs::between(&scenario.transactions, &other.transactions);
    let contrast = Contrast::new(&before, &after, &pairs);
    assert!(!contrast.is_same_until(before.end()));
    assert!(contrast.since.is_some_and(|since| since.time < before.end()));
}

/// The same run twice has no difference, under every strategy and model.
#[test]
fn a_run_is_itself() {
    let scenario = scenario("erc20", 20, 3);
    for strategy in Strategy::all() {
        let settings = Settings { strategy, ..Settings::default() };
        let (one, other) = (film(&scenario, &settings), film(&scenario, &settings));
        let contrast = Contrast::new(&one, &other, &Pairs::same());
        assert_eq!(contrast.since, None, "{strategy}");
        assert_eq!((contrast.gone.len(), contrast.new.len(), contrast.shifted.len()), (0, 0, 0));
        sums_hold(&one);
    }
}
