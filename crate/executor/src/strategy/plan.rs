//! What a strategy is told of a block before it runs: nothing but numbers.

use lanescope_protocol::TxIndex;

/// How to take transactions, and which are likely to get in each other's way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// How many transactions, from each one, a lane takes at once when it takes that one.
    pub(crate) batches: Box<[u8]>,
    /// The class of each transaction and the one before it of that class. Transactions of a class,
    /// such as calls of one contract, may meet on the same locations; whether they do is found out.
    pub(crate) likes: Box<[Like]>,
    /// Classes are smaller than this.
    pub(crate) classes: u32,
    /// Transactions that may take so long that all lanes wait for them in the end, if they are not
    /// begun early; the longest first.
    pub(crate) long: Box<[TxIndex]>,
    /// Whom each transaction is said to depend on; empty if nothing is said.
    pub(crate) depends: Box<[Box<[TxIndex]>]>,
    /// Transactions that shall not run before all earlier ones are final, in order.
    pub(crate) first: Box<[TxIndex]>,
    /// A transaction that depends on the one before only stays on its lane.
    pub(crate) chains_stay: bool,
    /// The group of each transaction, or [`super::NO_GROUP`]: a group stays on one lane, in order.
    /// Empty if there are none.
    pub(crate) groups: Box<[u32]>,
}

/// A transaction's class.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Like {
    pub(crate) class: u32,
    pub(crate) before: u32,
}

impl Like {
    /// Of no class.
    pub(crate) const NONE: Self = Self { class: u32::MAX, before: u32::MAX };
}

impl Plan {
    pub(super) fn transactions(&self) -> usize {
        self.batches.len()
    }

    pub(super) fn classes(&self) -> u32 {
        self.classes
    }

    /// Whether lanes mostly take few transactions at once.
    pub(super) fn is_fine(&self) -> bool {
        let sum: usize = self.batches.iter().map(|size| usize::from(*size)).sum();
        sum < self.batches.len() * 8
    }

    pub(super) fn batch(&self, from: u32) -> Option<u32> {
        self.batches.get(from as usize).copied().map(u32::from)
    }

    pub(super) fn class(&self, tx: TxIndex) -> Option<usize> {
        let like = self.likes.get(tx.get())?;
        (like.class != Like::NONE.class).then_some(like.class as usize)
    }

    /// The class of a transaction and the transaction before it of that class, if there is one.
    pub(super) fn like(&self, tx: TxIndex) -> Option<(usize, TxIndex)> {
        let like = self.likes.get(tx.get())?;
        (like.before != Like::NONE.before).then_some((like.class as usize, TxIndex(like.before)))
    }
}
