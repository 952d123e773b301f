//! What can be wrong with a scenario or a file, each in one sentence that says what and where.

use core::fmt;

use alloy_primitives::U256;
use lanescope_protocol::limits::{
    ACCOUNTS_MAX, BLOCK_GAS_LIMIT_MAX, DATA_BYTES_MAX, FILE_BYTES_MAX, TRANSACTIONS_MAX,
};
use lanescope_protocol::scenario::SCENARIO_VERSION;
use lanescope_protocol::split::{SPLIT_COPIES_MAX, SPLIT_COPIES_MIN, SPLITS_MAX};

/// Something that a person made or opened cannot be used. Its text is one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}{problem}")]
pub struct ScenarioError {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub problem: Box<Problem>,
}

/// Where something is wrong. Counted from 0 here, shown from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the scenario as a whole.
    Scenario,
    /// In a file as a whole.
    File(String),
    /// At a position in a file.
    Position {
        /// The file's name.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// In a field of the block.
    Block(&'static str),
    /// In the recipe.
    Recipe,
    /// In the account with this index and name.
    Account(usize, String),
    /// In the contract with this index and name.
    Contract(usize, String),
    /// In one storage entry of a contract.
    Storage(String, String),
    /// In the state before an imported block, at this address.
    PreState(String),
    /// In the hash of this earlier block.
    BlockHash(u64),
    /// In the transaction with this index.
    Transaction(usize),
    /// In the split with this index.
    Split(usize),
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "each variant's sentence is its documentation")]
pub enum Problem {
    // Files.
    #[error("it is empty")]
    EmptyFile,
    #[error("it is larger than {} MB, the most that can be opened", FILE_BYTES_MAX >> 20)]
    FileTooLarge,
    #[error("unpacked, it is larger than {} MB, the most that can be opened", FILE_BYTES_MAX >> 20)]
    UnpackedTooLarge,
    #[error("it is cut off: the gzip data ends too early")]
    TruncatedGzip,
    #[error("its gzip data is damaged: {0}")]
    DamagedGzip(String),
    #[error("this is not JSON: {0}")]
    NotJson(String),
    #[error("{0}")]
    WrongShape(String),
    #[error(
        "it is neither a scenario (which begins with the field \"lanescope\") nor a block file (with \"block\" and \"prestate\")"
    )]
    UnknownFile,
    #[error("it has format version {0}; this Lanescope reads version {SCENARIO_VERSION}")]
    UnknownVersion(String),
    #[error(
        "the block comes without the state before it: add \"prestate\", the merged result of prestateTracer"
    )]
    MissingPreState,
    #[error("the state of the imported block is no longer here: open its file again")]
    ForgottenPreState,

    // The scenario as a whole.
    #[error("the block is empty: add a transaction")]
    EmptyBlock,
    #[error("the block has {0} transactions; the most is {TRANSACTIONS_MAX}")]
    TooManyTransactions(usize),
    #[error("the scenario has {0} accounts and contracts; the most is {ACCOUNTS_MAX}")]
    TooManyAccounts(usize),

    // Recipes.
    #[error("there is no workload \"{name}\"; known: {known}")]
    UnknownWorkload { name: String, known: String },
    #[error("there is no synthetic block \"{name}\"; known: {known}")]
    UnknownSynthetic { name: String, known: String },
    #[error("{workload} has no knob \"{knob}\"; known: {known}")]
    UnknownKnob { workload: String, knob: String, known: String },
    #[error("{knob} must be between {min} and {max}, not {value}")]
    KnobOutOfRange { knob: String, min: u64, max: u64, value: u64 },

    // Values.
    #[error(
        "\"{0}\" is not an amount; write wei (1000), \"1.5 ether\", \"20 gwei\" or hex (0x3e8)"
    )]
    NotAnAmount(String),
    #[error("\"{0}\" is finer than one wei")]
    TooFine(String),
    #[error("\"{0}\" does not fit into 256 bits")]
    TooLarge(String),
    #[error("\"{0}\" is too large for this field")]
    TooLargeForField(String),
    #[error("\"{text}\" is not hex: {reason}")]
    NotHex { text: String, reason: &'static str },
    #[error("\"{text}\" has {found} bytes; {expected} are needed")]
    WrongLength { text: String, found: usize, expected: usize },
    #[error("\"{0}\" is not an address: it needs 0x and 40 hex digits")]
    NotAnAddress(String),
    #[error("there is no fork \"{name}\"; known: {known}")]
    UnknownFork { name: String, known: String },
    #[error("it must be between 1 and {BLOCK_GAS_LIMIT_MAX}, not {0}")]
    BlockGasLimitOutOfRange(u64),

    // Accounts and contracts.
    #[error("it has no name")]
    NoName,
    #[error("\"{0}\" cannot be a name: names do not begin with 0x or hold [ or ]")]
    BadName(String),
    #[error("there are two accounts named \"{0}\"")]
    DuplicateName(String),
    #[error("{0} and {1} have the same address")]
    DuplicateAddress(String, String),
    #[error("there is no account \"{0}\"")]
    UnknownAccount(String),
    #[error("there is no contract \"{name}\" to deploy; known: {known}")]
    UnknownCode { name: String, known: String },
    #[error("the code begins with 0xef01 but is not a delegation (EIP-7702)")]
    BadDelegation,

    // Storage.
    #[error("{contract} has no variable \"{name}\"; known: {known}")]
    UnknownVariable { contract: String, name: String, known: String },
    #[error("this is not a path to a value: {0}")]
    BadPath(String),
    #[error("a value of type {kind} is needed, not \"{text}\"")]
    WrongValue { kind: String, text: String },

    // Splits.
    #[error("the scenario splits {0} slots; the most is {SPLITS_MAX}")]
    TooManySplits(usize),
    #[error("{0} is no contract before the block, so it has no slot to split")]
    SplitWithoutCode(String),
    #[error("a slot is split into {SPLIT_COPIES_MIN} to {SPLIT_COPIES_MAX} copies, not {0}")]
    SplitCopies(u32),
    #[error("{0} is split already")]
    SplitTwice(String),
    #[error("this slot is a copy of one that is split already")]
    SplitCopy,
    #[error("a split is written SLOT=COPIES, as in \"Pool A.reserve0=4\", not \"{0}\"")]
    BadSplit(String),
    #[error("a split's {what}= takes one of {known}, not \"{word}\"")]
    SplitWord { what: &'static str, word: String, known: String },
    #[error("there is no contract \"{0}\"")]
    UnknownContract(String),
    #[error("no transaction of the block touches a slot \"{name}\"; the hottest are {known}")]
    UnknownSlot { name: String, known: String },
    #[error("no transaction of the block touches a slot, so there is nothing to split")]
    NoSlots,
    #[error("{0}")]
    BlockFails(String),

    // Transactions.
    #[error("it has both a call and data; give one of them")]
    CallAndData,
    #[error("it calls {0}, but names no receiver")]
    CallWithoutReceiver(String),
    #[error("{0} is not a contract whose functions are known")]
    NotAContract(String),
    #[error("{contract} has no function \"{name}\"; known: {known}")]
    UnknownFunction { contract: String, name: String, known: String },
    #[error("{signature} takes {expected}, not {found}")]
    WrongArgumentCount { signature: String, expected: String, found: usize },
    #[error("argument {position} of {function} ({name}) must be of type {kind}, not \"{text}\"")]
    WrongArgument { position: usize, function: String, name: String, kind: String, text: String },
    #[error("argument {position} of {function} ({name}): {problem}")]
    Argument { position: usize, function: String, name: String, problem: Box<Problem> },
    #[error("its data has {0} bytes; the most is {DATA_BYTES_MAX}")]
    DataTooLong(usize),
    #[error("its gas limit of {limit} is above the block's {block}")]
    GasAboveBlock { limit: u64, block: u64 },
    #[error("its gas limit of {limit} is above {most}, the most for one transaction since Osaka")]
    GasAboveCap { limit: u64, most: u64 },
    #[error("its gas limit of {limit} is below the {least} that it uses in any case")]
    GasBelowIntrinsic { limit: u64, least: u64 },
    #[error("its maximum fee of {0} per gas is below the block's base fee of {1}")]
    FeeBelowBase(Ether, Ether),
    #[error("it is signed for chain {0}, not for chain {1}")]
    OtherChain(u64, u64),
    #[error("{sender}'s nonce must be {expected} here, not {found}")]
    NonceGap { sender: String, expected: u64, found: u64 },
    #[error("{0} has used its last nonce")]
    NonceExhausted(String),
    #[error("{0} is a contract and cannot send transactions")]
    SenderHasCode(String),
    #[error("{0}")]
    NoFunds(Box<Shortfall>),
    #[error("there is no transaction type {0}; known: 0 to 4")]
    UnknownType(u8),
    #[error("transaction type {kind} does not exist before {fork}")]
    TypeTooNew { kind: u8, fork: &'static str },
    #[error("transaction type {0} cannot create a contract")]
    CannotCreate(u8),
}

/// A sender who cannot pay for a transaction.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{sender} has at most {has} here, but needs {needs}: {value} to send and up to {fee} for gas"
)]
pub struct Shortfall {
    /// The sender's name.
    pub sender: String,
    /// The most that it can have.
    pub has: Ether,
    /// Value and highest fee.
    pub needs: Ether,
    /// What it sends.
    pub value: Ether,
    /// Gas limit times highest fee per gas.
    pub fee: Ether,
}

