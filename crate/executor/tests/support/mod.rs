//! Random blocks: small bytecode programs that meet on few hot locations.

pub mod system;

use std::sync::Arc;

use lanescope_executor::{Block, World, WorldAccount};
use proptest::prelude::*;
use revm::bytecode::Bytecode;
use revm::context::{BlockEnv, TxEnv};
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, Bytes, TxKind, U256};
use revm::state::AccountInfo;

/// Accounts that sign transactions.
pub const USERS: u8 = 6;
/// Contracts with random programs.
pub const CONTRACTS: u8 = 4;

/// One step of a contract's program.
#[derive(Clone, Debug)]
pub enum Step {
    /// slot[to] = slot[from] + add
    Store { to: u8, from: u8, add: u8 },
    /// slot[slot[from] % 3] = add: the key depends on data.
    StoreAt { from: u8, add: u8 },
    /// slot[to] = balance of an account
    Balance { to: u8, of: u8 },
    /// Calls an account with ether; the result lands in slot 5.
    Call { to: u8, value: u8 },
    /// slot[to] = hash of an account's code
    CodeHash { to: u8, of: u8 },
    /// Creates a contract that stores 7 in slot 0 and returns no code; its address lands in slot 6.
    Create { salt: Option<u8>, value: u8 },
    /// Reverts if slot[of] is odd.
    RevertIfOdd { of: u8 },
    /// Ends the contract, sending everything to an account, if slot[of] is odd.
    DestroyIfOdd { of: u8, heir: u8 },
}

/// A transaction of a random block.
#[derive(Clone, Debug)]
pub struct Tx {
    pub sender: u8,
    pub to: u8,
    pub value: u16,
    pub tip: u8,
}

/// A random block: programs and transactions.
#[derive(Clone, Debug)]
pub struct Plan {
    pub spec: SpecId,
    pub programs: Vec<Vec<Step>>,
    pub txs: Vec<Tx>,
    pub beneficiary: u8,
}

pub fn plans() -> impl Strategy<Value = Plan> {
    let specs = prop_oneof![
        Just(SpecId::SPURIOUS_DRAGON),
        Just(SpecId::HOMESTEAD),
        Just(SpecId::BYZANTIUM),
        Just(SpecId::ISTANBUL),
        Just(SpecId::LONDON),
        Just(SpecId::SHANGHAI),
        Just(SpecId::CANCUN),
        Just(SpecId::OSAKA),
        Just(SpecId::AMSTERDAM),
    ];
    let program = prop::collection::vec(step(), 0..6);
    let tx = (0..USERS, 0..(USERS + CONTRACTS + 2), any::<u16>(), 0..3u8)
        .prop_map(|(sender, to, value, tip)| Tx { sender, to, value, tip });
    (
        specs,
        prop::collection::vec(program, CONTRACTS as usize),
        prop::collection::vec(tx, 1..24),
        0..(USERS + CONTRACTS + 2),
    )
        .prop_map(|(spec, programs, txs, beneficiary)| Plan {
            spec,
            programs,
            txs,
            beneficiary,
        })
}

fn step() -> impl Strategy<Value = Step> {
    let who = 0..(USERS + CONTRACTS + 2);
    prop_oneof![
        4 => (0..3u8, 0..3u8, 0..4u8).prop_map(|(to, from, add)| Step::Store { to, from, add }),
        2 => (0..3u8, 0..4u8).prop_map(|(from, add)| Step::StoreAt { from, add }),
        2 => (0..3u8, who.clone()).prop_map(|(to, of)| Step::Balance { to, of }),
        3 => (who.clone(), 0..3u8).prop_map(|(to, value)| Step::Call { to, value }),
        1 => (0..3u8, who.clone()).prop_map(|(to, of)| Step::CodeHash { to, of }),
        1 => (prop::option::of(0..2u8), 0..2u8)
            .prop_map(|(salt, value)| Step::Create { salt, value }),
        1 => (0..3u8).prop_map(|of| Step::RevertIfOdd { of }),
        1 => (0..3u8, who).prop_map(|(of, heir)| Step::DestroyIfOdd { of, heir }),
    ]
}

/// Users come first, then contracts, then two addresses that do not exist.
pub fn address(index: u8) -> Address {
    Address::with_last_byte(index + 0x20)
}

