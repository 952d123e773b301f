//! The command line.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use lanescope_protocol::{Clock, Settings, Strategy};
use lanescope_timeline::Theme;
use lexopt::{Arg, Parser, ValueExt as _};

use crate::bench::arguments::{BenchArguments, parse_bench};

/// What was asked for.
#[derive(Debug)]
pub(crate) enum Invocation {
    Help,
    Run(RunArguments),
    Export(ExportArguments),
    AccessList(RunArguments),
    Verify(VerifyArguments),
    Bench(BenchArguments),
    StateTest(StateTestArguments),
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

/// `lanescope export`: a run, drawn.
#[derive(Debug)]
pub(crate) struct ExportArguments {
    pub(crate) run: RunArguments,
    pub(crate) theme: Theme,
    /// Width of the picture in CSS pixels.
    pub(crate) width: u64,
    /// The moment that is drawn, in percent of the run.
    pub(crate) at: u64,
}

/// `lanescope verify`.
#[derive(Debug, Default)]
pub(crate) struct VerifyArguments {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) lanes: Vec<u16>,
}

/// `lanescope state-test`.
#[derive(Debug, Default)]
pub(crate) struct StateTestArguments {
    pub(crate) folder: PathBuf,
    pub(crate) lanes: Vec<u16>,
    pub(crate) json: bool,
}

/// Lanes where none are given.
const LANES_DEFAULT: u16 = 4;

pub(crate) fn parse(mut parser: Parser) -> Result<Invocation> {
    match parser.next()? {
        None => bail!("say what to do"),
        Some(Arg::Short('h') | Arg::Long("help")) => Ok(Invocation::Help),
        Some(Arg::Value(command)) => match command.to_str() {
            Some("run") => parse_run(&mut parser),
            Some("export") => parse_export(&mut parser),
            Some("access-list") => parse_access_list(&mut parser),
            Some("verify") => parse_verify(&mut parser),
            Some("bench") => parse_bench(&mut parser),
            Some("state-test") => parse_state_test(&mut parser),
            Some("help") => Ok(Invocation::Help),
            _ => bail!("there is no command {command:?}"),
        },
        Some(other) => Err(other.unexpected().into()),
    }
}

fn parse_run(parser: &mut Parser) -> Result<Invocation> {
    let mut arguments = RunArguments::default();
    while let Some(word) = next_word(parser)? {
        match word {
            Word::Help => return Ok(Invocation::Help),
            Word::Option(name) if name == "json" => arguments.json = true,
            word => common(word, parser, &mut arguments)?,
        }
    }
    check_source(&arguments)?;
    Ok(Invocation::Run(arguments))
}

fn parse_access_list(parser: &mut Parser) -> Result<Invocation> {
    Ok(match parse_run(parser)? {
        Invocation::Run(arguments) => Invocation::AccessList(arguments),
        other => other,
    })
}

