//! Numbers that people can say: "96 k gas", "2.7×", "1.2 ms", "31 %". Never six digits.

use lanescope_protocol::Clock;
use lanescope_protocol::trace::LocationKind;

/// A number with at most three significant digits and a factor: `0`, `96 k`, `1.25 M`, `3.4 G`.
#[must_use]
pub fn short(number: f64) -> String {
    let number = if number.is_finite() { number } else { 0.0 };
    let (mut scaled, mut factor) = (number, 0);
    while scaled.abs() >= 999.5 && factor < FACTORS.len() - 1 {
        scaled /= 1000.0;
        factor += 1;
    }
    format!("{}{}", digits(scaled), FACTORS[factor])
}

const FACTORS: [&str; 6] = ["", " k", " M", " G", " T", " P"];

/// Up to three significant digits, without trailing zeros.
fn digits(number: f64) -> String {
    let places = match number.abs() {
        n if n >= 99.95 => 0,
        n if n >= 9.995 => 1,
        n if n > 0.0 => 2,
        _ => 0,
    };
    let text = format!("{number:.places$}");
    if !text.contains('.') {
        return text;
    }
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// An amount of gas: `96 k gas`.
#[must_use]
pub fn gas(gas: f64) -> String {
    format!("{} gas", short(gas))
}

/// A time in nanoseconds: `850 ns`, `12 µs`, `1.2 ms`, `3 s`.
#[must_use]
pub fn nanoseconds(ns: f64) -> String {
    let ns = if ns.is_finite() { ns } else { 0.0 };
    let (scale, unit) = match ns.abs() {
        n if n < 999.5 => (1.0, "ns"),
        n if n < 999_500.0 => (1e3, "µs"),
        n if n < 999_500_000.0 => (1e6, "ms"),
        _ => (1e9, "s"),
    };
    format!("{} {unit}", digits(ns / scale))
}

/// Milliseconds: `1.2 ms`.
#[must_use]
pub fn milliseconds(ms: f64) -> String {
    nanoseconds(ms * 1e6)
}

/// A length or moment on the time axis, with its unit: `96 k gas` or `1.2 ms`.
#[must_use]
pub fn ticks(clock: Clock, ticks: f64) -> String {
    match clock {
        Clock::Gas => gas(ticks),
        Clock::Threads => nanoseconds(ticks),
    }
}

/// As [`ticks`], but short enough for a bar or an axis: gas has no unit there (`96 k`).
#[must_use]
pub fn ticks_short(clock: Clock, ticks: f64) -> String {
    match clock {
        Clock::Gas => short(ticks),
        Clock::Threads => nanoseconds(ticks),
    }
}

/// How many times: `2.7×`, `0.94×`, `12×`.
#[must_use]
pub fn times(factor: f64) -> String {
    format!("{}×", factor_digits(factor))
}

fn factor_digits(factor: f64) -> String {
    let factor = if factor.is_finite() { factor } else { 0.0 };
    let text = match factor {
        f if f >= 99.5 => short(f),
        f if f >= 9.95 => format!("{f:.0}"),
        f if f >= 0.995 => format!("{f:.1}"),
        f => format!("{f:.2}"),
    };
    text.strip_suffix(".0").map_or(text.clone(), ToOwned::to_owned)
}

/// A speed-up in words that a comparison can follow: `2.7 times faster than`, `as fast as`,
/// `1.2 times slower than`.
#[must_use]
pub fn speed_words(speedup: f64) -> String {
    match speedup {
        s if !(s.is_finite() && s > 0.0) => "not compared with".to_owned(),
        s if s >= 1.05 => format!("{} times faster than", factor_digits(s)),
        s if s > 0.95 => "as fast as".to_owned(),
        s => format!("{} times slower than", factor_digits(1.0 / s)),
    }
}

/// A share between 0 and 1: `31 %`, `0.4 %`.
#[must_use]
pub fn percent(share: f64) -> String {
    let percent = if share.is_finite() { share * 100.0 } else { 0.0 };
    let text = match percent {
        p if p > 0.0 && p < 0.1 => "under 0.1".to_owned(),
        p if p > 0.0 && p < 0.95 => format!("{p:.1}"),
        p => format!("{p:.0}"),
    };
    format!("{text} %")
}

/// A count with its noun: `1 lane`, `12 transactions`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{} {noun}s", grouped(number as u128)) }
}

