//! What is written is what is read.

#![allow(clippy::unwrap_used, missing_docs)]

use lanescope_protocol::event::{ACCESS_BYTES, EVENT_BYTES};
use lanescope_protocol::message::{BenchFigures, Catalogue, Measurement};
use lanescope_protocol::scenario::{Call, Envelope, Recipe, Transaction};
use lanescope_protocol::trace::{LocationInfo, LocationKind, Summary, TransactionInfo};
use lanescope_protocol::trace::{TraceError, TraceReader, decode_events};
use lanescope_protocol::{
    Access, AccessKind, Clock, Command, Costs, Event, EventKind, Incarnation, Lane, LocationId,
    Report, Scenario, Settings, Trace, TxIndex, Version,
};
use proptest::prelude::*;

fn version() -> impl Strategy<Value = Version> {
    // The largest index stands for "none" in a record.
    (0..u32::MAX, any::<u16>())
        .prop_map(|(tx, inc)| Version { tx: TxIndex(tx), incarnation: Incarnation(inc) })
}

fn event() -> impl Strategy<Value = Event> {
    let kind = prop::sample::select(EventKind::ALL.to_vec());
    let location = prop::option::of((0..u32::MAX).prop_map(LocationId));
    let numbers = (any::<u64>(), any::<u32>(), any::<u8>(), any::<u8>(), any::<u32>());
    (numbers, kind, prop::option::of(version()), prop::option::of(version()), location).prop_map(
        |((time, seq, lane, detail, gas), kind, by, other, location)| Event {
            time,
            seq,
            lane: Lane(lane),
            kind,
            detail,
            tx: by.map(|by| by.tx),
            incarnation: by.map(|by| by.incarnation).unwrap_or_default(),
            other,
            location,
            gas,
        },
    )
}

fn access() -> impl Strategy<Value = Access> {
    let kind = prop_oneof![Just(AccessKind::Read), Just(AccessKind::Write), Just(AccessKind::Add)];
    let versions = (version(), prop::option::of(version()), prop::option::of(version()));
    (versions, kind, any::<bool>(), 0..u32::MAX, any::<u64>(), any::<[u8; 32]>()).prop_map(
        |((by, saw, now), kind, stale, location, time, value)| Access {
            by,
            kind,
            stale,
            location: LocationId(location),
            saw,
            now,
            time,
            value,
        },
    )
}

fn trace() -> impl Strategy<Value = Trace> {
    let records = (prop::collection::vec(event(), 0..40), prop::collection::vec(access(), 0..40));
    (records, ".{0,12}", any::<u64>()).prop_map(|((events, accesses), title, seed)| Trace {
        summary: Summary { title: title.clone(), seed, ..Summary::default() },
        transactions: vec![TransactionInfo { action: title.clone(), ..Default::default() }],
        locations: vec![LocationInfo {
            kind: LocationKind::Slot,
            name: title,
            ..Default::default()
        }],
        events,
        accesses,
    })
}

proptest! {
    #[test]
    fn records_keep_their_size_and_content(event in event(), access in access()) {
        let mut bytes = Vec::new();
        event.encode(&mut bytes);
        prop_assert_eq!(bytes.len(), EVENT_BYTES);
        prop_assert_eq!(decode_events(&bytes).unwrap(), vec![event]);
        let mut bytes = Vec::new();
        access.encode(&mut bytes);
        prop_assert_eq!(bytes.len(), ACCESS_BYTES);
        let bytes: [u8; ACCESS_BYTES] = bytes.try_into().unwrap();
        prop_assert_eq!(Access::decode(&bytes), Some(access));
    }

    #[test]
    fn traces_survive_their_byte_form(trace in trace()) {
        prop_assert_eq!(Trace::decode(&trace.encode()).unwrap(), trace);
    }

    #[test]
    fn a_trace_is_read_in_pieces_of_any_size(trace in trace(), size in 1..200usize) {
        let bytes = trace.encode();
        let mut reader = TraceReader::new(bytes.len() as u64);
        for piece in bytes.chunks(size) {
            reader.feed(piece).unwrap();
        }
        reader.end().unwrap();
        prop_assert_eq!(core::mem::take(reader.read()), trace);
    }

    #[test]
    fn a_cut_or_altered_trace_is_refused_or_read_but_never_panics(
        trace in trace(), cut in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let bytes = trace.encode();
        let at = cut.index(bytes.len());
        prop_assert!(Trace::decode(&bytes[..at]).is_err());
        let mut reader = TraceReader::new(bytes.len() as u64);
        prop_assert!(bytes[..at].chunks(7).all(|piece| reader.feed(piece).is_ok()));
        prop_assert!(reader.end().is_err());
        let mut altered = bytes;
        altered[at] = byte;
        let _ = Trace::decode(&altered);
    }
}

