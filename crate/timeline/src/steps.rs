//! One incarnation, opcode by opcode: steps with their moment on the time axis, what they touch, in
//! which call, and what the gas went for.

mod names;
mod opcode;
mod search;
mod seen;
mod story;
mod touch;

use lanescope_protocol::event::Status;
use lanescope_protocol::steps::{Call, Inspection, Step};
use lanescope_protocol::{Access, Clock, EventKind, Version};

use crate::bar::{Bar, TroubleKind};
use crate::film::Film;
use crate::format;

pub use names::Names;
pub use opcode::opcode;
pub use search::Target;
pub use touch::{Touch, TouchKind};

/// What one incarnation did, ready to be shown.
#[derive(Clone, Debug)]
pub struct Drill {
    /// Whose steps they are.
    pub version: Version,
    /// Steps, calls, totals.
    pub inspection: Inspection,
    /// What steps touch, by step.
    pub touches: Vec<Touch>,
    /// Names of accounts and locations.
    pub names: Names,
    bar: Bar,
    clock: Clock,
    /// Calls of which nothing is left, because they or one around them failed.
    undone: Vec<bool>,
    /// Moments that are known: gas spent, and the tick.
    anchors: Vec<(u64, u64)>,
    /// Ticks that a unit of gas takes.
    pace: u64,
    reads_known: bool,
    punished: Option<String>,
    stopped_at: Option<String>,
}

/// What a part of the gas went for.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// For what.
    pub name: String,
    /// How often.
    pub count: u64,
    /// How much.
    pub gas: u64,
    /// How much of everything that was spent, from 0 to 1.
    pub share: f64,
}

impl Drill {
    /// Puts together what the engine answered with what is known of the incarnation. `None` if the
    /// film does not have it.
    #[must_use]
    pub fn new(film: &Film, version: Version, inspection: Inspection) -> Option<Self> {
        let bar = *film.bar(film.bar_of(version)?)?;
        let names = Names::of(film, version);
        let accesses = film.accesses_of(version);
        let touches = touch::touches(&inspection, &names, accesses);
        let undone = undone(&inspection);
        let slow = film.lane_troubles(bar.lane).iter().find_map(|trouble| match trouble.kind {
            TroubleKind::Slowed(times) if (trouble.start..trouble.end).contains(&bar.start) => {
                Some(u64::from(times))
            }
            _ => None,
        });
        let place = |location| film.location_name(location).to_owned();
        let punished = film
            .note(version, EventKind::UndeclaredTouched)
            .map(|note| note.location.map(place).unwrap_or_default());
        let stopped_at = film.seen(version).stopped_at.map(|spot| names.spot(&spot));
        let anchors = anchors(&inspection, &touches, accesses, &bar);
        Some(Self {
            version,
            touches,
            names,
            clock: film.clock(),
            undone,
            anchors,
            pace: slow.unwrap_or(1).max(1),
            reads_known: accesses.iter().any(|access| access.kind.is_read()),
            punished,
            stopped_at,
            bar,
            inspection,
        })
    }

