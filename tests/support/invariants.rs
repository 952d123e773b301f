//! What must hold of every trace, whichever strategy made it (the universal invariants U1 to U12 of
//! execution models). U9 and U12 compare runs with each other; the others look at one trace.

use std::collections::{BTreeMap, BTreeSet};

use lanescope_protocol::event::{AccessKind, FallbackReason};
use lanescope_protocol::strategy::Tamper;
use lanescope_protocol::trace::{LocationKind, TransactionInfo};
use lanescope_protocol::{Class, Clock, Event, EventKind, Rules, Trace, TxIndex, Version};

mod conservation;

use conservation::ether_is_conserved;

/// Checks everything that can be seen in one trace. The sentence begins with the invariant's name.
pub fn check_invariants(trace: &Trace) -> Result<(), String> {
    if trace.events.is_empty() && trace.summary.fallback_reason() == Some(FallbackReason::TooSmall)
    {
        // It ran alone, and nobody wrote anything down.
        return result_is_what_the_class_promises(trace);
    }
    events_are_in_order(trace)?;
    lanes_do_one_thing_at_a_time(trace)?;
    every_transaction_has_one_end(trace)?;
    commits_follow_executions(trace)?;
    nobody_is_busier_than_the_run_is_long(trace)?;
    gas_adds_up(trace)?;
    reads_look_back(trace)?;
    result_is_what_the_class_promises(trace)?;
    ether_is_conserved(trace)?;
    one_lane_meets_no_conflict(trace)?;
    no_run_is_shorter_than_possible(trace)
}

/// U9: the same input gives the same trace, byte for byte.
pub fn check_repeats(first: &Trace, second: &Trace) -> Result<(), String> {
    if first.encode() == second.encode() {
        return Ok(());
    }
    let differing = first.events.iter().zip(&second.events).position(|(one, two)| one != two);
    Err(format!("U9: two runs with the same settings differ, first at event {differing:?}"))
}

/// U12: with faults the result is that of the run without.
pub fn check_faults(without: &Trace, with: &Trace) -> Result<(), String> {
    let (one, two) = (&without.summary, &with.summary);
    if one.class != Class::Exact || one.rejected.is_some() {
        return Ok(());
    }
    let results = [one, two].map(|of| (of.identical, of.gas_used, &of.receipts_root));
    if results[0] == results[1] && two.rejected.is_none() {
        return Ok(());
    }
    Err(format!(
        "U12: with faults the result is another: {}",
        two.difference.as_deref().or(two.rejected.as_deref()).unwrap_or("receipts differ")
    ))
}

/// U1, first half: events are sorted, and each has a lane of the run.
fn events_are_in_order(trace: &Trace) -> Result<(), String> {
    for pair in trace.events.windows(2) {
        if (pair[0].time, pair[0].seq) >= (pair[1].time, pair[1].seq) {
            return Err(format!(
                "U1: the event with number {} is not before the one with number {}",
                pair[0].seq, pair[1].seq
            ));
        }
    }
    let lanes = usize::from(trace.summary.settings.lanes);
    match trace.events.iter().find(|event| event.lane.get() >= lanes) {
        Some(event) => Err(format!("U1: {} does something, but there are {lanes}", event.lane)),
        None => Ok(()),
    }
}

/// What a lane is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Busy {
    Executing(Version),
    Validating(Version),
    Waiting,
}

