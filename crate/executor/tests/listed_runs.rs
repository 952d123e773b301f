//! Blocks that come with an access list (EIP-7928): an honest one gives the result of one lane without
//! a single abort, and a wrong one never passes.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)]

mod support;

use std::sync::Arc;

use lanescope_executor::access_list::from_run;
use lanescope_executor::{
    Block, BlockError, Outcome, Run, Withdrawal, World, difference, run_sequential,
    run_sequential_listed,
};
use lanescope_protocol::strategy::{AccessList, Producer, Tamper};
use lanescope_protocol::{Clock, EventKind, Rules, Settings};
use proptest::prelude::*;
use revm::primitives::hardfork::SpecId;
use support::running::{gas_clock, threads};
use support::{CONTRACTS, Plan, USERS, address, plans};

fn settings(of: AccessList, lanes: u16, seed: u64) -> Settings {
    Settings { strategy: Rules::AccessList(of).into(), lanes, seed, ..Settings::default() }
}

fn run(block: &Arc<Block>, world: &Arc<World>, settings: &Settings) -> Result<Run, BlockError> {
    match settings.clock {
        Clock::Gas => gas_clock(block, world, settings),
        Clock::Threads => threads(block, world, settings),
    }
}

/// With withdrawals to somebody who takes part, somebody who does not exist, and somebody who gets
/// nothing.
fn build(plan: &Plan) -> (Arc<Block>, Arc<World>) {
    let (block, world) = plan.build();
    let mut block = (*block).clone();
    block.withdrawals = [(0, 5), (USERS + CONTRACTS, 7), (0x80, 0)]
        .map(|(index, gwei)| Withdrawal { address: address(index), gwei })
        .to_vec();
    (Arc::new(block), world)
}

fn count(run: &Run, kind: EventKind) -> usize {
    run.recording.events.iter().filter(|event| event.kind == kind).count()
}

fn check_honest(expected: &Outcome, run: &Run, settings: &Settings) {
    assert_eq!(run.rejected, None, "{settings:?}");
    assert_eq!(difference(expected, &run.outcome), None, "{settings:?}");
    assert_eq!(expected.codes, run.outcome.codes);
    assert_eq!((run.aborts, run.wasted_gas, run.fallback), (0, 0, None), "{settings:?}");
    assert_eq!(run.executions as usize, expected.receipts.len());
    assert_eq!(count(run, EventKind::Prefetched), 1);
    assert_eq!(count(run, EventKind::ListRejected), 0);
    assert_eq!(count(run, EventKind::EstimateHit), 0);
    for access in run.recording.accesses.iter().filter(|access| access.kind.is_read()) {
        assert!(access.saw.is_none_or(|saw| saw.tx < access.by.tx), "lists look back only");
    }
}

fn check(plan: &Plan) {
    let (block, world) = build(plan);
    let honest = AccessList::default();
    let expected = match run_sequential(&block, &world) {
        Ok(expected) if plan.spec.is_enabled_in(SpecId::SPURIOUS_DRAGON) => expected,
        // A block that is invalid has no list, and of old blocks a list says too little.
        _ => return assert!(run(&block, &world, &settings(honest, 2, 0)).is_err()),
    };
    let longest = expected.receipts.iter().map(|receipt| receipt.gas_used).max();
    for producer in [Producer::OneLane, Producer::BlockStm] {
        let of = AccessList { producer, ..honest };
        for lanes in [1, 2, 4, 8, 16] {
            let mut settings = settings(of, lanes, 0);
            let found = run(&block, &world, &settings).unwrap();
            check_honest(&expected, &found, &settings);
            assert!(found.makespan >= longest.unwrap_or_default());
            if lanes == 1 {
                assert!(found.makespan >= expected.gas_used);
            }
            if producer == Producer::OneLane {
                assert_eq!(found.producer, expected.gas_used);
            } else {
                assert!(found.producer >= longest.unwrap_or_default());
            }
            if lanes <= 4 {
                settings.clock = Clock::Threads;
                check_honest(&expected, &run(&block, &world, &settings).unwrap(), &settings);
            }
        }
    }
    if plan.spec.is_enabled_in(SpecId::CANCUN) {
        let (_, list) = run_sequential_listed(&block, &world).unwrap();
        let found = run(&block, &world, &settings(honest, 4, 0)).unwrap();
        let again = from_run(&block, &world, &found).unwrap();
        assert_eq!(list, again, "who runs by a list makes the same list");
    }
}

fn check_tampered(plan: &Plan, tamper: Tamper, seed: u64, lanes: u16) {
    let (block, world) = build(plan);
    if run_sequential(&block, &world).is_err() {
        return;
    }
    let mut settings = settings(AccessList { tamper, ..AccessList::default() }, lanes, seed);
    let first = run(&block, &world, &settings).unwrap();
    check_rejected(&first, &settings);
    let again = run(&block, &world, &settings).unwrap();
    assert_eq!(first.recording.events, again.recording.events, "same input, same trace");
    assert_eq!(first.rejected, again.rejected);
    settings.clock = Clock::Threads;
    check_rejected(&run(&block, &world, &settings).unwrap(), &settings);
}

fn check_rejected(run: &Run, settings: &Settings) {
    let sentence = run.rejected.as_deref();
    assert!(sentence.is_some_and(|sentence| !sentence.is_empty()), "{settings:?}");
    assert_eq!(run.outcome, Outcome::default(), "{settings:?}");
    if settings.clock == Clock::Gas {
        assert_eq!(count(run, EventKind::ListRejected), 1, "{settings:?}");
    }
    let rejected = run.recording.events.iter().find(|it| it.kind == EventKind::ListRejected);
    let location = rejected.unwrap().location.unwrap();
    assert!(location.get() < run.recording.locations.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    #[test]
    fn an_honest_list_gives_the_result_of_one_lane(plan in plans()) {
        check(&plan);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1200, ..ProptestConfig::default() })]

    #[test]
    fn a_wrong_list_is_always_rejected(
        mut plan in plans(),
        tamper in prop::sample::select(vec![Tamper::Drop, Tamper::Alter, Tamper::Add]),
        seed in any::<u64>(),
        lanes in prop::sample::select(vec![1, 2, 4, 16]),
    ) {
        if !plan.spec.is_enabled_in(SpecId::SPURIOUS_DRAGON) {
            plan.spec = SpecId::PRAGUE;
        }
        check_tampered(&plan, tamper, seed, lanes);
    }
}

#[test]
fn a_rejection_says_what_is_wrong() {
    let txs = vec![support::Tx { to: 1, value: 1, ..support::Tx::default() }; 2];
    let plan = Plan { spec: SpecId::OSAKA, txs, beneficiary: 2, ..Plan::default() };
    let (block, world) = plan.build();
    assert_eq!(block.transactions.len(), 2);
    let mut sentences = Vec::new();
    for tamper in [Tamper::Drop, Tamper::Alter, Tamper::Add] {
        for seed in 0..60 {
            let settings = settings(AccessList { tamper, ..AccessList::default() }, 2, seed);
            let found = run(&block, &world, &settings).unwrap();
            sentences.push(found.rejected.unwrap());
        }
    }
    for part in [
        "without being listed",
        "the start of the block does not change",
        "the end of the block does not change",
        "transaction 1 does not change",
        "but nothing loads it",
        "but nothing looks at it",
        "after transaction 1, not",
        "with the listed values transaction 2 is impossible",
    ] {
        let said = sentences.iter().any(|sentence| sentence.contains(part));
        assert!(said, "{part}: {sentences:#?}");
    }
}
