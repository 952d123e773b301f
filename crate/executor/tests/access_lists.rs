//! Block-level access lists: the list of a parallel run equals revm's list of one lane.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)]

mod support;

use std::sync::Arc;

use alloy_eip7928::{
    AccountChanges, BalanceChange, BlockAccessIndex, NonceChange, SlotChanges, StorageChange,
};
use alloy_rlp::{Decodable, Encodable};
use lanescope_executor::access_list::{ListError, from_run};
use lanescope_executor::rules::{BLOCK_HASHES, WITHDRAWAL_REQUESTS};
use lanescope_executor::{
    Block, BlockAccessList, GasClockRun, Run, Withdrawal, World, WorldAccount, difference,
    run_sequential, run_sequential_listed,
};
use lanescope_protocol::Settings;
use proptest::prelude::*;
use revm::bytecode::Bytecode;
use revm::context::TxEnv;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{B256, TxKind, U256};
use revm::state::AccountInfo;
use support::system::{BLOCK_HASHES_CODE, WITHDRAWALS_CODE};
use support::{CONTRACTS, Plan, USERS, address, plans};

fn parallel(block: &Arc<Block>, world: &Arc<World>, lanes: u16) -> Run {
    let settings = Settings { lanes, ..Settings::default() };
    let mut run = GasClockRun::new(Arc::clone(block), Arc::clone(world), &settings).unwrap();
    while !run.advance(64).unwrap() {}
    run.finish().unwrap()
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
fn a_list_by_hand() {
    let (user, code) = (address(0), Some(Bytecode::new_legacy(WITHDRAWALS_CODE)));
    let mut world = World::new();
    let info = AccountInfo { balance: U256::from(1_000_000), ..AccountInfo::default() };
    world.insert(user, WorldAccount { info, ..WorldAccount::default() });
    let info = AccountInfo { nonce: 1, code, ..AccountInfo::default() };
    world.insert(WITHDRAWAL_REQUESTS, WorldAccount { info, ..WorldAccount::default() });
    let info = AccountInfo {
        nonce: 1,
        code: Some(Bytecode::new_legacy(BLOCK_HASHES_CODE)),
        ..AccountInfo::default()
    };
    world.insert(BLOCK_HASHES, WorldAccount { info, ..WorldAccount::default() });
    let request = TxEnv {
        caller: user,
        kind: TxKind::Call(WITHDRAWAL_REQUESTS),
        value: U256::from(1),
        data: vec![7; 56].into(),
        gas_limit: 500_000,
        ..TxEnv::default()
    };
    let mut block = Block {
        spec: SpecId::PRAGUE,
        parent_hash: Some(B256::with_last_byte(9)),
        transactions: vec![
            Arc::new(request.clone()),
            Arc::new(TxEnv { nonce: 1, gas_price: 0, ..request }),
        ],
        ..Block::default()
    };
    block.env.gas_limit = 30_000_000;
    block.env.number = U256::from(8_191 + 4);
    block.env.beneficiary = address(1);
    let (block, world) = (Arc::new(block), Arc::new(world));
    let (_, list) = run_sequential_listed(&block, &world).unwrap();
    assert_eq!(from_run(&block, &world, &parallel(&block, &world, 2)).unwrap(), list);

    let at = |index| BlockAccessIndex::new(index);
    let slot = |key: u64, changes: &[(u64, U256)]| {
        let changes = changes.iter().map(|(index, value)| StorageChange::new(at(*index), *value));
        SlotChanges::new(U256::from(key), changes.collect())
    };
    let number = |value: u64| U256::from(value);
    let balances = |balances: [(u64, u64); 2]| {
        balances.map(|(index, wei)| BalanceChange::new(at(index), number(wei))).to_vec()
    };
    let word = U256::from_be_bytes([7; 32]);
    let rest = U256::from_be_slice(&[7; 24]) << 64;
    let sender = U256::from_be_slice(user.as_slice());
    let expected = [
        // The fee recipient gets nothing.
        AccountChanges::new(address(1)),
        AccountChanges {
            balance_changes: balances([(1, 999_999), (2, 999_998)]),
            nonce_changes: vec![NonceChange::new(at(1), 1), NonceChange::new(at(2), 2)],
            ..AccountChanges::new(user)
        },
        // Before the first transaction the parent's hash is stored.
        AccountChanges {
            storage_changes: vec![slot(3, &[(0, number(9))])],
            ..AccountChanges::new(BLOCK_HASHES)
        },
        AccountChanges {
            storage_changes: vec![
                // The count and the tail, which the end of the block sets back.
                slot(1, &[(1, number(1)), (2, number(2)), (3, U256::ZERO)]),
                slot(3, &[(1, number(1)), (2, number(2)), (3, U256::ZERO)]),
                // Two requests of three words each.
                slot(4, &[(1, sender)]),
                slot(5, &[(1, word)]),
                slot(6, &[(1, rest)]),
                slot(7, &[(2, sender)]),
                slot(8, &[(2, word)]),
                slot(9, &[(2, rest)]),
            ],
            // The excess stays 0, and so does the head.
            storage_reads: vec![number(0), number(2)],
            balance_changes: balances([(1, 1), (2, 2)]),
            ..AccountChanges::new(WITHDRAWAL_REQUESTS)
        },
    ];
    let mut expected = BlockAccessList::new(expected.to_vec());
    expected.sort();
    assert_eq!(list, expected, "{}", list.diff(expected.as_slice()));
}

#[test]
fn without_a_record_there_is_no_list() {
    let txs = vec![support::Tx { to: 1, value: 1, ..support::Tx::default() }];
    let plan = Plan { spec: SpecId::OSAKA, txs, beneficiary: 2, ..Plan::default() };
    let (block, world) = plan.build();
    let mut run = parallel(&block, &world, 2);
    run.recording.accesses.clear();
    let error = from_run(&block, &world, &run).unwrap_err();
    assert_eq!(error, ListError::NotRecorded { index: 0 });
    assert_eq!(error.to_string(), "what transaction 1 touched was not recorded");
}
