//! What a run was worth, in numbers. Each field says its formula and where that comes from; the same
//! table, with units and assumptions, is METRICS.md.
//!
//! `g` is what a transaction took, `T1` the block on one lane, `TN` this run on `N` lanes, `n` the
//! number of transactions, all times in ticks.

mod bounds;
mod economics;
mod faults;
mod hot;
mod lane_time;
mod latency;
mod measuring;
mod speed;
mod structure;

pub use bounds::Bounds;
pub use economics::{BaseFee, Energy};
pub use faults::{FaultCosts, Locking};
pub use hot::HotLocation;
pub use lane_time::LaneUse;
pub use latency::Latency;
pub(crate) use measuring::Measuring;
pub use structure::Structure;

use crate::film::Film;

/// Numbers of a run, so far as it has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Metrics {
    /// `n`: transactions in the block.
    pub transactions: usize,
    /// `N`: lanes.
    pub lanes: usize,
    /// `TN`: ticks from the start to the last commit.
    pub makespan: u64,
    /// `T1`: ticks of the same block on one lane; 0 while unknown.
    pub sequential: u64,
    /// `T1 / TN`; 0 while unknown (Block-STM, arXiv 2203.06871, and pevm report the same ratio). Of
    /// strategies that are supplied with something it is the validator's.
    pub speedup: f64,
    /// Speed-up per lane, `T1 / (N · TN)`.
    pub efficiency: f64,
    /// `Tp`: ticks that the producer took to make what the strategy is supplied with (EIP-7928 lists,
    /// PIP-16 graphs); 0 where nothing is.
    pub producer: u64,
    /// `T1 / (Tp + TN)`: producer and validator together, one after the other. `None` where nothing
    /// is supplied.
    pub system_speedup: Option<f64>,
    /// Executions that ran to their end.
    pub executions: usize,
    /// Executions whose result was thrown away.
    pub aborts: usize,
    /// `aborts / executions`, 0 to 1 (bor and Sei log both numbers).
    pub abort_rate: f64,
    /// `executions / n`: 1 if nothing ran twice.
    pub reexecution_factor: f64,
    /// Executions that stopped early to wait for another transaction.
    pub suspensions: usize,
    /// `W`: gas of executions that did not commit, in part where they were suspended or lost.
    pub wasted_gas: u64,
    /// `W / (W + gas used by the block)`, 0 to 1.
    pub wasted_share: f64,
    /// `W / T1` in gas: may exceed 1.
    pub waste_ratio: f64,
    /// `Σ busy / (N · TN)`, 0 to 1: how much of all lanes' time something was run or checked.
    pub utilisation: f64,
    /// Each lane's time.
    pub lane_use: Vec<LaneUse>,
    /// All lanes' time: adds up to `N · TN`.
    pub lane_sum: LaneUse,
    /// `max busy / mean busy` over lanes: 1 if all were busy for equally long; 0 if none was.
    pub imbalance: f64,
    /// How long transactions waited until they were final. `None` while none is.
    pub latency: Option<Latency>,
    /// Who depends on whom. `None` while reads are unknown.
    pub structure: Option<Structure>,
    /// Ticks that no run can stay below, by notion of dependency.
    pub bounds: Bounds,
    /// `T∞`: ticks of the longest chain of transactions that must follow each other under the
    /// strategy's own notion; `None` if unknown. See [`lanescope_protocol::chains`].
    pub critical_path: Option<f64>,
    /// The best speed-up that any number of lanes can give under this strategy, `T1 / T∞` (bor
    /// reports it as `block/parallelizability`).
    pub ideal_speedup: Option<f64>,
    /// `T1 / N`: ticks if the block divided evenly.
    pub perfect: f64,
    /// Locations that several transactions touch, the hottest first.
    pub hot: Vec<HotLocation>,
    /// `Σ |place − place in the block| / n` over the order of commits, where that is not the block's.
    /// What is not in the result has no place.
    pub rank_displacement: Option<f64>,
    /// What locks and caps did.
    pub locking: Locking,
    /// Transactions that have run and are not in the block, because they were invalid on what they
    /// saw and nobody looked again.
    pub skipped: usize,
    /// What faults cost.
    pub faults: FaultCosts,
    /// What the block does to the base fee. `None` before EIP-1559, and while the run goes on.
    pub base_fee: Option<BaseFee>,
    /// What the run would have drawn from the socket, relative to one lane. `None` while unknown.
    pub energy: Option<Energy>,
}

impl Film {
    /// The numbers of the run so far. Measured once and then kept.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.measures().clone()
    }

    /// As [`Self::hot_locations`], counted once.
    pub fn hottest(&self) -> &[HotLocation] {
        &self.measures().hot
    }

    /// The same to look at only.
    #[must_use]
    pub fn measures(&self) -> &Metrics {
        self.measured.get_or_init(|| {
            let mut measuring = Measuring::default();
            loop {
                if let Some(metrics) = measuring.advance(self) {
                    return metrics;
                }
            }
        })
    }
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
