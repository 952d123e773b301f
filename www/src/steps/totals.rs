//! What the gas went for: opcode by opcode, and call by call.

use lanescope_protocol::event::Status;
use lanescope_timeline::format;
use lanescope_timeline::steps::{Drill, Share};
use yew::{Callback, Html, html};

use crate::words::Shared;

/// Opcodes that are listed; the others are one row.
const OPCODES: usize = 10;
/// Calls that are listed; the others are counted.
const CALLS: usize = 200;

/// Which list.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Sums {
    Opcodes,
    Calls,
}

#[derive(Clone, PartialEq)]
pub(crate) struct SumsProps {
    pub(crate) drill: Shared<Drill>,
    pub(crate) of: Sums,
    pub(crate) go: Callback<usize>,
}

pub(crate) fn sums(props: &SumsProps) -> Html {
    match props.of {
        Sums::Opcodes => opcodes(&props.drill),
        Sums::Calls => calls(props),
    }
}

fn opcodes(drill: &Drill) -> Html {
    let mut shares = drill.by_opcode();
    let dearest =
        shares.first().map(|share| format!(" · {} {}", share.name, format::percent(share.share)));
    let rest = shares.split_off(OPCODES.min(shares.len()));
    let row = |share: &Share| {
        html! {
            <tr>
                <th scope="row"><span class="code">{ &share.name }</span></th>
                <td>{ format::grouped(share.count.into()) }{ " ×" }</td>
                <td>{ format::short(share.gas as f64) }</td>
                <td style={format!("--share: {:.1}%", share.share * 100.0)} class="share">{ format::percent(share.share) }</td>
            </tr>
        }
    };
    let others = (!rest.is_empty()).then(|| Share {
        name: format!("{} more", rest.len()),
        count: rest.iter().map(|share| share.count).sum(),
        gas: rest.iter().map(|share| share.gas).sum(),
        share: rest.iter().map(|share| share.share).sum(),
    });
    let spent = drill.inspection.gas_spent.max(1) as f64;
    let before = Share {
        name: "before the first".to_owned(),
        count: 1,
        gas: drill.before(),
        share: drill.before() as f64 / spent,
    };
    html! {
        <details class="step-sums" data-testid="steps-gas" open=true>
            <summary>{ "Gas by opcode" }<span class="note">{ dearest }</span></summary>
            <table class="shares"><tbody>
                { row(&before) }
                { for shares.iter().map(row) }
                { for others.iter().map(row) }
            </tbody></table>
            if drill.inspection.refund > 0 {
                <p class="note">{ format!("{} given back at the end", format::gas(drill.inspection.refund as f64)) }</p>
            }
        </details>
    }
}

fn calls(props: &SumsProps) -> Html {
    let drill = &props.drill;
    let all = &drill.inspection.calls;
    let one = |at: usize| {
        let (Some(call), Some(share)) = (all.get(at), drill.call(at)) else {
            return Html::default();
        };
        let end = match call.status {
            Some(Status::Reverted) => Some("reverted"),
            Some(Status::Halted) => Some("halted"),
            None => Some("not ended"),
            Some(_) => None,
        };
        let step = call.first as usize;
        html! {
            <li key={at} style={format!("--depth: {}", call.depth.min(8))}>
                <button class="step-before" disabled={step >= drill.len()} onclick={props.go.reform(move |_| step)}>
                    <span class="code">{ share.name }</span>
                    <span class="note">{ format!(" {} · {}", format::gas(share.gas as f64), format::percent(share.share)) }</span>
                    if let Some(end) = end { <span class="bad">{ " " }{ end }</span> }
                </button>
            </li>
        }
    };
    html! {
        <details class="step-sums" data-testid="steps-calls" open={all.len() > 1}>
            <summary>{ format::count(all.len(), "call") }</summary>
            <ul class="step-calls">{ for (0..all.len().min(CALLS)).map(one) }</ul>
            if let Some(more) = all.len().checked_sub(CALLS).filter(|more| *more > 0) {
                <p class="note">{ format!("and {more} that are not listed") }</p>
            }
        </details>
    }
}
