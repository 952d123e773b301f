//! Payments in ether between people who have nothing to do with each other: the block that every
//! scheduler likes. A hot share of them goes to one shop.

use super::Workload;
use super::draft::{Draft, hundredths};
use super::knobs::{self, Knobs};
use super::random::Random;

pub(super) const WORKLOAD: Workload = Workload {
    name: "transfers",
    title: "Independent payments",
    summary: "People pay each other in ether: nobody waits for anybody, unless many pay one shop.",
    knobs: || vec![knobs::count(16), knobs::users(32), knobs::hot(0)],
    generate,
};

const SHOP: &str = "Shop";
const MEMOS: [&str; 6] = [
    "",
    "",
    "lunch",
    "rent for May, thank you for waiting so patiently",
    "invoice 2231: two chairs, one table, delivery to the third floor",
    "for the concert tickets on Saturday, see you at the door, bring the others along if you like",
];

fn generate(knobs: &Knobs, random: &mut Random) -> Draft {
    let users = knobs.get("users");
    let mut draft = Draft::with_people(users);
    draft.add_account(SHOP);
    // Pairs: as long as they last, nobody takes part twice.
    let mut order: Vec<u64> = (0..users).collect();
    random.shuffle(&mut order);
    for index in 0..knobs.get("count") {
        let at = |place: u64| order[((index * 2 + place) % users) as usize];
        let sender = draft.person(at(0));
        let receiver =
            if random.percent(knobs.get("hot")) { SHOP.to_owned() } else { draft.person(at(1)) };
        let memo = MEMOS[random.below(MEMOS.len() as u64) as usize];
        draft.pay(&sender, &receiver, hundredths(random.between(1, 100)), memo);
    }
    draft
}
