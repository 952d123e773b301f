//! `lanescope verify`.

use std::path::Path;

use anyhow::{Result, bail};
use lanescope_executor::{Outcome, difference};
use lanescope_protocol::{Clock, Settings, Strategy, StrategyName};
use lanescope_workloads::Prepared;

use crate::arguments::VerifyArguments;
use crate::race::{one_lane, race};
use crate::source;
use crate::{DIFFERS, OK};

/// Checks every file, a line each, and answers the exit status.
pub(crate) fn verify(
    arguments: &VerifyArguments,
    say: &mut dyn FnMut(&str) -> std::io::Result<()>,
) -> u8 {
    let mut code = OK;
    for file in &arguments.files {
        let (mark, words) = match check(file, &arguments.lanes) {
            Ok(words) => ("ok  ", words),
            Err(error) => {
                code = DIFFERS;
                ("FAIL", format!("{error:#}"))
            }
        };
        if say(&format!("{mark} {}: {words}\n", file.display())).is_err() {
            return DIFFERS;
        }
    }
    code
}

fn check(file: &Path, lanes: &[u16]) -> Result<String> {
    let (scenario, state) = source::open(file)?;
    let prepared = lanescope_workloads::prepare(&scenario, state)?;
    let (sequential, _) = one_lane(&prepared)?;
    let header = check_header(&prepared, &sequential)?;
    let mut runs = 0;
    let mut aborts = 0;
    let mut fallback = None;
    for strategy in [StrategyName::Sequential, StrategyName::BlockStm].map(Strategy::from) {
        for lanes in lanes {
            for clock in [Clock::Gas, Clock::Threads] {
                let settings = Settings { strategy, lanes: *lanes, clock, ..Settings::default() };
                let run = race(&prepared, &settings)?;
                if let Some(difference) = difference(&sequential, &run.outcome) {
                    bail!("{strategy} with {lanes} lanes on the {clock} clock: {difference}");
                }
                runs += 1;
                aborts += run.aborts;
                fallback = fallback.or(run.fallback);
            }
        }
    }
    let fallback = fallback.map(|reason| format!("; {}", reason.sentence())).unwrap_or_default();
    Ok(format!(
        "{} transactions, {} gas, {runs} runs equal one lane ({aborts} aborts), {header}{fallback}",
        prepared.block.transactions.len(),
        sequential.gas_used,
    ))
}

/// The oracle that does not depend on this project: what the network agreed on.
pub(crate) fn check_header(prepared: &Prepared, sequential: &Outcome) -> Result<String> {
    let checks = prepared
        .header
        .as_ref()
        .map(|claims| lanescope_workloads::header_checks(claims, sequential))
        .unwrap_or_default();
    let failed: Vec<_> =
        checks.iter().filter(|check| !check.holds).map(|check| check.field.as_str()).collect();
    if !failed.is_empty() {
        bail!("the result differs from the block's header in {}", failed.join(", "));
    }
    let fields: Vec<_> = checks.iter().map(|check| check.field.as_str()).collect();
    Ok(match fields.len() {
        0 => "no header to compare with".to_owned(),
        _ => format!("header agrees: {}", fields.join(", ")),
    })
}
