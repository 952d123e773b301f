//! Payments in a token: two entries of one mapping per payment. A hot share goes to one shop, whose
//! entry then orders them.

use std::collections::BTreeMap;

use super::Workload;
use super::draft::{Draft, ether_text, function, hundredths};
use super::knobs::{self, Knobs};
use super::random::Random;

pub(super) const WORKLOAD: Workload = Workload {
    name: "erc20",
    title: "Token payments",
    summary: "People pay in an ERC-20 token: payments that share a payer or a payee must wait.",
    knobs: || vec![knobs::count(16), knobs::users(24), knobs::hot(25)],
    generate,
};

const TOKEN: &str = "Token";
const SHOP: &str = "Shop";
/// A transfer to somebody who had no tokens uses 51,000; to somebody who had some, 34,000.
const GAS: u64 = 53_000;

fn generate(knobs: &Knobs, random: &mut Random) -> Draft {
    let users = knobs.get("users");
    let mut draft = Draft::with_people(users);
    draft.add_account(SHOP);
    draft.add_contract(TOKEN, "Token", BTreeMap::new());
    let mut spent = BTreeMap::<String, u128>::new();
    for _ in 0..knobs.get("count") {
        let sender = random.below(users);
        let receiver = (sender + random.between(1, users - 1)) % users;
        let (sender, receiver) = (draft.person(sender), draft.person(receiver));
        let receiver = if random.percent(knobs.get("hot")) { SHOP.to_owned() } else { receiver };
        let amount = hundredths(random.between(10, 2_000));
        *spent.entry(sender.clone()).or_default() += amount;
        let call = function("transfer", [receiver, ether_text(amount)]);
        draft.call(&sender, TOKEN, call, 0, GAS);
    }
    // Those who only receive start without tokens: their first payment costs more gas.
    let mut supply = 0;
    for (owner, amount) in spent {
        let balance = amount + hundredths(random.between(1, 50) * 100);
        supply += balance;
        draft.set(TOKEN, format!("balanceOf[{owner}]"), ether_text(balance));
    }
    draft.set(TOKEN, "totalSupply".to_owned(), ether_text(supply));
    draft
}
