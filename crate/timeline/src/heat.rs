//! Heat: which contracts, and which of their slots, made work void or let lanes wait.

use core::cmp::Reverse;

use lanescope_protocol::{Access, AccessKind, LocationId, TxIndex};

use crate::bar::Ending;
use crate::film::Film;
use crate::format;

/// Contracts by what they cost, the dearest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Heat {
    /// Those that have a location that transactions dispute.
    pub contracts: Vec<HotContract>,
    /// The most gas, useful and wasted together, that any of them stands for.
    pub most: u64,
}

/// A contract or account with the locations that transactions dispute.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HotContract {
    /// Its address, as in the trace.
    pub address: String,
    /// Its name.
    pub name: String,
    /// What it cost, over all of its locations.
    pub of: HeatOf,
    /// Its locations, the dearest first.
    pub slots: Vec<HeatRow>,
}

/// A location of a contract.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatRow {
    /// Which.
    pub location: LocationId,
    /// Its name inside the contract: `reserve0`, `balanceOf[Ana]`.
    pub name: String,
    /// What it cost.
    pub of: HeatOf,
}

/// What something cost, and whom it served.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeatOf {
    /// Reads of it that came too early.
    pub stale_reads: usize,
    /// Runs that were thrown away or stopped because of it.
    pub lost_runs: usize,
    /// Gas of those runs.
    pub wasted_gas: u64,
    /// How often a lane waited for it.
    pub waits: usize,
    /// Ticks of those waits.
    pub waited: u64,
    /// Transactions that write it.
    pub writers: usize,
    /// Transactions that read it.
    pub readers: usize,
    /// Gas of final runs that read or write it.
    pub useful_gas: u64,
}

impl HeatOf {
    fn rank(&self) -> Reverse<(u64, usize, u64, usize, usize)> {
        Reverse((self.wasted_gas, self.stale_reads, self.waited, self.writers, self.readers))
    }

    /// What it cost, in words: `96 k gas thrown away in 2 runs, 3 stale reads, 1 wait`.
    #[must_use]
    pub fn words(&self) -> String {
        let mut parts = Vec::new();
        if self.lost_runs > 0 {
            let runs = format::count(self.lost_runs, "run");
            parts.push(format!("{} thrown away in {runs}", format::gas(self.wasted_gas as f64)));
        }
        if self.stale_reads > 0 {
            parts.push(format::count(self.stale_reads, "stale read"));
        }
        if self.waits > 0 {
            parts.push(format::count(self.waits, "wait"));
        }
        for (count, noun) in [(self.writers, "writer"), (self.readers, "reader")] {
            if count > 0 {
                parts.push(format::count(count, noun));
            }
        }
        parts.join(", ")
    }
}

/// Counts what happens at each location that is disputed.
#[derive(Clone, Copy, Default)]
struct Costs {
    lost_runs: usize,
    wasted_gas: u64,
    waits: usize,
    waited: u64,
}

impl Heat {
    pub(crate) fn of(film: &Film) -> Self {
        let costs = costs(film);
        let hot = film.hottest();
        let mut heat = Self::default();
        // The place of each contract in the list.
        let mut known: std::collections::HashMap<&str, usize> = std::collections::HashMap::new();
        for place in hot {
            let Some(info) = film.location(place.location) else { continue };
            let name = film.location_name(place.location);
            let (account, slot) = name.split_once('.').unwrap_or((name, name));
            let at = *known.entry(&info.address).or_insert_with(|| {
                let (address, name) = (info.address.clone(), account.to_owned());
                heat.contracts.push(HotContract { address, name, ..HotContract::default() });
                heat.contracts.len() - 1
            });
            let cost = costs.get(place.location.get()).copied().unwrap_or_default();
            let of = measure(film, film.touches(place.location), cost);
            if let Some(contract) = heat.contracts.get_mut(at) {
                let (location, name) = (place.location, slot.to_owned());
                contract.slots.push(HeatRow { location, name, of });
            }
        }
        for contract in &mut heat.contracts {
            contract.slots.sort_by_cached_key(|row| row.of.rank());
            let touches = contract.slots.iter().flat_map(|row| film.touches(row.location));
            let sum = contract.slots.iter().fold(Costs::default(), |sum, row| Costs {
                lost_runs: sum.lost_runs + row.of.lost_runs,
                wasted_gas: sum.wasted_gas + row.of.wasted_gas,
                waits: sum.waits + row.of.waits,
                waited: sum.waited + row.of.waited,
            });
            contract.of = measure(film, touches, sum);
        }
        heat.contracts.sort_by_cached_key(|contract| contract.of.rank());
        let all = |of: &HeatOf| of.useful_gas + of.wasted_gas;
        heat.most = heat.contracts.iter().map(|contract| all(&contract.of)).max().unwrap_or(0);
        heat
    }
}

/// Gas thrown away and waits, by location.
fn costs(film: &Film) -> Vec<Costs> {
    let mut costs = vec![Costs::default(); film.locations.len()];
    for bar in film.bars() {
        let lost = match (bar.abort, bar.ending) {
            (Some(abort), _) => abort.location.map(|place| (place, abort.gas)),
            (None, Ending::Suspended { location, .. }) => location.map(|place| (place, bar.gas)),
            _ => None,
        };
        if let Some((place, gas)) = lost
            && let Some(cost) = costs.get_mut(place.get())
        {
            cost.lost_runs += 1;
            cost.wasted_gas += u64::from(gas);
        }
    }
    for wait in film.assembly.lanes.iter().flat_map(|track| &track.waits) {
        if let Some(cost) = wait.location.and_then(|place| costs.get_mut(place.get())) {
            cost.waits += 1;
            cost.waited += wait.end.saturating_sub(wait.start);
        }
    }
    costs
}

fn measure<'a>(film: &Film, touches: impl Iterator<Item = &'a Access>, cost: Costs) -> HeatOf {
    let (mut readers, mut writers, mut stale_reads) = (Vec::new(), Vec::new(), 0);
    for access in touches {
        match access.kind {
            AccessKind::Read => {
                stale_reads += usize::from(access.stale);
                readers.push(access.by.tx);
            }
            AccessKind::Write => writers.push(access.by.tx),
            // Amounts that are added without looking never conflict.
            AccessKind::Add | AccessKind::AtLeast | AccessKind::Below => {}
        }
    }
    let distinct = |all: &mut Vec<TxIndex>| {
        all.sort_unstable();
        all.dedup();
        all.len()
    };
    let (read, written) = (distinct(&mut readers), distinct(&mut writers));
    readers.append(&mut writers);
    distinct(&mut readers);
    let gas = |tx: &TxIndex| film.committed_run(*tx).and_then(|id| film.bar(id)).map(|bar| bar.gas);
    HeatOf {
        stale_reads,
        lost_runs: cost.lost_runs,
        wasted_gas: cost.wasted_gas,
        waits: cost.waits,
        waited: cost.waited,
        writers: written,
        readers: read,
        useful_gas: readers.iter().filter_map(gas).map(u64::from).sum(),
    }
}
