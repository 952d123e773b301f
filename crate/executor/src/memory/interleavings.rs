//! Readers and publishers of one cell, in every order that a model checker thinks of: either the
//! reader sees the new version, or the publisher is told that somebody may have read an older one.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lanescope_protocol::{Incarnation, TxIndex, Version};
use revm::primitives::U256;
use shuttle::thread;

use super::account::{AccountCell, AccountChange, AccountState, NonceChange};
use super::fees::Fees;
use super::slot::{SlotCell, SlotFound};

const SCHEDULES: usize = 4_000;

/// Random schedules, and schedules with few but well-chosen switches.
fn explore(test: impl Fn() + Send + Sync + Copy + 'static) {
    shuttle::check_random(test, SCHEDULES);
    shuttle::check_pct(test, SCHEDULES, 3);
}

fn v(tx: u32, incarnation: u16) -> Version {
    Version { tx: TxIndex(tx), incarnation: Incarnation(incarnation) }
}

#[test]
fn a_slots_reader_sees_a_version_or_its_publisher_is_told() {
    explore(|| {
        let cell = Arc::new(SlotCell::default());
        let publishers = [0, 2].map(|tx| {
            let cell = Arc::clone(&cell);
            thread::spawn(move || (tx, cell.publish(v(tx, 0), U256::from(tx + 1))))
        });
        let readers = [1, 3, 4].map(|tx| {
            let cell = Arc::clone(&cell);
            thread::spawn(move || (tx, cell.read(TxIndex(tx))))
        });
        let publishers = publishers.map(|publisher| publisher.join().unwrap());
        for reader in readers {
            let (reader, found) = reader.join().unwrap();
            for (publisher, told) in publishers.iter().filter(|(tx, _)| *tx < reader) {
                let seen =
                    matches!(found, SlotFound::Value(version, _) if version.tx.0 >= *publisher);
                assert!(seen || *told, "T{reader} read {found:?} behind T{publisher}'s back");
            }
        }
    });
}

/// A clock that goes on with every look at it: the checker runs one thread at a time.
#[derive(Default)]
struct Ticks(AtomicUsize);

impl Ticks {
    fn now(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst)
    }
}

#[test]
fn whoever_reads_what_does_not_last_is_told_of_afterwards() {
    explore(|| {
        let (cell, ticks) = (Arc::new(SlotCell::default()), Arc::new(Ticks::default()));
        // The life of a transaction that is aborted once, and one that writes only the first time.
        let lives: [fn(&SlotCell) -> [bool; 3]; 2] = [
            |cell| {
                let first = cell.publish(v(0, 0), U256::from(7));
                let marked = cell.mark_estimate(TxIndex(0));
                [first, marked, cell.publish(v(0, 1), U256::from(8))]
            },
            |cell| {
                let first = cell.publish(v(1, 0), U256::from(9));
                let marked = cell.mark_estimate(TxIndex(1));
                [first, marked, cell.retract(TxIndex(1))]
            },
        ];
        let publishers = lives.map(|life| {
            let (cell, ticks) = (Arc::clone(&cell), Arc::clone(&ticks));
            // When the last who was told was told.
            thread::spawn(move || life(&cell).map(|told| told.then(|| ticks.now())))
        });
        let readers = [2, 3].map(|tx| {
            let (cell, ticks) = (Arc::clone(&cell), Arc::clone(&ticks));
            thread::spawn(move || (tx, ticks.now(), cell.read(TxIndex(tx))))
        });
        let told = publishers.map(|publisher| publisher.join().unwrap().into_iter().max());
        for reader in readers {
            let (reader, began, found) = reader.join().unwrap();
            let last = cell.find(TxIndex(reader));
            assert_eq!(last, SlotFound::Value(v(0, 1), U256::from(8)));
            let told = told.iter().flatten().flatten().any(|time| *time > began);
            assert!(found == last || told, "T{reader} read {found:?}, and nobody knows");
        }
    });
}

#[test]
fn an_accounts_reader_counts_a_payment_or_the_payer_is_told() {
    explore(|| {
        let cell = Arc::new(AccountCell::default());
        // Powers of two: a sum tells who is in it.
        let publishers = [0, 1, 2, 3, 5].map(|tx| {
            let cell = Arc::clone(&cell);
            let nonce = if tx == 2 { NonceChange::Set(9) } else { NonceChange::None };
            let change =
                AccountChange { added: U256::from(1 << tx), nonce, ..AccountChange::default() };
            thread::spawn(move || (tx, cell.publish(v(tx, 0), change).values))
        });
        let readers = [4, 6].map(|tx| {
            let cell = Arc::clone(&cell);
            thread::spawn(move || {
                cell.note_value_reader(TxIndex(tx));
                (tx, cell.find(TxIndex(tx), &AccountState::default(), 0))
            })
        });
        let publishers = publishers.map(|publisher| publisher.join().unwrap());
        for reader in readers {
            let (reader, found) = reader.join().unwrap();
            let balance: u32 = found.balance.to();
            for (publisher, told) in publishers {
                let seen = balance & (1 << publisher) != 0;
                assert!(publisher < reader || !seen, "T{reader} saw T{publisher}, which is later");
                assert!(
                    seen || told || publisher > reader,
                    "T{reader} lost T{publisher}'s payment"
                );
                assert!(publisher != 2 || seen == (found.nonce == 9), "half of T2 was seen");
            }
        }
    });
}

#[test]
fn sums_of_what_is_final_are_whole() {
    explore(|| {
        let base = AccountState { balance: U256::from(1_000), ..AccountState::default() };
        let (cell, fees) = (Arc::new(AccountCell::default()), Arc::new(Fees::new(8)));
        for tx in 0..7 {
            let change = AccountChange { added: U256::from(1 << tx), ..AccountChange::default() };
            cell.publish(v(tx, 0), change);
            fees.set(TxIndex(tx), U256::from(1 << tx));
        }
        // Readers who know of ever more final transactions, at once, and one payer who comes late.
        let readers = [(7, 0), (7, 3), (6, 5), (4, 4)].map(|(tx, final_below)| {
            let (cell, fees) = (Arc::clone(&cell), Arc::clone(&fees));
            thread::spawn(move || {
                let balance = cell.find(TxIndex(tx), &base, final_below).balance;
                assert_eq!(balance, U256::from(1_000 + (1 << tx) - 1));
                let fees = fees.sum(0, tx, final_below);
                assert_eq!(fees, U256::from((1 << tx.min(final_below)) - 1));
            })
        });
        let late = {
            let (cell, fees) = (Arc::clone(&cell), Arc::clone(&fees));
            thread::spawn(move || {
                let change = AccountChange { added: U256::from(1), ..AccountChange::default() };
                cell.publish(v(7, 0), change);
                fees.set(TxIndex(7), U256::from(1));
            })
        };
        for thread in readers.into_iter().chain([late]) {
            thread.join().unwrap();
        }
        assert_eq!(cell.find(TxIndex(8), &base, 8).balance, U256::from(1_000 + 127 + 1));
        assert_eq!(fees.sum(0, 8, 8), U256::from(127 + 1));
    });
}
