//! Why, and what came of it: the links between incarnations, and the chain of them that leads to
//! one incarnation and on from it.
//!
//! All direct links of a film are found once ([`Links`]) in time that grows with the trace. A chain
//! follows them from one incarnation, the nearest first, and never more than [`LINKS_MAX`] of them.

mod arrows;
mod build;
mod cost;
mod gather;
mod story;
mod walk;

use lanescope_protocol::{LocationId, Version};

use crate::bar::Bar;
use crate::film::Film;

pub use arrows::{ARROWS_MAX, Arrows, ChainArrow};
pub(crate) use build::Links;
pub use cost::Cost;
pub(crate) use gather::Gathering;
pub use story::{STEPS_MAX, Story, StoryStep};
pub use walk::{Heading, Walk};

/// Links that one chain follows at most, on each side.
pub const LINKS_MAX: usize = 500;

/// How one incarnation brought about another, or its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// `from` wrote what `to` had read before, so `to` was thrown away.
    MadeStale,
    /// `to` had read what `from` wrote, `from` was thrown away, and so was `to`.
    TookAlong,
    /// `to` is the next run of the transaction whose run `from` came to nothing.
    RunsAgain,
    /// `to` stopped early, or could not begin, because it waited for `from`.
    WaitedFor,
    /// `to` could not begin before `from` had left its lane.
    LaneBusy,
}

/// A direct cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// What brought it about.
    pub from: Version,
    /// What it brought about, or ended.
    pub to: Version,
    /// How.
    pub kind: LinkKind,
    /// What it is about, where it is about one location.
    pub location: Option<LocationId>,
    /// When it took effect, in ticks: the value was written, the wait began, the run began.
    pub at: u64,
}

/// Everything that led to an incarnation and its end, and everything that followed from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    /// Whose.
    pub of: Version,
    /// All links, the nearest first.
    pub links: Vec<Link>,
    /// What led to it: positions in [`Self::links`].
    pub causes: Vec<usize>,
    /// What followed from it: positions in [`Self::links`].
    pub effects: Vec<usize>,
    /// Whether there are more links than [`LINKS_MAX`] on one side.
    pub cut_off: bool,
    /// What it cost.
    pub cost: Cost,
}

/// What is asked of an incarnation on the way back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// Why it came to nothing.
    Fate,
    /// Why it ran, and not earlier.
    Run,
}

/// What is asked of an incarnation on the way on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    /// What came of its writes.
    Written,
    /// What came of its being thrown away.
    Thrown,
}

impl Film {
    /// The chain of an incarnation. `None` if it never began.
    #[must_use]
    pub fn chain(&self, of: Version) -> Option<Chain> {
        self.bar_of(of)?;
        let (back, cut_back) = self.follow_back(of);
        let (on, cut_on) = self.follow_on(of);
        let mut chain = Chain {
            of,
            links: Vec::new(),
            causes: Vec::new(),
            effects: Vec::new(),
            cut_off: cut_back || cut_on,
            cost: Cost::default(),
        };
        // Nearest first on both sides in turn.
        let (mut back, mut on) = (back.into_iter(), on.into_iter());
        loop {
            let (cause, effect) = (back.next(), on.next());
            if cause.is_none() && effect.is_none() {
                break;
            }
            if let Some(link) = cause {
                chain.causes.push(chain.links.len());
                chain.links.push(link);
            }
            if let Some(link) = effect {
                chain.effects.push(chain.links.len());
                chain.links.push(link);
            }
        }
        chain.cost = self.cost(&chain);
        Some(chain)
    }

    /// What directly led to an incarnation and its end, what says most first.
    #[must_use]
    pub fn causes_of(&self, of: Version) -> Vec<Link> {
        let mut links = self.links().to(of).to_vec();
        links.extend(self.lane_was_busy(of));
        links.sort_by_key(|link| link.kind);
        links
    }

