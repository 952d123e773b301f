//! What can be done with the chosen transaction, and with the block as a whole.

use lanescope_protocol::Scenario;
use lanescope_protocol::scenario::Transaction;
use yew::{Html, html};

use crate::icons::Icon;
use crate::store::{Edit, Wish};
use crate::words::{Dispatch, Shared, wish};

#[derive(Clone, PartialEq)]
pub(crate) struct ToolsProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) scenario: Shared<Scenario>,
    pub(crate) row: Option<usize>,
    pub(crate) can_undo: bool,
    pub(crate) can_redo: bool,
}

pub(crate) fn tools(props: &ToolsProps) -> Html {
    let length = props.scenario.transactions.len();
    let row = props.row.filter(|row| *row < length);
    let named = |verb: &str| match row {
        Some(row) => format!("{verb} T{}", row + 1),
        None => format!("{verb} the chosen transaction"),
    };
    let tool = |id: &'static str, icon: Icon, verb: &str, what: Option<Wish>| {
        let label = named(verb);
        let disabled = what.is_none();
        let onclick = wish(&props.dispatch, what.unwrap_or(Wish::Row(None)));
        html! {
            <button class="tool" data-testid={id} title={label.clone()} aria-label={label}
                {disabled} {onclick}>{ icon.draw() }</button>
        }
    };
    let shift = |by: isize| {
        let from = row?;
        let to = from.checked_add_signed(by).filter(|to| *to < length)?;
        Some(Wish::Edit(Edit::Move { from, to }))
    };
    let step = |id: &'static str, icon: Icon, label: &'static str, can: bool, what: Wish| {
        html! {
            <button class="tool" data-testid={id} title={label} aria-label={label} disabled={!can}
                onclick={wish(&props.dispatch, what)}>{ icon.draw() }</button>
        }
    };
    html! {
        <div class="tools" role="toolbar" aria-label="Edit the block">
            { tool("tx-edit", Icon::Edit, "Edit", row.map(|row| Wish::Form(Some(row)))) }
            { tool("tx-duplicate", Icon::Duplicate, "Duplicate",
                row.map(|row| Wish::Edit(Edit::Duplicate(row)))) }
            { tool("tx-up", Icon::Up, "Move up", shift(-1)) }
            { tool("tx-down", Icon::Down, "Move down", shift(1)) }
            { tool("tx-remove", Icon::Remove, "Remove",
                row.map(|row| Wish::Edit(Edit::Remove(row)))) }
            <span class="tools-gap" />
            { step("undo", Icon::Undo, "Take the last edit back", props.can_undo, Wish::Undo) }
            { step("redo", Icon::Redo, "Make the edit again", props.can_redo, Wish::Redo) }
        </div>
    }
}

/// The edit that adds a transaction behind the chosen one, or at the end: like the chosen one, or
/// a small payment between the first two accounts.
pub(crate) fn addition(scenario: &Scenario, row: Option<usize>) -> Edit {
    let length = scenario.transactions.len();
    let like = row.and_then(|row| scenario.transactions.get(row));
    let at = row.map_or(length, |row| (row + 1).min(length));
    let account = |at: usize| scenario.accounts.get(at).map(|account| account.name.clone());
    let known = scenario.transactions.first();
    let transaction = like.cloned().unwrap_or_else(|| Transaction {
        sender: account(0)
            .or_else(|| known.map(|known| known.sender.clone()))
            .unwrap_or_else(|| "Ana".to_owned()),
        receiver: account(1)
            .or_else(|| known.map(|known| known.sender.clone()))
            .unwrap_or_else(|| "Bo".to_owned()),
        value: "0.1 ether".to_owned(),
        ..Transaction::default()
    });
    Edit::Insert { at, transaction: Box::new(transaction) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanescope_protocol::scenario::Account;

    fn account(name: &str) -> Account {
        Account { name: name.to_owned(), ..Account::default() }
    }

    #[test]
    fn what_is_added_can_run() {
        let mut scenario =
            Scenario { accounts: vec![account("Cem"), account("Dia")], ..Scenario::default() };
        let payment = Transaction {
            sender: "Cem".to_owned(),
            receiver: "Dia".to_owned(),
            value: "0.1 ether".to_owned(),
            ..Transaction::default()
        };
        assert_eq!(
            addition(&scenario, None),
            Edit::Insert { at: 0, transaction: Box::new(payment.clone()) }
        );
        let swap = Transaction { sender: "Eva".to_owned(), ..Transaction::default() };
        scenario.transactions = vec![swap.clone(), payment];
        assert_eq!(
            addition(&scenario, Some(0)),
            Edit::Insert { at: 1, transaction: Box::new(swap) }
        );
    }
}
