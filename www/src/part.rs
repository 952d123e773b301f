//! Parts of the page that are drawn anew only when what they are given changes.
//!
//! All are one Yew component: each further component type would bring some kilobytes of the same
//! code again, and the page is to be small before the engine arrives.

use std::any::Any;
use std::rc::Rc;

use yew::{Html, Properties, function_component, html};

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
