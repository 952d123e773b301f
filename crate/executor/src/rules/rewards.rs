//! What proof of work paid (Yellow Paper §11.3).
//!
//! A block does not say what it pays, and hypothetical blocks pay nothing, so whoever makes a
//! [`Block`](crate::Block) puts what follows from here into its `rewards`.

use revm::primitives::{Address, U256, hardfork::SpecId};

/// Wei in an ether.
const ETHER: u64 = 1_000_000_000_000_000_000;
/// An uncle's share falls by an eighth for each generation.
const GENERATIONS: u64 = 8;
/// Including an uncle earns the miner one thirty-second of the block reward.
const NEPHEW_SHARE: u64 = 32;

/// A block that was mined at the same time as one of the chain and is honoured by a later one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uncle {
    /// Its number.
    pub number: u64,
    /// Who mined it.
    pub beneficiary: Address,
}

/// Wei for a block without uncles: 5 ether, 3 from Byzantium on (EIP-649), 2 from Constantinople on
/// (EIP-1234), none from the Merge on (EIP-3675).
#[must_use]
pub fn block_reward(spec: SpecId) -> U256 {
    let ether = if spec.is_enabled_in(SpecId::MERGE) {
        0
    } else if spec.is_enabled_in(SpecId::PETERSBURG) {
        2
    } else if spec.is_enabled_in(SpecId::BYZANTIUM) {
        3
    } else {
        5
    };
    U256::from(ether) * U256::from(ETHER)
}

/// Wei for the miner of a block with this many uncles: the reward and a thirty-second of it for each.
#[must_use]
pub fn miner_reward(spec: SpecId, uncles: usize) -> U256 {
    let reward = block_reward(spec);
    reward + reward / U256::from(NEPHEW_SHARE) * U256::from(uncles)
}

/// Wei for the miner of an uncle with number `uncle` in a block with number `block`: (8 − distance)
/// eighths of the block's reward. 0 if the distance is not one that rules allow.
#[must_use]
pub fn uncle_reward(spec: SpecId, block: u64, uncle: u64) -> U256 {
    let eighths = block.checked_sub(uncle).and_then(|distance| GENERATIONS.checked_sub(distance));
    block_reward(spec) / U256::from(GENERATIONS) * U256::from(eighths.unwrap_or_default())
}

/// All that a block pays: to its miner, then to each uncle's. Empty from the Merge on.
#[must_use]
pub fn proof_of_work(
    spec: SpecId,
    number: u64,
    miner: Address,
    uncles: &[Uncle],
) -> Vec<(Address, U256)> {
    if spec.is_enabled_in(SpecId::MERGE) {
        return Vec::new();
    }
    let uncle = |uncle: &Uncle| (uncle.beneficiary, uncle_reward(spec, number, uncle.number));
    let mut rewards = vec![(miner, miner_reward(spec, uncles.len()))];
    rewards.extend(uncles.iter().map(uncle));
    rewards
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINER: Address = Address::with_last_byte(1);
    const OTHER: Address = Address::with_last_byte(2);

    fn milli(ether: u64) -> U256 {
        U256::from(ether) * U256::from(ETHER / 1_000)
    }

    #[test]
    fn rewards_fall_fork_by_fork() {
        for (spec, ether) in [
            (SpecId::FRONTIER, 5_000),
            (SpecId::SPURIOUS_DRAGON, 5_000),
            (SpecId::BYZANTIUM, 3_000),
            (SpecId::PETERSBURG, 2_000),
            (SpecId::LONDON, 2_000),
            (SpecId::MERGE, 0),
            (SpecId::OSAKA, 0),
        ] {
            assert_eq!(block_reward(spec), milli(ether), "{spec:?}");
        }
    }

    #[test]
    fn uncles_pay_both_miners() {
        let uncles = [100, 94].map(|number| Uncle { number, beneficiary: OTHER });
        let paid = proof_of_work(SpecId::FRONTIER, 101, MINER, &uncles);
        // 5 + 2 · 5/32, then 7/8 and 1/8 of 5.
        let expected = [(MINER, 5_312_500_000), (OTHER, 4_375_000_000), (OTHER, 625_000_000u64)];
        let expected =
            expected.map(|(who, gwei)| (who, U256::from(gwei) * U256::from(super::super::GWEI)));
        assert_eq!(paid, expected);
        assert!(proof_of_work(SpecId::MERGE, 101, MINER, &uncles).is_empty());
        assert_eq!(uncle_reward(SpecId::FRONTIER, 101, 92), U256::ZERO);
        assert_eq!(uncle_reward(SpecId::FRONTIER, 101, 102), U256::ZERO);
    }
}
