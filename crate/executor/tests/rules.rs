//! What the protocol does outside transactions: once by hand, and the same on one lane and on many.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)]

mod support;

use std::sync::Arc;

use lanescope_executor::rules::dao::{DAO_ACCOUNTS, DAO_REFUND};
use lanescope_executor::rules::{
    BEACON_ROOTS, BLOCK_HASHES, CONSOLIDATION_REQUESTS, WITHDRAWAL_REQUESTS,
};
use lanescope_executor::{
    AccountChange, Block, GasClockRun, Outcome, Withdrawal, World, WorldAccount, difference,
    run_sequential,
};
use lanescope_protocol::Settings;
use revm::bytecode::Bytecode;
use revm::context::TxEnv;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, B256, Bytes, TxKind, U256, bytes, keccak256};
use revm::state::AccountInfo;
use support::system::{
    BEACON_ROOTS_CODE, BLOCK_HASHES_CODE, CONSOLIDATIONS_CODE, WITHDRAWALS_CODE,
};

const ANA: Address = Address::with_last_byte(0xaa);
const BEN: Address = Address::with_last_byte(0xbb);
const ETHER: u64 = 1_000_000_000_000_000_000;

fn ether(amount: u64) -> U256 {
    U256::from(amount) * U256::from(ETHER)
}

fn account(balance: U256) -> WorldAccount {
    let info = AccountInfo { balance, ..AccountInfo::default() };
    WorldAccount { info, ..WorldAccount::default() }
}

fn contract(code: &Bytes, storage: &[(u64, u64)]) -> WorldAccount {
    let code = Some(Bytecode::new_legacy(code.clone()));
    let info = AccountInfo { nonce: 1, code, ..AccountInfo::default() };
    let slots = storage.iter().map(|(key, value)| (U256::from(*key), U256::from(*value)));
    WorldAccount { info, storage: slots.collect() }
}

fn world() -> World {
    let mut world = World::new();
    world.insert(ANA, account(ether(1)));
    world
}

fn call(nonce: u64, to: Address, value: u64, data: Bytes) -> TxEnv {
    TxEnv {
        caller: ANA,
        kind: TxKind::Call(to),
        value: U256::from(value),
        data,
        gas_limit: 1_000_000,
        nonce,
        chain_id: None,
        ..TxEnv::default()
    }
}

fn block(spec: SpecId, transactions: Vec<TxEnv>) -> Block {
    let transactions = transactions.into_iter().map(Arc::new).collect();
    let mut block = Block { spec, transactions, ..Block::default() };
    block.env.gas_limit = 30_000_000;
    block.env.basefee = 0;
    block.env.number = U256::from(20_000_000);
    block.env.timestamp = U256::from(1_750_000_000);
    block.env.beneficiary = Address::with_last_byte(0xfe);
    block
}

/// Runs on one lane and on four, which must agree.
fn run(block: Block, world: World) -> Result<Outcome, String> {
    let (block, world) = (Arc::new(block), Arc::new(world));
    let expected = run_sequential(&block, &world).map_err(|error| error.to_string());
    let settings = Settings::default();
    let found = GasClockRun::new(Arc::clone(&block), world, &settings).and_then(|mut run| {
        while !run.advance(64)? {}
        Ok(run.finish()?.outcome)
    });
    let found = found.map_err(|error| error.to_string());
    match (&expected, &found) {
        (Ok(expected), Ok(found)) => assert_eq!(difference(expected, found), None),
        _ => assert_eq!(expected.as_ref().err(), found.as_ref().err()),
    }
    expected
}

fn slot(outcome: &Outcome, address: Address, key: u64) -> Option<U256> {
    outcome.state.get(&address)?.storage.get(&U256::from(key)).copied()
}

