//! Measures a film in turns of a few milliseconds.

use core::mem::take;

use lanescope_protocol::chains::ReadChains;

use super::{
    Bounds, FaultCosts, HotLocation, LaneUse, Latency, Metrics, Structure, lane_time, ratio,
};
use crate::bar::{Ending, Fate};
use crate::film::Film;

/// Bars that are counted in one turn.
const BARS: usize = 1 << 15;

/// A measurement that goes on.
#[derive(Debug, Default)]
pub(crate) struct Measuring {
    turn: Turn,
    tally: Tally,
    lane_use: Vec<LaneUse>,
    chains: Option<ReadChains>,
    structure: Option<Structure>,
    bounds: Bounds,
    hot: Vec<HotLocation>,
    latency: Option<Latency>,
    rank_displacement: Option<f64>,
    faults: FaultCosts,
}

/// What comes next.
#[derive(Clone, Copy, Debug, Default)]
enum Turn {
    #[default]
    Bars,
    Lanes,
    Chains,
    Structure,
    Bounds,
    Slots,
    Accounts,
    Hot,
    Latency,
    Order,
    Faults,
    Rest,
}

/// Counts of bars, as far as they have been looked at.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    seen: usize,
    executions: usize,
    aborts: usize,
    suspensions: usize,
    skipped: usize,
    wasted_gas: u64,
}

impl Measuring {
    /// Goes on. Answers the numbers once all are there.
    pub(crate) fn advance(&mut self, film: &Film) -> Option<Metrics> {
        match self.turn {
            Turn::Bars => {
                let rest = film.bars().get(self.tally.seen..).unwrap_or(&[]);
                for bar in rest.iter().take(BARS) {
                    self.tally.executions += usize::from(bar.status().is_some());
                    self.tally.aborts += usize::from(bar.fate() == Fate::Aborted);
                    self.tally.skipped += usize::from(bar.fate() == Fate::Skipped);
                    let suspended = matches!(bar.ending, Ending::Suspended { .. });
                    self.tally.suspensions += usize::from(suspended);
                    self.tally.wasted_gas += film.wasted_gas(bar);
                }
                self.tally.seen += BARS;
                if rest.len() <= BARS {
                    self.turn = Turn::Lanes;
                }
            }
            Turn::Lanes => match film.lane_time(self.lane_use.len()) {
                Some(lane) => self.lane_use.push(lane),
                None => self.turn = Turn::Chains,
            },
            Turn::Chains => {
                self.chains = film.chains();
                self.turn = Turn::Structure;
            }
            Turn::Structure => {
                self.structure = self.chains.as_ref().map(|chains| film.structure(chains));
                self.turn = Turn::Bounds;
            }
            Turn::Bounds => {
                self.bounds = film.bounds_from(self.chains.as_ref());
                self.turn = Turn::Slots;
            }
            Turn::Slots => {
                self.bounds.lock_slot = film.slot_bound();
                self.turn = Turn::Accounts;
            }
            Turn::Accounts => {
                self.bounds.lock_account = film.account_bound();
                self.turn = Turn::Hot;
            }
            Turn::Hot => {
                self.hot = film.hot_locations();
                self.turn = Turn::Latency;
            }
            Turn::Latency => {
                self.latency = film.latency();
                self.turn = Turn::Order;
            }
            Turn::Order => {
                self.rank_displacement = film.rank_displacement();
                self.turn = Turn::Faults;
            }
            Turn::Faults => {
                self.faults = film.fault_costs();
                self.turn = Turn::Rest;
            }
            Turn::Rest => return Some(self.metrics(film)),
        }
        None
    }

    fn metrics(&mut self, film: &Film) -> Metrics {
        let Tally { executions, aborts, suspensions, skipped, wasted_gas, .. } = self.tally;
        let lanes = film.lanes();
        let summary = film.summary();
        let makespan = film.makespan();
        let sequential = summary.map_or(0, |s| s.sequential);
        let gas_used = summary.map_or(0, |s| s.gas_used) as f64;
        let wasted = wasted_gas as f64;
        let lane_use = take(&mut self.lane_use);
        let lane_sum: LaneUse = lane_use.iter().copied().sum();
        let room = lanes as f64 * makespan as f64;
        let critical_path = film.critical_path();
        let ran = executions as f64;
        let producer = summary.map_or(0, |s| s.producer);
        let rejected = summary.is_some_and(|s| s.rejected.is_some());
        Metrics {
            transactions: film.transaction_count(),
            lanes,
            makespan,
            sequential,
            speedup: if rejected { 0.0 } else { ratio(sequential as f64, makespan as f64) },
            efficiency: ratio(sequential as f64, room),
            producer,
            system_speedup: summary.and_then(|s| s.system_speedup()),
            executions,
            aborts,
            abort_rate: ratio(aborts as f64, ran.max(aborts as f64)),
            reexecution_factor: ratio(ran, film.transaction_count() as f64),
            suspensions,
            wasted_gas,
            wasted_share: ratio(wasted, wasted + gas_used),
            waste_ratio: ratio(wasted, gas_used),
            utilisation: ratio(lane_sum.busy() as f64, room).min(1.0),
            imbalance: lane_time::imbalance(&lane_use),
            energy: film.energy(&lane_sum),
            lane_use,
            lane_sum,
            latency: self.latency,
            structure: self.structure,
            bounds: self.bounds,
            critical_path,
            ideal_speedup: critical_path.map(|path| ratio(sequential as f64, path)),
            perfect: ratio(sequential as f64, lanes as f64),
            hot: take(&mut self.hot),
            rank_displacement: self.rank_displacement,
            locking: film.locking(&lane_sum),
            skipped,
            faults: self.faults,
            base_fee: film.base_fee(),
        }
    }
}
