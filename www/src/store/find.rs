//! The search: what is typed, what it found, and going from one hit to the next.
//!
//! A film is searched once it is complete. Small ones are searched while the key goes down; the
//! names and bars of huge ones are gone through in slices between frames.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use lanescope_protocol::Version;
use lanescope_timeline::find::{Found, Index, Query, Search};
use lanescope_timeline::{BarId, Film, Focus};

use super::{Delayed, Effect, Store};
use crate::playback::Toward;

/// Names or bars that are gone through at once.
pub(super) const SLICE: usize = 20_000;
/// How long a huge film waits for the next letter before it is searched, in milliseconds.
const REST_MS: u32 = 120;

/// What the user wants of the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FindWish {
    /// Open the field, or go back to it.
    Open,
    /// Close the field and single nothing out.
    Close,
    /// Search for what stands in the field now.
    Type(String),
    /// Open the field with this in it.
    Ask(String),
    /// To the next or previous hit.
    Hit(Toward),
    /// Whether the block lists the hits only.
    Only(bool),
    /// Choose an incarnation, go there in time, bring it on screen.
    Go(Version),
}

/// The search as it stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Find {
    /// The field is on screen.
    pub(crate) open: bool,
    /// What stands in the field.
    pub(crate) text: Rc<str>,
    /// Why that is not understood; what was found before stays.
    pub(crate) refusal: Option<Rc<str>>,
    /// The block lists the hits only.
    pub(crate) only: bool,
    /// What was found; `None` if nothing is asked for.
    pub(crate) found: Option<Rc<Found>>,
    /// The hit that was gone to last.
    pub(crate) at: Option<usize>,
    /// The names of the film, once they are gathered.
    pub(crate) index: Option<Arc<Index>>,
    /// Counts how often the field was asked for: each time it takes the focus.
    pub(crate) asked: u32,
    /// Counts how often something was gone to, and where that is: each time it is brought on screen.
    pub(crate) went: (u32, Option<BarId>),
    /// The last query that was understood.
    query: Query,
    /// The film that is searched.
    film: Option<Rc<Film>>,
    work: Option<Rc<RefCell<Work>>>,
}

/// What is done in slices.
#[derive(Debug)]
enum Work {
    Names(Index),
    Bars(Search),
}

impl Find {
    /// Whether anything is still to be gone through.
    pub(crate) const fn is_busy(&self) -> bool {
        self.work.is_some()
    }

    /// `7 of 12 transactions · 9 runs`, or why there is nothing to say.
    pub(crate) fn words(&self) -> String {
        match (&self.refusal, &self.found) {
            (Some(refusal), _) => refusal.to_string(),
            _ if self.is_busy() => "Searching …".to_owned(),
            (None, Some(found)) => found.words(),
            (None, None) if self.film.is_none() => "Searched once the run is over".to_owned(),
            (None, None) if self.text.trim().is_empty() => {
                "A name, T5, or keys like from: to: fn: slot: is: lane: gas: · ↓ shows more"
                    .to_owned()
            }
            (None, None) => String::new(),
        }
    }

    /// The hit that was gone to last, among how many and in words: `2 of 9: T5·0 swap, …`.
    pub(crate) fn hit_words(&self) -> Option<String> {
        let (found, film, at) = (self.found.as_ref()?, self.film.as_ref()?, self.at?);
        let hit = found.hits.get(at)?;
        Some(format!("{} of {}: {}", at + 1, found.hits.len(), film.hit_words(*hit)))
    }
}

impl Store {
    pub(super) fn find(&mut self, wish: FindWish) {
        match wish {
            FindWish::Open => self.open_find(),
            FindWish::Close => {
                let kept = (self.find.asked, self.find.went);
                self.find = Find { asked: kept.0, went: kept.1, ..Find::default() };
            }
            FindWish::Type(text) => self.ask(&text),
            FindWish::Ask(text) => {
                self.open_find();
                self.ask(&text);
            }
            FindWish::Hit(toward) => self.go_to_hit(toward),
            FindWish::Only(only) => self.find.only = only,
            FindWish::Go(version) => self.go_to(version),
        }
    }

    fn open_find(&mut self) {
        self.find.open = true;
        self.find.asked += 1;
        self.index_film();
    }

    fn ask(&mut self, text: &str) {
        if *self.find.text == *text {
            return;
        }
        self.find.text = text.into();
        self.find.refusal = None;
        match Query::parse(text) {
            Ok(query) if query == self.find.query => {}
            Ok(query) => {
                self.find.query = query;
                self.find.at = None;
                self.search();
            }
            Err(refusal) => self.find.refusal = Some(refusal.to_string().into()),
        }
    }

