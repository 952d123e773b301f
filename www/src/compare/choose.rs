//! Which strategies to compare.

use lanescope_protocol::Strategy;
use yew::{Html, html};

use crate::store::{Action, Choice, Wish};
use crate::words::{Dispatch, ticked, wish};

pub(super) fn choose(dispatch: &Dispatch, chosen: &[Strategy]) -> Html {
    let all = Strategy::all().count();
    let button = |words: &'static str, choice: Choice, id: &'static str| {
        html! {
            <button type="button" class="control" data-testid={id}
                onclick={wish(dispatch, Wish::Contestants(choice))}>{ words }</button>
        }
    };
    html! {
        <details class="choose">
            <summary data-testid="choose">{ format!("{} of {all} strategies are compared", chosen.len()) }</summary>
            <div class="choose-body">
                { group("Strategies", false, dispatch, chosen) }
                { group("Models of real systems", true, dispatch, chosen) }
                <div class="choose-end">
                    { button("The usual ones", Choice::Default, "choose-default") }
                    { button("All", Choice::All, "choose-all") }
                    { button("None", Choice::Nothing, "choose-none") }
                </div>
            </div>
        </details>
    }
}

fn group(title: &'static str, models: bool, dispatch: &Dispatch, chosen: &[Strategy]) -> Html {
    let known = Strategy::all().filter(|known| known.preset().is_some() == models);
    html! {
        <fieldset>
            <legend>{ title }</legend>
            <div class="choose-list">{ for known.map(|strategy| {
                let dispatch = dispatch.clone();
                let turn = ticked(move |on| dispatch.dispatch(Action::Wish(Wish::Contestant(strategy, on))));
                html! {
                    <label>
                        <input type="checkbox" data-testid={format!("choose-{strategy}")}
                            checked={chosen.contains(&strategy)} onchange={turn} />
                        { strategy.title() }
                    </label>
                }
            }) }</div>
        </fieldset>
    }
}
