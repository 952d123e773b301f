//! The bytes of what is shown, kept so that they can be taken away as they came.

use std::cell::RefCell;
use std::rc::Rc;

use crate::films::Source;

/// A handle on what is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keepsake(Rc<RefCell<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    run: Option<Source>,
    stored: Option<Source>,
}

impl Keepsake {
    /// The trace of the last run that ended.
    pub(crate) fn keep_run(&self, source: Source) {
        self.0.borrow_mut().run = Some(source);
    }

    /// The stored trace that was opened last.
    pub(crate) fn keep_stored(&self, source: Source) {
        self.0.borrow_mut().stored = Some(source);
    }

    /// Where the bytes are.
    pub(crate) fn source(&self, stored: bool) -> Option<Source> {
        let kept = self.0.borrow();
        if stored { kept.stored.clone() } else { kept.run.clone() }
    }
}
