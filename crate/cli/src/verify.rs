//! `lanescope verify`.

use core::fmt;
use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use lanescope_executor::{BlockError, Outcome, Run, difference};
use lanescope_protocol::{Class, Clock, FallbackReason, Settings, Strategy};
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
        let (mark, words) = match check(file, arguments) {
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

fn check(file: &Path, arguments: &VerifyArguments) -> Result<String> {
    let (mut scenario, state) = source::open(file)?;
    lanescope_workloads::add_splits(&mut scenario, state.clone(), &arguments.splits)?;
    let prepared = lanescope_workloads::prepare(&scenario, state)?;
    let (sequential, _) = one_lane(&prepared)?;
    let header = check_header(&prepared, &sequential)?;
    let mut tally = Tally::default();
    for strategy in Strategy::all() {
        for lanes in &arguments.lanes {
            for clock in [Clock::Gas, Clock::Threads] {
                let settings = Settings { strategy, lanes: *lanes, clock, ..Settings::default() };
                let run = match race(&prepared, &settings) {
                    Ok(run) => run,
                    Err(error) if does_not_run_here(&error) => {
                        tally.refuse(&error, clock);
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                tally.count(&settings, &sequential, &run).with_context(|| {
                    format!("{strategy} with {lanes} lanes on the {clock} clock")
                })?;
            }
        }
    }
    Ok(format!(
        "{} transactions, {} gas, {tally}, {header}",
        prepared.block.transactions.len(),
        sequential.gas_used,
    ))
}

/// Not every strategy runs on both clocks, or under every fork.
fn does_not_run_here(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(BlockError::Unsupported(_)))
}

/// What the runs of one block had in common, by what their strategies promise.
#[derive(Default)]
struct Tally {
    exact: u32,
    other_order: u32,
    unchecked: u32,
    /// Runs of strategies that detect nothing, with another result than one lane.
    went_wrong: u32,
    aborts: u32,
    /// What does not even run on the gas clock, in its own words.
    refused: BTreeSet<String>,
    fallback: Option<FallbackReason>,
}

impl Tally {
    fn refuse(&mut self, error: &anyhow::Error, clock: Clock) {
        if clock == Clock::Gas {
            self.refused.insert(error.to_string());
        }
    }

    /// Compares a run with what its strategy's class promises.
    fn count(&mut self, settings: &Settings, sequential: &Outcome, run: &Run) -> Result<()> {
        if let Some(reason) = &run.rejected {
            bail!("the block is rejected: {reason}");
        }
        let expected = run.replay.as_ref().unwrap_or(sequential);
        let found = difference(expected, &run.outcome);
        match (settings.strategy.class(), found) {
            (Class::Nothing, found) => {
                self.unchecked += 1;
                self.went_wrong += u32::from(found.is_some());
            }
            (_, Some(difference)) => bail!("{difference}"),
            (Class::Exact, None) => self.exact += 1,
            (Class::SomeOrder, None) => self.other_order += 1,
        }
        self.aborts += run.aborts;
        self.fallback = self.fallback.or(run.fallback);
        Ok(())
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} runs equal one lane", self.exact)?;
        if self.other_order > 0 {
            write!(f, ", {} equal one lane in their own order", self.other_order)?;
        }
        if self.unchecked > 0 {
            write!(f, ", {} of {} naive ones went wrong", self.went_wrong, self.unchecked)?;
        }
        write!(f, " ({} aborts)", self.aborts)?;
        for refused in &self.refused {
            write!(f, "; {refused}")?;
        }
        if let Some(reason) = self.fallback {
            write!(f, "; {}", reason.sentence())?;
        }
        Ok(())
    }
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
