//! The longest chain of transactions that must follow each other.

use alloy_primitives::map::AddressSet;
use lanescope_executor::{Block, Location, Receipt, Recording};
use lanescope_protocol::event::AccessKind;
use lanescope_protocol::{EventKind, Incarnation};

/// Gas of the longest chain in which each transaction reads what the one before wrote: no number of
/// lanes runs the block faster.
///
/// Counted are the reads of committed incarnations, by the version that they saw: a read of an older
/// version that held the right value did not have to wait. Amounts that were only added (fees of the
/// fee recipient) are no reads, so they order nobody until somebody looks at the sum. Nonces of
/// accounts that send transactions are left out: every transaction states its own, so nobody has to
/// wait to learn it; nonces of contracts that create contracts count. Where reads were not recorded
/// because the block fell back to one lane, every transaction follows the one before.
pub(super) fn path_gas(
    recording: &Recording,
    block: &Block,
    receipts: &[Receipt],
    fell_back: bool,
) -> u64 {
    if fell_back {
        return receipts.iter().map(|receipt| receipt.gas_used).sum();
    }
    let mut committed: Vec<Option<Incarnation>> = vec![None; receipts.len()];
    for event in &recording.events {
        if let (EventKind::Committed, Some(tx)) = (event.kind, event.tx)
            && let Some(slot) = committed.get_mut(tx.get())
        {
            *slot = Some(event.incarnation);
        }
    }
    let senders: AddressSet = block.transactions.iter().map(|tx| tx.caller).collect();
    let counts = |location: Option<&Location>| match location {
        Some(Location::Nonce(address)) => !senders.contains(address),
        other => other.is_some(),
    };
    // Accesses are sorted by transaction, and versions point backwards: one pass is enough.
    let mut before = vec![0_u64; receipts.len()];
    let mut ends: Vec<u64> = Vec::with_capacity(receipts.len());
    let mut accesses = recording.accesses.iter().peekable();
    for (index, receipt) in receipts.iter().enumerate() {
        while let Some(access) = accesses.next_if(|access| access.by.tx.get() <= index) {
            let is_final = committed[index] == Some(access.by.incarnation);
            let is_read = access.kind == AccessKind::Read && access.by.tx.get() == index;
            let Some(writer) = access.saw.filter(|_| is_final && is_read) else { continue };
            if counts(recording.locations.get(access.location.get())) {
                let end = ends.get(writer.tx.get()).copied().unwrap_or_default();
                before[index] = before[index].max(end);
            }
        }
        ends.push(before[index] + receipt.gas_used);
    }
    ends.into_iter().max().unwrap_or_default()
}
