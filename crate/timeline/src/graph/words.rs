//! The graph in words.

use lanescope_protocol::TxIndex;

use super::{Edge, Graph};
use crate::film::Film;
use crate::format;

/// Transactions that are named before the rest is counted.
const NAMED: usize = 6;

impl Film {
    /// `T8 depends on T4, T2; 3 depend on it`.
    #[must_use]
    pub fn dependency_words(&self, graph: &Graph, tx: TxIndex) -> String {
        let writers: Vec<_> = graph.edges_to(tx).map(|edge| edge.writer).collect();
        let mut words = match writers.len() {
            0 => format!("{tx} depends on nobody"),
            _ => format!("{tx} depends on {}", named(&writers)),
        };
        match graph.edges_from(tx).count() {
            0 => {}
            1 => words.push_str("; 1 depends on it"),
            more => words.push_str(&format!("; {more} depend on it")),
        }
        if graph.node(tx).is_some_and(|node| node.critical) {
            words.push_str("; in the longest chain");
        }
        words
    }

    /// What a transaction is, and line by line what it reads from whom.
    #[must_use]
    pub fn dependency_lines(&self, graph: &Graph, tx: TxIndex) -> (String, Vec<String>) {
        let mut head = tx.to_string();
        if let Some(info) = self.transaction(tx).filter(|info| !info.action.is_empty()) {
            head.push_str(&format!(" {}", info.action));
        }
        if let Some(node) = graph.node(tx).filter(|node| node.gas > 0) {
            head.push_str(&format!(", {}", format::gas(f64::from(node.gas))));
        }
        let mut lines: Vec<String> =
            graph.edges_to(tx).take(NAMED).map(|edge| self.edge_words(edge)).collect();
        let rest = graph.edges_to(tx).count().saturating_sub(NAMED);
        if rest > 0 {
            lines.push(format!("and from {rest} more"));
        }
        let after = graph.edges_from(tx).count();
        match (lines.is_empty(), after) {
            (true, 0) => lines.push("on its own: any lane, any time".to_owned()),
            (true, _) => lines.push("depends on nobody".to_owned()),
            _ => {}
        }
        if after > 0 {
            let readers: Vec<_> = graph.edges_from(tx).map(|edge| edge.reader).collect();
            let verb = if after == 1 { "depends" } else { "depend" };
            lines.push(format!("{} {verb} on it", named(&readers)));
        }
        (head, lines)
    }

    /// `reads Pool A.reserve0 from T4`.
    fn edge_words(&self, edge: &Edge) -> String {
        let name = edge.places.first().map_or("", |place| self.location_name(*place));
        match edge.places.len() {
            0 | 1 => format!("reads {name} from {}", edge.writer),
            many => format!(
                "reads {name} and {} from {}",
                format::count(many - 1, "other"),
                edge.writer
            ),
        }
    }

    /// The whole graph in a sentence.
    #[must_use]
    pub fn graph_sentence(&self, graph: &Graph) -> String {
        let alone = graph.nodes.iter().filter(|node| node.is_alone()).count();
        let all = format::count(graph.nodes.len(), "transaction");
        if graph.edges.is_empty() {
            return format!("{all}, and none reads what another one wrote: all could run at once.");
        }
        let gas = format::gas(graph.path_gas as f64);
        match graph.path[..] {
            [tx] => format!(
                "{all}, {alone} of them on their own; {tx} alone takes {gas}, longer than any chain \
                 of up to {} transactions.",
                graph.layers(),
            ),
            _ => format!(
                "{all}, {alone} of them on their own; the longest chain is {} and {gas}.",
                format::count(graph.path.len(), "transaction"),
            ),
        }
    }
}

fn named(all: &[TxIndex]) -> String {
    let mut words: Vec<String> = all.iter().take(NAMED).map(ToString::to_string).collect();
    if all.len() > NAMED {
        words.push(format!("{} more", all.len() - NAMED));
    }
    words.join(", ")
}
