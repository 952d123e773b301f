//! Gathers the direct links of a film in slices, so that a page that shows the film stays alive.

use super::build::Links;
use super::{Film, Link};

/// Links as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct Gathering {
    stage: Stage,
    /// What the stage has dealt with: bars, transactions, or places in the list.
    at: usize,
    /// The lane and the wait that come next.
    wait: (usize, usize),
    /// Links by the transaction that they lead to.
    to: Vec<Vec<Link>>,
    /// Places in the sorted list, by the transaction that the link comes from.
    from: Vec<Vec<u32>>,
    links: Links,
}

#[derive(Clone, Copy, Debug, Default)]
enum Stage {
    #[default]
    Bars,
    Runs,
    Waits,
    Sort,
    Sources,
    Index,
}

impl Gathering {
    /// Goes on with about `count` bars, waits or links. Answers all links once they are there.
    pub(crate) fn advance(&mut self, film: &Film, count: usize) -> Option<Links> {
        // A transaction may have run many times.
        let count = if matches!(self.stage, Stage::Runs) { count.div_ceil(8) } else { count };
        let mut found = Vec::new();
        let from = self.at;
        let to = from.saturating_add(count);
        let more = match self.stage {
            Stage::Bars => {
                let bars = film.bars();
                let part = from.min(bars.len())..to.min(bars.len());
                bars[part].iter().for_each(|bar| film.link_fate(bar, &mut found));
                to < bars.len()
            }
            Stage::Runs => {
                let histories = &film.assembly.histories;
                let part = from.min(histories.len())..to.min(histories.len());
                histories[part].iter().for_each(|history| film.link_runs(history, &mut found));
                to < histories.len()
            }
            Stage::Waits => match film.next_waits(&mut self.wait, count) {
                Some(waits) => {
                    waits.iter().for_each(|wait| film.link_wait(wait, &mut found));
                    true
                }
                None => false,
            },
            Stage::Sort => self.sort(count),
            Stage::Sources => self.note_sources(to),
            Stage::Index => self.index(count),
        };
        for link in found.into_iter().filter(|link| link.from != link.to) {
            at(&mut self.to, link.to.tx.get()).push(link);
        }
        if more {
            if matches!(self.stage, Stage::Bars | Stage::Runs | Stage::Sources) {
                self.at = to;
            }
            return None;
        }
        self.at = 0;
        self.stage = match self.stage {
            Stage::Bars => Stage::Runs,
            Stage::Runs => Stage::Waits,
            Stage::Waits => Stage::Sort,
            Stage::Sort => Stage::Sources,
            Stage::Sources => Stage::Index,
            Stage::Index => return Some(core::mem::take(&mut self.links)),
        };
        None
    }

    /// Brings those that lead to the next transactions into their order.
    fn sort(&mut self, count: usize) -> bool {
        let mut left = count;
        while left > 0
            && let Some(links) = self.to.get_mut(self.at)
        {
            let mut links = core::mem::take(links);
            links.sort_by_key(|link| (link.to, link.from, link.kind, link.at));
            links.dedup_by_key(|link| (link.to, link.from, link.kind));
            left = left.saturating_sub(links.len() + 1);
            self.links.by_to.append(&mut links);
            self.at += 1;
        }
        self.at < self.to.len()
    }

    fn note_sources(&mut self, to: usize) -> bool {
        let known = self.links.by_to.len();
        for place in self.at..to.min(known) {
            let tx = self.links.by_to[place].from.tx.get();
            at(&mut self.from, tx).push(place as u32);
        }
        to < known
    }

    fn index(&mut self, count: usize) -> bool {
        let mut left = count;
        while left > 0
            && let Some(places) = self.from.get_mut(self.at)
        {
            let mut places = core::mem::take(places);
            places.sort_by_key(|place| self.links.by_to[*place as usize].from);
            left = left.saturating_sub(places.len() + 1);
            self.links.by_from.append(&mut places);
            self.at += 1;
        }
        self.at < self.from.len()
    }
}

/// The list of a transaction, which is there from now on.
fn at<T>(all: &mut Vec<Vec<T>>, tx: usize) -> &mut Vec<T> {
    if all.len() <= tx {
        all.resize_with(tx + 1, Vec::new);
    }
    &mut all[tx]
}

impl Film {
    /// The direct links, found when somebody asks first.
    pub(crate) fn links(&self) -> &Links {
        self.linked.get_or_init(|| {
            let mut gathering = Gathering::default();
            loop {
                if let Some(links) = gathering.advance(self, usize::MAX) {
                    return links;
                }
            }
        })
    }
}
