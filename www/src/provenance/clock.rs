//! The gas clock's settings: what costs beside gas, the lane seed, and what goes wrong on purpose.

use lanescope_protocol::limits::COST_MAX;
use lanescope_protocol::{Clock, Fault};
use lanescope_timeline::format;
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::{
    Callback, Event, Html, Properties, SubmitEvent, TargetCast, function_component, html, use_state,
};

use super::ProvenanceProps;
use crate::icons::Icon;
use crate::store::{Action, Cost, Place, Wish};
use crate::words::{Dispatch, typed, wish};

pub(super) fn clock(props: &ProvenanceProps) -> Html {
    let on_threads = props.settings.clock == Clock::Threads;
    html! {
        <div class="drawer" id="drawer" data-testid="clock-settings">
            if on_threads {
                <p class="note drawer-note" data-testid="clock-reason">
                    { "Threads are measured: nothing can be added to their time or go wrong on purpose. \
                       These settings wait for the gas clock." }
                </p>
            }
            <fieldset class="drawer-part" disabled={on_threads}>
                <legend>{ "What costs beside gas, in ticks" }</legend>
                <div class="settings">
                    { for Cost::ALL.iter().map(|cost| cost_field(props, *cost)) }
                    { lane_seed(props) }
                </div>
                { refusal(props, Place::Costs) }
            </fieldset>
            <fieldset class="drawer-part" disabled={on_threads}>
                <legend>{ "What goes wrong on purpose" }</legend>
                if !props.settings.faults.is_empty() {
                    <ul class="faults">{ for props.settings.faults.iter().enumerate().map(|(at, fault)| {
                        fault_row(props, at, fault)
                    }) }</ul>
                }
                <FaultForm dispatch={props.dispatch.clone()} />
                { refusal(props, Place::Faults) }
            </fieldset>
        </div>
    }
}

/// The sentence about a change that was refused, if this is its place.
pub(super) fn refusal(props: &ProvenanceProps, place: Place) -> Html {
    let refused = props.refused.as_ref().filter(|refused| refused.place == place);
    html! {
        <p class="refusal" role="alert" data-testid="refusal">
            if let Some(refused) = refused { { "✕ " }{ &*refused.sentence } }
        </p>
    }
}

fn cost_field(props: &ProvenanceProps, cost: Cost) -> Html {
    let (id, title) = match cost {
        Cost::ColdRead => ("cost-cold-read", "Cold read"),
        Cost::Validation => ("cost-validation", "Validation"),
        Cost::Commit => ("cost-commit", "Commit"),
    };
    let dispatch = props.dispatch.clone();
    let set = typed(move |text| dispatch.dispatch(Action::Wish(Wish::Cost(cost, text))));
    html! {
        <div class="setting">
            <label for={id}>{ title }</label>
            <input type="number" inputmode="numeric" min="0" max={COST_MAX.to_string()} {id} data-testid={id}
                value={cost.of(props.settings.costs).to_string()} onchange={set} />
        </div>
    }
}

fn lane_seed(props: &ProvenanceProps) -> Html {
    let dispatch = props.dispatch.clone();
    let set = typed(move |text| dispatch.dispatch(Action::Wish(Wish::LaneSeed(text))));
    html! {
        <div class="setting">
            <label for="lane-seed" title="Decides what the strategy leaves open: which of several free lanes is asked first, and which hints are wrong">
                { "Lane seed" }
            </label>
            <input type="number" inputmode="numeric" min="0" id="lane-seed" data-testid="lane-seed"
                value={props.settings.seed.to_string()} onchange={set} />
        </div>
    }
}

fn fault_row(props: &ProvenanceProps, at: usize, fault: &Fault) -> Html {
    let words = fault_words(fault);
    html! {
        <li data-testid="fault">
            <span>{ &words }</span>
            <button type="button" class="tool" aria-label={format!("Remove: {words}")} data-testid="fault-remove"
                onclick={wish(&props.dispatch, Wish::RemoveFault(at))}>{ Icon::Close.draw() }</button>
        </li>
    }
}

