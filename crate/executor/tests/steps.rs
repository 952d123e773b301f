//! Opcode by opcode: how transactions end, what they call and create, and what they see.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use std::sync::Arc;

use lanescope_executor::{Block, SequentialRun, World, WorldAccount};
use lanescope_protocol::event::Status;
use lanescope_protocol::steps::{Inspection, Look, STEPS_MAX, Seen, Spot};
use lanescope_protocol::{AccessKind, trace::LocationKind};
use revm::bytecode::Bytecode;
use revm::bytecode::opcode::{
    ADD, BALANCE, CALL, CREATE, GAS, INVALID, JUMP, JUMPDEST, PUSH0, PUSH1, REVERT, SLOAD, SSTORE,
    STOP,
};
use revm::context::{BlockEnv, TxEnv};
use revm::primitives::{Address, Bytes, TxKind, U256};
use revm::state::AccountInfo;

const SENDER: Address = Address::with_last_byte(0xaa);
const CONTRACT: Address = Address::with_last_byte(0xcc);
const INTRINSIC: u64 = 21_000;

/// A block of calls of one contract with this code, whose slot 0 holds 5.
fn block(code: &[u8], calls: u64, to: TxKind, gas_limit: u64) -> (Arc<Block>, Arc<World>) {
    let mut world = World::new();
    let rich =
        AccountInfo { balance: U256::from(10).pow(U256::from(18)), ..AccountInfo::default() };
    world.insert(SENDER, WorldAccount { info: rich, ..WorldAccount::default() });
    let code = Bytecode::new_raw(Bytes::copy_from_slice(code));
    let info = AccountInfo { nonce: 1, code: Some(code), ..AccountInfo::default() };
    let storage = [(U256::ZERO, U256::from(5))].into_iter().collect();
    world.insert(CONTRACT, WorldAccount { info, storage });
    let env = BlockEnv { gas_limit: 400_000_000, ..BlockEnv::default() };
    let tx = |nonce| TxEnv { caller: SENDER, kind: to, nonce, gas_limit, ..TxEnv::default() };
    let transactions = (0..calls).map(|nonce| Arc::new(tx(nonce))).collect();
    (Arc::new(Block { env, transactions, ..Block::default() }), Arc::new(world))
}

fn inspect(block: &Arc<Block>, world: &Arc<World>, at: usize, seen: &Seen) -> Inspection {
    let mut run = SequentialRun::new(Arc::clone(block), Arc::clone(world)).unwrap();
    while run.done() < at {
        run.step().unwrap();
    }
    run.into_before().unwrap().inspect(seen)
}

/// The only call of a contract with this code, on the state before the block.
fn call(code: &[u8]) -> Inspection {
    let (block, world) = block(code, 1, TxKind::Call(CONTRACT), 200_000);
    inspect(&block, &world, 0, &Seen::default())
}

fn opcodes(all: &Inspection) -> Vec<u8> {
    all.steps.iter().map(|step| step.opcode).collect()
}

fn word(number: u64) -> [u8; 32] {
    U256::from(number).to_be_bytes()
}

fn slot(key: u64) -> Spot {
    Spot { kind: LocationKind::Slot, address: CONTRACT.into_array(), key: word(key) }
}

#[test]
fn a_payment_runs_no_code() {
    let (block, world) = block(&[], 1, TxKind::Call(Address::with_last_byte(0xee)), 30_000);
    let all = inspect(&block, &world, 0, &Seen::default());
    assert_eq!((all.steps_total, all.gas_used, all.calls.len()), (0, INTRINSIC, 1));
    assert_eq!(all.status, Some(Status::Succeeded));
    assert_eq!(all.calls[0].status, Some(Status::Succeeded));
}

#[test]
fn every_opcode_is_written_down_with_stack_and_gas() {
    let all = call(&[PUSH1, 3, PUSH0, SLOAD, ADD, PUSH0, SSTORE, STOP]);
    assert_eq!(opcodes(&all), [PUSH1, PUSH0, SLOAD, ADD, PUSH0, SSTORE, STOP]);
    assert_eq!(all.stack(2), [word(0), word(3)]);
    assert_eq!(all.stack(3), [word(5), word(3)], "the slot is on the stack");
    assert_eq!(all.stack(5), [word(0), word(8)]);
    let spent: Vec<_> = all.steps.iter().map(|step| step.spent - INTRINSIC).collect();
    assert_eq!(spent, [0, 3, 5, 2_105, 2_108, 2_110, 5_010]);
    assert_eq!(all.gas_used, INTRINSIC + 5_010);
    assert_eq!(all.steps[5].left, 200_000 - INTRINSIC - 2_110);
}

#[test]
fn a_revert_and_a_halt_are_told_apart() {
    let reverted = call(&[PUSH0, PUSH0, REVERT]);
    assert_eq!(reverted.status, Some(Status::Reverted));
    assert_eq!(reverted.calls[0].status, Some(Status::Reverted));
    assert_eq!(reverted.gas_used, INTRINSIC + 4);

    let halted = call(&[INVALID]);
    assert_eq!((halted.status, halted.gas_used), (Some(Status::Halted), 200_000));
    assert_eq!(halted.calls[0].gas_spent, 200_000 - INTRINSIC);
    let invalid = halted.tallies.iter().find(|tally| tally.opcode == INVALID).unwrap();
    assert_eq!(invalid.gas, 200_000 - INTRINSIC, "it took all that was left");
}

