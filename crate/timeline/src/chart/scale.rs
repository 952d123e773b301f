//! Logarithmic axes with base 2 and the values at which they have marks.

/// Octaves above which only powers of two have marks.
const FINE_OCTAVES: f64 = 3.0;

/// A range of values on a stretch of pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// `low` lies at `from`, `high` at `to`. Both must be above 0.
    pub(super) fn new([low, high]: [f64; 2], [from, to]: [f64; 2]) -> Self {
        Self { low: low.log2(), high: high.log2(), from, to }
    }

    /// Where a value lies; in the middle, if the range is a single value.
    pub(super) fn at(&self, value: f64) -> f64 {
        let span = self.high - self.low;
        let share = if span > 0.0 { (value.log2() - self.low) / span } else { 0.5 };
        self.from + share * (self.to - self.from)
    }
}

/// The marks of an axis that holds every value from `least` to `most`: powers of two, and one and a
/// half times those where there is room. The first and the last are the ends of the axis.
pub(super) fn marks(least: f64, most: f64) -> Vec<f64> {
    let (low, high) = (least.log2().floor() as i32, most.log2().ceil() as i32);
    let (low, high) = (low.clamp(-20, 20), high.clamp(-20, 20));
    let high = high.max(low + 1);
    let fine = f64::from(high - low) <= FINE_OCTAVES;
    let mut marks = Vec::new();
    for power in low..=high {
        let mark = f64::from(power).exp2();
        marks.push(mark);
        if fine && power < high {
            marks.push(mark * 1.5);
        }
    }
    // Half an octave at either end may be empty.
    if fine && marks.len() > 3 {
        if marks[1] <= least {
            marks.remove(0);
        }
        if marks[marks.len() - 2] >= most {
            marks.pop();
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_hold_every_value_and_are_few() {
        for (least, most) in [(1.0, 1.0), (0.7, 5.3), (1.0, 64.0), (1.6, 1.7), (0.01, 900.0)] {
            let marks = marks(least, most);
            assert!(marks[0] <= least && most <= marks[marks.len() - 1], "{marks:?}");
            assert!(marks.is_sorted() && (2..=18).contains(&marks.len()), "{marks:?}");
        }
        assert_eq!(marks(1.0, 2.9), [1.0, 1.5, 2.0, 3.0]);
        assert_eq!(marks(1.0, 50.0), [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]);
    }

    #[test]
    fn doubling_is_the_same_step_everywhere() {
        let scale = Scale::new([1.0, 64.0], [100.0, 700.0]);
        assert_eq!([scale.at(1.0), scale.at(2.0), scale.at(64.0)], [100.0, 200.0, 700.0]);
        assert_eq!(Scale::new([8.0, 8.0], [0.0, 10.0]).at(8.0), 5.0);
    }
}