    /// What directly followed from an incarnation, what weighs most first.
    #[must_use]
    pub fn effects_of(&self, of: Version) -> Vec<Link> {
        let mut links: Vec<_> = self.links().from(of).collect();
        links.sort_by_key(|link| core::cmp::Reverse(self.weight(link)));
        links
    }

    /// Ticks that a link made somebody run or wait.
    fn weight(&self, link: &Link) -> u64 {
        let Some(to) = self.run(link.to) else { return 0 };
        match link.kind {
            LinkKind::WaitedFor => to.start.saturating_sub(link.at),
            _ => to.length(),
        }
    }

    fn follow_back(&self, of: Version) -> (Vec<Link>, bool) {
        let step = |version: Version, asked: Cause| {
            let about = move |kind: LinkKind| match kind {
                LinkKind::MadeStale | LinkKind::TookAlong => asked == Cause::Fate,
                LinkKind::RunsAgain | LinkKind::LaneBusy => asked == Cause::Run,
                // A run that stopped early ended by waiting, others began so.
                LinkKind::WaitedFor => true,
            };
            let links = self.causes_of(version).into_iter().filter(move |link| about(link.kind));
            links.map(|link| {
                let next: &[Cause] = match link.kind {
                    LinkKind::TookAlong => &[Cause::Fate],
                    LinkKind::RunsAgain => &[Cause::Fate, Cause::Run],
                    LinkKind::MadeStale | LinkKind::WaitedFor => &[Cause::Run],
                    // Why the lane was busy before is its own story.
                    LinkKind::LaneBusy => &[],
                };
                (link, link.from, next)
            })
        };
        follow([(of, Cause::Fate), (of, Cause::Run)], step)
    }

    fn follow_on(&self, of: Version) -> (Vec<Link>, bool) {
        let step = |version: Version, asked: Effect| {
            let about = move |kind: LinkKind| match kind {
                LinkKind::MadeStale | LinkKind::WaitedFor => asked == Effect::Written,
                LinkKind::TookAlong | LinkKind::RunsAgain => asked == Effect::Thrown,
                LinkKind::LaneBusy => false,
            };
            let links = self.effects_of(version).into_iter().filter(move |link| about(link.kind));
            links.map(|link| {
                let next: &[Effect] = match link.kind {
                    LinkKind::MadeStale | LinkKind::TookAlong => &[Effect::Thrown],
                    LinkKind::WaitedFor if self.stopped_early(link.to) => {
                        &[Effect::Thrown, Effect::Written]
                    }
                    _ => &[Effect::Written],
                };
                (link, link.to, next)
            })
        };
        follow([(of, Effect::Thrown), (of, Effect::Written)], step)
    }

    fn stopped_early(&self, version: Version) -> bool {
        let suspended = |bar: &Bar| matches!(bar.ending, crate::bar::Ending::Suspended { .. });
        self.run(version).is_some_and(suspended)
    }

    /// The last run of an incarnation.
    fn run(&self, version: Version) -> Option<&Bar> {
        self.bar(self.bar_of(version)?)
    }
}

/// Goes from the starts along every link once, breadth first. Answers whether it stopped early.
fn follow<Q, S>(starts: [(Version, Q); 2], step: impl Fn(Version, Q) -> S) -> (Vec<Link>, bool)
where
    Q: Copy + Ord + 'static,
    S: Iterator<Item = (Link, Version, &'static [Q])>,
{
    use std::collections::{BTreeSet, VecDeque};
    let mut queue: VecDeque<_> = starts.into();
    let mut asked: BTreeSet<_> = starts.into();
    let mut seen = BTreeSet::new();
    let mut links = Vec::new();
    while let Some((version, question)) = queue.pop_front() {
        for (link, next, questions) in step(version, question) {
            if seen.insert((link.from, link.to, link.kind)) {
                if links.len() == LINKS_MAX {
                    return (links, true);
                }
                links.push(link);
            }
            let unasked = questions.iter().map(|question| (next, *question));
            queue.extend(unasked.filter(|question| asked.insert(*question)));
        }
    }
    (links, false)
}
