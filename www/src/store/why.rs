//! Walking along causes and effects, and the path that was walked.

use lanescope_protocol::Version;
use lanescope_timeline::{Heading, Walk};

use super::Store;

/// What the user wants to know about causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WhyWish {
    /// One step along the chain of what is looked at.
    Walk(Heading),
    /// To an incarnation, and to the moment that is told of it, in ticks.
    Go(Version, u64),
    /// Back along the path, to its place of this number.
    Back(usize),
}

/// Where one is on a chain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Why {
    /// How one came to what is looked at.
    pub(super) walk: Walk,
    /// How often a moment was to be brought into view.
    pub(crate) reveals: u32,
}

impl Store {
    /// The path that was walked to what is looked at; only that where one did not walk.
    pub(crate) fn path(&self) -> &[Version] {
        let here = self.looked_at();
        let path = self.why.walk.path();
        if here.is_some() && path.last().copied() == here { path } else { &[] }
    }

    pub(super) fn ask_why(&mut self, wish: WhyWish) {
        let (Some(film), Some(here)) = (self.shown().cloned(), self.looked_at()) else { return };
        let walk = &mut self.why.walk;
        if !walk.is_at(here) {
            *walk = Walk::from(here);
        }
        let bar = |version| film.bar(film.bar_of(version)?);
        let arrived = match wish {
            WhyWish::Walk(heading) => walk.step(&film, heading),
            WhyWish::Go(to, at) => bar(to).map(|there| {
                let earlier = bar(here).is_some_and(|here| there.start <= here.start);
                walk.go(to, if earlier { Heading::Cause } else { Heading::Effect });
                (to, at)
            }),
            WhyWish::Back(at) => {
                walk.back_to(at);
                let there = walk.path().last().copied();
                there
                    .and_then(bar)
                    .map(|bar| (bar.version, bar.abort.map_or(bar.end, |abort| abort.at)))
            }
        };
        // Whoever asks for a cause where there is none still means this incarnation.
        let (version, at) = arrived.map_or((here, None), |(version, at)| (version, Some(at)));
        self.selected = Some(version);
        self.row = Some(version.tx.get());
        if let Some(at) = at {
            self.playback.seek(&film, at as f64);
            self.why.reveals += 1;
        }
    }
}
