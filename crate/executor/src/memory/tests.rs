//! What readers find, and who is told of a change.

#![allow(clippy::unwrap_used)]

mod accounts;
mod whole;

use lanescope_protocol::{Incarnation, TxIndex, Version};
use revm::primitives::U256;

use super::Chunks;
use super::fees::Fees;
use super::readers::Readers;
use super::side::Side;
use super::slot::{SlotCell, SlotFound};

fn v(tx: u32, incarnation: u16) -> Version {
    Version { tx: TxIndex(tx), incarnation: Incarnation(incarnation) }
}

fn n(number: u64) -> U256 {
    U256::from(number)
}

#[test]
fn a_slots_reader_finds_the_latest_version_below_itself() {
    let cell = SlotCell::default();
    assert_eq!(cell.read(TxIndex(9)), SlotFound::Base);
    cell.publish(v(5, 1), n(50));
    cell.publish(v(2, 0), n(20));
    cell.publish(v(3, 0), n(30));
    for (reader, found) in [
        (0, SlotFound::Base),
        (2, SlotFound::Base),
        (3, SlotFound::Value(v(2, 0), n(20))),
        (4, SlotFound::Value(v(3, 0), n(30))),
        (5, SlotFound::Value(v(3, 0), n(30))),
        (6, SlotFound::Value(v(5, 1), n(50))),
    ] {
        assert_eq!(cell.find(TxIndex(reader)), found, "T{reader}");
    }
    cell.retract(TxIndex(3));
    assert_eq!(cell.find(TxIndex(5)), SlotFound::Value(v(2, 0), n(20)));
}

#[test]
fn a_slots_publisher_is_told_of_later_readers_if_the_value_changed() {
    let cell = SlotCell::default();
    assert!(!cell.publish(v(3, 0), n(1)), "nobody has read");
    cell.read(TxIndex(2));
    assert!(!cell.publish(v(3, 1), n(2)), "an earlier one has read");
    cell.read(TxIndex(4));
    assert!(cell.publish(v(3, 2), n(3)));
    assert!(!cell.publish(v(3, 3), n(3)), "the same value disturbs nobody");
    assert_eq!(cell.find(TxIndex(4)), SlotFound::Value(v(3, 3), n(3)), "but is the new version");
    assert!(cell.mark_estimate(TxIndex(3)));
    assert!(cell.publish(v(3, 4), n(3)), "unless others have met the mark");
    assert!(cell.retract(TxIndex(3)));
}

#[test]
fn looking_is_not_reading() {
    let cell = SlotCell::default();
    cell.find(TxIndex(4));
    assert!(!cell.publish(v(3, 0), n(1)));
}

#[test]
fn an_estimate_stops_later_readers_until_it_is_written_again() {
    let cell = SlotCell::default();
    cell.publish(v(1, 0), n(1));
    cell.publish(v(3, 0), n(3));
    cell.mark_estimate(TxIndex(3));
    assert_eq!(cell.find(TxIndex(4)), SlotFound::Estimate(v(3, 0)));
    assert_eq!(cell.find(TxIndex(3)), SlotFound::Value(v(1, 0), n(1)));
    cell.publish(v(3, 1), n(4));
    assert_eq!(cell.find(TxIndex(4)), SlotFound::Value(v(3, 1), n(4)));
}

#[test]
fn one_reader_is_known_and_several_are_many() {
    let readers = Readers::default();
    assert!(!readers.any_after(TxIndex(0)));
    readers.note(TxIndex(5));
    readers.note(TxIndex(5));
    assert!(readers.any_after(TxIndex(4)));
    assert!(!readers.any_after(TxIndex(5)), "nobody reads behind himself");
    readers.note(TxIndex(2));
    assert!(readers.any_after(TxIndex(3)), "the first of two is not forgotten");
    assert!(readers.any_after(TxIndex(7)), "who they are is");
    let first = Readers::default();
    first.note(TxIndex(0));
    assert!(!first.any_after(TxIndex(0)));
}

#[test]
fn only_final_fees_are_counted() {
    let fees = Fees::new(100);
    for tx in 0..100 {
        fees.set(TxIndex(tx), n(1 << (tx % 50)));
    }
    let sum = |from: u32, to: u32| (from..to).fold(U256::ZERO, |sum, tx| sum + n(1 << (tx % 50)));
    assert_eq!(fees.sum(0, 9, 0), U256::ZERO, "nothing is final yet");
    assert_eq!(fees.sum(0, 9, 4), sum(0, 4));
    assert_eq!(fees.sum(0, 3, 4), sum(0, 3), "only those before the reader");
    // Not final: it may still run again.
    fees.set(TxIndex(4), n(1_000));
    assert_eq!(fees.sum(0, 9, 5), sum(0, 4) + n(1_000));
    fees.set(TxIndex(7), U256::ZERO);
    assert_eq!(fees.sum(6, 9, 9), n(1 << 6) + n(1 << 8), "since the recipient was destroyed");
    assert_eq!(fees.sum(6, 9, 7), n(1 << 6));
    assert_eq!(fees.sum(8, 9, 3), U256::ZERO);
    assert_eq!(fees.sum(0, u32::MAX, 100), sum(0, 100) + n(1_000) - n(1 << 4) - n(1 << 7));
    assert_eq!(fees.sum(0, 2, 50), sum(0, 2), "below what is added up already");
}

#[test]
fn equal_keys_have_one_number_and_others_have_others() {
    let side: Side<u64, SlotCell> = Side::new();
    let numbers: Vec<_> = (0..1_000).map(|key| side.number(key << 32)).collect();
    for (key, number) in numbers.iter().enumerate() {
        assert_eq!(side.number((key as u64) << 32), *number);
        assert_eq!(*side.key(*number), (key as u64) << 32);
        side.item(*number).publish(v(key as u32, 0), n(1));
    }
    assert_eq!(side.item(numbers[7]).find(TxIndex(8)), SlotFound::Value(v(7, 0), n(1)));
    assert_eq!(side.item(numbers[8]).find(TxIndex(8)), SlotFound::Base);
}

#[test]
fn every_index_of_a_chunked_array_has_its_own_item() {
    for len in [1, 63, 64, 65, 200] {
        let chunks: Chunks<Readers> = Chunks::new(len);
        for index in 0..len {
            assert!(!chunks.get(index).any_after(TxIndex(0)));
            chunks.get(index).note(TxIndex(index as u32 + 1));
        }
        for index in 0..len {
            assert!(chunks.get(index).any_after(TxIndex(index as u32)));
            assert!(!chunks.get(index).any_after(TxIndex(index as u32 + 1)));
        }
    }
}
