//! Block-level access lists: the list of a parallel run equals revm's list of one lane.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)]

mod support;

use std::sync::Arc;

use alloy_rlp::{Decodable, Encodable};
use lanescope_executor::access_list::{ListError, from_run};
use lanescope_executor::{
    Block, BlockAccessList, GasClockRun, Run, Withdrawal, World, difference, run_sequential,
    run_sequential_listed,
};
use lanescope_protocol::Settings;
use proptest::prelude::*;
use revm::primitives::hardfork::SpecId;
use support::{CONTRACTS, Plan, USERS, address, plans};

fn parallel(block: &Arc<Block>, world: &Arc<World>, lanes: u16) -> Run {
    let settings = Settings { lanes, ..Settings::default() };
    let mut run = GasClockRun::new(Arc::clone(block), Arc::clone(world), &settings).unwrap();
    while !run.advance(64).unwrap() {}
    run.finish()
}

/// What the record of a run holds: slots of contracts that the block creates are not asked of the
/// memory, so those of them that are only read are not in it.
fn recorded(list: &BlockAccessList, world: &World) -> BlockAccessList {
    let mut accounts = list.clone().into_inner();
    for account in &mut accounts {
        let before = world.account(&account.address);
        if before.is_none_or(|before| before.info.is_empty_code_hash()) {
            account.storage_reads.clear();
        }
    }
    BlockAccessList::new(accounts)
}

fn check(plan: &Plan) {
    let (block, world) = plan.build();
    let mut block = (*block).clone();
    // Somebody who takes part, somebody who does not exist, and somebody who gets nothing.
    block.withdrawals = [(0, 5), (USERS + CONTRACTS, 7), (0x80, 0)]
        .map(|(index, gwei)| Withdrawal { address: address(index), gwei })
        .to_vec();
    let block = Arc::new(block);
    let Ok((outcome, expected)) = run_sequential_listed(&block, &world) else {
        assert!(run_sequential(&block, &world).is_err());
        return;
    };
    assert_eq!(outcome, run_sequential(&block, &world).unwrap(), "listing changes nothing");
    expected.validate_structure(block.transactions.len()).unwrap();
    let mut bytes = Vec::new();
    expected.encode(&mut bytes);
    assert_eq!(BlockAccessList::decode(&mut &bytes[..]).unwrap(), expected);
    assert_eq!(revm::primitives::keccak256(&bytes), expected.compute_hash());
    check_final(&expected, &outcome, &world);
    for lanes in [1, 4] {
        let run = parallel(&block, &world, lanes);
        assert_eq!(difference(&outcome, &run.outcome), None);
        assert_eq!(outcome.codes, run.outcome.codes);
        let found = from_run(&block, &world, &run).unwrap();
        let (expected, found) = (recorded(&expected, &world), recorded(&found, &world));
        assert_eq!(expected, found, "{}", expected.diff(found.as_slice()));
    }
}

/// The last value of everything in the list is the state after the block.
fn check_final(list: &BlockAccessList, outcome: &lanescope_executor::Outcome, world: &World) {
    let listed = list.iter().map(|account| account.address);
    assert!(outcome.state.keys().all(|changed| listed.clone().any(|address| address == *changed)));
    for account in list {
        let before = world.account(&account.address).map(|before| before.info.clone());
        let before = before.unwrap_or_default();
        let after = outcome.state.get(&account.address);
        let balance = account.balance_post_state().unwrap_or(before.balance);
        assert_eq!(balance, after.map_or(before.balance, |after| after.balance));
        for (key, value) in account.storage_post_states() {
            let changed = after.and_then(|after| after.storage.get(&key)).copied();
            assert_eq!(value, changed.unwrap_or_else(|| world.slot(&account.address, key)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn lists_of_one_lane_and_of_many_are_equal(
        mut plan in plans(),
        spec in prop_oneof![
            Just(SpecId::CANCUN),
            Just(SpecId::PRAGUE),
            Just(SpecId::OSAKA),
            Just(SpecId::AMSTERDAM),
        ],
    ) {
        plan.spec = spec;
        check(&plan);
    }
}

#[test]
fn without_a_record_there_is_no_list() {
    let txs = vec![support::Tx { sender: 0, to: 1, value: 1, tip: 0 }];
    let plan = Plan { spec: SpecId::HOMESTEAD, programs: Vec::new(), txs, beneficiary: 2 };
    let (block, world) = plan.build();
    let run = parallel(&block, &world, 2);
    let error = from_run(&block, &world, &run).unwrap_err();
    assert_eq!(error, ListError::NotRecorded { index: 0 });
    assert_eq!(error.to_string(), "what transaction 1 touched was not recorded");
}
