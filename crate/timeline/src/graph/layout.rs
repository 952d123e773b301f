//! Where nodes are: layers from left to right, those on their own in a grid below. In pixels of a
//! plane of its own, which a [`super::Camera`] shows a part of.

use lanescope_protocol::TxIndex;

use super::Graph;
use super::order::Layers;
use crate::frame::Rect;

/// The graph in a plane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GraphLayout {
    /// Whether nodes are squares without room for words.
    pub compact: bool,
    /// Width and height of everything.
    pub size: [f64; 2],
    /// By transaction.
    pub nodes: Vec<Rect>,
    /// By edge: the straight pieces on which it passes the layers between its ends.
    pub passes: Vec<Vec<Rect>>,
    /// Transactions of each layer, from top to bottom.
    pub layers: Vec<Vec<TxIndex>>,
    /// Transactions on their own, in block order.
    pub alone: Vec<TxIndex>,
    /// How many of them stand in a row.
    pub alone_columns: usize,
    /// Their upper left corner, above which their words stand.
    pub alone_at: [f64; 2],
}

/// Blocks with more transactions are drawn as squares.
const WORDS_MAX: usize = 60;
/// Height of a node with words, and between two of them.
const HEIGHT: f64 = 40.0;
const GAP: f64 = 12.0;
/// Height that is kept free for an edge that passes.
const PASS: f64 = 8.0;
const WIDTH: f64 = 108.0;
const WIDER: f64 = 40.0;
/// Between two layers.
const BETWEEN: f64 = 84.0;
/// Room for the words above those on their own.
const CAPTION: f64 = 30.0;
/// From one square to the next.
const CELL: f64 = 15.0;

impl GraphLayout {
    /// Lays out a graph for a view that is `aspect` times as wide as high.
    #[must_use]
    pub fn new(graph: &Graph, aspect: f64) -> Self {
        let aspect = if aspect.is_finite() { aspect.clamp(0.3, 6.0) } else { 2.0 };
        let compact = graph.nodes.len() > WORDS_MAX;
        let layers = Layers::new(graph, !compact);
        let alone = (0..).zip(&graph.nodes).filter(|(_, node)| node.is_alone());
        let mut layout = Self {
            compact,
            nodes: vec![Rect::default(); graph.nodes.len()],
            passes: vec![Vec::new(); graph.edges.len()],
            layers: layers
                .layers
                .iter()
                .map(|layer| layer.iter().filter_map(|at| layers.items[*at].tx).collect())
                .collect(),
            alone: alone.map(|(tx, _)| TxIndex(tx)).collect(),
            ..Self::default()
        };
        if compact {
            layout.place_squares(graph, aspect);
        } else {
            layout.place_boxes(graph, &layers, aspect);
        }
        layout
    }

    fn place_boxes(&mut self, graph: &Graph, layers: &Layers, aspect: f64) {
        let most = graph.nodes.iter().map(|node| node.gas).max().unwrap_or(0).max(1);
        let width = |tx: TxIndex| {
            let gas = graph.node(tx).map_or(0, |node| node.gas);
            WIDTH + WIDER * f64::from(gas) / f64::from(most)
        };
        let middles = middles(layers);
        let mut x = 0.0;
        let mut bands = Vec::new();
        for layer in &layers.layers {
            let widths = layer.iter().filter_map(|at| layers.items[*at].tx).map(width);
            let w = widths.fold(0.0, f64::max);
            for at in layer {
                if let Some(tx) = layers.items[*at].tx {
                    let y = middles[*at] - HEIGHT / 2.0;
                    self.nodes[tx.get()] = Rect { x, y, w: width(tx), h: HEIGHT };
                }
            }
            bands.push((x, w));
            x += w + BETWEEN;
        }
        for (at, (edge, passed)) in graph.edges.iter().zip(&layers.passes).enumerate() {
            let first = graph.nodes[edge.writer.get()].layer as usize + 1;
            let piece = |(step, item): (usize, &usize)| {
                let (x, w) = bands.get(first + step).copied().unwrap_or_default();
                Rect { x, y: middles[*item], w, h: 0.0 }
            };
            self.passes[at] = passed.iter().enumerate().map(piece).collect();
        }
        let right = (x - BETWEEN).max(0.0);
        let passed = middles.iter().map(|y| y + PASS);
        let bottom = self.nodes.iter().map(Rect::bottom).chain(passed).fold(0.0, f64::max);
        self.size = [right, bottom];
        let widest = self.alone.iter().map(|tx| width(*tx)).fold(WIDTH, f64::max);
        let cell = [widest + GAP, HEIGHT + GAP];
        // As wide as the layers, but never a single long column.
        let fits = ((right + GAP) / cell[0]).floor() as usize;
        let even = even_columns(self.alone.len(), cell, aspect);
        let columns = if self.layers.is_empty() { even } else { fits.max(even) };
        self.place_alone(columns, cell, |tx| [width(tx), HEIGHT]);
    }

