//! Slots that are kept several times: every strategy still equals one lane, and what does not touch
//! a split slot is what it was.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs, unreachable_pub, dead_code)]

mod support;

use std::sync::Arc;

use lanescope_executor::split::{SlotSplit, Splits, copy_key, split};
use lanescope_executor::{
    Block, GasClockRun, World, WorldAccount, difference, run_baseline, run_sequential,
    run_sequential_listed,
};
use lanescope_protocol::{Class, Settings, SplitBy, SplitInitial, StrategyName};
use proptest::prelude::*;
use revm::bytecode::Bytecode;
use revm::context::{BlockEnv, TxEnv};
use revm::context_interface::transaction::{AccessList, AccessListItem};
use revm::primitives::{Address, B256, TxKind, U256};
use revm::state::AccountInfo;
use support::running::{gas_clock, threads};
use support::{CONTRACTS, Plan, USERS, address, plans};

/// Every rule, the special ones among them.
const RULES: [&str; 14] = [
    "sequential",
    "block-stm",
    "block-stm:estimates=off,validation=in-order",
    "aptos-v1",
    "pevm",
    "in-order-merge",
    "rounds:max-rounds=2",
    "dependency-graph",
    "dependency-graph:hints=wrong",
    "access-list",
    "declared-locks",
    "solana-greedy",
    "owned-shared",
    "naive",
];

fn splits() -> impl Strategy<Value = Vec<SlotSplit>> {
    let initial =
        prop::sample::select(vec![SplitInitial::Copy, SplitInitial::First, SplitInitial::Apart]);
    let by = prop::sample::select(vec![SplitBy::Index, SplitBy::Sender]);
    let one = (USERS..USERS + CONTRACTS, 0..3_u64, 2..5_u32, by, initial).prop_map(
        |(contract, slot, copies, by, initial)| SlotSplit {
            address: address(contract),
            slot: U256::from(slot),
            copies,
            by,
            initial,
        },
    );
    prop::collection::vec(one, 1..4).prop_map(|mut all| {
        all.sort_by_key(|one| (one.address, one.slot));
        all.dedup_by_key(|one| (one.address, one.slot));
        all
    })
}

fn with(plan: &Plan, splits: &[SlotSplit]) -> (Arc<Block>, Arc<World>) {
    let (block, mut world) = plan.build();
    let mut block = Block::clone(&block);
    split(&mut block, &mut world, splits);
    (Arc::new(block), world)
}

