//! The figures as a Markdown table or as JSON.

use serde_json::{Map, Value, json};

use super::arguments::BenchArguments;
use super::figures::{Row, Times};
use super::machine;

/// A column: its heading, the width of its figures, and a row's figure.
struct Column {
    heading: &'static str,
    width: usize,
    figure: fn(&Row) -> String,
}

const COLUMNS: [Column; 9] = [
    Column { heading: "transactions", width: 12, figure: |row| row.transactions.to_string() },
    Column { heading: "Mgas", width: 8, figure: |row| format!("{:.2}", row.gas_used as f64 / 1e6) },
    Column { heading: "strategy", width: 10, figure: |row| row.strategy.to_string() },
    Column { heading: "lanes", width: 5, figure: |row| row.lanes.to_string() },
    Column { heading: "one lane, ms", width: 26, figure: |row| times(&row.sequential) },
    Column { heading: "lanes, ms", width: 26, figure: |row| times(&row.parallel) },
    Column { heading: "speed-up", width: 8, figure: |row| format!("{:.2}×", row.speedup()) },
    Column {
        heading: "CPU, ms (over one lane)",
        width: 23,
        figure: |row| match row.parallel.cpu.median {
            0.0 => none(),
            cpu => format!("{cpu:.3} ({:.2}×)", row.cpu_ratio()),
        },
    },
    Column {
        heading: "executions",
        width: 12,
        figure: |row| {
            let alone = if row.alone { " alone" } else { "" };
            format!("{:.0}{alone}", row.executions.round())
        },
    },
];

const TRACING: Column = Column {
    heading: "tracing",
    width: 8,
    figure: |row| row.tracing_ratio().map_or_else(none, |ratio| format!("{ratio:.2}×")),
};

const MEMORY: Column = Column {
    heading: "peak, MiB (over one lane)",
    width: 25,
    figure: |row| {
        row.memory.map_or_else(none, |peaks| {
            format!("{:.0} ({:.2}×)", peaks.parallel as f64 / 1024.0, peaks.ratio())
        })
    },
};

/// A table that is printed line by line, and can be pasted into a Markdown page.
pub(super) struct Table {
    source_width: usize,
    columns: Vec<Column>,
}

impl Table {
    pub(super) fn new(arguments: &BenchArguments) -> Self {
        let names = arguments.sources.iter().map(|source| short(source.name()).chars().count());
        let mut columns = Vec::from(COLUMNS);
        columns.extend(arguments.tracing.then_some(TRACING));
        columns.extend(arguments.memory.then_some(MEMORY));
        Self { source_width: names.max().unwrap_or_default().max("source".len()), columns }
    }

    pub(super) fn head(&self) -> String {
        let headings = self.columns.iter().map(|column| column.heading.to_owned());
        let rules = self.columns.iter().map(|column| {
            let width = column.width.max(column.heading.chars().count());
            format!("{}:", "-".repeat(width - 1))
        });
        let rule = "-".repeat(self.source_width);
        self.line("source", headings) + &self.line(&rule, rules)
    }

    pub(super) fn row(&self, row: &Row) -> String {
        self.line(short(&row.source), self.columns.iter().map(|column| (column.figure)(row)))
    }

    fn line(&self, source: &str, figures: impl Iterator<Item = String>) -> String {
        let mut line = format!("| {source:<0$} |", self.source_width);
        for (column, figure) in self.columns.iter().zip(figures) {
            let width = column.width.max(column.heading.chars().count());
            line += &format!(" {figure:>width$} |");
        }
        line + "\n"
    }
}

/// What stands above the table.
pub(super) fn preamble(runs: usize) -> String {
    let repetitions = if runs == 1 { "repetition" } else { "repetitions" };
    format!(
        "{}\n{runs} {repetitions} after a warm-up, each runner once in each. Times are medians, in \
         brackets the fastest and the slowest; a total sums them. One lane is plain revm, the \
         speed-up the ratio of the medians. Every result was compared with sequential execution.\n",
        machine::description()
    )
}

/// Every row as an object, in one list.
pub(super) fn as_json(rows: &[Row]) -> String {
    let objects: Vec<_> = rows.iter().map(object).collect();
    let lines: Vec<_> = objects.iter().map(ToString::to_string).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

fn object(row: &Row) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("source", row.source.as_str().into());
    put("strategy", row.strategy.to_string().into());
    put("lanes", row.lanes.into());
    put("transactions", row.transactions.into());
    put("gas_used", row.gas_used.into());
    put("sequential_ms", figure(row.sequential.wall.median));
    put("parallel_ms", figure(row.parallel.wall.median));
    put("speedup", figure(row.speedup()));
    put("sequential_cpu_ms", told(row.sequential.cpu.median));
    put("parallel_cpu_ms", told(row.parallel.cpu.median));
    put("executions", (row.executions.round() as u64).into());
    put("aborts", (row.aborts.round() as u64).into());
    put("alone", row.alone.into());
    put("sequential_min_ms", figure(row.sequential.wall.min));
    put("sequential_max_ms", figure(row.sequential.wall.max));
    put("parallel_min_ms", figure(row.parallel.wall.min));
    put("parallel_max_ms", figure(row.parallel.wall.max));
    if let Some(traced) = &row.traced {
        put("traced_ms", figure(traced.wall.median));
    }
    if let Some(peaks) = &row.memory {
        put("sequential_peak_kib", peaks.sequential.into());
        put("parallel_peak_kib", peaks.parallel.into());
    }
    Value::Object(fields)
}

/// To the nanosecond: what is behind that is no measurement.
fn figure(number: f64) -> Value {
    json!((number * 1e6).round() / 1e6)
}

/// A figure that some systems do not tell.
fn told(number: f64) -> Value {
    if number > 0.0 { figure(number) } else { Value::Null }
}

fn times(times: &Times) -> String {
    let wall = times.wall;
    format!("{:.3} ({:.3}–{:.3})", wall.median, wall.min, wall.max)
}

fn none() -> String {
    "—".to_owned()
}

/// A source's name in the table: of a file, the last part of its path.
fn short(name: &str) -> &str {
    name.rsplit(['/', '\\']).next().unwrap_or(name)
}