    fn place_squares(&mut self, graph: &Graph, aspect: f64) {
        let most = graph.nodes.iter().map(|node| node.gas).max().unwrap_or(0).max(1);
        // The area says how much gas.
        let side = |tx: TxIndex| {
            let gas = graph.node(tx).map_or(0, |node| node.gas);
            4.5 + (CELL - 6.0) * (f64::from(gas) / f64::from(most)).sqrt()
        };
        let between = if self.layers.len() > 40 { 8.0 } else { 22.0 };
        let wide = |rows: usize| -> f64 {
            let columns = self.layers.iter().map(|layer| layer.len().div_ceil(rows));
            columns.map(|columns| columns as f64 * CELL + between).sum::<f64>()
        };
        let all = self.alone.len() as f64;
        let least = even_columns(self.alone.len(), [CELL, CELL], aspect) as f64 * CELL;
        let off = |rows: usize| {
            let w = wide(rows).max(if all > 0.0 { least } else { 1.0 });
            let high = |w: f64| CAPTION + (all * CELL / w).ceil() * CELL;
            let h = rows as f64 * CELL + if all > 0.0 { high(w) } else { 0.0 };
            let ratio = w / h / aspect;
            ratio.max(1.0 / ratio)
        };
        let tallest = self.layers.iter().map(Vec::len).max().unwrap_or(1).max(1);
        let rows = (1..=tallest).min_by(|a, b| off(*a).total_cmp(&off(*b))).unwrap_or(1);
        let mut x = 0.0;
        for layer in &self.layers {
            let free = rows.saturating_sub(layer.len()) as f64 * CELL / 2.0;
            for (at, tx) in layer.iter().enumerate() {
                let s = side(*tx);
                let (column, row) = ((at / rows) as f64, (at % rows) as f64);
                let middle = [x + (column + 0.5) * CELL, free + (row + 0.5) * CELL];
                let place = Rect { x: middle[0] - s / 2.0, y: middle[1] - s / 2.0, w: s, h: s };
                self.nodes[tx.get()] = place;
            }
            x += layer.len().div_ceil(rows) as f64 * CELL + between;
        }
        let right = (x - between).max(0.0);
        self.size = [right, if self.layers.is_empty() { 0.0 } else { rows as f64 * CELL }];
        let fits = (right / CELL).floor() as usize;
        let even = even_columns(self.alone.len(), [CELL, CELL], aspect);
        let columns = if self.layers.is_empty() { even } else { fits.max(even) };
        self.place_alone(columns, [CELL, CELL], |tx| [side(tx), side(tx)]);
    }

