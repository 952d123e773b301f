//! The memory over a world.

use std::sync::Arc;

use revm::bytecode::Bytecode;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, B256, Bytes, KECCAK_EMPTY, keccak256};
use revm::state::AccountInfo;

use super::super::{AccountChange, Life, Location, Memory, NonceChange};
use super::*;
use crate::block::Block;
use crate::outcome::{self, StateChanges};
use crate::world::{World, WorldAccount};

const HERE: Address = Address::with_last_byte(1);
const NOWHERE: Address = Address::with_last_byte(2);
const MINER: Address = Address::with_last_byte(3);
const AFTER: TxIndex = TxIndex(u32::MAX);

fn memory_of(spec: SpecId, before: &StateChanges) -> Memory {
    let mut world = World::new();
    let code = Some(Bytecode::new_legacy(Bytes::from_static(&[0x00])));
    let info = AccountInfo { balance: n(100), nonce: 1, code, ..AccountInfo::default() };
    let storage = [(n(0), n(7)), (n(1), n(8))].into_iter().collect();
    world.insert(HERE, WorldAccount { info, storage });
    let mut block = Block { spec, ..Block::default() };
    block.env.beneficiary = MINER;
    block.transactions = vec![Arc::default(); 8];
    Memory::new(&block, Arc::new(world), before)
}

fn memory() -> Memory {
    memory_of(SpecId::OSAKA, &StateChanges::new())
}

fn life(life: Life) -> AccountChange {
    AccountChange { life, ..AccountChange::default() }
}

/// What a transaction would find in a slot of an account, given who cleared it.
fn slot(memory: &Memory, address: Address, key: u64, reader: u32) -> U256 {
    let account = memory.account_number(&address);
    let reader = TxIndex(reader);
    let reset = memory.find_account(account, reader).by.reset;
    let slot = memory.slot(account, n(key));
    match memory.find_slot(slot, reader, reset) {
        SlotFound::Base => slot.base,
        SlotFound::Value(_, value) => value,
        SlotFound::Estimate(_) => U256::MAX,
    }
}

#[test]
fn what_nobody_wrote_is_as_in_the_world() {
    let memory = memory();
    let (here, nowhere) = (memory.account_number(&HERE), memory.account_number(&NOWHERE));
    let state = memory.find_account(here, TxIndex(3));
    assert_eq!((state.balance, state.nonce, state.exists), (n(100), 1, true));
    assert_eq!(state.code_hash, keccak256([0]));
    let state = memory.find_account(nowhere, TxIndex(3));
    assert_eq!((state.balance, state.code_hash, state.exists), (n(0), KECCAK_EMPTY, false));
    assert_eq!(slot(&memory, HERE, 1, 3), n(8));
    assert_eq!(slot(&memory, HERE, 2, 3), n(0));
    assert_eq!(slot(&memory, NOWHERE, 1, 3), n(0));
}

#[test]
fn numbers_lead_back_to_names() {
    let memory = memory();
    for address in [HERE, NOWHERE, MINER] {
        let account = memory.account_number(&address);
        assert_eq!(memory.account_number(&address), account);
        assert_eq!(memory.address(account), address);
        for key in [n(0), n(1), n(2), U256::MAX] {
            let slot = memory.slot(account, key);
            assert_eq!(memory.slot(account, key).number, slot.number);
            assert_eq!(memory.key(account, slot.number), key);
            assert_eq!(memory.slot_location(account, slot.number), Location::Slot(address, key));
        }
    }
}

#[test]
fn what_the_protocol_did_before_lies_below_everything() {
    let change = outcome::AccountChange {
        exists: true,
        balance: n(5),
        nonce: 2,
        code_hash: KECCAK_EMPTY,
        storage: [(n(1), n(9)), (n(4), n(4))].into_iter().collect(),
    };
    let before = [(HERE, change.clone()), (NOWHERE, change)].into_iter().collect();
    let memory = memory_of(SpecId::OSAKA, &before);
    for address in [HERE, NOWHERE] {
        let state = memory.find_account(memory.account_number(&address), TxIndex(0));
        assert_eq!((state.balance, state.nonce, state.exists), (n(5), 2, true));
        assert_eq!(slot(&memory, address, 1, 0), n(9));
        assert_eq!(slot(&memory, address, 4, 0), n(4));
    }
    assert_eq!(slot(&memory, HERE, 0, 0), n(7), "what it left alone is as in the world");
    assert_eq!(slot(&memory, NOWHERE, 0, 0), n(0));
}

