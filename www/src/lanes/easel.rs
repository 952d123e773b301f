//! What is on the canvas now: film, playhead, view, pointer. Draws at most once per frame.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_render::{AnimationFrame, request_animation_frame};
use lanescope_timeline::paint::{Look, paint};
use lanescope_timeline::{
    BarId, Chain, Film, Focus, Frame, Layout, Marks, Motion, Theme, Viewport, Wait,
};
use yew::Callback;

use super::axis::Axis;
use super::brush::Brush;
use crate::words::Shared;

/// What the page says is to be seen.
#[derive(Clone, PartialEq)]
pub(super) struct Subject {
    pub(super) film: Shared<Film>,
    pub(super) end: u64,
    pub(super) playhead: f64,
    pub(super) focus: Focus,
    pub(super) theme: Theme,
    pub(super) lively: bool,
    pub(super) playing: bool,
    pub(super) marks: Marks,
    pub(super) outlined: bool,
}

/// The canvas with everything that decides what is on it.
pub(super) struct Easel {
    brush: Brush,
    subject: Subject,
    axis: Axis,
    /// Width, height in CSS pixels, and the size of type.
    size: (f64, f64, f64),
    /// The bar under the pointer.
    pub(super) hover: Option<BarId>,
    /// The bar that the keyboard is on.
    pub(super) cursor: Option<BarId>,
    /// Where the pointer is, in pixels from the left, while it is over the lanes.
    pub(super) pointer: Option<f64>,
    motion: Motion,
    /// The chain of the incarnation that was chosen.
    chain: Option<Rc<Chain>>,
    /// Hears whether bars are so dense that most are merged.
    on_dense: Callback<bool>,
    pending: Option<AnimationFrame>,
}

/// So many bars are merged at least where that is said.
const DENSE: u64 = 200;

/// An easel as its listeners share it; equal only to itself. Empty while there is no canvas.
#[derive(Clone, Default)]
pub(super) struct Shelf(Rc<RefCell<Option<Easel>>>);

impl PartialEq for Shelf {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Easel {
    pub(super) fn new(
        brush: Brush,
        axis: Axis,
        subject: Subject,
        on_dense: Callback<bool>,
    ) -> Self {
        let motion = Motion::at(subject.playhead);
        let (hover, cursor, pointer, pending) = (None, None, None, None);
        let chain = chain_of(&subject);
        Self {
            brush,
            subject,
            axis,
            size: (0.0, 0.0, 1.0),
            hover,
            cursor,
            pointer,
            motion,
            chain,
            on_dense,
            pending,
        }
    }

    /// Shows something else. Another run is shown from its beginning, as a whole.
    pub(super) fn show(&mut self, subject: Subject) {
        let same = self.subject.film == subject.film
            || (!self.subject.film.is_complete() && !subject.film.is_complete());
        if !same {
            (self.hover, self.cursor) = (None, None);
            self.axis.fit();
            self.motion = Motion::at(subject.playhead);
        }
        let (was, is) = (&self.subject, &subject);
        if was.film != is.film || was.focus != is.focus {
            self.chain = chain_of(is);
        }
        self.subject = subject;
        if self.subject.playing {
            let (playhead, lively) = (self.subject.playhead, self.subject.lively);
            self.axis.follow(playhead, self.end(), lively);
        }
    }

    pub(super) const fn marks(&self) -> &Marks {
        &self.subject.marks
    }

    /// Sets the size of canvas and type. Returns whether it changed.
    pub(super) fn resize(&mut self, width: f64, height: f64, scale: f64) -> bool {
        let size = (width, height, scale);
        let changed = self.size != size;
        self.size = size;
        changed
    }

    pub(super) fn film(&self) -> Rc<Film> {
        Rc::clone(&self.subject.film.0)
    }

    pub(super) const fn playhead(&self) -> f64 {
        self.subject.playhead
    }

    /// The bar of the selected incarnation.
    pub(super) fn selected(&self) -> Option<BarId> {
        self.subject.focus.selection.and_then(|version| self.subject.film.bar_of(version))
    }

    /// The last tick that can be on screen. While a run goes on it grows in leaps, so that what
    /// is already drawn does not shrink with every frame.
    pub(super) fn end(&self) -> f64 {
        let end = self.subject.film.end().max(self.subject.end) as f64;
        if self.subject.film.is_complete() {
            return end;
        }
        let mut shown = 1000.0;
        while shown < end {
            shown *= 1.6;
        }
        shown
    }

    /// The last tick that the playhead can stand at.
    pub(super) fn last(&self) -> u64 {
        self.subject.film.end().max(self.subject.end)
    }

