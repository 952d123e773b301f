//! What the executor did, put together for people: names, reasons, checks against a header.

mod critical;
mod reason;

use lanescope_executor::fork::fork_name;
use lanescope_executor::{Location, Outcome, Receipt, Run, difference};
use lanescope_protocol::event::Status;
use lanescope_protocol::scenario::HeaderClaims;
use lanescope_protocol::trace::{
    Excluded, HeaderCheck, LocationInfo, LocationKind, Summary, TransactionInfo,
};
use lanescope_protocol::{Settings, Trace};

use crate::names::Names;
use crate::prepare::{Prepared, TransactionLabel};

/// Puts a run's trace together.
///
/// `sequential` is the same block's result on one lane, `sequential_ticks` what that took: gas on the
/// gas clock, nanoseconds on threads. The run is compared with it here. The first trace of a prepared
/// scenario runs the block once more, to learn what it hashes (see [`Names::learn`]).
#[must_use]
pub fn trace(
    prepared: &Prepared,
    settings: &Settings,
    sequential: &Outcome,
    sequential_ticks: u64,
    run: Run,
) -> Trace {
    prepared.names.learn(&prepared.block, &prepared.world);
    let class = settings.strategy.class();
    let harm = harm(sequential, &run);
    let identical = harm.is_none();
    let difference = match &run.replay {
        Some(replay) => difference(replay, &run.outcome),
        None => harm,
    };
    let critical_path_gas =
        critical::path_gas(&run, &prepared.block, settings, &sequential.receipts);
    let summary = Summary {
        title: prepared.title.clone(),
        seed: prepared.seed,
        settings: settings.clone(),
        makespan: run.makespan,
        sequential: sequential_ticks,
        gas_used: run.outcome.gas_used,
        executions: run.executions,
        aborts: run.aborts,
        wasted_gas: run.wasted_gas,
        class,
        class_holds: difference.is_none() || run.rejected.is_some(),
        identical,
        difference,
        order: run.order.iter().map(|tx| tx.0).collect(),
        excluded: run.excluded.into_iter().map(|(tx, why)| Excluded { tx: tx.0, why }).collect(),
        rejected: run.rejected,
        producer: run.producer,
        gas_limit: prepared.block.env.gas_limit,
        base_fee: prepared.block.env.basefee,
        fee_recipient: prepared.block.env.beneficiary.to_string(),
        fallback: run.fallback.map(|reason| reason as u8),
        receipts_root: run.outcome.receipts_root().to_string(),
        header_checks: prepared
            .header
            .as_ref()
            .map(|claims| header_checks(claims, &run.outcome))
            .unwrap_or_default(),
        critical_path_gas,
        fork: fork_name(prepared.block.spec).to_owned(),
    };
    let labels = prepared.transactions.iter();
    let transactions = labels
        .zip(&sequential.receipts)
        .map(|(label, receipt)| transaction(label, receipt, &prepared.names))
        .collect();
    let locations = run.recording.locations.iter();
    let locations = locations.map(|location| info(location, &prepared.names)).collect();
    Trace {
        summary,
        transactions,
        locations,
        events: run.recording.events,
        accesses: run.recording.accesses,
    }
}

/// Where the result differs from one lane in block order; transactions are compared by their place
/// in the block, whenever they committed.
fn harm(sequential: &Outcome, run: &Run) -> Option<String> {
    if let Some((first, why)) = run.excluded.first() {
        let others = run.excluded.len() - 1;
        let others = if others > 0 { format!(", and {others} more") } else { String::new() };
        return Some(format!("{first} is not in the result{others}: {why}"));
    }
    if run.order.is_empty() {
        return difference(sequential, &run.outcome);
    }
    difference(sequential, &run.outcome.in_block_order(&run.order))
}

/// Compares a result with what a real block's header claims, field by field. Fields that the header
/// does not hold are left out.
#[must_use]
pub fn header_checks(claims: &HeaderClaims, outcome: &Outcome) -> Vec<HeaderCheck> {
    let mut checks = Vec::new();
    let mut check = |field: &str, holds: bool| {
        checks.push(HeaderCheck { field: field.to_owned(), holds });
    };
    if let Some(gas_used) = claims.gas_used {
        check("gasUsed", gas_used == outcome.gas_used);
    }
    if !claims.logs_bloom.is_empty() {
        let bloom = outcome.logs_bloom().to_string();
        check("logsBloom", claims.logs_bloom.eq_ignore_ascii_case(&bloom));
    }
    if !claims.receipts_root.is_empty() {
        let root = outcome.receipts_root().to_string();
        check("receiptsRoot", claims.receipts_root.eq_ignore_ascii_case(&root));
    }
    checks
}

fn transaction(label: &TransactionLabel, receipt: &Receipt, names: &Names) -> TransactionInfo {
    let reverted = receipt.status == Status::Reverted;
    TransactionInfo {
        action: label.action.clone(),
        sender: label.sender.clone(),
        receiver: label.receiver.clone(),
        gas: receipt.gas_used,
        status: receipt.status as u8,
        reason: if reverted { reason::revert(&receipt.output, names) } else { String::new() },
    }
}

fn info(location: &Location, names: &Names) -> LocationInfo {
    let address = location.address();
    let field = |field: &str| format!("{}.{field}", names.account(&address));
    let (key, name) = match location {
        Location::Balance(_) => (String::new(), field("balance")),
        Location::Nonce(_) => (String::new(), field("nonce")),
        Location::Code(_) => (String::new(), field("code")),
        Location::StorageReset(_) => (String::new(), field("storage cleared")),
        Location::Slot(_, key) => (format!("{key:#x}"), names.slot(&address, *key)),
    };
    let kind: LocationKind = location.kind();
    LocationInfo { kind, address: format!("{address:#x}"), key, name }
}
