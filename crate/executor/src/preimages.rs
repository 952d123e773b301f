//! What was hashed: the way back from a mapping's slot to its key.
//!
//! Solidity keeps the entry of a mapping at `keccak256(key ‖ slot)` and the elements of an array
//! from `keccak256(slot)`, so whoever saw the input of each KECCAK256 can name most slots.

use std::sync::Arc;

use revm::primitives::keccak256;
use revm::primitives::map::B256Map;

use crate::evm::hear_keccak;
use crate::{Block, World};

/// Lengths that keys of mappings and slots of arrays have: a slot alone, a key and a slot, a key of
/// up to two words and a slot.
const LENGTHS: core::ops::RangeInclusive<usize> = 32..=96;
/// Enough for the largest blocks; keeps the memory of a hostile one under 64 MB.
const ENTRIES_MAX: usize = 250_000;

/// Runs the block once, in order, and returns the inputs of KECCAK256 by their hash: those of 32 to
/// 96 bytes, the first quarter of a million.
///
/// System calls are left out: they hash nothing. So are transactions that cannot be part of the
/// block: whoever executes the block reports them.
#[must_use]
pub fn keccak_preimages(block: &Block, world: &Arc<World>) -> B256Map<Vec<u8>> {
    let mut seen = B256Map::default();
    hear_keccak(block, world, &mut |input| {
        if LENGTHS.contains(&input.len()) && seen.len() < ENTRIES_MAX {
            seen.entry(keccak256(input)).or_insert_with(|| input.to_vec());
        }
    });
    seen
}

#[cfg(test)]
mod tests {
    use revm::bytecode::Bytecode;
    use revm::context::{BlockEnv, TxEnv};
    use revm::primitives::hardfork::SpecId;
    use revm::primitives::{Address, TxKind, U256};
    use revm::state::AccountInfo;

    use super::*;
    use crate::WorldAccount;

    /// Hashes the caller and slot 3, then 16 bytes, then memory that was never written.
    const CODE: [u8; 31] = [
        0x33, 0x60, 0, 0x52, 0x60, 3, 0x60, 0x20, 0x52, 0x60, 0x40, 0x60, 0, 0x20, 0x50, // 64
        0x60, 0x10, 0x60, 0, 0x20, 0x50, // 16
        0x60, 0x40, 0x61, 0x10, 0, 0x20, 0x50, 0x00, 0x00, 0x00, // 64, far away
    ];

    #[test]
    fn keys_of_mappings_are_remembered() {
        let (caller, contract) = (Address::with_last_byte(0xaa), Address::with_last_byte(0xcc));
        let mut world = World::new();
        let info =
            AccountInfo { balance: U256::from(10).pow(U256::from(18)), ..AccountInfo::default() };
        world.insert(caller, WorldAccount { info, ..WorldAccount::default() });
        let code = Some(Bytecode::new_legacy(CODE.to_vec().into()));
        let info = AccountInfo { code, ..AccountInfo::default() };
        world.insert(contract, WorldAccount { info, ..WorldAccount::default() });
        let call = |caller| TxEnv {
            caller,
            kind: TxKind::Call(contract),
            gas_limit: 100_000,
            ..TxEnv::default()
        };
        let block = Block {
            spec: SpecId::OSAKA,
            chain_id: 1,
            env: BlockEnv { gas_limit: 30_000_000, ..BlockEnv::default() },
            // The first has a wrong nonce and is passed over.
            transactions: vec![TxEnv { nonce: 9, ..call(caller) }, call(caller)],
            ..Block::default()
        };
        let seen = keccak_preimages(&block, &Arc::new(world));
        let mut input = caller.into_word().to_vec();
        input.extend(U256::from(3).to_be_bytes::<32>());
        assert_eq!(seen.len(), 1);
        assert_eq!(seen.get(&keccak256(&input)), Some(&input));
    }
}
