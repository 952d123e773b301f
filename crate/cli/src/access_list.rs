//! `lanescope access-list`.

use anyhow::Result;
use lanescope_executor::{BlockAccessList, run_sequential_listed};
use serde_json::json;

use crate::arguments::RunArguments;
use crate::source;

/// Gas that one account or slot of the list stands for (EIP-7928).
const ITEM_GAS: u64 = alloy_eip7928::ITEM_COST as u64;

/// Runs a block on one lane and describes what it touched.
pub(crate) fn list(arguments: &RunArguments) -> Result<String> {
    let prepared = source::load(arguments)?;
    let (_, list) = run_sequential_listed(&prepared.block, &prepared.world)?;
    let mut bytes = Vec::new();
    alloy_rlp::Encodable::encode(&list, &mut bytes);
    if arguments.json {
        return as_json(&list, bytes.len());
    }
    let gas_limit = prepared.block.env.gas_limit;
    Ok(as_text(&list, &prepared.title, bytes.len(), gas_limit))
}

/// The list as nodes write it, with its hash and its size.
fn as_json(list: &BlockAccessList, bytes: usize) -> Result<String> {
    let value = json!({
        "hash": list.compute_hash(),
        "bytes": bytes,
        "accounts": list,
    });
    Ok(format!("{}\n", serde_json::to_string_pretty(&value)?))
}

fn as_text(list: &BlockAccessList, title: &str, bytes: usize, gas_limit: u64) -> String {
    let counts = list.change_counts();
    let most = gas_limit / ITEM_GAS;
    [
        format!("{title}: block-level access list (EIP-7928)"),
        format!("accounts  {}", list.account_count()),
        format!(
            "slots     {}: {} changed, {} only read",
            list.total_slots(),
            list.total_storage_changes(),
            list.total_storage_reads()
        ),
        format!(
            "changes   {} balances, {} nonces, {} codes",
            counts.balance, counts.nonce, counts.code
        ),
        format!(
            "items     {} of at most {most} under the block's gas limit",
            list.total_bal_items()
        ),
        format!("size      {bytes} bytes"),
        format!("hash      {}", list.compute_hash()),
        String::new(),
    ]
    .join("\n")
}
