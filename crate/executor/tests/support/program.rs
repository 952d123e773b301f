//! Small bytecode programs.

use proptest::prelude::*;
use revm::bytecode::opcode::{
    ADD, AND, BALANCE, CALL, CALLCODE, CREATE, CREATE2, DELEGATECALL, EXTCODEHASH, EXTCODESIZE,
    INVALID, ISZERO, JUMPDEST, JUMPI, LOG1, MOD, MSTORE, PUSH1, PUSH2, PUSH5, PUSH20, PUSH31,
    REVERT, SELFBALANCE, SELFDESTRUCT, SLOAD, SSTORE, STATICCALL, STOP, TLOAD, TSTORE,
};
use revm::primitives::hardfork::SpecId;

use super::{ADDRESSES, address};

/// One step of a contract's program.
#[derive(Clone, Debug)]
pub enum Step {
    /// slot[to] = slot[from] + add
    Store { to: u8, from: u8, add: u8 },
    /// slot[slot[from] % 3] = add: the key depends on data.
    StoreAt { from: u8, add: u8 },
    /// slot[to] = balance of an account
    Balance { to: u8, of: u8 },
    /// slot[to] = own balance
    OwnBalance { to: u8 },
    /// Calls an account; whether that went well lands in slot 5.
    Call { how: How, to: u8, value: u16 },
    /// slot[to] = hash of an account's code
    CodeHash { to: u8, of: u8 },
    /// Creates a contract that stores 7 in slot 0; its address lands in slot 6.
    Create { salt: Option<u8>, value: u16, child: Child },
    /// Calls the account whose address is in slot 6; a living child dies if it is paid.
    CallChild { value: u16 },
    /// Transient slot[key] += add; slot[to] = that.
    Transient { to: u8, key: u8, add: u8 },
    /// A log with slot[of] as its topic.
    Log { of: u8 },
    /// Reverts if slot[of] is odd.
    RevertIfOdd { of: u8 },
    /// Ends the contract, sending everything to an account, if slot[of] is odd.
    DestroyIfOdd { of: u8, heir: u8 },
}

/// How an account is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Plain,
    OldCode,
    Delegate,
    Static,
}

/// What a program creates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Child {
    /// Without code.
    Empty,
    /// Raises its slot 0 when it is called without ether; else gives everything back and dies.
    Mortal,
}

pub fn steps() -> impl Strategy<Value = Step> {
    let who = || 0..ADDRESSES;
    let how = prop_oneof![
        5 => Just(How::Plain),
        1 => Just(How::OldCode),
        2 => Just(How::Delegate),
        1 => Just(How::Static),
    ];
    // Contracts begin with 1,000 wei: some of these fail, some only sometimes.
    let value = || prop_oneof![4 => 0..3u16, 1 => Just(600), 1 => Just(2_000), 1 => Just(40_000)];
    let child = prop_oneof![Just(Child::Empty), Just(Child::Mortal)];
    prop_oneof![
        4 => (0..3u8, 0..3u8, 0..4u8).prop_map(|(to, from, add)| Step::Store { to, from, add }),
        2 => (0..3u8, 0..4u8).prop_map(|(from, add)| Step::StoreAt { from, add }),
        2 => (0..3u8, who()).prop_map(|(to, of)| Step::Balance { to, of }),
        1 => (0..3u8).prop_map(|to| Step::OwnBalance { to }),
        4 => (how, who(), value()).prop_map(|(how, to, value)| Step::Call { how, to, value }),
        1 => (0..3u8, who()).prop_map(|(to, of)| Step::CodeHash { to, of }),
        2 => (prop::option::of(0..2u8), value(), child)
            .prop_map(|(salt, value, child)| Step::Create { salt, value, child }),
        1 => (0..2u16).prop_map(|value| Step::CallChild { value }),
        1 => (0..3u8, 0..2u8, 0..3u8)
            .prop_map(|(to, key, add)| Step::Transient { to, key, add }),
        1 => (0..3u8).prop_map(|of| Step::Log { of }),
        1 => (0..3u8).prop_map(|of| Step::RevertIfOdd { of }),
        1 => (0..3u8, who()).prop_map(|(of, heir)| Step::DestroyIfOdd { of, heir }),
    ]
}

