//! Declared locks: transactions say what they touch, and a lock on each of it decides who runs
//! (Solana's greedy and prio-graph schedulers, FuelVM).
//!
//! A transaction that conflicts with one lane only is queued on that lane, behind the holders of its
//! locks. Any other goes to the next lane that asks. So whoever is handed out later and conflicts
//! runs after the earlier one has ended, and the order in which transactions are handed out is the
//! order of commits. In block order nobody passes whom he conflicts with, so the block's order is as
//! good, and is taken.

use std::collections::VecDeque;

use lanescope_protocol::event::WaitReason;
use lanescope_protocol::strategy::{DeclaredLocks as Parameters, LockOrder};
use lanescope_protocol::{Lane, TxIndex};

use super::board::{Board, Room};
use super::ordered::{Line, Ordered, Rule};
use super::{Notice, Task, Wait, Wants, first};

/// Most transactions queued on a lane.
const QUEUE_MAX: usize = 64;

/// The scheduler.
#[derive(Debug)]
pub(super) struct DeclaredLocks {
    parameters: Parameters,
    /// A transaction that waits also blocks its keys.
    blocks: bool,
    line: Line,
    wants: Vec<Wants>,
    /// Those that hold no locks yet, in the order in which they are looked at.
    pool: Vec<TxIndex>,
    phases: Vec<Phase>,
    /// By lane: those that hold their locks and wait for the lane.
    queues: Vec<VecDeque<TxIndex>>,
    board: Board,
    /// How many hold locks.
    holding: usize,
    cap: Option<Cap>,
    notices: VecDeque<Notice>,
    /// Nobody could begin anything when somebody asked last, and nothing has happened since.
    quiet: Option<Wait>,
    /// Somebody who must be alone waits for the others to be committed.
    awaits_commits: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// In the pool; not before this slot.
    Waiting(u32),
    Locked(Lane),
    Dropped,
}

/// How much of a block's gas may write one key.
#[derive(Debug)]
struct Cap {
    gas: u64,
    /// Gas of those that write a key, in this slot.
    used: Vec<u64>,
    /// The slot that is filled, from 1.
    slot: u32,
}

impl DeclaredLocks {
    pub(super) fn new(
        parameters: Parameters,
        lanes: u16,
        wants: &[Wants],
        block_gas: u64,
    ) -> Ordered<Self> {
        let in_block_order = parameters.order == LockOrder::Block;
        let keys = wants.iter().flat_map(|wants| wants.reads.iter().chain(&wants.writes));
        let keys = keys.max().map_or(0, |key| *key as usize + 1);
        let percent = u64::from(parameters.account_cap_percent);
        let cap = (percent < 100).then(|| Cap {
            gas: (u128::from(block_gas) * u128::from(percent) / 100) as u64,
            used: vec![0; keys],
            slot: 1,
        });
        let mut pool: Vec<_> = (0..wants.len() as u32).map(TxIndex).collect();
        if !in_block_order {
            pool.sort_by_key(|tx| core::cmp::Reverse(wants[tx.get()].priority));
        }
        let mut this = Self {
            parameters,
            blocks: in_block_order || !parameters.overtakes,
            line: Line::new(wants.len()),
            wants: wants.iter().map(|wants| with_fees(wants, keys as u32)).collect(),
            pool,
            phases: vec![Phase::Waiting(1); wants.len()],
            queues: vec![VecDeque::new(); usize::from(lanes.max(1))],
            board: Board::new(keys + 1),
            holding: 0,
            cap,
            notices: VecDeque::new(),
            quiet: None,
            awaits_commits: false,
        };
        this.drop_what_never_fits();
        if in_block_order {
            this.pool.iter().for_each(|tx| this.line.append(*tx));
        }
        Ordered::new(this)
    }

