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
}

/// What is shown beside the lanes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Beside {
    /// The incarnation that is looked at, and what the run was worth.
    #[default]
    Why,
    /// The opcodes of the incarnation that is looked at.
    Steps,
}

impl Store {
    /// What every view singles out: the incarnation that is looked at, the chosen location, and
    /// what was searched for.
    pub(crate) fn focus(&self) -> Focus {
        Focus { selection: self.looked_at(), place: self.place, matches: None }
    }

    /// Chooses a location, or takes the choice back.
    pub(super) fn choose_place(&mut self, place: Option<LocationId>) {
        let known =
            |place: &LocationId| self.shown().is_some_and(|film| film.location(*place).is_some());
        self.place = place.filter(known);
    }
}
