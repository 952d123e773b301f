//! A film made in many short turns, so that a page that makes one stays alive meanwhile.

use lanescope_protocol::trace::{Summary, TraceReader};
use lanescope_protocol::{Access, Event, TraceError};

use crate::film::Film;
use crate::prepare::Preparing;

/// A film that is being made of the bytes of a trace. Give it the bytes piece by piece with
/// [`FilmBuilder::feed`], say [`FilmBuilder::end`], and call [`FilmBuilder::measure`] until it has
/// nothing left to do. Each call takes about as long as its piece is big; the last ones take a few
/// milliseconds each, however long the run is.
#[derive(Debug)]
pub struct FilmBuilder {
    reader: TraceReader,
    film: Option<Film>,
    summary: Summary,
    last_event: (u64, u32),
    last_access: Option<Access>,
    fed: u64,
    total: u64,
    preparing: Preparing,
}

/// Bars for which room is made at once; more make room as they come.
const BARS_AHEAD: usize = 2_000_000;

impl FilmBuilder {
    /// Of a trace of `total` bytes.
    #[must_use]
    pub fn new(total: u64) -> Self {
        Self {
            reader: TraceReader::new(total),
            film: None,
            summary: Summary::default(),
            last_event: (0, 0),
            last_access: None,
            fed: 0,
            total,
            preparing: Preparing::default(),
        }
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// They are not those of a trace.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), TraceError> {
        self.reader.feed(bytes)?;
        self.fed += bytes.len() as u64;
        if !self.reader.has_head() {
            return Ok(());
        }
        let film = match &mut self.film {
            Some(film) => film,
            None => {
                let (events, accesses) = self.reader.promised();
                let read = self.reader.read();
                self.summary = core::mem::take(&mut read.summary);
                let transactions = core::mem::take(&mut read.transactions);
                let mut film = Film::live(self.summary.settings.clone(), transactions);
                film.locations = core::mem::take(&mut read.locations);
                // Moving what is there again and again while it grows would take long at once.
                film.moments.reserve_exact(events as usize);
                film.accesses.reserve_exact(accesses as usize);
                film.assembly.reserve((events as usize / 3 + 1).min(BARS_AHEAD));
                self.film.insert(film)
            }
        };
        let read = self.reader.read();
        check_order(&mut self.last_event, &read.events)?;
        film.extend(&read.events);
        read.events.clear();
        for access in read.accesses.drain(..) {
            if self.last_access.is_some_and(|last| last.by > access.by) {
                return Err(TraceError::Damaged("its reads and writes are out of order"));
            }
            self.last_access = Some(access);
            film.accesses.push(access);
        }
        Ok(())
    }

    /// Says that there are no more bytes.
    ///
    /// # Errors
    /// There should be.
    pub fn end(&mut self) -> Result<(), TraceError> {
        self.reader.end()?;
        if let Some(film) = &mut self.film {
            film.assembly.close(self.summary.makespan);
            film.summary = Some(core::mem::take(&mut self.summary));
        }
        Ok(())
    }

    /// Works out a little more of what views ask of the whole film (numbers, findings, links,
    /// matrix, graph, heat), so that nobody has to wait for that later. Answers whether there is
    /// more to do.
    pub fn measure(&mut self) -> bool {
        let Some(film) = &self.film else { return false };
        self.preparing.advance(film)
    }

    /// How much of it is read, 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.fed as f64 / self.total.max(1) as f64
    }

    /// What it says about the whole run, once that is read and until the last byte is.
    #[must_use]
    pub fn summary(&self) -> Option<&Summary> {
        self.film.as_ref().map(|film| film.summary().unwrap_or(&self.summary))
    }

    /// The film. `None` if it has not been told the end.
    #[must_use]
    pub fn film(self) -> Option<Film> {
        self.film.filter(Film::is_complete)
    }
}

fn check_order(last: &mut (u64, u32), events: &[Event]) -> Result<(), TraceError> {
    let key = |event: &Event| (event.time, event.seq);
    let Some(first) = events.first() else { return Ok(()) };
    if key(first) < *last || !events.is_sorted_by_key(key) {
        return Err(TraceError::Damaged("its events are out of order"));
    }
    *last = events.last().map_or(*last, key);
    Ok(())
}
