//! The options of `lanescope lint`.

use anyhow::Result;
use lexopt::Parser;

use super::run::{check, common};
use super::{Invocation, RunArguments, Word, next_word};

/// `lanescope lint`: what keeps a run from being faster.
#[derive(Debug, Default)]
pub(crate) struct LintArguments {
    pub(crate) run: RunArguments,
    /// Whether a finding is a failure.
    pub(crate) deny: bool,
}

pub(super) fn parse_lint(parser: &mut Parser) -> Result<Invocation> {
    let mut arguments = LintArguments::default();
    while let Some(word) = next_word(parser)? {
        match word {
            Word::Help => return Ok(Invocation::Help),
            Word::Option(name) if name == "json" => arguments.run.json = true,
            Word::Option(name) if name == "deny" => arguments.deny = true,
            word => common(word, parser, &mut arguments.run)?,
        }
    }
    check(&arguments.run)?;
    Ok(Invocation::Lint(arguments))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::tests::{parse_words, refused};

    #[test]
    fn lint_takes_what_run_takes() {
        let Ok(Invocation::Lint(arguments)) =
            parse_words(&["lint", "dex", "--lanes", "8", "--deny", "--json"])
        else {
            panic!("not understood");
        };
        assert_eq!((arguments.run.source.as_str(), arguments.run.settings.lanes), ("dex", 8));
        assert!(arguments.deny && arguments.run.json);
        refused(&[("lint dex --allow", "there is no option --allow here")]);
    }
}
