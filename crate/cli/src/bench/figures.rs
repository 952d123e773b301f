//! From samples to figures.

use lanescope_protocol::{Spread, Strategy};

use super::contest::Sample;
use super::memory::Peaks;

/// A runner's repetitions on one block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Times {
    pub(super) wall: Spread,
    pub(super) cpu: Spread,
}

impl Times {
    pub(super) fn of(samples: &[Sample]) -> Self {
        Self {
            wall: Spread::of(samples.iter().map(|sample| sample.wall_ms)),
            cpu: Spread::of(samples.iter().map(|sample| sample.cpu_ms)),
        }
    }

    /// Sums of medians, and of extremes.
    fn add(&mut self, other: &Self) {
        for (sum, more) in [(&mut self.wall, &other.wall), (&mut self.cpu, &other.cpu)] {
            sum.median += more.median;
            sum.min += more.min;
            sum.max += more.max;
        }
    }
}

/// One line of the results.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) source: String,
    pub(super) strategy: Strategy,
    pub(super) lanes: u16,
    pub(super) transactions: u64,
    pub(super) gas_used: u64,
    /// The baseline.
    pub(super) sequential: Times,
    /// The strategy on its lanes.
    pub(super) parallel: Times,
    /// The same with a trace recorded, if that was asked for.
    pub(super) traced: Option<Times>,
    /// Medians.
    pub(super) executions: f64,
    pub(super) aborts: f64,
    /// It went to one lane, because that is faster.
    pub(super) alone: bool,
    /// Peaks of memory, if that was asked for and the system tells them.
    pub(super) memory: Option<Peaks>,
}

impl Row {
    /// The ratio of the medians: above 1 the lanes are faster than one lane.
    pub(super) fn speedup(&self) -> f64 {
        ratio(self.sequential.wall.median, self.parallel.wall.median)
    }

    /// Processor time over that of one lane.
    pub(super) fn cpu_ratio(&self) -> f64 {
        ratio(self.parallel.cpu.median, self.sequential.cpu.median)
    }

    /// Time with a trace over time without.
    pub(super) fn tracing_ratio(&self) -> Option<f64> {
        self.traced.map(|traced| ratio(traced.wall.median, self.parallel.wall.median))
    }
}

fn ratio(above: f64, below: f64) -> f64 {
    if below > 0.0 { above / below } else { 0.0 }
}

/// A line for each strategy and number of lanes, over all sources: sums of medians, and the
/// greatest peaks.
pub(super) fn totals(rows: &[Row]) -> Vec<Row> {
    let mut totals: Vec<Row> = Vec::new();
    for row in rows {
        let same = |total: &&mut Row| (total.strategy, total.lanes) == (row.strategy, row.lanes);
        let Some(total) = totals.iter_mut().find(same) else {
            totals.push(Row { source: "total".to_owned(), alone: false, ..row.clone() });
            continue;
        };
        total.transactions += row.transactions;
        total.gas_used += row.gas_used;
        total.sequential.add(&row.sequential);
        total.parallel.add(&row.parallel);
        total.executions += row.executions;
        total.aborts += row.aborts;
        if let (Some(sum), Some(more)) = (&mut total.traced, &row.traced) {
            sum.add(more);
        }
        total.memory = total.memory.zip(row.memory).map(|(one, other)| one.greatest(other));
    }
    totals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(wall: &[f64]) -> Vec<Sample> {
        let sample =
            |wall: &f64| Sample { wall_ms: *wall, cpu_ms: wall * 2.0, ..Sample::default() };
        wall.iter().map(sample).collect()
    }

    fn row(source: &str, lanes: u16, sequential: &[f64], parallel: &[f64]) -> Row {
        Row {
            source: source.to_owned(),
            strategy: Strategy::default(),
            lanes,
            transactions: 10,
            gas_used: 100,
            sequential: Times::of(&samples(sequential)),
            parallel: Times::of(&samples(parallel)),
            traced: None,
            executions: 11.0,
            aborts: 1.0,
            alone: false,
            memory: None,
        }
    }

    #[test]
    fn a_total_sums_medians_for_each_number_of_lanes() {
        let rows = [
            row("a", 1, &[1.0, 2.0, 9.0], &[4.0]),
            row("a", 2, &[1.0, 2.0, 9.0], &[1.0]),
            row("b", 1, &[6.0], &[4.0]),
            row("b", 2, &[6.0], &[3.0]),
        ];
        let totals = totals(&rows);
        assert_eq!(totals.len(), 2);
        assert_eq!((totals[0].lanes, totals[0].speedup()), (1, 1.0));
        assert_eq!((totals[1].lanes, totals[1].speedup()), (2, 2.0));
        assert_eq!(totals[1].cpu_ratio(), 0.5);
        assert_eq!((totals[1].source.as_str(), totals[1].transactions), ("total", 20));
        assert_eq!((totals[1].gas_used, totals[1].executions), (200, 22.0));
    }
}
