//! From what was measured to figures, each beside its budget. Pure.

use serde_json::{Value, json};

/// A figure.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Figure {
    pub(super) name: &'static str,
    pub(super) value: f64,
    pub(super) unit: &'static str,
    pub(super) budget: Budget,
}

/// What a figure should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Budget {
    AtMost(f64),
    AtLeast(f64),
    /// It is told, and nothing is asked of it.
    None,
}

use Budget::{AtLeast, AtMost};

impl Budget {
    fn limit(self) -> Option<f64> {
        match self {
            AtMost(limit) | AtLeast(limit) => Some(limit),
            Self::None => None,
        }
    }
}

impl Figure {
    /// Whether it is within its budget; `None` without one.
    pub(super) fn holds(&self) -> Option<bool> {
        match self.budget {
            AtMost(limit) => Some(self.value <= limit),
            // A display shows no more than its frames, and its clock is rounded.
            AtLeast(limit) => Some(self.value.round() >= limit),
            Budget::None => None,
        }
    }

    fn words(&self) -> [String; 4] {
        let budget = match self.budget {
            AtMost(limit) => format!("≤ {}", number(limit)),
            AtLeast(limit) => format!("≥ {}", number(limit)),
            Budget::None => "–".to_owned(),
        };
        let holds = match self.holds() {
            Some(true) => "yes",
            Some(false) => "NO",
            None => "–",
        };
        [
            self.name.to_owned(),
            format!("{} {}", number(self.value), self.unit),
            budget,
            holds.into(),
        ]
    }
}

