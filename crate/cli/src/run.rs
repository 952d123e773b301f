//! `lanescope run`.

use anyhow::Result;
use lanescope_protocol::trace::Summary;
use lanescope_protocol::{Clock, Preset, Trace};
use lanescope_timeline::format;
use serde_json::{Value, json};

use crate::arguments::RunArguments;
use crate::stored;
use crate::words;

/// Runs, or reads a run, and describes it.
pub(crate) fn run(arguments: &RunArguments) -> Result<String> {
    let trace = stored::trace(arguments)?;
    Ok(if arguments.json { as_json(&trace) } else { as_text(&trace) })
}

fn as_json(trace: &Trace) -> String {
    let summary = &trace.summary;
    let settings = &summary.settings;
    let header: serde_json::Map<_, _> = summary
        .header_checks
        .iter()
        .map(|check| (check.field.clone(), check.holds.into()))
        .collect();
    let value = json!({
        "title": summary.title,
        "seed": summary.seed,
        "fork": summary.fork,
        "strategy": settings.strategy.to_string(),
        "strategy_title": settings.strategy.title(),
        "preset": settings.strategy.preset().map(preset_json),
        "lanes": settings.lanes,
        "clock": settings.clock.slug(),
        "lane_seed": settings.seed,
        "costs": settings.costs,
        "faults": settings.faults,
        "transactions": trace.transactions.len(),
        "gas_used": summary.gas_used,
        "makespan": summary.makespan,
        "sequential": summary.sequential,
        "speedup": summary.speedup(),
        "producer": summary.producer,
        "system_speedup": words::system_speedup(summary),
        "executions": summary.executions,
        "aborts": summary.aborts,
        "wasted_gas": summary.wasted_gas,
        "critical_path_gas": summary.critical_path_gas,
        "class": summary.class,
        "class_holds": summary.class_holds,
        "identical_to_sequential": summary.identical,
        "difference": summary.difference,
        "excluded": excluded_json(summary),
        "rejected": summary.rejected,
        "fallback": summary.fallback_reason().map(|reason| reason.sentence()),
        "receipts_root": summary.receipts_root,
        "header": header,
    });
    format!("{value:#}\n")
}

fn preset_json(preset: &Preset) -> Value {
    json!({
        "name": preset.name,
        "title": preset.title,
        "keeps": preset.keeps,
        "leaves_out": preset.leaves_out,
        "source": preset.source,
        "as_of": preset.as_of,
    })
}

/// Transactions count from 1 here, as in faults.
fn excluded_json(summary: &Summary) -> Vec<Value> {
    let excluded = summary.excluded.iter();
    excluded.map(|one| json!({ "tx": u64::from(one.tx) + 1, "why": one.why })).collect()
}

fn as_text(trace: &Trace) -> String {
    let summary = &trace.summary;
    let settings = &summary.settings;
    let ticks = |ticks: u64| format::ticks(settings.clock, ticks as f64);
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
        match &summary.rejected {
            Some(_) => format!("rejected after {}", ticks(summary.makespan)),
            None => format!(
                "{} instead of {}: {} one lane",
                ticks(summary.makespan),
                ticks(summary.sequential),
                format::speed_words(summary.speedup()),
            ),
        },
        format!(
            "{} executions, {} aborted, {} wasted",
            summary.executions,
            summary.aborts,
            format::gas(summary.wasted_gas as f64),
        ),
        words::verdict(summary),
    ];
    lines.extend(summary.rejected.as_ref().map(|why| format!("rejected: {why}")));
    lines.extend(words::excluded(summary));
    lines.extend(words::producer(summary));
    lines.extend(summary.fallback_reason().map(|reason| reason.sentence().to_owned()));
    if !summary.header_checks.is_empty() {
        let checks = summary.header_checks.iter();
        let marks: Vec<_> = checks
            .map(|check| format!("{} {}", check.field, if check.holds { "✓" } else { "✗" }))
            .collect();
        lines.push(format!("header: {}", marks.join(", ")));
    }
    lines.push(format!("strategy {}; {}", settings.strategy, words::costs(settings)));
    lines.extend(words::faults(settings));
    lines.extend(settings.strategy.preset().into_iter().flat_map(words::model));
    lines.push(String::new());
    lines.join("\n")
}