    /// Keeps the search up with the film on the screen. Costs nothing while that is the same.
    pub(super) fn follow_film(&mut self) {
        let wanted = self.find.open || self.sheet == Some(super::Sheet::Palette);
        let film = self.shown().filter(|film| wanted && film.is_complete()).cloned();
        let same = match (&film, &self.find.film) {
            (Some(is), Some(was)) => Rc::ptr_eq(is, was),
            (None, None) => true,
            _ => false,
        };
        if same {
            return;
        }
        let find = &mut self.find;
        (find.film, find.index, find.found, find.at, find.work) = (film, None, None, None, None);
        self.index_film();
    }

    /// Gathers the names of the film, and then searches it.
    fn index_film(&mut self) {
        let Some(film) = self.find.film.clone() else { return };
        if self.find.index.is_some() || self.find.is_busy() {
            return;
        }
        self.begin(&film, Work::Names(Index::default()), 0);
    }

    fn search(&mut self) {
        let (Some(film), Some(index)) = (self.find.film.clone(), self.find.index.clone()) else {
            return;
        };
        if self.find.query.is_empty() {
            (self.find.found, self.find.work) = (None, None);
            return;
        }
        let search = Search::new(index, &self.find.query);
        self.begin(&film, Work::Bars(search), REST_MS);
    }

    /// Does all of it at once where that is quick, else the first slice later.
    fn begin(&mut self, film: &Film, work: Work, rest_ms: u32) {
        let small = film.bars().len().max(film.transaction_count()) <= SLICE;
        self.find.work = Some(Rc::new(RefCell::new(work)));
        if small {
            while self.find.is_busy() && self.go_on() {}
        } else {
            self.put(Effect::Later { what: Delayed::Search, ms: rest_ms });
        }
    }

    /// The next slice, and then a breath for the page.
    pub(super) fn search_on(&mut self) {
        if self.go_on() && self.find.is_busy() {
            self.put(Effect::Later { what: Delayed::Search, ms: 0 });
        }
    }

    /// One slice. Returns whether there was one to do and more of the same is left.
    fn go_on(&mut self) -> bool {
        let (Some(film), Some(work)) = (self.find.film.clone(), self.find.work.clone()) else {
            return false;
        };
        let done = match &mut *work.borrow_mut() {
            Work::Names(index) => index.step(&film, SLICE),
            Work::Bars(search) => search.step(&film, SLICE),
        };
        if !done {
            return true;
        }
        self.find.work = None;
        match work.replace(Work::Names(Index::default())) {
            Work::Names(index) => {
                self.find.index = Some(Arc::new(index));
                self.search();
            }
            Work::Bars(search) => self.find.found = Some(Rc::new(search.finish(&film))),
        }
        false
    }

    fn go_to_hit(&mut self, toward: Toward) {
        let Some(count) = self.find.found.as_ref().map(|found| found.hits.len()) else { return };
        if count == 0 {
            return;
        }
        let at = match (self.find.at, toward) {
            (None, Toward::Forward) => 0,
            (None, Toward::Back) => count - 1,
            (Some(at), Toward::Forward) => (at + 1) % count,
            (Some(at), Toward::Back) => (at + count - 1) % count,
        };
        self.find.at = Some(at);
        let hit = self.find.found.as_ref().and_then(|found| found.hits.get(at).copied());
        let bar = |id| self.shown().and_then(|film| film.bar(id));
        if let Some(version) = hit.and_then(bar).map(|bar| bar.version) {
            self.go_to(version);
        }
    }

    /// Chooses an incarnation, as it stands when it is known what becomes of it.
    fn go_to(&mut self, version: Version) {
        let Some(film) = self.shown().cloned() else { return };
        let Some((id, bar)) = film.bar_of(version).and_then(|id| film.bar(id).map(|bar| (id, bar)))
        else {
            return;
        };
        let decided = bar.abort.map_or(bar.end, |abort| abort.at.max(bar.end));
        self.playback.seek(&film, decided as f64);
        self.selected = Some(version);
        self.row = Some(version.tx.get());
        self.find.went = (self.find.went.0 + 1, Some(id));
    }

    /// What was searched for, for everything that is drawn of the film on the screen.
    pub(crate) fn found(&self) -> Focus {
        let current = match (&self.find.film, self.shown()) {
            (Some(searched), Some(shown)) => Rc::ptr_eq(searched, shown),
            _ => false,
        };
        let found = self.find.found.as_ref().filter(|_| current && self.find.open);
        Focus { matches: found.map(|found| Arc::clone(&found.matches)), ..Focus::default() }
    }
}
