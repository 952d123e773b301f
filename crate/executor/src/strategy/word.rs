//! The state of one transaction in Block-STM, in one atomic word, so that no two parts of it can
//! ever be seen at odds.

use std::sync::atomic::Ordering;

use lanescope_protocol::Incarnation;

use crate::sync::AtomicU32;

/// Where a transaction stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// No lane has ever run it.
    Fresh,
    /// A lane runs it.
    Executing,
    /// It waits for a lane to run it again.
    Ready,
    /// It waits for another transaction.
    Parked,
    /// It has run, and its writes are published.
    Executed,
    /// Its reads were stale, and its writes are being marked.
    Aborting,
}

/// A snapshot of the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct State {
    pub(super) status: Status,
    pub(super) incarnation: Incarnation,
    /// Something it may have read has changed since.
    pub(super) doubted: bool,
    /// A lane is checking its reads.
    pub(super) checking: bool,
    /// Others wait for it.
    pub(super) awaited: bool,
    /// It must be checked when all before it are final.
    pub(super) last_check: bool,
}

#[derive(Debug)]
pub(super) struct Word(AtomicU32);

/// The words of all transactions.
#[derive(Debug)]
pub(super) struct Words {
    words: Box<[Word]>,
    /// Each word has `2^shift` words' room.
    shift: u32,
    len: usize,
}

/// Words to a cache line, as a power of two.
const LINE_SHIFT: u32 = 4;

impl Words {
    /// `spread`: the next transaction is mostly another lane's, so each gets a cache line.
    pub(super) fn new(len: usize, spread: bool) -> Self {
        let shift = if spread { LINE_SHIFT } else { 0 };
        Self { words: (0..len << shift).map(|_| Word::new()).collect(), shift, len }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, index: usize) -> Option<&Word> {
        self.words.get(index << self.shift)
    }

    /// The word of a transaction of the block.
    pub(super) fn of(&self, index: usize) -> &Word {
        &self.words[index << self.shift]
    }
}

const DOUBTED: u32 = 1 << 3;
const CHECKING: u32 = 1 << 4;
const AWAITED: u32 = 1 << 5;
const LAST_CHECK: u32 = 1 << 6;

impl Word {
    pub(super) fn new() -> Self {
        Self(AtomicU32::new(0))
    }

    pub(super) fn load(&self) -> State {
        unpack(self.0.load(Ordering::SeqCst))
    }

    /// Changes the state in one step. `change` answers `None` to leave it. Answers the state
    /// before, or what it was when it was left.
    pub(super) fn update(&self, change: impl Fn(State) -> Option<State>) -> Result<State, State> {
        let step = |bits| change(unpack(bits)).map(pack);
        self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, step).map(unpack).map_err(unpack)
    }
}

fn pack(state: State) -> u32 {
    let status = match state.status {
        Status::Fresh => 0,
        Status::Executing => 1,
        Status::Ready => 2,
        Status::Parked => 3,
        Status::Executed => 4,
        Status::Aborting => 5,
    };
    let flag = |set: bool, bit: u32| if set { bit } else { 0 };
    status
        | flag(state.doubted, DOUBTED)
        | flag(state.checking, CHECKING)
        | flag(state.awaited, AWAITED)
        | flag(state.last_check, LAST_CHECK)
        | u32::from(state.incarnation.0) << 16
}

fn unpack(bits: u32) -> State {
    State {
        status: match bits & 7 {
            0 => Status::Fresh,
            1 => Status::Executing,
            2 => Status::Ready,
            3 => Status::Parked,
            4 => Status::Executed,
            _ => Status::Aborting,
        },
        incarnation: Incarnation((bits >> 16) as u16),
        doubted: bits & DOUBTED != 0,
        checking: bits & CHECKING != 0,
        awaited: bits & AWAITED != 0,
        last_check: bits & LAST_CHECK != 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_unpacked_as_it_was_packed() {
        use Status::{Aborting, Executed, Executing, Fresh, Parked, Ready};
        for status in [Executing, Ready, Parked, Executed, Aborting, Fresh] {
            for flags in 0..16 {
                for incarnation in [0, 1, 255, 256, u16::MAX].map(Incarnation) {
                    let state = State {
                        status,
                        incarnation,
                        doubted: flags & 1 != 0,
                        checking: flags & 2 != 0,
                        awaited: flags & 4 != 0,
                        last_check: flags & 8 != 0,
                    };
                    assert_eq!(unpack(pack(state)), state);
                }
            }
        }
    }
}
