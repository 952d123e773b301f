//! Who depends on whom.

use lanescope_protocol::chains::ReadChains;

use super::ratio;
use crate::film::Film;

/// Who reads what another transaction of the block wrote (RAW), as it came about in this run. Nonces
/// of senders are left out: every transaction states its own.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Structure {
    /// Transactions that read what another one wrote.
    pub dependents: usize,
    /// `dependents / n` (Grevm 2.1 report).
    pub dependent_ratio: f64,
    /// Median over pairs of writer and reader of how many places of the commit order they are apart
    /// (Grevm 2.1 report); 0 where there is no pair.
    pub distance_median: f64,
    /// The most places that a pair is apart.
    pub distance_max: usize,
    /// Transactions in the longest chain.
    pub longest_chain: usize,
    /// `longest chain / n`: on average 0.18 in blocks of Ethereum, 0.58 in Solana's
    /// (arXiv 2505.05358).
    pub longest_chain_share: f64,
}

impl Film {
    pub(super) fn structure(&self, chains: &ReadChains) -> Structure {
        let all = self.transaction_count() as f64;
        let mut distances = chains.distances.clone();
        distances.sort_unstable();
        Structure {
            dependents: chains.dependents,
            dependent_ratio: ratio(chains.dependents as f64, all),
            distance_median: median(&distances),
            distance_max: distances.last().copied().unwrap_or_default(),
            longest_chain: chains.depth,
            longest_chain_share: ratio(chains.depth as f64, all),
        }
    }
}

/// Of sorted numbers.
fn median(sorted: &[usize]) -> f64 {
    let middle = sorted.len() / 2;
    let at = |index: usize| sorted.get(index).copied().unwrap_or_default() as f64;
    match sorted.len() {
        0 => 0.0,
        odd if odd % 2 == 1 => at(middle),
        _ => (at(middle - 1) + at(middle)) / 2.0,
    }
}
