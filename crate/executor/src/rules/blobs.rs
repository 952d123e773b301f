//! How many blobs a block may carry, and how fast their price moves (EIP-4844, EIP-7691, EIP-7892).

use revm::context_interface::Transaction;
use revm::primitives::eip4844::{
    BLOB_BASE_FEE_UPDATE_FRACTION_CANCUN, BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE,
    MAX_BLOB_NUMBER_PER_BLOCK_CANCUN, MAX_BLOB_NUMBER_PER_BLOCK_PRAGUE,
};
use revm::primitives::hardfork::SpecId;

use super::fork::newest;
use crate::block::{Block, BlockError};

/// Blob rules of a fork.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobParameters {
    /// Blobs that a block may carry.
    pub most_per_block: u64,
    /// Blobs that a transaction may carry.
    pub most_per_transaction: u64,
    /// The base fee is e to the power of excess blob gas over this.
    pub update_fraction: u64,
}

/// From Osaka on (EIP-7594).
const MOST_PER_TRANSACTION: u64 = 6;

/// The forks after Osaka that changed nothing but blob parameters (EIP-7892), newest first: time in
/// seconds since 1970, blobs per block, base fee update fraction.
const BLOB_PARAMETER_FORKS: [(u64, (u64, u64)); 2] =
    [(1_767_747_671, (21, 11_684_671)), (1_765_290_071, (15, 8_346_193))];

/// Blob rules under a fork at a time (seconds since 1970). Before Cancun there are no blobs.
#[must_use]
pub fn blob_parameters(spec: SpecId, timestamp: u64) -> BlobParameters {
    let (most, update_fraction) = if spec < SpecId::CANCUN {
        (0, BLOB_BASE_FEE_UPDATE_FRACTION_CANCUN)
    } else if spec < SpecId::PRAGUE {
        (MAX_BLOB_NUMBER_PER_BLOCK_CANCUN, BLOB_BASE_FEE_UPDATE_FRACTION_CANCUN)
    } else {
        let since = if spec < SpecId::OSAKA { 0 } else { timestamp };
        newest(&BLOB_PARAMETER_FORKS, since)
            .unwrap_or((MAX_BLOB_NUMBER_PER_BLOCK_PRAGUE, BLOB_BASE_FEE_UPDATE_FRACTION_PRAGUE))
    };
    let most_per_transaction = if spec < SpecId::OSAKA { most } else { MOST_PER_TRANSACTION };
    BlobParameters { most_per_block: most, most_per_transaction, update_fraction }
}

/// Refuses a block whose transactions carry more blobs than it, or one of them, may.
pub(super) fn check(block: &Block) -> Result<(), BlockError> {
    if !block.spec.is_enabled_in(SpecId::CANCUN) {
        return Ok(()); // revm refuses the transactions themselves
    }
    let rules = blob_parameters(block.spec, block.env.timestamp.saturating_to());
    let mut left = rules.most_per_block;
    for (index, transaction) in block.transactions.iter().enumerate() {
        let (index, blobs) = (index as u32, transaction.blob_versioned_hashes().len() as u64);
        if blobs > rules.most_per_transaction {
            let most = rules.most_per_transaction;
            return Err(BlockError::TransactionBlobs { index, blobs, most });
        }
        left = left.checked_sub(blobs).ok_or(BlockError::BlockBlobs {
            index,
            blobs,
            left,
            block: rules.most_per_block,
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use revm::context::TxEnv;
    use revm::primitives::{B256, U256};

    use super::*;

    #[test]
    fn blob_rules_change_with_fork_and_time() {
        for (spec, time, most, one, fraction) in [
            (SpecId::SHANGHAI, 1_700_000_000, 0, 0, 3_338_477),
            (SpecId::CANCUN, 1_710_338_135, 6, 6, 3_338_477),
            (SpecId::PRAGUE, 1_746_612_311, 9, 9, 5_007_716),
            (SpecId::PRAGUE, 1_800_000_000, 9, 9, 5_007_716),
            (SpecId::OSAKA, 1_764_798_551, 9, 6, 5_007_716),
            (SpecId::OSAKA, 1_765_290_070, 9, 6, 5_007_716),
            (SpecId::OSAKA, 1_765_290_071, 15, 6, 8_346_193),
            (SpecId::OSAKA, 1_767_747_670, 15, 6, 8_346_193),
            (SpecId::OSAKA, 1_767_747_671, 21, 6, 11_684_671),
        ] {
            let expected = BlobParameters {
                most_per_block: most,
                most_per_transaction: one,
                update_fraction: fraction,
            };
            assert_eq!(blob_parameters(spec, time), expected, "{spec:?} at {time}");
        }
    }

    #[test]
    fn too_many_blobs_are_refused_where_they_are_too_many() {
        let block = |spec, blobs: &[usize]| {
            let blobs = blobs.iter();
            let transactions = blobs
                .map(|blobs| TxEnv { blob_hashes: vec![B256::ZERO; *blobs], ..TxEnv::default() })
                .map(std::sync::Arc::new)
                .collect();
            let mut block = Block { spec, transactions, ..Block::default() };
            block.env.timestamp = U256::from(1_764_798_551);
            block
        };
        let sentence = |block: &Block| check(block).map_err(|error| error.to_string());
        assert_eq!(sentence(&block(SpecId::OSAKA, &[6, 0, 3])), Ok(()));
        assert_eq!(
            sentence(&block(SpecId::OSAKA, &[6, 0, 4])),
            Err("transaction 3 carries 4 blobs, but only 3 of the block's 9 are left".to_owned())
        );
        assert_eq!(
            sentence(&block(SpecId::OSAKA, &[7])),
            Err("transaction 1 carries 7 blobs, but a transaction may carry 6".to_owned())
        );
        assert_eq!(sentence(&block(SpecId::PRAGUE, &[7])), Ok(()));
        assert_eq!(sentence(&block(SpecId::SHANGHAI, &[7])), Ok(()));
    }
}
