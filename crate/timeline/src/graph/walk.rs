//! From transaction to transaction along the edges, with the keyboard.

use lanescope_protocol::TxIndex;

use super::{Graph, GraphLayout};
use crate::walk::Way;

impl GraphLayout {
    /// The transaction that lies that way: left and right along an edge, the longest chain first;
    /// up and down inside a layer, and on to those on their own. Without a start, the first of the
    /// longest chain. `None` if there is nobody that way.
    #[must_use]
    pub fn walk(&self, graph: &Graph, from: Option<TxIndex>, way: Way) -> Option<TxIndex> {
        let first = || graph.path.first().copied().or_else(|| self.alone.first().copied());
        let Some((tx, node)) = from.and_then(|tx| Some((tx, graph.node(tx)?))) else {
            return first();
        };
        if node.is_alone() {
            return self.walk_alone(tx, way);
        }
        match way {
            Way::Earlier => {
                let writers = graph.edges_to(tx).map(|edge| (edge.critical, edge.writer));
                writers.max().map(|(_, writer)| writer)
            }
            Way::Later => {
                let readers = graph.edges_from(tx).map(|edge| (!edge.critical, edge.reader));
                readers.min().map(|(_, reader)| reader)
            }
            Way::First => graph.path.first().copied(),
            Way::Last => graph.path.last().copied(),
            Way::Up | Way::Down => {
                let layer = self.layers.get(node.layer as usize)?;
                let at = layer.iter().position(|other| *other == tx)?;
                if way == Way::Up {
                    return at.checked_sub(1).and_then(|at| layer.get(at)).copied();
                }
                layer.get(at + 1).or_else(|| self.alone.first()).copied()
            }
        }
    }

    fn walk_alone(&self, tx: TxIndex, way: Way) -> Option<TxIndex> {
        let at = self.alone.binary_search(&tx).ok()?;
        let to = match way {
            Way::Earlier => at.checked_sub(1)?,
            Way::Later => at + 1,
            Way::First => 0,
            Way::Last => self.alone.len().checked_sub(1)?,
            Way::Down => at + self.alone_columns,
            Way::Up => match at.checked_sub(self.alone_columns) {
                Some(at) => at,
                None => return self.layers.first().and_then(|layer| layer.last()).copied(),
            },
        };
        self.alone.get(to).copied()
    }
}