/// A row of the list: its name, where its value is, its unit, what it should be.
type Row = (&'static str, &'static [&'static str], &'static str, Budget);

/// What the browser's side answers. Browsers report tasks from 50 ms on, so a longest task of 0 means
/// that there was none; its CPU time, which other programs on the machine do not lengthen, stands
/// beside it. Sizes are those of the modules as they lie in `dist/`: shrunk by `wasm-opt` or not.
const SEEN: &[Row] = &[
    ("frames per second, panning over 10,000 bars", &["10000", "fps"], "frames/s", AtLeast(60.0)),
    ("longest frame, panning over 10,000 bars", &["10000", "worst_ms"], "ms", Budget::None),
    (
        "frames per second, panning over 1,000,000 bars",
        &["1000000", "fps"],
        "frames/s",
        AtLeast(30.0),
    ),
    ("longest frame, panning over 1,000,000 bars", &["1000000", "worst_ms"], "ms", Budget::None),
    ("frames per second, playing the first film", &["playing", "fps"], "frames/s", AtLeast(60.0)),
    ("longest task, start and first run", &["start", "longest_ms"], "ms", AtMost(50.0)),
    ("CPU time of the longest task, start and first run", &["start", "cpu_ms"], "ms", Budget::None),
    ("longest task, playing the first film", &["playing", "longest_ms"], "ms", AtMost(50.0)),
    (
        "CPU time of the longest task, playing the first film",
        &["playing", "cpu_ms"],
        "ms",
        Budget::None,
    ),
    (
        "longest task, opening a block of 1,414 transactions",
        &["block", "longest_ms"],
        "ms",
        AtMost(50.0),
    ),
    (
        "CPU time of the longest task, opening a block of 1,414 transactions",
        &["block", "cpu_ms"],
        "ms",
        Budget::None,
    ),
    (
        "longest task, opening every tab on that block",
        &["block_tabs", "longest_ms"],
        "ms",
        AtMost(50.0),
    ),
    (
        "CPU time of the longest task, opening every tab on that block",
        &["block_tabs", "cpu_ms"],
        "ms",
        Budget::None,
    ),
    ("longest task, opening 10,000 bars", &["10000", "opening", "longest_ms"], "ms", AtMost(50.0)),
    (
        "CPU time of the longest task, opening 10,000 bars",
        &["10000", "opening", "cpu_ms"],
        "ms",
        Budget::None,
    ),
    (
        "longest task, panning over 10,000 bars",
        &["10000", "panning", "longest_ms"],
        "ms",
        AtMost(50.0),
    ),
    (
        "CPU time of the longest task, panning over 10,000 bars",
        &["10000", "panning", "cpu_ms"],
        "ms",
        Budget::None,
    ),
    (
        "longest task, opening every tab on 10,000 bars",
        &["10000", "tabs", "longest_ms"],
        "ms",
        AtMost(50.0),
    ),
    (
        "CPU time of the longest task, opening every tab on 10,000 bars",
        &["10000", "tabs", "cpu_ms"],
        "ms",
        Budget::None,
    ),
    (
        "longest task, opening 1,000,000 bars",
        &["1000000", "opening", "longest_ms"],
        "ms",
        AtMost(50.0),
    ),
    (
        "CPU time of the longest task, opening 1,000,000 bars",
        &["1000000", "opening", "cpu_ms"],
        "ms",
        Budget::None,
    ),
    (
        "longest task, panning over 1,000,000 bars",
        &["1000000", "panning", "longest_ms"],
        "ms",
        AtMost(50.0),
    ),
    (
        "CPU time of the longest task, panning over 1,000,000 bars",
        &["1000000", "panning", "cpu_ms"],
        "ms",
        Budget::None,
    ),
    (
        "longest task, opening every tab on 1,000,000 bars",
        &["1000000", "tabs", "longest_ms"],
        "ms",
        AtMost(50.0),
    ),
    (
        "CPU time of the longest task, opening every tab on 1,000,000 bars",
        &["1000000", "tabs", "cpu_ms"],
        "ms",
        Budget::None,
    ),
    ("input to paint, first film, median", &["small", "median_ms"], "ms", AtMost(50.0)),
    ("input to paint, first film, worst", &["small", "worst_ms"], "ms", AtMost(50.0)),
    (
        "input to paint, 1,000,000 bars, median",
        &["1000000", "keys", "median_ms"],
        "ms",
        AtMost(50.0),
    ),
    ("input to paint, 1,000,000 bars, worst", &["1000000", "keys", "worst_ms"], "ms", AtMost(50.0)),
    ("requests to third parties", &["third_party"], "requests", AtMost(0.0)),
    ("bytes before the engine, brotli", &["shrunk", "bytes_before"], "bytes", AtMost(250_000.0)),
    ("engine with threads, brotli", &["shrunk", "threads"], "bytes", AtMost(400_000.0)),
    ("engine on one thread, brotli", &["shrunk", "single"], "bytes", AtMost(400_000.0)),
    (
        "bytes before the engine, brotli, not shrunk",
        &["unshrunk", "bytes_before"],
        "bytes",
        AtMost(250_000.0),
    ),
    (
        "engine with threads, brotli, not shrunk",
        &["unshrunk", "threads"],
        "bytes",
        AtMost(400_000.0),
    ),
    (
        "engine on one thread, brotli, not shrunk",
        &["unshrunk", "single"],
        "bytes",
        AtMost(400_000.0),
    ),
];

/// Every figure that is there; what could not be measured is left out.
pub(super) fn figures(seen: &Value, native: &Value) -> Vec<Figure> {
    let at = |path: &[&str]| {
        path.iter().try_fold(seen, |value, step| value.get(step)).and_then(Value::as_f64)
    };
    let mut all: Vec<Figure> = SEEN
        .iter()
        .filter_map(|(name, path, unit, budget)| {
            Some(Figure { name, value: at(path)?, unit, budget: *budget })
        })
        .collect();
    let ratio = |name, value: Option<f64>, budget| {
        value.map(|value| Figure { name, value, unit: "×", budget })
    };
    let over = |block: usize, source: &str| {
        Some(median(seen, block, "baseline")? / sequential(native, source)?)
    };
    all.extend(ratio(
        "Wasm against native, payments, one thread",
        over(2, "sender-chain"),
        AtMost(1.4),
    ));
    all.extend(ratio(
        "Wasm against native, mixed block, one thread",
        over(1, "mixed-1000"),
        Budget::None,
    ));
    let threads =
        median(seen, 1, "baseline").zip(median(seen, 1, "threads")).map(|(one, two)| one / two);
    all.extend(ratio("two threads against one in Wasm, mixed block", threads, AtLeast(1.6)));
    all
}

/// Milliseconds of a block in the page's benchmark: its own, then the mixed one, then the chain.
fn median(seen: &Value, block: usize, way: &str) -> Option<f64> {
    let figure = seen.get("wasm")?.get(block)?.get(way)?.get("median")?.as_f64()?;
    (figure > 0.0).then_some(figure)
}

/// Milliseconds of a block natively on one lane.
fn sequential(native: &Value, source: &str) -> Option<f64> {
    let row = native.as_array()?.iter().find(|row| row["source"] == source)?;
    row.get("sequential_ms")?.as_f64().filter(|figure| *figure > 0.0)
}

/// An object for each figure, in one list.
pub(super) fn as_json(figures: &[Figure]) -> String {
    let object = |figure: &Figure| {
        json!({
            "name": figure.name,
            "value": figure.value,
            "unit": figure.unit,
            "budget": figure.budget.limit(),
            "holds": figure.holds(),
        })
        .to_string()
    };
    let lines: Vec<_> = figures.iter().map(object).collect();
    format!("[\n{}\n]", lines.join(",\n"))
}

/// A Markdown table.
pub(super) fn as_table(figures: &[Figure]) -> String {
    let head = ["what", "measured", "budget", "holds"].map(str::to_owned);
    let rows: Vec<_> = core::iter::once(head).chain(figures.iter().map(Figure::words)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths = [0, 1, 2, 3].map(|column| width(column).unwrap_or_default());
    let line = |row: &[String; 4]| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!(" {cell:<width$} |"));
        format!("|{}", cells.collect::<String>())
    };
    let rule = widths.map(|width| "-".repeat(width));
    let mut lines: Vec<_> = rows.iter().map(line).collect();
    lines.insert(1, line(&rule));
    lines.join("\n")
}

