//! Walking along a chain: back to the cause, on to the effect, and the path that one came.

use lanescope_protocol::Version;

use super::{Link, LinkKind};
use crate::film::Film;

/// Which way to walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heading {
    /// To what led to it.
    Cause,
    /// To what followed from it.
    Effect,
}

/// The path that was walked. Ends at the incarnation that is selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walk {
    path: Vec<Version>,
    /// Which way each step of the path went: one fewer than there are places.
    steps: Vec<Heading>,
    /// How many ways on were taken from a place so far.
    taken: Vec<(Version, Heading, usize)>,
}

/// Places that a path remembers.
const PATH_MAX: usize = 64;

impl Walk {
    /// A path that begins here.
    #[must_use]
    pub fn from(start: Version) -> Self {
        Self { path: vec![start], ..Self::default() }
    }

    /// The places on the path, the last one being where one is.
    #[must_use]
    pub fn path(&self) -> &[Version] {
        &self.path
    }

    /// Whether it ends here.
    #[must_use]
    pub fn is_at(&self, version: Version) -> bool {
        self.path.last() == Some(&version)
    }

    /// Goes back along the path to a place on it.
    pub fn back_to(&mut self, at: usize) {
        self.path.truncate(at + 1);
        self.steps.truncate(at);
    }

    /// Goes to any other incarnation, with the way back remembered.
    pub fn go(&mut self, to: Version, heading: Heading) {
        if self.is_at(to) {
            return;
        }
        if self.path.len() == PATH_MAX {
            self.path.remove(0);
            self.steps.remove(0);
        }
        if !self.path.is_empty() {
            self.steps.push(heading);
        }
        self.path.push(to);
    }

    /// One step. Turning round goes back the way one came; then the next way on is taken, the
    /// weightiest first. Answers where one is now and what moment that is about, in ticks.
    pub fn step(&mut self, film: &Film, heading: Heading) -> Option<(Version, u64)> {
        let here = *self.path.last()?;
        let links = match heading {
            Heading::Cause => film.causes_of(here),
            Heading::Effect => film.effects_of(here),
        };
        let came = self.steps.last().copied().filter(|came| *came != heading);
        if came.is_some() {
            self.back_to(self.path.len() - 2);
            let there = *self.path.last()?;
            let way = links.iter().find(|link| end_of(link, heading) == there);
            return Some((there, film.moment_of(there, heading, way)));
        }
        let count = links.len();
        let at = match self.taken.iter_mut().find(|(of, way, _)| (*of, *way) == (here, heading)) {
            Some((.., taken)) => {
                *taken += 1;
                (*taken - 1) % count.max(1)
            }
            None => {
                self.taken.push((here, heading, 1));
                0
            }
        };
        let link = links.get(at)?;
        let there = end_of(link, heading);
        self.go(there, heading);
        Some((there, film.moment_of(there, heading, Some(link))))
    }
}

const fn end_of(link: &Link, heading: Heading) -> Version {
    match heading {
        Heading::Cause => link.from,
        Heading::Effect => link.to,
    }
}

impl Film {
    /// The moment that matters about an incarnation to which one has walked: a cause when it took
    /// effect, an effect when it was decided. In ticks.
    fn moment_of(&self, version: Version, heading: Heading, by: Option<&Link>) -> u64 {
        let Some(bar) = self.run(version) else { return by.map_or(0, |link| link.at) };
        let fate = bar.abort.map_or(bar.end, |abort| abort.at);
        match (heading, by.map(|link| link.kind)) {
            (Heading::Cause, Some(LinkKind::MadeStale | LinkKind::LaneBusy)) => bar.end,
            _ => fate,
        }
    }
}
