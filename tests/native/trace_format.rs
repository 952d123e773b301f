//! TRACE.md against the code: what the document says of bytes is what is written.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;

use lanescope_protocol::event::{ACCESS_BYTES, EVENT_BYTES, FallbackReason, Status, WaitReason};
use lanescope_protocol::trace::{TRACE_VERSION, TraceError};
use lanescope_protocol::{
    Access, AccessKind, Event, EventKind, Incarnation, Lane, LocationId, Trace, TxIndex, Version,
};

fn document() -> String {
    fs::read_to_string(lanescope_tests::root().join("TRACE.md")).unwrap()
}

/// The rows of the tables whose head begins with these cells, without the head.
fn tables(text: &str, head: &[&str]) -> Vec<Vec<Vec<String>>> {
    let cells = |line: &str| -> Vec<String> {
        let line = line.trim().trim_start_matches('|').trim_end_matches('|');
        line.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
    };
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with('|') && cells(line).iter().zip(head).all(|(cell, word)| cell == word) {
            lines.next();
            let mut rows = Vec::new();
            while let Some(row) = lines.next_if(|line| line.starts_with('|')) {
                rows.push(cells(row));
            }
            found.push(rows);
        } else if line.starts_with('|') {
            while lines.next_if(|line| line.starts_with('|')).is_some() {}
        }
    }
    found
}

fn version(tx: u32, incarnation: u16) -> Version {
    Version { tx: TxIndex(tx), incarnation: Incarnation(incarnation) }
}

fn event() -> Event {
    Event {
        time: 0x0102_0304_0506_0708,
        seq: 11,
        lane: Lane(12),
        kind: EventKind::WaitStarted,
        detail: 3,
        tx: Some(TxIndex(13)),
        incarnation: Incarnation(14),
        other: Some(version(15, 16)),
        location: Some(LocationId(17)),
        gas: 18,
    }
}

fn access() -> Access {
    Access {
        by: version(21, 22),
        kind: AccessKind::AtLeast,
        stale: true,
        location: LocationId(23),
        saw: Some(version(24, 25)),
        now: Some(version(26, 27)),
        time: 28,
        value: [29; 32],
    }
}

/// Checks a table of offsets against a record whose fields are known.
fn check_record(rows: &[Vec<String>], bytes: &[u8], field: impl Fn(&str) -> Option<u64>) {
    let mut end = 0;
    for row in rows {
        let [offset, size] = [&row[0], &row[1]].map(|cell| cell.parse::<usize>().unwrap());
        assert_eq!(offset, end, "{row:?} does not follow the row before");
        end += size;
        let part = &bytes[offset..end];
        match row[2].as_str() {
            "zero" => assert!(part.iter().all(|byte| *byte == 0), "{row:?}"),
            "big endian" => assert!(part.iter().all(|byte| *byte == 29), "{row:?}"),
            kind => {
                assert_eq!(kind, format!("u{}", 8 * size), "{row:?}");
                let number = part.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
                assert_eq!(Some(number), field(&row[3]), "{row:?}");
            }
        }
    }
    assert_eq!(end, bytes.len(), "the table ends where the record does");
}

#[test]
fn records_lie_where_the_document_says() {
    let tables = tables(&document(), &["offset", "bytes", "type", "field"]);
    assert_eq!(tables.len(), 2);
    let (mut events, mut accesses) = (Vec::new(), Vec::new());
    event().encode(&mut events);
    access().encode(&mut accesses);
    assert_eq!((events.len(), accesses.len()), (EVENT_BYTES, ACCESS_BYTES));
    check_record(&tables[0], &events, |field| {
        Some(match field {
            "time" => 0x0102_0304_0506_0708,
            "seq" => 11,
            "lane" => 12,
            "kind" => EventKind::WaitStarted as u64,
            "detail" => 3,
            "tx" => 13,
            "incarnation" => 14,
            "other tx" => 15,
            "other incarnation" => 16,
            "location" => 17,
            "gas" => 18,
            _ => return None,
        })
    });
    check_record(&tables[1], &accesses, |field| {
        Some(match field {
            "tx" => 21,
            "incarnation" => 22,
            "location" => 23,
            "saw tx" => 24,
            "saw incarnation" => 25,
            "now tx" => 26,
            "now incarnation" => 27,
            "time" => 28,
            "kind" => AccessKind::AtLeast as u64,
            "stale" => 1,
            _ => return None,
        })
    });
}