#[test]
fn what_is_not_a_trace_is_named() {
    assert_eq!(Trace::decode(b"{}"), Err(TraceError::NotATrace));
    assert_eq!(Trace::decode(b"LSTR\x07\x00"), Err(TraceError::UnknownVersion(7)));
}

#[test]
fn messages_survive_json() {
    let scenario = Scenario {
        lanescope: 1,
        recipe: Some(Recipe { workload: "dex".to_owned(), seed: 7, ..Recipe::default() }),
        transactions: vec![Transaction {
            sender: "Ana".to_owned(),
            receiver: "Pool A".to_owned(),
            call: Some(Call { function: "swap".to_owned(), arguments: vec!["5".to_owned()] }),
            envelope: Some(Envelope { kind: 2, max_fee: "9".to_owned(), ..Envelope::default() }),
            ..Transaction::default()
        }],
        ..Scenario::default()
    };
    let settings = Settings {
        strategy: "solana-greedy:window=64".parse().unwrap(),
        lanes: 8,
        clock: Clock::Threads,
        seed: 3,
        costs: Costs { cold_read: 2_100, ..Costs::default() },
        faults: vec!["crash:lane=2,at=5".parse().unwrap()],
    };
    let commands = [
        Command::Save { scenario: scenario.clone() },
        Command::Run { run: 3, scenario: scenario.clone(), settings: settings.clone() },
        Command::Compare { run: 4, scenario: scenario.clone(), settings: vec![settings] },
        Command::Cancel,
        Command::Crash,
    ];
    for command in commands {
        let text = serde_json::to_string(&command).unwrap();
        assert_eq!(serde_json::from_str::<Command>(&text).unwrap(), command);
    }
    let reports = [
        Report::Ready { threads: 16, catalogue: Catalogue::default() },
        Report::Composed { scenario },
        Report::Rejected { message: "no".to_owned(), run: Some(3) },
        Report::Measured { run: 3, measurement: Measurement::default() },
        Report::Benched { run: 3, figures: BenchFigures::default(), left: 1 },
    ];
    for report in reports {
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
    }
}

#[test]
fn names_of_settings_are_read_back() {
    for clock in [Clock::Gas, Clock::Threads] {
        assert_eq!(clock.slug().parse(), Ok(clock));
    }
    // Old pages and scripts name the first three only.
    let short = r#"{"strategy":"monad","lanes":2,"clock":"gas"}"#;
    let settings: Settings = serde_json::from_str(short).unwrap();
    assert_eq!(settings.strategy.to_string(), "monad");
    assert_eq!((settings.seed, settings.costs), (0, Costs::default()));
}

#[test]
fn settings_out_of_range_are_refused_in_a_sentence() {
    let refused = |settings: Settings, sentence: &str| {
        assert_eq!(settings.check().unwrap_err().to_string(), sentence);
    };
    let plain = Settings { lanes: 2, ..Settings::default() };
    let with = |faults: &[&str]| Settings {
        faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
        ..plain.clone()
    };
    for lanes in [0, 257] {
        let sentence = format!("lanes must be between 1 and 256, not {lanes}");
        refused(Settings { lanes, ..plain.clone() }, &sentence);
    }
    refused(
        with(&["slow:lane=3,times=2"]),
        "the fault \"slow:lane=3,times=2,at=0\" is on lane 3, but there are 2 lanes",
    );
    refused(
        with(&["crash:lane=1,at=0", "crash:lane=2,at=9"]),
        "every lane crashes for good, so nobody could finish the block",
    );
    assert_eq!(with(&["crash:lane=1,at=0", "crash:lane=2,at=9,until=10"]).check(), Ok(()));
    refused(
        Settings { clock: Clock::Threads, ..with(&["wrong:tx=1"]) },
        "faults are played on the gas clock, not on real threads",
    );
    let costs = Costs { commit: 20_000_000, ..Costs::default() };
    refused(
        Settings { costs, ..plain.clone() },
        "a commit must cost at most 10000000 ticks, not 20000000",
    );
}
