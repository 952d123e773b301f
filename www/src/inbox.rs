//! What the engine says, understood in the order in which it was said. Long traces are read in
//! short turns; what comes after one waits until it is read.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{ArrayBuffer, Uint8Array};
use lanescope_protocol::steps::Inspection;
use lanescope_protocol::{Report, trace};
use wasm_bindgen_futures::spawn_local;
use yew::UseReducerDispatcher;

use crate::engine_link::Incoming;
use crate::export::Keepsake;
use crate::films::{Source, Wanted, make};
use crate::store::{Action, Store};

/// Everything that one engine says. Closed when the engine ends, so that its last words are not
/// taken for its successor's.
#[derive(Clone, Debug)]
pub(crate) struct Inbox(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    dispatch: UseReducerDispatcher<Store>,
    /// Keeps the bytes of what has run.
    kept: Keepsake,
    open: Cell<bool>,
    /// Whether a trace is being read.
    busy: Cell<bool>,
    waiting: RefCell<VecDeque<Incoming>>,
    /// The newest run that has begun: a film of an older one is not wanted any more.
    newest: Cell<u32>,
    /// Of which comparison only so many runs are wanted as films.
    films: Cell<(u32, u32)>,
}

impl Inbox {
    pub(crate) fn new(dispatch: UseReducerDispatcher<Store>, kept: Keepsake) -> Self {
        Self(Rc::new(Inner {
            dispatch,
            kept,
            open: Cell::new(true),
            busy: Cell::default(),
            waiting: RefCell::default(),
            newest: Cell::default(),
            films: Cell::default(),
        }))
    }

    /// Hears nothing any more.
    pub(crate) fn close(&self) {
        self.0.open.set(false);
    }

    /// Of a comparison, only the first `films` runs are wanted as films; of the others how they
    /// went is enough.
    pub(crate) fn want_films(&self, run: u32, films: u32) {
        self.0.films.set((run, films));
    }

    /// Takes what the engine says.
    pub(crate) fn take(&self, incoming: Incoming) {
        if let Incoming::Report(report, _) = &incoming
            && let Report::Started { run } = **report
        {
            self.0.newest.set(run.max(self.0.newest.get()));
        }
        if self.0.busy.get() {
            self.0.waiting.borrow_mut().push_back(incoming);
            return;
        }
        if let Some((report, bytes)) = self.0.at_once(incoming) {
            self.0.busy.set(true);
            spawn_local(Rc::clone(&self.0).read_on(report, bytes));
        }
    }
}

impl Inner {
    fn tell(&self, action: Action) {
        if self.open.get() {
            self.dispatch.dispatch(action);
        }
    }

    /// Understands what can be understood at once, and gives back the rest.
    fn at_once(&self, incoming: Incoming) -> Option<(Report, ArrayBuffer)> {
        let (report, bytes) = match incoming {
            Incoming::Broke(message) => {
                self.tell(Action::Broke(message));
                return None;
            }
            Incoming::Report(report, bytes) => (*report, bytes),
        };
        match (report, bytes) {
            (report @ (Report::Finished { .. } | Report::Compared { .. }), Some(bytes)) => {
                return Some((report, bytes));
            }
            (Report::Inspected { question }, Some(bytes)) => {
                let bytes = Uint8Array::new(&bytes).to_vec();
                self.tell(match Inspection::decode(&bytes) {
                    Ok(inspection) => {
                        Action::Inspected { question, inspection: Box::new(inspection) }
                    }
                    Err(error) => Action::Broke(error.to_string()),
                });
            }
            (Report::Events { run }, Some(bytes)) => {
                let bytes = Uint8Array::new(&bytes).to_vec();
                self.tell(match trace::decode_events(&bytes) {
                    Ok(events) => Action::Happened { run, events },
                    Err(error) => Action::Broke(error.to_string()),
                });
            }
            (report, _) => self.tell(Action::Told(Box::new(report))),
        }
        None
    }

    async fn read_on(self: Rc<Self>, report: Report, bytes: ArrayBuffer) {
        let mut next = Some((report, bytes));
        while let Some((report, bytes)) = next.take() {
            self.read(report, bytes).await;
            while next.is_none() {
                let waiting = self.waiting.borrow_mut().pop_front();
                let Some(incoming) = waiting else { break };
                next = self.at_once(incoming);
            }
        }
        self.busy.set(false);
    }

    async fn read(&self, report: Report, bytes: ArrayBuffer) {
        let wanted = match report {
            Report::Compared { run, index, .. } if self.films.get().0 == run => {
                if index < self.films.get().1 { Wanted::Film } else { Wanted::Summary }
            }
            _ => Wanted::Film,
        };
        let newest = || match report {
            Report::Finished { run } => run >= self.newest.get(),
            _ => true,
        };
        let source = Source::Buffer(bytes);
        let film = make(&source, wanted, |_| self.open.get() && newest()).await;
        let film = match film {
            Ok(Some(film)) => Rc::new(film),
            Ok(None) => return,
            Err(sentence) => return self.tell(Action::Broke(sentence)),
        };
        match report {
            Report::Finished { run } => {
                self.kept.keep_run(source);
                self.tell(Action::Filmed { run, film });
            }
            Report::Compared { run, index, left } => {
                self.tell(Action::Compared { run, index, left, film });
            }
            _ => {}
        }
    }
}
