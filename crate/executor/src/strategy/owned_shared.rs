//! Owned and shared objects (Sui): what only one sender touches is owned, everything else is shared.
//!
//! A transaction that touches nothing shared runs as soon as a lane is free and its sender's earlier
//! ones have ended. The others are put in a sequence first, commit by commit, by what they pay; each
//! runs when everything that it touches has been left by those before it in the sequence. So along
//! the writers of each key places only go up, like Lamport's versions.

use std::collections::{BinaryHeap, VecDeque};

use lanescope_protocol::event::WaitReason;
use lanescope_protocol::strategy::OwnedShared as Parameters;
use lanescope_protocol::{Lane, TxIndex};

use super::board::{Board, Room};
use super::ordered::{Line, Ordered, Rule};
use super::{Notice, Task, Wait, Wants, first};

/// The scheduler.
#[derive(Debug)]
pub(super) struct OwnedShared {
    parameters: Parameters,
    line: Line,
    wants: Vec<Wants>,
    /// Whether each transaction touches anything shared.
    shared: Vec<bool>,
    /// Whether each key is shared.
    shared_keys: Vec<bool>,
    /// Those that touch nothing shared and have not begun, in block order.
    owned: VecDeque<TxIndex>,
    /// The sequence of this commit, as far as it has not begun.
    sequence: Vec<TxIndex>,
    /// In no sequence yet, in block order.
    backlog: Vec<TxIndex>,
    dropped: Vec<bool>,
    deferrals: Vec<u8>,
    /// Most gas of one shared key in one commit.
    budget: u64,
    /// The number of the commit, from 1.
    commit: u32,
    board: Board,
    /// How many are running, and how many of them touch something shared.
    running: usize,
    running_shared: usize,
    notices: VecDeque<Notice>,
    /// Nobody could begin anything when somebody asked last, and nothing has happened since.
    quiet: Option<Wait>,
    /// Somebody who must be alone waits for the others to be committed.
    awaits_commits: bool,
}

/// Locks are not bound to lanes here.
const NO_LANE: Lane = Lane(0);

impl OwnedShared {
    pub(super) fn new(parameters: Parameters, wants: &[Wants], block_gas: u64) -> Ordered<Self> {
        let shared_keys = shared_keys(wants);
        let touches = |wants: &Wants| {
            let mut keys = wants.reads.iter().chain(&wants.writes);
            wants.alone || keys.any(|key| shared_keys[*key as usize])
        };
        let shared: Vec<_> = wants.iter().map(touches).collect();
        let all = || (0..wants.len() as u32).map(TxIndex);
        let percent = u128::from(parameters.budget_percent);
        let mut this = Self {
            parameters,
            line: Line::new(wants.len()),
            owned: all().filter(|tx| !shared[tx.get()]).collect(),
            backlog: all().filter(|tx| shared[tx.get()]).collect(),
            wants: wants.to_vec(),
            sequence: Vec::new(),
            dropped: vec![false; wants.len()],
            deferrals: vec![0; wants.len()],
            budget: (u128::from(block_gas) * percent / 100) as u64,
            commit: 1,
            board: Board::new(shared_keys.len()),
            running: 0,
            running_shared: 0,
            notices: VecDeque::new(),
            quiet: None,
            awaits_commits: false,
            shared,
            shared_keys,
        };
        this.fill_sequence();
        Ordered::new(this)
    }

    /// Puts what fits of the backlog in a sequence, the best paying first; but never a sender's later
    /// transaction before an earlier one, which would wait for each other.
    fn fill_sequence(&mut self) {
        let mut used = vec![0_u64; self.shared_keys.len()];
        let mut heap = BinaryHeap::new();
        // By transaction: the sender's next one in the backlog.
        let mut next = vec![None; self.wants.len()];
        for tx in &self.backlog {
            match self.shared_before(*tx) {
                Some(before) => next[before.get()] = Some(*tx),
                None => heap.push(self.rank(*tx)),
            }
        }
        let mut drops = false;
        while let Some((_, tx)) = heap.pop() {
            let tx = tx.0;
            if self.fits(tx, &used) {
                let wants = &self.wants[tx.get()];
                let keys = wants.writes.iter().map(|key| *key as usize);
                keys.filter(|key| self.shared_keys[*key]).for_each(|key| used[key] += wants.gas);
                self.sequence.push(tx);
                heap.extend(next[tx.get()].map(|next: TxIndex| self.rank(next)));
            } else if self.deferrals[tx.get()] < self.parameters.deferrals_max {
                self.deferrals[tx.get()] += 1;
                self.notices.push_back(Notice::Deferred(tx));
            } else {
                self.dropped[tx.get()] = true;
                drops = true;
            }
        }
        let sequence = &self.sequence;
        self.backlog.retain(|tx| !sequence.contains(tx));
        if drops {
            self.drop_followers();
        }
    }

    /// Drops, after a transaction, the sender's later ones: their nonces cannot come any more.
    fn drop_followers(&mut self) {
        for tx in (0..self.wants.len() as u32).map(TxIndex) {
            let before = self.wants[tx.get()].before;
            self.dropped[tx.get()] |= before.is_some_and(|before| self.dropped[before.get()]);
        }
        let waits = self.backlog.iter().chain(&self.owned);
        let mut gone: Vec<_> = waits.copied().filter(|tx| self.dropped[tx.get()]).collect();
        gone.sort_unstable();
        for tx in gone {
            self.notices.push_back(Notice::Dropped(tx));
            self.line.shorten();
        }
        self.backlog.retain(|tx| !self.dropped[tx.get()]);
        self.owned.retain(|tx| !self.dropped[tx.get()]);
    }

