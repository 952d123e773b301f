//! The comparison for people.

use lanescope_protocol::Class;
use lanescope_timeline::format;

use super::Contest;
use super::row::Row;
use crate::arguments::CompareArguments;
use crate::words;

/// A comparison with everything that its legend says.
pub(super) struct Table<'a> {
    pub(super) contest: &'a Contest,
    pub(super) arguments: &'a CompareArguments,
    pub(super) rows: &'a [Row],
}

/// Heads of columns, and whether a column keeps to the right.
const COLUMNS: [(&str, bool); 8] = [
    ("strategy", false),
    ("lanes", true),
    ("class", false),
    ("speed-up", true),
    ("aborts", true),
    ("wasted gas", true),
    ("utilisation", true),
    ("with producer", true),
];

impl Table<'_> {
    /// Everything: the table, what is to say of single rows, the legend.
    pub(super) fn text(&self) -> String {
        let mut lines = vec![self.title(), String::new()];
        lines.extend(self.table());
        lines.push(String::new());
        lines.extend(self.rows.iter().flat_map(remarks));
        lines.extend(self.legend());
        lines.push(String::new());
        lines.join("\n")
    }

    fn title(&self) -> String {
        let prepared = &self.contest.prepared;
        format!(
            "{}: {}, {}; one lane takes {}",
            prepared.title,
            format::count(prepared.block.transactions.len(), "transaction"),
            format::gas(self.contest.one_lane.gas_used as f64),
            format::gas(self.contest.ticks as f64),
        )
    }

    fn table(&self) -> Vec<String> {
        // Most strategies are supplied with nothing.
        let supplied = self.rows.iter().any(|row| row.producer_gas.is_some_and(|gas| gas > 0));
        let columns = &COLUMNS[..COLUMNS.len() - usize::from(!supplied)];
        let head = columns.iter().map(|(head, _)| (*head).to_owned()).collect();
        let cells: Vec<Vec<String>> =
            core::iter::once(head).chain(self.rows.iter().map(cells)).collect();
        let width = |column: usize| {
            let widths = cells.iter().filter_map(|row| row.get(column));
            widths.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<_> = (0..columns.len()).map(width).collect();
        let line = |row: &Vec<String>| {
            let padded: Vec<_> = row
                .iter()
                .zip(columns.iter().zip(&widths))
                .map(
                    |(cell, ((_, right), width))| {
                        if *right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
                    },
                )
                .collect();
            padded.join("  ").trim_end().to_owned()
        };
        cells.iter().map(line).collect()
    }

    /// What must stand beside these numbers, so that nobody takes them for more than they are.
    fn legend(&self) -> Vec<String> {
        let settings = &self.arguments.run.settings;
        let mut classes: Vec<_> = self.rows.iter().map(|row| row.class).collect();
        classes.sort_by_key(|class| class.slug());
        classes.dedup();
        let mut lines = vec!["✓ the result is what the class promises, ✗ it is not".to_owned()];
        lines.extend(classes.into_iter().map(|class| {
            let sentence = class.sentence();
            format!("{}: {}{}", class.slug(), sentence[..1].to_lowercase(), &sentence[1..])
        }));
        lines.push(format!(
            "speed-ups are against one lane with the same costs, on the gas clock: {}",
            words::costs(settings)
        ));
        let seed = self.contest.prepared.seed;
        lines.push(format!("seed {seed}, lane seed {}", settings.seed));
        lines.extend(words::faults(settings));
        let models = self.arguments.strategies.iter();
        lines.extend(models.filter_map(|asked| asked.strategy.preset()).flat_map(words::model));
        lines
    }
}

fn cells(row: &Row) -> Vec<String> {
    let number =
        |value: Option<f64>, words: fn(f64) -> String| value.map_or_else(|| "–".to_owned(), words);
    let mark = match (row.class_holds, &row.rejected) {
        (None, _) => "–",
        (Some(true), _) => "✓",
        (Some(false), _) => "✗",
    };
    vec![
        row.strategy.clone(),
        row.lanes.to_string(),
        format!("{} {mark}", row.class.slug()),
        number(row.speedup, format::times),
        row.aborts.map_or_else(|| "–".to_owned(), |aborts| aborts.to_string()),
        number(row.wasted_gas.map(|gas| gas as f64), format::short),
        number(row.utilisation, format::percent),
        match row.producer_gas {
            Some(gas) if gas > 0 => number(row.system_speedup, format::times),
            _ => String::new(),
        },
    ]
}

/// What the numbers of a row do not say.
fn remarks(row: &Row) -> Vec<String> {
    let mut remarks = Vec::new();
    remarks.extend(row.error.clone());
    remarks.extend(row.rejected.as_ref().map(|why| format!("the block is rejected: {why}")));
    if row.class_holds == Some(false) {
        let than = match row.class {
            Class::SomeOrder => "one lane in the order of commits",
            Class::Exact | Class::Nothing => "one lane",
        };
        let difference = row.difference.as_deref().unwrap_or_default();
        remarks.push(format!("the result differs from {than}: {difference}"));
    }
    if let Some(excluded) = row.excluded.filter(|excluded| *excluded > 0) {
        remarks.push(format!("{} not in the result", format::count(excluded, "transaction")));
    }
    if let Some(undeclared) = row.undeclared.filter(|undeclared| *undeclared > 0) {
        remarks.push(format!(
            "{} touched what was not declared, so failed and paid the whole gas limit",
            format::count(undeclared, "transaction")
        ));
    }
    remarks.extend(row.fallback.map(ToOwned::to_owned));
    let lanes = format::count(usize::from(row.lanes), "lane");
    remarks.into_iter().map(|remark| format!("{} on {lanes}: {remark}", row.strategy)).collect()
}
