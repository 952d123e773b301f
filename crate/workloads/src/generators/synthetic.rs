//! Blocks for measurements: of one shape each, large, always the same. They have no knobs, so that
//! figures from different days and machines speak of the same block.

use std::collections::{BTreeMap, BTreeSet};

use lanescope_protocol::Scenario;
use lanescope_protocol::scenario::Recipe;

use super::draft::{Draft, ether_text, function, hundredths};
use super::random::Random;
use super::{cast, dex};
use crate::contracts::list;
use crate::error::{Place, Problem, ScenarioError};

/// A block for measurements.
#[derive(Clone, Copy, Debug)]
pub struct Synthetic {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    make: fn(&mut Crowd),
}

/// Every block for measurements.
pub const SYNTHETIC: [Synthetic; 7] = [
    Synthetic {
        name: "transfers",
        title: "47,620 independent payments",
        make: |crowd| (0..47_620).for_each(|_| crowd.pay()),
    },
    Synthetic {
        name: "erc20",
        title: "37,000 independent payments in one token",
        make: |crowd| (0..37_000).for_each(|_| crowd.pay_tokens()),
    },
    Synthetic {
        name: "amm",
        title: "6,400 swaps in as many pools",
        make: |crowd| (0..6_400).for_each(|_| crowd.swap_alone()),
    },
    Synthetic {
        name: "sender-chain",
        title: "5,000 payments of one sender",
        make: |crowd| {
            let sender = crowd.newcomer();
            (0..5_000).for_each(|_| {
                let receiver = crowd.newcomer();
                crowd.transfer(&sender, &receiver);
            });
        },
    },
    Synthetic {
        name: "one-receiver",
        title: "5,000 payments to one receiver",
        make: |crowd| {
            let receiver = crowd.newcomer();
            (0..5_000).for_each(|_| {
                let sender = crowd.newcomer();
                crowd.transfer(&sender, &receiver);
            });
        },
    },
    Synthetic {
        name: "hot-mix",
        title: "5,000 transactions, 30 % of them swaps in one pool",
        make: |crowd| {
            let hot = crowd.new_pool();
            crowd.mix(&[
                (1_500, &|crowd| crowd.swap(&hot)),
                (1_300, &Crowd::pay),
                (1_300, &Crowd::pay_tokens),
                (900, &Crowd::swap_alone),
            ]);
        },
    },
    Synthetic {
        name: "mixed-1000",
        title: "1,000 transactions: payments, token payments, swaps in 20 pools",
        make: |crowd| {
            let pools: Vec<_> = (0..20).map(|_| crowd.new_pool()).collect();
            let pool = |crowd: &Crowd| pools[crowd.traders.len() % pools.len()].clone();
            crowd.mix(&[
                (400, &Crowd::pay),
                (400, &Crowd::pay_tokens),
                (200, &|crowd| crowd.swap(&pool(crowd))),
            ]);
        },
    },
];

/// Makes the block for measurements with this name. Fails if there is none.
pub fn synthetic(name: &str) -> Result<Scenario, ScenarioError> {
    let found = SYNTHETIC.iter().find(|synthetic| synthetic.name == name);
    let synthetic = found.ok_or_else(|| {
        let known = list(SYNTHETIC.iter().map(|synthetic| synthetic.name));
        Problem::UnknownSynthetic { name: crate::value::shorten(name), known }.at(Place::Scenario)
    })?;
    let mut crowd = Crowd::new();
    (synthetic.make)(&mut crowd);
    Ok(crowd.finish(synthetic.title))
}

/// So many transactions, and what makes one of them.
type Share<'a> = (usize, &'a dyn Fn(&mut Crowd));

/// People who come one after the other and take part once, unless they are asked by name.
struct Crowd {
    draft: Draft,
    people: usize,
    pools: usize,
    /// Who needs tokens before the block.
    holders: BTreeSet<String>,
    /// Who swaps where.
    traders: Vec<(String, String)>,
}

impl Crowd {
    fn new() -> Self {
        let mut draft = Draft::default();
        for token in dex::TOKENS {
            draft.add_contract(token, "Token", BTreeMap::new());
        }
        let (holders, traders) = (BTreeSet::new(), Vec::new());
        Self { draft, people: 0, pools: 0, holders, traders }
    }

    fn newcomer(&mut self) -> String {
        let name = cast::person(self.people);
        self.people += 1;
        self.draft.add_account(&name);
        name
    }

    fn new_pool(&mut self) -> String {
        self.pools += 1;
        let name = format!("Pool {}", self.pools);
        dex::add_pool(&mut self.draft, &name);
        name
    }

    fn transfer(&mut self, sender: &str, receiver: &str) {
        self.draft.pay(sender, receiver, hundredths(1), "");
    }

    fn pay(&mut self) {
        let (sender, receiver) = (self.newcomer(), self.newcomer());
        self.transfer(&sender, &receiver);
    }

    fn pay_tokens(&mut self) {
        let (sender, receiver) = (self.newcomer(), self.newcomer());
        let call = function("transfer", [receiver.clone(), ether_text(hundredths(1))]);
        self.draft.call(&sender, dex::TOKENS[0], call, 0, GAS_TRANSFER);
        self.holders.extend([sender, receiver]);
    }

    fn swap(&mut self, pool: &str) {
        let trader = self.newcomer();
        let amount = ether_text(hundredths(100));
        let call = function("swap", ["true".to_owned(), amount, "0".to_owned()]);
        self.draft.call(&trader, pool, call, 0, dex::GAS);
        self.holders.insert(trader.clone());
        self.traders.push((trader, pool.to_owned()));
    }

    fn swap_alone(&mut self) {
        let pool = self.new_pool();
        self.swap(&pool);
    }

    /// Everything in one random order.
    fn mix(&mut self, shares: &[Share<'_>]) {
        let counts = shares.iter().enumerate();
        let mut order: Vec<_> =
            counts.flat_map(|(index, (count, _))| std::iter::repeat_n(index, *count)).collect();
        Random::new(SEED).shuffle(&mut order);
        order.into_iter().for_each(|index| shares[index].1(self));
    }

    /// Everybody who needs tokens has had some of each before, and pools may take them.
    fn finish(mut self, title: &str) -> Scenario {
        for token in dex::TOKENS {
            for holder in &self.holders {
                let path = format!("balanceOf[{holder}]");
                self.draft.set(token, path, ether_text(hundredths(1_000)));
            }
            for (trader, pool) in &self.traders {
                self.draft.allow(token, trader, pool);
            }
        }
        let made = self.draft.finish(title, Recipe::default(), &mut Random::new(SEED));
        // There is no generator with knobs behind it.
        Scenario { recipe: None, ..made }
    }
}

/// Orders what has no order of its own.
const SEED: u64 = 1;
/// What a transfer to somebody who has tokens uses at most.
const GAS_TRANSFER: u64 = 35_000;
