//! A chain as a list of short steps, in the order in which they explain each other.

use lanescope_protocol::{EventKind, LocationId, TxIndex, Version};

use super::{Chain, LinkKind};
use crate::bar::{Abort, Bar, Ending, Fate};
use crate::film::Film;
use crate::format;
use crate::phrase::Phrase;

/// Steps that a story has at most.
pub const STEPS_MAX: usize = 12;
/// How far back a story asks why somebody was late.
const DEPTH_MAX: usize = 4;
/// Others whose end is told in a step of its own.
const OTHERS_TOLD: usize = 3;
/// Transactions that are named in a list.
const NAMES_MAX: usize = 12;

/// Why something ran again, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    /// The question that the steps answer: `Why did it run twice?`.
    pub question: String,
    /// One thing after the other.
    pub steps: Vec<StoryStep>,
    /// What it cost; empty if nothing.
    pub cost: Phrase,
    /// Who had to run again because of it; empty if nobody.
    pub followers: Phrase,
    /// Who waited for it; empty if nobody.
    pub waiters: Phrase,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryStep {
    /// A sentence or two.
    pub phrase: Phrase,
    /// The incarnation that it is about.
    pub about: Version,
    /// When it happened, in ticks.
    pub at: u64,
    /// The location that it is about.
    pub place: Option<LocationId>,
}

struct Teller<'a> {
    film: &'a Film,
    steps: Vec<StoryStep>,
}

impl Film {
    /// The story of a chain. `None` where nothing was thrown away, lost or waited for.
    #[must_use]
    pub fn story(&self, chain: &Chain) -> Option<Story> {
        let bar = self.run(chain.of)?;
        let mut teller = Teller { film: self, steps: Vec::new() };
        let before = teller.runs_before(bar);
        let in_vain = is_in_vain(bar);
        if in_vain {
            teller.fate(bar, 0);
        }
        if let Some(next) = self.run_after(bar).filter(|_| in_vain) {
            teller.began_again(bar, next);
        }
        let waited = !in_vain && !before && teller.waited(bar);
        teller.others(chain);
        let question = match bar.fate() {
            Fate::Skipped => "Why is it not in the block?".to_owned(),
            _ if in_vain || before => crate::detail::again_question(self, bar),
            _ if waited => "Why did it begin only then?".to_owned(),
            _ => "What came of it?".to_owned(),
        };
        if teller.steps.is_empty() {
            return None;
        }
        teller.steps.truncate(STEPS_MAX);
        Some(Story {
            question,
            steps: teller.steps,
            cost: self.cost_words(chain),
            followers: names(&chain.cost.followers),
            waiters: names(&chain.cost.waiters),
        })
    }

    fn run_after(&self, bar: &Bar) -> Option<&Bar> {
        let mut links = self.links().from(bar.version);
        self.run(links.find(|link| link.kind == LinkKind::RunsAgain)?.to)
    }

    fn run_before(&self, bar: &Bar) -> Option<&Bar> {
        let mut links = self.links().to(bar.version).iter();
        self.run(links.find(|link| link.kind == LinkKind::RunsAgain)?.from)
    }

    fn cost_words(&self, chain: &Chain) -> Phrase {
        let cost = &chain.cost;
        let gas = |gas: u64| format::gas(gas as f64);
        let mut parts = Vec::new();
        if cost.own_gas > 0 {
            parts.push(format!("{} thrown away", gas(cost.own_gas)));
        }
        if cost.others_gas > 0 {
            let more = if cost.own_gas > 0 { "more " } else { "" };
            let others = format::count(cost.followers.len(), "other");
            parts.push(format!("{} {more}of {others}", gas(cost.others_gas)));
        }
        if cost.delay > 0 {
            let later = format::ticks(self.clock(), cost.delay as f64);
            let share = format::percent(cost.share);
            parts.push(format!("its result {later} later, {share} of the whole run"));
        }
        let least = if chain.cut_off && !parts.is_empty() { "at least " } else { "" };
        Phrase::new().say(format!("{least}{}", parts.join("; ")))
    }
}

