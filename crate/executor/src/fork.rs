//! Which rules hold when, on Ethereum mainnet.

use revm::primitives::eip4844::{
    BLOB_BASE_FEE_UPDATE_FRACTION_CANCUN, BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE,
};
use revm::primitives::hardfork::SpecId;

/// The forks that activate at a block number, newest first. Forks that changed nothing an execution
/// can see (DAO, Muir Glacier and the like) are left out; Constantinople and Petersburg came
/// together. The Merge activated by difficulty, which was this block.
const BY_NUMBER: [(u64, SpecId); 10] = [
    (15_537_394, SpecId::MERGE),
    (12_965_000, SpecId::LONDON),
    (12_244_000, SpecId::BERLIN),
    (9_069_000, SpecId::ISTANBUL),
    (7_280_000, SpecId::PETERSBURG),
    (4_370_000, SpecId::BYZANTIUM),
    (2_675_000, SpecId::SPURIOUS_DRAGON),
    (2_463_000, SpecId::TANGERINE),
    (1_150_000, SpecId::HOMESTEAD),
    (0, SpecId::FRONTIER),
];

/// The forks that activate at a time, in seconds since 1970, newest first.
const BY_TIME: [(u64, SpecId); 4] = [
    (1_764_798_551, SpecId::OSAKA),
    (1_746_612_311, SpecId::PRAGUE),
    (1_710_338_135, SpecId::CANCUN),
    (1_681_338_455, SpecId::SHANGHAI),
];

/// The forks after Osaka that changed nothing but blob parameters (EIP-7892), newest first: time and
/// base fee update fraction.
const BLOB_PARAMETER_FORKS: [(u64, u64); 2] =
    [(1_767_747_671, 11_684_671), (1_765_290_071, 8_346_193)];

/// Names of the forks, oldest first. The first name of a fork is the one that is shown.
const NAMES: [(&str, SpecId); 16] = [
    ("frontier", SpecId::FRONTIER),
    ("homestead", SpecId::HOMESTEAD),
    ("tangerine-whistle", SpecId::TANGERINE),
    ("spurious-dragon", SpecId::SPURIOUS_DRAGON),
    ("byzantium", SpecId::BYZANTIUM),
    ("constantinople", SpecId::PETERSBURG),
    ("istanbul", SpecId::ISTANBUL),
    ("berlin", SpecId::BERLIN),
    ("london", SpecId::LONDON),
    ("merge", SpecId::MERGE),
    ("shanghai", SpecId::SHANGHAI),
    ("cancun", SpecId::CANCUN),
    ("prague", SpecId::PRAGUE),
    ("osaka", SpecId::OSAKA),
    ("petersburg", SpecId::PETERSBURG),
    ("paris", SpecId::MERGE),
];

/// The rules in force in the mainnet block with this number and time (seconds since 1970).
#[must_use]
pub fn mainnet_spec(number: u64, timestamp: u64) -> SpecId {
    // Forks by time came after every fork by number: a block with a time after Shanghai's but a
    // small number is not on mainnet, and its number decides.
    let by_number = newest(&BY_NUMBER, number).unwrap_or(SpecId::FRONTIER);
    if by_number == SpecId::MERGE {
        newest(&BY_TIME, timestamp).unwrap_or(SpecId::MERGE)
    } else {
        by_number
    }
}

/// How fast the blob base fee moves (EIP-4844) under a fork at a time.
#[must_use]
pub fn blob_base_fee_update_fraction(spec: SpecId, timestamp: u64) -> u64 {
    if spec < SpecId::PRAGUE {
        BLOB_BASE_FEE_UPDATE_FRACTION_CANCUN
    } else if spec < SpecId::OSAKA {
        BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE
    } else {
        newest(&BLOB_PARAMETER_FORKS, timestamp).unwrap_or(BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE)
    }
}

/// The fork with this name in lower case, e.g. `prague`, `spurious-dragon`. `None` if there is none.
#[must_use]
pub fn parse_fork(name: &str) -> Option<SpecId> {
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, spec)| *spec)
}

/// The name of a fork that [`parse_fork`] reads back.
#[must_use]
pub fn fork_name(spec: SpecId) -> &'static str {
    NAMES.iter().find(|(_, known)| *known == spec).map_or("amsterdam", |(name, _)| name)
}

/// The name of every fork, oldest first.
pub fn fork_names() -> impl Iterator<Item = &'static str> {
    // The last two are second names.
    NAMES[..14].iter().map(|(name, _)| *name)
}

fn newest<T: Copy>(forks: &[(u64, T)], at: u64) -> Option<T> {
    forks.iter().find(|(since, _)| at >= *since).map(|(_, fork)| *fork)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forks_activate_at_their_block_and_not_before() {
        for (first, spec, before) in [
            (1_150_000, SpecId::HOMESTEAD, SpecId::FRONTIER),
            (2_463_000, SpecId::TANGERINE, SpecId::HOMESTEAD),
            (2_675_000, SpecId::SPURIOUS_DRAGON, SpecId::TANGERINE),
            (4_370_000, SpecId::BYZANTIUM, SpecId::SPURIOUS_DRAGON),
            (7_280_000, SpecId::PETERSBURG, SpecId::BYZANTIUM),
            (9_069_000, SpecId::ISTANBUL, SpecId::PETERSBURG),
            (12_244_000, SpecId::BERLIN, SpecId::ISTANBUL),
            (12_965_000, SpecId::LONDON, SpecId::BERLIN),
            (15_537_394, SpecId::MERGE, SpecId::LONDON),
        ] {
            assert_eq!(mainnet_spec(first, 1_600_000_000), spec);
            assert_eq!(mainnet_spec(first - 1, 1_600_000_000), before);
        }
    }

    #[test]
    fn forks_activate_at_their_time_and_not_before() {
        for (first, spec, before) in [
            (1_681_338_455, SpecId::SHANGHAI, SpecId::MERGE),
            (1_710_338_135, SpecId::CANCUN, SpecId::SHANGHAI),
            (1_746_612_311, SpecId::PRAGUE, SpecId::CANCUN),
            (1_764_798_551, SpecId::OSAKA, SpecId::PRAGUE),
        ] {
            assert_eq!(mainnet_spec(20_000_000, first), spec);
            assert_eq!(mainnet_spec(20_000_000, first - 1), before);
        }
        assert_eq!(mainnet_spec(1, 1_800_000_000), SpecId::FRONTIER);
    }

    #[test]
    fn the_blob_fee_moves_as_each_fork_says() {
        for (spec, time, fraction) in [
            (SpecId::CANCUN, 1_710_338_135, 3_338_477),
            (SpecId::PRAGUE, 1_746_612_311, 5_007_716),
            (SpecId::OSAKA, 1_764_798_551, 5_007_716),
            (SpecId::OSAKA, 1_765_290_071, 8_346_193),
            (SpecId::OSAKA, 1_767_747_670, 8_346_193),
            (SpecId::OSAKA, 1_767_747_671, 11_684_671),
            (SpecId::PRAGUE, 1_800_000_000, 5_007_716),
        ] {
            assert_eq!(blob_base_fee_update_fraction(spec, time), fraction, "{spec} at {time}");
        }
    }

    #[test]
    fn names_are_read_back() {
        for name in fork_names() {
            assert_eq!(parse_fork(name).map(fork_name), Some(name));
        }
        assert_eq!(parse_fork("petersburg"), Some(SpecId::PETERSBURG));
        assert_eq!(parse_fork("paris"), Some(SpecId::MERGE));
        assert_eq!(parse_fork("Prague"), None);
        assert_eq!(parse_fork(""), None);
    }
}
