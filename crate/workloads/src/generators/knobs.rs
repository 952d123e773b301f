//! Knobs: what they are called and how far they go.

use std::collections::BTreeMap;

use lanescope_protocol::limits::TRANSACTIONS_MAX;
use lanescope_protocol::message::KnobInfo;

use crate::contracts::list;
use crate::error::Problem;

/// The knobs of one recipe, with defaults filled in and ranges checked.
#[derive(Debug)]
pub(super) struct Knobs(BTreeMap<String, u64>);

impl Knobs {
    pub(super) fn new(
        workload: &str,
        known: Vec<KnobInfo>,
        given: &BTreeMap<String, u64>,
    ) -> Result<Self, Problem> {
        for (name, value) in given {
            let Some(knob) = known.iter().find(|knob| knob.name == *name) else {
                return Err(Problem::UnknownKnob {
                    workload: workload.to_owned(),
                    knob: crate::value::shorten(name),
                    known: list(known.iter().map(|knob| knob.name.as_str())),
                });
            };
            if !(knob.min..=knob.limit).contains(value) {
                return Err(Problem::KnobOutOfRange {
                    knob: name.clone(),
                    min: knob.min,
                    max: knob.limit,
                    value: *value,
                });
            }
        }
        let value = |knob: KnobInfo| {
            let value = given.get(&knob.name).copied().unwrap_or(knob.default);
            (knob.name, value)
        };
        Ok(Self(known.into_iter().map(value).collect()))
    }

    /// A knob's value. Every workload asks only for knobs that it has.
    pub(super) fn get(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or_default()
    }
}

/// How many transactions.
pub(super) fn count(default: u64) -> KnobInfo {
    knob("count", "Transactions", "", [1, 200, TRANSACTIONS_MAX as u64], default)
}

/// How many people take part.
pub(super) fn users(default: u64) -> KnobInfo {
    knob("users", "Users", "", [2, 100, 10_000], default)
}

/// How many transactions go to the busiest place.
pub(super) fn hot(default: u64) -> KnobInfo {
    knob("hot", "Hot share", "%", [0, 100, 100], default)
}

/// How many of something there are to choose from.
pub(super) fn places(name: &str, title: &str, default: u64) -> KnobInfo {
    knob(name, title, "", [1, 8, 26], default)
}

fn knob(name: &str, title: &str, unit: &str, range: [u64; 3], default: u64) -> KnobInfo {
    let [min, max, limit] = range;
    KnobInfo {
        name: name.to_owned(),
        title: title.to_owned(),
        unit: unit.to_owned(),
        min,
        max,
        limit,
        default,
    }
}
