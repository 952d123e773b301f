//! Why a transaction reverted, in words.

use alloy_dyn_abi::{DynSolValue, JsonAbiExt};
use alloy_json_abi::Error;
use alloy_primitives::{U256, hex};

use crate::contracts;
use crate::names::Names;
use crate::value;

/// `Error(string)` of Solidity's `require` and `revert`.
const ERROR: [u8; 4] = [0x08, 0xc3, 0x79, 0xa0];
/// `Panic(uint256)` of its own checks.
const PANIC: [u8; 4] = [0x4e, 0x48, 0x7b, 0x71];

/// The reason that a revert's data gives; empty if it gives none.
pub(super) fn revert(output: &[u8], names: &Names) -> String {
    let Some((selector, arguments)) = output.split_first_chunk::<4>() else {
        return if output.is_empty() { String::new() } else { hex::encode_prefixed(output) };
    };
    match *selector {
        ERROR => text(arguments).unwrap_or_else(|| short(output)),
        PANIC if arguments.len() == 32 => panic_reason(U256::from_be_slice(arguments)),
        _ => contracts::all()
            .iter()
            .flat_map(|artefact| artefact.abi.errors())
            .find(|error| error.selector().0 == *selector)
            .and_then(|error| custom(error, arguments, names))
            .unwrap_or_else(|| short(output)),
    }
}

/// The one string that ABI-encoded arguments hold.
fn text(arguments: &[u8]) -> Option<String> {
    let length = usize::try_from(U256::from_be_slice(arguments.get(32..64)?)).ok()?;
    let bytes = arguments.get(64..64_usize.checked_add(length)?)?;
    Some(value::shorten(&String::from_utf8_lossy(bytes)))
}

/// The codes of Solidity's documentation.
fn panic_reason(code: U256) -> String {
    match u64::try_from(code) {
        Ok(0x01) => "an assertion does not hold".to_owned(),
        Ok(0x11) => "a number overflows".to_owned(),
        Ok(0x12) => "a division by zero".to_owned(),
        Ok(0x21) => "a number stands for no enum value".to_owned(),
        Ok(0x22) => "a storage byte array is damaged".to_owned(),
        Ok(0x31) => "an empty array has no last element".to_owned(),
        Ok(0x32) => "an index is out of range".to_owned(),
        Ok(0x41) => "too much memory was asked for".to_owned(),
        Ok(0x51) => "a function was never set".to_owned(),
        _ => format!("panic {code:#x}"),
    }
}

fn custom(error: &Error, arguments: &[u8], names: &Names) -> Option<String> {
    let values = error.abi_decode_input(arguments).ok()?;
    let shown: Vec<_> = error
        .inputs
        .iter()
        .zip(&values)
        .map(|(input, value)| format!("{} {}", input.name, show(value, names)))
        .collect();
    let name = &error.name;
    Some(if shown.is_empty() { name.clone() } else { format!("{name}: {}", shown.join(", ")) })
}

fn show(value: &DynSolValue, names: &Names) -> String {
    match value {
        DynSolValue::Address(address) => names.account(address),
        DynSolValue::Uint(number, _) => number.to_string(),
        DynSolValue::Int(number, _) => number.to_string(),
        DynSolValue::Bool(value) => value.to_string(),
        DynSolValue::String(text) => value::shorten(text),
        other => other.as_word().map_or_else(String::new, |word| names.word(word.into())),
    }
}

/// Data that nobody can read: its beginning.
fn short(output: &[u8]) -> String {
    value::shorten(&hex::encode_prefixed(output))
}