/// Digits in groups of three from 10,000 on: `1234`, `12,345`.
#[must_use]
pub fn grouped(number: u128) -> String {
    let text = number.to_string();
    if text.len() < 5 {
        return text;
    }
    let mut out = String::with_capacity(text.len() + text.len() / 3);
    for (at, digit) in text.chars().enumerate() {
        if at > 0 && (text.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A position in a list: `1st`, `2nd`, `3rd`, `11th`.
#[must_use]
pub fn ordinal(number: usize) -> String {
    let suffix = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

/// A small number as a word at the start of a sentence: `Three`, `12`.
#[must_use]
pub fn number_word(number: usize) -> String {
    const WORDS: [&str; 13] = [
        "No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten",
        "Eleven", "Twelve",
    ];
    WORDS.get(number).map_or_else(|| grouped(number as u128), |word| (*word).to_owned())
}

/// A location's value, big endian, for people: ether for balances, decimal where that is short,
/// else the first and last digits in hex.
#[must_use]
pub fn value(kind: LocationKind, value: &[u8; 32]) -> String {
    match (kind, small(value)) {
        (LocationKind::Balance, Some(wei)) => ether(wei),
        (LocationKind::Code, _) => short_hex(value),
        (LocationKind::StorageReset, _) => "cleared".to_owned(),
        (_, Some(number)) if number < LONG => grouped(number),
        (_, Some(number)) if number < PACKED => scientific(number),
        _ => short_hex(value),
    }
}

/// Above this, grouped digits are too long to read.
const LONG: u128 = 1_000_000_000_000;

/// From here on, a word more probably holds several packed fields than one amount.
const PACKED: u128 = 1 << 112;

/// The value as a number, if it has at most 16 bytes.
fn small(value: &[u8; 32]) -> Option<u128> {
    let (high, low) = value.split_at(16);
    let low: [u8; 16] = low.try_into().ok()?;
    high.iter().all(|byte| *byte == 0).then(|| u128::from_be_bytes(low))
}

/// `1.5 × 10^18`; with `≈` in front where digits are left out.
fn scientific(number: u128) -> String {
    const DIGITS: usize = 6;
    let text = number.to_string();
    let head = text.trim_end_matches('0');
    let mark = if head.len() > DIGITS { "≈ " } else { "" };
    let (first, rest) = head[..head.len().min(DIGITS)].split_at(1);
    let dot = if rest.is_empty() { "" } else { "." };
    format!("{mark}{first}{dot}{rest} × 10^{}", text.len() - 1)
}

/// Wei as ether with up to six places, small amounts as gwei or wei.
#[must_use]
pub fn ether(wei: u128) -> String {
    const ETHER: u128 = 1_000_000_000_000_000_000;
    const GWEI: u128 = 1_000_000_000;
    match wei {
        0 => "0 ether".to_owned(),
        w if w < GWEI / 1000 => format!("{} wei", grouped(w)),
        w if w < ETHER / 100_000 => format!("{} gwei", decimal(w, GWEI, 9, 3)),
        w => format!("{} ether", decimal(w, ETHER, 18, 6)),
    }
}

/// `number / unit` where `unit` is a one with `zeros` zeros, with at most `places` places.
fn decimal(number: u128, unit: u128, zeros: usize, places: usize) -> String {
    let whole = grouped(number / unit);
    let rest = format!("{:0zeros$}", number % unit);
    let rest = rest.get(..places).unwrap_or("").trim_end_matches('0');
    if rest.is_empty() { whole } else { format!("{whole}.{rest}") }
}

/// `0x1a2b…9c0d`, without leading zero bytes; short values in full.
#[must_use]
pub fn short_hex(bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let hex = hex.trim_start_matches('0');
    match (hex.get(..4), hex.len().checked_sub(4).and_then(|at| hex.get(at..))) {
        (Some(head), Some(tail)) if hex.len() > 12 => format!("0x{head}…{tail}"),
        _ if hex.is_empty() => "0".to_owned(),
        _ => format!("0x{hex}"),
    }
}
