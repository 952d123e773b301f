//! Numbers as people type them: `90k`, `>1.5m`, `20k-90k`, `3 ms`.

use crate::format;

/// Which numbers are meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bounds {
    /// Those that are written like this one: `96k` means every number that is shown as 96 k.
    Like(f64),
    /// Those from the first to the second, both included; either may be infinite.
    Within(f64, f64),
    /// Those above.
    Above(f64),
    /// Those below.
    Under(f64),
}

/// From a number to bounds.
type Make = fn(f64) -> Bounds;

impl Bounds {
    /// Reads bounds of amounts: gas or a time.
    #[must_use]
    pub fn amounts(text: &str) -> Option<Self> {
        Self::read(text, amount)
    }

    /// Reads bounds of whole numbers, with `prefix` allowed in front of each: `3-9`, `T3-T9`.
    #[must_use]
    pub fn numbers(text: &str, prefix: char) -> Option<Self> {
        let number = |text: &str| {
            let text = text.trim();
            let rest =
                text.strip_prefix([prefix.to_ascii_lowercase(), prefix.to_ascii_uppercase()]);
            rest.unwrap_or(text).parse::<u32>().ok().map(f64::from)
        };
        match Self::read(text, number)? {
            Self::Like(exact) => Some(Self::Within(exact, exact)),
            other => Some(other),
        }
    }

    fn read(text: &str, number: impl Fn(&str) -> Option<f64>) -> Option<Self> {
        let text = text.trim();
        let signs: [(&str, Make); 6] = [
            (">=", |n| Self::Within(n, f64::INFINITY)),
            ("≥", |n| Self::Within(n, f64::INFINITY)),
            ("<=", |n| Self::Within(f64::NEG_INFINITY, n)),
            ("≤", |n| Self::Within(f64::NEG_INFINITY, n)),
            (">", Self::Above),
            ("<", Self::Under),
        ];
        for (sign, make) in signs {
            if let Some(rest) = text.strip_prefix(sign) {
                return number(rest).map(make);
            }
        }
        let range = text.split_once("..").or_else(|| text.split_once(['-', '–']));
        match range {
            Some((from, to)) => {
                let (from, to) = (number(from)?, number(to)?);
                Some(Self::Within(from.min(to), from.max(to)))
            }
            None => number(text).map(Self::Like),
        }
    }

    /// Whether a number is meant.
    #[must_use]
    pub fn holds(&self, number: f64) -> bool {
        match *self {
            Self::Like(shown) => number == shown || format::short(number) == format::short(shown),
            Self::Within(from, to) => (from..=to).contains(&number),
            Self::Above(bound) => number > bound,
            Self::Under(bound) => number < bound,
        }
    }
}

/// An amount with a factor or a unit of time, in ticks: `90k`, `1.5 M`, `12 µs`.
pub(super) fn amount(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 10] = [
        ("ns", 1.0),
        ("µs", 1e3),
        ("us", 1e3),
        ("ms", 1e6),
        ("gas", 1.0),
        ("s", 1e9),
        ("k", 1e3),
        ("m", 1e6),
        ("g", 1e9),
        ("", 1.0),
    ];
    let text = text.trim().to_lowercase();
    let text = text.strip_suffix("gas").map_or(text.as_str(), str::trim_end);
    let (digits, factor) =
        UNITS.iter().find_map(|(unit, factor)| Some((text.strip_suffix(unit)?, factor)))?;
    let digits: String = digits.chars().filter(|c| !matches!(c, ' ' | ',' | '_')).collect();
    let plain = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let number: f64 = digits.parse().ok().filter(|_| plain)?;
    (number.is_finite() && number >= 0.0).then_some(number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_factors_and_units() {
        let read = |text| amount(text);
        assert_eq!(read("90k"), Some(90_000.0));
        assert_eq!(read("1.5 M"), Some(1_500_000.0));
        assert_eq!(read("96 k gas"), Some(96_000.0));
        assert_eq!(read("12 µs"), Some(12_000.0));
        assert_eq!(read("10,000"), Some(10_000.0));
        for nonsense in ["", "k", "lots", "-3", "inf", "nan", "1e999"] {
            assert_eq!(read(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn bounds_are_signs_ranges_or_what_is_shown() {
        assert_eq!(Bounds::amounts(">90k"), Some(Bounds::Above(90_000.0)));
        assert_eq!(Bounds::amounts("20k-90k"), Some(Bounds::Within(20_000.0, 90_000.0)));
        assert_eq!(Bounds::numbers("T9-T3", 'T'), Some(Bounds::Within(3.0, 9.0)));
        assert_eq!(Bounds::numbers("5", 'T'), Some(Bounds::Within(5.0, 5.0)));
        assert_eq!(Bounds::numbers("5.5", 'T'), None);
        let holds = |text, number| Bounds::amounts(text).map(|bounds| bounds.holds(number));
        assert_eq!(holds("96k", 96_012.0), Some(true));
        assert_eq!(holds("96k", 97_000.0), Some(false));
        assert_eq!(holds("<=3", 3.0), Some(true));
        assert_eq!(holds("<3", 3.0), Some(false));
    }
}
