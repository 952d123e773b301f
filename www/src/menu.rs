//! A menu that shows what the store says, and nothing else: what is refused is never shown as chosen.

use web_sys::HtmlSelectElement;
use yew::{
    AttrValue, Callback, Event, Html, Properties, TargetCast, function_component, html,
    use_effect_with, use_node_ref,
};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct MenuProps {
    /// Its name for labels and tests.
    pub(crate) id: AttrValue,
    /// The value that is in force.
    pub(crate) now: AttrValue,
    /// Called with the value that was chosen.
    pub(crate) choose: Callback<String>,
    /// Options and groups of options.
    pub(crate) children: Html,
}

#[function_component(Menu)]
pub(crate) fn menu(props: &MenuProps) -> Html {
    let node = use_node_ref();
    // An option's `selected` counts only until somebody has chosen, so the value is set by hand.
    use_effect_with((props.now.clone(), props.children.clone()), {
        let node = node.clone();
        move |(now, _)| {
            if let Some(select) = node.cast::<HtmlSelectElement>() {
                select.set_value(now);
            }
        }
    });
    let change = {
        let (now, choose) = (props.now.clone(), props.choose.clone());
        Callback::from(move |event: Event| {
            let Some(select) = event.target_dyn_into::<HtmlSelectElement>() else { return };
            let value = select.value();
            select.set_value(&now);
            choose.emit(value);
        })
    };
    html! {
        <select ref={node} id={props.id.clone()} data-testid={props.id.clone()} onchange={change}>
            { props.children.clone() }
        </select>
    }
}
