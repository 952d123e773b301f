//! The scenario under the user's hands: its edits, and the way back from every one of them.

use std::rc::Rc;

use lanescope_protocol::Scenario;
use lanescope_protocol::scenario::{Split, Transaction};

/// Transactions that all remembered scenarios together may hold, so that undo cannot eat the
/// memory when the block is a big one.
const REMEMBERED_TRANSACTIONS: usize = 60_000;
/// Steps back that are kept in any case.
const REMEMBERED_AT_LEAST: usize = 8;
/// Steps back that are kept at most.
const REMEMBERED_AT_MOST: usize = 200;

/// One change of the block. Imperative.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Edit {
    /// Put a transaction before position `at`.
    Insert {
        /// Position, from 0 to the block's length.
        at: usize,
        /// What to put there.
        transaction: Box<Transaction>,
    },
    /// Take a transaction out.
    Remove(usize),
    /// Put a copy behind a transaction.
    Duplicate(usize),
    /// Take a transaction out and put it where it ends up at position `to`.
    Move {
        /// Where it is.
        from: usize,
        /// Where it will be.
        to: usize,
    },
    /// Put another transaction in its place.
    Replace {
        /// Position.
        at: usize,
        /// What to put there.
        transaction: Box<Transaction>,
    },
    /// Split these slots and no others.
    Splits(Vec<Split>),
}

/// The current scenario with its past and its future.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Draft {
    scenario: Option<Rc<Scenario>>,
    past: Vec<Rc<Scenario>>,
    future: Vec<Rc<Scenario>>,
}

impl Draft {
    /// The scenario, once there is one.
    pub(crate) fn scenario(&self) -> Option<&Rc<Scenario>> {
        self.scenario.as_ref()
    }

    /// Number of transactions.
    pub(crate) fn len(&self) -> usize {
        self.scenario.as_ref().map_or(0, |scenario| scenario.transactions.len())
    }

    /// Whether there is a step to take back.
    pub(crate) fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is a step to take again.
    pub(crate) fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Takes a scenario that came from the engine. What it replaces can be brought back, unless a
    /// generator can make it again.
    pub(crate) fn adopt(&mut self, scenario: Scenario) {
        if let Some(old) = self.scenario.replace(Rc::new(scenario))
            && old.recipe.is_none()
        {
            self.remember(old);
        }
    }

    /// Applies an edit. Returns whether anything changed.
    pub(crate) fn edit(&mut self, edit: Edit) -> bool {
        let Some(old) = &self.scenario else { return false };
        let Some(new) = edited(old, edit) else { return false };
        if let Some(old) = self.scenario.replace(Rc::new(new)) {
            self.remember(old);
        }
        true
    }

    /// Goes back to a scenario that was here before; the way there can be taken again.
    pub(crate) fn turn_to(&mut self, wanted: &Rc<Scenario>) {
        if self.scenario.as_ref().is_some_and(|now| Rc::ptr_eq(now, wanted)) {
            return;
        }
        let back = self.past.iter().rposition(|known| Rc::ptr_eq(known, wanted));
        match back {
            Some(at) => {
                let steps = self.past.len() - at;
                for _ in 0..steps {
                    self.undo();
                }
            }
            None => {
                if let Some(old) = self.scenario.replace(Rc::clone(wanted)) {
                    self.remember(old);
                }
            }
        }
    }

    /// Takes the last step back. Returns whether there was one.
    pub(crate) fn undo(&mut self) -> bool {
        let Some(old) = self.past.pop() else { return false };
        self.future.extend(self.scenario.replace(old));
        true
    }

    /// Takes the step again that was taken back. Returns whether there was one.
    pub(crate) fn redo(&mut self) -> bool {
        let Some(new) = self.future.pop() else { return false };
        self.past.extend(self.scenario.replace(new));
        true
    }

    fn remember(&mut self, old: Rc<Scenario>) {
        self.future.clear();
        self.past.push(old);
        while self.past.len() > REMEMBERED_AT_LEAST
            && (self.past.len() > REMEMBERED_AT_MOST
                || self.past.iter().map(|scenario| scenario.transactions.len()).sum::<usize>()
                    > REMEMBERED_TRANSACTIONS)
        {
            self.past.remove(0);
        }
    }
}

