//! How the block is run: what the user changes about it, and why a change is refused.

use std::rc::Rc;

use lanescope_protocol::limits::{LANES_MAX, PAGE_LANES_MAX};
use lanescope_protocol::{Clock, Costs, Fault, Settings, Strategy};

use super::wishes::KNOB_MS;
use super::{Delayed, Engine, Intent, Store};

/// Where the sentence about a change that was refused is to stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Beside the strategy's parameters.
    Parameters,
    /// Beside the costs and the lane seed.
    Costs,
    /// Beside the faults.
    Faults,
}

/// A change that was refused. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Where to say so.
    pub(crate) place: Place,
    /// Why.
    pub(crate) sentence: Rc<str>,
}

/// What costs something beside gas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cost {
    /// The first read of a location.
    ColdRead,
    /// A validation.
    Validation,
    /// A commit.
    Commit,
}

impl Cost {
    /// In the order in which they are shown.
    pub(crate) const ALL: [Self; 3] = [Self::ColdRead, Self::Validation, Self::Commit];

    /// As in "a cold read costs".
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ColdRead => "cold read",
            Self::Validation => "validation",
            Self::Commit => "commit",
        }
    }

    /// What it costs in ticks.
    pub(crate) const fn of(self, costs: Costs) -> u32 {
        match self {
            Self::ColdRead => costs.cold_read,
            Self::Validation => costs.validation,
            Self::Commit => costs.commit,
        }
    }

    fn set(self, costs: &mut Costs, ticks: u32) {
        match self {
            Self::ColdRead => costs.cold_read = ticks,
            Self::Validation => costs.validation = ticks,
            Self::Commit => costs.commit = ticks,
        }
    }
}

impl Store {
    /// What is sent to the engine: costs and faults are kept while threads are measured, but count
    /// on the gas clock only.
    pub(crate) fn in_force(&self) -> Settings {
        in_force(self.settings.clone())
    }

    /// The most lanes that can be chosen on the clock that is chosen.
    pub(crate) fn lanes_max(&self) -> u16 {
        match (self.settings.clock, self.engine) {
            (Clock::Gas, _) => LANES_MAX,
            (Clock::Threads, Engine::Ready { threads }) if threads > 0 => threads,
            (Clock::Threads, _) => PAGE_LANES_MAX,
        }
    }

    pub(super) fn set_strategy(&mut self, strategy: Strategy) {
        self.refused = None;
        if self.fork_refuses(&Settings { strategy, ..self.settings.clone() }) {
            return;
        }
        self.settings.strategy = strategy;
        self.run(Intent::Show);
    }

    /// Sets one parameter of the strategy; what cannot be is refused in the protocol's words.
    pub(super) fn set_parameter(&mut self, name: &str, value: &str) {
        let now = self.settings.strategy.to_string();
        let mark = if now.contains(':') { ',' } else { ':' };
        match format!("{now}{mark}{name}={value}").parse() {
            Ok(strategy) => self.set_strategy(strategy),
            Err(error) => self.refuse(Place::Parameters, &error),
        }
    }

    pub(super) fn set_lanes(&mut self, lanes: u16) {
        let lanes = lanes.clamp(1, self.lanes_max());
        let settings = Settings { lanes, ..self.settings.clone() };
        match in_force(settings.clone()).check() {
            Ok(()) => self.change(settings),
            Err(error) => self.alert = Some(sentence(&error).into()),
        }
    }

    pub(super) fn set_clock(&mut self, clock: Clock) {
        if clock == Clock::Threads && !self.has_threads() {
            return;
        }
        let mut settings = Settings { clock, ..self.settings.clone() };
        if self.fork_refuses(&settings) {
            return;
        }
        // The gas clock has lanes that threads do not have; going back brings them back.
        match (clock, self.gas_lanes.take()) {
            (Clock::Gas, Some(lanes)) => settings.lanes = lanes,
            (Clock::Gas, None) => {}
            (Clock::Threads, _) => {
                let before = core::mem::replace(&mut self.settings.clock, clock);
                let most = self.lanes_max();
                self.settings.clock = before;
                if settings.lanes > most {
                    self.gas_lanes = Some(settings.lanes);
                    settings.lanes = most;
                }
            }
        }
        match in_force(settings.clone()).check() {
            Ok(()) => {
                self.settings = settings;
                self.run(Intent::Play);
            }
            Err(error) => self.alert = Some(sentence(&error).into()),
        }
    }

    pub(super) fn set_cost(&mut self, cost: Cost, text: &str) {
        let mut settings = self.settings.clone();
        match text.trim().parse::<u32>() {
            Ok(ticks) => {
                cost.set(&mut settings.costs, ticks);
                self.try_settings(Place::Costs, settings);
            }
            Err(_) => {
                let what = cost.name();
                self.refuse(
                    Place::Costs,
                    &format!("a {what} costs a whole number of ticks, not \"{text}\""),
                );
            }
        }
    }

    pub(super) fn set_lane_seed(&mut self, text: &str) {
        match text.trim().parse() {
            Ok(seed) => {
                let settings = Settings { seed, ..self.settings.clone() };
                self.try_settings(Place::Costs, settings);
            }
            Err(_) => self.refuse(
                Place::Costs,
                &format!("the lane seed is a whole number from 0, not \"{text}\""),
            ),
        }
    }

    pub(super) fn add_fault(&mut self, text: &str) {
        match text.parse::<Fault>() {
            Ok(fault) => {
                let mut settings = self.settings.clone();
                settings.faults.push(fault);
                self.try_settings(Place::Faults, settings);
            }
            Err(error) => self.refuse(Place::Faults, &error),
        }
    }

    pub(super) fn remove_fault(&mut self, at: usize) {
        let mut settings = self.settings.clone();
        if at < settings.faults.len() {
            settings.faults.remove(at);
            self.try_settings(Place::Faults, settings);
        }
    }

    fn try_settings(&mut self, place: Place, settings: Settings) {
        match settings.check() {
            Ok(()) => self.change(settings),
            Err(error) => self.refuse(place, &error),
        }
    }

    fn change(&mut self, settings: Settings) {
        self.refused = None;
        if self.settings != settings && !self.fork_refuses(&settings) {
            self.settings = settings;
            self.later(Delayed::Run, KNOB_MS);
        }
    }

    fn refuse(&mut self, place: Place, error: &dyn core::fmt::Display) {
        self.refused = Some(Refused { place, sentence: sentence(error).into() });
    }
}

fn in_force(mut settings: Settings) -> Settings {
    if settings.clock == Clock::Threads {
        settings.costs = Costs::default();
        settings.faults.clear();
    }
    settings
}

/// The protocol's errors are parts of sentences; here each stands alone.
pub(super) fn sentence(error: &dyn core::fmt::Display) -> String {
    let text = error.to_string();
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    let end = if text.ends_with('.') { "" } else { "." };
    first.chain(rest).chain(end.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::sentence;

    #[test]
    fn errors_become_sentences() {
        assert_eq!(sentence(&"lanes must be few"), "Lanes must be few.");
        assert_eq!(sentence(&"Over."), "Over.");
    }
}