    /// Those on their own, in rows below the layers.
    fn place_alone(&mut self, columns: usize, cell: [f64; 2], size: impl Fn(TxIndex) -> [f64; 2]) {
        self.alone_columns = columns.clamp(1, self.alone.len().max(1));
        if self.alone.is_empty() {
            return;
        }
        let above = if self.layers.is_empty() { 0.0 } else { GAP };
        let top = self.size[1] + above + CAPTION;
        self.alone_at = [0.0, top];
        for (at, tx) in self.alone.iter().enumerate() {
            let (column, row) = (at % self.alone_columns, at / self.alone_columns);
            let [w, h] = size(*tx);
            let x = column as f64 * cell[0];
            let y = top + row as f64 * cell[1];
            // Squares of different sizes stand around the middle of their cell.
            let inset =
                if self.compact { [(cell[0] - w) / 2.0, (cell[1] - h) / 2.0] } else { [0.0; 2] };
            self.nodes[tx.get()] = Rect { x: x + inset[0], y: y + inset[1], w, h };
        }
        let rows = self.alone.len().div_ceil(self.alone_columns) as f64;
        let right = self.alone_columns as f64 * cell[0];
        self.size = [self.size[0].max(right), top + rows * cell[1]];
    }

    /// The transaction at a point of the plane, within `reach` of it.
    #[must_use]
    pub fn hit(&self, [x, y]: [f64; 2], reach: f64) -> Option<TxIndex> {
        let off = |rect: &Rect| {
            let away = |low: f64, high: f64, at: f64| (low - at).max(at - high).max(0.0);
            away(rect.x, rect.right(), x).max(away(rect.y, rect.bottom(), y))
        };
        let near = (0..).zip(&self.nodes).map(|(tx, rect)| (off(rect), TxIndex(tx)));
        let nearest = near.filter(|(off, _)| *off <= reach).min_by(|a, b| a.0.total_cmp(&b.0));
        nearest.map(|(_, tx)| tx)
    }
}

/// How many columns make a grid about as wide as the view.
fn even_columns(count: usize, cell: [f64; 2], aspect: f64) -> usize {
    ((count as f64 * aspect * cell[1] / cell[0]).sqrt().ceil() as usize).max(1)
}

/// The height of each item's middle: near the mean of its neighbours, and apart from the others of
/// its layer.
fn middles(layers: &Layers) -> Vec<f64> {
    let half = |at: usize| if layers.items[at].tx.is_some() { HEIGHT / 2.0 } else { PASS / 2.0 };
    let apart = |a: usize, b: usize| half(a) + half(b) + GAP;
    let mut y = vec![0.0; layers.items.len()];
    for layer in &layers.layers {
        let total: f64 = layer.windows(2).map(|pair| apart(pair[0], pair[1])).sum();
        let mut at = -total / 2.0;
        for (index, item) in layer.iter().enumerate() {
            if index > 0 {
                at += apart(layer[index - 1], *item);
            }
            y[*item] = at;
        }
    }
    for round in 0..10 {
        let order: Vec<usize> = if round % 2 == 0 {
            (0..layers.layers.len()).collect()
        } else {
            (0..layers.layers.len()).rev().collect()
        };
        for layer in order.into_iter().map(|at| &layers.layers[at]) {
            let wanted: Vec<f64> = layer
                .iter()
                .map(|at| {
                    let item = &layers.items[*at];
                    let near = || item.before.iter().chain(&item.after);
                    let count = near().count().max(1) as f64;
                    let sum: f64 = near().map(|other| y[*other]).sum();
                    if near().next().is_none() { y[*at] } else { sum / count }
                })
                .collect();
            // Pushed down from the top, pushed up from the bottom; the mean keeps the distances.
            let (mut down, mut up) = (wanted.clone(), wanted);
            for at in 1..layer.len() {
                down[at] = down[at].max(down[at - 1] + apart(layer[at - 1], layer[at]));
            }
            for at in (0..layer.len().saturating_sub(1)).rev() {
                up[at] = up[at].min(up[at + 1] - apart(layer[at], layer[at + 1]));
            }
            for (at, item) in layer.iter().enumerate() {
                y[*item] = (down[at] + up[at]) / 2.0;
            }
        }
    }
    let top = (0..y.len()).map(|at| y[at] - half(at)).fold(f64::INFINITY, f64::min);
    y.into_iter().map(|at| at - if top.is_finite() { top } else { 0.0 }).collect()
}
