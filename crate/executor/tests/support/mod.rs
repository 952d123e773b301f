//! Random blocks: small bytecode programs that meet on few hot locations.

pub mod program;
pub mod running;
pub mod system;
pub mod transaction;

use std::sync::Arc;

use lanescope_executor::{Block, Outcome, World, WorldAccount, run_sequential};
use proptest::prelude::*;
use revm::bytecode::Bytecode;
use revm::context::BlockEnv;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, Bytes, U256};
use revm::state::AccountInfo;

// Not every test names all of it.
#[allow(unused_imports)]
pub use program::{Child, How, Step, assemble, steps};
#[allow(unused_imports)]
pub use transaction::{Delegation, Kind, Tx, txs};

/// Accounts that sign transactions.
pub const USERS: u8 = 6;
/// Contracts with random programs.
pub const CONTRACTS: u8 = 4;
/// Users, contracts, two addresses that do not exist, and two precompiles.
pub const ADDRESSES: u8 = USERS + CONTRACTS + 4;
/// The user who owns nothing.
pub const POOR: u8 = USERS - 1;
/// The user, and the contract, who can do little more before their nonces end.
pub const OLD: [u8; 2] = [USERS - 2, USERS + CONTRACTS - 1];
/// From London on.
pub const BASE_FEE: u64 = 5;

/// A random block: programs and transactions.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub spec: SpecId,
    pub programs: Vec<Vec<Step>>,
    pub txs: Vec<Tx>,
    pub beneficiary: u8,
    /// Some nonces are near their end.
    pub old: bool,
    /// Transactions that cannot be in the block stay in it: all must refuse it alike.
    pub keeps_invalid: bool,
}

/// Every fork.
pub fn specs() -> impl Iterator<Item = SpecId> {
    (0..=SpecId::NEXT as u8).filter_map(SpecId::try_from_u8)
}

pub fn plans() -> impl Strategy<Value = Plan> {
    let program = prop::collection::vec(steps(), 0..6);
    (
        prop::sample::select(specs().collect::<Vec<_>>()),
        prop::collection::vec(program, CONTRACTS as usize),
        prop::collection::vec(txs(), 1..24),
        0..ADDRESSES,
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.08),
    )
        .prop_map(|(spec, programs, txs, beneficiary, old, keeps_invalid)| Plan {
            spec,
            programs,
            txs,
            beneficiary,
            old,
            keeps_invalid,
        })
}

/// Users come first, then contracts, then two addresses that do not exist, then RIPEMD-160, which
/// the rules of old had an exception for, and the identity.
pub fn address(index: u8) -> Address {
    match ADDRESSES.checked_sub(index) {
        Some(2) => Address::with_last_byte(3),
        Some(1) => Address::with_last_byte(4),
        _ => Address::with_last_byte(index + 0x20),
    }
}

impl Plan {
    pub fn build(&self) -> (Arc<Block>, Arc<World>) {
        let world = Arc::new(self.world());
        let env = BlockEnv {
            number: U256::from(100),
            beneficiary: address(self.beneficiary),
            timestamp: U256::from(1_000),
            gas_limit: 400_000_000,
            basefee: if self.spec.is_enabled_in(SpecId::LONDON) { BASE_FEE } else { 0 },
            ..BlockEnv::default()
        };
        let mut block = Block { spec: self.spec, chain_id: 1, env, ..Block::default() };
        block.env.set_blob_excess_gas_and_price(0, 5_007_716);
        // Nonces depend on what the transactions before have done, by then to many accounts.
        let mut so_far = Outcome::default();
        for tx in &self.txs {
            let env = self.transaction(tx, &world, &so_far.state);
            block.transactions.push(Arc::new(env));
            match run_sequential(&Arc::new(block.clone()), &world) {
                Ok(outcome) => so_far = outcome,
                Err(_) if self.keeps_invalid => {}
                Err(_) => drop(block.transactions.pop()),
            }
        }
        (Arc::new(block), world)
    }

    pub fn world(&self) -> World {
        let mut world = World::new();
        let old = |index| self.old && OLD.contains(&index);
        for user in (0..USERS).filter(|user| *user != POOR) {
            let balance = U256::from(10).pow(U256::from(18));
            let nonce = if old(user) { u64::MAX - 4 } else { 0 };
            let info = AccountInfo { balance, nonce, ..AccountInfo::default() };
            world.insert(address(user), WorldAccount { info, ..WorldAccount::default() });
        }
        for (index, program) in (USERS..).zip(&self.programs) {
            let code = Bytecode::new_raw(Bytes::from(assemble(program, self.spec)));
            let info = AccountInfo {
                balance: U256::from(1_000),
                nonce: if old(index) { u64::MAX - 1 } else { 1 },
                code: Some(code),
                ..AccountInfo::default()
            };
            let storage = [(U256::from(0), U256::from(1)), (U256::from(1), U256::from(2))];
            let storage = storage.into_iter().collect();
            world.insert(address(index), WorldAccount { info, storage });
        }
        world
    }
}
