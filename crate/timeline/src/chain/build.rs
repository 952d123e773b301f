//! All direct links of a film, found once.

use lanescope_protocol::{EventKind, Version, WaitReason};

use super::{Link, LinkKind};
use crate::bar::{Abort, Bar, Ending, Wait};
use crate::film::Film;

/// The direct links of a film, by where they lead and by where they come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    pub(super) by_to: Vec<Link>,
    /// Positions in `by_to`, by [`Link::from`].
    pub(super) by_from: Vec<u32>,
}

impl Links {
    /// Every link, by where it leads.
    pub(crate) fn all(&self) -> &[Link] {
        &self.by_to
    }

    /// Those that lead to an incarnation.
    pub(super) fn to(&self, version: Version) -> &[Link] {
        let from = self.by_to.partition_point(|link| link.to < version);
        let to = self.by_to.partition_point(|link| link.to <= version);
        self.by_to.get(from..to).unwrap_or(&[])
    }

    /// Those that come from an incarnation.
    pub(super) fn from(&self, version: Version) -> impl Iterator<Item = Link> {
        let whose = |at: &u32| self.by_to[*at as usize].from;
        let from = self.by_from.partition_point(|at| whose(at) < version);
        let to = self.by_from.partition_point(|at| whose(at) <= version);
        self.by_from[from..to.max(from)].iter().map(|at| self.by_to[*at as usize])
    }
}

impl Film {
    /// Every direct link of the film but those of busy lanes: what tests hold against the film.
    pub fn direct_links(&self) -> &[Link] {
        self.links().all()
    }

    /// Who threw a run away, or made it stop.
    pub(super) fn link_fate(&self, bar: &Bar, links: &mut Vec<Link>) {
        if let Ending::Suspended { on: Some(on), location } = bar.ending
            && let Some(from) = self.run_waited_for(on, bar.end)
        {
            let (to, kind) = (bar.version, LinkKind::WaitedFor);
            links.push(Link { from, to, kind, location, at: bar.end });
        }
        let Some(abort) = bar.abort else { return };
        if let Some(by) = self.writer(abort)
            && by.version != bar.version
        {
            let (from, to, kind) = (by.version, bar.version, LinkKind::MadeStale);
            let at = by.end.min(abort.at);
            links.push(Link { from, to, kind, location: abort.location, at });
        }
        self.link_sources(bar, links);
    }

    /// Whose write threw a run away. What is named may be an incarnation that never ran here.
    pub(super) fn writer(&self, abort: Abort) -> Option<&Bar> {
        let by = abort.by?;
        let id = self.bar_of(by).or_else(|| self.runs_of(by.tx).last().copied())?;
        self.bar(id)
    }

    /// Whose values, thrown away before this run was, it had read.
    fn link_sources(&self, bar: &Bar, links: &mut Vec<Link>) {
        let Some(abort) = bar.abort else { return };
        let stale = |access: &&lanescope_protocol::Access| access.stale && access.kind.is_read();
        for access in self.accesses_of(bar.version).iter().filter(stale) {
            let Some(saw) = access.saw.filter(|saw| saw.tx != bar.tx()) else { continue };
            let thrown = self.run(saw).and_then(|source| source.abort);
            if thrown.is_some_and(|thrown| thrown.at <= abort.at) {
                let (to, kind) = (bar.version, LinkKind::TookAlong);
                let (location, at) = (Some(access.location), access.time);
                links.push(Link { from: saw, to, kind, location, at });
            }
        }
    }

    /// From each run that came to nothing to the next of its transaction.
    pub(super) fn link_runs(&self, history: &crate::assemble::History, links: &mut Vec<Link>) {
        let mut runs: Vec<_> = history.runs.iter().filter_map(|id| self.bar(*id)).collect();
        runs.sort_by_key(|bar| (bar.start, bar.version));
        for pair in runs.windows(2) {
            let (was, is) = (pair[0], pair[1]);
            let location = was.abort.and_then(|abort| abort.location);
            let (from, to, kind) = (was.version, is.version, LinkKind::RunsAgain);
            links.push(Link { from, to, kind, location, at: is.start });
            links.extend(self.resumed_by(was, is));
        }
    }

