//! A strategy on a number of lanes, in numbers.

use lanescope_protocol::{Class, Settings, Trace};
use lanescope_timeline::Film;
use serde::Serialize;

use crate::words;

/// One run. The fields have this order in JSON; numbers are missing where the run was refused.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    /// The strategy as it was asked for.
    pub(super) strategy: String,
    pub(super) lanes: u16,
    pub(super) class: Class,
    /// Whether the result is what the class promises.
    pub(super) class_holds: Option<bool>,
    /// Ticks of the gas clock from the start to the last commit.
    pub(super) makespan_gas: Option<u64>,
    pub(super) speedup: Option<f64>,
    /// The longest chain of transactions that must follow each other.
    pub(super) critical_path_gas: Option<u64>,
    pub(super) executions: Option<u32>,
    pub(super) aborts: Option<u32>,
    pub(super) wasted_gas: Option<u64>,
    /// The share of all lanes' time in which something was run, 0 to 1.
    pub(super) utilisation: Option<f64>,
    /// The name that people read.
    pub(super) title: String,
    /// Ticks that the same block takes on one lane.
    pub(super) sequential_gas: Option<u64>,
    /// Ticks that the producer took before.
    pub(super) producer_gas: Option<u64>,
    /// The speed-up if the producer's ticks count too.
    pub(super) system_speedup: Option<f64>,
    pub(super) identical_to_sequential: Option<bool>,
    /// The first difference from what the class promises.
    pub(super) difference: Option<String>,
    /// Why the block is invalid, if a wrong access list made it so.
    pub(super) rejected: Option<String>,
    /// Why the run, or a part of it, went to one lane.
    pub(super) fallback: Option<&'static str>,
    /// How many transactions are not in the result.
    pub(super) excluded: Option<usize>,
    /// How many transactions failed because they touched what they had not declared.
    pub(super) undeclared: Option<usize>,
    /// Why there is no run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
}

impl Row {
    /// The numbers of a run.
    pub(super) fn new(asked: &str, mut trace: Trace) -> Self {
        // What the numbers below do not need.
        trace.accesses = Vec::new();
        let film = Film::new(trace);
        let metrics = film.metrics();
        let none = lanescope_protocol::trace::Summary::default();
        let summary = film.summary().unwrap_or(&none);
        Self {
            class_holds: Some(summary.class_holds),
            makespan_gas: Some(summary.makespan),
            speedup: Some(summary.speedup()).filter(|_| summary.rejected.is_none()),
            critical_path_gas: Some(summary.critical_path_gas),
            executions: Some(summary.executions),
            aborts: Some(summary.aborts),
            wasted_gas: Some(summary.wasted_gas),
            utilisation: Some(metrics.utilisation),
            sequential_gas: Some(summary.sequential),
            producer_gas: Some(summary.producer),
            system_speedup: Some(words::system_speedup(summary))
                .filter(|_| summary.rejected.is_none()),
            identical_to_sequential: Some(summary.identical),
            difference: summary.difference.clone(),
            rejected: summary.rejected.clone(),
            fallback: summary.fallback_reason().map(|reason| reason.sentence()),
            excluded: Some(summary.excluded.len()),
            undeclared: Some(metrics.locking.undeclared),
            ..Self::empty(asked, &summary.settings)
        }
    }

    /// A run that cannot be.
    pub(super) fn refused(asked: &str, settings: &Settings, error: String) -> Self {
        Self { error: Some(error), ..Self::empty(asked, settings) }
    }

    fn empty(asked: &str, settings: &Settings) -> Self {
        Self {
            strategy: asked.to_owned(),
            lanes: settings.lanes,
            class: settings.strategy.class(),
            title: settings.strategy.title(),
            class_holds: None,
            makespan_gas: None,
            speedup: None,
            critical_path_gas: None,
            executions: None,
            aborts: None,
            wasted_gas: None,
            utilisation: None,
            sequential_gas: None,
            producer_gas: None,
            system_speedup: None,
            identical_to_sequential: None,
            difference: None,
            rejected: None,
            fallback: None,
            excluded: None,
            undeclared: None,
            error: None,
        }
    }

    /// Whether the result is what was promised, as far as anything was.
    pub(super) fn is_good(&self) -> bool {
        self.class == Class::Nothing || self.class_holds != Some(false)
    }
}
