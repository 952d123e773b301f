//! Opcodes of one incarnation: they use the gas of its bar, and touch what the trace says it touched,
//! also where it was thrown away.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lanescope_executor::{SequentialRun, run_sequential};
use lanescope_protocol::event::Status;
use lanescope_protocol::scenario::Recipe;
use lanescope_protocol::steps::{Inspection, Seen};
use lanescope_protocol::trace::LocationKind;
use lanescope_protocol::{AccessKind, Clock, Settings, TxIndex, Version};
use lanescope_timeline::steps::{Drill, TouchKind};
use lanescope_timeline::{Ending, Fate, Film};
use lanescope_workloads::{Prepared, compose, open, prepare};

/// A slot: account and key.
type Slot = ([u8; 20], [u8; 32]);
type Word = [u8; 32];

fn inspect(prepared: &Prepared, tx: TxIndex, seen: &Seen) -> Inspection {
    let (block, world) = (Arc::clone(&prepared.block), Arc::clone(&prepared.world));
    let mut run = SequentialRun::new(block, world).unwrap();
    while run.done() < tx.get() {
        run.step().unwrap();
    }
    let inspected = run.into_before().unwrap().inspect(seen);
    // What travels is what is compared.
    Inspection::decode(&inspected.encode()).unwrap()
}

fn film(prepared: &Prepared, settings: &Settings) -> Film {
    let sequential = run_sequential(&prepared.block, &prepared.world).unwrap();
    Film::new(lanescope_tests::trace(prepared, &sequential, settings).unwrap())
}

/// What was compared.
#[derive(Debug, Default)]
struct Compared {
    finished: usize,
    aborted: usize,
    suspended: usize,
    slots: usize,
}

/// Looks at every incarnation of a run.
fn compare(what: &str, prepared: &Prepared, settings: &Settings) -> Compared {
    let film = film(prepared, settings);
    let mut compared = Compared::default();
    for bar in film.bars() {
        let version = bar.version;
        // What stopped early may have gone on under the same name, whose reads are those of its end.
        if film.bar_of(version).and_then(|id| film.bar(id)) != Some(bar) {
            continue;
        }
        let what = format!("{what}, {}, {version}", settings.strategy);
        let inspection = inspect(prepared, version.tx, &film.seen(version));
        assert_eq!(inspection.strangers, [], "{what}: it asks for something else");
        let drill = Drill::new(&film, version, inspection).unwrap();
        match bar.ending {
            Ending::Finished(status) => {
                let found = (drill.inspection.status, drill.inspection.gas_used);
                assert_eq!(found, (Some(status), bar.gas.into()), "{what}");
                assert!(drill.is_the_same() || status == Status::Invalid, "{what}");
                compared.finished += 1;
                if is_whole(&drill) {
                    compared.slots += touches(&what, &film, version, &drill);
                }
                gas_adds_up(&what, &drill);
            }
            Ending::Suspended { .. } => {
                // What it had read until then is in no trace; on other values it may not get there.
                compared.suspended += usize::from(drill.inspection.status.is_none());
            }
            _ => {}
        }
        compared.aborted += usize::from(bar.fate() == Fate::Aborted);
        let times: Vec<_> = (0..drill.len()).filter_map(|at| drill.time(at)).collect();
        assert!(times.is_sorted(), "{what}: time goes back");
        assert!(times.iter().all(|time| (bar.start..=bar.end).contains(time)), "{what}");
    }
    compared
}

