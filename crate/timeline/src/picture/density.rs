//! The whole film at a glance: how many lanes are busy at each time, and with what.

use crate::columns::Columns;
use crate::film::Film;
use crate::pyramid::Block;

/// One column of the overview.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bucket {
    /// Lanes that run what will count, on average over the column.
    pub useful: f64,
    /// Lanes that run what will be thrown away.
    pub wasted: f64,
}

impl Film {
    /// The film from 0 to its end in `columns` equal parts. Costs about as much as there are
    /// columns and lanes, however many bars there are.
    #[must_use]
    pub fn density(&self, columns: usize) -> Vec<Bucket> {
        let mut buckets = vec![Bucket::default(); columns];
        let end = self.end() as f64;
        if columns == 0 || end <= 0.0 {
            return buckets;
        }
        let ticks = end / columns as f64;
        for track in &self.assembly.lanes {
            self.add_lane(&track.columns, ticks, &mut buckets);
        }
        buckets
    }

    fn add_lane(&self, bars: &Columns, ticks: f64, buckets: &mut [Bucket]) {
        let last = buckets.len() - 1;
        let bucket_of = |tick: f64| ((tick / ticks) as usize).min(last);
        let mut at = 0;
        while at < bars.len() {
            // As a whole, where all of it falls into one column.
            let whole = bars.pyramid().at(at, bars.len(), |block| {
                let (first, last) = (bucket_of(block.start), bucket_of(block.end));
                (first == last).then_some((first, *block))
            });
            if let Some((count, (bucket, block))) = whole {
                let wasted = self.wasted_part(&block);
                buckets[bucket].wasted += wasted / ticks;
                buckets[bucket].useful += (block.time - wasted) / ticks;
                at += count;
                continue;
            }
            let bar = bars.block(at);
            let wasted = self.wasted_part(&bar) > 0.0;
            let (from, to) = (bucket_of(bar.start), bucket_of(bar.end));
            for (column, bucket) in buckets.iter_mut().enumerate().take(to + 1).skip(from) {
                let (left, right) = (column as f64 * ticks, (column as f64 + 1.0) * ticks);
                let covered = (bar.end.min(right) - bar.start.max(left)).max(0.0) / ticks;
                if wasted {
                    bucket.wasted += covered;
                } else {
                    bucket.useful += covered;
                }
            }
            at += 1;
        }
    }

    /// Time that comes to nothing; once the record is complete, also what was never decided.
    fn wasted_part(&self, block: &Block) -> f64 {
        let open = if self.is_complete() { block.undecided_time } else { 0.0 };
        block.wasted_time + open
    }
}