impl Plan {
    pub fn build(&self) -> (Arc<Block>, Arc<World>) {
        let mut world = World::new();
        for user in 0..USERS {
            let balance = U256::from(10).pow(U256::from(18));
            let info = AccountInfo { balance, ..AccountInfo::default() };
            world.insert(address(user), WorldAccount { info, ..WorldAccount::default() });
        }
        for (index, program) in self.programs.iter().enumerate() {
            let code = Bytecode::new_raw(Bytes::from(assemble(program, self.spec)));
            let info = AccountInfo {
                balance: U256::from(1_000),
                nonce: 1,
                code: Some(code),
                ..AccountInfo::default()
            };
            let storage = [(U256::from(0), U256::from(1)), (U256::from(1), U256::from(2))];
            let storage = storage.into_iter().collect();
            world.insert(address(USERS + index as u8), WorldAccount { info, storage });
        }
        let mut env = BlockEnv {
            number: U256::from(100),
            beneficiary: address(self.beneficiary),
            timestamp: U256::from(1_000),
            gas_limit: 400_000_000,
            basefee: if self.spec.is_enabled_in(SpecId::LONDON) { 5 } else { 0 },
            ..BlockEnv::default()
        };
        env.set_blob_excess_gas_and_price(0, 5_007_716);
        let mut nonces = [0u64; USERS as usize];
        let transactions = self.txs.iter().map(|tx| {
            let nonce = &mut nonces[tx.sender as usize];
            *nonce += 1;
            TxEnv {
                caller: address(tx.sender),
                gas_limit: 3_000_000,
                gas_price: 5 + u128::from(tx.tip),
                kind: TxKind::Call(address(tx.to)),
                value: U256::from(tx.value),
                nonce: *nonce - 1,
                chain_id: None,
                ..TxEnv::default()
            }
        });
        let block = Block {
            spec: self.spec,
            chain_id: 1,
            env,
            transactions: transactions.map(Arc::new).collect(),
            ..Block::default()
        };
        (Arc::new(block), Arc::new(world))
    }
}

fn assemble(program: &[Step], spec: SpecId) -> Vec<u8> {
    let mut code = Vec::new();
    for step in program {
        match *step {
            Step::Store { to, from, add } => {
                code.extend([0x60, from, 0x54, 0x60, add, 0x01, 0x60, to, 0x55]);
            }
            Step::StoreAt { from, add } => {
                // value, then key = slot % 3, then SSTORE
                code.extend([0x60, add, 0x60, 3, 0x60, from, 0x54, 0x06, 0x55]);
            }
            Step::Balance { to, of } => {
                push_address(&mut code, of);
                code.extend([0x31, 0x60, to, 0x55]);
            }
            Step::CodeHash { to, of } => {
                push_address(&mut code, of);
                // EXTCODEHASH came with Constantinople; before, the size tells as much.
                let op = if spec.is_enabled_in(SpecId::PETERSBURG) { 0x3f } else { 0x3b };
                code.extend([op, 0x60, to, 0x55]);
            }
            Step::Call { to, value } => {
                code.extend([0x60, 0, 0x60, 0, 0x60, 0, 0x60, 0, 0x60, value]);
                push_address(&mut code, to);
                code.extend([0x61, 0xea, 0x60, 0xf1, 0x60, 5, 0x55]); // 60,000 gas
            }
            Step::Create { salt, value } => create(&mut code, salt, value, spec),
            Step::RevertIfOdd { of } => {
                let after = code.len() + 15;
                code.extend([0x60, of, 0x54, 0x60, 1, 0x16, 0x15, 0x61]);
                code.extend((after as u16).to_be_bytes());
                // Byzantium brought REVERT; an invalid instruction does for older rules.
                code.extend([0x57, 0x60, 0, 0x80, 0xfd, 0x5b]);
            }
            Step::DestroyIfOdd { of, heir } => {
                let after = code.len() + 33;
                code.extend([0x60, of, 0x54, 0x60, 1, 0x16, 0x15, 0x61]);
                code.extend((after as u16).to_be_bytes());
                code.push(0x57);
                push_address(&mut code, heir);
                code.extend([0xff, 0x5b]);
            }
        }
    }
    code.push(0x00);
    code
}

/// Initcode: PUSH1 7 PUSH1 0 SSTORE, and nothing returned.
fn create(code: &mut Vec<u8>, salt: Option<u8>, value: u8, spec: SpecId) {
    code.extend([0x64, 0x60, 0x07, 0x60, 0x00, 0x55, 0x60, 0x00, 0x52]); // PUSH5 code, MSTORE at 0
    match salt.filter(|_| spec.is_enabled_in(SpecId::PETERSBURG)) {
        Some(salt) => code.extend([0x60, salt, 0x60, 5, 0x60, 27, 0x60, value, 0xf5]),
        None => code.extend([0x60, 5, 0x60, 27, 0x60, value, 0xf0]),
    }
    code.extend([0x60, 6, 0x55]);
}

fn push_address(code: &mut Vec<u8>, index: u8) {
    code.push(0x73);
    code.extend(address(index).as_slice());
}
