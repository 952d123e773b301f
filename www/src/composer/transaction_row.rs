//! One line of the block: what a transaction does, who with whom, and where it stands.

use lanescope_protocol::event::Status;
use lanescope_protocol::scenario::Transaction;
use lanescope_protocol::{Scenario, TxIndex};
use lanescope_timeline::{BarId, Film, Glyph, TxState};

use crate::words::short_account;

/// What a row says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RowWords {
    pub(super) action: String,
    pub(super) sender: String,
    pub(super) receiver: String,
}

/// A film that is still of this block knows names; without one the scenario must do.
pub(super) fn words(scenario: &Scenario, film: Option<&Film>, at: usize) -> RowWords {
    if let Some(info) = film.and_then(|film| film.transaction(TxIndex(at as u32))) {
        return RowWords {
            action: info.action.clone(),
            sender: shorter(&info.sender),
            receiver: shorter(&info.receiver),
        };
    }
    let Some(transaction) = scenario.transactions.get(at) else { return RowWords::default() };
    RowWords {
        action: action(transaction),
        sender: shorter(&short_account(&transaction.sender)),
        receiver: if transaction.receiver.is_empty() {
            "new contract".to_owned()
        } else {
            shorter(&short_account(&transaction.receiver))
        },
    }
}

/// A row is narrow: of a shortened address only its beginning.
fn shorter(account: &str) -> String {
    match account.split_once('…') {
        Some((head, _)) if account.starts_with("0x") => format!("{head}…"),
        _ => account.to_owned(),
    }
}

fn action(transaction: &Transaction) -> String {
    match &transaction.call {
        Some(call) => call.function.clone(),
        None if transaction.receiver.is_empty() => "deploy".to_owned(),
        None if transaction.data.is_empty() => "pay".to_owned(),
        None => "call".to_owned(),
    }
}

/// Where a transaction stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) glyph: Option<Glyph>,
    /// Its effects were undone, and it counts all the same.
    pub(super) undone: bool,
    /// The class that colours it.
    pub(super) class: &'static str,
    /// The word for it.
    pub(super) word: String,
}

/// Where a transaction stands at `time` (ticks).
pub(super) fn standing(film: &Film, at: usize, time: f64) -> Standing {
    let tx = TxIndex(at as u32);
    let state = film.tx_state_at(tx, time);
    let begun = |id: &&BarId| film.bar(**id).is_some_and(|bar| bar.start as f64 <= time);
    let again = film.runs_of(tx).iter().filter(begun).count() > 1;
    let (glyph, class) = match state {
        TxState::Queued => (None, "queued"),
        TxState::Executing => (Some(Glyph::Play), "executing"),
        TxState::ReExecuting => (Some(Glyph::Again), "again"),
        TxState::Executed if again => (Some(Glyph::Again), "again"),
        TxState::Executed => (None, "checked"),
        TxState::Waiting => (Some(Glyph::Pause), "waiting"),
        TxState::Deferred => (Some(Glyph::Pause), "waiting"),
        TxState::Aborted | TxState::Dropped => (Some(Glyph::Cross), "aborted"),
        TxState::Lost => (Some(Glyph::Bolt), "aborted"),
        TxState::Skipped => (Some(Glyph::Barred), "aborted"),
        TxState::Committed => (Some(Glyph::Check), "committed"),
    };
    let outcome = film.transaction(tx).map_or(Status::Succeeded, |info| info.outcome());
    let undone =
        state == TxState::Committed && matches!(outcome, Status::Reverted | Status::Halted);
    let word =
        if undone { format!("committed, {}", outcome.word()) } else { state.word().to_owned() };
    Standing { glyph, undone, class, word }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanescope_protocol::scenario::Call;

    fn check(transaction: Transaction, action: &str, receiver: &str) {
        let scenario = Scenario { transactions: vec![transaction], ..Scenario::default() };
        let words = words(&scenario, None, 0);
        assert_eq!((words.action.as_str(), words.receiver.as_str()), (action, receiver));
    }

    #[test]
    fn a_row_tells_what_a_transaction_does_before_it_ever_ran() {
        let to = |receiver: &str| Transaction {
            sender: "Ana".to_owned(),
            receiver: receiver.to_owned(),
            ..Transaction::default()
        };
        check(to("Bo"), "pay", "Bo");
        check(to(""), "deploy", "new contract");
        check(Transaction { data: "0x12".to_owned(), ..to("Bo") }, "call", "Bo");
        let call = Some(Call { function: "swap".to_owned(), arguments: Vec::new() });
        check(Transaction { call, ..to("Pool A") }, "swap", "Pool A");
    }
}
