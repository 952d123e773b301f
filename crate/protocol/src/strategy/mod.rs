//! Scheduling rules by name: nine strategies with parameters, and presets that stand for a real
//! system's values.
//!
//! In files, in addresses and on the command line a strategy is one word, with parameters behind it
//! where they differ: `block-stm`, `polygon-v1`, `rounds:max-rounds=3,groups=on`.

mod class;
mod parameters;
mod presets;
mod rules;
mod words;

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub use class::Class;
pub use presets::{PRESETS, Preset};
pub use rules::{
    AccessList, Balances, BlockStm, Declarations, DeclaredLocks, DependencyGraph, Expectation,
    Granularity, Hints, InOrderMerge, Invalidation, LockOrder, OwnedShared, Producer, Rounds,
    Rules, Tamper, ValidationOrder,
};

use parameters::{Parameters, Value, parameters};

/// The nine strategies, without their parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StrategyName {
    /// One transaction after the other.
    Sequential,
    /// No detection of conflicts.
    Naive,
    /// Run early, validate, abort and run again.
    BlockStm,
    /// Run on what is merged, merge in order.
    InOrderMerge,
    /// Run, validate, run again, with barriers.
    Rounds,
    /// Lock what is declared.
    DeclaredLocks,
    /// Owned objects at once, shared ones in sequence.
    OwnedShared,
    /// Every value is supplied.
    AccessList,
    /// Every dependency is supplied.
    DependencyGraph,
}

impl StrategyName {
    /// Every strategy, in the order in which menus show them.
    pub const ALL: [Self; 9] = [
        Self::Sequential,
        Self::BlockStm,
        Self::InOrderMerge,
        Self::Rounds,
        Self::DependencyGraph,
        Self::AccessList,
        Self::DeclaredLocks,
        Self::OwnedShared,
        Self::Naive,
    ];

    /// The name used in files, on the command line and in addresses.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::Naive => "naive",
            Self::BlockStm => "block-stm",
            Self::InOrderMerge => "in-order-merge",
            Self::Rounds => "rounds",
            Self::DeclaredLocks => "declared-locks",
            Self::OwnedShared => "owned-shared",
            Self::AccessList => "access-list",
            Self::DependencyGraph => "dependency-graph",
        }
    }

    /// The name that people read.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Sequential => "One lane",
            Self::Naive => "Naive lanes",
            Self::BlockStm => "Block-STM",
            Self::InOrderMerge => "In-order merge",
            Self::Rounds => "Optimistic rounds",
            Self::DeclaredLocks => "Declared locks",
            Self::OwnedShared => "Owned and shared",
            Self::AccessList => "Access list",
            Self::DependencyGraph => "Dependency graph",
        }
    }

    /// One sentence that says what the strategy does.
    #[must_use]
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Sequential => "One transaction after the other on the first lane.",
            Self::Naive => "Every lane runs what comes next and nobody looks for conflicts.",
            Self::BlockStm => {
                "Run early, check what was read, throw away what was stale and run it again."
            }
            Self::InOrderMerge => {
                "Run on what is merged so far; merge in block order, or run once more."
            }
            Self::Rounds => "Run everything, wait for all, check, run the stale ones again.",
            Self::DeclaredLocks => {
                "Transactions say what they touch; a lock on each of it decides who runs."
            }
            Self::OwnedShared => {
                "What one sender owns runs at once; what is shared is put in a sequence first."
            }
            Self::AccessList => {
                "The producer ships every value; validators run all transactions at once and check."
            }
            Self::DependencyGraph => {
                "The producer ships who depends on whom; lanes follow it, and check all the same."
            }
        }
    }

    /// Its rules with default parameters.
    #[must_use]
    pub fn rules(self) -> Rules {
        match self {
            Self::Sequential => Rules::Sequential,
            Self::Naive => Rules::Naive,
            Self::BlockStm => Rules::BlockStm(BlockStm::default()),
            Self::InOrderMerge => Rules::InOrderMerge(InOrderMerge::default()),
            Self::Rounds => Rules::Rounds(Rounds::default()),
            Self::DeclaredLocks => Rules::DeclaredLocks(DeclaredLocks::default()),
            Self::OwnedShared => Rules::OwnedShared(OwnedShared::default()),
            Self::AccessList => Rules::AccessList(AccessList::default()),
            Self::DependencyGraph => Rules::DependencyGraph(DependencyGraph::default()),
        }
    }
}

impl Rules {
    /// Which strategy this is.
    #[must_use]
    pub const fn name(&self) -> StrategyName {
        match self {
            Self::Sequential => StrategyName::Sequential,
            Self::Naive => StrategyName::Naive,
            Self::BlockStm(_) => StrategyName::BlockStm,
            Self::InOrderMerge(_) => StrategyName::InOrderMerge,
            Self::Rounds(_) => StrategyName::Rounds,
            Self::DeclaredLocks(_) => StrategyName::DeclaredLocks,
            Self::OwnedShared(_) => StrategyName::OwnedShared,
            Self::AccessList(_) => StrategyName::AccessList,
            Self::DependencyGraph(_) => StrategyName::DependencyGraph,
        }
    }

    /// Every parameter with its value, for people and files; empty if there are none.
    #[must_use]
    pub fn pairs(&self) -> Vec<(String, String)> {
        self.parameters().map(Parameters::pairs).unwrap_or_default()
    }
}