    pub(super) fn view(&self) -> Viewport {
        self.axis.view(self.end())
    }

    /// Whether all of the run is in view.
    pub(super) fn is_fit(&self) -> bool {
        self.axis.is_fit(self.end())
    }

    /// Shows another part of the time axis; all of it is remembered as such.
    pub(super) fn look_at(&self, view: Viewport) {
        self.axis.look_at(view, self.end());
    }

    /// Brings all of the run into view.
    pub(super) fn fit(&self) {
        self.axis.fit();
    }

    /// Brings a bar into view, and so near that it can be read.
    pub(super) fn zoom_to(&self, id: BarId) {
        if let Some(bar) = self.subject.film.bar(id) {
            self.axis.set_follows(false);
            self.look_at(Viewport::around(bar.start as f64, bar.end as f64, self.end()));
        }
    }

    /// Brings a bar into view.
    pub(super) fn reveal(&self, id: BarId) {
        if let Some(bar) = self.subject.film.bar(id) {
            let middle = bar.start as f64 + bar.length() as f64 / 2.0;
            self.look_at(self.view().reveal(middle, self.end()));
        }
    }

    pub(super) fn frame(&self) -> Frame {
        let (width, height, scale) = self.size;
        Frame::new(width, height, scale, self.subject.film.lanes(), self.view())
    }

    pub(super) fn layout(&self) -> Layout {
        Layout::new(&self.subject.film, self.frame(), self.subject.playhead)
    }

    /// The bar at a pixel of the canvas.
    pub(super) fn hit(&self, x: f64, y: f64) -> Option<BarId> {
        // Only the frame and the time matter for this; nothing is laid out.
        Layout::pick(&self.subject.film, &self.frame(), self.subject.playhead, x, y)
    }

    /// The wait at a pixel of the canvas.
    pub(super) fn wait_at(&self, x: f64, y: f64) -> Option<Wait> {
        Layout::pick_wait(&self.subject.film, &self.frame(), self.subject.playhead, x, y)
    }

    /// Paints. Returns whether the picture goes on changing by itself.
    fn draw(&mut self, now: f64) -> bool {
        if self.size.0 < 1.0 || self.size.1 < 1.0 {
            return false;
        }
        let subject = &self.subject;
        self.motion.run(subject.playing);
        self.motion.advance(&subject.film, subject.playhead, now, subject.lively);
        let (effects, moving) = self.motion.effects(&subject.film, subject.focus.selection, now);
        let look = Look {
            theme: subject.theme,
            focus: subject.focus.clone(),
            hover: self.cursor.or(self.hover),
            effects,
            chain: self.chain.clone(),
            outlined: subject.outlined,
            marks: subject.marks.clone(),
            playhead: true,
        };
        let layout = self.layout();
        let merged = layout.merged();
        self.on_dense.emit(merged >= DENSE && merged > layout.bars.len() as u64);
        self.brush.paint(&paint(&self.subject.film, &layout, &look));
        moving && self.subject.lively
    }
}

/// What is drawn as arrows: the chain of what somebody chose. While the run goes on, not all of it
/// is known.
fn chain_of(subject: &Subject) -> Option<Rc<Chain>> {
    let chosen = subject.focus.selection.filter(|_| subject.focus.is_chosen)?;
    let film = Some(&subject.film).filter(|film| film.is_complete())?;
    film.chain(chosen).map(Rc::new)
}

impl Shelf {
    /// Puts an easel there, or takes it away.
    pub(super) fn put(&self, easel: Option<Easel>) {
        *self.0.borrow_mut() = easel;
    }

    /// Looks at the easel.
    pub(super) fn read<R>(&self, look: impl FnOnce(&Easel) -> R) -> Option<R> {
        self.0.borrow().as_ref().map(look)
    }

    /// Changes the easel and paints.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut Easel) -> R) -> Option<R> {
        let result = self.0.borrow_mut().as_mut().map(change);
        self.request();
        result
    }

    /// Paints in the next frame, however often it is asked.
    pub(super) fn request(&self) {
        // Whoever changes the easel paints it afterwards anyway.
        let idle =
            self.0.try_borrow().ok().and_then(|easel| Some(easel.as_ref()?.pending.is_none()));
        if idle != Some(true) {
            return;
        }
        let shelf = self.clone();
        let frame = request_animation_frame(move |now| {
            let moving = shelf.0.borrow_mut().as_mut().map(|easel| {
                let done = easel.pending.take();
                (easel.draw(now), done)
            });
            if matches!(moving, Some((true, _))) {
                shelf.request();
            }
        });
        if let Some(easel) = self.0.borrow_mut().as_mut() {
            easel.pending = Some(frame);
        }
    }
}
