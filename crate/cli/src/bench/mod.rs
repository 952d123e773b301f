//! `lanescope bench`: strategies on real threads against plain revm on one lane.

pub(crate) mod arguments;
mod contest;
mod figures;
mod machine;
mod memory;
mod report;

use anyhow::{Context as _, Result};
use lanescope_protocol::Spread;
use lanescope_workloads::Prepared;

use crate::arguments::RunArguments;
use arguments::{BenchArguments, Once, Source};
use contest::{Contest, Pools, Runner, Sample};
use figures::{Row, Times, totals};
use memory::Peaks;
use report::Table;

/// Where text goes.
type Say<'a> = &'a mut dyn FnMut(&str) -> std::io::Result<()>;

/// Measures everything that was asked for and prints it. Fails on a source that cannot be used, or
/// on a result that differs from sequential execution.
pub(crate) fn bench(arguments: &BenchArguments, say: Say<'_>) -> Result<()> {
    if let Some(once) = arguments.once {
        return bench_once(arguments, once, say);
    }
    let pools = contest::pools(&arguments.lanes)?;
    let table = Table::new(arguments);
    if !arguments.json {
        say(&format!("{}\n{}", report::preamble(arguments.runs), table.head()))?;
    }
    let mut rows = Vec::new();
    for source in &arguments.sources {
        let prepared = load(source)?;
        let measured = measure(&prepared, source, arguments, &pools)
            .with_context(|| source.name().to_owned())?;
        if !arguments.json {
            measured.iter().try_for_each(|row| say(&table.row(row)))?;
        }
        rows.extend(measured);
    }
    let totals = totals(&rows);
    if arguments.json {
        rows.extend(totals);
        say(&report::as_json(&rows))?;
    } else {
        totals.iter().try_for_each(|row| say(&table.row(row)))?;
    }
    Ok(())
}

/// A child's only task.
fn bench_once(arguments: &BenchArguments, once: Once, say: Say<'_>) -> Result<()> {
    let source = arguments.sources.first().context("there is nothing to run")?;
    let lanes = arguments.lanes.first().copied().unwrap_or(1);
    let peak = memory::run_once(&load(source)?, once, lanes)?;
    say(&format!("{peak}\n"))?;
    Ok(())
}

fn load(source: &Source) -> Result<Prepared> {
    match source {
        Source::Given(name) => {
            crate::source::load(&RunArguments { source: name.clone(), ..RunArguments::default() })
        }
        Source::Synthetic(name) => {
            let scenario = lanescope_workloads::synthetic(name)?;
            Ok(lanescope_workloads::prepare(&scenario, None)?)
        }
    }
}

/// One block: a row for each strategy and number of lanes.
fn measure(
    prepared: &Prepared,
    source: &Source,
    arguments: &BenchArguments,
    pools: &Pools,
) -> Result<Vec<Row>> {
    let contest = Contest::new(prepared, pools)?;
    let runners = runners(arguments);
    let mut baseline = Vec::new();
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); runners.len()];
    // The first round warms up caches and the allocator; it is compared but not counted.
    for round in 0..=arguments.runs {
        let first = contest.baseline()?;
        let others: Vec<_> =
            runners.iter().map(|runner| contest.run(*runner)).collect::<Result<_>>()?;
        if round > 0 {
            baseline.push(first);
            samples.iter_mut().zip(others).for_each(|(samples, sample)| samples.push(sample));
        }
    }
    let times = |runner: Runner| {
        let index = runners.iter().position(|other| *other == runner)?;
        Some((Times::of(&samples[index]), samples[index].as_slice()))
    };
    let mut rows = Vec::new();
    let alone = if arguments.memory { memory::peak(source, Once::Baseline, 1)? } else { None };
    for runner in runners.iter().copied().filter(|runner| !runner.traces) {
        let Some((parallel, samples)) = times(runner) else { continue };
        let count = |count: fn(&Sample) -> u32| {
            Spread::of(samples.iter().map(|sample| f64::from(count(sample)))).median
        };
        rows.push(Row {
            source: source.name().to_owned(),
            strategy: runner.strategy,
            lanes: runner.lanes,
            transactions: prepared.block.transactions.len() as u64,
            gas_used: contest.gas_used(),
            sequential: Times::of(&baseline),
            parallel,
            traced: times(Runner { traces: true, ..runner }).map(|(times, _)| times),
            executions: count(|sample| sample.executions),
            aborts: count(|sample| sample.aborts),
            alone: samples.iter().all(|sample| sample.alone),
            memory: peaks(source, runner, alone)?,
        });
    }
    Ok(rows)
}

