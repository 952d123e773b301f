//! Whether what is recorded as needed is all that is: a transaction is run again with every balance
//! and nonce that it read moved as far as its needs allow, and must do the same.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lanescope_protocol::{Lane, TxIndex};
use proptest::prelude::*;
use revm::bytecode::Bytecode;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, KECCAK_EMPTY, U256};

use super::machine::{Chance, Execution, Machine};
use super::reads::{AccountRead, Field, Needs};
use crate::block::Block;
use crate::memory::{self, AccountState, Memory};
use crate::outcome::{AccountChange, Outcome};
use crate::run_sequential;
use crate::strategy::Manner;
use crate::support::{Child, How, Plan, Step, Tx, USERS, address, plans};
use crate::world::World;

/// More than any need, and far from overflowing.
const RICH: U256 = U256::from_limbs([0, 1 << 60, 0, 0]);

/// Everything that others can see of an execution.
#[derive(Debug, PartialEq)]
struct Deeds {
    verdict: String,
    accounts: BTreeMap<Address, memory::AccountChange>,
    slots: BTreeMap<(Address, U256), U256>,
    read: BTreeMap<(Address, U256), U256>,
    empty_slots: BTreeSet<(Address, U256)>,
    fee: U256,
    loaded: Vec<Address>,
    last_check: bool,
}

/// Runs one transaction of a block on the state that others have left.
fn run(block: &Arc<Block>, world: &Arc<World>, left: &Outcome, tx: u32) -> (Box<Execution>, Deeds) {
    let memory = Arc::new(Memory::new(block, Arc::clone(world), &left.state));
    for (hash, code) in &left.codes {
        memory.publish_code(*hash, Bytecode::new_raw(code.clone()));
    }
    let mut machine =
        Machine::new(Arc::clone(block), Arc::clone(&memory), Lane(0), Manner::default());
    let execution = machine.execute(TxIndex(tx), Chance { is_first: true, ..Chance::default() });
    let effects = &execution.effects;
    let slot = |account, number| (memory.address(account), memory.key(account, number));
    let deeds = Deeds {
        verdict: format!("{:?}", execution.verdict),
        accounts: effects
            .accounts
            .iter()
            .map(|(account, change)| (memory.address(*account), change.clone()))
            .collect(),
        slots: effects.slots.iter().map(|it| (slot(it.account, it.slot), it.value)).collect(),
        read: execution
            .slots
            .iter()
            .map(|it| (slot(it.slot.account, it.slot.number), it.value))
            .collect(),
        empty_slots: effects
            .empty_slots
            .iter()
            .map(|(account, key)| (memory.address(*account), *key))
            .collect(),
        fee: effects.fee,
        loaded: execution.accounts.iter().map(|read| read.address).collect(),
        last_check: execution.needs_last_check,
    };
    (execution, deeds)
}

/// Another state of an account that a transaction has read, within its needs.
fn moved(read: &AccountRead, how: Move, keeps_empty: bool, luck: &mut u64) -> AccountState {
    let mut draw = |most: u64| {
        // A linear congruence is luck enough (Knuth, MMIX).
        *luck =
            luck.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*luck >> 33) % most
    };
    let (lowest, highest) = (read.needs.at_least, read.needs.below.map_or(RICH, |b| b - U256::ONE));
    let little = U256::from(draw(2_000));
    let balances = match how {
        Move::Down => [lowest, lowest],
        Move::Up => [highest, highest],
        Move::About => [lowest.saturating_add(little), highest.saturating_sub(little)],
    };
    let balance = [balances[0], balances[1], read.seen.balance][draw(3) as usize];
    let nonce =
        [read.seen.nonce, 0, 1, read.seen.nonce.saturating_add(1 + draw(4))][draw(4) as usize];
    let mut best = read.seen;
    for (balance, nonce) in
        [(balance, nonce), (balance, read.seen.nonce), (read.seen.balance, nonce)]
    {
        let mut now = AccountState { balance, nonce, ..read.seen };
        // Under the old rules an account may exist and be empty, but not the other way round.
        now.exists = !now.is_empty() || (keeps_empty && read.seen.exists);
        if read.difference(&now).is_none() {
            best = now;
            break;
        }
    }
    best
}

#[derive(Clone, Copy, Debug)]
enum Move {
    Down,
    Up,
    About,
}

