//! Who depends on whom: transactions as nodes, read-after-write as edges from left to right.

mod layout;
mod order;
mod paint;
mod walk;
mod words;

use lanescope_protocol::chains::Link;
use lanescope_protocol::{LocationId, TxIndex};

use crate::bar::BarId;
use crate::film::Film;

pub use layout::GraphLayout;
pub use paint::{Camera, GraphLook, paint_graph};

/// Transactions and what they read from each other, between the runs that became final and as the
/// strategy saw it. Nonces of senders are left out: every transaction states its own.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// By [`TxIndex`].
    pub nodes: Vec<Node>,
    /// Sorted by reader, then writer.
    pub edges: Vec<Edge>,
    /// The chain of dependent transactions with the most gas, from the first to the last.
    pub path: Vec<TxIndex>,
    /// Its gas: no number of lanes is faster.
    pub path_gas: u64,
}

/// A transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// The run that became final.
    pub run: Option<BarId>,
    /// Gas of that run; 0 while unknown.
    pub gas: u32,
    /// How many transactions stand before it in the longest chain that leads to it.
    pub layer: u32,
    /// Edges that lead here: indices into [`Graph::edges`].
    pub from: Vec<u32>,
    /// Edges that lead from here.
    pub to: Vec<u32>,
    /// Whether the longest chain goes through it.
    pub critical: bool,
}

/// A dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Who wrote.
    pub writer: TxIndex,
    /// Who read that.
    pub reader: TxIndex,
    /// What, at least one.
    pub places: Vec<LocationId>,
    /// Whether it is part of the longest chain.
    pub critical: bool,
}

impl Node {
    /// Whether it depends on nobody, and nobody on it.
    #[must_use]
    pub const fn is_alone(&self) -> bool {
        self.from.is_empty() && self.to.is_empty()
    }
}

/// A graph that is being made in turns.
#[derive(Debug, Default)]
pub(crate) struct Drafting {
    turn: usize,
    links: Vec<Link>,
    graph: Graph,
}

impl Drafting {
    /// Goes on. Answers the graph once it is there.
    pub(crate) fn advance(&mut self, film: &Film) -> Option<Graph> {
        let graph = &mut self.graph;
        match self.turn {
            0 => {
                let node = |tx: usize| {
                    let run = film.committed_run(TxIndex(tx as u32));
                    let gas = run.and_then(|id| film.bar(id)).map_or(0, |bar| bar.gas);
                    Node { run, gas, ..Node::default() }
                };
                graph.nodes = (0..film.transaction_count()).map(node).collect();
            }
            1 => {
                let chains = film.read_chains();
                (graph.path, graph.path_gas) = (chains.path, chains.gas);
            }
            2 => self.links = film.read_links(),
            3 => graph.take(core::mem::take(&mut self.links)),
            4 => graph.connect(),
            _ => {
                graph.number();
                return Some(core::mem::take(graph));
            }
        }
        self.turn += 1;
        None
    }
}

impl Graph {
    /// Takes the dependencies, which must be sorted.
    fn take(&mut self, links: Vec<Link>) {
        for link in links {
            match self.edges.last_mut() {
                Some(edge) if edge.reader == link.reader && edge.writer == link.writer => {
                    edge.places.push(link.location);
                }
                _ => self.edges.push(Edge {
                    writer: link.writer,
                    reader: link.reader,
                    places: vec![link.location],
                    critical: false,
                }),
            }
        }
        // A damaged trace may name transactions that there are not.
        let count = self.nodes.len();
        self.edges.retain(|edge| edge.reader.get() < count && edge.writer.get() < count);
    }

    fn connect(&mut self) {
        for (at, edge) in self.edges.iter().enumerate() {
            if let Some(node) = self.nodes.get_mut(edge.reader.get()) {
                node.from.push(at as u32);
            }
            if let Some(node) = self.nodes.get_mut(edge.writer.get()) {
                node.to.push(at as u32);
            }
        }
        for tx in &self.path {
            if let Some(node) = self.nodes.get_mut(tx.get()) {
                node.critical = true;
            }
        }
        for pair in self.path.windows(2) {
            let (writer, reader) = (pair[0], pair[1]);
            let found =
                self.edges.binary_search_by_key(&(reader, writer), |e| (e.reader, e.writer));
            if let Some(edge) = found.ok().and_then(|at| self.edges.get_mut(at)) {
                edge.critical = true;
            }
        }
    }

    /// Layers, by the longest chain that leads to each. A final run reads from runs that became
    /// final before it, so there is no circle, and everybody gets a number.
    fn number(&mut self) {
        let mut left: Vec<usize> = self.nodes.iter().map(|node| node.from.len()).collect();
        let mut ready: Vec<usize> = (0..left.len()).filter(|tx| left[*tx] == 0).collect();
        while let Some(tx) = ready.pop() {
            let layer = self.nodes[tx].layer;
            for edge in self.nodes[tx].to.clone() {
                let reader = self.edges[edge as usize].reader.get();
                self.nodes[reader].layer = self.nodes[reader].layer.max(layer + 1);
                left[reader] -= 1;
                if left[reader] == 0 {
                    ready.push(reader);
                }
            }
        }
    }

    /// A node.
    #[must_use]
    pub fn node(&self, tx: TxIndex) -> Option<&Node> {
        self.nodes.get(tx.get())
    }

    /// The edges that lead to a transaction.
    pub fn edges_to(&self, tx: TxIndex) -> impl Iterator<Item = &Edge> {
        let edges = self.node(tx).map_or(&[][..], |node| &node.from);
        edges.iter().filter_map(|at| self.edges.get(*at as usize))
    }

    /// The edges that lead from a transaction.
    pub fn edges_from(&self, tx: TxIndex) -> impl Iterator<Item = &Edge> {
        let edges = self.node(tx).map_or(&[][..], |node| &node.to);
        edges.iter().filter_map(|at| self.edges.get(*at as usize))
    }

    /// How many layers there are.
    #[must_use]
    pub fn layers(&self) -> usize {
        let deepest = self.nodes.iter().filter(|node| !node.is_alone()).map(|node| node.layer);
        deepest.max().map_or(0, |layer| layer as usize + 1)
    }

    /// Which edges lead to or from a transaction, directly or over others.
    #[must_use]
    pub fn related(&self, tx: TxIndex) -> Vec<bool> {
        let mut related = vec![false; self.edges.len()];
        for forward in [true, false] {
            let mut next = vec![tx];
            let mut seen = vec![false; self.nodes.len()];
            while let Some(tx) = next.pop() {
                let Some(node) = self.nodes.get(tx.get()) else { continue };
                for at in if forward { &node.to } else { &node.from } {
                    let (Some(edge), Some(known)) =
                        (self.edges.get(*at as usize), related.get_mut(*at as usize))
                    else {
                        continue;
                    };
                    *known = true;
                    let other = if forward { edge.reader } else { edge.writer };
                    if seen.get_mut(other.get()).is_some_and(|seen| !std::mem::replace(seen, true))
                    {
                        next.push(other);
                    }
                }
            }
        }
        related
    }
}