/// The program's bytecode under the rules of a fork: what a fork does not know is left out, or
/// said in an older way.
pub fn assemble(program: &[Step], spec: SpecId) -> Vec<u8> {
    let mut code = Vec::new();
    for step in program {
        match *step {
            Step::Store { to, from, add } => {
                code.extend([PUSH1, from, SLOAD, PUSH1, add, ADD, PUSH1, to, SSTORE]);
            }
            Step::StoreAt { from, add } => {
                code.extend([PUSH1, add, PUSH1, 3, PUSH1, from, SLOAD, MOD, SSTORE]);
            }
            Step::Balance { to, of } => {
                push_address(&mut code, of);
                code.extend([BALANCE, PUSH1, to, SSTORE]);
            }
            Step::OwnBalance { to } if spec.is_enabled_in(SpecId::ISTANBUL) => {
                code.extend([SELFBALANCE, PUSH1, to, SSTORE]);
            }
            Step::CodeHash { to, of } => {
                push_address(&mut code, of);
                // Before EXTCODEHASH the size tells as much.
                let hashes = spec.is_enabled_in(SpecId::PETERSBURG);
                code.extend([if hashes { EXTCODEHASH } else { EXTCODESIZE }, PUSH1, to, SSTORE]);
            }
            Step::Call { how, to, value } => call(&mut code, how, to, value, spec),
            Step::Create { salt, value, child } => create(&mut code, salt, value, child, spec),
            Step::CallChild { value } => {
                code.extend([PUSH1, 0, PUSH1, 0, PUSH1, 0, PUSH1, 0]);
                push_number(&mut code, value);
                code.extend([PUSH1, 6, SLOAD, PUSH2, 0xea, 0x60, CALL, PUSH1, 5, SSTORE]);
            }
            Step::Transient { to, key, add } if spec.is_enabled_in(SpecId::CANCUN) => {
                code.extend([PUSH1, key, TLOAD, PUSH1, add, ADD, PUSH1, key, TSTORE]);
                code.extend([PUSH1, key, TLOAD, PUSH1, to, SSTORE]);
            }
            Step::OwnBalance { .. } | Step::Transient { .. } => {}
            Step::Log { of } => code.extend([PUSH1, of, SLOAD, PUSH1, 0, PUSH1, 0, LOG1]),
            Step::RevertIfOdd { of } => {
                let end: &[u8] = if spec.is_enabled_in(SpecId::BYZANTIUM) {
                    &[PUSH1, 0, PUSH1, 0, REVERT]
                } else {
                    &[INVALID]
                };
                if_odd(&mut code, of, end);
            }
            Step::DestroyIfOdd { of, heir } => {
                let mut end = Vec::new();
                push_address(&mut end, heir);
                end.push(SELFDESTRUCT);
                if_odd(&mut code, of, &end);
            }
        }
    }
    code.push(STOP);
    code
}

fn call(code: &mut Vec<u8>, how: How, to: u8, value: u16, spec: SpecId) {
    let (op, pays) = match how {
        How::OldCode => (CALLCODE, true),
        How::Delegate if spec.is_enabled_in(SpecId::HOMESTEAD) => (DELEGATECALL, false),
        How::Static if spec.is_enabled_in(SpecId::BYZANTIUM) => (STATICCALL, false),
        _ => (CALL, true),
    };
    code.extend([PUSH1, 0, PUSH1, 0, PUSH1, 0, PUSH1, 0]);
    if pays {
        push_number(code, value);
    }
    push_address(code, to);
    code.extend([PUSH2, 0xea, 0x60, op, PUSH1, 5, SSTORE]); // 60,000 gas
}

/// `PUSH1 7 PUSH1 0 SSTORE`, and nothing returned.
const EMPTY: [u8; 5] = [0x60, 0x07, 0x60, 0x00, 0x55];
/// The same, and then this is returned: `CALLVALUE PUSH1 14 JUMPI PUSH1 0 SLOAD PUSH1 1 ADD
/// PUSH1 0 SSTORE STOP JUMPDEST CALLER SELFDESTRUCT`.
const MORTAL: [u8; 31] = [
    0x70, 0x34, 0x60, 0x0e, 0x57, 0x60, 0x00, 0x54, 0x60, 0x01, 0x01, 0x60, 0x00, 0x55, 0x00, 0x5b,
    0x33, 0xff, 0x60, 0x00, 0x52, 0x60, 0x07, 0x60, 0x00, 0x55, 0x60, 0x11, 0x60, 0x0f, 0xf3,
];

fn create(code: &mut Vec<u8>, salt: Option<u8>, value: u16, child: Child, spec: SpecId) {
    let (push, initcode) = match child {
        Child::Empty => (PUSH5, &EMPTY[..]),
        Child::Mortal => (PUSH31, &MORTAL[..]),
    };
    code.push(push);
    code.extend(initcode);
    code.extend([PUSH1, 0, MSTORE]);
    let length = initcode.len() as u8;
    let salt = salt.filter(|_| spec.is_enabled_in(SpecId::PETERSBURG));
    if let Some(salt) = salt {
        code.extend([PUSH1, salt]);
    }
    code.extend([PUSH1, length, PUSH1, 32 - length]);
    push_number(code, value);
    code.extend([if salt.is_some() { CREATE2 } else { CREATE }, PUSH1, 6, SSTORE]);
}

/// Runs `end` if slot[of] is odd.
fn if_odd(code: &mut Vec<u8>, of: u8, end: &[u8]) {
    code.extend([PUSH1, of, SLOAD, PUSH1, 1, AND, ISZERO, PUSH2]);
    let after = code.len() + 3 + end.len();
    code.extend((after as u16).to_be_bytes());
    code.push(JUMPI);
    code.extend(end);
    code.push(JUMPDEST);
}

fn push_number(code: &mut Vec<u8>, number: u16) {
    code.push(PUSH2);
    code.extend(number.to_be_bytes());
}

fn push_address(code: &mut Vec<u8>, index: u8) {
    code.push(PUSH20);
    code.extend(address(index).as_slice());
}