/// Whole where it is large, else with as many digits as say something.
fn number(value: f64) -> String {
    if value >= 100.0 || value.fract() == 0.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named<'a>(figures: &'a [Figure], name: &str) -> &'a Figure {
        figures.iter().find(|figure| figure.name == name).unwrap()
    }

    fn seen() -> Value {
        let block =
            |one: f64, two: f64| json!({"baseline": {"median": one}, "threads": {"median": two}});
        json!({
            "10000": {"fps": 59.96, "worst_ms": 33.4, "opening": {"longest_ms": 0, "cpu_ms": 12.0}},
            "1000000": {
                "fps": 24.0,
                "panning": {"longest_ms": 73.0, "cpu_ms": 40.0},
                "keys": {"median_ms": 12.0, "worst_ms": 49.9},
            },
            "shrunk": {"bytes_before": 250_001}, "third_party": 0,
            "wasm": [block(1.0, 1.0), block(80.0, 50.0), block(14.0, 9.0)],
        })
    }

    fn native() -> Value {
        json!([{"source": "mixed-1000", "sequential_ms": 40.0}, {"source": "sender-chain", "sequential_ms": 10.0}])
    }

    #[test]
    fn every_figure_stands_beside_its_budget() {
        let all = figures(&seen(), &native());
        let holds = |name: &str| named(&all, name).holds();
        assert_eq!(holds("frames per second, panning over 10,000 bars"), Some(true));
        assert_eq!(holds("frames per second, panning over 1,000,000 bars"), Some(false));
        assert_eq!(holds("longest frame, panning over 10,000 bars"), None);
        assert_eq!(holds("longest task, panning over 1,000,000 bars"), Some(false));
        assert_eq!(holds("longest task, opening 10,000 bars"), Some(true));
        assert_eq!(holds("CPU time of the longest task, opening 10,000 bars"), None);
        assert_eq!(holds("input to paint, 1,000,000 bars, worst"), Some(true));
        assert_eq!(holds("bytes before the engine, brotli"), Some(false));
        assert_eq!(holds("requests to third parties"), Some(true));
        assert_eq!(named(&all, "Wasm against native, payments, one thread").value, 1.4);
        assert_eq!(named(&all, "two threads against one in Wasm, mixed block").value, 1.6);
    }

    #[test]
    fn what_was_not_measured_is_left_out() {
        assert!(figures(&json!({}), &json!([])).is_empty());
        let all = figures(&seen(), &json!([]));
        assert!(all.iter().all(|figure| !figure.name.starts_with("Wasm against")));
    }

    #[test]
    fn json_has_one_object_for_each_figure() {
        let all = figures(&seen(), &native());
        let read: Value = serde_json::from_str(&as_json(&all)).unwrap();
        assert_eq!(read.as_array().unwrap().len(), all.len());
        let first = &read[0];
        assert_eq!((first["budget"].as_f64(), first["holds"].as_bool()), (Some(60.0), Some(true)));
        assert_eq!(first["unit"], "frames/s");
        assert!(read[1]["budget"].is_null() && read[1]["holds"].is_null());
        let table = as_table(&all);
        assert_eq!(table.lines().count(), all.len() + 2);
        assert!(table.contains("| 250001 bytes") && table.contains("| NO"));
    }
}
