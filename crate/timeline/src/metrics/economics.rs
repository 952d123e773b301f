//! What a run would mean for fees and for the electricity bill. Both are models with assumptions,
//! which are named, printed and never hidden in a number.

use lanescope_protocol::Rules;
use lanescope_protocol::trace::Summary;

use super::{LaneUse, ratio};
use crate::film::Film;
use crate::format;

/// A block's gas target is its limit divided by this (EIP-1559, `ELASTICITY_MULTIPLIER`).
const ELASTICITY_MULTIPLIER: u64 = 2;
/// The base fee moves by at most one part in so many (EIP-1559,
/// `BASE_FEE_MAX_CHANGE_DENOMINATOR`).
const MAX_CHANGE_DENOMINATOR: u128 = 8;
/// The most gas of one transaction since Fusaka (EIP-7825): 2^24.
const TRANSACTION_GAS_MAX: u64 = 1 << 24;
/// `ε`: by so many percent demand falls where the price rises by one. Ours; nobody knows it.
const DEMAND_ELASTICITY: f64 = 1.0;
/// The least that optimistic engines gain: on a fully serial chain one lane was faster (Grevm 2.1
/// report).
const WORST_OPTIMISTIC: f64 = 0.7;
/// The same for rounds with barriers, in a model of fully serial blocks.
const WORST_ROUNDS: f64 = 0.6;
/// What a machine draws however little it does, in watts. Ours: a small server.
const IDLE_WATTS: f64 = 50.0;
/// What one busy core draws on top, in watts. Ours.
const CORE_WATTS: f64 = 10.0;

/// What this block does to the base fee, and what a higher gas limit would. Fees in wei per gas.
///
/// Running in parallel does not change the base fee: that depends on gas and target alone. Only a
/// higher gas limit does, and a limit is safe only if the worst block of that size still runs in time;
/// so it may grow by the strategy's worst-case speed-up, never by the average one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BaseFee {
    /// `b`: of this block.
    pub now: u64,
    /// Of the next: `b · (1 + (gas − target) / (8 · target))`, rounded as EIP-1559 says, at least one
    /// wei more where gas exceeds the target.
    pub next: u64,
    /// Gas limit / 2.
    pub target: u64,
    /// What the strategy gains on the worst block for it, on these lanes. `None`: it gives no valid
    /// result.
    pub worst_speedup: Option<f64>,
    /// The gas limit times the worst-case speed-up, if that is above 1; else the gas limit.
    pub safe_limit: u64,
    /// `ε` of the demand model `D(b) = D0 · (b / b0)^−ε`, where this block is `D0` at `b0`.
    pub elasticity: f64,
    /// `b* = b0 · (D0 / target)^(1/ε)`: where demand meets the target.
    pub equilibrium: f64,
    /// The same with the target of the safe limit.
    pub equilibrium_raised: f64,
}

impl BaseFee {
    /// The assumptions, in words.
    #[must_use]
    pub fn assumptions(&self) -> String {
        let Some(worst) = self.worst_speedup else {
            return "A strategy without valid results justifies no gas limit.".to_owned();
        };
        format!(
            "Assumed: demand falls by {} % where the price rises by 1 %; a gas limit may grow by the worst-case speed-up ({}), not by this run's.",
            self.elasticity,
            format::times(worst),
        )
    }
}

/// Energy of one machine that runs the block and then sleeps, relative to the same machine on one
/// lane: `(P_idle · TN + P_core · Σ busy) / ((P_idle + P_core) · T1)`. Consensus, disks and networks
/// are left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Energy {
    /// Below 1: less than on one lane.
    pub index: f64,
    /// Share of the machine's own draw in it, 0 to 1; the rest are busy cores.
    pub idle_share: f64,
}

impl Energy {
    /// The assumptions, in words.
    #[must_use]
    pub fn assumptions() -> String {
        format!(
            "Assumed: a machine draws {IDLE_WATTS} W however little it does, and {CORE_WATTS} W more for each busy lane; producers, disks and consensus are left out."
        )
    }
}

impl Film {
    pub(super) fn base_fee(&self) -> Option<BaseFee> {
        let summary = self.summary()?;
        let target = summary.gas_limit / ELASTICITY_MULTIPLIER;
        if summary.base_fee == 0 || target == 0 {
            return None;
        }
        let rules = &self.settings().strategy.rules;
        let worst_speedup = worst_speedup(rules, self.lanes(), summary.gas_limit);
        let raise = worst_speedup.unwrap_or(1.0).max(1.0);
        let equilibrium = |target: f64| {
            let demand = summary.gas_used as f64 / target;
            summary.base_fee as f64 * demand.powf(1.0 / DEMAND_ELASTICITY)
        };
        Some(BaseFee {
            now: summary.base_fee,
            next: next_base_fee(summary, target),
            target,
            worst_speedup,
            safe_limit: (summary.gas_limit as f64 * raise) as u64,
            elasticity: DEMAND_ELASTICITY,
            equilibrium: equilibrium(target as f64),
            equilibrium_raised: equilibrium(target as f64 * raise),
        })
    }

    pub(super) fn energy(&self, sum: &LaneUse) -> Option<Energy> {
        let summary = self.summary().filter(|s| s.sequential > 0 && s.makespan > 0)?;
        let idle = IDLE_WATTS * summary.makespan as f64;
        let all = idle + CORE_WATTS * sum.busy() as f64;
        let one_lane = (IDLE_WATTS + CORE_WATTS) * summary.sequential as f64;
        Some(Energy { index: ratio(all, one_lane), idle_share: ratio(idle, all) })
    }
}

/// EIP-1559, in whole numbers as the specification writes it.
fn next_base_fee(summary: &Summary, target: u64) -> u64 {
    let (used, fee) = (summary.gas_used, summary.base_fee);
    let step = |apart: u64| {
        let by = u128::from(fee) * u128::from(apart) / u128::from(target) / MAX_CHANGE_DENOMINATOR;
        u64::try_from(by).unwrap_or(u64::MAX)
    };
    if used > target {
        fee.saturating_add(step(used - target).max(1))
    } else {
        fee.saturating_sub(step(target - used))
    }
}

/// What a strategy gains on a block made to hurt it: one in which every transaction needs the one
/// before; under access lists, one with as few and large transactions as EIP-7825 allows.
fn worst_speedup(rules: &Rules, lanes: usize, gas_limit: u64) -> Option<f64> {
    match rules {
        Rules::Naive => None,
        Rules::Sequential | Rules::DeclaredLocks(_) | Rules::OwnedShared(_) => Some(1.0),
        Rules::BlockStm(_) | Rules::InOrderMerge(_) | Rules::DependencyGraph(_) => {
            Some(WORST_OPTIMISTIC)
        }
        Rules::Rounds(_) => Some(WORST_ROUNDS),
        Rules::AccessList(_) => {
            let largest = gas_limit as f64 / TRANSACTION_GAS_MAX as f64;
            Some(largest.clamp(1.0, (lanes as f64).max(1.0)))
        }
    }
}