    /// Drops who is above the cap alone, and the sender's later transactions: their nonces cannot
    /// come any more.
    fn drop_what_never_fits(&mut self) {
        let Some(cap) = &self.cap else { return };
        for tx in (0..self.wants.len() as u32).map(TxIndex) {
            let wants = &self.wants[tx.get()];
            let before = wants.before.map(|before| self.phases[before.get()]);
            if wants.gas > cap.gas || before == Some(Phase::Dropped) {
                self.phases[tx.get()] = Phase::Dropped;
                self.notices.push_back(Notice::Dropped(tx));
                self.line.shorten();
            }
        }
        self.pool.retain(|tx| self.phases[tx.get()] != Phase::Dropped);
    }

    fn in_block_order(&self) -> bool {
        self.parameters.order == LockOrder::Block
    }

    /// Looks through the pool for a lane that holds no locks. Gives locks to whoever can get them,
    /// until one can begin on that lane.
    fn scan(&mut self, lane: Lane) -> Result<TxIndex, Wait> {
        self.board.begin_scan();
        let mut why = None;
        let (mut at, mut looked) = (0, 0);
        while at < self.pool.len() && looked < self.parameters.window {
            let tx = self.pool[at];
            match self.look(tx) {
                Found::Begins => {
                    self.pool.remove(at);
                    self.lock(tx, lane);
                    return Ok(tx);
                }
                Found::Queued(lane) => {
                    self.pool.remove(at);
                    self.lock(tx, lane);
                    self.queues[lane.get()].push_back(tx);
                    looked += 1;
                }
                Found::Waits { wait, counts, blocks } => {
                    why = why.or(wait);
                    looked += u32::from(counts);
                    if blocks {
                        self.board.block(&self.wants[tx.get()]);
                    }
                    at += 1;
                }
            }
        }
        Err(why.unwrap_or_else(|| self.line.wait(WaitReason::NothingReady)))
    }

    /// What can be done with a transaction of the pool now.
    fn look(&mut self, tx: TxIndex) -> Found {
        let wants = &self.wants[tx.get()];
        let wait = |reason, on: Option<TxIndex>| Some(Wait { reason, on: on.map(first) });
        let stays = |wait, blocks| Found::Waits { wait, counts: true, blocks };
        let waiting = |tx: TxIndex| matches!(self.phases[tx.get()], Phase::Waiting(_));
        if let Some(before) = wants.before.filter(|before| waiting(*before)) {
            // In priority order it must not block: who comes before may have a lower priority.
            let wait = wait(WaitReason::SameSender, Some(before));
            return Found::Waits { wait, counts: false, blocks: self.in_block_order() };
        }
        if self.is_deferred(tx) {
            return Found::Waits { wait: None, counts: false, blocks: self.in_block_order() };
        }
        if self.board.is_blocked(wants) {
            return stays(wait(WaitReason::Lock, None), self.blocks);
        }
        let room = self.board.room(wants);
        if let Room::Nowhere(holder) = room {
            return stays(wait(WaitReason::Lock, Some(holder)), self.blocks);
        }
        if let Some(cap) = &mut self.cap
            && !cap.fits(wants)
        {
            self.phases[tx.get()] = Phase::Waiting(cap.slot + 1);
            self.notices.push_back(Notice::Deferred(tx));
            return Found::Waits { wait: None, counts: false, blocks: self.in_block_order() };
        }
        match room {
            // Who must be alone waits for all lanes, not for one: so a lane that has found nothing
            // to do has nothing in its queue.
            Room::Behind(lane, _) if !wants.alone && self.queues[lane.get()].len() < QUEUE_MAX => {
                Found::Queued(lane)
            }
            Room::Behind(_, holder) => stays(wait(WaitReason::Lock, Some(holder)), self.blocks),
            _ if wants.alone && !self.line.is_first(tx) => {
                self.awaits_commits = true;
                stays(Some(self.line.wait(WaitReason::Merge)), self.blocks)
            }
            _ => Found::Begins,
        }
    }

