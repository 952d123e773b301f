use alloy_primitives::{U256, keccak256};
use lanescope_protocol::Scenario;
use lanescope_protocol::scenario::Account;

use super::*;

/// The layout that solc gives for `testdata/Shelf.sol`.
fn shelf() -> Artefact {
    serde_json::from_str(include_str!("../../testdata/Shelf.json")).unwrap()
}

fn book() -> Book {
    let account = |name: &str| Account { name: name.to_owned(), ..Account::default() };
    Book::new(&Scenario { accounts: vec![account("Ana")], ..Scenario::default() }).unwrap()
}

fn find(path: &str) -> Result<(U256, usize, usize), String> {
    locate(&shelf(), path, &book(), &mut |_, _| {})
        .map(|field| (field.slot, field.offset, field.bytes))
        .map_err(|problem| problem.to_string())
}

fn word(text: &str) -> U256 {
    U256::from_be_bytes(book().resolve(text).unwrap().into_word().0)
}

fn hash(words: &[U256]) -> U256 {
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes::<32>()).collect();
    U256::from_be_bytes(keccak256(bytes).0)
}

#[test]
fn paths_lead_to_solidity_s_slots() {
    let number = |number: u64| U256::from(number);
    for (path, expected) in [
        ("low", (number(0), 0, 16)),
        ("middle", (number(0), 16, 8)),
        ("flag", (number(0), 24, 1)),
        ("depth", (number(0), 25, 4)),
        ("books[7].owner", (hash(&[number(7), number(1)]), 0, 20)),
        ("books[7].price", (hash(&[number(7), number(1)]), 20, 12)),
        ("books[7].pages", (hash(&[number(7), number(1)]) + number(1), 0, 32)),
        (
            "books[7].readers[Ana]",
            (hash(&[word("Ana"), hash(&[number(7), number(1)]) + number(2)]), 0, 1),
        ),
        ("list[3]", (hash(&[number(2)]) + number(3), 0, 32)),
        ("small[0]", (number(3), 0, 8)),
        ("small[3]", (number(3), 24, 8)),
        ("small[4]", (number(4), 0, 8)),
        ("first.pages", (number(6), 0, 32)),
        ("tag", (number(11), 0, 4)),
    ] {
        assert_eq!(find(path), Ok(expected), "{path}");
    }
}

#[test]
fn fields_of_one_slot_do_not_disturb_each_other() {
    let (shelf, book) = (shelf(), book());
    let mut slot = U256::ZERO;
    for (path, value) in
        [("low", "0xff"), ("middle", "2"), ("flag", "true"), ("depth", "-1"), ("low", "5")]
    {
        let field = locate(&shelf, path, &book, &mut |_, _| {}).unwrap();
        slot = write(slot, &field, value, &book).unwrap();
    }
    let expected = (U256::from(0xffff_ffff_u64) << 200)
        | (U256::ONE << 192)
        | (U256::from(2) << 128)
        | U256::from(5);
    assert_eq!(slot, expected);
    let tag = locate(&shelf, "tag", &book, &mut |_, _| {}).unwrap();
    assert_eq!(write(U256::ZERO, &tag, "0x01020304", &book), Ok(U256::from(0x0102_0304)));
}

#[test]
fn values_that_do_not_fit_are_refused() {
    let (shelf, book) = (shelf(), book());
    for (path, value) in [
        ("middle", "0x10000000000000000"),
        ("flag", "1"),
        ("depth", "2147483648"),
        ("depth", "-2147483649"),
        ("tag", "0x0102"),
        ("tag", "x"),
        ("books[1].owner", "5"),
        ("low", ""),
    ] {
        let field = locate(&shelf, path, &book, &mut |_, _| {}).unwrap();
        assert!(write(U256::ZERO, &field, value, &book).is_err(), "{path} = {value}");
    }
    for path in [
        "books",
        "books[x].owner",
        "list[one]",
        "first",
        "title",
        "byTitle[x]",
        "low.x",
        "low[1]",
        "list[1]x",
        "",
    ] {
        assert!(find(path).is_err(), "{path}");
    }
}
