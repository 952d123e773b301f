//! Lists of strategies on the command line.

use anyhow::{Result, bail};
use lanescope_protocol::{PRESETS, Strategy, StrategyName};

/// A strategy, and how it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// As it was written.
    pub(crate) name: String,
    pub(crate) strategy: Strategy,
}

/// Every strategy, then every preset.
pub(super) fn all() -> Vec<Asked> {
    Strategy::all().map(|strategy| Asked { name: strategy.to_string(), strategy }).collect()
}

/// Reads names with commas between them, where parameters have commas too: a part with `=` that does
/// not begin with a known name belongs to the strategy before.
pub(super) fn list(text: &str) -> Result<Vec<Asked>> {
    let mut words: Vec<String> = Vec::new();
    for part in text.split(',') {
        match words.last_mut() {
            Some(before) if part.contains('=') && !begins_with_name(part) => {
                before.push(if before.contains(':') { ',' } else { ':' });
                before.push_str(part);
            }
            _ => words.push(part.to_owned()),
        }
    }
    let mut asked = Vec::with_capacity(words.len());
    for name in words {
        match name.as_str() {
            "all" => asked.extend(all()),
            "" => bail!("--strategies \"{text}\" has an empty place: put one comma between two"),
            _ => asked.push(Asked { strategy: name.parse()?, name }),
        }
    }
    Ok(asked)
}

fn begins_with_name(part: &str) -> bool {
    let name = part.split_once(':').map_or(part, |(name, _)| name);
    StrategyName::ALL.iter().any(|known| known.slug() == name)
        || PRESETS.iter().any(|preset| preset.name == name)
        // So that a mistake in a name is named as one.
        || part.find(':').is_some_and(|colon| part.find('=').is_none_or(|equals| colon < equals))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        list(text).unwrap().into_iter().map(|asked| asked.name).collect()
    }

    #[test]
    fn commas_in_parameters_do_not_split() {
        assert_eq!(names("sequential,monad"), ["sequential", "monad"]);
        assert_eq!(
            names("rounds:max-rounds=3,groups=on,monad"),
            ["rounds:max-rounds=3,groups=on", "monad"]
        );
        assert_eq!(
            names("naive,block-stm:estimates=off,balances=exact,rounds:groups=on,sei"),
            ["naive", "block-stm:estimates=off,balances=exact", "rounds:groups=on", "sei"]
        );
        assert_eq!(names("monad,retry-percent=20"), ["monad:retry-percent=20"]);
    }

    #[test]
    fn all_is_every_strategy_and_every_preset() {
        let all = list("all").unwrap();
        assert_eq!(all.len(), StrategyName::ALL.len() + PRESETS.len());
        assert!(all.iter().all(|asked| asked.name.parse() == Ok(asked.strategy)));
    }

    #[test]
    fn mistakes_are_named() {
        let sentence = |text: &str| list(text).unwrap_err().to_string();
        assert!(sentence("monad,magic").starts_with("there is no strategy \"magic\"; known: "));
        assert!(sentence("sei,magic:a=b").starts_with("there is no strategy \"magic\"; known: "));
        assert!(sentence("sequential,a=b").contains("sequential has no parameter \"a\""));
        assert_eq!(
            sentence("sei,,monad"),
            "--strategies \"sei,,monad\" has an empty place: put one comma between two"
        );
    }
}
