//! What a run was worth, in numbers. Each field says its formula.

use lanescope_protocol::{AccessKind, Clock, LocationId, TxIndex};

use crate::bar::{Ending, Fate};
use crate::film::Film;

/// Numbers of a run. `T1` is the block on one lane, `TN` this run, both in ticks.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics {
    /// Transactions in the block.
    pub transactions: usize,
    /// Lanes.
    pub lanes: usize,
    /// `TN`: ticks from the start to the last commit.
    pub makespan: u64,
    /// `T1`: ticks of the same block on one lane; 0 while unknown.
    pub sequential: u64,
    /// `T1 / TN`; 0 while unknown.
    pub speedup: f64,
    /// Speed-up per lane, `T1 / (N · TN)`.
    pub efficiency: f64,
    /// Incarnations that ran to their end.
    pub executions: usize,
    /// Incarnations whose result was thrown away.
    pub aborts: usize,
    /// Incarnations that stopped early to wait for another transaction.
    pub suspensions: usize,
    /// Gas of executions that did not commit.
    pub wasted_gas: u64,
    /// `wasted / (wasted + used by the block)`, 0 to 1.
    pub wasted_share: f64,
    /// `Σ busy / (N · TN)`, 0 to 1: how much of all lanes' time something was run.
    pub utilisation: f64,
    /// Each lane's time.
    pub lane_use: Vec<LaneUse>,
    /// Locations that several transactions touch, the hottest first.
    pub hot: Vec<HotLocation>,
    /// Ticks of the longest chain of transactions that must follow each other; `None` if unknown.
    pub critical_path: Option<f64>,
    /// The best speed-up that any number of lanes can give without knowing values in advance:
    /// `T1 / critical path`.
    pub ideal_speedup: Option<f64>,
    /// `T1 / N`: ticks if the block divided evenly.
    pub perfect: f64,
}

/// Where a lane's time went, in ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LaneUse {
    /// Runs that count.
    pub useful: u64,
    /// Runs thrown away, or stopped early.
    pub wasted: u64,
    /// Waits that the scheduler named.
    pub waiting: u64,
    /// The rest.
    pub idle: u64,
}

impl LaneUse {
    /// Time in which the lane ran something.
    #[must_use]
    pub const fn busy(&self) -> u64 {
        self.useful.saturating_add(self.wasted)
    }
}

/// A location that several transactions touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotLocation {
    /// Which.
    pub location: LocationId,
    /// Its name.
    pub name: String,
    /// Reads of it that came too early.
    pub stale_reads: usize,
    /// Transactions that write it.
    pub writers: usize,
    /// Transactions that read it.
    pub readers: usize,
}

