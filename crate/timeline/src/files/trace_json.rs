//! A trace as JSON, for programs that would rather not read bytes: the same content as TRACE.md's
//! form, with names for fields and kinds.

use lanescope_protocol::event::{Access, Event};
use lanescope_protocol::trace::{LocationInfo, Summary, TRACE_VERSION, TransactionInfo};
use lanescope_protocol::{Trace, Version};
use serde::Serialize;

#[derive(Serialize)]
struct File<'a> {
    format: &'static str,
    version: u16,
    summary: &'a Summary,
    transactions: &'a [TransactionInfo],
    locations: &'a [LocationInfo],
    events: Vec<EventRow>,
    accesses: Vec<AccessRow>,
}

/// Transactions, lanes, incarnations and locations count from 0, as in the bytes.
#[derive(Serialize)]
struct EventRow {
    time: u64,
    lane: u8,
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    tx: Option<u32>,
    incarnation: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<[u32; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<u32>,
    #[serde(skip_serializing_if = "is_zero")]
    gas: u32,
    #[serde(skip_serializing_if = "is_nothing")]
    detail: u8,
}

#[derive(Serialize)]
struct AccessRow {
    time: u64,
    tx: u32,
    incarnation: u16,
    kind: String,
    location: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    saw: Option<[u32; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<[u32; 2]>,
    stale: bool,
    value: String,
}

/// The whole trace. Events are in the order of happening.
#[must_use]
pub fn trace_json(trace: &Trace) -> String {
    let file = File {
        format: "lanescope-trace",
        version: TRACE_VERSION,
        summary: &trace.summary,
        transactions: &trace.transactions,
        locations: &trace.locations,
        events: trace.events.iter().map(event).collect(),
        accesses: trace.accesses.iter().map(access).collect(),
    };
    // Plain owned data has no way to fail.
    serde_json::to_string(&file).unwrap_or_default()
}

fn event(event: &Event) -> EventRow {
    EventRow {
        time: event.time,
        lane: event.lane.0,
        kind: format!("{:?}", event.kind),
        tx: event.tx.map(|tx| tx.0),
        incarnation: event.incarnation.0,
        other: event.other.map(pair),
        location: event.location.map(|location| location.0),
        gas: event.gas,
        detail: event.detail,
    }
}

fn access(access: &Access) -> AccessRow {
    let digits: String = access.value.iter().map(|byte| format!("{byte:02x}")).collect();
    let digits = digits.trim_start_matches('0');
    AccessRow {
        time: access.time,
        tx: access.by.tx.0,
        incarnation: access.by.incarnation.0,
        kind: format!("{:?}", access.kind),
        location: access.location.0,
        saw: access.saw.map(pair),
        now: access.now.map(pair),
        stale: access.stale,
        value: format!("0x{}", if digits.is_empty() { "0" } else { digits }),
    }
}

fn pair(version: Version) -> [u32; 2] {
    [version.tx.0, u32::from(version.incarnation.0)]
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_nothing(number: &u8) -> bool {
    *number == 0
}
