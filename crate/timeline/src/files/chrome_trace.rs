//! A run in the Trace Event Format ("Trace Event Format", Google, 2016), which Perfetto and
//! `chrome://tracing` open: lanes are threads, bars are slices. Arrows go from a read that came too
//! early to the write that made it stale, and from a run that was thrown away to the next.

use lanescope_protocol::event::{Status, WaitReason};
use lanescope_protocol::{Clock, Lane};
use serde::Serialize;

use crate::bar::{Bar, BarId, MilestoneKind, TroubleKind};
use crate::csv::outcome;
use crate::film::Film;

/// The whole file.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    trace_events: Vec<Entry<'a>>,
    display_time_unit: &'static str,
    other_data: OtherData,
}

/// What holds for the whole run. Shown under "Info and stats".
#[derive(Serialize)]
struct OtherData {
    title: String,
    tick: &'static str,
    provenance: Vec<String>,
}

/// One event. `ts` and `dur` are microseconds.
#[derive(Serialize, Default)]
struct Entry<'a> {
    name: String,
    ph: &'static str,
    cat: &'static str,
    pid: u32,
    tid: usize,
    ts: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    dur: Option<f64>,
    /// Scope of an instant: thread or global.
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<&'static str>,
    /// Ties the two ends of an arrow together.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    /// The arrow ends in the slice around its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    bp: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<Args<'a>>,
}

/// What a click on a slice shows.
#[derive(Serialize, Default)]
struct Args<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gas: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sender: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    receiver: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
}

const PROCESS: u32 = 1;

/// The run as JSON. On the gas clock one gas is shown as one microsecond; on threads a nanosecond is
/// one. `otherData.tick` says which.
#[must_use]
pub fn chrome_trace(film: &Film) -> String {
    let mut writer = Writer { film, entries: Vec::new() };
    writer.names();
    writer.bars();
    for lane in (0..film.lanes()).map(|lane| Lane(lane as u8)) {
        writer.lane(lane);
    }
    writer.milestones();
    // Names first, then by time; at one time slices stand before the arrows that end in them, and
    // an arrow begins before it ends.
    let rank = |entry: &Entry<'_>| match entry.ph {
        "X" => 0,
        "s" => 1,
        _ => 2,
    };
    writer.entries.sort_by(|a, b| {
        let names = (a.ph != "M").cmp(&(b.ph != "M"));
        names.then(a.ts.total_cmp(&b.ts)).then(rank(a).cmp(&rank(b)))
    });
    let title = film.summary().map_or_else(String::new, |summary| summary.title.clone());
    let (tick, display_time_unit) = match film.clock() {
        Clock::Gas => ("1 tick is 1 gas, shown as 1 µs", "ms"),
        Clock::Threads => ("1 tick is 1 ns", "ns"),
    };
    let other_data = OtherData { title, tick, provenance: film.provenance().lines() };
    let file = File { trace_events: writer.entries, display_time_unit, other_data };
    // Plain owned data and finite numbers have no way to fail.
    serde_json::to_string(&file).unwrap_or_default()
}

struct Writer<'a> {
    film: &'a Film,
    entries: Vec<Entry<'a>>,
}

impl<'a> Writer<'a> {
    /// Ticks in microseconds.
    fn micros(&self, ticks: u64) -> f64 {
        match self.film.clock() {
            Clock::Gas => ticks as f64,
            Clock::Threads => ticks as f64 / 1000.0,
        }
    }

