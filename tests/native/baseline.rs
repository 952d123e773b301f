//! Real blocks: what measurements compare with ends like the oracle.

#![allow(clippy::unwrap_used, clippy::panic)]

use lanescope_executor::{difference, run_baseline, run_sequential};
use lanescope_workloads::{open, prepare};

#[test]
fn the_baseline_equals_the_oracle_on_real_blocks() {
    for file in lanescope_tests::mainnet_files() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let opened = open(&name, &std::fs::read(&file).unwrap()).unwrap();
        let prepared = prepare(&opened.scenario, opened.state).unwrap();
        let (block, world) = (&prepared.block, &prepared.world);
        let oracle = run_sequential(block, world).unwrap();
        let baseline = run_baseline(block, world).unwrap();
        assert_eq!(difference(&oracle, &baseline.outcome(block).unwrap()), None, "{name}");
        assert_eq!(oracle.gas_used, baseline.gas_used(), "{name}");
        assert!(!baseline.results.is_empty(), "{name}");
    }
}