#[test]
fn every_kind_is_named_with_its_number() {
    let tables = tables(&document(), &["number", "kind"]);
    let named = |table: &[Vec<String>]| -> Vec<_> {
        table.iter().map(|row| (row[0].clone(), row[1].clone())).collect()
    };
    let events = EventKind::ALL.map(|kind| ((kind as u8).to_string(), format!("{kind:?}")));
    assert_eq!(named(&tables[0]), events);
    let kinds = [
        AccessKind::Read,
        AccessKind::Write,
        AccessKind::Add,
        AccessKind::AtLeast,
        AccessKind::Below,
    ];
    let accesses = kinds.map(|kind| ((kind as u8).to_string(), format!("{kind:?}")));
    assert_eq!(named(&tables[1]), accesses);
    assert_eq!(tables.len(), 2);
}

#[test]
fn every_detail_is_named_with_its_number() {
    let tables = tables(&document(), &["number", "status"]);
    let column = |column: usize| -> Vec<String> {
        let cells = tables[0].iter().map(|row| row[column].clone());
        cells.filter(|cell| !cell.is_empty()).collect()
    };
    let numbers: Vec<_> = (0..tables[0].len()).map(|number| number.to_string()).collect();
    assert_eq!(column(0), numbers);
    let count = |column_of: usize| 0..column(column_of).len() as u8;
    let statuses: Vec<_> = count(1).map(|n| format!("{:?}", Status::from_code(n))).collect();
    assert_eq!(column(1), statuses);
    let waits: Vec<_> = count(2).map(|n| format!("{:?}", WaitReason::from_code(n))).collect();
    assert_eq!(column(2), waits);
    // One that is not known reads as another: so the document names all.
    assert_eq!(WaitReason::from_code(count(2).end), WaitReason::NothingReady);
    let falls: Vec<_> = count(3).map(|n| format!("{:?}", FallbackReason::from_code(n))).collect();
    assert_eq!(column(3), falls);
}

/// The public fields of a struct with their types, as they stand in its source.
fn fields(source: &str, name: &str) -> Vec<(String, String)> {
    let start = source.find(&format!("struct {name} {{")).unwrap();
    let body = &source[start..];
    let body = &body[..body.find("\n}").unwrap()];
    body.lines()
        .filter_map(|line| line.trim().trim_start_matches("pub ").strip_suffix(','))
        .filter_map(|line| line.split_once(": "))
        .filter(|(name, _)| name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_'))
        .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
        .collect()
}

#[test]
fn the_header_has_the_fields_that_the_document_names() {
    let folder = lanescope_tests::root().join("crate/protocol/src");
    let document = document();
    let sources = [
        ("trace.rs", &["Head", "Summary", "Excluded", "HeaderCheck", "TransactionInfo"][..]),
        ("trace.rs", &["LocationInfo"]),
        ("settings.rs", &["Settings", "Costs"]),
    ];
    for (file, names) in sources {
        let source = fs::read_to_string(folder.join(file)).unwrap();
        for name in names {
            let title = format!("### {name}\n");
            let section = document.split_once(&title).unwrap().1;
            let section = section.split("\n#").next().unwrap();
            let table = &tables(section, &["field", "type"])[0];
            let rows: Vec<_> = table.iter().map(|row| (row[0].clone(), row[1].clone())).collect();
            let fields = fields(&source, name);
            assert!(fields.len() > 1);
            assert_eq!(rows, fields, "{name}");
        }
    }
}

#[test]
fn a_file_begins_and_ends_as_the_document_says() {
    let document = document();
    assert!(document.contains(&format!("Version: {TRACE_VERSION}.")));
    let trace = Trace { events: vec![event()], accesses: vec![access(); 2], ..Trace::default() };
    let bytes = trace.encode();
    let rows = &tables(&document, &["part", "bytes", "content"])[0];
    let sizes: Vec<_> = rows.iter().map(|row| row[1].as_str()).collect();
    assert_eq!(sizes, ["4", "2", "4", "length", "40 each", "64 each"]);
    assert_eq!(&bytes[..4], rows[0][2].as_bytes());
    assert_eq!(bytes[4..6], TRACE_VERSION.to_le_bytes());
    let length = u32::from_le_bytes(bytes[6..10].try_into().unwrap()) as usize;
    assert_eq!(bytes.len(), 10 + length + EVENT_BYTES + 2 * ACCESS_BYTES);
    assert_eq!(Trace::decode(&bytes), Ok(trace));
    assert!(matches!(Trace::decode(&bytes[..bytes.len() - 1]), Err(TraceError::Damaged(_))));
    assert_eq!(Trace::decode(b"PK"), Err(TraceError::NotATrace));
}
