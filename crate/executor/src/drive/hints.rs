//! What a strategy is told beforehand: who is said to depend on whom, and who stays together.

use std::collections::BTreeSet;
use std::sync::Arc;

use lanescope_protocol::strategy::{Balances, Expectation, Hints as Graph};
use lanescope_protocol::{Rules, Settings, TxIndex};
use revm::primitives::Address;
use rustc_hash::FxHashMap;

use super::dependencies::{Dependencies, Edges};
use super::rehearsal::rehearse;
use crate::block::{Block, BlockError};
use crate::strategy::{NO_GROUP, Plan};
use crate::world::World;

/// What is supplied with a block. Nothing, under most rules.
#[derive(Debug, Default)]
pub(super) struct Hints {
    depends: Edges,
    first: Vec<TxIndex>,
    groups: Box<[u32]>,
    /// Gas that making them took.
    pub(super) producer: u64,
}

impl Hints {
    /// Finds out what the rules ask for; where that takes a rehearsal, an invalid block fails here.
    pub(super) fn new(
        block: &Arc<Block>,
        world: &Arc<World>,
        settings: &Settings,
    ) -> Result<Self, BlockError> {
        let transactions = block.transactions.len() as u32;
        Ok(match &settings.strategy.rules {
            Rules::BlockStm(of) if of.hints == Expectation::Sender => {
                Self { depends: senders(block), ..Self::default() }
            }
            Rules::DependencyGraph(of) => match of.hints {
                Graph::Exact => Self::exact(block, world, of.balances)?,
                Graph::Wrong => {
                    Self { depends: wrong(transactions, settings.seed), ..Self::default() }
                }
                Graph::Missing => Self::default(),
                Graph::Chain => Self { depends: chain(transactions), ..Self::default() },
            },
            Rules::Rounds(of) if of.groups => {
                let exact = Self::exact(block, world, Balances::Added)?;
                let groups = connected(&exact.depends);
                Self { groups, producer: exact.producer, ..Self::default() }
            }
            _ => Self::default(),
        })
    }

    fn exact(
        block: &Arc<Block>,
        world: &Arc<World>,
        balances: Balances,
    ) -> Result<Self, BlockError> {
        let run = rehearse(block, world, balances)?;
        let producer = run.makespan;
        let Dependencies { edges, first } = Dependencies::of(block, world, &run.recording);
        Ok(Self { depends: edges, first, groups: Box::default(), producer })
    }

    /// A plan with these hints.
    pub(super) fn put_into(self, plan: Plan, rules: &Rules) -> Plan {
        let (depends, first) = (self.depends, self.first.into());
        match rules {
            Rules::BlockStm(of) if of.hints != Expectation::Contract => {
                Plan { depends, likes: Box::default(), classes: 0, ..plan }
            }
            Rules::DependencyGraph(of) => Plan { depends, first, chains_stay: of.groups, ..plan },
            Rules::InOrderMerge(of) if of.pinned => {
                // No class is the highest number in both.
                let groups = plan.likes.iter().map(|like| like.class).collect();
                Plan { groups, ..plan }
            }
            Rules::Rounds(_) => Plan { groups: self.groups, ..plan },
            _ => plan,
        }
    }
}

/// Every transaction depends on the one before.
fn chain(transactions: u32) -> Edges {
    (0..transactions).map(|tx| tx.checked_sub(1).map(TxIndex).into_iter().collect()).collect()
}

/// Every transaction depends on the one before of the same sender.
fn senders(block: &Block) -> Edges {
    let mut last: FxHashMap<Address, TxIndex> = FxHashMap::default();
    let callers = (0..).map(TxIndex).zip(&block.transactions);
    callers.map(|(tx, of)| last.insert(of.caller, tx).into_iter().collect()).collect()
}

/// Every transaction depends on up to two earlier ones, drawn at random.
fn wrong(transactions: u32, seed: u64) -> Edges {
    let mut state = seed;
    let mut draw = |below: u32| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        (mix(state) % u64::from(below)) as u32
    };
    let edges = (0..transactions).map(|tx| {
        let count = if tx == 0 { 0 } else { draw(3) };
        let earlier: BTreeSet<_> = (0..count).map(|_| TxIndex(draw(tx))).collect();
        earlier.into_iter().collect()
    });
    edges.collect()
}

/// A number that looks random (SplitMix64: Steele, Lea and Flood, 2014).
fn mix(state: u64) -> u64 {
    let state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

/// The number of the connected part that each transaction is in; none for those that are alone.
fn connected(edges: &Edges) -> Box<[u32]> {
    let mut parents: Vec<u32> = (0..edges.len() as u32).collect();
    let mut sizes = vec![1; edges.len()];
    for (tx, before) in (0..).zip(edges) {
        for before in before {
            let (one, other) = (root(&mut parents, tx), root(&mut parents, before.0));
            if one != other {
                parents[one.max(other) as usize] = one.min(other);
                sizes[one.min(other) as usize] += sizes[one.max(other) as usize];
            }
        }
    }
    let all = 0..edges.len() as u32;
    let groups = all.map(|tx| match root(&mut parents, tx) {
        root if sizes[root as usize] > 1 => root,
        _ => NO_GROUP,
    });
    groups.collect()
}

fn root(parents: &mut [u32], mut tx: u32) -> u32 {
    while parents[tx as usize] != tx {
        // Half the way at each look (path halving).
        parents[tx as usize] = parents[parents[tx as usize] as usize];
        tx = parents[tx as usize];
    }
    tx
}

#[cfg(all(test, not(feature = "interleavings")))]
mod tests {
    use super::*;

    fn edges(of: &[&[u32]]) -> Edges {
        of.iter().map(|before| before.iter().copied().map(TxIndex).collect()).collect()
    }

    #[test]
    fn what_hangs_together_is_a_group() {
        let groups = connected(&edges(&[&[], &[], &[0], &[], &[1, 3], &[2]]));
        assert_eq!(*groups, [0, 1, 0, 1, 1, 0]);
        assert_eq!(*connected(&edges(&[&[], &[]])), [NO_GROUP; 2]);
    }

    #[test]
    fn every_link_of_a_chain_follows_the_one_before() {
        assert_eq!(chain(3), edges(&[&[], &[0], &[1]]));
    }

    #[test]
    fn wrong_hints_look_back_and_are_the_same_for_the_same_seed() {
        let one = wrong(200, 7);
        assert_eq!(one, wrong(200, 7));
        assert_ne!(one, wrong(200, 8));
        let pairs: Vec<_> =
            (0..).zip(&one).flat_map(|(tx, of)| of.iter().map(move |j| (tx, j.0))).collect();
        assert!(pairs.iter().all(|(tx, before)| before < tx));
        assert!((100..400).contains(&pairs.len()), "{}", pairs.len());
    }
}