/// A strategy as somebody chose it: rules, and the preset that they came from, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Strategy {
    /// Its name is on the screen only while its values are in force, see [`Strategy::preset`].
    from: Option<&'static Preset>,
    /// What counts.
    pub rules: Rules,
}

/// A word that names no strategy, or no parameter of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StrategyError {
    /// The name is not known.
    #[error("there is no strategy \"{name}\"; known: {}", known())]
    Unknown {
        /// What was written.
        name: String,
    },
    /// The strategy has no such parameter.
    #[error("{strategy} has no parameter \"{parameter}\"; known: {known}")]
    UnknownParameter {
        /// The strategy's name.
        strategy: &'static str,
        /// What was written.
        parameter: String,
        /// What could have been.
        known: String,
    },
    /// The parameter does not take the value.
    #[error("{strategy}: {parameter} takes {known}, not \"{value}\"")]
    BadValue {
        /// The strategy's name.
        strategy: &'static str,
        /// The parameter.
        parameter: String,
        /// What was written.
        value: String,
        /// What could have been.
        known: String,
    },
    /// Two parameters that exclude each other.
    #[error("{strategy}: {reason}")]
    Contradiction {
        /// The strategy's name.
        strategy: &'static str,
        /// Why not.
        reason: &'static str,
    },
}

/// Every name, strategies first.
#[must_use]
pub fn known() -> String {
    let names = StrategyName::ALL.iter().map(|name| name.slug());
    names.chain(PRESETS.iter().map(|preset| preset.name)).collect::<Vec<_>>().join(", ")
}

impl Strategy {
    /// Every strategy with its default parameters, then every preset.
    pub fn all() -> impl Iterator<Item = Self> {
        let plain = StrategyName::ALL.into_iter().map(Self::from);
        plain.chain(PRESETS.iter().filter_map(|preset| preset.strategy()))
    }

    /// The preset, if its values are in force.
    #[must_use]
    pub fn preset(&self) -> Option<&'static Preset> {
        self.from.filter(|preset| preset.strategy().is_some_and(|whole| whole.rules == self.rules))
    }

    /// The name that people read: of a preset, `model of` the system.
    #[must_use]
    pub fn title(&self) -> String {
        self.preset()
            .map_or_else(|| self.rules.name().title().to_owned(), |preset| preset.title.to_owned())
    }

    /// What a run must equal.
    #[must_use]
    pub fn class(&self) -> Class {
        self.rules.class()
    }

    fn check(&self) -> Result<(), StrategyError> {
        if let Rules::DeclaredLocks(locks) = self.rules
            && locks.overtakes
            && locks.order == LockOrder::Block
        {
            return Err(StrategyError::Contradiction {
                strategy: self.rules.name().slug(),
                reason: "in block order nobody may overtake, so order=block needs overtakes=off",
            });
        }
        Ok(())
    }
}

impl Default for Strategy {
    fn default() -> Self {
        StrategyName::BlockStm.into()
    }
}

impl From<StrategyName> for Strategy {
    fn from(name: StrategyName) -> Self {
        Self { from: None, rules: name.rules() }
    }
}

impl From<Rules> for Strategy {
    fn from(rules: Rules) -> Self {
        Self { from: None, rules }
    }
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.from.and_then(Preset::strategy);
        let (name, base) = match (self.from, whole) {
            (Some(preset), Some(whole)) => (preset.name, whole.rules),
            _ => (self.rules.name().slug(), self.rules.name().rules()),
        };
        f.write_str(name)?;
        let mut mark = ':';
        for (own, known) in self.rules.pairs().into_iter().zip(base.pairs()) {
            if own != known {
                write!(f, "{mark}{}={}", own.0, own.1)?;
                mark = ',';
            }
        }
        Ok(())
    }
}

impl FromStr for Strategy {
    type Err = StrategyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, parameters) = text.split_once(':').unwrap_or((text, ""));
        let plain = StrategyName::ALL.into_iter().find(|known| known.slug() == name);
        let preset = PRESETS.iter().find(|preset| preset.name == name);
        let unknown = || StrategyError::Unknown { name: name.to_owned() };
        let mut strategy = match (plain, preset) {
            (Some(plain), _) => plain.into(),
            (None, Some(preset)) => preset.strategy().ok_or_else(unknown)?,
            (None, None) => return Err(unknown()),
        };
        for pair in parameters.split(',').filter(|pair| !pair.is_empty()) {
            set(&mut strategy.rules, pair)?;
        }
        strategy.check()?;
        Ok(strategy)
    }
}

/// Sets one parameter, written `name=value`.
fn set(rules: &mut Rules, pair: &str) -> Result<(), StrategyError> {
    let strategy = rules.name().slug();
    let (parameter, value) = pair.split_once('=').unwrap_or((pair, ""));
    let known: Vec<_> = rules.pairs().into_iter().map(|(name, _)| name).collect();
    match rules.parameters_mut().and_then(|of| of.set(parameter, value)) {
        Some(Ok(())) => Ok(()),
        Some(Err(known)) => Err(StrategyError::BadValue {
            strategy,
            parameter: parameter.to_owned(),
            value: value.to_owned(),
            known,
        }),
        None => Err(StrategyError::UnknownParameter {
            strategy,
            parameter: parameter.to_owned(),
            known: if known.is_empty() { "none".to_owned() } else { known.join(", ") },
        }),
    }
}

impl Serialize for Strategy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Strategy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
