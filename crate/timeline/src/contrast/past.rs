//! Since when two runs differ.

use std::collections::BTreeMap;

use lanescope_protocol::trace::LocationKind;
use lanescope_protocol::{Access, Event, Lane, LocationId, Version};

use super::Pairs;
use crate::film::Film;
use crate::moment::Moment;

/// The first thing that is not the same in two runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// When, in ticks: everything earlier is the same.
    pub time: u64,
    /// What happened in the run before. Empty: nothing more.
    pub before: String,
    /// What happened in the run after. Empty: nothing more.
    pub after: String,
}

/// Compares what happened, in its order, and, where both records have them, every read, write and
/// check. What becomes known only later, such as whether a read went stale, is compared when it
/// becomes known.
pub(super) fn first_difference(before: &Film, after: &Film, pairs: &Pairs) -> Option<Difference> {
    let same = Same { before, after, pairs, places: places(before, after) };
    let mut first = same.moments();
    // Abridged records leave these out.
    if !before.accesses.is_empty() && !after.accesses.is_empty() {
        for found in [same.checks(), same.accesses()].into_iter().flatten() {
            if first.as_ref().is_none_or(|first| found.time < first.time) {
                first = Some(found);
            }
        }
    }
    first
}

struct Same<'a> {
    before: &'a Film,
    after: &'a Film,
    pairs: &'a Pairs,
    /// By location of the run before: the same place in the run after.
    places: Vec<Option<LocationId>>,
}

fn places(before: &Film, after: &Film) -> Vec<Option<LocationId>> {
    type Place<'a> = (u8, &'a str, &'a str);
    fn place(info: &lanescope_protocol::trace::LocationInfo) -> Place<'_> {
        let kind = match info.kind {
            LocationKind::Balance => 0,
            LocationKind::Nonce => 1,
            LocationKind::Code => 2,
            LocationKind::StorageReset => 3,
            LocationKind::Slot => 4,
        };
        (kind, &info.address, &info.key)
    }
    let known: BTreeMap<_, _> =
        after.locations.iter().zip((0..).map(LocationId)).map(|(i, id)| (place(i), id)).collect();
    before.locations.iter().map(|info| known.get(&place(info)).copied()).collect()
}

impl Same<'_> {
    fn version(&self, before: Option<Version>, after: Option<Version>) -> bool {
        match (before, after) {
            (Some(before), Some(after)) => self.pairs.ahead_version(before) == Some(after),
            (None, None) => true,
            _ => false,
        }
    }

    fn place(&self, before: Option<LocationId>, after: Option<LocationId>) -> bool {
        match (before, after) {
            (Some(before), Some(after)) => {
                self.places.get(before.get()).copied().flatten() == Some(after)
            }
            (None, None) => true,
            _ => false,
        }
    }

    fn event(&self, a: &Event, b: &Event) -> bool {
        let whose =
            |event: &Event| event.tx.map(|tx| Version { tx, incarnation: event.incarnation });
        (a.time, a.lane, a.kind, a.detail, a.gas) == (b.time, b.lane, b.kind, b.detail, b.gas)
            && self.version(whose(a), whose(b))
            && self.version(a.other, b.other)
            && self.place(a.location, b.location)
    }

    fn moments(&self) -> Option<Difference> {
        let (old, new) = (self.before.moments(), self.after.moments());
        let same = |(a, b): &(&Moment, &Moment)| self.event(&a.event, &b.event);
        let at = old.iter().zip(new).take_while(same).count();
        let (a, b) = (old.get(at), new.get(at));
        let time = a.into_iter().chain(b).map(|moment| moment.event.time).min()?;
        let said = |film: &Film, moment: Option<&Moment>| {
            moment.map_or_else(String::new, |moment| film.caption(moment).phrase.to_string())
        };
        Some(Difference { time, before: said(self.before, a), after: said(self.after, b) })
    }

    fn checks(&self) -> Option<Difference> {
        let lanes = self.before.lanes().max(self.after.lanes());
        let on_lane = |lane: usize| {
            let lane = Lane(u8::try_from(lane).ok()?);
            let (old, new) = (self.before.lane_checks(lane), self.after.lane_checks(lane));
            let same = |a: &crate::Check, b: &crate::Check| {
                (a.start, a.end, a.held) == (b.start, b.end, b.held)
                    && self.version(Some(a.version), Some(b.version))
            };
            let at = old.iter().zip(new).take_while(|(a, b)| same(a, b)).count();
            let (a, b) = (old.get(at), new.get(at));
            let begun_alike = |a: &crate::Check, b: &crate::Check| {
                a.start == b.start && self.version(Some(a.version), Some(b.version))
            };
            let time = match (a, b) {
                (Some(a), Some(b)) if begun_alike(a, b) => a.end.min(b.end),
                (a, b) => a.into_iter().chain(b).map(|check| check.start).min()?,
            };
            let said = |check: Option<&crate::Check>| {
                check.map_or_else(String::new, |check| format!("{lane} checks {}.", check.version))
            };
            Some(Difference { time, before: said(a), after: said(b) })
        };
        (0..lanes).filter_map(on_lane).min_by_key(|found| found.time)
    }

    fn access(&self, a: &Access, b: &Access) -> bool {
        (a.time, a.kind, a.value) == (b.time, b.kind, b.value)
            && self.place(Some(a.location), Some(b.location))
            && self.version(a.saw, b.saw)
    }

    fn accesses(&self) -> Option<Difference> {
        let of = |version: Version| {
            let there = self.pairs.ahead_version(version)?;
            let bar = |film: &Film, version| film.bar(film.bar_of(version)?).copied();
            let (mine, theirs) = (bar(self.before, version)?, bar(self.after, there)?);
            // What ran elsewhere or at another time differs as a moment already, and of what was
            // lost on the way there may be no record.
            if (mine.lane, mine.start) != (theirs.lane, theirs.start) {
                return None;
            }
            let whole = mine.status().is_some() && theirs.status().is_some();
            let (old, new) = (self.before.accesses_of(version), self.after.accesses_of(there));
            let at = old.iter().zip(new).take_while(|(a, b)| self.access(a, b)).count();
            let (a, b) = (old.get(at), new.get(at));
            if !whole && (a.is_none() || b.is_none()) {
                return None;
            }
            let time = a.into_iter().chain(b).map(|access| access.time).min()?;
            let said = |film: &Film, access: Option<&Access>| {
                access.map_or_else(String::new, |access| {
                    let place = film.location_name(access.location);
                    format!("{} touches {place}.", access.by)
                })
            };
            Some(Difference { time, before: said(self.before, a), after: said(self.after, b) })
        };
        let bars = self.before.bars().iter();
        bars.filter_map(|bar| of(bar.version)).min_by_key(|found| found.time)
    }
}
