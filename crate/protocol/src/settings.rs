//! How a scenario is run.

use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

use crate::limits::LANES_MAX;

/// A scheduling rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StrategyName {
    /// One transaction after the other, as Ethereum does today.
    Sequential,
    /// Block-STM (Gelashvili et al., 2022): run early, validate, abort and run again.
    #[default]
    BlockStm,
}

/// What a tick of the time axis is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// Virtual and deterministic: one tick is one gas.
    #[default]
    Gas,
    /// Measured on real threads: one tick is one nanosecond.
    Threads,
}

/// Everything that, with a [`crate::Scenario`], determines a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The scheduling rule.
    pub strategy: StrategyName,
    /// Number of lanes, 1 to [`LANES_MAX`].
    pub lanes: u16,
    /// The clock.
    pub clock: Clock,
}

impl Default for Settings {
    fn default() -> Self {
        Self { strategy: StrategyName::BlockStm, lanes: 4, clock: Clock::Gas }
    }
}

/// A word or number that names no setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The strategy's name is not known.
    #[error("there is no strategy \"{0}\"; known: sequential, block-stm")]
    UnknownStrategy(String),
    /// The clock's name is not known.
    #[error("there is no clock \"{0}\"; known: gas, threads")]
    UnknownClock(String),
    /// The number of lanes is out of range.
    #[error("lanes must be between 1 and {LANES_MAX}, not {0}")]
    LanesOutOfRange(u64),
}

impl Settings {
    /// Checks the ranges that the types do not express.
    pub fn check(&self) -> Result<(), SettingsError> {
        if (1..=LANES_MAX).contains(&self.lanes) {
            Ok(())
        } else {
            Err(SettingsError::LanesOutOfRange(u64::from(self.lanes)))
        }
    }
}

impl StrategyName {
    /// Every strategy, in the order in which menus show them.
    pub const ALL: [Self; 2] = [Self::Sequential, Self::BlockStm];

    /// The name used in files, on the command line and in addresses.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::BlockStm => "block-stm",
        }
    }

    /// The name that people read.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Sequential => "One lane",
            Self::BlockStm => "Block-STM",
        }
    }
}

impl Clock {
    /// The name used in files, on the command line and in addresses.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Gas => "gas",
            Self::Threads => "threads",
        }
    }
}

impl fmt::Display for StrategyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
    }
}

impl FromStr for StrategyName {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|name| name.slug() == text)
            .ok_or_else(|| SettingsError::UnknownStrategy(text.to_owned()))
    }
}

impl FromStr for Clock {
    type Err = SettingsError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Gas, Self::Threads]
            .into_iter()
            .find(|clock| clock.slug() == text)
            .ok_or_else(|| SettingsError::UnknownClock(text.to_owned()))
    }
}
