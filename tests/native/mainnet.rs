//! Real blocks: every strategy equals one lane on both clocks, and one lane equals the header.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use lanescope_executor::access_list::from_run;
use lanescope_executor::{difference, run_sequential, run_sequential_listed};
use lanescope_protocol::{Clock, Settings};
use lanescope_workloads::{header_checks, open, prepare, trace};
use revm::primitives::hardfork::SpecId;

#[test]
fn real_blocks_equal_one_lane_and_their_headers() {
    for file in lanescope_tests::mainnet_files() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let opened = open(&name, &std::fs::read(&file).unwrap()).unwrap();
        let prepared = prepare(&opened.scenario, opened.state).unwrap();
        let sequential = run_sequential(&prepared.block, &prepared.world).unwrap();
        let claims = prepared.header.clone().unwrap_or_default();
        for check in header_checks(&claims, &sequential) {
            assert!(check.holds, "{name}: {} differs from the header", check.field);
        }
        for lanes in [1, 2, 3, 8] {
            for clock in [Clock::Gas, Clock::Threads] {
                let settings = Settings { lanes, clock, ..Settings::default() };
                let run = lanescope_tests::run(&prepared, &settings).unwrap();
                assert_eq!(
                    difference(&sequential, &run.outcome),
                    None,
                    "{name}: {lanes} lanes, {clock} clock"
                );
            }
        }
        println!("{name}: {} transactions", prepared.block.transactions.len());
    }
}

#[test]
fn the_trace_of_a_real_block_survives_its_byte_form() {
    let files = lanescope_tests::mainnet_files();
    let Some(file) = files.get(files.len() / 2) else { return };
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let opened = open(&name, &std::fs::read(file).unwrap()).unwrap();
    let prepared = prepare(&opened.scenario, opened.state).unwrap();
    let sequential = run_sequential(&prepared.block, &prepared.world).unwrap();
    let settings = Settings::default();
    let make = || {
        let run = lanescope_tests::run(&prepared, &settings).unwrap();
        trace(&prepared, &settings, &sequential, sequential.gas_used, run)
    };
    let first = make();
    assert!(first.summary.identical);
    let bytes = first.encode();
    assert_eq!(lanescope_protocol::Trace::decode(&bytes).unwrap(), first);
    assert_eq!(make().encode(), bytes, "the gas clock gives the same trace, byte for byte");
}

#[test]
fn the_access_list_of_a_real_block_is_the_same_on_many_lanes() {
    for file in lanescope_tests::mainnet_files() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let opened = open(&name, &std::fs::read(&file).unwrap()).unwrap();
        let prepared = prepare(&opened.scenario, opened.state).unwrap();
        // Lists count on contracts that outlive their transaction to keep their storage.
        if !prepared.block.spec.is_enabled_in(SpecId::CANCUN) {
            continue;
        }
        let (block, world) = (&prepared.block, &prepared.world);
        let (_, expected) = run_sequential_listed(block, world).unwrap();
        expected.validate_structure(block.transactions.len()).unwrap();
        let run = lanescope_tests::run(&prepared, &Settings::default()).unwrap();
        let found = from_run(block, world, &run).unwrap();
        assert_eq!(expected, found, "{name}: {}", expected.diff(found.as_slice()));
        println!("{name}: {} accounts, {} slots", found.account_count(), found.total_slots());
    }
}