/// U1, second half: a lane does one thing at a time, and finishes it.
fn lanes_do_one_thing_at_a_time(trace: &Trace) -> Result<(), String> {
    let mut lanes: BTreeMap<_, Busy> = BTreeMap::new();
    for event in &trace.events {
        let now = lanes.get(&event.lane).copied();
        let wrong = |what: &str| {
            Err(format!("U1: {} {what} at {} while it is {now:?}", event.lane, event.time))
        };
        let version = version(event);
        let begins = match event.kind {
            EventKind::ExecutionStarted => version.map(Busy::Executing),
            EventKind::ValidationStarted => version.map(Busy::Validating),
            EventKind::WaitStarted => Some(Busy::Waiting),
            _ => None,
        };
        if let Some(begins) = begins {
            if now.is_some() {
                return wrong(&format!("begins {begins:?}"));
            }
            lanes.insert(event.lane, begins);
            continue;
        }
        let ends = match event.kind {
            EventKind::ExecutionFinished | EventKind::EstimateHit | EventKind::ExecutionLost => {
                version.map(Busy::Executing)
            }
            EventKind::ValidationPassed => version.map(Busy::Validating),
            EventKind::WaitEnded => Some(Busy::Waiting),
            // Whoever commits may throw away too, without a validation of its own.
            EventKind::Aborted => version.map(Busy::Validating).filter(|it| now == Some(*it)),
            // A lane stops in the middle at what the list does not name.
            EventKind::ListRejected => version.map(Busy::Executing).filter(|it| now == Some(*it)),
            // A validation is lost with its lane; an execution has an event of its own for that.
            EventKind::LaneCrashed => now.filter(|it| matches!(it, Busy::Validating(_))),
            _ => None,
        };
        if let Some(ends) = ends {
            if now != Some(ends) {
                return wrong(&format!("ends {ends:?}"));
            }
            lanes.remove(&event.lane);
        }
    }
    // A wrong list ends the run at once, whatever the other lanes do; and a validation may be under
    // way of what the last commit has made final.
    let mut open = lanes.iter().filter(|(_, busy)| !matches!(busy, Busy::Validating(_)));
    match open.next().filter(|_| trace.summary.rejected.is_none()) {
        Some((lane, busy)) => Err(format!("U1: {lane} never ends {busy:?}")),
        None => Ok(()),
    }
}

/// U2: every transaction is committed, dropped or skipped, once; and commits come in the order that
/// the trace says.
fn every_transaction_has_one_end(trace: &Trace) -> Result<(), String> {
    let mut ends: BTreeMap<TxIndex, EventKind> = BTreeMap::new();
    for event in &trace.events {
        let is_end =
            matches!(event.kind, EventKind::Committed | EventKind::Dropped | EventKind::Skipped);
        let Some(tx) = event.tx.filter(|_| is_end) else { continue };
        if let Some(before) = ends.insert(tx, event.kind) {
            return Err(format!("U2: {tx} is {before:?} and then {:?}", event.kind));
        }
    }
    if trace.summary.rejected.is_some() {
        return Ok(());
    }
    let all = (0..trace.transactions.len() as u32).map(TxIndex);
    if let Some(tx) = all.clone().find(|tx| !ends.contains_key(tx)) {
        return Err(format!("U2: {tx} is neither committed, dropped nor skipped"));
    }
    let excluded: BTreeSet<_> = trace.summary.excluded.iter().map(|it| TxIndex(it.tx)).collect();
    let left_out = ends.iter().filter(|(_, end)| **end != EventKind::Committed);
    if !left_out.map(|(tx, _)| *tx).eq(excluded.iter().copied()) {
        return Err("U2: the excluded transactions are not those dropped or skipped".to_owned());
    }
    let committed = trace.events.iter().filter(|event| event.kind == EventKind::Committed);
    let committed: Vec<_> = committed.filter_map(|event| event.tx).collect();
    let order: Vec<_> = if trace.summary.order.is_empty() {
        all.filter(|tx| !excluded.contains(tx)).collect()
    } else {
        trace.summary.order.iter().copied().map(TxIndex).collect()
    };
    let at = committed.iter().zip(&order).position(|(found, expected)| found != expected);
    match at {
        Some(at) => Err(format!("U2: commit {at} is {}, not {}", committed[at], order[at])),
        None if committed.len() != order.len() => {
            Err(format!("U2: {} commits, not {}", committed.len(), order.len()))
        }
        None => Ok(()),
    }
}