fn clock_words(summary: &Summary) -> String {
    match summary.settings.clock {
        Clock::Gas => {
            format!("gas clock, seed {}, lane seed {}", summary.seed, summary.settings.seed)
        }
        Clock::Threads => "measured on real threads".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use lanescope_protocol::trace::Excluded;
    use lanescope_protocol::{Class, Settings};

    use super::*;

    fn trace(strategy: &str) -> Trace {
        let settings = Settings { strategy: strategy.parse().unwrap(), ..Settings::default() };
        let class = settings.strategy.class();
        let summary =
            Summary { settings, class, class_holds: true, identical: true, ..Summary::default() };
        Trace { summary, ..Trace::default() }
    }

    #[test]
    fn a_preset_says_what_it_is_a_model_of_and_what_it_leaves_out() {
        let text = as_text(&trace("monad"));
        for words in ["Model of Monad", "keeps: ", "leaves out: ", "source: ", "data as of 20"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let value: Value = serde_json::from_str(&as_json(&trace("monad"))).unwrap();
        assert_eq!(value["preset"]["name"], "monad");
        assert_eq!(value["class"], "E0");
        assert!(!as_text(&trace("monad:retry-percent=50")).contains("Model of"));
    }

    #[test]
    fn costs_faults_and_seeds_are_always_said() {
        let mut trace = trace("block-stm");
        let text = as_text(&trace);
        assert!(text.contains("cold reads, validations and commits take no time"), "{text}");
        assert!(text.contains("lane seed 0"), "{text}");
        let settings = &mut trace.summary.settings;
        settings.costs.cold_read = 2_100;
        settings.seed = 9;
        settings.faults = vec!["slow:lane=1,times=4".parse().unwrap()];
        let text = as_text(&trace);
        assert!(
            text.contains("a cold read takes 2100 ticks, a validation 0, a commit 0"),
            "{text}"
        );
        assert!(text.contains("lane seed 9") && text.contains("faults: slow:lane=1"), "{text}");
    }

    #[test]
    fn every_class_has_its_verdict() {
        let mut summary = trace("block-stm").summary;
        assert_eq!(words::verdict(&summary), "✓ same result as one lane (class E0)");
        summary.class_holds = false;
        summary.identical = false;
        summary.difference = Some("T3 used 5 gas instead of 4".to_owned());
        let verdict = words::verdict(&summary);
        assert_eq!(verdict, "✗ differs from one lane: T3 used 5 gas instead of 4 (class E0)");
        summary.class = Class::Nothing;
        assert!(words::verdict(&summary).ends_with("nothing is promised (class none)"));
        summary.class = Class::SomeOrder;
        summary.class_holds = true;
        assert!(words::verdict(&summary).starts_with("✓ same result as one lane in the order"));
        summary.rejected = Some("wrong".to_owned());
        assert!(words::verdict(&summary).contains("rejected"));
    }

    #[test]
    fn what_is_not_in_the_result_is_named() {
        let mut trace = trace("solana-greedy");
        let excluded = |tx| Excluded { tx, why: "no room".to_owned() };
        trace.summary.excluded = (0..10).map(excluded).collect();
        trace.summary.producer = 500;
        let text = as_text(&trace);
        assert!(text.contains("10 transactions not in the result: T1 (no room), "), "{text}");
        assert!(
            text.contains("and 2 more") && text.contains("the producer took 500 gas"),
            "{text}"
        );
        let value: Value = serde_json::from_str(&as_json(&trace)).unwrap();
        assert_eq!(value["excluded"][9]["tx"], 10);
    }
}
