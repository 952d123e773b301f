//! Where the gas of each run went that came to nothing. Every column adds up to its run's wasted gas.

use lanescope_timeline::contrast::{LedgerLine, by_cause, by_transaction};
use lanescope_timeline::format;
use yew::{Html, html};

use crate::provenance::strategy_words;
use crate::store::Stack;
use crate::words::Shared;

/// Lines of a table; what does not fit is added up in the last one.
const LINES: usize = 9;

#[derive(Clone, PartialEq)]
pub(super) struct LedgerProps {
    pub(super) stack: Shared<Stack>,
}

pub(super) fn ledger(props: &LedgerProps) -> Html {
    let stack = &props.stack;
    if stack.ledgers.iter().all(|ledger| ledger.total == 0) {
        return html! {
            <section class="ledger" aria-label="Wasted gas" data-testid="ledger">
                <h3 class="panel-title">{ "Wasted gas" }</h3>
                <p class="note">{ "None of these runs threw anything away." }</p>
            </section>
        };
    }
    let pairs: Vec<_> = stack.rows.iter().map(|row| row.pairs.clone()).collect();
    let causes = by_cause(&stack.ledgers, LINES);
    let transactions = by_transaction(&stack.ledgers, &pairs, LINES);
    html! {
        <section class="ledger" aria-label="Wasted gas" data-testid="ledger">
            <h3 class="panel-title">{ "Wasted gas, run by run" }</h3>
            <div class="ledger-tables">
                { table(stack, "by cause", "ledger-causes", &causes) }
                { table(stack, "by transaction", "ledger-transactions", &transactions) }
            </div>
        </section>
    }
}

fn table(stack: &Stack, what: &'static str, id: &'static str, lines: &[LedgerLine]) -> Html {
    let gas = |gas: u64| if gas == 0 { "–".to_owned() } else { format::short(gas as f64) };
    let cells = |values: &[u64]| -> Html {
        values.iter().map(|value| html! { <td>{ gas(*value) }</td> }).collect()
    };
    let totals: Vec<_> = stack.ledgers.iter().map(|ledger| ledger.total).collect();
    let again: Vec<_> = stack.ledgers.iter().map(|ledger| ledger.again).collect();
    html! {
        <div class="ledger-table" tabindex="0" role="region" aria-label={format!("Wasted gas {what}")}>
            <table data-testid={id}>
                <thead><tr>
                    <th scope="col">{ what }</th>
                    { for stack.rows.iter().map(|row| html! {
                        <th scope="col">
                            { if row.name.is_empty() { strategy_words(&row.strategy) } else { row.name.to_owned() } }
                        </th>
                    }) }
                </tr></thead>
                <tbody>{ for lines.iter().map(|line| html! {
                    <tr><th scope="row">{ &line.words }</th>{ cells(&line.gas) }</tr>
                }) }</tbody>
                <tfoot>
                    <tr class="ledger-total"><th scope="row">{ "wasted gas" }</th>{ cells(&totals) }</tr>
                    <tr class="note" title="Gas of second and later executions that became final: part of the block's own gas">
                        <th scope="row">{ "second executions, not wasted" }</th>{ cells(&again) }
                    </tr>
                </tfoot>
            </table>
        </div>
    }
}