/// Answers how many balances and nonces were moved.
fn check(plan: &Plan, mut luck: u64) -> [u32; 2] {
    let (block, world) = plan.build();
    let mut moves = [0; 2];
    let keeps_empty = crate::rules::keeps_empty(block.spec);
    for tx in 0..block.transactions.len() {
        let mut before = (*block).clone();
        before.transactions.truncate(tx);
        let Ok(left) = run_sequential(&Arc::new(before), &world) else { break };
        let (execution, deeds) = run(&block, &world, &left, tx as u32);
        for how in [Move::Down, Move::Up, Move::About, Move::About] {
            let mut other = left.clone();
            for read in &execution.accounts {
                let now = moved(read, how, keeps_empty, &mut luck);
                moves[0] += u32::from(now.balance != read.seen.balance);
                moves[1] += u32::from(now.nonce != read.seen.nonce);
                let storage = other.state.remove(&read.address).map(|change| change.storage);
                let change = AccountChange {
                    exists: now.exists,
                    balance: now.balance,
                    nonce: now.nonce,
                    code_hash: now.code_hash,
                    storage: storage.unwrap_or_default(),
                };
                other.state.insert(read.address, change);
            }
            let (again, found) = run(&block, &world, &other, tx as u32);
            let reads = || {
                let both = execution.accounts.iter().zip(&again.accounts);
                let lines = both.map(|(first, then)| {
                    let (seen, now) = (first.seen, then.seen);
                    let (address, needs) = (first.address, first.needs);
                    format!(
                        "{address} balance {} -> {}, nonce {} -> {}, {needs:?}\n",
                        seen.balance, now.balance, seen.nonce, now.nonce
                    )
                });
                lines.collect::<String>()
            };
            assert_eq!(
                deeds,
                found,
                "T{} {how:?}\n{}{:?}\n{:?}",
                tx + 1,
                reads(),
                block.transactions[tx],
                plan.programs
            );
        }
    }
    moves
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, ..ProptestConfig::default() })]

    #[test]
    fn within_its_needs_a_transaction_does_the_same(plan in plans(), luck in any::<u64>()) {
        check(&plan, luck);
    }
}

#[test]
fn needs_leave_room() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let (plans, mut runner) = (plans(), TestRunner::deterministic());
    let mut strict = [0; 2];
    let mut moves = [0; 2];
    for luck in 0..300 {
        let plan = plans.new_tree(&mut runner).unwrap().current();
        let sum = if plan.spec.is_enabled_in(SpecId::AMSTERDAM) { &mut strict } else { &mut moves };
        for (sum, more) in sum.iter_mut().zip(check(&plan, luck)) {
            *sum += more;
        }
    }
    assert!(moves.iter().all(|times| *times > 2_000), "{moves:?}");
    assert_eq!(strict, [0; 2], "where needs are not known, everything is needed");
}

/// What a program needs of an account, and its state, when it is called with so much ether.
fn needs(program: &[Step], value: u32, of: u8) -> Needs {
    let txs = vec![Tx { to: USERS, value, ..Tx::default() }];
    let programs = vec![program.to_vec()];
    let plan = Plan { spec: SpecId::OSAKA, programs, txs, beneficiary: 1, ..Plan::default() };
    let (block, world) = plan.build();
    let (execution, _) = run(&block, &world, &Outcome::default(), 0);
    let read = execution.accounts.iter().find(|read| read.address == address(of));
    let needs = read.unwrap_or_else(|| panic!("{of} was not read")).needs;
    // That only matters where accesses must be declared.
    Needs { payments: false, ..needs }
}

const NOBODY: u8 = USERS + 5;

fn call(to: u8, value: u16) -> Step {
    Step::Call { how: How::Plain, to, value }
}

