use alloy_primitives::{address, keccak256};

use super::preimages::Preimages;
use super::*;

const ANA: Address = address!("a1a1000000000000000000000000000000000a1a");

fn number(number: u64) -> U256 {
    U256::from(number)
}

/// The hash of words, remembered.
fn hash(preimages: &mut Preimages, words: &[U256]) -> U256 {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes::<32>()).collect();
    let hash = keccak256(&bytes);
    preimages.insert(hash, bytes);
    hash.into()
}

fn name_of(layout: Option<&crate::contracts::Layout>, preimages: &Preimages, key: U256) -> String {
    let mut names = Names::default();
    names.add_account(ANA, "Ana".to_owned());
    slot::name(layout, &preimages.trace_back(key), &|word| names.word(word))
}

#[test]
fn slots_are_named_by_their_layout() {
    let shelf: Artefact = serde_json::from_str(include_str!("../../testdata/Shelf.json")).unwrap();
    let mut seen = Preimages::default();
    let ana = U256::from_be_bytes(ANA.into_word().0);
    let book = hash(&mut seen, &[number(7), number(1)]);
    let reader = hash(&mut seen, &[ana, book + number(2)]);
    let list = hash(&mut seen, &[number(2)]);
    let outer = hash(&mut seen, &[number(5), number(10)]);
    let inner = hash(&mut seen, &[ana, outer]);
    let element = hash(&mut seen, &[inner]);
    let title =
        b"Moby Dick".iter().copied().chain(number(9).to_be_bytes::<32>()).collect::<Vec<_>>();
    let by_title = keccak256(&title);
    seen.insert(by_title, title);
    for (key, expected) in [
        (number(0), "low+middle+flag+depth"),
        (book, "books[7].owner+price"),
        (book + number(1), "books[7].pages"),
        (reader, "books[7].readers[Ana]"),
        (number(2), "list.length"),
        (list + number(3), "list[3]"),
        (number(3), "small[0…3]"),
        (number(4), "small[4…7]"),
        (number(6), "first.pages"),
        (number(8), "title"),
        (by_title.into(), "byTitle[\"Moby Dick\"]"),
        (inner, "nested[5][Ana].length"),
        (element + number(1), "nested[5][Ana][1]"),
        (number(11), "tag"),
        (number(12), "slot 12"),
    ] {
        assert_eq!(name_of(Some(&shelf.layout), &seen, key), expected);
    }
}

#[test]
fn slots_of_unknown_contracts_show_where_they_come_from() {
    let mut seen = Preimages::default();
    let ana = U256::from_be_bytes(ANA.into_word().0);
    let entry = hash(&mut seen, &[ana, number(3)]);
    let nested = hash(&mut seen, &[number(9), entry]);
    let array = hash(&mut seen, &[number(5)]);
    let vyper = hash(&mut seen, &[number(4), ana << 8]);
    let implementation = "360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc";
    for (key, expected) in [
        (number(5), "slot 5"),
        (entry, "mapping 3[Ana]"),
        (entry + number(2), "mapping 3[Ana]+2"),
        (nested, "mapping 3[Ana][9]"),
        (array + number(7), "array 5[7]"),
        (vyper, "mapping 4[0x0000…00]"),
        (U256::from_str_radix(implementation, 16).unwrap(), "implementation"),
        (U256::MAX, "slot 0xffff…ff"),
    ] {
        assert_eq!(name_of(None, &seen, key), expected);
    }
}

#[test]
fn hashes_that_go_round_in_circles_come_to_an_end() {
    let mut seen = Preimages::default();
    let slot = U256::from_be_bytes([7; 32]);
    seen.insert(slot.into(), slot.to_be_bytes::<32>().to_vec());
    assert!(name_of(None, &seen, slot).starts_with("array "));
}

#[test]
fn well_known_tokens_have_names() {
    let names = Names::default();
    let weth = address!("c02aaa39b223fe8d0a0e5c4f27ead9083c756cc2");
    assert_eq!(names.account(&weth), "WETH");
    assert_eq!(names.slot(&weth, number(3)), "WETH.slot 3");
    assert_eq!(names.account(&Address::with_last_byte(1)), "ecrecover");
    assert_eq!(names.account(&ANA), "0xa1a1…1a");
}
