//! Small pieces of type that several parts of the page share.

use std::ops::Deref;
use std::rc::Rc;

use lanescope_timeline::{Film, PartKind, Phrase};
use web_sys::HtmlInputElement;
use yew::{Callback, Event, Html, TargetCast, UseReducerDispatcher, html};

use crate::store::{Action, Store};

/// How components tell the store what the user wants.
pub(crate) type Dispatch = UseReducerDispatcher<Store>;

/// A shared value that is equal only to itself, so that comparing properties costs nothing.
#[derive(Debug)]
pub(crate) struct Shared<T>(pub(crate) Rc<T>);

impl Shared<Film> {
    /// What tells it from every other film on the screen; the same for all that still grow.
    pub(crate) fn identity(&self) -> usize {
        if self.0.is_complete() { Rc::as_ptr(&self.0) as usize } else { 0 }
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// A callback that sends one wish.
pub(crate) fn wish<E>(dispatch: &Dispatch, wish: crate::store::Wish) -> yew::Callback<E> {
    let dispatch = dispatch.clone();
    yew::Callback::from(move |_| dispatch.dispatch(Action::Wish(wish.clone())))
}

/// A callback with what was typed into a field, once it is left or Enter is pressed.
pub(crate) fn typed(done: impl Fn(String) + 'static) -> Callback<Event> {
    Callback::from(move |event: Event| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            done(input.value());
        }
    })
}

/// A callback with whether a box was ticked, which goes back until the store agrees.
pub(crate) fn ticked(done: impl Fn(bool) + 'static) -> Callback<Event> {
    Callback::from(move |event: Event| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            let on = input.checked();
            input.set_checked(!on);
            done(on);
        }
    })
}

/// A sentence, with each part set as what it is.
pub(crate) fn phrase(phrase: &Phrase) -> Html {
    phrase
        .parts
        .iter()
        .map(|part| {
            let text = part.text.clone();
            match part.kind {
                PartKind::Plain => html! { <>{ text }</> },
                PartKind::Tx | PartKind::Location => html! { <span class="code">{ text }</span> },
                PartKind::Bad => html! { <strong class="bad">{ text }</strong> },
                PartKind::Good => html! { <strong class="good">{ text }</strong> },
            }
        })
        .collect()
}

/// An account's name, or the ends of its address.
pub(crate) fn short_account(account: &str) -> String {
    match (account.get(..6), account.len().checked_sub(4).and_then(|at| account.get(at..))) {
        (Some(head), Some(tail)) if account.starts_with("0x") && account.len() > 14 => {
            format!("{head}…{tail}")
        }
        _ => account.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_and_addresses_shrink() {
        assert_eq!(short_account("Ana"), "Ana");
        assert_eq!(short_account(""), "");
        assert_eq!(short_account("0x12345678901234567890"), "0x1234…7890");
        assert_eq!(short_account("a name longer than an address"), "a name longer than an address");
    }
}
