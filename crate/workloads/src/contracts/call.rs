//! Calldata from a function's name and arguments as text.

use alloy_dyn_abi::{DynSolType, DynSolValue, JsonAbiExt, Specifier};
use alloy_json_abi::{Function, Param};
use alloy_primitives::{B256, Bytes, I256, U256};
use lanescope_protocol::scenario::Call;

use super::{Artefact, list};
use crate::book::Book;
use crate::error::Problem;
use crate::value;

/// Encodes a call. Names of accounts and contracts stand for their addresses.
pub(crate) fn encode(artefact: &Artefact, call: &Call, book: &Book) -> Result<Bytes, Problem> {
    let function = choose(artefact, call)?;
    let mut values = Vec::with_capacity(call.arguments.len());
    for (index, (input, text)) in function.inputs.iter().zip(&call.arguments).enumerate() {
        let value = argument(input, text, book).map_err(|problem| match problem {
            // A missing account says enough by itself.
            Problem::UnknownAccount(_) | Problem::NotAnAddress(_) => Problem::Argument {
                position: index + 1,
                function: function.name.clone(),
                name: input.name.clone(),
                problem: Box::new(problem),
            },
            _ => Problem::WrongArgument {
                position: index + 1,
                function: function.name.clone(),
                name: input.name.clone(),
                kind: input.ty.clone(),
                text: value::shorten(text),
            },
        })?;
        values.push(value);
    }
    function.abi_encode_input(&values).map(Bytes::from).map_err(|error| {
        Problem::WrongShape(format!("{} cannot be encoded: {error}", function.signature()))
    })
}

fn choose<'a>(artefact: &'a Artefact, call: &Call) -> Result<&'a Function, Problem> {
    let overloads = artefact.abi.function(&call.function).map_or(&[][..], Vec::as_slice);
    let Some(first) = overloads.first() else {
        let info = artefact.info();
        return Err(Problem::UnknownFunction {
            contract: artefact.name.clone(),
            name: value::shorten(&call.function),
            known: list(info.functions.iter().map(|function| function.name.as_str())),
        });
    };
    let fits = |function: &&Function| function.inputs.len() == call.arguments.len();
    overloads.iter().find(fits).ok_or_else(|| Problem::WrongArgumentCount {
        signature: first.signature(),
        expected: match first.inputs.len() {
            0 => "no arguments".to_owned(),
            1 => "1 argument".to_owned(),
            count => format!("{count} arguments"),
        },
        found: call.arguments.len(),
    })
}

fn argument(input: &Param, text: &str, book: &Book) -> Result<DynSolValue, Problem> {
    let mismatch = || Problem::WrongValue { kind: input.ty.clone(), text: value::shorten(text) };
    let kind = input.resolve().map_err(|_| mismatch())?;
    match kind {
        DynSolType::Address => Ok(DynSolValue::Address(book.resolve(text.trim())?)),
        DynSolType::Uint(bits) => {
            let number = unsigned(text, bits).ok_or_else(mismatch)?;
            Ok(DynSolValue::Uint(number, bits))
        }
        DynSolType::Int(bits) => {
            let number = signed(text, bits).ok_or_else(mismatch)?;
            Ok(DynSolValue::Int(number, bits))
        }
        DynSolType::FixedBytes(size) => {
            let bytes = value::bytes(text)?;
            if bytes.len() != size {
                return Err(mismatch());
            }
            Ok(DynSolValue::FixedBytes(B256::right_padding_from(&bytes), size))
        }
        DynSolType::Bytes => Ok(DynSolValue::Bytes(value::bytes(text)?.to_vec())),
        DynSolType::String => Ok(DynSolValue::String(text.to_owned())),
        _ => kind.coerce_str(text.trim()).map_err(|_| mismatch()),
    }
}

/// A whole number of at most this many bits. Amounts with a unit are numbers, nothing is not.
pub(crate) fn unsigned(text: &str, bits: usize) -> Option<U256> {
    if text.trim().is_empty() {
        return None;
    }
    value::amount(text).ok().filter(|number| number.bit_len() <= bits)
}

/// A whole number that may be negative, of at most this many bits with its sign.
pub(crate) fn signed(text: &str, bits: usize) -> Option<I256> {
    let trimmed = text.trim();
    let number = match trimmed.strip_prefix('-') {
        Some(digits) => I256::checked_from_sign_and_abs(
            alloy_primitives::Sign::Negative,
            unsigned(digits, 256)?,
        ),
        None => I256::try_from(unsigned(trimmed, 256)?).ok(),
    }?;
    (number.bits() as usize <= bits).then_some(number)
}
