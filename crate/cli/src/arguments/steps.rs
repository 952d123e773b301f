//! The options of `lanescope steps`.

use anyhow::{Context as _, Result};
use lanescope_protocol::{Incarnation, TxIndex};
use lexopt::Parser;

use super::run::{check, common};
use super::{Invocation, RunArguments, Word, next_word, number, text, within};

/// `lanescope steps`: one incarnation, opcode by opcode.
#[derive(Clone, Debug, Default)]
pub(crate) struct StepsArguments {
    pub(crate) run: RunArguments,
    pub(crate) tx: TxIndex,
    /// The one that became final, or else the last, if not said.
    pub(crate) incarnation: Option<Incarnation>,
}

pub(super) fn parse_steps(parser: &mut Parser) -> Result<Invocation> {
    let mut arguments = StepsArguments::default();
    let mut tx = None;
    while let Some(word) = next_word(parser)? {
        match word {
            Word::Help => return Ok(Invocation::Help),
            Word::Option(name) if name == "json" => arguments.run.json = true,
            Word::Option(name) if name == "tx" => {
                tx = Some(number("--tx", &text(parser.value()?)?)?);
            }
            Word::Option(name) if name == "incarnation" => {
                let most = u64::from(u16::MAX);
                let number = within("--incarnation", &text(parser.value()?)?, 0..=most)?;
                arguments.incarnation = Some(Incarnation(number as u16));
            }
            word => common(word, parser, &mut arguments.run)?,
        }
    }
    check(&arguments.run)?;
    let tx = tx.context("say which transaction: --tx 1 is the first")?;
    let index = tx.checked_sub(1).and_then(|index| u32::try_from(index).ok());
    arguments.tx = TxIndex(index.with_context(|| format!("there is no transaction {tx}"))?);
    Ok(Invocation::Steps(arguments))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::tests::{parse_words, refused};

    #[test]
    fn steps_takes_a_transaction_and_the_options_of_run() {
        let words = ["steps", "dex", "--tx", "5", "--incarnation", "1", "--lanes", "8", "--json"];
        let Ok(Invocation::Steps(arguments)) = parse_words(&words) else {
            panic!("not understood");
        };
        assert_eq!(arguments.tx, TxIndex(4));
        assert_eq!(arguments.incarnation, Some(Incarnation(1)));
        assert_eq!((arguments.run.settings.lanes, arguments.run.json), (8, true));
    }

    #[test]
    fn mistakes_are_named() {
        refused(&[
            ("steps dex", "say which transaction: --tx 1 is the first"),
            ("steps dex --tx 0", "there is no transaction 0"),
            ("steps dex --tx five", "--tx takes a whole number, not \"five\""),
            ("steps dex --tx 1 --incarnation 70000", "--incarnation takes 0 to 65535, not 70000"),
        ]);
    }
}