/// The scenario after the edit, or `None` where the edit changes nothing. An edited block is no
/// longer its generator's, no longer matches a real header, and counts its nonces anew.
pub(super) fn edited(old: &Scenario, edit: Edit) -> Option<Scenario> {
    let length = old.transactions.len();
    let fits = match &edit {
        Edit::Insert { at, .. } => *at <= length,
        Edit::Remove(at) | Edit::Duplicate(at) => *at < length,
        Edit::Move { from, to } => *from < length && *to < length && from != to,
        Edit::Replace { at, transaction } => *at < length && old.transactions[*at] != **transaction,
        Edit::Splits(splits) => old.splits != *splits,
    };
    if !fits {
        return None;
    }
    let keeps_order = matches!(edit, Edit::Splits(_));
    let mut new = old.clone();
    let block = &mut new.transactions;
    match edit {
        Edit::Insert { at, transaction } => block.insert(at, *transaction),
        Edit::Remove(at) => drop(block.remove(at)),
        Edit::Duplicate(at) => block.insert(at + 1, block[at].clone()),
        Edit::Move { from, to } => {
            let moved = block.remove(from);
            block.insert(to, moved);
        }
        Edit::Replace { at, transaction } => block[at] = *transaction,
        Edit::Splits(splits) => new.splits = splits,
    }
    if !keeps_order {
        block.iter_mut().for_each(|transaction| transaction.nonce = None);
    }
    new.recipe = None;
    if let Some(imported) = &mut new.imported {
        imported.header = None;
    }
    Some(new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanescope_protocol::scenario::{HeaderClaims, Imported, Recipe};

    fn pay(sender: &str) -> Transaction {
        Transaction { sender: sender.to_owned(), nonce: Some(3), ..Transaction::default() }
    }

    fn draft(senders: &[&str]) -> Draft {
        let mut draft = Draft::default();
        draft.adopt(Scenario {
            recipe: Some(Recipe::default()),
            imported: Some(Imported {
                header: Some(HeaderClaims::default()),
                ..Imported::default()
            }),
            transactions: senders.iter().map(|sender| pay(sender)).collect(),
            ..Scenario::default()
        });
        draft
    }

    fn check(start: &[&str], edit: Edit, expected: &[&str]) {
        let mut draft = draft(start);
        let before = draft.clone();
        assert_eq!(draft.edit(edit), start != expected);
        let scenario = draft.scenario().unwrap().clone();
        let senders: Vec<_> = scenario.transactions.iter().map(|t| t.sender.as_str()).collect();
        assert_eq!(senders, expected);
        if start != expected {
            assert!(scenario.recipe.is_none());
            assert!(scenario.imported.as_ref().unwrap().header.is_none());
            assert!(scenario.transactions.iter().all(|t| t.nonce.is_none()));
            assert!(draft.undo());
            assert_eq!(draft.scenario(), before.scenario());
            assert!(draft.redo());
            assert_eq!(draft.scenario(), Some(&scenario));
        }
    }

    #[test]
    fn edits_change_the_order_as_told_and_can_be_taken_back() {
        let start = ["a", "b", "c"];
        check(&start, Edit::Remove(1), &["a", "c"]);
        check(&start, Edit::Duplicate(0), &["a", "a", "b", "c"]);
        check(&start, Edit::Move { from: 0, to: 2 }, &["b", "c", "a"]);
        check(&start, Edit::Move { from: 2, to: 0 }, &["c", "a", "b"]);
        let x = Box::new(pay("x"));
        check(&start, Edit::Insert { at: 3, transaction: x.clone() }, &["a", "b", "c", "x"]);
        check(&start, Edit::Replace { at: 1, transaction: x }, &["a", "x", "c"]);
    }

    #[test]
    fn splits_leave_the_transactions_alone_and_can_be_taken_back() {
        let mut draft = draft(&["a", "b"]);
        let before = draft.scenario().unwrap().clone();
        let splits = vec![Split { address: "Pool".to_owned(), ..Split::default() }];
        assert!(draft.edit(Edit::Splits(splits.clone())));
        assert!(!draft.edit(Edit::Splits(splits.clone())), "nothing changes");
        let after = draft.scenario().unwrap().clone();
        assert_eq!((&after.splits, &after.transactions), (&splits, &before.transactions));
        assert!(after.recipe.is_none() && after.imported.as_ref().unwrap().header.is_none());
        assert!(draft.undo());
        assert_eq!(draft.scenario(), Some(&before));
    }

    #[test]
    fn edits_outside_the_block_change_nothing() {
        let start = ["a", "b"];
        check(&start, Edit::Remove(2), &start);
        check(&start, Edit::Move { from: 1, to: 1 }, &start);
        check(&start, Edit::Move { from: 0, to: 2 }, &start);
        check(&start, Edit::Replace { at: 0, transaction: Box::new(pay("a")) }, &start);
    }

    #[test]
    fn an_edited_block_survives_the_next_preset() {
        let mut draft = draft(&["a", "b"]);
        draft.edit(Edit::Remove(0));
        let mine = draft.scenario().cloned();
        draft.adopt(Scenario { recipe: Some(Recipe::default()), ..Scenario::default() });
        assert_eq!(draft.len(), 0);
        assert!(draft.undo());
        assert_eq!(draft.scenario(), mine.as_ref());
    }

    #[test]
    fn a_generated_block_is_not_remembered_but_made_again() {
        let mut draft = draft(&["a"]);
        draft.adopt(Scenario::default());
        assert!(!draft.can_undo());
    }

    #[test]
    fn the_memory_for_undo_is_bounded() {
        let mut draft = draft(&["a", "b"]);
        for _ in 0..500 {
            draft.edit(Edit::Move { from: 0, to: 1 });
            draft.edit(Edit::Duplicate(0));
            draft.edit(Edit::Remove(0));
        }
        assert_eq!(draft.past.len(), REMEMBERED_AT_MOST);
    }
}
