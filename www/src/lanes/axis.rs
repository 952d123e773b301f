//! Which part of the time axis is on screen, shared by everything that draws along it: the lanes,
//! the overview, and the lanes of other runs below them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lanescope_timeline::Viewport;

/// A handle; equal only to itself.
#[derive(Clone, Default)]
pub(crate) struct Axis(Rc<Shared>);

#[derive(Default)]
struct Shared {
    /// `None`: all of it.
    view: Cell<Option<Viewport>>,
    watchers: RefCell<Vec<(u32, Rc<dyn Fn()>)>>,
    last: Cell<u32>,
}

/// Somebody who is told when the axis moves, until this is dropped.
pub(crate) struct Watching {
    axis: Axis,
    number: u32,
}

impl PartialEq for Axis {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Axis {
    /// What is on screen of something whose last tick is `end`.
    pub(crate) fn view(&self, end: f64) -> Viewport {
        self.0
            .view
            .get()
            .map_or_else(|| Viewport::fit(end), |view| Viewport::range(view.from(), view.to(), end))
    }

    /// Whether all of it is on screen.
    pub(crate) fn is_fit(&self, end: f64) -> bool {
        self.0.view.get().is_none_or(|view| view.is_fit(end))
    }

    /// Shows another part; all of it is remembered as such.
    pub(crate) fn look_at(&self, view: Viewport, end: f64) {
        self.set((!view.is_fit(end)).then_some(view));
    }

    /// Brings all of it on screen.
    pub(crate) fn fit(&self) {
        self.set(None);
    }

    fn set(&self, view: Option<Viewport>) {
        if self.0.view.replace(view) == view {
            return;
        }
        // A watcher may come or go while others are told.
        let watchers = self.0.watchers.borrow().clone();
        for (_, watcher) in watchers {
            watcher();
        }
    }

    /// Calls `told` whenever another part is shown.
    pub(crate) fn watch(&self, told: impl Fn() + 'static) -> Watching {
        let number = self.0.last.get() + 1;
        self.0.last.set(number);
        self.0.watchers.borrow_mut().push((number, Rc::new(told)));
        Watching { axis: self.clone(), number }
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.axis.0.watchers.borrow_mut().retain(|(number, _)| *number != self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_who_watches_is_told_until_they_leave() {
        let axis = Axis::default();
        let heard = Rc::new(Cell::new(0));
        let watching = axis.watch({
            let heard = Rc::clone(&heard);
            move || heard.set(heard.get() + 1)
        });
        axis.look_at(Viewport::range(10.0, 40.0, 100.0), 100.0);
        assert_eq!((axis.view(100.0).from(), axis.view(100.0).to()), (10.0, 40.0));
        axis.look_at(Viewport::range(10.0, 40.0, 100.0), 100.0);
        assert_eq!(heard.get(), 1);
        drop(watching);
        axis.fit();
        assert!(axis.is_fit(100.0));
        assert_eq!(heard.get(), 1);
    }
}
