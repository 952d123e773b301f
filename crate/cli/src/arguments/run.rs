//! The options of `lanescope run`, most of which other commands understand too.

use std::collections::BTreeMap;
use std::ffi::OsString;

use anyhow::{Context as _, Result, bail};
use lanescope_protocol::{Clock, Fault, Settings, Strategy};
use lexopt::Parser;

use super::{Invocation, Word, lanes, next_word, number, text};

/// `lanescope run`.
#[derive(Clone, Debug, Default)]
pub(crate) struct RunArguments {
    pub(crate) source: String,
    pub(crate) knobs: BTreeMap<String, u64>,
    pub(crate) seed: Option<u64>,
    /// Slots to split, as they were written.
    pub(crate) splits: Vec<String>,
    pub(crate) settings: Settings,
    pub(crate) json: bool,
}

pub(super) fn parse_run(parser: &mut Parser) -> Result<Invocation> {
    let mut arguments = RunArguments::default();
    while let Some(word) = next_word(parser)? {
        match word {
            Word::Help => return Ok(Invocation::Help),
            Word::Option(name) if name == "json" => arguments.json = true,
            word => common(word, parser, &mut arguments)?,
        }
    }
    check(&arguments)?;
    Ok(Invocation::Run(arguments))
}

pub(super) fn parse_access_list(parser: &mut Parser) -> Result<Invocation> {
    Ok(match parse_run(parser)? {
        Invocation::Run(arguments) => Invocation::AccessList(arguments),
        other => other,
    })
}

/// What every command that runs a block once understands.
pub(super) fn common(word: Word, parser: &mut Parser, arguments: &mut RunArguments) -> Result<()> {
    let name = match word {
        Word::Help => return Ok(()),
        Word::Value(value) => return take_source(value, arguments),
        Word::Option(name) => name,
    };
    match name.as_str() {
        "strategy" => arguments.settings.strategy = text(parser.value()?)?.parse::<Strategy>()?,
        "clock" => arguments.settings.clock = text(parser.value()?)?.parse::<Clock>()?,
        "lanes" => arguments.settings.lanes = lanes(&text(parser.value()?)?)?,
        _ => surroundings(&name, parser, arguments)?,
    }
    Ok(())
}

/// The block, and what counts whatever the strategy: seeds, splits, costs, faults.
pub(super) fn surroundings(
    name: &str,
    parser: &mut Parser,
    arguments: &mut RunArguments,
) -> Result<()> {
    let settings = &mut arguments.settings;
    let mut value = || text(parser.value()?);
    match name {
        "set" => {
            let (knob, value) = knob(&value()?)?;
            arguments.knobs.insert(knob, value);
        }
        "seed" => arguments.seed = Some(number("--seed", &value()?)?),
        "lane-seed" => settings.seed = number("--lane-seed", &value()?)?,
        "cold-read" => settings.costs.cold_read = cost("--cold-read", &value()?)?,
        "validation-cost" => settings.costs.validation = cost("--validation-cost", &value()?)?,
        "commit-cost" => settings.costs.commit = cost("--commit-cost", &value()?)?,
        "split" => arguments.splits.push(value()?),
        "fault" => settings.faults.push(value()?.parse::<Fault>()?),
        _ => bail!("there is no option --{name} here"),
    }
    Ok(())
}

pub(super) fn take_source(value: OsString, arguments: &mut RunArguments) -> Result<()> {
    if !arguments.source.is_empty() {
        bail!("unexpected argument {value:?}");
    }
    arguments.source = text(value)?;
    Ok(())
}

pub(super) fn check(arguments: &RunArguments) -> Result<()> {
    check_source(arguments)?;
    Ok(arguments.settings.check()?)
}

pub(super) fn check_source(arguments: &RunArguments) -> Result<()> {
    if arguments.source.is_empty() {
        bail!("say what to run: a file, or one of transfers, erc20, dex, nft-mint");
    }
    Ok(())
}

/// Ticks; whether they are too many, [`Settings::check`] says.
fn cost(option: &str, text: &str) -> Result<u32> {
    let ticks = number(option, text)?;
    u32::try_from(ticks).with_context(|| format!("{option} takes a number of ticks, not {ticks}"))
}

fn knob(text: &str) -> Result<(String, u64)> {
    let Some((knob, value)) = text.split_once('=') else {
        bail!("--set takes KNOB=VALUE, not \"{text}\"");
    };
    Ok((knob.to_owned(), number(&format!("--set {knob}"), value)?))
}

#[cfg(test)]
mod tests {
    use lanescope_protocol::Costs;

    use super::*;
    use crate::arguments::tests::{parse_words, refused};

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
    fn run_takes_parameters_costs_and_faults() {
        let words = "run dex --strategy block-stm:estimates=off,balances=exact --lane-seed 5 \
                     --cold-read 2100 --validation-cost 300 --commit-cost 20 \
                     --fault crash:lane=2,at=100,until=300 --fault wrong:tx=5 \
                     --split A.reserve0=4";
        let words: Vec<_> = words.split_whitespace().collect();
        let Ok(Invocation::Run(arguments)) = parse_words(&words) else {
            panic!("not understood");
        };
        let settings = arguments.settings;
        assert_eq!(settings.strategy.to_string(), "block-stm:estimates=off,balances=exact");
        assert_eq!(settings.seed, 5);
        assert_eq!(settings.costs, Costs { cold_read: 2_100, validation: 300, commit: 20 });
        let faults: Vec<_> = settings.faults.iter().map(Fault::to_string).collect();
        assert_eq!(faults, ["crash:lane=2,at=100,until=300", "wrong:tx=5"]);
        assert_eq!(arguments.seed, None);
        assert_eq!(arguments.splits, ["A.reserve0=4"]);
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
        let nothing = "say what to run: a file, or one of transfers, erc20, dex, nft-mint";
        let strategies = format!(
            "there is no strategy \"magic\"; known: {}",
            lanescope_protocol::strategy::known()
        );
        refused(&[
            ("run dex --lanes 0", "lanes must be between 1 and 256, not 0"),
            ("run dex --lanes 300", "lanes must be between 1 and 256, not 300"),
            ("run dex --set count", "--set takes KNOB=VALUE, not \"count\""),
            ("run dex --seed x", "--seed takes a whole number, not \"x\""),
            ("run dex --strategy magic", &strategies),
            ("run", nothing),
            ("access-list", nothing),
            ("run dex --magic", "there is no option --magic here"),
            ("run dex dex", "unexpected argument \"dex\""),
            (
                "run dex --cold-read 10000001",
                "a cold read must cost at most 10000000 ticks, not 10000001",
            ),
            (
                "run dex --commit-cost 5000000000",
                "--commit-cost takes a number of ticks, not 5000000000",
            ),
            (
                "run dex --clock threads --validation-cost 5",
                "costs beside gas are counted on the gas clock, not on real threads",
            ),
            (
                "run dex --lanes 2 --fault slow:lane=3,times=2",
                "the fault \"slow:lane=3,times=2,at=0\" is on lane 3, but there are 2 lanes",
            ),
            ("run dex --fault fire", "there is no fault \"fire\"; known: crash, slow, wrong"),
        ]);
    }
}