    fn is_deferred(&self, tx: TxIndex) -> bool {
        let slot = self.cap.as_ref().map_or(1, |cap| cap.slot);
        matches!(self.phases[tx.get()], Phase::Waiting(from) if from > slot)
    }

    fn lock(&mut self, tx: TxIndex, lane: Lane) {
        let wants = &self.wants[tx.get()];
        self.board.acquire(wants, lane, tx);
        if let Some(cap) = &mut self.cap {
            cap.add(wants);
        }
        self.phases[tx.get()] = Phase::Locked(lane);
        self.holding += 1;
    }

    /// Begins the next slot, if this one is over.
    fn begin_slot(&mut self) {
        let over = self.holding == 0
            && !self.awaits_commits
            && self.pool.iter().any(|tx| self.is_deferred(*tx));
        let Some(cap) = self.cap.as_mut().filter(|_| over) else { return };
        cap.slot += 1;
        cap.used.fill(0);
        self.notices.push_back(Notice::Slot(cap.slot));
    }

    fn begin(&mut self, tx: TxIndex) -> Task {
        self.line.append(tx);
        Task::Execute(first(tx))
    }
}

/// What a look at a transaction found.
enum Found {
    /// It can begin on any lane.
    Begins,
    /// It can be queued on this lane.
    Queued(Lane),
    /// Not now. `counts`: among those that the scheduler looks at; `blocks`: nobody may pass it.
    Waits { wait: Option<Wait>, counts: bool, blocks: bool },
}

impl Cap {
    fn fits(&self, wants: &Wants) -> bool {
        wants
            .writes
            .iter()
            .all(|key| self.used.get(*key as usize).is_none_or(|used| used + wants.gas <= self.gas))
    }

    fn add(&mut self, wants: &Wants) {
        for key in &wants.writes {
            if let Some(used) = self.used.get_mut(*key as usize) {
                *used += wants.gas;
            }
        }
    }
}

/// What others pay to the fee recipient is one more key: everybody adds to it, which needs no order,
/// and who looks at it must be alone.
fn with_fees(wants: &Wants, fees: u32) -> Wants {
    let mut wants = wants.clone();
    let list = if wants.alone { &mut wants.writes } else { &mut wants.reads };
    *list = list.iter().copied().chain([fees]).collect();
    wants
}

impl Rule for DeclaredLocks {
    fn line(&self) -> &Line {
        &self.line
    }

    fn line_mut(&mut self) -> &mut Line {
        &mut self.line
    }

    fn next(&mut self, lane: Lane) -> Task {
        if let Some(notice) = self.notices.pop_front() {
            return Task::Tell(notice);
        }
        if let Some(tx) = self.queues[lane.get()].pop_front() {
            return self.begin(tx);
        }
        if let Some(wait) = self.quiet {
            return Task::Wait(wait);
        }
        match self.scan(lane) {
            Ok(tx) => self.begin(tx),
            Err(wait) => {
                // Who watches hears of the next slot before anybody begins in it.
                self.begin_slot();
                match self.notices.pop_front() {
                    Some(notice) => Task::Tell(notice),
                    None => {
                        self.quiet = Some(wait);
                        Task::Wait(wait)
                    }
                }
            }
        }
    }

    fn ended(&mut self, tx: TxIndex) {
        if let Phase::Locked(lane) = self.phases[tx.get()] {
            self.board.release(&self.wants[tx.get()], lane);
            self.holding -= 1;
        }
        self.quiet = None;
    }

    fn committed(&mut self) {
        if core::mem::take(&mut self.awaits_commits) {
            self.quiet = None;
        }
    }

    fn work(&self) -> usize {
        let some = !self.notices.is_empty() || (self.quiet.is_none() && !self.pool.is_empty());
        if some { self.queues.len().max(2) } else { 0 }
    }
}

#[cfg(all(test, not(feature = "interleavings")))]
mod tests;
