//! How long transactions wait until they are final.

use crate::film::Film;

/// Ticks from the start, when every transaction is queued, to commits. Under one lane the last
/// transaction waits for all others even if it depends on none (pevm's argument).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// Until the first commit.
    pub first: u64,
    /// Half of the transactions that became final were so by then (nearest rank).
    pub p50: u64,
    /// 99 of 100 were (nearest rank).
    pub p99: u64,
}

impl Film {
    pub(super) fn latency(&self) -> Option<Latency> {
        let commits = self.assembly.commits.iter().filter_map(|id| self.bar(*id));
        let mut times: Vec<u64> = commits.filter_map(|bar| bar.committed_at).collect();
        times.sort_unstable();
        let rank = |percent: usize| {
            let rank = (times.len() * percent).div_ceil(100);
            times.get(rank.saturating_sub(1)).copied()
        };
        Some(Latency { first: times.first().copied()?, p50: rank(50)?, p99: rank(99)? })
    }
}