/// Slots are those of the trace: read from the same place, written with the same value.
fn touches(what: &str, film: &Film, version: Version, drill: &Drill) -> usize {
    let mut read: BTreeMap<Slot, Word> = BTreeMap::new();
    let mut wrote: BTreeMap<Slot, Word> = BTreeMap::new();
    let mut replaced = BTreeSet::new();
    for access in film.accesses_of(version) {
        let location = film.location(access.location).unwrap();
        let address = hex::<20>(&location.address);
        match (location.kind, access.kind) {
            (LocationKind::Slot, AccessKind::Read) => {
                read.insert((address, hex(&location.key)), access.value);
            }
            (LocationKind::Slot, _) => {
                wrote.insert((address, hex(&location.key)), access.value);
            }
            (LocationKind::StorageReset, AccessKind::Write) => {
                replaced.insert(address);
            }
            _ => {}
        }
    }
    // The storage of what is created is empty: nobody has to look.
    let creates = |opcode: u8| [0xf0, 0xf5].contains(&opcode);
    let created: BTreeSet<_> = drill
        .inspection
        .calls
        .iter()
        .filter(|call| creates(call.opcode))
        .map(|call| call.target)
        .collect();
    let mut touched = BTreeSet::new();
    let mut stored = BTreeMap::new();
    for touch in &drill.touches {
        let slot = (touch.spot.address, touch.spot.key);
        let is_slot = matches!(touch.kind, TouchKind::Load | TouchKind::Store);
        // An opcode that fails may fail before it has looked.
        if !is_slot || drill.fails_at(touch.step) {
            continue;
        }
        touched.insert(slot);
        if touch.kind == TouchKind::Load && !touch.own {
            let empty = created.contains(&slot.0).then_some([0; 32]);
            assert_eq!(
                touch.value,
                read.get(&slot).copied().or(empty),
                "{what}: a slot that it read"
            );
        }
        if touch.kind == TouchKind::Store && !drill.is_undone(touch.step) {
            stored.insert(slot, touch.value.unwrap());
        }
    }
    let known: BTreeSet<_> = read.keys().copied().collect();
    for slot in touched.symmetric_difference(&known).filter(|slot| !created.contains(&slot.0)) {
        let fails = |at: usize| drill.fails_at(at);
        let excused = drill
            .touches
            .iter()
            .any(|touch| (touch.spot.address, touch.spot.key) == *slot && fails(touch.step));
        assert!(excused, "{what}: slot {slot:x?} in one of steps and trace only");
    }
    for (slot, value) in stored.iter().filter(|(slot, _)| !replaced.contains(&slot.0)) {
        if read.get(slot) != Some(value) {
            assert_eq!(wrote.get(slot), Some(value), "{what}: a slot that it wrote");
        }
    }
    for (slot, value) in wrote.iter().filter(|(slot, _)| !replaced.contains(&slot.0)) {
        assert_eq!(stored.get(slot), Some(value), "{what}: a write of the trace");
    }
    read.len()
}

fn gas_adds_up(what: &str, drill: &Drill) {
    let all = &drill.inspection;
    if all.steps_total == 0 {
        return;
    }
    let opcodes: u64 = all.tallies.iter().map(|tally| tally.gas).sum();
    assert_eq!(drill.before() + opcodes, all.gas_spent, "{what}: gas of opcodes");
    let steps: u64 = (0..drill.len()).filter_map(|at| drill.cost(at)).sum();
    if is_whole(drill) {
        assert_eq!(steps, opcodes, "{what}: gas of steps");
    } else {
        assert!(steps < opcodes, "{what}: gas of steps");
        assert!(drill.verdict().to_string().contains("are only counted"), "{what}");
    }
    let counted: u64 = all.tallies.iter().map(|tally| tally.count).sum();
    assert_eq!(counted, all.steps_total);
}

/// Whether every step is listed.
fn is_whole(drill: &Drill) -> bool {
    drill.inspection.steps_total == drill.len() as u64
}

fn hex<const N: usize>(text: &str) -> [u8; N] {
    let digits = text.trim_start_matches("0x");
    let padded = format!("{digits:0>width$}", width = N * 2);
    core::array::from_fn(|at| u8::from_str_radix(&padded[at * 2..at * 2 + 2], 16).unwrap())
}

fn workload(name: &str) -> Prepared {
    let recipe = Recipe { workload: name.to_owned(), seed: 7, ..Recipe::default() };
    prepare(&compose(&recipe).unwrap(), None).unwrap()
}

#[test]
fn every_incarnation_of_the_workloads_takes_the_steps_of_its_bar() {
    let mut all = Compared::default();
    for name in ["transfers", "erc20", "dex", "nft-mint"] {
        let prepared = workload(name);
        for strategy in [
            "block-stm",
            "block-stm:estimates=off",
            "dependency-graph",
            "in-order-merge",
            "rounds",
            "access-list",
        ] {
            for clock in [Clock::Gas, Clock::Threads] {
                if strategy == "access-list" && clock == Clock::Threads {
                    continue;
                }
                let strategy = strategy.parse().unwrap();
                let settings = Settings { lanes: 4, clock, strategy, ..Settings::default() };
                let one = compare(&format!("{name} on {clock}"), &prepared, &settings);
                all.finished += one.finished;
                all.aborted += one.aborted;
                all.suspended += one.suspended;
                all.slots += one.slots;
            }
        }
    }
    println!("{all:?}");
    assert!(
        all.finished > 500 && all.aborted > 50 && all.suspended > 0 && all.slots > 1_000,
        "{all:?}"
    );
}

#[test]
fn every_incarnation_of_real_blocks_takes_the_steps_of_its_bar() {
    for file in lanescope_tests::mainnet_files() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let opened = open(&name, &std::fs::read(&file).unwrap()).unwrap();
        let prepared = prepare(&opened.scenario, opened.state).unwrap();
        if prepared.block.transactions.len() > 160 {
            continue;
        }
        let settings = Settings { lanes: 8, ..Settings::default() };
        println!("{name}: {:?}", compare(&name, &prepared, &settings));
    }
}
