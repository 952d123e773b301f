//! The generators: every workload runs, equals one lane, and shows what it promises.

#![allow(clippy::unwrap_used, clippy::panic)]

use lanescope_executor::{difference, run_sequential};
use lanescope_protocol::scenario::Recipe;
use lanescope_protocol::{Clock, Settings};
use lanescope_workloads::{Prepared, catalogue, compose, prepare};

fn prepared(workload: &str, knobs: &[(&str, u64)], seed: u64) -> Prepared {
    let knobs = knobs.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    let recipe = Recipe { workload: workload.to_owned(), knobs, seed };
    prepare(&compose(&recipe).unwrap(), None).unwrap()
}

#[test]
fn every_workload_equals_one_lane_at_every_lane_count() {
    for workload in catalogue().workloads {
        for seed in 0..4 {
            let prepared = prepared(&workload.name, &[("count", 60)], seed);
            let sequential = run_sequential(&prepared.block, &prepared.world).unwrap();
            for lanes in [1, 2, 4, 16] {
                for clock in [Clock::Gas, Clock::Threads] {
                    let settings = Settings { lanes, clock, ..Settings::default() };
                    let run = lanescope_tests::run(&prepared, &settings).unwrap();
                    let name = &workload.name;
                    let found = difference(&sequential, &run.outcome);
                    assert_eq!(found, None, "{name}, seed {seed}, {lanes} lanes, {clock} clock");
                }
            }
        }
    }
}

#[test]
fn independent_transfers_fill_all_lanes() {
    let prepared = prepared("transfers", &[("count", 64), ("users", 200), ("hot", 0)], 1);
    let settings = Settings { lanes: 8, ..Settings::default() };
    let run = lanescope_tests::run(&prepared, &settings).unwrap();
    assert_eq!(run.aborts, 0);
    let speedup = run.outcome.gas_used as f64 / run.makespan as f64;
    assert!(speedup > 6.0, "{speedup}");
}

#[test]
fn the_first_picture_shows_an_abort() {
    let recipe = Recipe { workload: "dex".to_owned(), seed: 7, ..Recipe::default() };
    let prepared = prepare(&compose(&recipe).unwrap(), None).unwrap();
    let run = lanescope_tests::run(&prepared, &Settings::default()).unwrap();
    assert!(run.aborts > 0);
    assert!(run.makespan < run.outcome.gas_used, "and is still faster than one lane");
}

#[test]
fn a_global_counter_serialises_every_mint() {
    let prepared = prepared("nft-mint", &[("count", 24)], 1);
    let settings = Settings { lanes: 8, ..Settings::default() };
    let run = lanescope_tests::run(&prepared, &settings).unwrap();
    let speedup = run.outcome.gas_used as f64 / run.makespan as f64;
    // What comes before the counter is read is all that lanes can share.
    assert!(speedup < 2.0, "{speedup}");
}
