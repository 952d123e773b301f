//! Files for other programs, read back.

use lanescope_protocol::Clock;
use lanescope_timeline::{CSV_COLUMNS, Film, chrome_trace, csv};
use serde_json::Value;

use crate::fixture::{EXCHANGE, film, trace};
use crate::incidents::FAULTS;

fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap(), &CSV_COLUMNS[..]);
    let cells = |row: ::csv::StringRecord| row.iter().map(str::to_owned).collect();
    reader.records().map(|row| cells(row.unwrap())).collect()
}

#[test]
fn every_bar_is_a_row() {
    let film = film(EXCHANGE);
    let rows = rows(&csv(&film));
    assert_eq!(rows.len(), film.bars().len());
    let row = |tx: &str, incarnation: &str| {
        let found = rows.iter().find(|row| row[0] == tx && row[1] == incarnation);
        found.unwrap().join("|")
    };
    assert_eq!(
        row("5", "0"),
        "5|0|2|52000|148000|aborted|succeeded|96000|149000|Pool A.reserve0|1.0"
    );
    assert_eq!(row("10", "0"), "10|0|4|226000|264000|committed|reverted|38000|332000||");
    let gas: u64 = rows.iter().map(|row| row[7].parse::<u64>().unwrap()).sum();
    assert_eq!(gas, film.bars().iter().map(|bar| u64::from(bar.gas)).sum::<u64>());
}

#[test]
fn names_with_commas_and_quotes_come_back() {
    let odd = "a \"b\", c.x";
    let film = film(&format!("lane 1: T2·0 0-9 aborted at 10 by T1·0 on {odd}"));
    assert_eq!(rows(&csv(&film))[0][9], odd);
}

fn events(film: &Film) -> (Value, Vec<Value>) {
    let file: Value = serde_json::from_str(&chrome_trace(film)).unwrap();
    let events = file["traceEvents"].as_array().unwrap().clone();
    (file, events)
}

#[test]
fn bars_become_slices_on_threads() {
    let film = film(FAULTS);
    let (file, events) = events(&film);
    let of = |ph: &str, cat: &str| {
        let is_it = |event: &&Value| event["ph"] == ph && event["cat"] == cat;
        events.iter().filter(is_it).cloned().collect::<Vec<_>>()
    };
    let slices = of("X", "execution");
    assert_eq!(slices.len(), film.bars().len());
    for (slice, bar) in film.bars().iter().map(|bar| {
        let named = |slice: &&Value| slice["name"] == bar.version.to_string();
        (slices.iter().find(named).unwrap(), bar)
    }) {
        assert_eq!(slice["tid"], bar.lane.get() + 1);
        assert_eq!(slice["ts"], bar.start as f64);
        assert_eq!(slice["dur"], bar.length() as f64);
        assert_eq!(slice["args"]["gas"], bar.gas);
    }
    let lost = slices.iter().find(|slice| slice["name"] == "T1·0").unwrap();
    assert_eq!(lost["args"]["outcome"], "lost");
    assert_eq!(of("i", "commit").len(), 4);
    assert_eq!(of("X", "validation").len(), 1);
    assert_eq!(of("X", "fault")[0]["name"], "crashed");
    assert_eq!(of("i", "fault").len(), 2, "slow, and as fast as before");
    let threads = events.iter().filter(|event| event["name"] == "thread_name");
    let names: Vec<_> = threads.map(|event| event["args"]["name"].clone()).collect();
    assert_eq!(names, ["lane 1", "lane 2", "lane 3"]);
    assert_eq!(file["otherData"]["tick"], "1 tick is 1 gas, shown as 1 µs");
}

#[test]
fn aborts_become_arrows_between_slices() {
    let film = film(EXCHANGE);
    let (_, events) = events(&film);
    let ends = |ph: &str| events.iter().filter(|event| event["ph"] == ph).collect::<Vec<_>>();
    let (from, to) = (ends("s"), ends("f"));
    // Three reads came too early, and each of the three transactions ran again.
    assert_eq!((from.len(), to.len()), (6, 6));
    let slices: Vec<_> = events.iter().filter(|event| event["cat"] == "execution").collect();
    for end in from.iter().chain(&to) {
        let ts = end["ts"].as_f64().unwrap();
        let inside = |slice: &&&Value| {
            let (start, dur) = (slice["ts"].as_f64().unwrap(), slice["dur"].as_f64().unwrap());
            slice["tid"] == end["tid"] && start <= ts && ts < start + dur
        };
        assert!(slices.iter().find(inside).is_some(), "{end} hangs in the air");
    }
    for arrow in &from {
        let other: Vec<_> = to.iter().filter(|end| end["id"] == arrow["id"]).collect();
        assert_eq!(other.len(), 1);
        assert_eq!(other[0]["bp"], "e");
        let at = |what: &str| {
            events.iter().position(|event| event["id"] == arrow["id"] && event["ph"] == what)
        };
        assert!(at("s") < at("f"), "viewers drop an arrow that ends before it begins");
    }
}

#[test]
fn json_holds_the_whole_trace() {
    let trace = trace(FAULTS);
    let file: Value = serde_json::from_str(&lanescope_timeline::trace_json(&trace)).unwrap();
    assert_eq!(file["format"], "lanescope-trace");
    let all = |name: &str| file[name].as_array().unwrap().clone();
    assert_eq!(all("events").len(), trace.events.len());
    assert_eq!(all("accesses").len(), trace.accesses.len());
    assert_eq!(all("locations").len(), trace.locations.len());
    for (row, event) in all("events").iter().zip(&trace.events) {
        assert_eq!(row["kind"], format!("{:?}", event.kind));
        assert_eq!(row["time"], event.time);
        assert_eq!(row["tx"].as_u64(), event.tx.map(|tx| u64::from(tx.0)));
    }
}

#[test]
fn measured_times_are_nanoseconds() {
    let mut trace = trace("lane 1: T1·0 1-3 ok");
    trace.summary.settings.clock = Clock::Threads;
    let (file, events) = events(&Film::new(trace));
    let slice = events.iter().find(|event| event["ph"] == "X").unwrap();
    assert_eq!((&slice["ts"], &slice["dur"]), (&Value::from(1.0), &Value::from(2.0)));
    assert_eq!(file["otherData"]["tick"], "1 tick is 1 ns");
    assert_eq!(file["displayTimeUnit"], "ns");
}
