//! The blocks for measurements: what they promise is true of them.

use std::collections::{BTreeMap, BTreeSet};

use lanescope_executor::{Outcome, run_sequential};
use lanescope_protocol::event::Status;
use lanescope_workloads::{Prepared, SYNTHETIC, prepare, synthetic};

fn make(name: &str) -> (Prepared, Outcome) {
    let prepared = prepare(&synthetic(name).unwrap(), None).unwrap();
    let outcome = run_sequential(&prepared.block, &prepared.world).unwrap();
    (prepared, outcome)
}

/// How many transactions there are of each sender and each receiver, the most first.
fn crowds(prepared: &Prepared) -> [usize; 2] {
    let mut counts = [BTreeMap::<_, usize>::new(), BTreeMap::new()];
    for tx in &prepared.block.transactions {
        *counts[0].entry(tx.caller).or_default() += 1;
        *counts[1].entry(tx.kind.into_to().unwrap()).or_default() += 1;
    }
    counts.map(|counts| counts.into_values().max().unwrap())
}

#[test]
fn every_transaction_does_what_it_is_for() {
    for block in SYNTHETIC {
        let (prepared, outcome) = make(block.name);
        let failed =
            outcome.receipts.iter().position(|receipt| receipt.status != Status::Succeeded);
        assert_eq!(failed, None, "{}: {:?}", block.name, failed.map(|at| &outcome.receipts[at]));
        assert_eq!(prepared.title, block.title);
    }
}

#[test]
fn what_is_called_independent_is() {
    for (name, count) in [("transfers", 47_620), ("erc20", 37_000), ("amm", 6_400)] {
        let (prepared, outcome) = make(name);
        assert_eq!(outcome.receipts.len(), count);
        let senders: BTreeSet<_> = prepared.block.transactions.iter().map(|tx| tx.caller).collect();
        assert_eq!(senders.len(), count, "{name}");
        match name {
            "transfers" => assert_eq!(outcome.state.len(), 2 * count + 1, "and the fee recipient"),
            "amm" => assert_eq!(crowds(&prepared), [1, 1]),
            _ => {
                let slots: usize =
                    outcome.state.values().map(|account| account.storage.len()).sum();
                assert_eq!(slots, 2 * count);
            }
        }
    }
}

#[test]
fn what_is_a_chain_is() {
    assert_eq!(crowds(&make("sender-chain").0), [5_000, 1]);
    assert_eq!(crowds(&make("one-receiver").0), [1, 5_000]);
    let (hot, outcome) = make("hot-mix");
    assert_eq!((outcome.receipts.len(), crowds(&hot)), (5_000, [1, 1_500]));
    let (mixed, outcome) = make("mixed-1000");
    assert_eq!((outcome.receipts.len(), crowds(&mixed)), (1_000, [1, 400]));
}

#[test]
fn they_are_always_the_same_and_an_unknown_one_is_named() {
    assert_eq!(synthetic("mixed-1000").unwrap(), synthetic("mixed-1000").unwrap());
    assert_eq!(
        synthetic("mixed").unwrap_err().to_string(),
        "there is no synthetic block \"mixed\"; known: transfers, erc20, amm, sender-chain, \
         one-receiver, hot-mix, mixed-1000"
    );
}