    /// Something that takes time on a lane.
    fn slice(&self, lane: Lane, (start, end): (u64, u64)) -> Entry<'a> {
        Entry {
            ph: "X",
            pid: PROCESS,
            tid: lane.get() + 1,
            ts: self.micros(start),
            dur: Some(self.micros(end.saturating_sub(start))),
            ..Entry::default()
        }
    }

    /// Something that takes no time, on a lane.
    fn instant(&self, lane: Lane, at: u64) -> Entry<'a> {
        let ts = self.micros(at);
        Entry { ph: "i", pid: PROCESS, tid: lane.get() + 1, ts, s: Some("t"), ..Entry::default() }
    }

    fn names(&mut self) {
        let mut name = |what: &str, tid: usize, args: Args<'a>| {
            let (name, args) = (what.to_owned(), Some(args));
            self.entries.push(Entry { name, ph: "M", pid: PROCESS, tid, args, ..Entry::default() });
        };
        let title = self.film.provenance().title;
        name("process_name", 0, Args { name: Some(title), ..Args::default() });
        for lane in 0..self.film.lanes() {
            let words = Some(Lane(lane as u8).to_string());
            name("thread_name", lane + 1, Args { name: words, ..Args::default() });
            let index = Some(lane);
            name("thread_sort_index", lane + 1, Args { sort_index: index, ..Args::default() });
        }
    }

    fn bars(&mut self) {
        for (at, bar) in self.film.bars().iter().enumerate() {
            self.bar(bar);
            if bar.abort.is_some() {
                self.stale_arrow(bar, at);
                self.again_arrow(bar, at);
            }
        }
    }

    fn bar(&mut self, bar: &Bar) {
        let film = self.film;
        let info = film.transaction(bar.tx());
        let cause = bar.abort.and_then(|abort| abort.location);
        let args = Args {
            outcome: Some(outcome(bar.fate())),
            status: bar.status().map(Status::word),
            gas: Some(bar.gas),
            action: info.map(|info| info.action.as_str()),
            sender: info.map(|info| info.sender.as_str()),
            receiver: info.map(|info| info.receiver.as_str()),
            location: cause.map(|id| film.location_name(id)),
            by: bar.abort.and_then(|abort| abort.by).map(|by| by.to_string()),
            ..Args::default()
        };
        let slice = self.slice(bar.lane, (bar.start, bar.end));
        let name = bar.version.to_string();
        self.entries.push(Entry { name, cat: "execution", args: Some(args), ..slice });
        if let Some(at) = bar.committed_at {
            let name = format!("{} is final", bar.tx());
            let instant = self.instant(bar.lane, at);
            self.entries.push(Entry { name, cat: "commit", ..instant });
        }
    }

    /// From the read that came too early to the write. Viewers follow arrows in time only, and drop
    /// one that ends before it begins, so it goes this way.
    fn stale_arrow(&mut self, victim: &Bar, id: usize) {
        let Some(cause) = self.film.cause(victim.version) else { return };
        let is_it = |at: BarId| self.film.bar(at).is_some_and(|bar| bar == victim);
        let Some(writer) = self.film.bar(cause.writer).filter(|_| is_it(cause.victim)) else {
            return;
        };
        self.arrow("read too early", id * 2, (victim, cause.read), (writer, cause.written));
    }

    /// From a run that was thrown away to the next run of its transaction.
    fn again_arrow(&mut self, victim: &Bar, id: usize) {
        let runs = self.film.runs_of(victim.tx()).iter().filter_map(|run| self.film.bar(*run));
        let over = victim.abort.map_or(victim.end, |abort| abort.at);
        let next = runs.filter(|run| run.start >= over).min_by_key(|run| run.start);
        if let Some(next) = next.copied() {
            self.arrow("runs again", id * 2 + 1, (victim, victim.end), (&next, next.start));
        }
    }

    /// Both ends inside their slices, and not against time.
    fn arrow(&mut self, name: &'static str, id: usize, from: (&Bar, u64), to: (&Bar, u64)) {
        let inside = |(bar, at): (&Bar, u64)| at.clamp(bar.start, bar.end.max(bar.start + 1) - 1);
        if inside(from) > inside(to) {
            return;
        }
        for (end, ph, bp) in [(from, "s", None), (to, "f", Some("e"))] {
            self.entries.push(Entry {
                name: name.to_owned(),
                cat: "flow",
                ph,
                pid: PROCESS,
                tid: end.0.lane.get() + 1,
                ts: self.micros(inside(end)),
                id: Some(id),
                bp,
                ..Entry::default()
            });
        }
    }

    fn lane(&mut self, lane: Lane) {
        let film = self.film;
        for check in film.lane_checks(lane).iter().filter(|check| check.end > check.start) {
            let slice = self.slice(lane, (check.start, check.end));
            let name = format!("check {}", check.version);
            self.entries.push(Entry { name, cat: "validation", ..slice });
        }
        let waits = film.lane_waits(lane).iter().filter(|wait| wait.end > wait.start);
        for wait in waits.filter(|wait| wait.reason != WaitReason::Crashed) {
            let by = wait.on.map(|on| on.to_string());
            let slice = self.slice(lane, (wait.start, wait.end));
            let name = wait_name(wait.reason).to_owned();
            let args = Some(Args { by, ..Args::default() });
            self.entries.push(Entry { name, cat: "wait", args, ..slice });
        }
        for trouble in film.lane_troubles(lane) {
            match trouble.kind {
                TroubleKind::Crashed => {
                    let slice = self.slice(lane, (trouble.start, trouble.end));
                    self.entries.push(Entry { name: "crashed".to_owned(), cat: "fault", ..slice });
                }
                // Slow times cut through slices, which the format does not allow.
                TroubleKind::Slowed(times) => {
                    for (at, name) in [
                        (trouble.start, format!("{times} times slower")),
                        (trouble.end, "as fast as before".to_owned()),
                    ] {
                        let instant = self.instant(lane, at);
                        self.entries.push(Entry { name, cat: "fault", ..instant });
                    }
                }
            }
        }
    }

    fn milestones(&mut self) {
        for milestone in self.film.milestones() {
            let name = match milestone.kind {
                MilestoneKind::Round => format!("round {}", milestone.number),
                MilestoneKind::Slot => format!("block {}", milestone.number),
                MilestoneKind::Rejected => "block rejected".to_owned(),
            };
            let instant = self.instant(Lane(0), milestone.time);
            self.entries.push(Entry { name, cat: "milestone", s: Some("g"), ..instant });
        }
    }
}

/// A wait's name for machines.
const fn wait_name(reason: WaitReason) -> &'static str {
    match reason {
        WaitReason::NothingReady => "nothing ready",
        WaitReason::Dependency => "waits: dependency",
        WaitReason::SameSender => "waits: same sender",
        WaitReason::Lock => "waits: lock",
        WaitReason::Barrier => "waits: barrier",
        WaitReason::Merge => "waits: merge",
        WaitReason::Crashed => "crashed",
    }
}
