//! Where the user is: which of the views below the lanes and beside them is open, and which
//! location is singled out everywhere.

use lanescope_protocol::LocationId;
use lanescope_timeline::Focus;

use super::Store;

/// What is shown below the lanes. All of it is about the same moment and the same choice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Below {
    /// Slots against transactions.
    #[default]
    Matrix,
    /// Who depends on whom.
    Graph,
    /// What contracts and slots cost.
    Heat,
    /// The versions of one location, as the multi-version memory sees them.
    Versions,
}

impl Below {
    /// Every view, in the order of the tabs.
    pub(crate) const ALL: [Self; 4] = [Self::Matrix, Self::Graph, Self::Heat, Self::Versions];

    /// The view after this one, and after the last the first.
    pub(crate) fn next(self) -> Self {
        let after = Self::ALL.iter().skip_while(|view| **view != self).nth(1);
        after.copied().unwrap_or_default()
    }
}

/// What is shown beside the lanes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Beside {
    /// The incarnation that is looked at, and what the run was worth.
    #[default]
    Why,
    /// What keeps the run from being faster.
    Findings,
    /// The opcodes of the incarnation that is looked at.
    Steps,
}

impl Store {
    /// Whether strategies are stacked, instead of a run before and after a change.
    pub(crate) fn stacks_strategies(&self) -> bool {
        self.whatif.stack.as_ref().is_some_and(|stack| !stack.of_change)
    }

    /// What every view singles out: the incarnation that is looked at, the chosen location, and
    /// what was searched for.
    pub(crate) fn focus(&self) -> Focus {
        let is_chosen = self.selected.is_some();
        Focus { selection: self.looked_at(), is_chosen, place: self.place, ..self.found() }
    }

    /// Chooses a location, or takes the choice back.
    pub(super) fn choose_place(&mut self, place: Option<LocationId>) {
        let known =
            |place: &LocationId| self.shown().is_some_and(|film| film.location(*place).is_some());
        self.place = place.filter(known);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_views_below_go_round() {
        let mut seen = vec![Below::default()];
        while seen.len() < Below::ALL.len() {
            seen.extend(seen.last().map(|view| view.next()));
        }
        assert_eq!(seen, Below::ALL);
        assert_eq!(seen.last().map(|view| view.next()), Some(Below::default()));
    }
}