/// The result of every strategy is what its class promises.
fn check(block: &Arc<Block>, world: &Arc<World>, name: &str, lanes: u16, seed: u64) {
    let strategy: lanescope_protocol::Strategy = name.parse().unwrap();
    let settings = Settings { strategy, lanes, seed, ..Settings::default() };
    let Ok(expected) = run_sequential(block, world) else {
        // With copies a sender's later nonces may no longer fit.
        let begun = GasClockRun::new(block.clone(), world.clone(), &settings);
        if strategy.class() == Class::Exact {
            assert!(begun.is_err() || gas_clock(block, world, &settings).is_err(), "{name}");
        }
        return;
    };
    let listed = run_sequential_listed(block, world).unwrap().0;
    assert_eq!(difference(&expected, &listed), None);
    for run in [gas_clock(block, world, &settings), threads(block, world, &settings)] {
        // Access lists cannot say under old rules whether an empty account exists.
        let Ok(run) = run else {
            assert_eq!(strategy.rules.name(), StrategyName::AccessList, "{name}");
            continue;
        };
        assert_eq!(run.rejected, None, "{name}");
        match (strategy.class(), &run.replay) {
            (Class::Nothing, _) => {}
            (_, Some(replay)) => assert_eq!(difference(replay, &run.outcome), None, "{name}"),
            (_, None) => assert_eq!(difference(&expected, &run.outcome), None, "{name}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn every_strategy_equals_one_lane_whatever_is_split(
        plan in plans(),
        splits in splits(),
        name in prop::sample::select(RULES.to_vec()),
        lanes in prop::sample::select(vec![1_u16, 2, 4, 16]),
        seed in 0..16_u64,
    ) {
        let (block, world) = with(&plan, &splits);
        check(&block, &world, name, lanes, seed);
    }

    /// Slot 7 is one that no program touches.
    #[test]
    fn a_split_changes_nothing_for_who_does_not_touch_the_slot(plan in plans(), splits in splits()) {
        let (block, world) = plan.build();
        let aside: Vec<_> =
            splits.iter().map(|one| SlotSplit { slot: U256::from(7), ..*one }).collect();
        let (changed, changed_world) = with(&plan, &aside);
        match (run_sequential(&block, &world), run_sequential(&changed, &changed_world)) {
            (Ok(plain), Ok(mut changed)) => {
                // Contracts that die leave nothing behind, the copies that nobody used included.
                let copies: Vec<_> =
                    aside.iter().flat_map(|one| (1..8).map(|n| copy_key(one.slot, n))).collect();
                for change in changed.state.values_mut() {
                    change.storage.retain(|key, _| !copies.contains(key));
                }
                prop_assert_eq!(difference(&plain, &changed), None);
            }
            (Err(plain), Err(changed)) => prop_assert_eq!(plain, changed),
            (plain, changed) => prop_assert!(false, "{plain:?} against {changed:?}"),
        }
    }
}

/// Adds one to slot 0 and remembers that in slot 1.
const COUNTER: [u8; 15] = [
    0x60, 0, 0x54, 0x60, 1, 0x01, 0x60, 0, 0x55, // slot 0
    0x60, 0, 0x54, 0x60, 1, 0x55, // slot 1 = slot 0
];
const CALLS: u8 = 24;

fn counter() -> Address {
    Address::with_last_byte(0xcc)
}

/// Everybody calls the counter once.
fn counting(value: u64) -> (Block, Arc<World>) {
    let mut world = World::new();
    let info = AccountInfo { code: Some(code()), ..AccountInfo::default() };
    let storage = [(U256::ZERO, U256::from(value))].into_iter().collect();
    world.insert(counter(), WorldAccount { info, storage });
    let mut block = Block { env: BlockEnv::default(), ..Block::default() };
    block.env.gas_limit = 30_000_000;
    for index in 0..CALLS {
        let caller = Address::with_last_byte(index + 1);
        let info =
            AccountInfo { balance: U256::from(10).pow(U256::from(18)), ..AccountInfo::default() };
        world.insert(caller, WorldAccount { info, ..WorldAccount::default() });
        let kind = TxKind::Call(counter());
        let tx = TxEnv { caller, kind, gas_limit: 100_000, ..TxEnv::default() };
        block.transactions.push(Arc::new(tx));
    }
    (block, Arc::new(world))
}

fn code() -> Bytecode {
    Bytecode::new_legacy(COUNTER.to_vec().into())
}

fn of(copies: u32, by: SplitBy, initial: SplitInitial) -> SlotSplit {
    SlotSplit { address: counter(), slot: U256::ZERO, copies, by, initial }
}

/// The values of all copies of slot 0 after the block.
fn after(block: &Block, world: &Arc<World>, copies: u32) -> Vec<u64> {
    let outcome = run_sequential(&Arc::new(block.clone()), world).unwrap();
    // The baseline of measurements runs the same changed block.
    let baseline = run_baseline(block, world).unwrap().outcome(block).unwrap();
    assert_eq!(difference(&outcome, &baseline), None);
    let changed = &outcome.state[&counter()].storage;
    let value = |copy| {
        let key = copy_key(U256::ZERO, copy);
        changed.get(&key).copied().unwrap_or_else(|| world.slot(&counter(), key)).to::<u64>()
    };
    (0..copies).map(value).collect()
}

#[test]
fn copies_of_a_sum_add_up_to_what_it_would_be() {
    let (plain, world) = counting(5);
    let total = after(&plain, &world, 1)[0];
    assert_eq!(total, 5 + u64::from(CALLS));
    for copies in [2, 3, 8, 64] {
        for by in [SplitBy::Index, SplitBy::Sender] {
            let (mut block, mut world) = counting(5);
            split(&mut block, &mut world, &[of(copies, by, SplitInitial::First)]);
            let values = after(&block, &world, copies);
            assert_eq!(values.iter().sum::<u64>(), total, "{values:?}");
            assert!(values.iter().filter(|value| **value > 0).count() > 1, "{values:?}");
        }
    }
}

#[test]
fn copies_begin_as_told_and_turns_go_round() {
    let values = |initial| {
        let (mut block, mut world) = counting(5);
        split(&mut block, &mut world, &[of(4, SplitBy::Index, initial)]);
        after(&block, &world, 4)
    };
    let each = u64::from(CALLS) / 4;
    assert_eq!(values(SplitInitial::Copy), [5 + each; 4]);
    assert_eq!(values(SplitInitial::First), [5 + each, each, each, each]);
    let apart: Vec<_> = (0..4).map(|copy| 5 + each + (copy << 32)).collect();
    assert_eq!(values(SplitInitial::Apart), apart);
}

/// Without the hot slot they still meet in slot 1; the split of both sets them free.
#[test]
fn lanes_are_set_free() {
    let (block, world) = counting(5);
    let both = |slot| SlotSplit { slot, ..of(8, SplitBy::Index, SplitInitial::First) };
    let settings = Settings { lanes: 8, ..Settings::default() };
    let time = |splits: &[SlotSplit]| {
        let (mut block, mut world) = (block.clone(), Arc::clone(&world));
        split(&mut block, &mut world, splits);
        gas_clock(&Arc::new(block), &world, &settings).unwrap().makespan
    };
    let plain = time(&[]);
    let free = time(&[both(U256::ZERO), both(U256::ONE)]);
    assert!(free * 3 < plain, "{free} after {plain}");
}

#[test]
fn entries_of_access_lists_warm_the_copy() {
    let gas = |lists: bool| {
        let (mut block, mut world) = counting(5);
        for tx in &mut block.transactions {
            let keys = if lists { vec![B256::ZERO, B256::with_last_byte(9)] } else { Vec::new() };
            let tx = Arc::make_mut(tx);
            tx.tx_type = 1;
            tx.access_list =
                AccessList(vec![AccessListItem { address: counter(), storage_keys: keys }]);
        }
        split(&mut block, &mut world, &[of(4, SplitBy::Index, SplitInitial::Copy)]);
        let listed = &block.transactions[1].access_list.0[0].storage_keys;
        if lists {
            assert_eq!(listed[..], [B256::from(copy_key(U256::ZERO, 1)), B256::with_last_byte(9)]);
        }
        run_sequential(&Arc::new(block), &world).unwrap().receipts[1].gas_used
    };
    // Two keys cost 3,800; a cold slot that is warm already costs 2,000 less.
    assert_eq!(gas(true), gas(false) + 3_800 - 2_000);
}

#[test]
fn a_copy_depends_on_the_transaction_alone_and_no_split_is_no_change() {
    let (mut block, mut world) = counting(5);
    let before = Arc::clone(&world);
    split(&mut block, &mut world, &[]);
    assert!(block.splits.is_none() && Arc::ptr_eq(&before, &world));
    split(&mut block, &mut world, &[of(4, SplitBy::Index, SplitInitial::First)]);
    assert!(Arc::ptr_eq(&before, &world), "nothing is put in, so nothing is copied");
    let splits: Arc<Splits> = block.splits.clone().unwrap();
    let used = |tx: &TxEnv| splits.copy(counter(), U256::ZERO, tx);
    for (index, tx) in (0..).zip(&block.transactions) {
        assert_eq!(used(tx), Some(copy_key(U256::ZERO, index % 4)));
    }
    assert_eq!(used(&TxEnv::default()), None, "the protocol's own calls");
    assert_eq!(splits.copy(counter(), U256::ONE, &block.transactions[1]), None);
    assert_ne!(copy_key(U256::ZERO, 1), copy_key(U256::ONE, 1));
}
