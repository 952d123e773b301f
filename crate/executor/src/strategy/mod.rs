//! Scheduling rules. A strategy is a state machine that knows transactions by index only: no EVM,
//! no thread, no clock, nothing that blocks for long. Both drivers run the same one.

mod access_list;
mod block_stm;
mod board;
mod declared_locks;
mod in_order_merge;
mod locked;
mod naive;
mod ordered;
mod owned_shared;
mod plan;
mod pool;
mod rounds;
mod sequential;
mod speculation;
#[cfg(all(test, not(feature = "interleavings")))]
mod stage;
mod word;

use core::fmt::Debug;

use lanescope_protocol::event::{FallbackReason, WaitReason};
use lanescope_protocol::strategy::{
    Balances, BlockStm as BlockStmRules, Class, Expectation, Hints, Invalidation, ValidationOrder,
};
use lanescope_protocol::{Incarnation, Lane, Rules, TxIndex, Version};

use access_list::AccessList;
pub(crate) use block_stm::BlockStm;
use declared_locks::DeclaredLocks;
use in_order_merge::InOrderMerge;
use naive::Naive;
use owned_shared::OwnedShared;
pub(crate) use plan::{Like, Plan, Wants};
pub(crate) use pool::NO_GROUP;
use rounds::Rounds;
use sequential::Sequential;
use speculation::Speculation;

/// What a lane shall do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Run this incarnation; then, if it stopped at an estimate, say [`Strategy::blocked`]; else
    /// publish it, say [`Strategy::published`] if others may have read something else, and
    /// [`Strategy::executed`].
    Execute(Version),
    /// Check this incarnation's reads, then say [`Strategy::validated`].
    Validate(Version),
    /// Nothing to do until another lane reports something.
    Wait(Wait),
    /// Write this down, and ask again: it takes no time.
    Tell(Notice),
    /// The block is done.
    Done,
}

/// Why there is nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) reason: WaitReason,
    /// The transaction waited for, if it is one.
    pub(crate) on: Option<Version>,
}

/// What a strategy has decided, for whoever watches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// A round began; its number, from 1.
    Round(u32),
    /// The next block or commit is filled from here on; its number, from 2.
    Slot(u32),
    /// A transaction does not fit under a cap, and waits for the next slot.
    Deferred(TxIndex),
    /// A transaction never runs.
    Dropped(TxIndex),
    /// The rest runs one by one.
    FellBack(FallbackReason),
}

/// What a validation found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Every read holds.
    Holds,
    /// A read no longer holds. If it now depends on an estimate, `on` is who must run first.
    Stale { on: Option<TxIndex> },
}

/// How an incarnation has run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Executed {
    /// Something that it needs was different already when it ended.
    pub(crate) doubtful: bool,
    /// It must be checked once more when everything before it is final.
    pub(crate) last_check: bool,
}

/// The transaction that is next in line to become final.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) version: Version,
    /// Its reads must be checked first.
    pub(crate) check: bool,
}

/// A scheduling rule. Every method may be called from every lane at any time.
pub(crate) trait Strategy: Debug + Send + Sync {
    /// The next task of a lane.
    fn next(&self, lane: Lane) -> Task;

    /// A transaction has changed what the memory shows to later ones. `reads` answers whether the
    /// latest finished incarnation of a transaction may have read what changed; any that is running
    /// may. Must be said before [`Strategy::executed`] and [`Strategy::aborted`].
    fn published(&self, tx: TxIndex, reads: &dyn Fn(TxIndex) -> bool);

    /// An incarnation has run and its writes are published. Answers whether it must be checked at
    /// once, as after [`Task::Validate`].
    fn executed(&self, version: Version, so: Executed) -> bool;

    /// An incarnation stopped, because `on` will write what it reads.
    fn blocked(&self, version: Version, on: TxIndex);

    /// An incarnation was checked. Answers whether it is aborted: then the caller marks its writes
    /// as estimates, says [`Strategy::published`] and then [`Strategy::aborted`].
    fn validated(&self, version: Version, finding: Finding) -> bool;

    /// The writes of an aborted incarnation are marked.
    fn aborted(&self, version: Version, finding: Finding);

    /// Takes the right to commit, if nobody has it.
    fn begin_commits(&self) -> bool;

    /// The next transaction in line, if it can become final now. Only for who has the right.
    fn head(&self) -> Option<Head>;

    /// Whether [`Strategy::head`] would answer one. Changes nothing.
    fn has_head(&self) -> bool;

    /// The head is being checked, though it said that it need not be. Only for who has the right.
    fn suspect(&self, _version: Version) {}

    /// Makes the head final. Only for who has the right.
    fn commit(&self, version: Version);

    /// Gives the right back. Answers whether there is something to commit again.
    fn end_commits(&self) -> bool;

    /// How many transactions, from the first, are final.
    fn committed(&self) -> u32;

    /// Whether what was published can be taken back before it is committed.
    fn can_abort(&self) -> bool {
        true
    }

    /// For how many lanes there is something to do now; all of them, once the block is done.
    fn work(&self) -> usize;

    /// What an incarnation takes, in percent of its gas: re-executions may find things at hand.
    fn ticks_percent(&self, _version: Version) -> u32 {
        100
    }

    /// The place of a transaction in the order of commits: it sees what lies below. Known from when
    /// it is handed out; of a rule that detects nothing, from when it has published.
    fn place(&self, tx: TxIndex) -> u32 {
        tx.0
    }
}

