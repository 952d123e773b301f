//! Parts of the page that are drawn anew only when what they are given changes.
//!
//! All are one Yew component: each further component type would bring some kilobytes of the same
//! code again, and the page is to be small before the engine arrives.

use std::any::Any;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use yew::{Html, Properties, function_component, html, use_effect_with, use_mut_ref, use_state_eq};

/// What a part is given, and how it is drawn from that.
trait Given: Any {
    fn draw(&self) -> Html;
    fn is_same(&self, other: &dyn Given) -> bool;
}

struct Drawing<P> {
    given: P,
    draw: fn(&P) -> Html,
}

impl<P: PartialEq + 'static> Given for Drawing<P> {
    fn draw(&self) -> Html {
        (self.draw)(&self.given)
    }

    fn is_same(&self, other: &dyn Given) -> bool {
        let other: &dyn Any = other;
        // The same kind of properties is drawn in one way only, so comparing those is enough.
        other.downcast_ref::<Self>().is_some_and(|other| self.given == other.given)
    }
}

#[derive(Clone, Properties)]
struct PartProps {
    drawing: Rc<dyn Given>,
}

impl PartialEq for PartProps {
    fn eq(&self, other: &Self) -> bool {
        self.drawing.is_same(&*other.drawing)
    }
}

#[function_component(Part)]
fn part_component(props: &PartProps) -> Html {
    props.drawing.draw()
}

/// A part of the page: `draw` is called again only when `given` is not what it was.
pub(crate) fn part<P: PartialEq + 'static>(given: P, draw: fn(&P) -> Html) -> Html {
    let drawing: Rc<dyn Given> = Rc::new(Drawing { given, draw });
    html! { <Part {drawing} /> }
}

#[derive(Clone, Properties)]
struct LateProps {
    of: usize,
    drawing: Rc<dyn Given>,
}

impl PartialEq for LateProps {
    fn eq(&self, other: &Self) -> bool {
        self.of == other.of && self.drawing.is_same(&*other.drawing)
    }
}

#[function_component(Late)]
fn late_component(props: &LateProps) -> Html {
    let shown = use_state_eq(|| None::<usize>);
    let kept = use_mut_ref(|| None::<Rc<dyn Given>>);
    use_effect_with(props.of, {
        let shown = shown.setter();
        move |of| {
            let of = Some(*of);
            Timeout::new(0, move || shown.set(of)).forget();
        }
    });
    if *shown == Some(props.of) {
        *kept.borrow_mut() = Some(Rc::clone(&props.drawing));
    }
    let drawing = kept.borrow().clone();
    drawing.map_or_else(Html::default, |drawing| html! { <Part {drawing} /> })
}

/// As [`part`], but where it is about something new, it is drawn in a turn of its own and stays as it
/// was until then: so that a page that shows a new film does not draw all of it at once. `of` is
/// whatever tells the one from the other.
pub(crate) fn late<P: PartialEq + 'static>(of: usize, given: P, draw: fn(&P) -> Html) -> Html {
    let drawing: Rc<dyn Given> = Rc::new(Drawing { given, draw });
    html! { <Late {of} {drawing} /> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_equal_when_they_are_given_the_same() {
        let drawing = |given: u32| Drawing { given, draw: |_| Html::default() };
        let words = Drawing { given: "1", draw: |_| Html::default() };
        assert!(drawing(1).is_same(&drawing(1)));
        assert!(!drawing(1).is_same(&drawing(2)));
        assert!(!drawing(1).is_same(&words));
    }
}