/// U3: what is committed has run to its end, was not thrown away, and never runs again.
fn commits_follow_executions(trace: &Trace) -> Result<(), String> {
    let mut finished = BTreeSet::new();
    let mut committed = BTreeSet::new();
    for event in &trace.events {
        let Some(version) = version(event) else { continue };
        match event.kind {
            EventKind::ExecutionFinished => {
                finished.insert(version);
            }
            EventKind::Aborted => {
                finished.remove(&version);
            }
            EventKind::Committed if !finished.contains(&version) => {
                return Err(format!("U3: {version} is committed, but has no result"));
            }
            EventKind::Committed => {
                committed.insert(version.tx);
            }
            EventKind::ExecutionStarted if committed.contains(&version.tx) => {
                return Err(format!("U3: {} runs again after it was committed", version.tx));
            }
            _ => {}
        }
    }
    Ok(())
}

/// U4: no lane is busy longer than the run, and nothing ends after it.
fn nobody_is_busier_than_the_run_is_long(trace: &Trace) -> Result<(), String> {
    let makespan = trace.summary.makespan;
    let mut started: BTreeMap<_, u64> = BTreeMap::new();
    let mut busy: BTreeMap<_, u64> = BTreeMap::new();
    for event in &trace.events {
        let ends = match event.kind {
            EventKind::ExecutionStarted => {
                started.insert(event.lane, event.time);
                false
            }
            EventKind::ExecutionFinished | EventKind::ExecutionLost | EventKind::EstimateHit => {
                if let Some(from) = started.remove(&event.lane) {
                    *busy.entry(event.lane).or_default() += event.time.saturating_sub(from);
                }
                true
            }
            kind => kind == EventKind::Committed,
        };
        if ends && event.time > makespan {
            let (kind, time) = (event.kind, event.time);
            return Err(format!("U4: {kind:?} at {time}, after the run ended at {makespan}"));
        }
    }
    match busy.iter().find(|(_, busy)| **busy > makespan) {
        Some((lane, busy)) => Err(format!("U4: {lane} is busy for {busy} ticks of {makespan}")),
        None => Ok(()),
    }
}

/// U5: gas of everything that ran is either committed or wasted, and the totals say so.
fn gas_adds_up(trace: &Trace) -> Result<(), String> {
    let summary = &trace.summary;
    let mut open: BTreeMap<Version, u64> = BTreeMap::new();
    let (mut committed, mut wasted, mut executions, mut aborts) = (0, 0, 0, 0);
    for event in &trace.events {
        let Some(version) = version(event) else { continue };
        let gas = u64::from(event.gas);
        match event.kind {
            EventKind::ExecutionFinished => {
                executions += 1;
                open.insert(version, gas);
            }
            EventKind::Committed | EventKind::Aborted => {
                let known = open.remove(&version);
                if known != Some(gas) {
                    let kind = event.kind;
                    return Err(format!("U5: {version} ran for {known:?} gas, {kind:?} for {gas}"));
                }
                if event.kind == EventKind::Committed {
                    committed += gas;
                } else {
                    aborts += 1;
                    wasted += gas;
                }
            }
            EventKind::Skipped => drop(open.remove(&version)),
            EventKind::EstimateHit | EventKind::ExecutionLost => wasted += gas,
            _ => {}
        }
    }
    let is_whole = summary.rejected.is_none();
    if let Some((version, gas)) = open.iter().next().filter(|_| is_whole) {
        return Err(format!("U5: the {gas} gas of {version} are neither committed nor wasted"));
    }
    let sums = [
        ("committed gas", committed, summary.gas_used, is_whole),
        ("wasted gas", wasted, summary.wasted_gas, true),
        ("executions", executions, u64::from(summary.executions), true),
        ("aborts", aborts, u64::from(summary.aborts), true),
    ];
    match sums.iter().find(|(_, found, said, counts)| *counts && found != said) {
        Some((what, found, said, _)) => Err(format!("U5: {found} {what}, not {said} as it says")),
        None => Ok(()),
    }
}

