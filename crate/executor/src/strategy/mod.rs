//! Scheduling rules. A strategy is a state machine that knows transactions by index only: no EVM,
//! no thread, no clock, nothing that blocks. Both drivers run the same one.

mod block_stm;
mod sequential;

use core::fmt::Debug;

use lanescope_protocol::event::WaitReason;
use lanescope_protocol::{Incarnation, Lane, StrategyName, TxIndex, Version};

use block_stm::BlockStm;
use sequential::Sequential;

/// What a lane shall do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Run this incarnation, then say [`Strategy::executed`] or [`Strategy::blocked`].
    Execute(Version),
    /// Check this incarnation's reads, then say [`Strategy::validated`].
    Validate(Version),
    /// All earlier transactions are final: check this incarnation's reads once more, then say
    /// [`Strategy::committed`] or, if a read no longer holds, [`Strategy::validated`].
    Commit(Version),
    /// Nothing to do until another lane reports something.
    Wait(Wait),
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

/// What a validation found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Every read holds.
    Holds,
    /// A read no longer holds. If it now depends on an estimate, `on` is who must run first.
    Stale { on: Option<TxIndex> },
}

/// A scheduling rule.
pub(crate) trait Strategy: Debug + Send {
    /// The next task of a lane.
    fn next(&mut self, lane: Lane) -> Task;

    /// An incarnation has published its writes; the reads of `affected` may have become stale.
    fn executed(&mut self, version: Version, affected: &[TxIndex]);

    /// An incarnation stopped, because `on` will write what it reads.
    fn blocked(&mut self, version: Version, on: TxIndex);

    /// An incarnation was checked. Answers whether its abort has been accepted: then the caller
    /// marks its writes as estimates and says [`Strategy::aborted`].
    fn validated(&mut self, version: Version, finding: Finding) -> bool;

    /// The writes of an aborted incarnation are marked; the reads of `affected` may be stale.
    fn aborted(&mut self, version: Version, affected: &[TxIndex], finding: Finding);

    /// An incarnation passed its last check. Answers whether it is final now: not if another lane
    /// has aborted it in the meantime.
    fn committed(&mut self, version: Version) -> bool;
}

/// Builds a strategy for a block. `same_sender[i]` is the transaction before `i` of the same
/// sender.
pub(crate) fn build(name: StrategyName, same_sender: Vec<Option<TxIndex>>) -> Box<dyn Strategy> {
    match name {
        StrategyName::Sequential => Box::new(Sequential::new(same_sender.len())),
        StrategyName::BlockStm => Box::new(BlockStm::new(same_sender)),
    }
}

/// The first incarnation of a transaction.
pub(crate) const fn first(tx: TxIndex) -> Version {
    Version { tx, incarnation: Incarnation(0) }
}