fn parse_export(parser: &mut Parser) -> Result<Invocation> {
    let run = RunArguments::default();
    let mut arguments = ExportArguments { run, theme: Theme::Light, width: 960, at: 100 };
    while let Some(word) = next_word(parser)? {
        match word {
            Word::Help => return Ok(Invocation::Help),
            Word::Option(name) if name == "format" => {
                let format = text(parser.value()?)?;
                if format != "svg" {
                    bail!("there is no format \"{format}\"; known: svg");
                }
            }
            Word::Option(name) if name == "theme" => {
                arguments.theme = match text(parser.value()?)?.as_str() {
                    "light" => Theme::Light,
                    "dark" => Theme::Dark,
                    other => bail!("--theme takes light or dark, not \"{other}\""),
                };
            }
            Word::Option(name) if name == "width" => {
                arguments.width = within("--width", &text(parser.value()?)?, 200..=8_000)?;
            }
            Word::Option(name) if name == "at" => {
                arguments.at = within("--at", &text(parser.value()?)?, 0..=100)?;
            }
            word => common(word, parser, &mut arguments.run)?,
        }
    }
    check_source(&arguments.run)?;
    Ok(Invocation::Export(arguments))
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

/// What every command that runs a block understands.
fn common(word: Word, parser: &mut Parser, arguments: &mut RunArguments) -> Result<()> {
    let name = match word {
        Word::Help => return Ok(()),
        Word::Value(value) if arguments.source.is_empty() => {
            arguments.source = text(value)?;
            return Ok(());
        }
        Word::Value(value) => bail!("unexpected argument {value:?}"),
        Word::Option(name) => name,
    };
    let mut value = || text(parser.value()?);
    match name.as_str() {
        "set" => {
            let (knob, value) = knob(&value()?)?;
            arguments.knobs.insert(knob, value);
        }
        "seed" => arguments.seed = Some(number("--seed", &value()?)?),
        "strategy" => arguments.settings.strategy = value()?.parse::<Strategy>()?,
        "clock" => arguments.settings.clock = value()?.parse::<Clock>()?,
        "lanes" => arguments.settings.lanes = lanes(&value()?)?,
        _ => bail!("there is no option --{name} here"),
    }
    Ok(())
}

fn check_source(arguments: &RunArguments) -> Result<()> {
    if arguments.source.is_empty() {
        bail!("say what to run: a file, or one of transfers, erc20, dex, nft-mint");
    }
    Ok(())
}

pub(crate) fn within(option: &str, text: &str, range: RangeInclusive<u64>) -> Result<u64> {
    let value = number(option, text)?;
    if !range.contains(&value) {
        bail!("{option} takes {} to {}, not {value}", range.start(), range.end());
    }
    Ok(value)
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

fn parse_state_test(parser: &mut Parser) -> Result<Invocation> {
    let mut folder = None;
    let mut arguments = StateTestArguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Long("lanes") => arguments.lanes.push(lanes(&text(parser.value()?)?)?),
            Arg::Long("json") => arguments.json = true,
            Arg::Short('h') | Arg::Long("help") => return Ok(Invocation::Help),
            Arg::Value(value) if folder.is_none() => folder = Some(value),
            other => return Err(other.unexpected().into()),
        }
    }
    arguments.folder = folder.context("state-test needs a DIR with state tests in it")?.into();
    if arguments.lanes.is_empty() {
        arguments.lanes = vec![1, 2, 4];
    }
    Ok(Invocation::StateTest(arguments))
}

pub(crate) fn text(value: OsString) -> Result<String> {
    Ok(value.string()?)
}

pub(crate) fn number(option: &str, text: &str) -> Result<u64> {
    text.parse().with_context(|| format!("{option} takes a whole number, not \"{text}\""))
}

pub(crate) fn lanes(text: &str) -> Result<u16> {
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
pub(crate) mod tests {
    use super::*;

    pub(crate) fn parse_words(words: &[&str]) -> Result<Invocation> {
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
    fn access_list_takes_a_source() {
        let Ok(Invocation::AccessList(arguments)) = parse_words(&["access-list", "dex", "--json"])
        else {
            panic!("not understood");
        };
        assert_eq!(arguments.source, "dex");
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
            (&["run"], "say what to run: a file, or one of transfers, erc20, dex, nft-mint"),
            (&["run", "dex", "--magic"], "there is no option --magic here"),
            (&["export", "dex", "--format", "gif"], "there is no format \"gif\"; known: svg"),
            (&["export", "dex", "--at", "101"], "--at takes 0 to 100, not 101"),
            (
                &["access-list"],
                "say what to run: a file, or one of transfers, erc20, dex, nft-mint",
            ),
            (&["verify"], "verify needs at least one FILE"),
            (&["state-test"], "state-test needs a DIR with state tests in it"),
            (&["state-test", "a", "b"], "unexpected argument \"b\""),
            (&["dance"], "there is no command \"dance\""),
        ];
        for (words, sentence) in cases {
            let error = parse_words(words).map(|_| ()).unwrap_err();
            assert_eq!(error.to_string(), sentence, "{words:?}");
        }
    }
}
