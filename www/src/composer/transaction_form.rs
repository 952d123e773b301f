//! The form of one transaction: who, to whom, how much, which call.

use lanescope_protocol::message::FunctionInfo;
use lanescope_protocol::scenario::{Call, Transaction};
use lanescope_protocol::{Catalogue, Scenario};
use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::{
    Callback, Event, Html, InputEvent, Properties, SubmitEvent, TargetCast, UseStateHandle,
    function_component, html, use_effect_with, use_node_ref, use_state,
};

use crate::icons::Icon;
use crate::store::{Action, Edit, Wish};
use crate::words::{Dispatch, Shared, wish};

/// Names that are offered while one types.
const NAMES_MAX: usize = 200;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct TransactionFormProps {
    pub(crate) dispatch: Dispatch,
    pub(crate) catalogue: Shared<Catalogue>,
    pub(crate) scenario: Shared<Scenario>,
    pub(crate) at: usize,
}

#[function_component(TransactionForm)]
pub(crate) fn transaction_form(props: &TransactionFormProps) -> Html {
    let at = props.at;
    let before = props.scenario.transactions.get(at).cloned().unwrap_or_default();
    let draft = use_state(|| before.clone());
    let form = use_node_ref();
    use_effect_with((), {
        let form = form.clone();
        // The user asked for the form a moment ago: this is where the keyboard belongs now.
        move |()| {
            let first = form
                .cast::<web_sys::Element>()
                .and_then(|form| form.query_selector("input").ok().flatten());
            if let Some(first) = first
                .and_then(|first| wasm_bindgen::JsCast::dyn_into::<HtmlInputElement>(first).ok())
            {
                // A form that cannot take the focus can still be clicked.
                let _ = first.focus();
            }
        }
    });
    let apply = {
        let (dispatch, draft) = (props.dispatch.clone(), draft.clone());
        let (catalogue, scenario) = (props.catalogue.clone(), props.scenario.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let functions = functions(&catalogue, &scenario, &draft.receiver);
            let transaction = Box::new(fitting((*draft).clone(), functions));
            dispatch.dispatch(Action::Wish(Wish::Edit(Edit::Replace { at, transaction })));
            dispatch.dispatch(Action::Wish(Wish::Form(None)));
        })
    };
    let functions = functions(&props.catalogue, &props.scenario, &draft.receiver);
    html! {
        <form class="form" ref={form} data-testid="tx-form" aria-label={format!("Transaction {}", at + 1)}
            onsubmit={apply}>
            <h2 class="panel-title">
                <span class="code">{ format!("T{}", at + 1) }</span>
                <button type="button" class="tool" aria-label="Close without a change"
                    data-testid="form-close" onclick={wish(&props.dispatch, Wish::Form(None))}>
                    { Icon::Close.draw() }
                </button>
            </h2>
            <datalist id="names">
                { for names(&props.scenario).into_iter().map(|name| html! { <option value={name} /> }) }
            </datalist>
            { field(&draft, "Sender", "form-sender", true, |t| &mut t.sender) }
            { field(&draft, "Receiver", "form-receiver", true, |t| &mut t.receiver) }
            { field(&draft, "Value", "form-value", false, |t| &mut t.value) }
            if let Some(functions) = functions {
                { call(&draft, functions) }
            } else if !before.data.is_empty() || draft.receiver.is_empty() {
                { field(&draft, "Data", "form-data", false, |t| &mut t.data) }
            }
            <div class="form-end">
                <button type="submit" class="control primary" data-testid="form-apply">{ "Apply" }</button>
                <button type="button" class="control" data-testid="form-cancel"
                    onclick={wish(&props.dispatch, Wish::Form(None))}>{ "Cancel" }</button>
            </div>
        </form>
    }
}

/// What can be called, if the receiver is a contract that is known.
fn functions<'a>(
    catalogue: &'a Catalogue,
    scenario: &Scenario,
    receiver: &str,
) -> Option<&'a [FunctionInfo]> {
    let contract = scenario.contracts.iter().find(|contract| {
        contract.name == receiver || (!receiver.is_empty() && contract.address == receiver)
    })?;
    let known = catalogue.contracts.iter().find(|known| known.name == contract.code)?;
    Some(&known.functions)
}

/// The transaction without a call that its receiver does not know: with another receiver, the
/// form no longer shows it.
fn fitting(mut transaction: Transaction, functions: Option<&[FunctionInfo]>) -> Transaction {
    let known = |call: &Call| {
        functions.is_some_and(|known| known.iter().any(|known| known.name == call.function))
    };
    transaction.call = transaction.call.filter(known);
    transaction
}

fn names(scenario: &Scenario) -> Vec<String> {
    let declared = scenario.accounts.iter().map(|account| &account.name);
    let contracts = scenario.contracts.iter().map(|contract| &contract.name);
    let met = scenario.transactions.iter().flat_map(|t| [&t.sender, &t.receiver]);
    let mut names: Vec<_> = declared
        .chain(contracts)
        .chain(met)
        .filter(|name| !name.is_empty())
        .take(8 * NAMES_MAX)
        .cloned()
        .collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(NAMES_MAX);
    names
}

