//! Which rules hold when, on Ethereum mainnet.

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

/// Names of the forks, oldest first. Amsterdam is a preview: no block of mainnet has its rules yet.
const NAMES: [(&str, SpecId); 15] = [
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
    ("amsterdam", SpecId::AMSTERDAM),
];

/// Other names: second ones, and those of forks that changed nothing an execution can see. What the
/// blob parameter forks changed goes by time ([`super::blobs`]).
const MORE_NAMES: [(&str, SpecId); 14] = [
    ("dao-fork", SpecId::HOMESTEAD),
    ("dao", SpecId::HOMESTEAD),
    ("eip150", SpecId::TANGERINE),
    ("eip158", SpecId::SPURIOUS_DRAGON),
    ("petersburg", SpecId::PETERSBURG),
    ("muir-glacier", SpecId::ISTANBUL),
    ("arrow-glacier", SpecId::LONDON),
    ("gray-glacier", SpecId::LONDON),
    ("paris", SpecId::MERGE),
    ("dencun", SpecId::CANCUN),
    ("pectra", SpecId::PRAGUE),
    ("fusaka", SpecId::OSAKA),
    ("bpo1", SpecId::OSAKA),
    ("bpo2", SpecId::OSAKA),
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

/// The fork with this name in lower case, e.g. `prague`, `spurious-dragon`. `None` if there is none.
#[must_use]
pub fn parse_fork(name: &str) -> Option<SpecId> {
    let mut names = NAMES.iter().chain(&MORE_NAMES);
    names.find(|(known, _)| *known == name).map(|(_, spec)| *spec)
}

/// The name of a fork that [`parse_fork`] reads back.
#[must_use]
pub fn fork_name(spec: SpecId) -> &'static str {
    NAMES.iter().find(|(_, known)| *known == spec).map_or("unknown", |(name, _)| name)
}

/// The name of every fork, oldest first.
pub fn fork_names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().map(|(name, _)| *name)
}

pub(super) fn newest<T: Copy>(forks: &[(u64, T)], at: u64) -> Option<T> {
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
    fn names_are_read_back() {
        for name in fork_names() {
            assert_eq!(parse_fork(name).map(fork_name), Some(name));
        }
        for (name, spec) in [
            ("dao-fork", SpecId::HOMESTEAD),
            ("petersburg", SpecId::PETERSBURG),
            ("muir-glacier", SpecId::ISTANBUL),
            ("arrow-glacier", SpecId::LONDON),
            ("gray-glacier", SpecId::LONDON),
            ("paris", SpecId::MERGE),
            ("bpo2", SpecId::OSAKA),
        ] {
            assert_eq!(parse_fork(name), Some(spec));
        }
        let mut known = (0..=SpecId::NEXT as u8).filter_map(SpecId::try_from_u8);
        assert!(known.all(|spec| parse_fork(fork_name(spec)) == Some(spec)), "no fork is left out");
        assert_eq!(parse_fork("Prague"), None);
        assert_eq!(parse_fork(""), None);
    }
}
