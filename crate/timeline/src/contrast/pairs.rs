//! Which transaction of a changed block is which of the block before.

use lanescope_protocol::scenario::Transaction;
use lanescope_protocol::{TxIndex, Version};

/// A matching of the transactions of two blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// `None`: the block is the same, and every transaction is itself.
    lists: Option<Lists>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Lists {
    ahead: Vec<Option<u32>>,
    back: Vec<Option<u32>>,
    /// Pairs whose transaction has the same place and other contents, as counted before.
    edited: Vec<u32>,
}

impl Pairs {
    /// The block is the same.
    #[must_use]
    pub fn same() -> Self {
        Self::default()
    }

    /// Matches what is the same but for its nonce, and then what stands in the same gap. Where
    /// several are the same, their order is kept.
    #[must_use]
    pub fn between(before: &[Transaction], after: &[Transaction]) -> Self {
        if before == after {
            return Self::same();
        }
        let (old, new) = (plain(before), plain(after));
        let mut lists =
            Lists { ahead: vec![None; old.len()], back: vec![None; new.len()], edited: Vec::new() };
        let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
        let short = old.len().min(new.len()) - head;
        let ends = old.iter().rev().zip(new.iter().rev());
        let tail = ends.take(short).take_while(|(a, b)| a == b).count();
        (0..head).for_each(|at| lists.pair(at, at));
        for at in 0..tail {
            lists.pair(old.len() - 1 - at, new.len() - 1 - at);
        }
        lists.match_middle(&old, &new, head..old.len() - tail, head..new.len() - tail);
        Self { lists: Some(lists) }
    }

    /// Whether the block is the same.
    #[must_use]
    pub const fn is_same(&self) -> bool {
        self.lists.is_none()
    }

    /// What a transaction of the block before is in the block after.
    #[must_use]
    pub fn ahead(&self, tx: TxIndex) -> Option<TxIndex> {
        match &self.lists {
            None => Some(tx),
            Some(lists) => lists.ahead.get(tx.get()).copied().flatten().map(TxIndex),
        }
    }

    /// What a transaction of the block after was in the block before.
    #[must_use]
    pub fn back(&self, tx: TxIndex) -> Option<TxIndex> {
        match &self.lists {
            None => Some(tx),
            Some(lists) => lists.back.get(tx.get()).copied().flatten().map(TxIndex),
        }
    }

    /// [`Pairs::ahead`] for an incarnation.
    #[must_use]
    pub fn ahead_version(&self, version: Version) -> Option<Version> {
        Some(Version { tx: self.ahead(version.tx)?, ..version })
    }

    /// [`Pairs::back`] for an incarnation.
    #[must_use]
    pub fn back_version(&self, version: Version) -> Option<Version> {
        Some(Version { tx: self.back(version.tx)?, ..version })
    }

    /// The fewest transactions that had to move to come from the one order to the other, as `(before,
    /// after)`. Where two neighbours changed places, either could have moved: `prefer`, as counted
    /// after, decides.
    #[must_use]
    pub fn moved(&self, prefer: Option<TxIndex>) -> Vec<(TxIndex, TxIndex)> {
        let Some(lists) = &self.lists else { return Vec::new() };
        let known: Vec<(u32, u32)> =
            (0..).zip(&lists.ahead).filter_map(|(at, to)| Some((at, (*to)?))).collect();
        let stays = longest_rising(&known);
        let pair = |(before, after): (u32, u32)| (TxIndex(before), TxIndex(after));
        let moved: Vec<_> = known.iter().filter(|pair| !stays[pair.0 as usize]).copied().collect();
        if let ([one], Some(prefer)) = (&moved[..], prefer)
            && let Some(from) = lists.back.get(prefer.get()).copied().flatten()
            && one.0.abs_diff(from) == 1
            && one.1.abs_diff(prefer.0) == 1
            && (one.0 < from) != (one.1 < prefer.0)
        {
            return vec![pair((from, prefer.0))];
        }
        moved.into_iter().map(pair).collect()
    }

    /// Transactions that are no longer there, as counted before.
    #[must_use]
    pub fn removed(&self) -> Vec<TxIndex> {
        self.lists.as_ref().map_or_else(Vec::new, |lists| alone(&lists.ahead))
    }

    /// Transactions that were not there, as counted after.
    #[must_use]
    pub fn added(&self) -> Vec<TxIndex> {
        self.lists.as_ref().map_or_else(Vec::new, |lists| alone(&lists.back))
    }

    /// Transactions whose contents changed, as counted before.
    #[must_use]
    pub fn edited(&self) -> Vec<TxIndex> {
        let edited = self.lists.iter().flat_map(|lists| &lists.edited);
        edited.map(|tx| TxIndex(*tx)).collect()
    }
}

impl Lists {
    fn pair(&mut self, before: usize, after: usize) {
        self.ahead[before] = Some(after as u32);
        self.back[after] = Some(before as u32);
    }

    fn match_middle(
        &mut self,
        old: &[Transaction],
        new: &[Transaction],
        of_old: core::ops::Range<usize>,
        of_new: core::ops::Range<usize>,
    ) {
        // Mostly the next one is the one behind the last match, so the search begins there.
        let mut expected = of_old.start;
        for at in of_new.clone() {
            let near = expected..of_old.end;
            let found = near
                .chain(of_old.start..expected)
                .find(|candidate| self.ahead[*candidate].is_none() && old[*candidate] == new[at]);
            if let Some(found) = found {
                self.pair(found, at);
                expected = found + 1;
            }
        }
        let left: Vec<_> = of_old.filter(|at| self.ahead[*at].is_none()).collect();
        let right: Vec<_> = of_new.filter(|at| self.back[*at].is_none()).collect();
        if left.len() == right.len() {
            for (before, after) in left.into_iter().zip(right) {
                self.pair(before, after);
                self.edited.push(before as u32);
            }
        }
    }
}

/// Without nonces, which every edit counts anew.
fn plain(block: &[Transaction]) -> Vec<Transaction> {
    block.iter().map(|transaction| Transaction { nonce: None, ..transaction.clone() }).collect()
}

fn alone(list: &[Option<u32>]) -> Vec<TxIndex> {
    (0..).zip(list).filter(|(_, other)| other.is_none()).map(|(at, _)| TxIndex(at)).collect()
}

/// By index before: whether it belongs to the longest run of pairs that keep their order.
fn longest_rising(known: &[(u32, u32)]) -> Vec<bool> {
    let most = known.last().map_or(0, |(before, _)| *before as usize + 1);
    let mut stays = vec![false; most];
    // `ends[n]`: of all rising rows of length n + 1, the one that ends lowest, by its last pair.
    let mut ends: Vec<usize> = Vec::new();
    let mut previous = vec![None; known.len()];
    for (at, (_, after)) in known.iter().enumerate() {
        let length = ends.partition_point(|end| known[*end].1 < *after);
        previous[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut next = ends.last().copied();
    while let Some(at) = next {
        stays[known[at].0 as usize] = true;
        next = previous[at];
    }
    stays
}