type Part = fn(&mut Transaction) -> &mut String;

fn field(
    draft: &UseStateHandle<Transaction>,
    title: &'static str,
    id: &'static str,
    named: bool,
    part: Part,
) -> Html {
    let value = part(&mut (**draft).clone()).clone();
    let placeholder = match title {
        "Receiver" => "none: a new contract",
        "Value" => "0 ether",
        "Data" => "0x",
        _ => "",
    };
    let draft = draft.clone();
    let typed = Callback::from(move |event: InputEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            let mut next = (*draft).clone();
            *part(&mut next) = input.value().trim().to_owned();
            draft.set(next);
        }
    });
    html! {
        <label class="field">
            <span>{ title }</span>
            <input type="text" data-testid={id} {value} {placeholder} oninput={typed}
                autocomplete="off" spellcheck="false" list={named.then_some("names")} />
        </label>
    }
}

fn call(draft: &UseStateHandle<Transaction>, functions: &[FunctionInfo]) -> Html {
    let chosen = draft.call.as_ref().map_or("", |call| call.function.as_str());
    let known = functions.iter().find(|function| function.name == chosen);
    let change = {
        let draft = draft.clone();
        let functions = functions.to_vec();
        Callback::from(move |event: Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            let mut next = (*draft).clone();
            let name = select.value();
            next.data = String::new();
            next.call = functions.iter().find(|function| function.name == name).map(|function| {
                Call { function: name, arguments: vec![String::new(); function.inputs.len()] }
            });
            draft.set(next);
        })
    };
    html! {
        <>
            <label class="field">
                <span>{ "Call" }</span>
                <select data-testid="form-function" onchange={change}>
                    <option value="" selected={chosen.is_empty()}>{ "nothing, just ether" }</option>
                    { for functions.iter().map(|function| html! {
                        <option value={function.name.clone()} selected={function.name == chosen}>
                            { &function.name }
                        </option>
                    }) }
                </select>
            </label>
            if let Some(function) = known {
                { for function.inputs.iter().enumerate().map(|(at, input)| {
                    argument(draft, at, &input.name, &input.kind)
                }) }
            }
        </>
    }
}

fn argument(draft: &UseStateHandle<Transaction>, at: usize, name: &str, kind: &str) -> Html {
    let arguments = draft.call.as_ref().map(|call| call.arguments.as_slice()).unwrap_or_default();
    let value = arguments.get(at).cloned().unwrap_or_default();
    let draft = draft.clone();
    let typed = Callback::from(move |event: InputEvent| {
        let Some(input) = event.target_dyn_into::<HtmlInputElement>() else { return };
        let mut next = (*draft).clone();
        if let Some(call) = &mut next.call {
            if call.arguments.len() <= at {
                call.arguments.resize(at + 1, String::new());
            }
            call.arguments[at] = input.value().trim().to_owned();
        }
        draft.set(next);
    });
    let title = if name.is_empty() { format!("argument {}", at + 1) } else { name.to_owned() };
    html! {
        <label class="field field-argument">
            <span>{ title }</span>
            <input type="text" data-testid={format!("form-argument-{at}")} {value} oninput={typed}
                placeholder={kind.to_owned()} autocomplete="off" spellcheck="false"
                list={(kind == "address").then_some("names")} />
        </label>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lanescope_protocol::message::ContractInfo;
    use lanescope_protocol::scenario::{Account, Contract};

    #[test]
    fn a_call_goes_with_the_receiver_that_knew_it() {
        let function =
            |name: &str| FunctionInfo { name: name.to_owned(), ..FunctionInfo::default() };
        let call = Some(Call { function: "swap".to_owned(), arguments: Vec::new() });
        let swap = Transaction { call, ..Transaction::default() };
        assert_eq!(fitting(swap.clone(), Some(&[function("swap")])), swap);
        assert_eq!(fitting(swap.clone(), Some(&[function("mint")])).call, None);
        assert_eq!(fitting(swap, None).call, None);
    }

    #[test]
    fn a_known_contract_offers_its_functions_and_an_account_none() {
        let swap = FunctionInfo { name: "swap".to_owned(), ..FunctionInfo::default() };
        let catalogue = Catalogue {
            contracts: vec![ContractInfo { name: "Pool".to_owned(), functions: vec![swap] }],
            ..Catalogue::default()
        };
        let scenario = Scenario {
            accounts: vec![Account { name: "Ana".to_owned(), ..Account::default() }],
            contracts: vec![Contract {
                name: "Pool A".to_owned(),
                code: "Pool".to_owned(),
                ..Contract::default()
            }],
            ..Scenario::default()
        };
        let names_of = |receiver| {
            functions(&catalogue, &scenario, receiver)
                .map(|functions| functions.iter().map(|f| f.name.as_str()).collect::<Vec<_>>())
        };
        assert_eq!(names_of("Pool A"), Some(vec!["swap"]));
        assert_eq!(names_of("Ana"), None);
        assert_eq!(names_of(""), None);
        assert_eq!(names(&scenario), ["Ana", "Pool A"]);
    }
}
