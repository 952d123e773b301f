//! A control for any parameter of any strategy. What it takes is asked of the protocol, so that a
//! new parameter needs nothing here.

use lanescope_protocol::Strategy;
use yew::{Callback, Html, html};

use super::ProvenanceProps;
use crate::menu::Menu;
use crate::store::{Action, Wish};
use crate::words::{ticked, typed};

/// What a parameter takes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Takes {
    Switch,
    Words(Vec<String>),
    Number { min: String, max: String },
}

/// Asks by setting what nothing takes: the refusal names what could have been.
fn takes(strategy: &Strategy, name: &str) -> Takes {
    let plain = strategy.rules.name().slug();
    let refusal = format!("{plain}:{name}=?").parse::<Strategy>().err();
    let refusal = refusal.map(|error| error.to_string()).unwrap_or_default();
    let known = refusal.split_once(" takes ").and_then(|(_, rest)| rest.split_once(", not \""));
    let known = known.map_or("", |(known, _)| known);
    let range =
        known.strip_prefix("a whole number from ").and_then(|range| range.split_once(" to "));
    match (known, range) {
        ("on, off", _) => Takes::Switch,
        (_, Some((min, max))) => Takes::Number { min: min.to_owned(), max: max.to_owned() },
        (words, None) => Takes::Words(words.split(", ").map(str::to_owned).collect()),
    }
}

/// A parameter's name for people.
pub(super) fn spoken(name: &str) -> String {
    name.replace('-', " ")
}

/// The control of one parameter.
pub(super) fn control(props: &ProvenanceProps, name: &str, value: &str) -> Html {
    let id = format!("parameter-{name}");
    let set = {
        let (dispatch, name) = (props.dispatch.clone(), name.to_owned());
        move |value| dispatch.dispatch(Action::Wish(Wish::Parameter(name.clone(), value)))
    };
    let input = match takes(&props.settings.strategy, name) {
        Takes::Switch => html! {
            <input type="checkbox" id={id.clone()} data-testid={id.clone()} checked={value == "on"}
                onchange={ticked(move |on| set((if on { "on" } else { "off" }).to_owned()))} />
        },
        Takes::Words(words) => html! {
            <Menu id={id.clone()} now={value.to_owned()} choose={Callback::from(set)}>
                { for words.iter().map(|word| html! {
                    <option value={word.clone()}>{ spoken(word) }</option>
                }) }
            </Menu>
        },
        Takes::Number { min, max } => html! {
            <input type="number" inputmode="numeric" id={id.clone()} data-testid={id.clone()} {min} {max}
                value={value.to_owned()} onchange={typed(set)} />
        },
    };
    let mut title = spoken(name);
    if let Some(first) = title.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    html! {
        <div class="setting" key={name.to_owned()}>
            <label for={id}>{ title }</label>{ input }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_has_a_control() {
        for strategy in Strategy::all() {
            for (name, value) in strategy.rules.pairs() {
                match takes(&strategy, &name) {
                    Takes::Switch => assert!(value == "on" || value == "off", "{name}"),
                    Takes::Words(words) => assert!(words.contains(&value), "{name}: {words:?}"),
                    Takes::Number { min, max } => {
                        let [min, value, max] =
                            [&min, &value, &max].map(|n| n.parse::<u32>().unwrap());
                        assert!((min..=max).contains(&value), "{name}");
                    }
                }
            }
        }
    }
}
