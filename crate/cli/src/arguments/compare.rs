//! The options of `lanescope compare`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use lanescope_protocol::{Clock, Settings};
use lanescope_timeline::Theme;
use lexopt::Parser;

use super::export::theme;
use super::run::{check_source, surroundings, take_source};
use super::strategies::{Asked, all, list};
use super::{Invocation, RunArguments, Word, keep_first, lanes, next_word, text};

/// `lanescope compare`.
#[derive(Debug)]
pub(crate) struct CompareArguments {
    /// The block, and what is the same for all: seeds, costs, faults.
    pub(crate) run: RunArguments,
    /// In the order of asking.
    pub(crate) strategies: Vec<Asked>,
    pub(crate) lanes: Vec<u16>,
    /// Where the chart goes, if it is wanted.
    pub(crate) chart: Option<PathBuf>,
    pub(crate) theme: Theme,
}

/// Numbers of lanes where none are given, of a chart and of JSON, and of a table alone.
const LANES: [u16; 7] = [1, 2, 4, 8, 16, 32, 64];
const TABLE_LANES: u16 = 8;

pub(super) fn parse_compare(parser: &mut Parser) -> Result<Invocation> {
    let mut arguments = CompareArguments {
        run: RunArguments::default(),
        strategies: Vec::new(),
        lanes: Vec::new(),
        chart: None,
        theme: Theme::Light,
    };
    let mut table = false;
    while let Some(word) = next_word(parser)? {
        let name = match word {
            Word::Help => return Ok(Invocation::Help),
            Word::Value(value) => {
                take_source(value, &mut arguments.run)?;
                continue;
            }
            Word::Option(name) => name,
        };
        match name.as_str() {
            "strategies" | "strategy" => {
                arguments.strategies.extend(list(&text(parser.value()?)?)?);
            }
            "lanes" => arguments.lanes.push(lanes(&text(parser.value()?)?)?),
            "json" => arguments.run.json = true,
            "table" => table = true,
            "chart" => arguments.chart = Some(parser.value()?.into()),
            "theme" => arguments.theme = theme(&text(parser.value()?)?)?,
            "clock" => {
                if text(parser.value()?)?.parse::<Clock>()? != Clock::Gas {
                    bail!(
                        "compare runs on the gas clock; to measure on real threads, say lanescope bench"
                    );
                }
            }
            _ => surroundings(&name, parser, &mut arguments.run)?,
        }
    }
    if table && arguments.run.json {
        bail!("--json and --table exclude each other");
    }
    check_source(&arguments.run)?;
    complete(&mut arguments);
    check_settings(&arguments)?;
    Ok(Invocation::Compare(arguments))
}

/// Puts in what was not asked for, and runs nothing twice.
fn complete(arguments: &mut CompareArguments) {
    if arguments.strategies.is_empty() {
        arguments.strategies = all();
    }
    if arguments.lanes.is_empty() {
        if arguments.run.json || arguments.chart.is_some() {
            arguments.lanes.extend(LANES);
        } else {
            arguments.lanes.push(TABLE_LANES);
        }
    }
    keep_first(&mut arguments.strategies);
    keep_first(&mut arguments.lanes);
}

/// What no number of lanes makes right is refused at once; a fault on a lane that only some runs
/// have is said in the rows of the others.
fn check_settings(arguments: &CompareArguments) -> Result<()> {
    let lanes = arguments.lanes.iter().copied().max().unwrap_or(TABLE_LANES);
    Ok(Settings { lanes, ..arguments.run.settings.clone() }.check()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::tests::{parse_words, refused};

    fn parse(line: &str) -> CompareArguments {
        let words: Vec<_> = line.split_whitespace().collect();
        match parse_words(&words).unwrap() {
            Invocation::Compare(arguments) => arguments,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn compare_takes_every_option() {
        let arguments = parse(
            "compare dex --set count=9 --seed 3 --strategies monad,rounds:max-rounds=2,groups=on \
             --strategies monad --lanes 2 --lanes 4 --lanes 2 --json --lane-seed 8 --cold-read 5 \
             --fault wrong:tx=1 --chart a.svg --theme dark",
        );
        let names: Vec<_> = arguments.strategies.iter().map(|asked| asked.name.as_str()).collect();
        assert_eq!(names, ["monad", "rounds:max-rounds=2,groups=on"]);
        assert_eq!(arguments.lanes, [2, 4]);
        assert_eq!(arguments.run.knobs["count"], 9);
        assert_eq!(arguments.run.settings.costs.cold_read, 5);
        assert_eq!((arguments.run.settings.seed, arguments.run.seed), (8, Some(3)));
        assert_eq!(arguments.chart, Some("a.svg".into()));
        assert!(arguments.run.json);
    }

    #[test]
    fn everything_is_compared_unless_something_is_asked_for() {
        let table = parse("compare dex --table");
        assert_eq!((table.strategies.len(), table.lanes), (26, vec![8]));
        assert_eq!(parse("compare dex --json").lanes, LANES);
        assert_eq!(parse("compare dex --chart a.svg").lanes, LANES);
        assert_eq!(parse("compare dex --json --lanes 3").lanes, [3]);
    }

    #[test]
    fn mistakes_are_named() {
        refused(&[
            ("compare", "say what to run: a file, or one of transfers, erc20, dex, nft-mint"),
            ("compare dex --json --table", "--json and --table exclude each other"),
            (
                "compare dex --clock threads",
                "compare runs on the gas clock; to measure on real threads, say lanescope bench",
            ),
            (
                "compare dex --lanes 2 --lanes 3 --fault crash:lane=4",
                "the fault \"crash:lane=4,at=0\" is on lane 4, but there are 3 lanes",
            ),
            ("compare dex --at 5", "there is no option --at here"),
        ]);
    }
}
