//! What goes wrong on purpose on the gas clock. Real workers are never harmed.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::ids::{Lane, TxIndex};

/// Faults in one run.
pub const FAULTS_MAX: usize = 64;
/// The most a slow lane is slowed down.
pub const SLOW_MAX: u16 = 1_000;

/// One fault. As text: `crash:lane=2,at=100000,until=300000`, `slow:lane=1,times=4,at=0`,
/// `wrong:tx=5`; lanes and transactions count from 1, times are ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// A lane loses what it runs, and runs nothing until it recovers, if it does.
    Crash {
        /// Which.
        lane: Lane,
        /// When, in ticks.
        at: u64,
        /// When it works again.
        until: Option<u64>,
    },
    /// A lane takes longer for what it begins.
    Slow {
        /// Which.
        lane: Lane,
        /// How many times as long.
        times: u16,
        /// From when on, in ticks.
        at: u64,
        /// Until when.
        until: Option<u64>,
    },
    /// The first incarnation of a transaction that runs to its end writes wrong values.
    WrongResult {
        /// Which.
        tx: TxIndex,
    },
}

/// Text that is no fault.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// The kind is not known.
    #[error("there is no fault \"{0}\"; known: crash, slow, wrong")]
    UnknownKind(String),
    /// A part of it is missing.
    #[error("the fault \"{fault}\" needs {part}=…")]
    Missing {
        /// What was written.
        fault: String,
        /// What is missing.
        part: &'static str,
    },
    /// A part of it is not known.
    #[error("the fault \"{fault}\" has no part \"{part}\"; known: lane, at, until, times, tx")]
    UnknownPart {
        /// What was written.
        fault: String,
        /// What is not known.
        part: String,
    },
    /// A number is none, or out of range.
    #[error("in the fault \"{fault}\", {part} takes {known}")]
    BadNumber {
        /// What was written.
        fault: String,
        /// Whose number.
        part: &'static str,
        /// What it takes.
        known: &'static str,
    },
}

impl Fault {
    /// The lane that it is about, if it is about one.
    #[must_use]
    pub const fn lane(&self) -> Option<Lane> {
        match self {
            Self::Crash { lane, .. } | Self::Slow { lane, .. } => Some(*lane),
            Self::WrongResult { .. } => None,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = |until: &Option<u64>| until.map(|t| format!(",until={t}")).unwrap_or_default();
        match self {
            Self::Crash { lane, at, until } => {
                write!(f, "crash:lane={},at={at}{}", u16::from(lane.0) + 1, end(until))
            }
            Self::Slow { lane, times, at, until } => {
                let lane = u16::from(lane.0) + 1;
                write!(f, "slow:lane={lane},times={times},at={at}{}", end(until))
            }
            Self::WrongResult { tx } => write!(f, "wrong:tx={}", u64::from(tx.0) + 1),
        }
    }
}

/// The parts of a fault's text.
#[derive(Default)]
struct Parts {
    lane: Option<Lane>,
    at: u64,
    until: Option<u64>,
    times: Option<u16>,
    tx: Option<TxIndex>,
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(fault: &str) -> Result<Self, Self::Err> {
        let (kind, rest) = fault.split_once(':').unwrap_or((fault, ""));
        let mut parts = Parts::default();
        for pair in rest.split(',').filter(|pair| !pair.is_empty()) {
            let (part, value) = pair.split_once('=').unwrap_or((pair, ""));
            parts.set(fault, part, value)?;
        }
        let missing = |part| FaultError::Missing { fault: fault.to_owned(), part };
        let Parts { lane, at, until, times, tx } = parts;
        if until.is_some_and(|until| until <= at) {
            return Err(bad(fault, "until", "a later tick than at"));
        }
        match kind {
            "crash" => Ok(Self::Crash { lane: lane.ok_or_else(|| missing("lane"))?, at, until }),
            "slow" => Ok(Self::Slow {
                lane: lane.ok_or_else(|| missing("lane"))?,
                times: times.ok_or_else(|| missing("times"))?,
                at,
                until,
            }),
            "wrong" => Ok(Self::WrongResult { tx: tx.ok_or_else(|| missing("tx"))? }),
            _ => Err(FaultError::UnknownKind(kind.to_owned())),
        }
    }
}

impl Parts {
    fn set(&mut self, fault: &str, part: &str, value: &str) -> Result<(), FaultError> {
        let number = value.parse::<u64>().ok();
        let from_one = |most: u64| number.filter(|n| (1..=most).contains(n)).map(|n| n - 1);
        match part {
            "lane" => {
                let lane = from_one(256).and_then(|lane| u8::try_from(lane).ok());
                self.lane = Some(Lane(lane.ok_or_else(|| bad(fault, "lane", "1 to 256"))?));
            }
            "at" => self.at = number.ok_or_else(|| bad(fault, "at", "a tick"))?,
            "until" => self.until = Some(number.ok_or_else(|| bad(fault, "until", "a tick"))?),
            "times" => {
                let times = number.and_then(|times| u16::try_from(times).ok());
                let times = times.filter(|times| (2..=SLOW_MAX).contains(times));
                self.times = Some(times.ok_or_else(|| bad(fault, "times", "2 to 1000"))?);
            }
            "tx" => {
                let tx = from_one(u64::from(u32::MAX)).and_then(|tx| u32::try_from(tx).ok());
                let tx = tx.ok_or_else(|| bad(fault, "tx", "the number of a transaction"))?;
                self.tx = Some(TxIndex(tx));
            }
            _ => {
                let (fault, part) = (fault.to_owned(), part.to_owned());
                return Err(FaultError::UnknownPart { fault, part });
            }
        }
        Ok(())
    }
}

fn bad(fault: &str, part: &'static str, known: &'static str) -> FaultError {
    FaultError::BadNumber { fault: fault.to_owned(), part, known }
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fault {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn faults_are_read_as_they_are_written() {
        for text in [
            "crash:lane=2,at=100000,until=300000",
            "crash:lane=256,at=0",
            "slow:lane=1,times=4,at=0",
            "wrong:tx=5",
        ] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn mistakes_are_named() {
        let sentence = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
        assert_eq!(sentence("fire"), "there is no fault \"fire\"; known: crash, slow, wrong");
        assert_eq!(sentence("crash:at=5"), "the fault \"crash:at=5\" needs lane=…");
        assert_eq!(
            sentence("wrong:tx=0"),
            "in the fault \"wrong:tx=0\", tx takes the number of a transaction"
        );
        assert_eq!(
            sentence("slow:lane=1,times=1"),
            "in the fault \"slow:lane=1,times=1\", times takes 2 to 1000"
        );
        assert_eq!(
            sentence("crash:lane=1,at=9,until=3"),
            "in the fault \"crash:lane=1,at=9,until=3\", until takes a later tick than at"
        );
    }
}
