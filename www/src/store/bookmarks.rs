//! Places in time that the user wants to come back to.

use std::rc::Rc;
use std::sync::Arc;

use super::Store;
use crate::playback::Toward;

/// A place in time with a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bookmark {
    /// Its number; never used twice.
    pub(crate) id: u32,
    /// Where, in ticks.
    pub(crate) time: f64,
    /// At first what the caption said there.
    pub(crate) name: Rc<str>,
}

/// Bookmarks by time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bookmarks {
    list: Rc<Vec<Bookmark>>,
    times: Arc<[f64]>,
    last: u32,
}

/// What the user wants of bookmarks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum BookmarkWish {
    /// One where the playhead stands.
    Set,
    /// To the next or previous one.
    Step(Toward),
    /// To this one.
    Go(u32),
    /// Another name for this one.
    Rename(u32, String),
    /// Without this one.
    Remove(u32),
}

/// Longer names are cut off, in characters.
const NAME_MAX: usize = 80;

impl Bookmarks {
    /// All of them, by time.
    pub(crate) const fn list(&self) -> &Rc<Vec<Bookmark>> {
        &self.list
    }

    /// Where they are, in ticks.
    pub(crate) fn times(&self) -> Arc<[f64]> {
        Arc::clone(&self.times)
    }

    /// Changes the list.
    fn change(&mut self, change: impl FnOnce(&mut Vec<Bookmark>)) {
        let list = Rc::make_mut(&mut self.list);
        change(list);
        list.sort_by(|a, b| a.time.total_cmp(&b.time).then(a.id.cmp(&b.id)));
        self.times = list.iter().map(|bookmark| bookmark.time).collect();
    }

    /// Where there is one already, it stays as it is.
    fn set(&mut self, time: f64, name: &str) {
        if self.times.iter().any(|known| (known - time).abs() < 0.5) {
            return;
        }
        self.last += 1;
        let bookmark = Bookmark { id: self.last, time, name: short(name) };
        self.change(|list| list.push(bookmark));
    }

    fn rename(&mut self, id: u32, name: &str) {
        if !name.trim().is_empty() {
            self.change(|list| {
                list.iter_mut().filter(|one| one.id == id).for_each(|one| one.name = short(name));
            });
        }
    }

    fn next(&self, time: f64, toward: Toward) -> Option<f64> {
        let mut times = self.times.iter().copied();
        match toward {
            Toward::Forward => times.find(|known| *known > time + 0.5),
            Toward::Back => times.rfind(|known| *known < time - 0.5),
        }
    }

    /// Another run of the same block has another end.
    pub(super) fn keep_inside(&mut self, end: f64) {
        if self.times.iter().any(|time| *time > end) {
            self.change(|list| list.iter_mut().for_each(|one| one.time = one.time.min(end)));
        }
    }

    /// Another block: none of them means anything there.
    pub(super) fn clear(&mut self) {
        if !self.list.is_empty() {
            self.change(Vec::clear);
        }
    }
}

/// A name of one line, not too long.
fn short(name: &str) -> Rc<str> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.chars().count() <= NAME_MAX {
        return name.into();
    }
    let cut: String = name.chars().take(NAME_MAX - 1).collect();
    format!("{}…", cut.trim_end()).into()
}

impl Store {
    pub(super) fn mark(&mut self, wish: BookmarkWish) {
        let Some(film) = self.shown().cloned() else { return };
        let to = match wish {
            BookmarkWish::Set => {
                let caption = self.playback.caption(&film).phrase.to_string();
                self.bookmarks.set(self.playback.time, &caption);
                None
            }
            BookmarkWish::Step(toward) => self.bookmarks.next(self.playback.time, toward),
            BookmarkWish::Go(id) => {
                self.bookmarks.list.iter().find(|one| one.id == id).map(|one| one.time)
            }
            BookmarkWish::Rename(id, name) => {
                self.bookmarks.rename(id, &name);
                None
            }
            BookmarkWish::Remove(id) => {
                self.bookmarks.change(|list| list.retain(|one| one.id != id));
                None
            }
        };
        if let Some(time) = to {
            self.playback.seek(&film, time);
        }
    }
}