    /// Whose end let a run begin that had to wait without any lane standing still: the next run of
    /// the one that had thrown the run before away, if it ended just then.
    fn resumed_by(&self, was: &Bar, is: &Bar) -> Option<Link> {
        let abort = was.abort?;
        let gap = is.start.checked_sub(abort.at).filter(|gap| *gap > 0)?;
        let runs = self.runs_of(abort.by?.tx).iter().filter_map(|id| self.bar(*id));
        let before = runs.filter(|bar| bar.end > abort.at && bar.end <= is.start);
        let last = before.max_by_key(|bar| bar.end).filter(|bar| is.start - bar.end <= gap / 16)?;
        let (from, to, kind) = (last.version, is.version, LinkKind::WaitedFor);
        Some(Link { from, to, kind, location: abort.location, at: abort.at })
    }

    /// From the run that was waited for to the one that began after the wait.
    pub(super) fn link_wait(&self, wait: &Wait, links: &mut Vec<Link>) {
        let Some(on) = wait.on else { return };
        let Some(to) = self.began_after(wait) else { return };
        let Some(from) = self.run_waited_for(on, wait.start) else { return };
        let (kind, location, at) = (LinkKind::WaitedFor, wait.location, wait.start);
        links.push(Link { from, to, kind, location, at });
    }

    /// What a lane began as its wait was over; where the wait was for a transaction of its own, that
    /// one's next run, on whatever lane.
    fn began_after(&self, wait: &Wait) -> Option<Version> {
        let after = |bar: &&Bar| bar.start >= wait.end;
        if let Some(tx) = wait.tx {
            let runs = self.runs_of(tx).iter().filter_map(|id| self.bar(*id));
            if let Some(bar) =
                runs.filter(|bar| bar.start >= wait.start).min_by_key(|bar| bar.start)
            {
                return Some(bar.version);
            }
        }
        let ids = self.lane_bars(wait.lane);
        let next = ids.partition_point(|id| self.bar(*id).is_some_and(|b| b.start < wait.end));
        let next = ids.get(next).and_then(|id| self.bar(*id)).filter(after)?;
        // Something else may have come up meanwhile: then the lane did not wait for that.
        let barrier = wait.reason == WaitReason::Barrier;
        let soon = next.start.saturating_sub(wait.end) <= wait.end.saturating_sub(wait.start) / 8;
        (barrier || soon).then_some(next.version)
    }

    /// Which run of a transaction somebody waited for at `at`: the one that was under way or came
    /// next, else the one that is named.
    fn run_waited_for(&self, on: Version, at: u64) -> Option<Version> {
        let runs = self.runs_of(on.tx).iter().filter_map(|id| self.bar(*id));
        let next = runs.filter(|bar| bar.end > at).min_by_key(|bar| bar.start);
        next.map(|bar| bar.version).or_else(|| self.bar_of(on).map(|_| on))
    }

    /// What kept a lane busy, where somebody read too early because of that: the run began only
    /// after another had already read what it then wrote.
    pub(super) fn lane_was_busy(&self, of: Version) -> Option<Link> {
        let bar = self.run(of)?;
        let late = |link: Link| {
            link.kind == LinkKind::MadeStale
                && self.read_time(link.to, link.location).is_some_and(|read| read < bar.start)
        };
        if bar.is_again() || !self.links().from(of).any(late) {
            return None;
        }
        let ids = self.lane_bars(bar.lane);
        let at = ids.partition_point(|id| self.bar(*id).is_some_and(|b| b.start < bar.start));
        let before = self.bar(*ids.get(at.checked_sub(1)?)?)?;
        let waits = self.lane_waits(bar.lane);
        let first = waits.partition_point(|wait| wait.start < before.end);
        let waited = waits.get(first).is_some_and(|wait| wait.start < bar.start);
        let (from, kind, at) = (before.version, LinkKind::LaneBusy, before.end);
        let busy = !waited && from.tx != of.tx;
        busy.then_some(Link { from, to: of, kind, location: None, at })
    }

    /// When an incarnation read a location first.
    pub(super) fn read_time(
        &self,
        of: Version,
        location: Option<lanescope_protocol::LocationId>,
    ) -> Option<u64> {
        let location = location?;
        let is_it = |access: &&lanescope_protocol::Access| {
            access.kind.is_read() && access.location == location
        };
        self.accesses_of(of).iter().find(is_it).map(|access| access.time)
    }

    /// Whether a later note says that an incarnation took over a lost one.
    pub(super) fn took_over(&self, version: Version) -> bool {
        self.note(version, EventKind::Reassigned).is_some()
    }
}
