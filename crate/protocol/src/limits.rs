//! A limit on everything a person or a file can ask for, in one place.

/// Transactions in one block. The largest real Ethereum blocks hold under 2,000; the synthetic
/// benchmarks need up to 50,000.
pub const TRANSACTIONS_MAX: usize = 50_000;
/// Lanes of one run, on either clock.
pub const LANES_MAX: u16 = 256;
/// Lanes that the page offers, and real threads that the browser starts.
pub const PAGE_LANES_MAX: u16 = 16;
/// Bytes of a file that is opened, before and after decompression.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Bytes of a trace that is opened: it is read piece by piece.
pub const TRACE_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Accounts and contracts that a scenario may declare.
pub const ACCOUNTS_MAX: usize = 100_000;
/// Bytes of calldata of one transaction.
pub const DATA_BYTES_MAX: usize = 1024 * 1024;
/// Gas limit of a block when a scenario does not say (Ethereum mainnet's since Fusaka, EIP-7935).
pub const BLOCK_GAS_LIMIT_DEFAULT: u64 = 60_000_000;
/// Largest block gas limit accepted: keeps every gas amount and the sum of all incarnations of a
/// block inside 32 and 64 bits.
pub const BLOCK_GAS_LIMIT_MAX: u64 = 4_000_000_000;
/// Ticks that a cold read, a validation or a commit may cost.
pub const COST_MAX: u32 = 10_000_000;