#[test]
fn withdrawals_are_paid_from_shanghai_on() {
    let withdrawals = vec![
        Withdrawal { address: ANA, gwei: 5 },
        Withdrawal { address: BEN, gwei: 0 },
        Withdrawal { address: Address::with_last_byte(0xcc), gwei: 7 },
        Withdrawal { address: Address::with_last_byte(0xcc), gwei: 8 },
    ];
    for transactions in [vec![], vec![call(0, BEN, 0, Bytes::new())]] {
        let paid =
            Block { withdrawals: withdrawals.clone(), ..block(SpecId::SHANGHAI, transactions) };
        let state = run(paid.clone(), world()).unwrap().state;
        assert_eq!(state[&ANA].balance, ether(1) + U256::from(5_000_000_000u64));
        assert_eq!(state[&Address::with_last_byte(0xcc)].balance, U256::from(15_000_000_000u64));
        assert!(state[&Address::with_last_byte(0xcc)].exists);
        assert!(!state.contains_key(&BEN), "nothing makes no account");
        let none = run(Block { spec: SpecId::MERGE, ..paid }, world()).unwrap().state;
        assert!(none.get(&ANA).is_none_or(|ana| ana.balance == ether(1)));
        assert!(!none.contains_key(&Address::with_last_byte(0xcc)));
    }
}

#[test]
fn rewards_come_last_and_touch() {
    let rewards = vec![(BEN, U256::ZERO), (ANA, ether(5))];
    for (spec, exists) in [(SpecId::FRONTIER, true), (SpecId::BYZANTIUM, false)] {
        let transactions = vec![call(0, ANA, 0, Bytes::new())];
        let paid = Block { rewards: rewards.clone(), ..block(spec, transactions) };
        let state = run(paid, world()).unwrap().state;
        assert_eq!(state[&ANA].balance, ether(6));
        assert_eq!(state.get(&BEN).is_some_and(|ben| ben.exists), exists, "{spec:?}");
    }
}

#[test]
fn the_dao_pays_back() {
    let mut world = world();
    world.insert(DAO_ACCOUNTS[0], account(ether(2)));
    world.insert(DAO_ACCOUNTS[115], account(ether(3)));
    let transactions = vec![call(0, BEN, 1, Bytes::new())];
    let forked = Block { dao_fork: true, ..block(SpecId::HOMESTEAD, transactions) };
    let state = run(forked.clone(), world.clone()).unwrap().state;
    assert_eq!(state[&DAO_REFUND].balance, ether(5));
    assert_eq!(state[&DAO_ACCOUNTS[0]].balance, U256::ZERO);
    assert!(state[&DAO_ACCOUNTS[0]].exists);
    // Ana, Ben, the refund contract, two accounts, and the miner, who was touched.
    assert_eq!(state.len(), 6);
    let stayed = run(Block { dao_fork: false, ..forked }, world).unwrap().state;
    assert!(!stayed.contains_key(&DAO_REFUND));
}

#[test]
fn roots_and_hashes_are_there_for_the_first_transaction() {
    // Stores the answer of BEACON_ROOTS for this block's time in slot 0.
    let mut reader = bytes!("425f5260205f60205f73").to_vec();
    reader.extend(BEACON_ROOTS);
    reader.extend(bytes!("5afa505f515f5500"));
    let mut world = world();
    world.insert(BEN, contract(&reader.into(), &[]));
    world.insert(BEACON_ROOTS, contract(&BEACON_ROOTS_CODE, &[]));
    world.insert(BLOCK_HASHES, contract(&BLOCK_HASHES_CODE, &[]));
    let (root, hash) = (keccak256("root"), keccak256("hash"));
    let full = Block {
        parent_beacon_block_root: Some(root),
        parent_hash: Some(hash),
        ..block(SpecId::PRAGUE, vec![call(0, BEN, 0, Bytes::new())])
    };
    let time = 1_750_000_000 % 8191;
    let outcome = run(full.clone(), world.clone()).unwrap();
    assert_eq!(slot(&outcome, BEACON_ROOTS, time), Some(U256::from(1_750_000_000)));
    assert_eq!(slot(&outcome, BEACON_ROOTS, time + 8191), Some(root.into()));
    assert_eq!(slot(&outcome, BLOCK_HASHES, 19_999_999 % 8191), Some(hash.into()));
    assert_eq!(slot(&outcome, BEN, 0), Some(U256::from_be_bytes(root.0)));

    let cancun = run(Block { spec: SpecId::CANCUN, ..full.clone() }, world.clone()).unwrap();
    assert!(!cancun.state.contains_key(&BLOCK_HASHES));
    let shanghai = run(Block { spec: SpecId::SHANGHAI, ..full.clone() }, world).unwrap();
    assert!(!shanghai.state.contains_key(&BEACON_ROOTS));
    // No contracts, no calls.
    let bare = run(Block { transactions: vec![], ..full }, self::world()).unwrap();
    assert!(bare.state.is_empty());
}

