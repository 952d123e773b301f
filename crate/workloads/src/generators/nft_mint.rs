//! A sale of numbered pieces: one counter per collection orders everybody who buys.

use std::collections::BTreeMap;

use super::draft::{Draft, ether_text, function, hundredths};
use super::knobs::{self, Knobs};
use super::random::Random;
use super::{Workload, cast};

pub(super) const WORKLOAD: Workload = Workload {
    name: "nft-mint",
    title: "Everybody mints",
    summary: "People mint pieces of a collection: its counter lets only one of them in at a time.",
    knobs: || {
        vec![
            knobs::count(12),
            knobs::users(12),
            knobs::places("collections", "Collections", 2),
            knobs::hot(60),
        ]
    },
    generate,
};

/// Hundredths of an ether per piece.
const PRICE: u64 = 2;
/// The first piece uses 78,000 (61,000 for a known owner), each further one 24,000.
const GAS_FIRST: u64 = 78_000;
const GAS_MORE: u64 = 25_000;

fn generate(knobs: &Knobs, random: &mut Random) -> Draft {
    let (users, collections) = (knobs.get("users"), knobs.get("collections"));
    let mut draft = Draft::with_people(users);
    let name = |index: u64| match collections {
        1 => "Mint".to_owned(),
        _ => cast::place("Mint", index as usize),
    };
    (0..collections).for_each(|index| add_collection(&mut draft, &name(index)));
    for _ in 0..knobs.get("count") {
        let sender = draft.person(random.below(users));
        let first = random.percent(knobs.get("hot")) || collections == 1;
        let collection = if first { 0 } else { random.between(1, collections - 1) };
        // Most want one piece, some two or three.
        let pieces = [1, 1, 1, 1, 1, 1, 1, 2, 2, 3][random.below(10) as usize];
        mint(&mut draft, &sender, &name(collection), pieces);
    }
    draft
}

/// A collection whose next piece is number 1.
pub(super) fn add_collection(draft: &mut Draft, name: &str) {
    let storage = BTreeMap::from([
        ("nextId".to_owned(), "1".to_owned()),
        ("price".to_owned(), ether_text(hundredths(PRICE))),
    ]);
    draft.add_contract(name, "Mint", storage);
}

/// Somebody buys pieces.
pub(super) fn mint(draft: &mut Draft, sender: &str, collection: &str, pieces: u64) {
    let call = function("mint", [pieces.to_string()]);
    let gas = GAS_FIRST + GAS_MORE * (pieces - 1);
    draft.call(sender, collection, call, hundredths(PRICE * pieces), gas);
}
