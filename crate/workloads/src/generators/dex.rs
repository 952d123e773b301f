//! An exchange at peak hour: swaps on pools of two tokens, some payments and mints between them.
//! Every swap in a pool needs the reserves that the swap before it left.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, ether_text, function, hundredths};
use super::knobs::{self, Knobs};
use super::nft_mint;
use super::random::Random;
use super::{Workload, cast};

pub(super) const WORKLOAD: Workload = Workload {
    name: "dex",
    title: "Exchange at peak hour",
    summary: "People trade on a few pools: swaps in one pool can only follow each other.",
    knobs: || {
        vec![knobs::count(12), knobs::users(14), knobs::places("pools", "Pools", 2), knobs::hot(60)]
    },
    generate,
};

pub(super) const TOKENS: [&str; 2] = ["Token", "Coin"];
const MINT: &str = "Mint";
/// Deep enough that a whole block moves the price by a few percent at most.
const RESERVE: u128 = 1_000_000 * hundredths(100);
/// A swap by somebody who had none of the token bought uses 90,000; else 73,000.
pub(super) const GAS: u64 = 91_000;

fn generate(knobs: &Knobs, random: &mut Random) -> Draft {
    let (users, pools, hot) = (knobs.get("users"), knobs.get("pools"), knobs.get("hot"));
    let mut draft = Draft::with_people(users);
    for token in TOKENS {
        draft.add_contract(token, "Token", BTreeMap::new());
    }
    let mut traders = Traders::default();
    let mut kinds = Kinds::default();
    let mut mints = false;
    // Who trades and who merely pays are different people where there are enough of them, so that
    // what the pools do to the lanes is not hidden behind who paid whom.
    let trading = if users < 6 { users } else { users * 2 / 3 };
    let paying = if trading < users { trading..users } else { 0..users };
    let (mut active, mut passive) = (Deck::of(0..trading), Deck::of(paying));
    for index in 0..knobs.get("count") {
        match kinds.next(random, index) {
            Kind::Swap => {
                let from = draft.person(active.draw(random));
                let first = random.percent(hot) || pools == 1;
                let pool = if first { 0 } else { random.between(1, pools - 1) };
                let pool = cast::place("Pool", pool as usize);
                swap(&mut draft, random, &mut traders, &from, &pool);
            }
            Kind::Pay => {
                let from = draft.person(passive.draw(random));
                let receiver = draft.person(passive.draw(random));
                draft.pay(&from, &receiver, hundredths(random.between(1, 100)), "");
            }
            Kind::Mint => {
                if !mints {
                    nft_mint::add_collection(&mut draft, MINT);
                    mints = true;
                }
                let from = draft.person(active.draw(random));
                nft_mint::mint(&mut draft, &from, MINT, 1);
            }
        }
    }
    for pool in 0..pools {
        add_pool(&mut draft, &cast::place("Pool", pool as usize));
    }
    traders.equip(&mut draft, random, pools);
    draft
}

/// People in random order, everybody once before anybody comes again.
struct Deck {
    people: std::ops::Range<u64>,
    left: Vec<u64>,
    last: Option<u64>,
}

impl Deck {
    fn of(people: std::ops::Range<u64>) -> Self {
        Self { people, left: Vec::new(), last: None }
    }

    /// The next one, never the same twice running: nobody pays himself.
    fn draw(&mut self, random: &mut Random) -> u64 {
        if self.left.is_empty() {
            self.left = self.people.clone().collect();
            random.shuffle(&mut self.left);
            if self.left.last().copied() == self.last {
                self.left.reverse();
            }
        }
        self.last = self.left.pop();
        self.last.unwrap_or(self.people.start)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Swap,
    Pay,
    Mint,
}

/// Every dozen holds the same mixture in another order.
#[derive(Default)]
struct Kinds(Vec<Kind>);

impl Kinds {
    fn next(&mut self, random: &mut Random, index: u64) -> Kind {
        if self.0.is_empty() {
            self.0 = [[Kind::Swap; 7].as_slice(), &[Kind::Pay; 4], &[Kind::Mint]].concat();
            random.shuffle(&mut self.0);
        }
        if index == 0 {
            // The block opens with a swap: it is what the others wait for.
            let swap = self.0.iter().rposition(|kind| *kind == Kind::Swap);
            return self.0.remove(swap.unwrap_or_default());
        }
        self.0.pop().unwrap_or(Kind::Pay)
    }
}

/// Who sells how much of which token, and who trades where.
#[derive(Default)]
struct Traders {
    sold: BTreeMap<(String, usize), u128>,
    pools: BTreeSet<(String, String)>,
}

impl Traders {
    /// Everybody gets the tokens that they sell, and allows the pools to take them.
    fn equip(self, draft: &mut Draft, random: &mut Random, pools: u64) {
        let mut supply = [RESERVE * u128::from(pools); 2];
        for ((owner, side), amount) in self.sold {
            let balance = amount + hundredths(random.between(1, 50) * 100);
            supply[side] += balance;
            draft.set(TOKENS[side], format!("balanceOf[{owner}]"), ether_text(balance));
        }
        for (owner, pool) in self.pools {
            TOKENS.iter().for_each(|token| draft.allow(token, &owner, &pool));
        }
        for (token, supply) in TOKENS.iter().zip(supply) {
            draft.set(token, "totalSupply".to_owned(), ether_text(supply));
        }
    }
}

fn swap(draft: &mut Draft, random: &mut Random, traders: &mut Traders, sender: &str, pool: &str) {
    let side = random.below(2) as usize;
    let amount = hundredths(random.between(50, 5_000));
    // The price is 1 at the start; a trader accepts to get a tenth less.
    let minimum = amount / 10 * 9;
    *traders.sold.entry((sender.to_owned(), side)).or_default() += amount;
    traders.pools.insert((sender.to_owned(), pool.to_owned()));
    let zero_for_one = if side == 0 { "true" } else { "false" };
    let arguments = [zero_for_one.to_owned(), ether_text(amount), ether_text(minimum)];
    draft.call(sender, pool, function("swap", arguments), 0, GAS);
}

/// A pool with as much of each token.
pub(super) fn add_pool(draft: &mut Draft, name: &str) {
    let reserve = ether_text(RESERVE);
    let storage = BTreeMap::from([
        ("token0".to_owned(), TOKENS[0].to_owned()),
        ("token1".to_owned(), TOKENS[1].to_owned()),
        ("reserve0".to_owned(), reserve.clone()),
        ("reserve1".to_owned(), reserve.clone()),
    ]);
    draft.add_contract(name, "Pool", storage);
    for token in TOKENS {
        draft.set(token, format!("balanceOf[{name}]"), reserve.clone());
    }
}