#[test]
fn a_creation_is_a_call_with_an_address_of_its_own() {
    // One byte of memory, which is STOP, is its init code.
    let all = call(&[PUSH1, 1, PUSH0, PUSH0, CREATE, STOP]);
    let created = &all.calls[1];
    assert_eq!((created.opcode, created.parent, created.depth), (CREATE, Some(0), 1));
    assert_eq!(created.status, Some(Status::Succeeded));
    assert_eq!(created.target, CONTRACT.create(1).into_array());
    assert_eq!(opcodes(&all), [PUSH1, PUSH0, PUSH0, CREATE, STOP, STOP]);
    assert_eq!(all.steps[4].call, 1, "the init code");
    assert_eq!(all.stack(5)[0][12..], created.target, "its address is what the creator gets");

    let (block, world) = block(&[], 1, TxKind::Create, 100_000);
    let deployed = inspect(&block, &world, 0, &Seen::default());
    assert_eq!((deployed.calls[0].opcode, deployed.status), (CREATE, Some(Status::Succeeded)));
    assert_eq!(deployed.calls[0].target, SENDER.create(0).into_array());
}

#[test]
fn a_precompile_is_a_call_without_steps() {
    let identity = 4;
    let all = call(&[PUSH0, PUSH0, PUSH1, 32, PUSH0, PUSH0, PUSH1, identity, GAS, CALL, STOP]);
    assert_eq!(all.calls.len(), 2);
    let precompile = &all.calls[1];
    assert_eq!(precompile.code, Address::with_last_byte(identity).into_array());
    assert_eq!((precompile.gas_spent, precompile.input_bytes), (18, 32));
    assert!(all.steps.iter().all(|step| step.call == 0));
    let calls = all.tallies.iter().find(|tally| tally.opcode == CALL).unwrap();
    assert_eq!(calls.gas, 100 + 3 + 18, "warm account, memory, and what the precompile took");
}

#[test]
fn beyond_the_limit_steps_are_only_counted() {
    let (block, world) = block(&[JUMPDEST, PUSH0, JUMP], 1, TxKind::Call(CONTRACT), 10_000_000);
    let all = inspect(&block, &world, 0, &Seen::default());
    assert_eq!(all.steps.len(), STEPS_MAX);
    let counted: u64 = all.tallies.iter().map(|tally| tally.count).sum();
    assert_eq!(counted, all.steps_total);
    assert!(all.steps_total > 2_000_000, "{}", all.steps_total);
    let gas: u64 = all.tallies.iter().map(|tally| tally.gas).sum();
    assert_eq!(gas, 10_000_000 - INTRINSIC);
    assert_eq!(Inspection::decode(&all.encode()).unwrap(), all);
}

#[test]
fn an_incarnation_sees_what_it_saw_and_not_what_holds() {
    let code = [PUSH0, SLOAD, PUSH1, 1, ADD, PUSH0, SSTORE, STOP];
    let (block, world) = block(&code, 3, TxKind::Call(CONTRACT), 100_000);
    let in_order = inspect(&block, &world, 2, &Seen::default());
    assert_eq!(in_order.stack(2), [word(7)], "two calls before it raised the counter");

    let account =
        |address: Address, kind| Spot { kind, address: address.into_array(), key: [0; 32] };
    let code_hash = |address: &Address| world.account(address).unwrap().info.code_hash.0;
    let read = |spot, value| Look { kind: AccessKind::Read, spot, value };
    let mut looks = vec![
        read(account(SENDER, LocationKind::Code), code_hash(&SENDER)),
        read(account(CONTRACT, LocationKind::Code), code_hash(&CONTRACT)),
        read(slot(0), word(5)),
    ];
    let stale = inspect(&block, &world, 2, &Seen { looks: looks.clone(), stopped_at: None });
    assert_eq!(stale.stack(2), [word(5)], "it read the counter too early");
    assert_eq!(stale.strangers, []);
    assert_eq!(stale.status, Some(Status::Succeeded));

    looks.pop();
    let stopped = Seen { looks: looks.clone(), stopped_at: Some(slot(0)) };
    let stopped = inspect(&block, &world, 2, &stopped);
    assert_eq!((stopped.status, opcodes(&stopped)), (None, vec![PUSH0, SLOAD]));

    let forgot = inspect(&block, &world, 2, &Seen { looks, stopped_at: None });
    assert_eq!(forgot.strangers, [slot(0)], "what it asks for and never saw is said");
}

#[test]
fn bounds_of_a_balance_are_kept() {
    let code = [PUSH1, 0xaa, BALANCE, STOP];
    let (block, world) = block(&code, 1, TxKind::Call(CONTRACT), 100_000);
    let balance = Spot { kind: LocationKind::Balance, address: SENDER.into_array(), key: [0; 32] };
    let on = |kind, value: u128| {
        let look = Look { kind, spot: balance, value: U256::from(value).to_be_bytes() };
        let all = inspect(&block, &world, 0, &Seen { looks: vec![look], stopped_at: None });
        U256::from_be_bytes(all.stack(2)[0]).to::<u128>()
    };
    let ether = 10_u128.pow(18);
    assert_eq!(on(AccessKind::Read, 3 * ether), 3 * ether);
    assert_eq!(on(AccessKind::AtLeast, 2 * ether), 2 * ether);
    assert_eq!(on(AccessKind::AtLeast, 7), ether, "it was met");
    assert_eq!(on(AccessKind::Below, ether / 2), ether / 2 - 1);
}
