//! Which part of the time axis is on screen, shared by everything that draws along it: the lanes,
//! the overview, and the lanes of other runs below them.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use lanescope_timeline::Viewport;

/// A way to move the view. Imperative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Steer {
    /// Zoom in, where the pointer is, else at the playhead.
    In,
    /// Zoom out.
    Out,
    /// Pan to what was before.
    Earlier,
    /// Pan to what comes after.
    Later,
    /// Bring all of it on screen.
    Fit,
    /// Bring on screen what is selected.
    Selection,
}

type Pilot = Rc<dyn Fn(Steer)>;
type Watcher = Rc<dyn Fn()>;

/// A handle; equal only to itself.
#[derive(Clone, Default)]
pub(crate) struct Axis(Rc<Shared>);

#[derive(Default)]
struct Shared {
    /// `None`: all of it.
    view: Cell<Option<Viewport>>,
    /// Whether the view moves along with a playhead that runs.
    follows: Cell<bool>,
    /// Whoever knows what is on screen, and so how to move it.
    pilot: RefCell<Option<Pilot>>,
    watchers: RefCell<Vec<(u32, Watcher)>>,
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

    /// Shows another part; all of it is remembered as such. Whoever pans follows no longer.
    pub(crate) fn look_at(&self, view: Viewport, end: f64) {
        let now = self.view(end);
        let pans = (now.span() - view.span()).abs() <= 1e-9 * now.span() && now != view;
        if pans {
            self.set_follows(false);
        }
        self.set((!view.is_fit(end)).then_some(view));
    }

    /// Moves along with a playhead that runs, if that is wanted.
    pub(crate) fn follow(&self, playhead: f64, end: f64, smooth: bool) {
        if self.0.follows.get() && self.0.view.get().is_some() {
            let view = self.view(end).follow(playhead, end, smooth);
            self.set((!view.is_fit(end)).then_some(view));
        }
    }

    /// Whether the view moves along with the playhead.
    pub(crate) fn follows(&self) -> bool {
        self.0.follows.get()
    }

    /// Has the view move along with the playhead, or not.
    pub(crate) fn set_follows(&self, follows: bool) {
        if self.0.follows.replace(follows) != follows {
            self.tell();
        }
    }

    /// Whoever shows the axis says how to move the view; `None` when it goes.
    pub(crate) fn set_pilot(&self, pilot: Option<Pilot>) {
        *self.0.pilot.borrow_mut() = pilot;
    }

    /// Moves the view, if anybody shows it.
    pub(crate) fn steer(&self, steer: Steer) {
        let pilot = self.0.pilot.borrow().clone();
        if let Some(pilot) = pilot {
            pilot(steer);
        }
    }

    /// Brings all of it on screen.
    pub(crate) fn fit(&self) {
        self.set(None);
    }

    fn set(&self, view: Option<Viewport>) {
        if self.0.view.replace(view) != view {
            self.tell();
        }
    }

    fn tell(&self) {
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
    fn panning_ends_following_and_zooming_does_not() {
        let axis = Axis::default();
        axis.set_follows(true);
        axis.follow(50.0, 100.0, true);
        assert!(axis.is_fit(100.0), "where all is seen there is nothing to follow");
        axis.look_at(Viewport::range(0.0, 40.0, 100.0), 100.0);
        assert!(axis.follows());
        axis.follow(35.0, 100.0, true);
        assert_eq!(axis.view(100.0).from().round(), 5.0);
        assert!(axis.follows());
        axis.look_at(axis.view(100.0).pan(10.0, 100.0), 100.0);
        assert!(!axis.follows());
        axis.follow(90.0, 100.0, true);
        assert_eq!(axis.view(100.0).from().round(), 15.0);
    }

    #[test]
    fn whoever_shows_the_axis_moves_it() {
        let (axis, heard) = (Axis::default(), Rc::new(Cell::new(None)));
        axis.steer(Steer::In);
        axis.set_pilot(Some(Rc::new({
            let heard = Rc::clone(&heard);
            move |steer| heard.set(Some(steer))
        })));
        axis.steer(Steer::Later);
        assert_eq!(heard.get(), Some(Steer::Later));
    }

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
