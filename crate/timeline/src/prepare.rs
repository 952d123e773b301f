//! Everything that views ask of a whole film, worked out in turns of a few milliseconds before
//! anybody asks: so that no view has to make a page wait, however long the run was.

use std::sync::Arc;

use crate::chain::Gathering;
use crate::film::Film;
use crate::graph::Drafting;
use crate::lints::Looking;
use crate::metrics::Measuring;

/// Bars, waits or links that are dealt with in one turn.
const SLICE: usize = 1 << 13;

/// The work as far as it is done.
#[derive(Debug, Default)]
pub(crate) struct Preparing {
    turn: Turn,
    measuring: Measuring,
    gathering: Gathering,
    looking: Looking,
    drafting: Drafting,
}

#[derive(Clone, Copy, Debug, Default)]
enum Turn {
    #[default]
    Measure,
    Links,
    Touches,
    Findings,
    Matrix,
    Graph,
    Heat,
    Done,
}

impl Preparing {
    /// Goes on. Answers whether there is more to do.
    ///
    /// What is there already, because somebody asked for it before, stays.
    pub(crate) fn advance(&mut self, film: &Film) -> bool {
        let next = match self.turn {
            Turn::Measure => self.measuring.advance(film).map(|metrics| {
                let _ = film.measured.set(metrics);
                Turn::Links
            }),
            Turn::Links => self.gathering.advance(film, SLICE).map(|links| {
                let _ = film.linked.set(links);
                Turn::Touches
            }),
            Turn::Touches => {
                film.index_touches();
                Some(Turn::Findings)
            }
            Turn::Findings => self.looking.advance(film, SLICE).map(|found| {
                let _ = film.found.set(found);
                Turn::Matrix
            }),
            Turn::Matrix => {
                let _ = film.matrix();
                Some(Turn::Graph)
            }
            Turn::Graph => self.drafting.advance(film).map(|graph| {
                film.derived.keep_graph(Arc::new(graph));
                Turn::Heat
            }),
            Turn::Heat => {
                let _ = film.heat();
                Some(Turn::Done)
            }
            Turn::Done => return false,
        };
        self.turn = next.unwrap_or(self.turn);
        true
    }
}
