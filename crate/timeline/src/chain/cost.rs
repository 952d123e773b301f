//! What it cost that an incarnation came to nothing, or that it made others come to nothing.

use lanescope_protocol::{TxIndex, Version};

use super::{Chain, LinkKind};
use crate::film::Film;

/// What a chain cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cost {
    /// Gas of the incarnation itself, if it came to nothing.
    pub own_gas: u64,
    /// Gas of the others that were thrown away because of it.
    pub others_gas: u64,
    /// Ticks that passed from the end of the run that came to nothing to the end of the one that
    /// counts.
    pub delay: u64,
    /// That delay as a share of the whole run, 0 to 1.
    pub share: f64,
    /// Transactions that ran again because of it, in block order; not its own.
    pub followers: Vec<TxIndex>,
    /// Transactions that waited for it, in block order.
    pub waiters: Vec<TxIndex>,
}

impl Eq for Cost {}

impl Cost {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.own_gas == 0 && self.others_gas == 0 && self.delay == 0
    }
}

impl Film {
    pub(super) fn cost(&self, chain: &Chain) -> Cost {
        let of = chain.of;
        let mut cost = Cost { own_gas: self.own_gas(of), ..Cost::default() };
        let mut thrown: Vec<Version> = Vec::new();
        for at in &chain.effects {
            let link = chain.links[*at];
            match link.kind {
                LinkKind::MadeStale | LinkKind::TookAlong => thrown.push(link.to),
                LinkKind::WaitedFor if link.to.tx != of.tx => cost.waiters.push(link.to.tx),
                _ => {}
            }
        }
        thrown.sort_unstable();
        thrown.dedup();
        let others = || thrown.iter().filter(|version| version.tx != of.tx);
        cost.others_gas = others().map(|version| self.gas_in_vain(*version)).sum();
        cost.followers = others().map(|version| version.tx).collect();
        cost.followers.dedup();
        cost.waiters.sort_unstable();
        cost.waiters.dedup();
        let counts = self.committed_run(of.tx).and_then(|id| self.bar(id));
        let bar = self.run(of);
        // The run that counts stands for all that came to nothing before it.
        let first = self.runs_of(of.tx).first().and_then(|id| self.bar(*id));
        let ended = if bar == counts { first } else { bar };
        if let (Some(ended), Some(counts)) = (ended, counts) {
            cost.delay = counts.end.saturating_sub(ended.end);
            cost.share = (cost.delay as f64 / self.end().max(1) as f64).clamp(0.0, 1.0);
        }
        cost
    }

    fn own_gas(&self, of: Version) -> u64 {
        if self.run(of).is_some_and(|bar| bar.committed_at.is_none()) {
            return self.gas_in_vain(of);
        }
        let mut runs: Vec<_> = self.runs_of(of.tx).iter().filter_map(|id| self.bar(*id)).collect();
        runs.dedup_by_key(|bar| bar.version);
        runs.into_iter().map(|bar| self.gas_in_vain(bar.version)).sum()
    }

    /// Gas of a run that came to nothing.
    pub(super) fn gas_in_vain(&self, version: Version) -> u64 {
        let Some(bar) = self.run(version) else { return 0 };
        match (bar.abort, bar.ending) {
            (Some(abort), _) => u64::from(abort.gas),
            (None, crate::bar::Ending::Lost | crate::bar::Ending::Suspended { .. }) => {
                u64::from(bar.gas)
            }
            _ => 0,
        }
    }
}
