//! How a scenario is run.

use core::fmt;
use core::str::FromStr;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::fault::{FAULTS_MAX, Fault};
use crate::limits::{COST_MAX, LANES_MAX};
use crate::strategy::Strategy;

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

/// What things take on the gas clock beside the gas of executions, in ticks. All zero is the plain
/// clock: one tick is one gas, and everything else takes no time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Costs {
    /// A read of a location that no execution which ended before this one began has read: a visit
    /// to the disk, during which the lane waits.
    pub cold_read: u32,
    /// A validation, during which the lane does nothing else.
    pub validation: u32,
    /// A commit. Commits follow each other, on no lane.
    pub commit: u32,
}

/// Everything that, with a [`crate::Scenario`], determines a run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The scheduling rule.
    pub strategy: Strategy,
    /// Number of lanes, 1 to [`LANES_MAX`].
    pub lanes: u16,
    /// The clock.
    pub clock: Clock,
    /// Decides what the strategy leaves open on the gas clock: which of several free lanes is asked
    /// first, and which hints are wrong. 0: the lane with the lower number.
    #[serde(default)]
    pub seed: u64,
    /// What things take beside gas, on the gas clock.
    #[serde(default)]
    pub costs: Costs,
    /// What goes wrong on purpose, on the gas clock.
    #[serde(default)]
    pub faults: Vec<Fault>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            strategy: Strategy::default(),
            lanes: 4,
            clock: Clock::Gas,
            seed: 0,
            costs: Costs::default(),
            faults: Vec::new(),
        }
    }
}

/// A word or number that names no setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The clock's name is not known.
    #[error("there is no clock \"{0}\"; known: gas, threads")]
    UnknownClock(String),
    /// The number of lanes is out of range.
    #[error("lanes must be between 1 and {LANES_MAX}, not {0}")]
    LanesOutOfRange(u64),
    /// A cost is out of range.
    #[error("{what} must cost at most {COST_MAX} ticks, not {cost}")]
    CostTooHigh {
        /// A cold read, a validation, a commit.
        what: &'static str,
        /// What was asked for.
        cost: u32,
    },
    /// Faults are played on the gas clock only.
    #[error("faults are played on the gas clock, not on real threads")]
    FaultsOnThreads,
    /// Costs are counted on the gas clock only.
    #[error("costs beside gas are counted on the gas clock, not on real threads")]
    CostsOnThreads,
    /// Too many.
    #[error("a run can have {FAULTS_MAX} faults, not {0}")]
    TooManyFaults(usize),
    /// A fault on a lane that is not there.
    #[error("the fault \"{fault}\" is on {lane}, but there are {lanes} lanes")]
    NoSuchLane {
        /// The fault.
        fault: Fault,
        /// Its lane.
        lane: crate::Lane,
        /// How many there are.
        lanes: u16,
    },
    /// Nobody would be left.
    #[error("every lane crashes for good, so nobody could finish the block")]
    NoLaneLeft,
}

impl Settings {
    /// Checks the ranges that the types do not express.
    pub fn check(&self) -> Result<(), SettingsError> {
        if !(1..=LANES_MAX).contains(&self.lanes) {
            return Err(SettingsError::LanesOutOfRange(u64::from(self.lanes)));
        }
        let Costs { cold_read, validation, commit } = self.costs;
        for (what, cost) in
            [("a cold read", cold_read), ("a validation", validation), ("a commit", commit)]
        {
            if cost > COST_MAX {
                return Err(SettingsError::CostTooHigh { what, cost });
            }
        }
        if self.clock == Clock::Threads && self.costs != Costs::default() {
            return Err(SettingsError::CostsOnThreads);
        }
        self.check_faults()
    }

    fn check_faults(&self) -> Result<(), SettingsError> {
        if self.faults.is_empty() {
            return Ok(());
        }
        if self.clock == Clock::Threads {
            return Err(SettingsError::FaultsOnThreads);
        }
        if self.faults.len() > FAULTS_MAX {
            return Err(SettingsError::TooManyFaults(self.faults.len()));
        }
        let mut gone = BTreeSet::new();
        for fault in &self.faults {
            let lane = fault.lane().filter(|lane| lane.get() >= usize::from(self.lanes));
            if let Some(lane) = lane {
                let lanes = self.lanes;
                return Err(SettingsError::NoSuchLane { fault: *fault, lane, lanes });
            }
            if let Fault::Crash { lane, until: None, .. } = fault {
                gone.insert(*lane);
            }
        }
        if gone.len() == usize::from(self.lanes) {
            return Err(SettingsError::NoLaneLeft);
        }
        Ok(())
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

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.slug())
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