/// Everything but the baseline, in the order of a round.
fn runners(arguments: &BenchArguments) -> Vec<Runner> {
    let mut runners = Vec::new();
    for lanes in &arguments.lanes {
        for strategy in &arguments.strategies {
            let runner = Runner { strategy: *strategy, lanes: *lanes, traces: false };
            runners.push(runner);
            if arguments.tracing {
                runners.push(Runner { traces: true, ..runner });
            }
        }
    }
    runners
}

/// The runner's peak of memory beside that of one lane. `None` if that is not known.
fn peaks(source: &Source, runner: Runner, alone: Option<u64>) -> Result<Option<Peaks>> {
    let Some(sequential) = alone else { return Ok(None) };
    let parallel = memory::peak(source, Once::Lanes(runner.strategy), runner.lanes)?;
    Ok(parallel.map(|parallel| Peaks { sequential, parallel }))
}

#[cfg(test)]
mod tests {
    use lanescope_protocol::{Strategy, StrategyName};
    use serde_json::Value;

    use super::*;

    fn arguments(sources: &[&str]) -> BenchArguments {
        BenchArguments {
            sources: sources.iter().map(|name| Source::Given((*name).to_owned())).collect(),
            strategies: vec![StrategyName::Sequential.into(), Strategy::default()],
            lanes: vec![1, 2],
            runs: 2,
            tracing: true,
            ..BenchArguments::default()
        }
    }

    fn printed(arguments: &BenchArguments) -> String {
        let mut text = String::new();
        bench(arguments, &mut |more| {
            text += more;
            Ok(())
        })
        .unwrap();
        text
    }

    #[test]
    fn json_has_an_object_for_everything_asked_and_a_total_for_each_way() {
        let arguments = BenchArguments { json: true, ..arguments(&["dex", "erc20"]) };
        let objects: Vec<Value> = serde_json::from_str(&printed(&arguments)).unwrap();
        let ways = 4;
        assert_eq!(objects.len(), 3 * ways);
        for (index, object) in objects.iter().enumerate() {
            let is_total = object["source"] == "total";
            assert_eq!(is_total, index >= 2 * ways);
            let number = |field: &str| object[field].as_f64().unwrap();
            let fields = ["sequential_ms", "parallel_ms", "sequential_cpu_ms", "parallel_cpu_ms"];
            assert!(fields.iter().all(|field| number(field) > 0.0), "{object}");
            let ratio = number("sequential_ms") / number("parallel_ms");
            assert!((number("speedup") - ratio).abs() < 1e-3 * ratio, "{object}");
            assert!(number("executions") >= number("transactions"));
            assert!(number("gas_used") > 21_000.0 * number("transactions"));
            assert!(number("traced_ms") > 0.0);
            if !is_total {
                assert!(number("parallel_min_ms") <= number("parallel_ms"));
                assert!(number("parallel_ms") <= number("parallel_max_ms"));
            }
        }
        let (dex, erc20, total) = (&objects[0], &objects[ways], &objects[2 * ways]);
        let sum = dex["transactions"].as_u64().unwrap() + erc20["transactions"].as_u64().unwrap();
        assert_eq!(total["transactions"], sum);
    }

    #[test]
    fn the_table_is_markdown_with_a_line_for_each_row() {
        let text = printed(&arguments(&["transfers"]));
        assert!(text.contains("mimalloc") && text.contains("2 repetitions after a warm-up"));
        let lines: Vec<_> = text.lines().filter(|line| line.starts_with('|')).collect();
        assert_eq!(lines.len(), 2 + 2 * 4);
        let cells = lines[0].matches('|').count();
        assert!(lines.iter().all(|line| line.matches('|').count() == cells), "{text}");
        assert!(lines[0].contains("speed-up") && lines[0].contains("tracing"));
        assert!(lines.last().unwrap().starts_with("| total"));
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let error = bench(&arguments(&["nothing.json"]), &mut |_| Ok(())).unwrap_err();
        assert!(format!("{error:#}").starts_with("nothing.json cannot be opened"), "{error:#}");
    }
}
