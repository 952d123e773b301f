//! From text to values: amounts, hex, addresses.

use alloy_primitives::{Address, B256, Bytes, U256, hex};

use crate::error::Problem;

/// An amount in wei: `1000`, `0x3e8`, `1.5 ether`, `20 gwei`. Nothing means 0.
pub(crate) fn amount(text: &str) -> Result<U256, Problem> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Ok(U256::ZERO);
    }
    if let Some(digits) = trimmed.strip_prefix("0x") {
        return hex_number(trimmed, digits);
    }
    let (number, decimals) = match trimmed.split_once(char::is_whitespace) {
        None => (trimmed, 0),
        Some((number, unit)) => (number, decimals_of(unit.trim()).ok_or_else(|| not_amount(text))?),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let dangling = number.ends_with('.') || whole.is_empty();
    if dangling || !digits_only(whole) || !digits_only(fraction) {
        return Err(not_amount(text));
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > decimals && decimals == 0 {
        // Most likely the unit was forgotten.
        return Err(not_amount(text));
    }
    if fraction.len() > decimals {
        return Err(Problem::TooFine(trimmed.to_owned()));
    }
    // The number without its point, in wei.
    let digits = format!("{whole}{fraction:0<decimals$}");
    U256::from_str_radix(&digits, 10).map_err(|_| Problem::TooLarge(trimmed.to_owned()))
}

/// An amount that must fit into a smaller type.
pub(crate) fn small<T: TryFrom<U256>>(text: &str) -> Result<T, Problem> {
    T::try_from(amount(text)?).map_err(|_| Problem::TooLargeForField(text.trim().to_owned()))
}

/// Bytes in hex, with or without `0x`.
pub(crate) fn bytes(text: &str) -> Result<Bytes, Problem> {
    let trimmed = text.trim();
    let digits = trimmed.strip_prefix("0x").unwrap_or(trimmed);
    let fault = |reason| Problem::NotHex { text: shorten(trimmed), reason };
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(fault("only the digits 0-9 and a-f are allowed"));
    }
    if !digits.len().is_multiple_of(2) {
        return Err(fault("a byte takes two digits, and one digit is left over"));
    }
    hex::decode(digits).map(Bytes::from).map_err(|_| fault("it cannot be read"))
}

/// 32 bytes in hex.
pub(crate) fn word(text: &str) -> Result<B256, Problem> {
    let bytes = bytes(text)?;
    B256::try_from(bytes.as_ref()).map_err(|_| Problem::WrongLength {
        text: shorten(text.trim()),
        found: bytes.len(),
        expected: 32,
    })
}

/// 20 bytes in hex, with `0x`.
pub(crate) fn address(text: &str) -> Result<Address, Problem> {
    let trimmed = text.trim();
    let fault = || Problem::NotAnAddress(shorten(trimmed));
    let digits = trimmed.strip_prefix("0x").ok_or_else(fault)?;
    // By length of text first: `hex` would accept a second prefix.
    if digits.len() != 40 {
        return Err(fault());
    }
    let mut address = Address::ZERO;
    hex::decode_to_slice(digits, address.as_mut_slice()).map_err(|_| fault())?;
    Ok(address)
}

/// Long text cut to what fits into a sentence.
pub(crate) fn shorten(text: &str) -> String {
    const MOST: usize = 66;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let start: String = text.chars().take(MOST - 20).collect();
    format!("{start}…")
}

fn hex_number(text: &str, digits: &str) -> Result<U256, Problem> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(not_amount(text));
    }
    U256::from_str_radix(digits, 16).map_err(|_| Problem::TooLarge(shorten(text)))
}

fn decimals_of(unit: &str) -> Option<usize> {
    match unit {
        "wei" => Some(0),
        "gwei" => Some(9),
        "ether" | "eth" => Some(18),
        _ => None,
    }
}

fn not_amount(text: &str) -> Problem {
    Problem::NotAnAmount(shorten(text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_in_every_notation() {
        for (text, wei) in [
            ("", 0_u64),
            ("0", 0),
            ("1000", 1000),
            ("0x3e8", 1000),
            (" 7 wei ", 7),
            ("20 gwei", 20_000_000_000),
            ("1.5 ether", 1_500_000_000_000_000_000),
            ("1.50 ether", 1_500_000_000_000_000_000),
            ("2 eth", 2_000_000_000_000_000_000),
            ("0.000000001 gwei", 1),
            ("3.0", 3),
        ] {
            assert_eq!(amount(text), Ok(U256::from(wei)), "{text}");
        }
        assert_eq!(amount(&U256::MAX.to_string()), Ok(U256::MAX));
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in
            ["x", "1.5", "1. ether", ".5 ether", "1 dollar", "-1", "1e18", "0x", "0xg", "1,5 ether"]
        {
            assert!(amount(text).is_err(), "{text}");
        }
        let too_large = format!("{}0", U256::MAX);
        assert!(matches!(amount(&too_large), Err(Problem::TooLarge(_))));
        assert!(matches!(
            amount("1000000000000000000000000000000000000000000000000000000000000 ether"),
            Err(Problem::TooLarge(_))
        ));
        assert!(matches!(small::<u64>("20 ether"), Err(Problem::TooLargeForField(_))));
    }

    #[test]
    fn addresses_and_words_have_their_length() {
        assert!(address("0x00000000000000000000000000000000000000aa").is_ok());
        for text in [
            "",
            "0x",
            "00000000000000000000000000000000000000aa",
            "0x0x000000000000000000000000000000000000aa",
            "0xzz000000000000000000000000000000000000aa",
        ] {
            assert!(address(text).is_err(), "{text}");
        }
        assert!(word("0x12").is_err());
        assert_eq!(bytes("0x").unwrap().len(), 0);
        assert!(bytes("0x123").is_err());
    }
}
