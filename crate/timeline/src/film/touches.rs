//! Who touches a location: the trace's reads and writes once more, by location.

use std::sync::Arc;

use lanescope_protocol::{Access, LocationId, TxIndex};

use crate::film::Film;
use crate::graph::{Drafting, Graph};
use crate::heat::Heat;
use crate::matrix::Matrix;

/// What is worked out once for a film, when somebody asks first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Derived {
    touches: std::sync::OnceLock<Arc<Touches>>,
    matrix: std::sync::OnceLock<Arc<Matrix>>,
    graph: std::sync::OnceLock<Arc<Graph>>,
    heat: std::sync::OnceLock<Arc<Heat>>,
}

impl Derived {
    /// Keeps a graph that was drawn in turns, unless there is one.
    pub(crate) fn keep_graph(&self, graph: Arc<Graph>) {
        let _ = self.graph.set(graph);
    }
}

/// Indices into the film's accesses, by location; inside one in the order of incarnations.
#[derive(Debug, Default)]
struct Touches {
    /// Where each location's part begins, and behind the last where that ends.
    starts: Vec<u32>,
    accesses: Vec<u32>,
}

impl Touches {
    fn new(accesses: &[Access], locations: usize) -> Self {
        let mut starts = vec![0u32; locations + 1];
        let known = |access: &&Access| access.location.get() < locations;
        for access in accesses.iter().filter(known) {
            starts[access.location.get() + 1] += 1;
        }
        for at in 0..locations {
            starts[at + 1] += starts[at];
        }
        let mut next = starts.clone();
        let mut sorted = vec![0u32; starts.last().map_or(0, |all| *all as usize)];
        for (at, access) in accesses.iter().enumerate().filter(|(_, access)| known(access)) {
            let slot = &mut next[access.location.get()];
            sorted[*slot as usize] = at as u32;
            *slot += 1;
        }
        Self { starts, accesses: sorted }
    }

    fn of(&self, place: LocationId) -> &[u32] {
        let at = |index: usize| self.starts.get(index).map(|start| *start as usize);
        match (at(place.get()), at(place.get() + 1)) {
            (Some(from), Some(to)) => self.accesses.get(from..to).unwrap_or(&[]),
            _ => &[],
        }
    }
}

impl Film {
    /// Every read and write of a location, in the order of incarnations.
    pub fn touches(&self, place: LocationId) -> impl Iterator<Item = &Access> {
        self.touch_list(place).iter().filter_map(|at| self.accesses.get(*at as usize))
    }

    /// Every read and write of a location by one transaction, in the order of its incarnations.
    pub fn touches_by(&self, place: LocationId, tx: TxIndex) -> impl Iterator<Item = &Access> {
        let all = self.touch_list(place);
        let tx_of = |at: &u32| self.accesses.get(*at as usize).map(|access| access.by.tx);
        let from = all.partition_point(|at| tx_of(at) < Some(tx));
        let rest = all.get(from..).unwrap_or(&[]);
        let count = rest.partition_point(|at| tx_of(at) == Some(tx));
        let own = rest.get(..count).unwrap_or(&[]);
        own.iter().filter_map(|at| self.accesses.get(*at as usize))
    }

    /// Has reads and writes by location ready.
    pub(crate) fn index_touches(&self) {
        self.touch_list(LocationId(0));
    }

    fn touch_list(&self, place: LocationId) -> &[u32] {
        let index = self
            .derived
            .touches
            .get_or_init(|| Arc::new(Touches::new(&self.accesses, self.locations.len())));
        index.of(place)
    }

    /// Transactions that touch a location in any of their runs, in block order.
    #[must_use]
    pub fn touchers(&self, place: LocationId) -> Vec<TxIndex> {
        let mut all: Vec<_> = self.touches(place).map(|access| access.by.tx).collect();
        all.dedup();
        all
    }

    /// Locations against transactions. Worked out once and then kept. Empty while reads and
    /// writes are unknown.
    #[must_use]
    pub fn matrix(&self) -> Arc<Matrix> {
        Arc::clone(self.derived.matrix.get_or_init(|| Arc::new(Matrix::of(self))))
    }

    /// Who depends on whom. Worked out once and then kept. Without edges while reads and writes
    /// are unknown.
    #[must_use]
    pub fn graph(&self) -> Arc<Graph> {
        Arc::clone(self.derived.graph.get_or_init(|| {
            let mut drafting = Drafting::default();
            loop {
                if let Some(graph) = drafting.advance(self) {
                    return Arc::new(graph);
                }
            }
        }))
    }

    /// What contracts and their slots cost. Worked out once and then kept.
    #[must_use]
    pub fn heat(&self) -> Arc<Heat> {
        Arc::clone(self.derived.heat.get_or_init(|| Arc::new(Heat::of(self))))
    }
}
