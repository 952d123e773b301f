//! Ticks that no run can stay below, by notion of dependency: the ghost lines of charts.

use std::collections::{HashMap, HashSet};

use lanescope_protocol::chains::{Commit, Commits, Link, ReadChains, Use};
use lanescope_protocol::trace::LocationKind;
use lanescope_protocol::{Access, AccessKind, Clock, LocationId};

use super::ratio;
use crate::bar::Bar;
use crate::film::Film;

/// How long this block takes at least, in ticks, if only what a notion of dependency asks for has to
/// follow each other. Computed from the final executions of this run and what they touched. `None`:
/// reads are not known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    /// `Σ g`: everything follows everything.
    pub serial: Option<f64>,
    /// `Σ g / N`: nothing follows anything, and lanes are never idle.
    pub evenly: Option<f64>,
    /// `max g`: every value is supplied, as by an access list (EIP-7928), so nothing follows
    /// anything.
    pub access_list: Option<f64>,
    /// Readers follow the writer whose value they saw, from their read on (RAW), see
    /// [`Commits::reads`]. What multi-version memories must wait for.
    pub reads: Option<f64>,
    /// A lock for each slot, balance and nonce, held for a whole execution (RAW, WAR and WAW), in the
    /// order of commits; an amount added counts as written.
    pub lock_slot: Option<f64>,
    /// A lock for each account with everything in it.
    pub lock_account: Option<f64>,
    /// `max(Σ g / N, T∞)`, with `T∞` of the strategy's own notion: no run of this strategy on `N`
    /// lanes is faster.
    pub lower: Option<f64>,
    /// `Σ g / N + T∞` (Graham 1969, Brent 1974): no greedy scheduler that throws nothing away is
    /// slower. Speculation may be.
    pub upper: Option<f64>,
}

impl Film {
    /// Every bound, see [`Bounds`].
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        self.measures().bounds
    }

    /// Dependencies between the final executions. `None` while reads are unknown.
    pub(super) fn chains(&self) -> Option<ReadChains> {
        (!self.accesses.is_empty()).then(|| self.commits().reads(&self.ordering()))
    }

    /// The longest chain of dependent transactions; of one, where reads are unknown.
    pub(crate) fn read_chains(&self) -> ReadChains {
        self.commits().reads(&self.ordering())
    }

    /// Every dependency between the final executions, sorted.
    pub(crate) fn read_links(&self) -> Vec<Link> {
        self.commits().links(&self.ordering())
    }

    /// Which locations order who reads and writes them: all but the nonces of senders.
    fn ordering(&self) -> impl Fn(LocationId) -> bool + '_ {
        let nonces = self.locations.iter().any(|info| info.kind == LocationKind::Nonce);
        let senders = self.transactions.iter().filter(|_| nonces);
        let senders = senders.map(|info| format!("{}.nonce", info.sender));
        let senders: HashSet<String> = senders.collect();
        move |id: LocationId| {
            self.location(id).is_none_or(|info| {
                info.kind != LocationKind::Nonce || !senders.contains(&info.name)
            })
        }
    }

    /// The executions that became final, in the order in which they did.
    fn commits(&self) -> Commits<'_> {
        let final_runs = self.assembly.commits.iter().filter_map(|id| self.bar(*id));
        let commit = |bar: &Bar| {
            let (version, start) = (bar.version, bar.start);
            let Some(_) = bar.status() else {
                return Commit { version, gas: 0, start, end: start };
            };
            let gas = u64::from(bar.gas);
            let gas = if self.clock() == Clock::Gas { gas.min(bar.length()) } else { gas };
            Commit { version, gas, start, end: bar.end }
        };
        Commits::of(final_runs.map(commit).collect(), &self.accesses)
    }

    /// Every bound but those of locks, which take longer.
    pub(super) fn bounds_from(&self, chains: Option<&ReadChains>) -> Bounds {
        let Some(per_gas) = self.ticks_per_gas() else { return Bounds::default() };
        let commits = self.commits();
        if commits.all().is_empty() {
            return Bounds::default();
        }
        let ticks = |gas: u64| gas as f64 * per_gas;
        let serial = ticks(commits.total());
        let evenly = ratio(serial, self.lanes() as f64);
        let own = self.critical_path();
        Bounds {
            serial: Some(serial),
            evenly: Some(evenly),
            access_list: Some(ticks(commits.largest())),
            reads: chains.map(|chains| ticks(chains.gas)),
            lock_slot: None,
            lock_account: None,
            lower: own.map(|own| own.max(evenly)),
            upper: own.map(|own| own + evenly),
        }
    }

    /// See [`Bounds::lock_slot`].
    pub(super) fn slot_bound(&self) -> Option<f64> {
        self.locked(&|id| u64::from(id.0))
    }

    /// See [`Bounds::lock_account`].
    pub(super) fn account_bound(&self) -> Option<f64> {
        let accounts = self.accounts();
        self.locked(&|id| accounts.get(id.get()).copied().unwrap_or(u64::MAX))
    }

    fn locked(&self, key: &dyn Fn(LocationId) -> u64) -> Option<f64> {
        let per_gas = self.ticks_per_gas().filter(|_| !self.accesses.is_empty())?;
        let commits = self.commits();
        if commits.all().is_empty() {
            return None;
        }
        let gas = commits.locks(&|access| Some((key(access.location), use_of(access))));
        Some(gas as f64 * per_gas)
    }

    /// For each location the number of its account.
    fn accounts(&self) -> Vec<u64> {
        let mut numbers: HashMap<&str, u64> = HashMap::new();
        self.locations
            .iter()
            .map(|info| {
                let next = numbers.len() as u64;
                *numbers.entry(info.address.as_str()).or_insert(next)
            })
            .collect()
    }
}

/// Locks know readers and writers only.
const fn use_of(access: &Access) -> Use {
    match access.kind {
        AccessKind::Read | AccessKind::AtLeast | AccessKind::Below => Use::Read,
        AccessKind::Write | AccessKind::Add => Use::Write,
    }
}