impl Film {
    /// The numbers of the run so far.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let lanes = self.lanes();
        let summary = self.summary();
        let makespan = summary.map_or_else(|| self.end(), |s| s.makespan);
        let sequential = summary.map_or(0, |s| s.sequential);
        let gas_used = summary.map_or(0, |s| s.gas_used);
        let wasted_gas: u64 = self.bars().iter().map(wasted_gas).sum();
        let lane_use = self.lane_use();
        let room = lanes as f64 * makespan as f64;
        let busy: f64 = lane_use.iter().map(|lane| lane.busy() as f64).sum();
        let critical_path = self.critical_path();
        let count =
            |wanted: fn(&crate::Bar) -> bool| self.bars().iter().filter(|b| wanted(b)).count();
        Metrics {
            transactions: self.transaction_count(),
            lanes,
            makespan,
            sequential,
            speedup: ratio(sequential as f64, makespan as f64),
            efficiency: ratio(sequential as f64, room),
            executions: count(|bar| bar.status().is_some()),
            aborts: count(|bar| bar.fate() == Fate::Aborted),
            suspensions: count(|bar| matches!(bar.ending, Ending::Suspended { .. })),
            wasted_gas,
            wasted_share: ratio(wasted_gas as f64, wasted_gas as f64 + gas_used as f64),
            utilisation: ratio(busy, room).min(1.0),
            lane_use,
            hot: self.hot_locations(),
            critical_path,
            ideal_speedup: critical_path.map(|path| ratio(sequential as f64, path)),
            perfect: ratio(sequential as f64, lanes as f64),
        }
    }

    /// The longest chain of dependent transactions in ticks. On threads its gas is scaled by the
    /// measured time per gas on one lane.
    #[must_use]
    pub fn critical_path(&self) -> Option<f64> {
        let summary = self.summary().filter(|summary| summary.critical_path_gas > 0)?;
        let gas = summary.critical_path_gas as f64;
        match self.clock() {
            Clock::Gas => Some(gas),
            Clock::Threads if summary.gas_used > 0 => {
                Some(gas * summary.sequential as f64 / summary.gas_used as f64)
            }
            Clock::Threads => None,
        }
    }

    fn lane_use(&self) -> Vec<LaneUse> {
        let end = self.end();
        self.assembly
            .lanes
            .iter()
            .map(|track| {
                let mut lane = LaneUse::default();
                for bar in track.bars.iter().filter_map(|id| self.bar(*id)) {
                    match bar.fate() {
                        Fate::Aborted | Fate::Suspended | Fate::Lost | Fate::Skipped => {
                            lane.wasted += bar.length();
                        }
                        Fate::Committed | Fate::Open => lane.useful += bar.length(),
                    }
                }
                lane.waiting = track.waits.iter().map(|wait| wait.end - wait.start).sum();
                lane.idle = end.saturating_sub(lane.busy()).saturating_sub(lane.waiting);
                lane
            })
            .collect()
    }

    /// Locations that at least two transactions touch and at least one writes, the hottest first:
    /// by stale reads, then by writers, then by readers.
    #[must_use]
    pub fn hot_locations(&self) -> Vec<HotLocation> {
        let mut touched = vec![Touched::default(); self.locations.len()];
        for access in &self.accesses {
            let Some(touch) = touched.get_mut(access.location.get()) else { continue };
            let tx = access.by.tx;
            match access.kind {
                AccessKind::Read => {
                    touch.stale += usize::from(access.stale);
                    touch.readers.meet(tx);
                }
                AccessKind::Write => touch.writers.meet(tx),
                // Amounts that are added without looking never conflict.
                AccessKind::Add | AccessKind::AtLeast | AccessKind::Below => continue,
            }
            touch.all.meet(tx);
        }
        let mut hot: Vec<_> = (0u32..)
            .map(LocationId)
            .zip(touched)
            .filter(|(_, touch)| touch.writers.count > 0 && touch.all.count > 1)
            .map(|(location, touch)| HotLocation {
                location,
                name: self.location_name(location).to_owned(),
                stale_reads: touch.stale,
                writers: touch.writers.count,
                readers: touch.readers.count,
            })
            .collect();
        hot.sort_by_key(|place| {
            core::cmp::Reverse((place.stale_reads, place.writers, place.readers))
        });
        hot
    }
}

/// Who touches a location.
#[derive(Clone, Copy, Default)]
struct Touched {
    stale: usize,
    writers: Distinct,
    readers: Distinct,
    all: Distinct,
}

/// Counts transactions that come in block order, as reads and writes do.
#[derive(Clone, Copy, Default)]
struct Distinct {
    last: Option<TxIndex>,
    count: usize,
}

impl Distinct {
    fn meet(&mut self, tx: TxIndex) {
        self.count += usize::from(self.last != Some(tx));
        self.last = Some(tx);
    }
}

fn wasted_gas(bar: &crate::Bar) -> u64 {
    match (bar.abort, bar.ending) {
        (Some(abort), _) => u64::from(abort.gas),
        (None, Ending::Suspended { .. }) => u64::from(bar.gas),
        _ => 0,
    }
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