#[test]
fn requests_are_taken_at_the_end_of_the_block() {
    let mut world = world();
    world.insert(WITHDRAWAL_REQUESTS, contract(&WITHDRAWALS_CODE, &[(0, 3)]));
    world.insert(CONSOLIDATION_REQUESTS, contract(&CONSOLIDATIONS_CODE, &[]));
    let transactions = vec![
        call(0, WITHDRAWAL_REQUESTS, 1_000, Bytes::from(vec![7; 56])),
        call(1, WITHDRAWAL_REQUESTS, 1_000, Bytes::from(vec![8; 56])),
        call(2, CONSOLIDATION_REQUESTS, 1_000, Bytes::from(vec![9; 96])),
    ];
    let full = block(SpecId::PRAGUE, transactions);
    let outcome = run(full.clone(), world.clone()).unwrap();
    // Excess 3 + two requests − target 2; the count, the queue's head and its tail are 0 again.
    assert_eq!(slot(&outcome, WITHDRAWAL_REQUESTS, 0), None, "the excess stays 3");
    for key in 1..4 {
        assert_eq!(slot(&outcome, WITHDRAWAL_REQUESTS, key), None);
        assert_eq!(slot(&outcome, CONSOLIDATION_REQUESTS, key), None);
    }
    // The first request itself: the sender, then what was asked for.
    let sender = U256::from_be_slice(ANA.as_slice());
    assert_eq!(slot(&outcome, WITHDRAWAL_REQUESTS, 4), Some(sender));
    assert_eq!(slot(&outcome, CONSOLIDATION_REQUESTS, 4), Some(sender));
    assert_eq!(outcome.state[&WITHDRAWAL_REQUESTS].balance, U256::from(2_000));

    // An empty block lets the excess fall.
    let empty = Block { transactions: vec![], ..full.clone() };
    let outcome = run(empty, world.clone()).unwrap();
    assert_eq!(slot(&outcome, WITHDRAWAL_REQUESTS, 0), Some(U256::from(1)));
    // Before Prague nobody calls: the counts stay.
    let outcome = run(Block { spec: SpecId::CANCUN, ..full }, world).unwrap();
    assert_eq!(slot(&outcome, WITHDRAWAL_REQUESTS, 1), Some(U256::from(2)));
}

#[test]
fn a_block_whose_requests_cannot_be_taken_is_refused() {
    for transactions in [vec![], vec![call(0, BEN, 1, Bytes::new())]] {
        let mut world = world();
        world.insert(CONSOLIDATION_REQUESTS, contract(&bytes!("5f5ffd"), &[]));
        let error = run(block(SpecId::PRAGUE, transactions), world).unwrap_err();
        assert_eq!(
            error,
            format!("the block's system call to {CONSOLIDATION_REQUESTS} failed: it reverted")
        );
    }
}

#[test]
fn what_is_changed_and_changed_back_has_not_changed() {
    // Stores the word that it is given in slot 0, or 7 where it is given none.
    let code = bytes!("3615600a575f355f55005b60075f5500");
    let mut world = world();
    world.insert(BLOCK_HASHES, contract(&code, &[(0, 7)]));
    let full = Block {
        parent_hash: Some(B256::with_last_byte(9)),
        ..block(SpecId::PRAGUE, vec![call(0, BLOCK_HASHES, 0, Bytes::new())])
    };
    let outcome = run(full.clone(), world.clone()).unwrap();
    assert_eq!(outcome.state.get(&BLOCK_HASHES), None);
    let outcome = run(Block { transactions: vec![], ..full }, world).unwrap();
    assert_eq!(slot(&outcome, BLOCK_HASHES, 0), Some(U256::from(9)));
    let change: &AccountChange = &outcome.state[&BLOCK_HASHES];
    assert_eq!((change.nonce, change.exists), (1, true));
}