    /// How many steps can be looked at.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inspection.steps.len()
    }

    /// Whether no opcode ran.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inspection.steps.is_empty()
    }

    /// A step.
    #[must_use]
    pub fn step(&self, at: usize) -> Option<&Step> {
        self.inspection.steps.get(at)
    }

    /// Calls around a step.
    #[must_use]
    pub fn depth(&self, at: usize) -> usize {
        let call = self.step(at).and_then(|step| self.inspection.calls.get(step.call as usize));
        call.map_or(0, |call| usize::from(call.depth))
    }

    /// Gas that a step took: without what the code that it called spent. `None` for the last of
    /// those that are listed, if more follow.
    #[must_use]
    pub fn cost(&self, at: usize) -> Option<u64> {
        let spent = self.step(at)?.spent;
        let next = self.step(at + 1).map(|next| next.spent);
        let all = self.inspection.steps_total == self.len() as u64;
        let end = (all && self.inspection.gas_spent > 0).then_some(self.inspection.gas_spent);
        Some(next.or(end)?.saturating_sub(spent))
    }

    /// What a step touches.
    #[must_use]
    pub fn touch(&self, at: usize) -> Option<&Touch> {
        let found = self.touches.binary_search_by_key(&at, |touch| touch.step).ok()?;
        self.touches.get(found)
    }

    /// Whether nothing is left of what a step does.
    #[must_use]
    pub fn is_undone(&self, at: usize) -> bool {
        let call = self.step(at).map(|step| step.call as usize);
        call.and_then(|call| self.undone.get(call)).copied().unwrap_or(false)
    }

    /// Whether a call ends at this step without success.
    #[must_use]
    pub fn fails_at(&self, at: usize) -> bool {
        let Some(step) = self.step(at) else { return false };
        let call = self.inspection.calls.get(step.call as usize);
        let failed =
            matches!(call.and_then(|call| call.status), Some(Status::Reverted | Status::Halted));
        failed
            && self.inspection.steps[at + 1..]
                .iter()
                .find(|next| next.call <= step.call)
                .is_none_or(|next| next.call != step.call)
    }

    /// Whether steps have a moment on the time axis: on threads nobody measures them.
    #[must_use]
    pub fn has_times(&self) -> bool {
        self.clock == Clock::Gas
    }

    /// When a step happens, in ticks.
    #[must_use]
    pub fn time(&self, at: usize) -> Option<u64> {
        let spent = self.step(at).filter(|_| self.has_times())?.spent;
        let next = self.anchors.partition_point(|(gas, _)| *gas <= spent);
        let (gas, tick) = next
            .checked_sub(1)
            .and_then(|last| self.anchors.get(last))
            .copied()
            .unwrap_or((0, self.bar.start));
        let until = self.anchors.get(next).map_or(self.bar.end, |(_, tick)| *tick);
        Some((tick + (spent - gas) * self.pace).min(until).min(self.bar.end))
    }

    /// When a step happens, in words: `52.3 k gas`.
    #[must_use]
    pub fn time_words(&self, at: usize) -> Option<String> {
        Some(format::ticks(self.clock, self.time(at)? as f64))
    }

    /// The call that begins right after a step, if it calls or creates.
    #[must_use]
    pub fn called_at(&self, at: usize) -> Option<&Call> {
        let step = self.step(at)?;
        let calls = &self.inspection.calls;
        let first = calls.partition_point(|call| call.first as usize <= at);
        let mut after = calls.get(first..)?.iter();
        after
            .find(|call| call.first as usize == at + 1 && call.parent == Some(step.call))
            .filter(|_| opcode::is_call(step.opcode))
    }

    /// The step under way at a moment; `None` outside the incarnation, and before its first opcode.
    #[must_use]
    pub fn at(&self, time: f64) -> Option<usize> {
        let inside =
            self.has_times() && time >= self.bar.start as f64 && time <= self.bar.end as f64;
        if !inside {
            return None;
        }
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.time(middle).is_some_and(|tick| tick as f64 <= time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low.checked_sub(1)
    }

    /// The step to show: the chosen one while the playhead stands where that left it or outside the
    /// incarnation, else the one under way.
    #[must_use]
    pub fn shown(&self, chosen: usize, time: f64) -> usize {
        let chosen = chosen.min(self.len().saturating_sub(1));
        match (self.time(chosen), self.at(time)) {
            (Some(own), Some(_)) if (own as f64 - time).abs() < 0.5 => chosen,
            (_, Some(at)) => at,
            (_, None) => chosen,
        }
    }

    /// What the gas went for, opcode by opcode, the dearest first.
    #[must_use]
    pub fn by_opcode(&self) -> Vec<Share> {
        let mut shares: Vec<_> = self
            .inspection
            .tallies
            .iter()
            .map(|tally| self.share(opcode(tally.opcode).into_owned(), tally.count, tally.gas))
            .collect();
        shares.sort_by(|a, b| b.gas.cmp(&a.gas).then_with(|| a.name.cmp(&b.name)));
        shares
    }

    /// A call in words, and what it took with everything that it called.
    #[must_use]
    pub fn call(&self, at: usize) -> Option<Share> {
        let call = self.inspection.calls.get(at)?;
        Some(self.share(self.names.call(call), 1, call.gas_spent))
    }

    /// Gas that was spent before the first opcode.
    #[must_use]
    pub fn before(&self) -> u64 {
        self.inspection.calls.first().map_or(0, |call| call.from)
    }

    fn share(&self, name: String, count: u64, gas: u64) -> Share {
        let last = || self.inspection.steps.last().map_or(0, |step| step.spent);
        let all = if self.inspection.gas_spent > 0 { self.inspection.gas_spent } else { last() };
        let share = if all == 0 { 0.0 } else { gas as f64 / all as f64 };
        Share { name, count, gas, share }
    }
}

/// Of which calls nothing is left. Callers come before those they call.
fn undone(inspection: &Inspection) -> Vec<bool> {
    let mut undone: Vec<bool> = Vec::with_capacity(inspection.calls.len());
    for call in &inspection.calls {
        let around = call.parent.and_then(|parent| undone.get(parent as usize)).copied();
        let failed = matches!(call.status, Some(Status::Reverted | Status::Halted));
        undone.push(failed || around.unwrap_or(false));
    }
    undone
}

/// Moments at which something is known to have been read, in order.
fn anchors(
    inspection: &Inspection,
    touches: &[Touch],
    accesses: &[Access],
    bar: &Bar,
) -> Vec<(u64, u64)> {
    let mut anchors = vec![(0, bar.start)];
    for touch in touches {
        let access = touch.access.and_then(|at| accesses.get(at));
        let (Some(access), Some(step)) = (access, inspection.steps.get(touch.step)) else {
            continue;
        };
        let last = anchors.last().copied().unwrap_or_default();
        if step.spent > last.0 && access.time >= last.1 {
            anchors.push((step.spent, access.time));
        }
    }
    anchors
}