    /// The sender's latest transaction before this one that is in the backlog too.
    fn shared_before(&self, tx: TxIndex) -> Option<TxIndex> {
        let mut before = self.wants[tx.get()].before;
        while let Some(tx) = before {
            if self.backlog.binary_search(&tx).is_ok() {
                return before;
            }
            before = self.wants[tx.get()].before;
        }
        None
    }

    /// What sorts transactions in a sequence: the highest first.
    fn rank(&self, tx: TxIndex) -> (u128, core::cmp::Reverse<TxIndex>) {
        (self.wants[tx.get()].priority, core::cmp::Reverse(tx))
    }

    fn fits(&self, tx: TxIndex, used: &[u64]) -> bool {
        let wants = &self.wants[tx.get()];
        let mut keys = wants.writes.iter().map(|key| *key as usize);
        keys.all(|key| !self.shared_keys[key] || used[key] + wants.gas <= self.budget)
    }

    /// Begins the next commit, if this one is over.
    fn begin_commit(&mut self) -> bool {
        let over = self.sequence.is_empty() && self.running_shared == 0;
        if !over || self.backlog.is_empty() {
            return false;
        }
        self.commit += 1;
        self.notices.push_back(Notice::Slot(self.commit));
        self.fill_sequence();
        true
    }

    /// Whoever can begin now: of those who are ready, the first of the sequence, which others wait
    /// for, and else the first that touches nothing shared.
    fn scan(&mut self) -> Result<TxIndex, Wait> {
        self.board.begin_scan();
        let mut why = None;
        for at in 0..self.sequence.len() {
            let tx = self.sequence[at];
            let wants = &self.wants[tx.get()];
            let wait = if let Some(before) = self.unfinished_before(tx) {
                Wait { reason: WaitReason::SameSender, on: Some(first(before)) }
            } else if let Room::Behind(_, holder) = self.board.room(wants) {
                Wait { reason: WaitReason::Lock, on: Some(first(holder)) }
            } else if self.board.is_blocked(wants) {
                Wait { reason: WaitReason::Lock, on: None }
            } else if wants.alone && !self.line.is_first(tx) {
                // Until it has begun, nobody else does.
                self.awaits_commits = true;
                return Err(self.line.wait(WaitReason::Merge));
            } else {
                return Ok(self.sequence.remove(at));
            };
            self.board.block(wants);
            why = why.or(Some(wait));
        }
        let ready = self.owned.iter().position(|tx| self.unfinished_before(*tx).is_none());
        match ready.and_then(|at| self.owned.remove(at)) {
            Some(tx) => Ok(tx),
            None => Err(why.unwrap_or_else(|| self.line.wait(WaitReason::NothingReady))),
        }
    }

    fn unfinished_before(&self, tx: TxIndex) -> Option<TxIndex> {
        self.wants[tx.get()].before.filter(|before| !self.line.has_ended(*before))
    }

    fn begin(&mut self, tx: TxIndex) -> Task {
        self.board.acquire(&self.wants[tx.get()], NO_LANE, tx);
        self.running += 1;
        self.running_shared += usize::from(self.shared[tx.get()]);
        self.line.append(tx);
        Task::Execute(first(tx))
    }
}

/// Which keys several senders touch.
fn shared_keys(wants: &[Wants]) -> Vec<bool> {
    let keys = wants.iter().flat_map(|wants| wants.reads.iter().chain(&wants.writes));
    let keys = keys.max().map_or(0, |key| *key as usize + 1);
    // A sender is known by its first transaction.
    let mut senders: Vec<TxIndex> = Vec::with_capacity(wants.len());
    let mut owners = vec![None; keys];
    let mut shared = vec![false; keys];
    for (index, wants) in wants.iter().enumerate() {
        let own = TxIndex(index as u32);
        let sender = wants.before.map_or(own, |before| senders[before.get()]);
        senders.push(sender);
        for key in wants.reads.iter().chain(&wants.writes).map(|key| *key as usize) {
            shared[key] |= *owners[key].get_or_insert(sender) != sender;
        }
    }
    shared
}

impl Rule for OwnedShared {
    fn line(&self) -> &Line {
        &self.line
    }

    fn line_mut(&mut self) -> &mut Line {
        &mut self.line
    }

    fn next(&mut self, _lane: Lane) -> Task {
        if let Some(notice) = self.notices.pop_front() {
            return Task::Tell(notice);
        }
        if let Some(wait) = self.quiet {
            return Task::Wait(wait);
        }
        if self.begin_commit()
            && let Some(notice) = self.notices.pop_front()
        {
            return Task::Tell(notice);
        }
        match self.scan() {
            Ok(tx) => self.begin(tx),
            Err(wait) => {
                self.quiet = Some(wait);
                Task::Wait(wait)
            }
        }
    }

    fn ended(&mut self, tx: TxIndex) {
        self.board.release(&self.wants[tx.get()], NO_LANE);
        self.running -= 1;
        self.running_shared -= usize::from(self.shared[tx.get()]);
        self.quiet = None;
    }

    fn committed(&mut self) {
        if core::mem::take(&mut self.awaits_commits) {
            self.quiet = None;
        }
    }

    fn work(&self) -> usize {
        let waiting = self.sequence.len() + self.backlog.len() + self.owned.len();
        if self.notices.is_empty() && (self.quiet.is_some() || waiting == 0) {
            0
        } else {
            waiting.max(2)
        }
    }
}

#[cfg(all(test, not(feature = "interleavings")))]
mod tests;