/// U6: nobody reads what a later transaction has written; later in the order of the commits.
fn reads_look_back(trace: &Trace) -> Result<(), String> {
    let summary = &trace.summary;
    if summary.class == Class::Nothing {
        return Ok(());
    }
    let order = summary.order.iter().enumerate();
    let places: BTreeMap<_, _> = order.map(|(at, tx)| (TxIndex(*tx), at)).collect();
    for access in trace.accesses.iter().filter(|access| access.kind.is_read()) {
        let Some(saw) = access.saw else { continue };
        let by = access.by;
        let is_wrong = if places.is_empty() {
            saw.tx >= by.tx
        } else {
            // What is left out of the result stands nowhere in its order.
            places.get(&by.tx).is_some_and(|by| places.get(&saw.tx).is_none_or(|saw| saw >= by))
        };
        if is_wrong {
            return Err(format!("U6: {by} has read what {saw} wrote, which is not before it"));
        }
    }
    Ok(())
}

/// U7: the result is what the class promises, and the trace does not claim more.
fn result_is_what_the_class_promises(trace: &Trace) -> Result<(), String> {
    let summary = &trace.summary;
    let strategy = &summary.settings.strategy;
    if summary.class != strategy.class() {
        return Err(format!("U7: {strategy} has another class than {}", summary.class.slug()));
    }
    let is_tampered = matches!(
        strategy.rules,
        Rules::AccessList(of) if of.tamper != Tamper::Nothing
    );
    if summary.rejected.is_some() != is_tampered {
        return Err(format!("U7: {strategy} ends with a rejection: {:?}", summary.rejected));
    }
    if is_tampered {
        return Ok(());
    }
    let said = summary.difference.as_deref().unwrap_or("no difference is named");
    match summary.class {
        Class::Exact if !summary.class_holds || !summary.identical => {
            Err(format!("U7: {strategy} does not end as one lane does: {said}"))
        }
        Class::SomeOrder if !summary.class_holds => {
            Err(format!("U7: {strategy} does not end as its own order on one lane: {said}"))
        }
        Class::Nothing if summary.class_holds != summary.identical => {
            Err(format!("U7: {strategy} is said to hold, though the result differs: {said}"))
        }
        _ if summary.class_holds == summary.difference.is_some() => {
            Err(format!("U7: {strategy} holds: {}, but: {said}", summary.class_holds))
        }
        _ => Ok(()),
    }
}

/// U10: on one lane of the plain gas clock nobody is in anybody's way, and gas takes its time.
fn one_lane_meets_no_conflict(trace: &Trace) -> Result<(), String> {
    let summary = &trace.summary;
    let settings = &summary.settings;
    if settings.lanes != 1 || settings.clock != Clock::Gas || summary.rejected.is_some() {
        return Ok(());
    }
    if summary.makespan < summary.gas_used {
        let (makespan, gas) = (summary.makespan, summary.gas_used);
        return Err(format!("U10: one lane runs {gas} gas in {makespan} ticks"));
    }
    let is_plain = settings.faults.is_empty() && settings.costs == Default::default();
    let is_conflict =
        |event: &&Event| matches!(event.kind, EventKind::Aborted | EventKind::EstimateHit);
    match trace.events.iter().find(is_conflict).filter(|_| is_plain && detects(summary.class)) {
        Some(event) => Err(format!("U10: {:?} on one lane at {}", event.kind, event.time)),
        None => Ok(()),
    }
}

fn detects(class: Class) -> bool {
    class != Class::Nothing
}

