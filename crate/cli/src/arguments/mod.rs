//! The command line: one file for each command, and what they share.

mod compare;
mod export;
mod lint;
mod run;
mod state_test;
mod steps;
mod strategies;
mod verify;

use std::ffi::OsString;
use std::ops::RangeInclusive;

use anyhow::{Context as _, Result, bail};
use lanescope_protocol::Settings;
use lexopt::{Arg, Parser, ValueExt as _};

use crate::bench::arguments::{BenchArguments, parse_bench};

pub(crate) use compare::CompareArguments;
pub(crate) use export::{ExportArguments, Format};
pub(crate) use lint::LintArguments;
pub(crate) use run::RunArguments;
pub(crate) use state_test::StateTestArguments;
pub(crate) use steps::StepsArguments;
pub(crate) use strategies::Asked;
pub(crate) use verify::VerifyArguments;

/// What was asked for.
#[derive(Debug)]
pub(crate) enum Invocation {
    Help,
    Run(RunArguments),
    Compare(CompareArguments),
    Export(ExportArguments),
    Lint(LintArguments),
    AccessList(RunArguments),
    Steps(StepsArguments),
    Verify(VerifyArguments),
    Bench(BenchArguments),
    StateTest(StateTestArguments),
}

pub(crate) fn parse(mut parser: Parser) -> Result<Invocation> {
    match parser.next()? {
        None => bail!("say what to do"),
        Some(Arg::Short('h') | Arg::Long("help")) => Ok(Invocation::Help),
        Some(Arg::Value(command)) => match command.to_str() {
            Some("run") => run::parse_run(&mut parser),
            Some("compare") => compare::parse_compare(&mut parser),
            Some("export") => export::parse_export(&mut parser),
            Some("lint") => lint::parse_lint(&mut parser),
            Some("access-list") => run::parse_access_list(&mut parser),
            Some("steps") => steps::parse_steps(&mut parser),
            Some("verify") => verify::parse_verify(&mut parser),
            Some("bench") => parse_bench(&mut parser),
            Some("state-test") => state_test::parse_state_test(&mut parser),
            Some("help") => Ok(Invocation::Help),
            _ => bail!("there is no command {command:?}"),
        },
        Some(other) => Err(other.unexpected().into()),
    }
}

/// A word of the command line that no longer borrows from the parser, so that its value can be
/// asked for.
pub(crate) enum Word {
    Help,
    Option(String),
    Value(OsString),
}

pub(crate) fn next_word(parser: &mut Parser) -> Result<Option<Word>> {
    Ok(match parser.next()? {
        None => None,
        Some(Arg::Short('h') | Arg::Long("help")) => Some(Word::Help),
        Some(Arg::Long(name)) => Some(Word::Option(name.to_owned())),
        Some(Arg::Value(value)) => Some(Word::Value(value)),
        Some(other @ Arg::Short(_)) => return Err(other.unexpected().into()),
    })
}

pub(crate) fn text(value: OsString) -> Result<String> {
    Ok(value.string()?)
}

pub(crate) fn number(option: &str, text: &str) -> Result<u64> {
    text.parse().with_context(|| format!("{option} takes a whole number, not \"{text}\""))
}

pub(crate) fn within(option: &str, text: &str, range: RangeInclusive<u64>) -> Result<u64> {
    let value = number(option, text)?;
    if !range.contains(&value) {
        bail!("{option} takes {} to {}, not {value}", range.start(), range.end());
    }
    Ok(value)
}

pub(crate) fn lanes(text: &str) -> Result<u16> {
    let lanes = number("--lanes", text)?;
    let settings =
        Settings { lanes: u16::try_from(lanes).unwrap_or(u16::MAX), ..Settings::default() };
    settings.check()?;
    Ok(settings.lanes)
}

/// Drops what is in the list already.
pub(crate) fn keep_first<T: Clone + PartialEq>(list: &mut Vec<T>) {
    let mut seen = Vec::with_capacity(list.len());
    list.retain(|item| {
        let is_new = !seen.contains(item);
        seen.push(item.clone());
        is_new
    });
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn parse_words(words: &[&str]) -> Result<Invocation> {
        parse(Parser::from_args(words))
    }

    /// Checks the sentence that each of these command lines is refused with.
    pub(crate) fn refused(cases: &[(&str, &str)]) {
        for (line, sentence) in cases {
            let words: Vec<_> = line.split(' ').collect();
            let error = parse_words(&words).map(|_| ()).unwrap_err();
            assert_eq!(error.to_string(), *sentence, "{line}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        refused(&[
            ("verify", "verify needs at least one FILE"),
            ("state-test", "state-test needs a DIR with state tests in it"),
            ("state-test a b", "unexpected argument \"b\""),
            ("dance", "there is no command \"dance\""),
        ]);
    }
}
