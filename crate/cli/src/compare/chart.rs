//! The comparison as a picture.

use lanescope_protocol::{Class, Settings};
use lanescope_timeline::svg::Words;
use lanescope_timeline::{ChartLine, ChartPoint, speedup_chart};

use super::Contest;
use super::row::Row;
use crate::arguments::CompareArguments;
use crate::words;

/// CSS pixels.
const WIDTH: f64 = 960.0;

/// A line for each strategy that ran.
pub(super) fn draw(contest: &Contest, arguments: &CompareArguments, rows: &[Row]) -> String {
    let lines: Vec<_> = arguments.strategies.iter().map(|asked| line(&asked.name, rows)).collect();
    let settings = &arguments.run.settings;
    let description = format!(
        "Speed-up over the number of lanes for {} strategies. Models of scheduling rules; {}; seed {}, lane seed {}.",
        lines.len(),
        words::costs(settings),
        contest.prepared.seed,
        settings.seed,
    );
    let words = Words { title: &contest.prepared.title, description: &description };
    speedup_chart(&lines, contest.ideal_speedup(settings), WIDTH, arguments.theme, words)
}

fn line(name: &str, rows: &[Row]) -> ChartLine {
    let mut points: Vec<_> = rows
        .iter()
        .filter(|row| row.strategy == name)
        .filter_map(|row| Some(ChartPoint { lanes: row.lanes, speedup: row.speedup? }))
        .collect();
    points.sort_by_key(|point| point.lanes);
    // A speed-up to another result, or to none that can be relied on, is not one to compare.
    let mut own = rows.iter().filter(|row| row.strategy == name);
    let is_wrong = own.clone().any(|row| row.class_holds == Some(false));
    let has_own_order = own.any(|row| row.class == Class::SomeOrder);
    let label = match (is_wrong, has_own_order) {
        (true, _) => format!("{name} (✕ wrong)"),
        (false, true) => format!("{name} (E1)"),
        (false, false) => name.to_owned(),
    };
    ChartLine { label, points }
}

impl Contest {
    /// `T1 / critical path`, where a transaction depends on those whose values it reads: what no
    /// number of lanes improves without knowing values beforehand.
    fn ideal_speedup(&self, settings: &Settings) -> Option<f64> {
        let settings = Settings { lanes: 1, faults: Vec::new(), ..settings.clone() };
        let trace = self.record(&Settings { strategy: Default::default(), ..settings }).ok()?;
        let path = trace.summary.critical_path_gas;
        (path > 0).then(|| self.ticks as f64 / path as f64)
    }
}
