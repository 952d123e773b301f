//! Real blocks: every strategy equals one lane on both clocks, and one lane equals the header.

#![allow(clippy::unwrap_used, clippy::panic)]

use lanescope_executor::{difference, run_sequential};
use lanescope_protocol::{Clock, Settings, StrategyName};
use lanescope_workloads::{header_checks, open, prepare, trace};

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
                let settings = Settings { strategy: StrategyName::BlockStm, lanes, clock };
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