#[test]
fn needs_are_no_more_than_what_was_looked_at() {
    let at_least = |least: u64| Needs { at_least: U256::from(least), ..Needs::default() };
    let own = |program: &[Step], value| Needs { storage: false, ..needs(program, value, USERS) };
    let looked = Needs { bare_nonce: true, ..Needs::default() };
    let exact = Needs { exact_balance: true, ..Needs::default() };
    let bare = Needs { bare_nonce: true, ..exact };

    // Sender and receiver.
    let sender = Needs { exact_nonce: true, ..at_least(3_000_000 * 5 + 100) };
    assert_eq!(needs(&[], 100, 0), sender);
    assert_eq!(own(&[], 100), Needs::default());
    assert_eq!(own(&[Step::Log { of: 0 }], 100), Needs::default());
    // Payments: the contract has 1,000.
    assert_eq!(own(&[call(2, 400), call(3, 300)], 0), at_least(700));
    assert_eq!(own(&[call(2, 400), call(3, 300)], 100), at_least(600));
    let below = Needs { below: Some(U256::from(1_900)), ..Needs::default() };
    assert_eq!(own(&[call(2, 2_000)], 100), below);
    let between = Needs { below: Some(U256::from(1_400)), ..at_least(400) };
    assert_eq!(own(&[call(2, 400), call(2, 1_000), call(2, 0)], 0), between);
    // Balances.
    assert_eq!(own(&[Step::OwnBalance { to: 1 }], 0), exact);
    assert_eq!(needs(&[Step::Balance { to: 1, of: 2 }], 0, 2), exact);
    // Who receives is looked at only if it may be empty.
    assert_eq!(needs(&[call(2, 0)], 0, 2), Needs::default());
    assert_eq!(needs(&[call(2, 1)], 0, 2), Needs { bare_nonce: true, ..at_least(1) });
    assert_eq!(needs(&[call(NOBODY, 0)], 0, NOBODY), Needs::default());
    assert_eq!(needs(&[call(NOBODY, 1)], 0, NOBODY), bare);
    // Code hashes tell empty from not.
    let hash = |of| [Step::CodeHash { to: 1, of }];
    assert_eq!(needs(&hash(2), 0, 2), Needs { bare_nonce: true, ..at_least(1) });
    assert_eq!(needs(&hash(NOBODY), 0, NOBODY), bare);
    assert_eq!(Needs { storage: false, ..needs(&hash(USERS), 0, USERS) }, looked);
    // Destruction hands on everything.
    let destroyed = [Step::DestroyIfOdd { of: 0, heir: NOBODY }];
    assert_eq!(own(&destroyed, 0), exact);
    assert_eq!(needs(&destroyed, 0, NOBODY), bare);
}

#[test]
fn a_contract_in_the_way_of_another_is_looked_at() {
    // The second transaction finds the contract of the first where it would create its own. Should
    // the first not create it after all, the second can: equal codes, another nonce.
    let create = Step::Create { salt: Some(0), value: 0, child: Child::Empty };
    let txs = vec![Tx { to: USERS, ..Tx::default() }, Tx { sender: 1, to: USERS, ..Tx::default() }];
    let programs = vec![vec![create]];
    let plan = Plan { spec: SpecId::OSAKA, programs, txs, beneficiary: 1, ..Plan::default() };
    let (block, world) = plan.build();
    let mut first = (*block).clone();
    first.transactions.truncate(1);
    let left = run_sequential(&Arc::new(first), &world).unwrap();
    let (execution, _) = run(&block, &world, &left, 1);
    let child = execution.accounts.last().unwrap();
    assert_eq!((child.seen.nonce, child.seen.code_hash), (1, KECCAK_EMPTY));
    assert_eq!(child.difference(&AccountState::default()), Some(Field::Nonce));
}

#[test]
fn outside_its_needs_a_read_no_longer_holds() {
    let seen = AccountState {
        balance: U256::from(500),
        nonce: 3,
        exists: true,
        ..AccountState::default()
    };
    let plan = Plan { txs: vec![Tx::default()], ..Plan::default() };
    let (block, world) = plan.build();
    let (execution, _) = run(&block, &world, &Outcome::default(), 0);
    let read = |needs| AccountRead { needs, seen, ..execution.accounts[0] };
    let balance = |balance: u64| AccountState { balance: U256::from(balance), ..seen };
    let bounds = Needs {
        at_least: U256::from(400),
        below: Some(U256::from(600)),
        bare_nonce: true,
        ..Needs::default()
    };
    for (found, expected) in [
        (balance(399), Some(Field::Balance)),
        (balance(400), None),
        (balance(599), None),
        (balance(600), Some(Field::Balance)),
        (AccountState { nonce: 0, ..seen }, Some(Field::Nonce)),
        (AccountState { nonce: 9, ..seen }, None),
        (AccountState { code_hash: U256::from(1).into(), ..seen }, Some(Field::Code)),
    ] {
        assert_eq!(read(bounds).difference(&found), expected, "{found:?}");
    }
    let exact = Needs { exact_balance: true, exact_nonce: true, existence: true, ..bounds };
    for (found, expected) in [
        (balance(501), Some(Field::Balance)),
        (AccountState { nonce: 9, ..seen }, Some(Field::Nonce)),
        (AccountState { exists: false, ..seen }, Some(Field::Balance)),
        (seen, None),
    ] {
        assert_eq!(read(exact).difference(&found), expected, "{found:?}");
    }
}
