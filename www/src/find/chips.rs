//! Chips that search for what a transaction has in common with others.

use lanescope_protocol::TxIndex;
use lanescope_timeline::Film;
use yew::{Html, html};

use crate::store::{FindWish, Wish};
use crate::words::{Dispatch, Shared, short_account, wish};

#[derive(Clone, PartialEq)]
pub(crate) struct ChipsProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) film: Shared<Film>,
    /// The transaction that is shown in detail.
    pub(crate) tx: Option<TxIndex>,
}

/// `all by Eva`, `all on Pool A`, `all swap on Pool A`.
pub(crate) fn chips(props: &ChipsProps) -> Html {
    let Some(info) = props.tx.and_then(|tx| props.film.transaction(tx)) else {
        return Html::default();
    };
    let (action, sender, receiver) = (&info.action, &info.sender, &info.receiver);
    let mut all = Vec::new();
    if !sender.is_empty() {
        all.push((format!("by {}", short_account(sender)), format!("from:\"{sender}\"")));
    }
    if !receiver.is_empty() {
        all.push((format!("to {}", short_account(receiver)), format!("to:\"{receiver}\"")));
    }
    if !action.is_empty() && !receiver.is_empty() {
        all.push((
            format!("{action} on {}", short_account(receiver)),
            format!("fn:\"{action}\" to:\"{receiver}\""),
        ));
    }
    html! {
        <div class="chips" role="group" aria-label="Search for all transactions" data-testid="chips">
            <span class="chips-all">{ "All" }</span>
            { for all.into_iter().map(|(words, text)| {
                let told = format!("Search for all {words}");
                let ask = wish(&props.dispatch, Wish::Find(FindWish::Ask(text)));
                html! { <button class="chip" title={told} onclick={ask}>{ words }</button> }
            }) }
        </div>
    }
}