/// Wei, shown in the unit in which it is shortest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ether(pub U256);

impl Problem {
    /// This problem at a place.
    #[must_use]
    pub fn at(self, place: Place) -> ScenarioError {
        ScenarioError { place, problem: Box::new(self) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scenario => Ok(()),
            Self::File(file) => write!(f, "{file}: "),
            Self::Position { file, line, column } => {
                write!(f, "{file}, line {line}, column {column}: ")
            }
            Self::Block(field) => write!(f, "block, {field}: "),
            Self::Recipe => write!(f, "recipe: "),
            Self::Account(index, name) if name.is_empty() => write!(f, "account {}: ", index + 1),
            Self::Account(index, name) => write!(f, "account {} ({name}): ", index + 1),
            Self::Contract(index, name) if name.is_empty() => write!(f, "contract {}: ", index + 1),
            Self::Contract(index, name) => write!(f, "contract {} ({name}): ", index + 1),
            Self::Storage(contract, path) => write!(f, "{contract}, storage \"{path}\": "),
            Self::PreState(address) => write!(f, "state before the block, {address}: "),
            Self::BlockHash(number) => write!(f, "hash of block {number}: "),
            Self::Transaction(index) => write!(f, "transaction {}: ", index + 1),
            Self::Split(index) => write!(f, "split {}: ", index + 1),
        }
    }
}

impl fmt::Display for Ether {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |decimals: usize| {
            let unit = U256::from(10).pow(U256::from(decimals));
            let fraction = format!("{:0>decimals$}", (self.0 % unit).to_string());
            let fraction = fraction.trim_end_matches('0');
            let dot = if fraction.is_empty() { "" } else { "." };
            format!("{}{dot}{fraction}", self.0 / unit)
        };
        if self.0.is_zero() {
            write!(f, "0 ether")
        } else if self.0 >= U256::from(1_000_000_000_000_u64) {
            write!(f, "{} ether", shown(18))
        } else if self.0 >= U256::from(1_000) {
            write!(f, "{} gwei", shown(9))
        } else {
            write!(f, "{} wei", self.0)
        }
    }
}
