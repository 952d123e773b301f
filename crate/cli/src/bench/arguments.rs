//! The command line of `lanescope bench`.

use anyhow::{Result, bail};
use lanescope_protocol::{Class, Strategy};
use lanescope_workloads::SYNTHETIC;
use lexopt::Parser;

use crate::arguments::{Invocation, Word, keep_first, lanes, next_word, text, within};

/// `lanescope bench`.
#[derive(Debug, Default)]
pub(crate) struct BenchArguments {
    /// What to measure, in the order of asking.
    pub(crate) sources: Vec<Source>,
    pub(crate) strategies: Vec<Strategy>,
    pub(crate) lanes: Vec<u16>,
    /// Repetitions after the warm-up.
    pub(crate) runs: usize,
    /// Whether to measure peaks of memory.
    pub(crate) memory: bool,
    /// Whether to measure what recording costs.
    pub(crate) tracing: bool,
    pub(crate) json: bool,
    /// What a child does to have its memory measured: the only thing it does.
    pub(crate) once: Option<Once>,
}

/// A block to measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file or a generator.
    Given(String),
    /// A synthetic block.
    Synthetic(String),
}

/// A single run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Once {
    Baseline,
    Lanes(Strategy),
}

/// The child's option and what stands for [`Once::Baseline`] there.
pub(super) const ONCE: &str = "once";
pub(super) const BASELINE: &str = "baseline";

/// Odd, so that one of them is in the middle.
const RUNS_DEFAULT: usize = 7;
const RUNS_MAX: u64 = 1_000;
const LANES_DEFAULT: u16 = 2;

pub(crate) fn parse_bench(parser: &mut Parser) -> Result<Invocation> {
    let mut arguments = BenchArguments { runs: RUNS_DEFAULT, ..BenchArguments::default() };
    while let Some(word) = next_word(parser)? {
        let name = match word {
            Word::Help => return Ok(Invocation::Help),
            Word::Value(value) => {
                arguments.sources.push(Source::Given(text(value)?));
                continue;
            }
            Word::Option(name) => name,
        };
        let mut value = || text(parser.value()?);
        match name.as_str() {
            "synthetic" => arguments.sources.push(synthetic(value()?)?),
            "strategy" => arguments.strategies.push(exact(&value()?)?),
            "lanes" => arguments.lanes.push(lanes(&value()?)?),
            "runs" => arguments.runs = within("--runs", &value()?, 1..=RUNS_MAX)? as usize,
            "memory" => arguments.memory = true,
            "tracing" => arguments.tracing = true,
            "json" => arguments.json = true,
            ONCE => arguments.once = Some(once(&value()?)?),
            _ => bail!("there is no option --{name} here"),
        }
    }
    complete(&mut arguments);
    Ok(Invocation::Bench(arguments))
}

/// Puts in what was not asked for, and measures nothing twice.
fn complete(arguments: &mut BenchArguments) {
    if arguments.sources.is_empty() {
        let all = SYNTHETIC.iter().map(|synthetic| Source::Synthetic(synthetic.name.to_owned()));
        arguments.sources.extend(all);
    }
    if arguments.strategies.is_empty() {
        arguments.strategies.push(Strategy::default());
    }
    if arguments.lanes.is_empty() {
        arguments.lanes.push(LANES_DEFAULT);
    }
    keep_first(&mut arguments.sources);
    keep_first(&mut arguments.strategies);
    keep_first(&mut arguments.lanes);
}

/// A strategy whose result can be compared with that of one lane in block order.
fn exact(text: &str) -> Result<Strategy> {
    let strategy: Strategy = text.parse()?;
    if strategy.class() != Class::Exact {
        bail!(
            "bench compares every result with one lane in block order, which {text} does not promise (class {})",
            strategy.class().slug()
        );
    }
    Ok(strategy)
}

fn synthetic(name: String) -> Result<Source> {
    if SYNTHETIC.iter().any(|synthetic| synthetic.name == name) {
        return Ok(Source::Synthetic(name));
    }
    let known: Vec<_> = SYNTHETIC.iter().map(|synthetic| synthetic.name).collect();
    bail!("there is no synthetic block \"{name}\"; known: {}", known.join(", "))
}

fn once(text: &str) -> Result<Once> {
    Ok(if text == BASELINE { Once::Baseline } else { Once::Lanes(text.parse()?) })
}

impl Source {
    /// Its name in the results: as it was given.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Given(name) | Self::Synthetic(name) => name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::tests::parse_words;

    fn parse(words: &str) -> BenchArguments {
        let words: Vec<_> = words.split(' ').collect();
        match parse_words(&words).unwrap() {
            Invocation::Bench(arguments) => arguments,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn everything_can_be_asked_for_several_times() {
        let arguments = parse(
            "bench a.json --synthetic amm dex --strategy block-stm --strategy sequential \
             --lanes 2 --lanes 1 --lanes 2 --runs 3 --json --memory --tracing",
        );
        let sources = arguments.sources.iter().map(Source::name).collect::<Vec<_>>();
        assert_eq!(sources, ["a.json", "amm", "dex"]);
        assert_eq!(arguments.sources[1], Source::Synthetic("amm".to_owned()));
        assert_eq!(
            arguments.strategies,
            [Strategy::default(), lanescope_protocol::StrategyName::Sequential.into()]
        );
        assert_eq!((arguments.lanes, arguments.runs), (vec![2, 1], 3));
        assert!(arguments.json && arguments.memory && arguments.tracing);
        assert_eq!(arguments.once, None);
    }

    #[test]
    fn nothing_asked_for_is_every_synthetic_block_on_two_lanes() {
        let arguments = parse("bench");
        assert_eq!(arguments.sources.len(), SYNTHETIC.len());
        assert_eq!(arguments.strategies, [Strategy::default()]);
        assert_eq!((arguments.lanes, arguments.runs), (vec![2], 7));
    }

    #[test]
    fn mistakes_are_named() {
        let cases = [
            (
                &["bench", "--synthetic", "swaps"][..],
                "there is no synthetic block \"swaps\"; known: transfers, erc20, amm, \
                 sender-chain, one-receiver, hot-mix, mixed-1000",
            ),
            (&["bench", "--runs", "0"], "--runs takes 1 to 1000, not 0"),
            (&["bench", "--lanes", "0"], "lanes must be between 1 and 256, not 0"),
            (&["bench", "--seed", "1"], "there is no option --seed here"),
            (
                &["bench", "--strategy", "naive"],
                "bench compares every result with one lane in block order, which naive does not promise (class none)",
            ),
        ];
        for (words, sentence) in cases {
            let error = parse_words(words).map(|_| ()).unwrap_err();
            assert_eq!(error.to_string(), sentence, "{words:?}");
        }
    }
}
