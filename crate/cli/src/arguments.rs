//! The command line.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use lanescope_protocol::{Clock, Settings, StrategyName};
use lexopt::{Arg, Parser, ValueExt as _};

/// What was asked for.
#[derive(Debug)]
pub(crate) enum Invocation {
    Help,
    Run(RunArguments),
    Verify(VerifyArguments),
}

/// `lanescope run`.
#[derive(Debug, Default)]
pub(crate) struct RunArguments {
    pub(crate) source: String,
    pub(crate) knobs: BTreeMap<String, u64>,
    pub(crate) seed: Option<u64>,
    pub(crate) settings: Settings,
    pub(crate) json: bool,
}

/// `lanescope verify`.
#[derive(Debug, Default)]
pub(crate) struct VerifyArguments {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) lanes: Vec<u16>,
}

/// Lanes where none are given.
const LANES_DEFAULT: u16 = 4;

pub(crate) fn parse(mut parser: Parser) -> Result<Invocation> {
    match parser.next()? {
        None => bail!("say what to do"),
        Some(Arg::Short('h') | Arg::Long("help")) => Ok(Invocation::Help),
        Some(Arg::Value(command)) => match command.to_str() {
            Some("run") => parse_run(&mut parser),
            Some("verify") => parse_verify(&mut parser),
            Some("help") => Ok(Invocation::Help),
            _ => bail!("there is no command {command:?}"),
        },
        Some(other) => Err(other.unexpected().into()),
    }
}

fn parse_run(parser: &mut Parser) -> Result<Invocation> {
    let mut arguments = RunArguments::default();
    let mut source = None;
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("set") => {
                let (knob, value) = knob(&text(parser.value()?)?)?;
                arguments.knobs.insert(knob, value);
            }
            Arg::Long("seed") => {
                arguments.seed = Some(number("--seed", &text(parser.value()?)?)?);
            }
            Arg::Long("strategy") => {
                arguments.settings.strategy = text(parser.value()?)?.parse::<StrategyName>()?;
            }
            Arg::Long("clock") => {
                arguments.settings.clock = text(parser.value()?)?.parse::<Clock>()?;
            }
            Arg::Long("lanes") => arguments.settings.lanes = lanes(&text(parser.value()?)?)?,
            Arg::Long("json") => arguments.json = true,
            Arg::Short('h') | Arg::Long("help") => return Ok(Invocation::Help),
            Arg::Value(value) if source.is_none() => source = Some(text(value)?),
            other => return Err(other.unexpected().into()),
        }
    }
    arguments.source = source.context("run needs a SOURCE: a file or a workload")?;
    Ok(Invocation::Run(arguments))
}

fn parse_verify(parser: &mut Parser) -> Result<Invocation> {
    let mut arguments = VerifyArguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("lanes") => arguments.lanes.push(lanes(&text(parser.value()?)?)?),
            Arg::Short('h') | Arg::Long("help") => return Ok(Invocation::Help),
            Arg::Value(value) => arguments.files.push(value.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    if arguments.files.is_empty() {
        bail!("verify needs at least one FILE");
    }
    if arguments.lanes.is_empty() {
        arguments.lanes.push(LANES_DEFAULT);
    }
    Ok(Invocation::Verify(arguments))
}

fn text(value: OsString) -> Result<String> {
    Ok(value.string()?)
}

fn number(option: &str, text: &str) -> Result<u64> {
    text.parse().with_context(|| format!("{option} takes a whole number, not \"{text}\""))
}

fn lanes(text: &str) -> Result<u16> {
    let lanes = number("--lanes", text)?;
    let settings =
        Settings { lanes: u16::try_from(lanes).unwrap_or(u16::MAX), ..Settings::default() };
    settings.check()?;
    Ok(settings.lanes)
}

fn knob(text: &str) -> Result<(String, u64)> {
    let Some((knob, value)) = text.split_once('=') else {
        bail!("--set takes KNOB=VALUE, not \"{text}\"");
    };
    Ok((knob.to_owned(), number(&format!("--set {knob}"), value)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse_words(words: &[&str]) -> Result<Invocation> {
        parse(Parser::from_args(words))
    }

    #[test]
    fn run_takes_every_option() {
        let words = "run dex --set count=30 --set hot=60 --lanes 8 --clock threads --seed 7 --json";
        let words: Vec<_> = words.split(' ').collect();
        let Ok(Invocation::Run(arguments)) = parse_words(&words) else {
            panic!("not understood");
        };
        assert_eq!(arguments.source, "dex");
        assert_eq!(arguments.knobs["hot"], 60);
        assert_eq!(arguments.seed, Some(7));
        assert_eq!(arguments.settings.lanes, 8);
        assert_eq!(arguments.settings.clock, Clock::Threads);
        assert!(arguments.json);
    }

    #[test]
    fn mistakes_are_named() {
        let cases = [
            (&["run", "dex", "--lanes", "0"][..], "lanes must be between 1 and 256, not 0"),
            (&["run", "dex", "--lanes", "300"], "lanes must be between 1 and 256, not 300"),
            (&["run", "dex", "--set", "count"], "--set takes KNOB=VALUE, not \"count\""),
            (&["run", "dex", "--seed", "x"], "--seed takes a whole number, not \"x\""),
            (
                &["run", "dex", "--strategy", "magic"],
                "there is no strategy \"magic\"; known: sequential, block-stm",
            ),
            (&["verify"], "verify needs at least one FILE"),
            (&["dance"], "there is no command \"dance\""),
        ];
        for (words, sentence) in cases {
            let error = parse_words(words).map(|_| ()).unwrap_err();
            assert_eq!(error.to_string(), sentence, "{words:?}");
        }
    }
}