#[test]
fn clearing_hides_older_slots_but_not_its_own() {
    let memory = memory();
    let here = memory.account_number(&HERE);
    let write = |key, version, value| {
        memory.publish_slot(memory.slot(here, n(key)).number, version, n(value));
    };
    write(1, v(1, 0), 11);
    memory.publish_account(here, v(2, 0), life(Life::Created));
    write(5, v(2, 0), 55);
    assert_eq!(slot(&memory, HERE, 0, 2), n(7));
    assert_eq!(slot(&memory, HERE, 0, 3), n(0), "the world's slots are gone");
    assert_eq!(slot(&memory, HERE, 1, 2), n(11));
    assert_eq!(slot(&memory, HERE, 1, 3), n(0), "and older writes");
    assert_eq!(slot(&memory, HERE, 5, 3), n(55), "its own write counts");
    write(1, v(4, 0), 14);
    assert_eq!(slot(&memory, HERE, 1, 4), n(0));
    assert_eq!(slot(&memory, HERE, 1, 5), n(14), "a later one does");
    memory.publish_account(here, v(5, 0), life(Life::Destroyed));
    assert_eq!(slot(&memory, HERE, 1, 6), n(0));
    let number = memory.slot(here, n(1)).number;
    memory.mark_estimate(number, TxIndex(4));
    assert_eq!(slot(&memory, HERE, 1, 5), U256::MAX, "an estimate stops");
    assert_eq!(slot(&memory, HERE, 1, 6), n(0), "unless it is cleared afterwards");
    memory.retract_account(here, TxIndex(5));
    memory.retract_slot(number, TxIndex(4));
    memory.retract_account(here, TxIndex(2));
    assert_eq!(slot(&memory, HERE, 1, 6), n(11));
}

#[test]
fn fees_are_seen_when_they_are_final_and_die_with_their_recipient() {
    let memory = memory();
    let miner = memory.account_number(&MINER);
    assert_eq!(memory.fee_recipient(), miner);
    for tx in 0..8 {
        memory.publish_fee(TxIndex(tx), n(1 << tx));
    }
    let balance = |tx| memory.find_account(miner, TxIndex(tx)).balance;
    assert_eq!(balance(5), n(0));
    memory.settle(3);
    assert_eq!(balance(5), n(0b111), "a lower bound");
    assert_eq!(balance(2), n(0b11));
    memory.publish_account(miner, v(4, 0), AccountChange { added: n(64), ..life(Life::Goes) });
    memory.settle(8);
    assert_eq!(balance(4), n(0b1111));
    assert_eq!(balance(5), n(64 + 0b1_1111));
    // The fee of the transaction in which it dies is nothing, or said to be by whoever publishes.
    memory.publish_account(miner, v(5, 0), life(Life::Destroyed));
    memory.publish_fee(TxIndex(5), n(0));
    assert_eq!(balance(6), n(0));
    assert_eq!(memory.find_account(miner, AFTER).balance, n(64 + 128));
    let other = memory.account_number(&HERE);
    assert_eq!(memory.find_account(other, AFTER).balance, n(100));
}

#[test]
fn before_eip_161_whoever_is_paid_nothing_exists() {
    for (spec, keeps_empty) in [(SpecId::HOMESTEAD, true), (SpecId::SPURIOUS_DRAGON, false)] {
        let memory = memory_of(spec, &StateChanges::new());
        let miner = memory.account_number(&MINER);
        let exists = |reader| memory.find_account(miner, reader).exists;
        assert!(!exists(TxIndex(0)));
        assert_eq!(exists(TxIndex(1)), keeps_empty);
        memory.publish_account(miner, v(2, 0), life(Life::Destroyed));
        assert!(!exists(TxIndex(3)), "it dies after it was paid");
        assert_eq!(exists(TxIndex(4)), keeps_empty, "and is paid again");
        memory.publish_account(miner, v(7, 0), life(Life::Destroyed));
        assert!(!exists(AFTER), "nobody pays after the last transaction");
    }
}

#[test]
fn codes_are_known_by_hash() {
    let memory = memory();
    let here = memory.account_number(&HERE);
    let created = Bytecode::new_legacy(Bytes::from_static(&[0x01, 0x02]));
    let (old, new) = (keccak256([0]), keccak256([1, 2]));
    assert!(memory.code_by_hash(new).is_empty());
    memory.publish_code(new, created.clone());
    assert_eq!(memory.code(here, new, 1), created, "even if the account had another");
    assert_eq!(memory.code_by_hash(new), created);
    assert_eq!(memory.code(here, old, 1).original_byte_slice(), [0]);
    let nowhere = memory.account_number(&NOWHERE);
    assert_eq!(memory.code(nowhere, old, 1).original_byte_slice(), [0]);
    for empty in [KECCAK_EMPTY, B256::ZERO] {
        assert!(memory.code(here, empty, 1).is_empty());
    }
    let raised = AccountChange { nonce: NonceChange::Add(2), ..life(Life::Goes) };
    memory.publish_account(here, v(0, 0), raised);
    assert_eq!(memory.find_account(here, TxIndex(1)).code_hash, old);
}
