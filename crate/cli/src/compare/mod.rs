//! `lanescope compare`: one block under many strategies, on the gas clock.

mod chart;
mod row;
mod table;

use anyhow::{Context as _, Result};
use lanescope_executor::{Outcome, run_sequential};
use lanescope_protocol::{Settings, Trace};
use lanescope_workloads::{Prepared, sequential_ticks};
use rayon::prelude::*;

use crate::arguments::{Asked, CompareArguments};
use crate::race::race;
use crate::{DIFFERS, OK, source};
use row::Row;
use table::Table;

/// A block and what it takes on one lane.
struct Contest {
    prepared: Prepared,
    one_lane: Outcome,
    /// With the costs that all runs have.
    ticks: u64,
}

/// Runs everything that was asked for, prints it, and answers the exit status.
pub(crate) fn compare(
    arguments: &CompareArguments,
    say: &mut dyn FnMut(&str) -> std::io::Result<()>,
) -> Result<u8> {
    let contest = Contest::new(arguments)?;
    let settings = &arguments.run.settings;
    let runs: Vec<_> = arguments
        .strategies
        .iter()
        .flat_map(|asked| arguments.lanes.iter().map(move |lanes| (asked, *lanes)))
        .collect();
    // Each trace is dropped where it was made: only numbers are kept.
    let rows: Vec<_> =
        runs.into_par_iter().map(|(asked, lanes)| contest.row(asked, lanes, settings)).collect();
    if let Some(path) = &arguments.chart {
        let svg = chart::draw(&contest, arguments, &rows);
        std::fs::write(path, svg)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    if arguments.run.json {
        say(&(serde_json::to_string_pretty(&rows)? + "\n"))?;
    } else {
        say(&Table { contest: &contest, arguments, rows: &rows }.text())?;
    }
    Ok(if rows.iter().all(Row::is_good) { OK } else { DIFFERS })
}

impl Contest {
    fn new(arguments: &CompareArguments) -> Result<Self> {
        let prepared = source::load(&arguments.run)?;
        let one_lane = run_sequential(&prepared.block, &prepared.world)?;
        let ticks = sequential_ticks(&prepared, &arguments.run.settings, &one_lane)?;
        Ok(Self { prepared, one_lane, ticks })
    }

    /// One run as a row; a row with a sentence if it cannot be done.
    fn row(&self, asked: &Asked, lanes: u16, settings: &Settings) -> Row {
        let settings = Settings { strategy: asked.strategy, lanes, ..settings.clone() };
        match self.record(&settings) {
            Ok(trace) => Row::new(&asked.name, trace),
            Err(error) => Row::refused(&asked.name, &settings, format!("{error:#}")),
        }
    }

    fn record(&self, settings: &Settings) -> Result<Trace> {
        settings.check()?;
        let run = race(&self.prepared, settings)?;
        Ok(lanescope_workloads::trace(&self.prepared, settings, &self.one_lane, self.ticks, run))
    }
}

#[cfg(test)]
mod tests;