/// U11: no run on the gas clock is shorter than its longest chain, or than its gas shared by all lanes.
fn no_run_is_shorter_than_possible(trace: &Trace) -> Result<(), String> {
    let summary = &trace.summary;
    if summary.settings.clock != Clock::Gas || summary.rejected.is_some() {
        return Ok(());
    }
    let share = summary.gas_used.div_ceil(u64::from(summary.settings.lanes.max(1)));
    let longest = trace.transactions.iter().map(gas_of(trace)).max().unwrap_or_default();
    let bounds = [
        ("its longest chain", summary.critical_path_gas),
        ("its gas shared by all lanes", share),
        ("its longest transaction", longest),
    ];
    match bounds.iter().find(|(_, bound)| summary.makespan < *bound) {
        Some((what, bound)) => {
            Err(format!("U11: {} ticks are fewer than {what}, {bound}", summary.makespan))
        }
        None => Ok(()),
    }
}

/// In other orders than the block's, transactions may use other gas than on one lane.
fn gas_of(trace: &Trace) -> impl Fn(&TransactionInfo) -> u64 {
    let is_exact = trace.summary.class == Class::Exact;
    move |info| if is_exact { info.gas } else { 0 }
}

fn version(event: &Event) -> Option<Version> {
    event.tx.map(|tx| Version { tx, incarnation: event.incarnation })
}

/// Whether a location is an account's ether.
fn is_balance(trace: &Trace, location: lanescope_protocol::LocationId) -> bool {
    trace.locations.get(location.get()).is_some_and(|known| known.kind == LocationKind::Balance)
}

/// Whether an access is one of an incarnation that became final.
fn is_final(finals: &BTreeMap<TxIndex, Version>, by: Version) -> bool {
    finals.get(&by.tx) == Some(&by)
}

/// The final incarnation of each committed transaction.
fn finals(trace: &Trace) -> BTreeMap<TxIndex, Version> {
    let committed = trace.events.iter().filter(|event| event.kind == EventKind::Committed);
    committed.filter_map(|event| version(event).map(|version| (version.tx, version))).collect()
}

/// An access that changes a value.
fn is_change(kind: AccessKind) -> bool {
    matches!(kind, AccessKind::Write | AccessKind::Add)
}

/// Two executions that touched one slot at the same time, one of them writing: what locks rule out.
/// Looks at slots, since of balances some strategies only add amounts.
#[must_use]
pub fn overlapping_conflict(trace: &Trace) -> Option<String> {
    let finals = finals(trace);
    let mut open: BTreeMap<Version, u64> = BTreeMap::new();
    let mut ran: BTreeMap<Version, (u64, u64)> = BTreeMap::new();
    for event in &trace.events {
        let Some(version) = version(event).filter(|version| is_final(&finals, *version)) else {
            continue;
        };
        match event.kind {
            EventKind::ExecutionStarted => drop(open.insert(version, event.time)),
            EventKind::ExecutionFinished => {
                let from = open.remove(&version).unwrap_or(event.time);
                ran.insert(version, (from, event.time));
            }
            _ => {}
        }
    }
    let mut touched: BTreeMap<_, Vec<(Version, bool)>> = BTreeMap::new();
    for access in trace.accesses.iter().filter(|access| is_final(&finals, access.by)) {
        let kind = trace.locations.get(access.location.get()).map(|known| known.kind);
        if kind == Some(LocationKind::Slot) {
            let entry = touched.entry(access.location).or_default();
            entry.push((access.by, is_change(access.kind)));
        }
    }
    for (location, by) in touched {
        for (at, (one, writes)) in by.iter().enumerate() {
            let others =
                by.iter().skip(at + 1).filter(|(two, too)| two != one && (*writes || *too));
            for (two, _) in others {
                let (Some(a), Some(b)) = (ran.get(one), ran.get(two)) else { continue };
                if a.0 < b.1 && b.0 < a.1 {
                    let name = &trace.locations[location.get()].name;
                    return Some(format!("{one} and {two} hold {name} at the same time"));
                }
            }
        }
    }
    None
}
