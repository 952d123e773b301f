//! U8: ether is neither made nor lost.

use std::collections::BTreeMap;

use lanescope_protocol::event::AccessKind;
use lanescope_protocol::trace::LocationKind;
use lanescope_protocol::{Access, Class, EventKind, LocationId, Trace};
use revm::primitives::U256;

use super::{finals, is_balance, is_final};

/// U8: all balances together change, in each committed transaction, by the base fee that it burns
/// (EIP-1559), and by nothing else.
///
/// Where nobody detects conflicts, updates are lost, and ether with them: that is what such a run
/// shows. Not checked of real blocks, which burn more (blobs), nor of transactions that clear an account:
/// ether that an account holds when it dies is gone.
pub(super) fn ether_is_conserved(trace: &Trace) -> Result<(), String> {
    let summary = &trace.summary;
    let loses = summary.class == Class::Nothing;
    if loses || trace.accesses.is_empty() || !summary.header_checks.is_empty() {
        return Ok(());
    }
    let finals = finals(trace);
    let committed = trace.events.iter().filter(|event| event.kind == EventKind::Committed);
    let gas: BTreeMap<_, _> = committed.map(|event| (event.tx, u64::from(event.gas))).collect();
    for own in trace.accesses.chunk_by(|one, two| one.by == two.by) {
        let Some(by) = own.first().map(|access| access.by) else { continue };
        if !is_final(&finals, by) || own.iter().any(|access| clears(trace, access)) {
            continue;
        }
        let gas = gas.get(&Some(by.tx)).copied().unwrap_or_default();
        let burnt = U256::from(summary.base_fee) * U256::from(gas);
        let change = change(trace, own).ok_or_else(|| {
            format!("U8: {by} writes a balance that it has not read, so nobody knows what it adds")
        })?;
        if change.wrapping_add(burnt) != U256::ZERO {
            return Err(format!(
                "U8: {by} burns {burnt} wei, but all balances change by {change:#x}"
            ));
        }
    }
    Ok(())
}

fn clears(trace: &Trace, access: &Access) -> bool {
    let kind = trace.locations.get(access.location.get()).map(|known| known.kind);
    access.kind == AccessKind::Write && kind == Some(LocationKind::StorageReset)
}

/// What an incarnation adds to all balances together, modulo 2^256.
fn change(trace: &Trace, own: &[Access]) -> Option<U256> {
    let value = |access: &Access| U256::from_be_bytes(access.value);
    let mut sum = U256::ZERO;
    let mut read: BTreeMap<LocationId, U256> = BTreeMap::new();
    for access in own.iter().filter(|access| is_balance(trace, access.location)) {
        match access.kind {
            AccessKind::Read => drop(read.insert(access.location, value(access))),
            AccessKind::Add => sum = sum.wrapping_add(value(access)),
            AccessKind::Write => {
                let before = read.get(&access.location)?;
                sum = sum.wrapping_add(value(access)).wrapping_sub(*before);
            }
            AccessKind::AtLeast | AccessKind::Below => {}
        }
    }
    Some(sum)
}
