//! What one lane does on real threads: asks for a task, performs it, reports.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use lanescope_protocol::{Lane, Version};

use super::recorder::Recorder;
use super::threads::{End, Floor};
use super::workshop::Checked;
use crate::evm::{Machine, Verdict};
use crate::memory::Location;
use crate::strategy::{Finding, Head, INCARNATIONS_MAX, Task, Wait};

/// How many events a lane collects before it hands them on.
const BATCH: usize = 256;
/// How often a lane looks again before it sleeps; a look takes some ten nanoseconds.
const SPINS: u32 = if cfg!(feature = "interleavings") { 1 } else { 400 };
/// Executions between two tries to commit: each try touches what all lanes share.
const EXECUTIONS_PER_COMMIT: u32 = if cfg!(feature = "interleavings") { 2 } else { 8 };

pub(super) struct LaneLoop<'a> {
    floor: &'a Floor<'a>,
    lane: Lane,
    machine: Machine,
    recorder: Recorder,
    /// When the last execution on this lane ended, if nothing has happened since.
    stamp: Option<u64>,
    /// Executions since the last try to commit.
    uncommitted: u32,
}

impl<'a> LaneLoop<'a> {
    pub(super) fn new(floor: &'a Floor<'a>, lane: Lane, recorder: Recorder) -> Self {
        let machine = floor.workshop.machine(lane);
        Self { floor, lane, machine, recorder, stamp: None, uncommitted: 0 }
    }

    /// Works until the run is over.
    pub(super) fn run(mut self) -> Recorder {
        while !self.floor.is_over() {
            if self.floor.options.cancel.load(Ordering::Relaxed) {
                self.floor.end(End::Cancelled);
                break;
            }
            match self.floor.strategy.next(self.lane) {
                Task::Execute(version) => self.execute(version),
                Task::Validate(version) => self.validate(version),
                Task::Wait(wait) => {
                    if !self.commit() {
                        self.wait(wait);
                    }
                }
                Task::Tell(notice) => self.recorder.told(self.now(), notice),
                Task::Done => {
                    let makespan = self.floor.now();
                    self.floor.end(End::Done(makespan));
                }
            }
            if self.recorder.unsent_len() >= BATCH {
                let events = self.recorder.unsent();
                self.floor.options.sink.batch(events);
            }
        }
        self.recorder
    }

    /// The time, if anybody wants to know.
    fn now(&self) -> u64 {
        if self.recorder.is_on() { self.floor.now() } else { 0 }
    }

    fn execute(&mut self, version: Version) {
        let (workshop, strategy) = (&self.floor.workshop, &*self.floor.strategy);
        let from = self.stamp.take().unwrap_or_else(|| self.now());
        self.recorder.execution_started(from, version);
        let chance = workshop.chance(version, strategy);
        let execution = self.machine.execute(version.tx, chance);
        if let Verdict::Blocked(blocked) = execution.verdict {
            let location = workshop.memory.slot_location(blocked.account, blocked.slot);
            self.recorder.estimate_hit(self.now(), version, blocked.on, location, 0);
            strategy.blocked(version, blocked.on);
            return;
        }
        let wrong = workshop.judge(version, &execution);
        if let (Verdict::Unlisted(_), Some(location)) = (&execution.verdict, wrong) {
            return self.reject(version, location);
        }
        let (status, gas) = (execution.status(), execution.gas());
        let (so, undeclared) = (execution.so(), execution.undeclared);
        workshop.publish(version, execution, strategy);
        let to = self.now();
        self.recorder.execution_finished((from, to), version, status, gas);
        self.recorder.undeclared(to, version, undeclared);
        if let Some(location) = wrong {
            return self.reject(version, location);
        }
        let check = strategy.executed(version, so);
        self.stamp = Some(to);
        if check {
            self.validate(version);
        }
        self.uncommitted += 1;
        if self.uncommitted >= EXECUTIONS_PER_COMMIT {
            self.commit();
        }
        self.floor.share();
    }

    /// Ends the run: the block's access list is wrong.
    fn reject(&mut self, version: Version, location: Location) {
        let now = self.floor.now();
        self.recorder.list_rejected(now, Some(version), location);
        self.floor.end(End::Done(now));
    }

    fn validate(&mut self, version: Version) {
        self.stamp = None;
        self.recorder.validation_started(self.now(), version);
        let checked = self.floor.workshop.check(version);
        if checked.finding == Finding::Holds {
            let time = self.now();
            self.floor.strategy.validated(version, Finding::Holds);
            self.recorder.validation_passed(time, version, checked);
        } else {
            self.abort(version, checked);
        }
        self.floor.share();
    }

    fn abort(&mut self, version: Version, checked: Checked) {
        let (finding, strategy) = (checked.finding, &*self.floor.strategy);
        if strategy.validated(version, finding) {
            self.floor.workshop.mark_estimates(version.tx, strategy);
            self.recorder.aborted(self.now(), version, checked);
            strategy.aborted(version, finding);
        }
    }

    /// Commits whatever is next in line. Answers whether anything has happened.
    fn commit(&mut self) -> bool {
        self.uncommitted = 0;
        let (workshop, strategy) = (&self.floor.workshop, &*self.floor.strategy);
        let mut acted = false;
        while strategy.begin_commits() {
            let mut gas_used = self.floor.gas_used.lock().unwrap_or_else(PoisonError::into_inner);
            let time = self.now();
            while let Some(Head { version, check }) = strategy.head() {
                acted = true;
                let mut moved = Vec::new();
                if check {
                    workshop.memory.settle(strategy.place(version.tx));
                    let checked = workshop.check(version);
                    if checked.finding != Finding::Holds {
                        if version.incarnation.0 > INCARNATIONS_MAX {
                            self.floor.end(End::Stuck);
                        }
                        self.abort(version, checked);
                        break;
                    }
                    moved = checked.moved;
                }
                if let Err(error) = workshop.admit(version, *gas_used, check) {
                    self.floor.end(End::Broken(error));
                    break;
                }
                let gas = workshop.gas(version.tx);
                *gas_used += gas;
                workshop.note_patches(version, time, &mut self.recorder);
                strategy.commit(version);
                if workshop.passed_over(version.tx).is_some() {
                    self.recorder.skipped(time, version);
                    continue;
                }
                self.recorder.committed(time, version, gas, moved);
            }
            workshop.memory.settle(strategy.committed());
            drop(gas_used);
            if !strategy.end_commits() || self.floor.is_over() {
                break;
            }
        }
        if acted {
            self.stamp = None;
            self.floor.share();
        }
        acted
    }

    fn wait(&mut self, wait: Wait) {
        let floor = self.floor;
        self.stamp = None;
        self.recorder.wait_started(self.now(), wait);
        floor.begin_wait();
        let mut sleeps = 0;
        'waiting: loop {
            for _ in 0..SPINS {
                if floor.has_work() {
                    break 'waiting;
                }
                core::hint::spin_loop();
            }
            if self.commit() || floor.options.cancel.load(Ordering::Relaxed) {
                break;
            }
            sleeps = if floor.sleep() { 0 } else { sleeps + 1 };
            if floor.is_stuck(sleeps) {
                floor.end(End::Stuck);
            }
        }
        floor.end_wait();
        self.recorder.wait_ended(self.now());
    }
}
