//! What transactions pay to the fee recipient.
//!
//! Every transaction pays, hardly any looks. So fees are no versions of the recipient's account:
//! they lie beside it, one per transaction, and are added up for whoever looks.

use std::sync::atomic::Ordering;

use lanescope_protocol::TxIndex;
use revm::primitives::U256;

use super::chunks::Chunks;
use crate::sync::{AtomicU64, Mutex, lock};

#[derive(Debug)]
pub(super) struct Fees {
    /// The latest incarnation's fee.
    each: Chunks<Fee>,
    /// The sum of the first so many, all of them final.
    settled: Mutex<(u32, U256)>,
}

/// A word in parts. Nobody reads it before its transaction is final, so the parts belong together.
#[derive(Debug, Default)]
struct Fee([AtomicU64; 4]);

impl Fees {
    pub(super) fn new(transactions: usize) -> Self {
        Self { each: Chunks::new(transactions), settled: Mutex::new((0, U256::ZERO)) }
    }

    pub(super) fn set(&self, tx: TxIndex, fee: U256) {
        let parts = &self.each.get(tx.get()).0;
        for (part, limb) in parts.iter().zip(fee.as_limbs()) {
            part.store(*limb, Ordering::Relaxed);
        }
    }

    /// What the transactions from `from` to below `to` pay, as far as they are final: those below
    /// `final_below` are. The others may still run again and pay another fee.
    pub(super) fn sum(&self, from: u32, to: u32, final_below: u32) -> U256 {
        let to = to.min(final_below);
        if from > 0 {
            return self.add_up(from, to);
        }
        let mut settled = lock(&self.settled);
        if settled.0 < final_below {
            settled.1 = settled.1.wrapping_add(self.add_up(settled.0, final_below));
            settled.0 = final_below;
        }
        let (count, sum) = *settled;
        drop(settled);
        if count == to { sum } else { self.add_up(0, to) }
    }

    fn add_up(&self, from: u32, to: u32) -> U256 {
        (from..to).fold(U256::ZERO, |sum, tx| {
            let parts = &self.each.get(tx as usize).0;
            let limbs = core::array::from_fn(|at| parts[at].load(Ordering::Relaxed));
            sum.wrapping_add(U256::from_limbs(limbs))
        })
    }
}
