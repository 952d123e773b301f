//! A stored trace on the stage: a run that is over, without a scenario to edit. What the user made
//! is kept beside it.

use std::rc::Rc;

use lanescope_protocol::Scenario;
use lanescope_timeline::{Film, format};

use super::running::Times;
use super::{Effect, Intent, Progress, Store};

/// A stored trace.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    /// The name of its file.
    pub(crate) name: Rc<str>,
    /// What was on the stage before.
    film: Option<Rc<Film>>,
    filmed: Option<Rc<Scenario>>,
    times: Times,
}

/// How it goes with a file that holds a trace.
#[derive(Clone, Debug)]
pub(crate) enum StoredNews {
    /// So much of it is read, 0 to 1.
    Reading(Rc<str>, f64),
    /// It is read.
    Read(Rc<str>, Rc<Film>),
    /// It is none after all; one sentence.
    Unreadable(String),
    /// It is not wanted any more.
    Stopped,
}

impl Stored {
    /// What it is, for people.
    pub(crate) fn words(&self, film: &Film) -> String {
        format!(
            "“{}” is a stored trace: a run that is over, with {} on {}.",
            self.name,
            format::count(film.transaction_count(), "transaction"),
            format::count(film.lanes(), "lane"),
        )
    }
}

/// Why nothing can be run.
pub(crate) const NOTHING_TO_RUN: &str =
    "A stored trace has no scenario, so there is nothing to run. Go back to your block first.";

impl Store {
    pub(super) fn hear_of_stored(&mut self, news: StoredNews) {
        self.reading = None;
        match news {
            StoredNews::Reading(name, share) => {
                let stage = format!("reading {name}").into();
                let done = (share * 1000.0) as u32;
                self.reading = Some(Progress { stage, done, total: 1000 });
            }
            StoredNews::Read(name, film) => self.show_stored(name, film),
            StoredNews::Unreadable(sentence) => self.alert = Some(sentence.into()),
            StoredNews::Stopped => {}
        }
    }

    fn show_stored(&mut self, name: Rc<str>, film: Rc<Film>) {
        // A run of the own block would end on the stage.
        if self.running.take().is_some() {
            self.live = None;
            self.put(Effect::Send(Box::new(lanescope_protocol::Command::Cancel)));
        }
        let own = match self.stored.take() {
            Some(before) => Stored { name, ..before },
            None => Stored {
                name,
                film: self.film.take(),
                filmed: self.filmed.take(),
                times: std::mem::take(&mut self.times),
            },
        };
        if let Some(summary) = film.summary() {
            self.times.note(summary);
        }
        self.stored = Some(own);
        self.look_anew();
        self.alert = None;
        self.playback.last(&film);
        self.film = Some(film);
        self.turn_to(super::View::Lanes);
    }

    /// Goes back to the own block and its film.
    pub(super) fn leave_stored(&mut self) {
        let Some(Stored { film, filmed, times, .. }) = self.stored.take() else { return };
        (self.filmed, self.times) = (filmed, times);
        self.look_anew();
        if let Some(film) = &film {
            self.playback.last(film);
        }
        let same = film.as_ref().is_some_and(|film| *film.settings() == self.in_force());
        self.film = film;
        if !(same && self.is_current()) {
            self.run(Intent::Show);
        }
    }

    /// The stage is given to a block that was just opened or composed.
    pub(super) fn drop_stored(&mut self) {
        if self.stored.take().is_some() {
            self.look_anew();
        }
    }

    fn look_anew(&mut self) {
        (self.selected, self.place, self.row, self.editing) = (None, None, None, None);
    }
}
