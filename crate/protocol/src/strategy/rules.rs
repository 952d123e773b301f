//! The parameters of each strategy. Section numbers are those of the papers and projects named;
//! which real system uses which values is in `assets/presets.json`.

use super::words::words;
use super::{Class, Parameters, parameters};

words! {
    /// How a reader learns that something it has read was written again.
    Invalidation {
        /// Whoever writes tells the readers (Aptos Block-STM v2).
        Push = "push",
        /// Readers look for themselves when they are validated (Block-STM, 2022).
        Pull = "pull",
    }
}

words! {
    /// How balances and nonces take part in conflicts.
    Balances {
        /// Payments add up without looking; only who looks at a balance depends on it.
        Added = "added",
        /// Every access of an account reads and writes its balance and nonce exactly.
        Exact = "exact",
    }
}

words! {
    /// What Block-STM expects to conflict before it has run.
    Expectation {
        /// Calls of one contract, until they turn out not to conflict.
        Contract = "contract",
        /// Transactions of one sender.
        Sender = "sender",
        /// Nothing.
        Nothing = "none",
    }
}

words! {
    /// Which transactions may be validated when.
    ValidationOrder {
        /// Any that has run.
        Any = "any",
        /// Only the first that is not final.
        InOrder = "in-order",
    }
}

words! {
    /// How large a thing one lock is for.
    Granularity {
        /// An account with everything in it: one contract is one lock.
        Account = "account",
        /// A contract with everything in it; balances and nonces of people apart.
        Contract = "contract",
        /// One slot, one balance, one nonce.
        Slot = "slot",
    }
}

words! {
    /// Who goes first where two transactions want the same lock.
    LockOrder {
        /// The higher fee per gas.
        Priority = "priority",
        /// The earlier one in the block.
        Block = "block",
    }
}

words! {
    /// Where declarations come from.
    Declarations {
        /// From a run of the whole block in block order: a sender who knows everything.
        Ideal = "ideal",
        /// From a run of each transaction alone on the state before the block: a careful wallet.
        Simulated = "simulated",
    }
}

words! {
    /// What a dependency graph says.
    Hints {
        /// Every dependency, and nothing else.
        Exact = "exact",
        /// Dependencies drawn at random.
        Wrong = "wrong",
        /// Nothing.
        Missing = "missing",
        /// Every transaction depends on the one before.
        Chain = "chain",
    }
}

words! {
    /// What a dishonest producer does to a block-level access list.
    Tamper {
        /// Nothing.
        Nothing = "none",
        /// Leaves an entry out.
        Drop = "drop",
        /// Changes a value.
        Alter = "alter",
        /// Adds an entry that nothing in the block makes.
        Add = "add",
    }
}

words! {
    /// How a producer makes a block-level access list.
    Producer {
        /// On one lane.
        OneLane = "one-lane",
        /// Under Block-STM, on as many lanes as the validator has.
        BlockStm = "block-stm",
    }
}

parameters! {
    /// Block-STM (Gelashvili et al., 2022).
    BlockStm {
        /// How stale reads are found.
        invalidation: Invalidation = Invalidation::Push,
        /// Writes of an aborted incarnation stay as estimates that later readers wait for.
        estimates: bool = true,
        /// How accounts conflict.
        balances: Balances = Balances::Added,
        /// What is expected to conflict before anything has run.
        hints: Expectation = Expectation::Contract,
        /// Which transactions may be validated when.
        validation: ValidationOrder = ValidationOrder::Any,
    }
}

parameters! {
    /// Each transaction runs on the state merged so far and is merged in block order; one whose
    /// reads have changed by then runs once more, after all before it (Monad).
    InOrderMerge {
        /// How accounts conflict. Added: a balance that is still enough is patched at the merge.
        balances: Balances = Balances::Added,
        /// A sender's nonce is taken from the transaction.
        predicts_nonces: bool = true,
        /// Calls of one contract run on one lane (the slots of BEP-130).
        pinned: bool = false,
        /// What a re-execution takes, in percent of its gas: caches are warm by then.
        retry_percent: u8 = 100,
    }
}

parameters! {
    /// Optimistic rounds with a barrier: run, validate, run the stale ones again (Sei).
    Rounds {
        /// After so many rounds the rest runs one by one.
        max_rounds: u8 = 10,
        /// Transactions that a dry run connects stay on one lane (Grevm 1.0).
        groups: bool = false,
    }
}

