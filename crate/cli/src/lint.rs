//! `lanescope lint`.

use core::fmt::Write as _;

use anyhow::Result;
use lanescope_timeline::{Film, Finding, format};
use serde_json::{Value, json};

use crate::arguments::LintArguments;
use crate::{DIFFERS, OK, stored};

/// Runs, or reads a run, and says what keeps it from being faster. Returns the text and the exit
/// status.
pub(crate) fn lint(arguments: &LintArguments) -> Result<(String, u8)> {
    let film = Film::new(stored::trace(&arguments.run)?);
    let findings = film.findings();
    let text = if arguments.run.json { as_json(&film, findings) } else { as_text(&film, findings) };
    let code = if arguments.deny && !findings.is_empty() { DIFFERS } else { OK };
    Ok((text, code))
}

fn as_text(film: &Film, findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        // Writing into memory has no way to fail, here and below.
        let _ = writeln!(text, "{}: {}", finding.lint, finding.title);
        for evidence in &finding.evidence {
            let _ = write!(text, "  = {}", evidence.phrase);
            let runs: Vec<_> = evidence.versions.iter().map(ToString::to_string).collect();
            let _ = match runs.is_empty() {
                true => writeln!(text),
                false => writeln!(text, " ({})", runs.join(", ")),
            };
        }
        if finding.places.len() > 1 {
            let names = finding.places.iter().map(|place| film.location_name(*place));
            let names: Vec<_> = names.collect();
            let _ = writeln!(text, "  = places: {}", names.join(", "));
        }
        let _ = writeln!(text, "  = {}", finding.worth());
        let _ = writeln!(text, "  help: {}\n", finding.advice);
    }
    let strategy = film.settings().strategy.title();
    let lanes = format::count(film.lanes(), "lane");
    let _ = match findings.len() {
        0 => writeln!(text, "Nothing to complain about under {strategy} on {lanes}."),
        count => writeln!(text, "{} under {strategy} on {lanes}.", format::count(count, "finding")),
    };
    text
}

fn as_json(film: &Film, findings: &[Finding]) -> String {
    let one = |finding: &Finding| -> Value {
        let evidence = finding.evidence.iter().map(|evidence| {
            let runs: Vec<_> = evidence.versions.iter().map(ToString::to_string).collect();
            json!({ "words": evidence.phrase.to_string(), "runs": runs })
        });
        let places = finding.places.iter().map(|place| film.location_name(*place));
        json!({
            "lint": finding.lint.slug(),
            "title": finding.title.to_string(),
            "evidence": evidence.collect::<Vec<_>>(),
            "places": places.collect::<Vec<_>>(),
            "cost": finding.cost,
            "limit": finding.limit,
            "advice": finding.advice,
        })
    };
    format!("{:#}\n", Value::from(findings.iter().map(one).collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::RunArguments;

    fn run(source: &str, deny: bool, json: bool) -> (String, u8) {
        let run = RunArguments { source: source.to_owned(), json, ..RunArguments::default() };
        lint(&LintArguments { run, deny }).unwrap()
    }

    #[test]
    fn the_exchange_has_a_hot_pool_and_plain_payments_have_nothing() {
        let (text, code) = run("dex", true, false);
        assert!(text.starts_with("hot-slot: ") && text.contains("Pool A.reserve0"), "{text}");
        assert_eq!(code, DIFFERS);
        assert_eq!(run("dex", false, false).1, OK);
        let (text, _) = run("dex", false, true);
        let all: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(all[0]["lint"], "hot-slot");
    }

    #[test]
    fn no_finding_promises_less_than_the_critical_path() {
        for source in ["dex", "nft-mint", "erc20", "transfers"] {
            let run = RunArguments { source: source.to_owned(), ..RunArguments::default() };
            let film = Film::new(stored::trace(&run).unwrap());
            let best = film.metrics().ideal_speedup.unwrap();
            for finding in film.findings() {
                let limit = finding.limit.unwrap_or(f64::INFINITY);
                assert!(limit > best * 0.999, "{source}: {finding:?} against {best}");
            }
        }
    }

    #[test]
    fn one_collection_counts_its_tokens() {
        let (text, _) = run("nft-mint", false, false);
        assert!(text.contains("global-counter: "), "{text}");
    }
}
