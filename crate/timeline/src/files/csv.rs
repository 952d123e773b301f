//! A run as comma-separated values, for spreadsheets and scripts: one line for each bar.

use crate::bar::{Bar, Ending, Fate};
use crate::film::Film;

/// The names of the columns.
///
/// Transactions and lanes count from 1, incarnations from 0, times are ticks. `outcome` is what
/// became of the run (see [`Fate`]), `status` how the execution ended, `decided` when it became final
/// or was thrown away, `location` what it had read too early or stopped at, `by` who wrote that as
/// `transaction.incarnation`. Cells without a value are empty.
pub const CSV_COLUMNS: [&str; 11] = [
    "tx",
    "incarnation",
    "lane",
    "start",
    "end",
    "outcome",
    "status",
    "gas",
    "decided",
    "location",
    "by",
];

/// Every bar by start and lane, with a line of names above (RFC 4180, LF line ends).
#[must_use]
pub fn csv(film: &Film) -> String {
    let mut bars: Vec<&Bar> = film.bars().iter().collect();
    bars.sort_by_key(|bar| (bar.start, bar.lane, bar.version));
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing records of equal length into memory has no way to fail.
    let _ = writer.write_record(CSV_COLUMNS);
    for bar in bars {
        let _ = writer.write_record(record(film, bar));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn record(film: &Film, bar: &Bar) -> [String; CSV_COLUMNS.len()] {
    let (location, by) = match (bar.abort, bar.ending) {
        (Some(abort), _) => (abort.location, abort.by),
        (None, Ending::Suspended { on, location }) => (location, on),
        _ => (None, None),
    };
    let decided = bar.abort.map(|abort| abort.at).or(bar.committed_at).or(bar.skipped_at);
    [
        (u64::from(bar.tx().0) + 1).to_string(),
        bar.version.incarnation.0.to_string(),
        (bar.lane.get() + 1).to_string(),
        bar.start.to_string(),
        bar.end.to_string(),
        outcome(bar.fate()).to_owned(),
        bar.status().map_or("", |status| status.word()).to_owned(),
        bar.gas.to_string(),
        decided.map(|at| at.to_string()).unwrap_or_default(),
        location.map_or(String::new(), |id| film.location_name(id).to_owned()),
        by.map(|by| format!("{}.{}", u64::from(by.tx.0) + 1, by.incarnation.0)).unwrap_or_default(),
    ]
}

/// One word for what became of a run, for machines.
pub(crate) const fn outcome(fate: Fate) -> &'static str {
    match fate {
        Fate::Committed => "committed",
        Fate::Aborted => "aborted",
        Fate::Suspended => "suspended",
        Fate::Lost => "lost",
        Fate::Skipped => "skipped",
        Fate::Open => "open",
    }
}
