//! `lanescope run` and `lanescope export`.

use anyhow::Result;
use lanescope_protocol::trace::Summary;
use lanescope_protocol::{Clock, Trace};
use lanescope_timeline::{Film, format, lanes_svg};
use serde_json::json;

use crate::arguments::{ExportArguments, RunArguments};
use crate::race::{one_lane, race};
use crate::source;

/// Runs and describes.
pub(crate) fn run(arguments: &RunArguments) -> Result<String> {
    let trace = record(arguments)?;
    Ok(if arguments.json { as_json(&trace) } else { as_text(&trace) })
}

/// Runs and draws the lanes as an SVG.
pub(crate) fn export(arguments: &ExportArguments) -> Result<String> {
    let trace = record(&arguments.run)?;
    let at = trace.summary.makespan as f64 * arguments.at as f64 / 100.0;
    let film = Film::new(trace);
    Ok(lanes_svg(&film, arguments.width as f64, arguments.theme, at))
}

/// Runs and puts the trace together.
fn record(arguments: &RunArguments) -> Result<Trace> {
    let prepared = source::load(arguments)?;
    let (sequential, nanos) = one_lane(&prepared)?;
    let run = race(&prepared, &arguments.settings)?;
    let ticks = match arguments.settings.clock {
        Clock::Gas => sequential.gas_used,
        Clock::Threads => nanos,
    };
    Ok(lanescope_workloads::trace(&prepared, &arguments.settings, &sequential, ticks, run))
}

fn as_json(trace: &Trace) -> String {
    let summary = &trace.summary;
    let header: serde_json::Map<_, _> = summary
        .header_checks
        .iter()
        .map(|check| (check.field.clone(), check.holds.into()))
        .collect();
    let value = json!({
        "title": summary.title,
        "seed": summary.seed,
        "fork": summary.fork,
        "strategy": summary.settings.strategy.to_string(),
        "lanes": summary.settings.lanes,
        "clock": summary.settings.clock.slug(),
        "transactions": trace.transactions.len(),
        "gas_used": summary.gas_used,
        "makespan": summary.makespan,
        "sequential": summary.sequential,
        "speedup": summary.speedup(),
        "executions": summary.executions,
        "aborts": summary.aborts,
        "wasted_gas": summary.wasted_gas,
        "critical_path_gas": summary.critical_path_gas,
        "identical_to_sequential": summary.identical,
        "difference": summary.difference,
        "fallback": summary.fallback_reason().map(|reason| reason.sentence()),
        "receipts_root": summary.receipts_root,
        "header": header,
    });
    format!("{value:#}\n")
}

fn as_text(trace: &Trace) -> String {
    let summary = &trace.summary;
    let settings = &summary.settings;
    let ticks = |ticks: u64| format::ticks(settings.clock, ticks as f64);
    let verdict = match &summary.difference {
        None => "✓ same result as one lane".to_owned(),
        Some(difference) => format!("✗ differs from one lane: {difference}"),
    };
    let mut lines = vec![
        format!("{} ({} rules)", summary.title, summary.fork),
        format!(
            "{} transactions, {}, {} on {} lanes, {}",
            trace.transactions.len(),
            format::gas(summary.gas_used as f64),
            settings.strategy.title(),
            settings.lanes,
            clock_words(summary),
        ),
        format!(
            "{} instead of {}: {} one lane",
            ticks(summary.makespan),
            ticks(summary.sequential),
            format::speed_words(summary.speedup()),
        ),
        format!(
            "{} executions, {} aborted, {} wasted",
            summary.executions,
            summary.aborts,
            format::gas(summary.wasted_gas as f64),
        ),
        verdict,
    ];
    if let Some(reason) = summary.fallback_reason() {
        lines.push(reason.sentence().to_owned());
    }
    if !summary.header_checks.is_empty() {
        let checks = summary.header_checks.iter();
        let marks: Vec<_> = checks
            .map(|check| format!("{} {}", check.field, if check.holds { "✓" } else { "✗" }))
            .collect();
        lines.push(format!("header: {}", marks.join(", ")));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn clock_words(summary: &Summary) -> String {
    match summary.settings.clock {
        Clock::Gas => format!("gas clock, seed {}", summary.seed),
        Clock::Threads => "measured on real threads".to_owned(),
    }
}