parameters! {
    /// Transactions declare what they touch; a scheduler locks it (Solana's Sealevel, FuelVM).
    DeclaredLocks {
        /// What one lock is for.
        keys: Granularity = Granularity::Slot,
        /// Who goes first.
        order: LockOrder = LockOrder::Priority,
        /// A transaction that cannot run yet takes no locks, so a later one may pass it. Must be off
        /// in block order.
        overtakes: bool = true,
        /// Where declarations come from.
        declares: Declarations = Declarations::Ideal,
        /// How many waiting transactions the scheduler looks at.
        window: u32 = 2_048,
        /// The most of a block's gas that transactions which write one key may use, in percent; what
        /// does not fit waits for the next block. 100: no cap.
        account_cap_percent: u8 = 100,
    }
}

parameters! {
    /// Owned objects run at once; shared ones are sequenced first (Sui).
    OwnedShared {
        /// What one object is.
        keys: Granularity = Granularity::Slot,
        /// Where declarations come from.
        declares: Declarations = Declarations::Ideal,
        /// The most of a block's gas that one shared object may take in one commit, in percent.
        budget_percent: u8 = 100,
        /// A transaction is dropped after it was deferred this often.
        deferrals_max: u8 = 10,
    }
}

parameters! {
    /// Block-level access lists (EIP-7928): the producer ships every value, validators need not
    /// wait for anybody.
    AccessList {
        /// What a dishonest producer does to the list.
        tamper: Tamper = Tamper::Nothing,
        /// How the producer makes the list.
        producer: Producer = Producer::OneLane,
    }
}

parameters! {
    /// The producer ships who depends on whom; validators start from that and check as Block-STM
    /// does (PIP-16, TxDAG).
    DependencyGraph {
        /// What the graph says.
        hints: Hints = Hints::Exact,
        /// A transaction that depends only on the one before stays on its lane (Grevm 2.x).
        groups: bool = false,
        /// How accounts conflict.
        balances: Balances = Balances::Added,
    }
}

/// A scheduling rule with its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rules {
    /// One transaction after the other, as Ethereum does today.
    Sequential,
    /// Many lanes and no detection of conflicts: what goes wrong is seen.
    Naive,
    /// See [`BlockStm`].
    BlockStm(BlockStm),
    /// See [`InOrderMerge`].
    InOrderMerge(InOrderMerge),
    /// See [`Rounds`].
    Rounds(Rounds),
    /// See [`DeclaredLocks`].
    DeclaredLocks(DeclaredLocks),
    /// See [`OwnedShared`].
    OwnedShared(OwnedShared),
    /// See [`AccessList`].
    AccessList(AccessList),
    /// See [`DependencyGraph`].
    DependencyGraph(DependencyGraph),
}

impl Rules {
    /// What a run under these rules must equal.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::Naive => Class::Nothing,
            Self::OwnedShared(_) => Class::SomeOrder,
            // In block order with complete declarations nothing fails that would not fail on one
            // lane; under a cap, what is too large for it never runs.
            Self::DeclaredLocks(locks)
                if locks.order == LockOrder::Priority
                    || locks.declares == Declarations::Simulated
                    || locks.account_cap_percent < 100 =>
            {
                Class::SomeOrder
            }
            _ => Class::Exact,
        }
    }

    /// Its parameters, if it has any.
    pub(super) fn parameters(&self) -> Option<&dyn Parameters> {
        match self {
            Self::Sequential | Self::Naive => None,
            Self::BlockStm(of) => Some(of),
            Self::InOrderMerge(of) => Some(of),
            Self::Rounds(of) => Some(of),
            Self::DeclaredLocks(of) => Some(of),
            Self::OwnedShared(of) => Some(of),
            Self::AccessList(of) => Some(of),
            Self::DependencyGraph(of) => Some(of),
        }
    }

    /// Its parameters, to be changed.
    pub(super) fn parameters_mut(&mut self) -> Option<&mut dyn Parameters> {
        match self {
            Self::Sequential | Self::Naive => None,
            Self::BlockStm(of) => Some(of),
            Self::InOrderMerge(of) => Some(of),
            Self::Rounds(of) => Some(of),
            Self::DeclaredLocks(of) => Some(of),
            Self::OwnedShared(of) => Some(of),
            Self::AccessList(of) => Some(of),
            Self::DependencyGraph(of) => Some(of),
        }
    }
}