/// What an execution sees of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sight {
    /// Whatever earlier transactions have published, final or not.
    #[default]
    Versions,
    /// What is final when it looks.
    Final,
    /// Whatever has been published when it looks, by anybody; and what is published is final.
    Latest,
    /// What the block's access list says of the state before it (EIP-7928).
    Listed,
}

impl Sight {
    /// As whom a transaction with this place asks the memory, where so many are final.
    pub(crate) fn reader(self, place: TxIndex, settled: u32) -> TxIndex {
        match self {
            Self::Versions | Self::Listed => place,
            Self::Final => place.min(TxIndex(settled)),
            Self::Latest => TxIndex(settled),
        }
    }
}

/// How executions read under a rule; the same for a whole run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Manner {
    pub(crate) sight: Sight,
    /// Balances and nonces count exactly, whoever looks at them.
    pub(crate) exact_accounts: bool,
    /// A sender's nonce is taken from the transaction while earlier ones have not run.
    pub(crate) predicts_nonces: bool,
    /// Everything is loaded before the first execution: no read is cold.
    pub(crate) prefetches: bool,
    /// Senders that nothing in the block can stop are not read at all. Who looks at such an account
    /// after all runs twice.
    pub(crate) trusts_senders: bool,
    /// Writes of an aborted incarnation stay, marked as estimates; else they are taken back.
    pub(crate) estimates: bool,
    /// What is certain of senders and receivers in block order need not be read.
    pub(crate) shortcuts: bool,
    /// Commits may have another order than the block. Who cannot be in the block when its turn
    /// comes is passed over then; and what fits into the block's gas, which is a question of block
    /// order, is not asked.
    pub(crate) own_order: bool,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            sight: Sight::Versions,
            exact_accounts: false,
            predicts_nonces: true,
            prefetches: false,
            trusts_senders: true,
            estimates: true,
            shortcuts: true,
            own_order: false,
        }
    }
}

/// How executions read under these rules.
pub(crate) fn manner(rules: &Rules) -> Manner {
    let exact = |balances| balances == Balances::Exact;
    match rules {
        Rules::BlockStm(of) => Manner {
            exact_accounts: exact(of.balances),
            estimates: of.estimates,
            ..Manner::default()
        },
        Rules::DependencyGraph(of) => Manner {
            exact_accounts: exact(of.balances),
            // Whom it depends on has run, its sender's transactions included.
            trusts_senders: of.hints != Hints::Exact,
            ..Manner::default()
        },
        Rules::InOrderMerge(of) => Manner {
            sight: Sight::Final,
            exact_accounts: exact(of.balances),
            predicts_nonces: of.predicts_nonces,
            // What is patched at the merge is seen only if everything was read.
            trusts_senders: false,
            ..Manner::default()
        },
        Rules::DeclaredLocks(_) | Rules::OwnedShared(_) | Rules::Naive => Manner {
            sight: if *rules == Rules::Naive { Sight::Latest } else { Sight::Versions },
            predicts_nonces: false,
            shortcuts: false,
            own_order: rules.class() != Class::Exact,
            ..Manner::default()
        },
        Rules::AccessList(_) => {
            Manner { sight: Sight::Listed, prefetches: true, ..Manner::default() }
        }
        _ => Manner::default(),
    }
}

/// Builds a strategy for a block.
pub(crate) fn build(rules: &Rules, lanes: u16, plan: Plan) -> Box<dyn Strategy> {
    match rules {
        Rules::Sequential => Box::new(Sequential::new(plan.batches.len())),
        Rules::BlockStm(of) if is_plain(of) => Box::new(BlockStm::new(lanes, plan)),
        Rules::BlockStm(of) => Box::new(Speculation::new_speculation(lanes, plan, *of)),
        Rules::DependencyGraph(of) => {
            let hints = Expectation::Nothing;
            let rules = BlockStmRules { balances: of.balances, hints, ..BlockStmRules::default() };
            Box::new(Speculation::new_speculation(lanes, plan, rules))
        }
        Rules::InOrderMerge(of) => Box::new(InOrderMerge::new_merge(lanes, plan, of)),
        Rules::Rounds(of) => Box::new(Rounds::new_rounds(lanes, plan, of)),
        Rules::Naive => Box::new(Naive::new(plan.batches.len())),
        Rules::DeclaredLocks(of) => {
            Box::new(DeclaredLocks::new(*of, lanes, &plan.wants, plan.block_gas))
        }
        Rules::OwnedShared(of) => Box::new(OwnedShared::new(*of, &plan.wants, plan.block_gas)),
        Rules::AccessList(_) => Box::new(AccessList::new(&plan)),
    }
}

/// Whether the rules differ from the default in nothing that the lock-free machine must know.
fn is_plain(of: &BlockStmRules) -> bool {
    of.invalidation == Invalidation::Push
        && of.validation == ValidationOrder::Any
        && of.hints != Expectation::Sender
}

/// A transaction that is the first in line runs on final values; one that fails its check even then
/// would do so for ever, which is a mistake in the executor. Drivers then give up.
pub(crate) const INCARNATIONS_MAX: u16 = 64;

/// The first incarnation of a transaction.
pub(crate) const fn first(tx: TxIndex) -> Version {
    Version { tx, incarnation: Incarnation(0) }
}
