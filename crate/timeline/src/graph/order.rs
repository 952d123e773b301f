//! In which order the nodes of a layer stand, so that few edges cross: sweeps over the layers put
//! each node at the mean place of its neighbours.

use lanescope_protocol::TxIndex;

use super::Graph;

/// A node, or the place where a long edge passes a layer.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    /// The transaction; `None`: an edge passes.
    pub(super) tx: Option<TxIndex>,
    /// Items to the left that it is connected with.
    pub(super) before: Vec<usize>,
    /// Items to the right.
    pub(super) after: Vec<usize>,
}

/// Items in layers, from top to bottom, and what each edge passes.
#[derive(Debug, Default)]
pub(super) struct Layers {
    pub(super) items: Vec<Item>,
    /// Indices of items.
    pub(super) layers: Vec<Vec<usize>>,
    /// By edge: the items that it passes between its ends.
    pub(super) passes: Vec<Vec<usize>>,
}

/// How often the layers are swept, there and back.
const SWEEPS: usize = 12;

impl Layers {
    /// All nodes that have an edge. `passing`: long edges get a place in each layer that they pass,
    /// which keeps nodes out of their way.
    pub(super) fn new(graph: &Graph, passing: bool) -> Self {
        let mut layers = Self { layers: vec![Vec::new(); graph.layers()], ..Self::default() };
        let mut item_of = vec![None; graph.nodes.len()];
        for (tx, node) in graph.nodes.iter().enumerate().filter(|(_, node)| !node.is_alone()) {
            item_of[tx] = Some(layers.add(node.layer as usize, Some(TxIndex(tx as u32))));
        }
        for edge in &graph.edges {
            let mut passes = Vec::new();
            let ends = (item_of[edge.writer.get()], item_of[edge.reader.get()]);
            if let (Some(from), Some(to)) = ends {
                let (first, last) =
                    (graph.nodes[edge.writer.get()].layer, graph.nodes[edge.reader.get()].layer);
                let mut at = from;
                for layer in (first + 1..last).filter(|_| passing) {
                    let next = layers.add(layer as usize, None);
                    layers.join(at, next);
                    passes.push(next);
                    at = next;
                }
                layers.join(at, to);
            }
            layers.passes.push(passes);
        }
        layers.sweep(passing);
        layers
    }

    fn add(&mut self, layer: usize, tx: Option<TxIndex>) -> usize {
        self.items.push(Item { tx, ..Item::default() });
        let at = self.items.len() - 1;
        self.layers[layer].push(at);
        at
    }

    fn join(&mut self, from: usize, to: usize) {
        self.items[from].after.push(to);
        self.items[to].before.push(from);
    }

    /// Sweeps, and keeps the best order where crossings can be counted in no time.
    fn sweep(&mut self, counted: bool) {
        let mut best = counted.then(|| (self.crossings(), self.layers.clone()));
        let mut place = self.places();
        for sweep in 0..SWEEPS {
            let forward = sweep % 2 == 0;
            let count = self.layers.len();
            for step in 0..count {
                let layer = if forward { step } else { count - 1 - step };
                self.settle(layer, forward, &mut place);
            }
            if let Some((fewest, order)) = &mut best {
                let crossings = self.crossings();
                if crossings < *fewest {
                    (*fewest, *order) = (crossings, self.layers.clone());
                }
            }
        }
        if let Some((_, order)) = best {
            self.layers = order;
        }
    }

    /// By item: how far down in its layer it stands, 0 to 1.
    fn places(&self) -> Vec<f64> {
        let mut place = vec![0.5; self.items.len()];
        for layer in &self.layers {
            spread(layer, &mut place);
        }
        place
    }

    fn settle(&mut self, layer: usize, forward: bool, place: &mut [f64]) {
        let items = &self.items;
        let wanted = |at: usize| {
            let near = if forward { &items[at].before } else { &items[at].after };
            if near.is_empty() {
                return place[at];
            }
            near.iter().map(|other| place[*other]).sum::<f64>() / near.len() as f64
        };
        let mut order: Vec<(f64, usize)> =
            self.layers[layer].iter().map(|at| (wanted(*at), *at)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.layers[layer] = order.into_iter().map(|(_, at)| at).collect();
        spread(&self.layers[layer], place);
    }

    /// How many pairs of edges cross between neighbouring layers.
    pub(super) fn crossings(&self) -> usize {
        let mut rank = vec![0usize; self.items.len()];
        for layer in &self.layers {
            layer.iter().enumerate().for_each(|(at, item)| rank[*item] = at);
        }
        let mut crossings = 0;
        for layer in &self.layers {
            let edges: Vec<(usize, usize)> = layer
                .iter()
                .flat_map(|from| self.items[*from].after.iter().map(|to| (rank[*from], rank[*to])))
                .collect();
            for (at, (from, to)) in edges.iter().enumerate() {
                let crossed = edges[at + 1..].iter().filter(|(other_from, other_to)| {
                    (from < other_from && to > other_to) || (from > other_from && to < other_to)
                });
                crossings += crossed.count();
            }
        }
        crossings
    }
}

fn spread(layer: &[usize], place: &mut [f64]) {
    for (at, item) in layer.iter().enumerate() {
        place[*item] = (at as f64 + 0.5) / layer.len() as f64;
    }
}
