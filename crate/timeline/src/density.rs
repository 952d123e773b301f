//! The whole film at a glance: how many lanes are busy at each time, and with what.

use crate::film::Film;

/// One column of the overview.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bucket {
    /// Lanes that run what will count, on average over the column.
    pub useful: f64,
    /// Lanes that run what will be thrown away.
    pub wasted: f64,
}

impl Film {
    /// The film from 0 to its end in `columns` equal parts.
    #[must_use]
    pub fn density(&self, columns: usize) -> Vec<Bucket> {
        let mut buckets = vec![Bucket::default(); columns];
        let end = self.end() as f64;
        if columns == 0 || end <= 0.0 {
            return buckets;
        }
        let per_tick = columns as f64 / end;
        for bar in self.bars() {
            let wasted = self.is_wasted(bar);
            let (from, to) = (bar.start as f64 * per_tick, bar.end as f64 * per_tick);
            let first = (from.floor() as usize).min(columns - 1);
            let last = (to.ceil() as usize).clamp(first + 1, columns);
            for (at, bucket) in buckets.iter_mut().enumerate().take(last).skip(first) {
                let covered = (to.min(at as f64 + 1.0) - from.max(at as f64)).max(0.0);
                if wasted {
                    bucket.wasted += covered;
                } else {
                    bucket.useful += covered;
                }
            }
        }
        buckets
    }
}
