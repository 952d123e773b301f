//! One word for what a transaction does.

use alloy_primitives::{Address, Selector};
use lanescope_executor::World;
use lanescope_protocol::scenario::Call;
use revm::context::TxEnv;
use revm::primitives::TxKind;

use crate::contracts;
use crate::names::Names;

/// Functions that many contracts share, by selector.
const WELL_KNOWN: [(u32, &str); 16] = [
    (0xa905_9cbb, "transfer"),
    (0x23b8_72dd, "transferFrom"),
    (0x095e_a7b3, "approve"),
    (0xd0e3_0db0, "deposit"),
    (0x2e1a_7d4d, "withdraw"),
    (0x4e71_d92d, "claim"),
    (0x1249_c58b, "mint"),
    (0xa071_2d68, "mint"),
    (0x40c1_0f19, "mint"),
    (0x022c_0d9f, "swap"),
    (0x128a_cb08, "swap"),
    (0x38ed_1739, "swap"),
    (0x7ff3_6ab5, "swap"),
    (0x18cb_afe5, "swap"),
    (0xac96_50d8, "multicall"),
    (0x3593_564c, "execute"),
];

/// `pay`, `deploy`, the function called, or `call` where nobody knows it.
pub(crate) fn word(env: &TxEnv, call: Option<&Call>, world: &World, names: &Names) -> String {
    let TxKind::Call(receiver) = env.kind else { return "deploy".to_owned() };
    if let Some(call) = call {
        return call.function.clone();
    }
    if !has_code(world, &receiver) || env.data.len() < 4 {
        // Ether without a function named, whether or not a contract takes it.
        return if env.value.is_zero() && has_code(world, &receiver) { "call" } else { "pay" }
            .to_owned();
    }
    let selector = Selector::from_slice(&env.data[..4]);
    let known = names
        .contract(&receiver)
        .and_then(|artefact| artefact.abi.function_by_selector(selector))
        .or_else(|| {
            contracts::all().iter().find_map(|known| known.abi.function_by_selector(selector))
        });
    if let Some(function) = known {
        return function.name.clone();
    }
    let number = u32::from_be_bytes(selector.0);
    let well_known = WELL_KNOWN.iter().find(|(known, _)| *known == number);
    well_known.map_or("call", |(_, name)| name).to_owned()
}

/// Whether code stands at an address before the block.
pub(crate) fn has_code(world: &World, address: &Address) -> bool {
    world
        .account(address)
        .and_then(|account| account.info.code.as_ref())
        .is_some_and(|code| !code.original_byte_slice().is_empty())
}
