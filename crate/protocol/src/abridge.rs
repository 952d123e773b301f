//! A trace without what the numbers of a run do not need.

use crate::event::{Event, EventKind};
use crate::ids::LocationId;
use crate::trace::Trace;

/// Events up to which all are kept.
pub const ABRIDGED_EVENTS: usize = 20_000;

impl Trace {
    /// Drops reads and writes; of a long run also validations that took no time and threw nothing
    /// away; and the locations that nothing is left to name. What is counted and added up over events
    /// stays the same.
    pub fn abridge(&mut self) {
        self.accesses = Vec::new();
        if self.events.len() > ABRIDGED_EVENTS && self.summary.settings.costs.validation == 0 {
            self.events.retain(|event| !is_idle_check(event));
            self.events.shrink_to_fit();
        }
        self.keep_named_locations();
    }

    /// Locations that events name, in their old order, under new numbers.
    fn keep_named_locations(&mut self) {
        let mut named = vec![false; self.locations.len()];
        for id in self.events.iter().filter_map(|event| event.location) {
            if let Some(named) = named.get_mut(id.get()) {
                *named = true;
            }
        }
        let mut next = 0;
        let number = |named: &bool| {
            let number = named.then_some(LocationId(next));
            next += u32::from(*named);
            number
        };
        let numbers: Vec<_> = named.iter().map(number).collect();
        for event in &mut self.events {
            event.location = event.location.and_then(|id| numbers.get(id.get()).copied().flatten());
        }
        let mut named = named.into_iter();
        self.locations.retain(|_| named.next().unwrap_or_default());
    }
}

fn is_idle_check(event: &Event) -> bool {
    matches!(event.kind, EventKind::ValidationStarted | EventKind::ValidationPassed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{Incarnation, Lane, TxIndex};
    use crate::trace::LocationInfo;

    fn event(seq: u32, kind: EventKind, location: Option<u32>) -> Event {
        Event {
            time: u64::from(seq),
            seq,
            lane: Lane(0),
            kind,
            detail: 0,
            tx: Some(TxIndex(0)),
            incarnation: Incarnation(0),
            other: None,
            location: location.map(LocationId),
            gas: 1,
        }
    }

    fn trace(checks: u32) -> Trace {
        let mut events = vec![event(0, EventKind::ExecutionStarted, None)];
        events.extend((0..checks).map(|at| event(at + 1, EventKind::ValidationPassed, None)));
        events.push(event(checks + 1, EventKind::Aborted, Some(2)));
        let info = |name: &str| LocationInfo { name: name.to_owned(), ..LocationInfo::default() };
        Trace { events, locations: ["a", "b", "c", "d"].map(info).into(), ..Trace::default() }
    }

    #[test]
    fn short_runs_keep_every_event_and_long_ones_what_counts() {
        let mut short = trace(10);
        short.abridge();
        assert_eq!(short.events.len(), 12);
        let mut long = trace(ABRIDGED_EVENTS as u32);
        long.abridge();
        assert_eq!(long.events.len(), 2);
        let mut costly = trace(ABRIDGED_EVENTS as u32);
        costly.summary.settings.costs.validation = 5;
        let before = costly.events.len();
        costly.abridge();
        assert_eq!(costly.events.len(), before, "checks that take time count");
    }

    #[test]
    fn locations_are_those_that_events_name() {
        let mut trace = trace(1);
        trace.abridge();
        let names: Vec<_> = trace.locations.iter().map(|info| info.name.as_str()).collect();
        assert_eq!(names, ["c"]);
        assert_eq!(trace.events[2].location, Some(LocationId(0)));
    }
}
