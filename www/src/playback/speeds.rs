//! How fast the film runs.

/// Speeds that can be chosen: about twice the one before, from one at which single ticks of a
/// close view can be followed to one at which a long film takes less than a second.
pub(crate) const SPEEDS: [f64; 17] = [
    0.001, 0.002, 0.004, 0.008, 0.015625, 0.03125, 0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0,
    16.0, 32.0, 64.0,
];
/// The speed that is chosen at first, an index into [`SPEEDS`].
pub(super) const AT_FIRST: usize = 10;

/// A speed in words: `1/16×`, `2×`.
pub(crate) fn speed_words(speed: f64) -> String {
    if speed >= 1.0 { format!("{speed}×") } else { format!("1/{:.0}×", 1.0 / speed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_are_said_without_decimals() {
        let said: Vec<_> = SPEEDS.iter().map(|speed| speed_words(*speed)).collect();
        let slow = ["1/1000×", "1/500×", "1/250×", "1/125×", "1/64×", "1/32×", "1/16×", "1/8×"];
        assert_eq!(said[..8], slow);
        let fast = ["1/4×", "1/2×", "1×", "2×", "4×", "8×", "16×", "32×", "64×"];
        assert_eq!(said[8..], fast);
        assert_eq!(SPEEDS[AT_FIRST], 1.0);
    }

    #[test]
    fn each_speed_is_about_twice_the_one_before() {
        for pair in SPEEDS.windows(2) {
            assert!((1.9..=2.1).contains(&(pair[1] / pair[0])), "{pair:?}");
        }
    }
}