impl Teller<'_> {
    fn step(&mut self, about: Version, at: u64, place: Option<LocationId>, phrase: Phrase) {
        // Two ways may lead to the same fact.
        let told = |step: &StoryStep| step.about == about && step.at == at && step.phrase == phrase;
        if !self.steps.iter().any(told) {
            self.steps.push(StoryStep { phrase, about, at, place });
        }
    }

    fn short(&self, ticks: u64) -> String {
        format::ticks_short(self.film.clock(), ticks as f64)
    }

    /// The runs of the transaction that came to nothing before this one. Answers whether there were.
    fn runs_before(&mut self, bar: &Bar) -> bool {
        let Some(before) = self.film.run_before(bar) else { return false };
        if let Some(earlier) = self.film.run_before(before) {
            let phrase = Phrase::new().tx(earlier.version).say(" had come to nothing before that.");
            self.step(earlier.version, over(earlier), None, phrase);
        }
        self.fate(before, 0);
        self.began_again(before, bar);
        true
    }

    /// Why a run came to nothing.
    fn fate(&mut self, bar: &Bar, depth: usize) {
        let of = bar.version;
        if self.film.note(of, EventKind::WrongResultFound).is_some() {
            let phrase =
                Phrase::new().tx(of).say(" gave a wrong result: a second execution found it out.");
            return self.step(of, over(bar), None, phrase);
        }
        match (bar.abort, bar.ending) {
            (Some(abort), _) => self.aborted(bar, abort, depth),
            (None, Ending::Suspended { on, location }) => self.stopped(bar, on, location, depth),
            (None, Ending::Lost) => {
                let lost = format!(" was lost with {} at {}.", bar.lane, self.short(bar.end));
                self.step(of, bar.end, None, Phrase::new().tx(of).say(lost));
            }
            (None, _) => {
                let phrase =
                    Phrase::new().tx(of).say(" cannot be in a block on the values it saw.");
                self.step(of, over(bar), None, phrase);
            }
        }
    }

    fn aborted(&mut self, bar: &Bar, abort: Abort, depth: usize) {
        let film = self.film;
        let read = film.read_time(bar.version, abort.location);
        if let (Some(read), Some(location)) = (read, abort.location) {
            self.read_early(bar, read, location);
        }
        let writer = film.writer(abort).filter(|writer| writer.version != bar.version);
        if let Some(writer) = writer {
            if depth < DEPTH_MAX {
                self.late(writer, read, depth + 1);
            }
            self.wrote(writer, abort, read);
        }
        let gas = format::gas(f64::from(abort.gas));
        let phrase = match writer {
            Some(by) if by.tx() < bar.tx() => Phrase::new()
                .say("In block order ")
                .tx(by.tx())
                .say(" comes first, so ")
                .tx(bar.version)
                .say(format!(" was thrown away at {}: ", self.short(abort.at)))
                .bad(gas)
                .say("."),
            _ => Phrase::new()
                .tx(bar.version)
                .say(format!(" was thrown away at {}: ", self.short(abort.at)))
                .bad(gas)
                .say("."),
        };
        self.step(bar.version, abort.at, None, phrase);
    }

    fn read_early(&mut self, bar: &Bar, read: u64, location: LocationId) {
        let film = self.film;
        let is_it = |access: &&lanescope_protocol::Access| {
            access.kind.is_read() && access.location == location
        };
        let saw = film.accesses_of(bar.version).iter().find(is_it).and_then(|access| access.saw);
        let phrase =
            Phrase::new().tx(bar.version).say(" read ").place(film.location_name(location));
        let phrase = phrase.say(format!(" at {}", self.short(read)));
        let phrase = match saw {
            Some(saw) => phrase.say(", as ").tx(saw).say(" had written it."),
            None => phrase.say(": the value from before the block."),
        };
        self.step(bar.version, read, Some(location), phrase);
        if let Some((source, abort)) =
            saw.and_then(|saw| film.run(saw)).and_then(|b| Some((b, b.abort?)))
        {
            let thrown = format!(" was itself thrown away at {}.", self.short(abort.at));
            let phrase = Phrase::new().tx(source.version).say(thrown);
            self.step(source.version, abort.at, None, phrase);
        }
    }

    /// Why somebody wrote so late.
    fn late(&mut self, writer: &Bar, read: Option<u64>, depth: usize) {
        if let Some(before) = self.film.run_before(writer) {
            let after_read = read.is_none_or(|read| writer.start >= read);
            if after_read && is_in_vain(before) && depth < DEPTH_MAX {
                self.fate(before, depth + 1);
                return;
            }
        }
        if self.waited(writer) {
            return;
        }
        if let Some(busy) = self.film.lane_was_busy(writer.version) {
            let until = format!(" until {}, so ", self.short(busy.at));
            let lane = format!("Lane {} ran ", writer.lane.get() + 1);
            let phrase = Phrase::new().say(lane).tx(busy.from).say(until).tx(writer.version);
            self.step(busy.from, busy.at, None, phrase.say(" could not begin earlier."));
        }
    }

    /// For whom a run had to wait before it began. Answers whether it had to.
    fn waited(&mut self, bar: &Bar) -> bool {
        let film = self.film;
        let mut links = film.links().to(bar.version).iter();
        let waits = |link: &&super::Link| link.kind == LinkKind::WaitedFor && link.at < bar.start;
        let Some(link) = links.find(waits) else { return self.deferred(bar) };
        let phrase = Phrase::new().tx(bar.version).say(" could not begin before ");
        let phrase = phrase.say(format!("{}: it waited for ", self.short(bar.start))).tx(link.from);
        let phrase = match link.location {
            Some(location) => {
                phrase.say(" because of ").place(film.location_name(location)).say(".")
            }
            None => phrase.say("."),
        };
        self.step(link.from, link.at, link.location, phrase);
        true
    }

    fn deferred(&mut self, bar: &Bar) -> bool {
        let notes = self.film.notes_of(bar.tx()).iter();
        let is_it =
            |note: &&crate::bar::Note| note.kind == EventKind::Deferred && note.time <= bar.start;
        let Some(note) = notes.rev().find(is_it) else { return false };
        let phrase =
            Phrase::new().tx(bar.tx()).say(format!(" was deferred at {}", self.short(note.time)));
        let phrase = match note.location {
            Some(location) => {
                phrase.say(": no more fits on ").place(self.film.location_name(location)).say(".")
            }
            None => phrase.say(": no more fits."),
        };
        self.step(bar.version, note.time, note.location, phrase);
        true
    }

    fn wrote(&mut self, writer: &Bar, abort: Abort, read: Option<u64>) {
        let phrase = Phrase::new().tx(writer.version);
        if writer.end > abort.at {
            let phrase = match abort.location {
                Some(_) => phrase.say(" was about to write it again."),
                None => phrase.say(" was about to run again."),
            };
            return self.step(writer.version, abort.at, abort.location, phrase);
        }
        let at_once = read.is_some_and(|read| writer.start <= read && read < writer.end);
        let phrase = if at_once {
            phrase.say(format!(", under way since {},", self.short(writer.start)))
        } else {
            phrase
        };
        let phrase = match abort.location {
            Some(_) => phrase.say(format!(" wrote it at {}.", self.short(writer.end))),
            None => phrase.say(format!(" ended at {}.", self.short(writer.end))),
        };
        let phrase = if at_once { phrase.say(" Both ran at the same time.") } else { phrase };
        self.step(writer.version, writer.end, abort.location, phrase);
    }

    fn stopped(
        &mut self,
        bar: &Bar,
        on: Option<Version>,
        location: Option<LocationId>,
        depth: usize,
    ) {
        let film = self.film;
        let name = location.map_or("a value", |location| film.location_name(location));
        let phrase =
            Phrase::new().tx(bar.version).say(format!(" stopped at {}: ", self.short(bar.end)));
        let phrase = phrase.place(name);
        let phrase = match on {
            Some(on) => phrase.say(" will be written again by ").tx(on.tx).say("."),
            None => phrase.say(" will be written again."),
        };
        self.step(bar.version, bar.end, location, phrase);
        let source = on.and_then(|on| film.run(on)).filter(|source| is_in_vain(source));
        if let Some(source) = source.filter(|_| depth < DEPTH_MAX) {
            self.fate(source, depth + 1);
        }
    }

    fn began_again(&mut self, was: &Bar, is: &Bar) {
        let gap = is.start.saturating_sub(over(was));
        let phrase = Phrase::new().tx(is.version).say(" began ");
        let phrase = match gap {
            0 => phrase.say("at once"),
            _ => phrase.say(format!("{} later", format::ticks(self.film.clock(), gap as f64))),
        };
        let mut links = self.film.links().to(is.version).iter();
        let phrase = match links.find(|link| link.kind == LinkKind::WaitedFor && gap > 0) {
            Some(link) => phrase.say(", after it had waited for ").tx(link.from).say("."),
            None if self.film.took_over(is.version) => {
                phrase.say(format!(", taken over by {}.", is.lane))
            }
            None if gap > 0 && self.lane_came_free(is) => {
                phrase.say(format!(", as soon as {} was free.", is.lane))
            }
            None => phrase.say("."),
        };
        self.step(is.version, is.start, None, phrase);
    }

    /// Whether a run began just when another had left its lane.
    fn lane_came_free(&self, bar: &Bar) -> bool {
        let film = self.film;
        let ids = film.lane_bars(bar.lane);
        let at = ids.partition_point(|id| film.bar(*id).is_some_and(|b| b.start < bar.start));
        let before = at.checked_sub(1).and_then(|at| film.bar(*ids.get(at)?));
        before.is_some_and(|before| before.end == bar.start)
    }

    /// Who was thrown away because of it, the weightiest first.
    fn others(&mut self, chain: &Chain) {
        let film = self.film;
        let direct = film.effects_of(chain.of).into_iter();
        let direct: Vec<_> = direct
            .filter(|link| matches!(link.kind, LinkKind::MadeStale | LinkKind::TookAlong))
            .collect();
        for link in direct.iter().take(OTHERS_TOLD) {
            let Some(abort) = film.run(link.to).and_then(|bar| bar.abort) else { continue };
            let place = link.location.map_or("a value", |location| film.location_name(location));
            let phrase = Phrase::new().tx(link.to).say(" had read ").place(place);
            let gas = format::gas(f64::from(abort.gas));
            let phrase = match link.kind {
                LinkKind::TookAlong => {
                    phrase.say(" from ").tx(link.from).say(" and was thrown away too: ")
                }
                _ => phrase.say(" before ").tx(link.from).say(" wrote it, and was thrown away: "),
            };
            self.step(link.to, abort.at, link.location, phrase.bad(gas).say("."));
        }
        let waits = film.effects_of(chain.of).into_iter();
        let waits = waits.filter(|link| link.kind == LinkKind::WaitedFor).take(OTHERS_TOLD);
        for (link, to) in waits.filter_map(|link| Some((link, film.run(link.to)?))) {
            let phrase = Phrase::new().tx(link.to);
            let phrase = if link.at < to.start {
                let until = format!(
                    " waited for it from {} to {}",
                    self.short(link.at),
                    self.short(to.start)
                );
                phrase.say(until)
            } else {
                phrase.say(format!(" stopped for it at {}", self.short(link.at)))
            };
            let phrase = match link.location {
                Some(location) => {
                    phrase.say(", because of ").place(film.location_name(location)).say(".")
                }
                None => phrase.say("."),
            };
            self.step(link.to, link.at, link.location, phrase);
        }
    }
}

/// Whether a run came to nothing.
fn is_in_vain(bar: &Bar) -> bool {
    matches!(bar.fate(), Fate::Aborted | Fate::Lost | Fate::Suspended | Fate::Skipped)
}

/// When it was decided that a run came to nothing.
fn over(bar: &Bar) -> u64 {
    bar.abort.map_or(bar.end, |abort| abort.at)
}

fn names(transactions: &[TxIndex]) -> Phrase {
    let mut phrase = Phrase::new();
    for (at, tx) in transactions.iter().take(NAMES_MAX).enumerate() {
        phrase = if at == 0 { phrase.tx(tx) } else { phrase.say(", ").tx(tx) };
    }
    match transactions.len().checked_sub(NAMES_MAX).filter(|more| *more > 0) {
        Some(more) => phrase.say(format!(" and {more} more")),
        None => phrase,
    }
}