fn fault_words(fault: &Fault) -> String {
    let ticks = |ticks: u64| format::short(ticks as f64);
    match *fault {
        Fault::Crash { lane, at, until: None } => {
            format!("{lane} crashes at {} for good", ticks(at))
        }
        Fault::Crash { lane, at, until: Some(until) } => {
            format!("{lane} crashes at {} and recovers at {}", ticks(at), ticks(until))
        }
        Fault::Slow { lane, times, at, until } => {
            let end = until.map_or_else(String::new, |until| format!(" to {}", ticks(until)));
            format!("{lane} takes {times} times as long from {}{end}", ticks(at))
        }
        Fault::WrongResult { tx } => format!("{tx} first comes to a wrong result"),
    }
}

/// The kinds of faults: their word, what they are called, and their parts.
const KINDS: [(&str, &str, &[&str]); 3] = [
    ("crash", "A lane crashes", &["lane", "at", "until"]),
    ("slow", "A lane is slow", &["lane", "times", "at", "until"]),
    ("wrong", "A wrong result", &["tx"]),
];

#[derive(Clone, PartialEq, Properties)]
struct FaultFormProps {
    dispatch: Dispatch,
}

#[function_component(FaultForm)]
fn fault_form(props: &FaultFormProps) -> Html {
    let kind = use_state(|| 0_usize);
    let (word, _, parts) = KINDS[(*kind).min(KINDS.len() - 1)];
    let choose = {
        let kind = kind.setter();
        Callback::from(move |event: Event| {
            let chosen = event.target_dyn_into::<HtmlSelectElement>();
            kind.set(
                chosen.map_or(0, |select| usize::try_from(select.selected_index()).unwrap_or(0)),
            );
        })
    };
    let add = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(form) = event.target_dyn_into::<web_sys::Element>() else { return };
            let value = |part: &str| {
                let input = form.query_selector(&format!("[name={part}]")).ok().flatten()?;
                let input = wasm_bindgen::JsCast::dyn_into::<HtmlInputElement>(input).ok()?;
                Some(input.value().trim().to_owned()).filter(|value| !value.is_empty())
            };
            let pairs: Vec<_> =
                parts.iter().filter_map(|part| Some(format!("{part}={}", value(part)?))).collect();
            let text = format!("{word}:{}", pairs.join(","));
            dispatch.dispatch(Action::Wish(Wish::AddFault(text)));
        })
    };
    html! {
        <form class="fault-form" data-testid="fault-form" onsubmit={add} novalidate=true>
            <label class="setting"><span>{ "Fault" }</span>
                <select data-testid="fault-kind" onchange={choose}>
                    { for KINDS.iter().enumerate().map(|(at, (_, title, _))| html! {
                        <option selected={at == *kind}>{ *title }</option>
                    }) }
                </select>
            </label>
            { for parts.iter().map(|part| part_field(part)) }
            <button type="submit" class="control" data-testid="fault-add">{ "Add" }</button>
        </form>
    }
}

fn part_field(part: &'static str) -> Html {
    let (title, value) = match part {
        "lane" => ("Lane", "1"),
        "times" => ("Times as long", "4"),
        "tx" => ("Transaction", "1"),
        "at" => ("From tick", "0"),
        _ => ("Until tick", ""),
    };
    let placeholder = if value.is_empty() { "for good" } else { "" };
    html! {
        <label class="setting" key={part}><span>{ title }</span>
            <input type="number" inputmode="numeric" name={part} data-testid={format!("fault-{part}")}
                value={value} {placeholder} />
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_said_in_words() {
        let words = |text: &str| fault_words(&text.parse().unwrap());
        assert_eq!(
            words("crash:lane=2,at=100000,until=300000"),
            "lane 2 crashes at 100 k and recovers at 300 k"
        );
        assert_eq!(words("crash:lane=1,at=0"), "lane 1 crashes at 0 for good");
        assert_eq!(words("slow:lane=1,times=4,at=0"), "lane 1 takes 4 times as long from 0");
        assert_eq!(words("wrong:tx=5"), "T5 first comes to a wrong result");
    }

    #[test]
    fn the_form_offers_what_each_fault_needs() {
        for (word, _, parts) in KINDS {
            let value = |part: &&str| match *part {
                "at" => "at=0".to_owned(),
                part => format!("{part}=2"),
            };
            let text = format!("{word}:{}", parts.iter().map(value).collect::<Vec<_>>().join(","));
            assert!(text.parse::<Fault>().is_ok(), "{text}");
        }
    }
}
