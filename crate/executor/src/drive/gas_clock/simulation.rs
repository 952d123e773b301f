//! The simulation itself: what happens at each tick.

use std::collections::BTreeSet;
use std::sync::Arc;

use lanescope_protocol::{Costs, Fault, Lane, Settings, TxIndex, Version};
use rustc_hash::FxHashMap;

use super::super::Run;
use super::super::declare;
use super::super::hints::Hints;
use super::super::outlook;
use super::super::raw::LanesRun;
use super::super::recorder::{Book, Recorder};
use super::super::supply;
use super::super::workshop::{Checked, Workshop};
use super::faults;
use super::in_flight::{Circumstances, InFlight, Pace, Place, Timing};
use super::lanes::{Doing, Lanes, Lost, Validation, slowness};
use crate::block::{Block, BlockError};
use crate::evm::{Execution, Filter, Machine, Verdict};
use crate::memory::Location;
use crate::strategy::{self, Finding, Head, INCARNATIONS_MAX, Sight, Strategy, Task, Wait};
use crate::world::World;

/// How many ticks an incarnation takes, instead of its gas.
#[cfg(test)]
pub(in crate::drive) type Lengths = Box<dyn Fn(Version) -> u64>;

/// Something that will happen. What happens at one tick does so in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// An execution ends; the earlier transaction first.
    Execution(TxIndex, Lane),
    /// A fault begins or ends, by its place in the settings.
    Fault {
        index: usize,
        ends: bool,
    },
    Validation(Lane),
    Commit,
}

pub(super) struct Simulation {
    pub(super) workshop: Workshop,
    pub(super) strategy: Box<dyn Strategy>,
    pub(super) recorder: Recorder,
    pub(super) lanes: Lanes,
    pub(super) faults: Vec<Fault>,
    pub(super) costs: Costs,
    sight: Sight,
    machine: Machine,
    /// What will happen, earliest first.
    due: BTreeSet<(u64, Due)>,
    pub(super) now: u64,
    /// Gas of transactions that are final.
    gas_used: u64,
    /// Ticks that making the hints took; what a list took, the workshop knows.
    producer: u64,
    /// Places that were read, and when the first execution that did so ended.
    warm: FxHashMap<Place, u64>,
    /// The list of all places came with the block: nothing is cold.
    prefetched: bool,
    /// Places that have changed since lanes under way were last looked at.
    changed: Filter,
    /// When the last commit was over, and whether one is due.
    committed_at: u64,
    commit_due: bool,
    /// How many incarnations of each transaction were lost with their lanes.
    pub(super) lost: Vec<u16>,
    /// Transactions whose first result shall be wrong, or is.
    pub(super) wrong: FxHashMap<TxIndex, Wrong>,
    pub(super) done: bool,
    /// No lane has anything to do, though the block is not done: a strategy's mistake.
    pub(super) stuck: bool,
    #[cfg(test)]
    pub(super) lengths: Option<Lengths>,
}

/// How far a wrong result has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// The next result will be wrong.
    Planned,
    /// This incarnation's is.
    Published(Version),
}

impl core::fmt::Debug for Simulation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Simulation").field("now", &self.now).finish_non_exhaustive()
    }
}

impl Simulation {
    pub(super) fn new(
        block: Arc<Block>,
        world: Arc<World>,
        settings: &Settings,
    ) -> Result<Self, BlockError> {
        faults::check(&settings.faults, block.transactions.len())?;
        let rules = &settings.strategy.rules;
        let hints = Hints::new(&block, &world, settings)?;
        let declared = declare::declare(&block, &world, rules)?;
        let producer = hints.producer;
        let plan = outlook::plan(&block, &world, vec![1; block.transactions.len()].into());
        let plan = hints.put_into(plan, rules);
        let plan = declare::plan_for(&block, declared.as_ref(), plan);
        let manner = strategy::manner(rules);
        let strategy = strategy::build(rules, settings.lanes, plan);
        let transactions = block.transactions.len();
        let supply = supply::on_gas_clock(&block, &world, settings)?;
        let workshop = Workshop::new(block, world, manner, true)?.under(declared).supplied(supply);
        let machine = workshop.machine(Lane(0)).timed();
        let mut recorder = Recorder::new(Lane(0), true, Arc::new(Book::default()));
        let done = workshop.open_list(&mut recorder);
        let mut simulation = Self {
            workshop,
            strategy,
            recorder,
            lanes: Lanes::new(settings.lanes, settings.seed),
            faults: settings.faults.clone(),
            costs: settings.costs,
            sight: manner.sight,
            machine,
            due: BTreeSet::new(),
            now: 0,
            gas_used: 0,
            producer,
            warm: FxHashMap::default(),
            prefetched: manner.prefetches,
            changed: Filter::default(),
            committed_at: 0,
            commit_due: false,
            lost: vec![0; transactions],
            wrong: FxHashMap::default(),
            done,
            stuck: false,
            #[cfg(test)]
            lengths: None,
        };
        simulation.plan_faults();
        Ok(simulation)
    }

    /// Begins: what happens at tick 0.
    pub(super) fn start(&mut self) -> Result<(), BlockError> {
        if self.done {
            return Ok(());
        }
        self.happen(0)
    }

    pub(super) fn inputs(&self) -> (Arc<Block>, Arc<World>) {
        (Arc::clone(&self.workshop.block), Arc::clone(&self.workshop.world))
    }

    pub(super) fn expect(&mut self, time: u64, due: Due) {
        self.due.insert((time, due));
    }

    /// Moves the clock to the next tick at which anything happens. Answers whether the block is
    /// done.
    pub(super) fn step(&mut self) -> Result<bool, BlockError> {
        if self.done {
            return Ok(true);
        }
        match self.due.first() {
            Some((time, _)) => self.happen(*time)?,
            None => self.stuck = true,
        }
        if self.done {
            // Here, so that whoever watches hears of it too.
            self.end_waits();
        }
        Ok(self.done)
    }

    fn end_waits(&mut self) {
        let lanes: Vec<_> = self.lanes.iter().map(|(lane, _)| lane).collect();
        for lane in lanes {
            self.end_wait(lane);
        }
    }

    fn happen(&mut self, now: u64) -> Result<(), BlockError> {
        self.now = now;
        // Everything that ends at this tick is published before anybody looks.
        let mut last = Lane(0);
        while let Some((time, due)) = self.due.first().copied()
            && time <= now
        {
            self.due.pop_first();
            match due {
                Due::Execution(_, lane) => {
                    self.finish_execution(lane);
                    last = lane;
                }
                Due::Fault { index, ends } => self.fault(index, ends),
                Due::Validation(lane) => {
                    self.finish_validation(lane);
                    last = lane;
                }
                Due::Commit => self.commit_one(last)?,
            }
            if self.done {
                return Ok(());
            }
        }
        self.commit(last)?;
        // A check can free a transaction, and what it frees can be committed, and so on.
        while self.give_work() {
            self.commit(last)?;
        }
        self.look_again();
        Ok(())
    }

    /// As the memory and the trace know an incarnation.
    pub(super) fn shown(&self, version: Version) -> Version {
        let lost = self.lost.get(version.tx.get()).copied().unwrap_or_default();
        let mut shown = version;
        shown.incarnation.0 = shown.incarnation.0.saturating_add(lost);
        shown
    }

    fn finish_execution(&mut self, lane: Lane) {
        let Doing::Executing(mut flight) = self.lanes.stop(lane) else { return };
        let (warm, now) = (&mut self.warm, self.now);
        flight.settle(|place| {
            warm.entry(place).or_insert(now);
        });
        let InFlight { version, shown, role, from, execution, .. } = *flight;
        if let Verdict::Blocked(blocked) = execution.verdict {
            let location = self.workshop.memory.slot_location(blocked.account, blocked.slot);
            let recorder = self.recorder.at(lane);
            recorder.estimate_hit(now, shown, blocked.on, location, blocked.at);
            self.strategy.blocked(version, blocked.on);
            return;
        }
        let Some(execution) = self.spoil(lane, (version, shown), role, execution) else { return };
        let mut execution = execution;
        execution.look_again(&self.workshop.memory);
        if let Some(location) = self.workshop.judge(shown, &execution) {
            self.reject(shown, (from, lane), location, &execution);
            return;
        }
        let (status, gas) = (execution.status(), execution.gas());
        let (so, undeclared) = (execution.so(), execution.undeclared);
        self.change(shown.tx);
        self.workshop.publish(shown, execution, &*self.strategy);
        self.change(shown.tx);
        self.recorder.at(lane).execution_finished((from, now), shown, status, gas);
        self.recorder.undeclared(now, shown, undeclared);
        if self.strategy.executed(version, so) {
            self.begin_validation(lane, role, version);
        }
    }

    /// Ends the run: the block's access list is wrong.
    fn reject(
        &mut self,
        version: Version,
        (from, lane): (u64, Lane),
        location: Location,
        execution: &Execution,
    ) {
        let recorder = self.recorder.at(lane);
        if !matches!(execution.verdict, Verdict::Unlisted(_)) {
            let (status, gas) = (execution.status(), execution.gas());
            recorder.execution_finished((from, self.now), version, status, gas);
        }
        recorder.list_rejected(self.now, Some(version), location);
        self.done = true;
    }

    /// What a transaction has written is about to change, or has.
    fn change(&mut self, tx: TxIndex) {
        if self.sight != Sight::Final {
            self.changed = self.changed.with(self.workshop.written(tx));
        }
    }

    /// Commits whatever is next in line, by the lane that finished last.
    fn commit(&mut self, lane: Lane) -> Result<(), BlockError> {
        if self.costs.commit > 0 {
            self.plan_commit();
            return Ok(());
        }
        if !self.strategy.begin_commits() {
            return Ok(());
        }
        while let Some(head) = self.strategy.head() {
            if !self.commit_head(lane, head)? {
                break;
            }
        }
        self.strategy.end_commits();
        Ok(())
    }

    /// Commits follow each other, each after its time.
    fn plan_commit(&mut self) {
        if !self.commit_due && self.strategy.has_head() {
            let from = self.now.max(self.committed_at);
            self.commit_due = true;
            self.expect(from + u64::from(self.costs.commit), Due::Commit);
        }
    }

    fn commit_one(&mut self, lane: Lane) -> Result<(), BlockError> {
        self.commit_due = false;
        if !self.strategy.begin_commits() {
            return Ok(());
        }
        if let Some(head) = self.strategy.head()
            && self.commit_head(lane, head)?
        {
            self.committed_at = self.now;
        }
        self.strategy.end_commits();
        Ok(())
    }

    /// Commits a transaction, if it holds. Everything is checked once more.
    fn commit_head(&mut self, lane: Lane, head: Head) -> Result<bool, BlockError> {
        let version = head.version;
        let shown = self.shown(version);
        let mut checked = self.workshop.check(shown);
        if self.wrong.get(&version.tx) == Some(&Wrong::Published(shown)) {
            // Somebody has computed it a second time.
            self.wrong.remove(&version.tx);
            self.recorder.at(lane).wrong_result_found(self.now, shown);
            checked.finding = Finding::Stale { on: None };
        }
        if checked.finding != Finding::Holds {
            self.stuck |= shown.incarnation.0 > INCARNATIONS_MAX;
            if !head.check {
                self.strategy.suspect(version);
            }
            self.abort(lane, version, checked);
            return Ok(false);
        }
        self.workshop.admit(shown, self.gas_used, true)?;
        self.gas_used += checked.gas;
        self.workshop.note_patches(shown, self.now, self.recorder.at(lane));
        self.strategy.commit(version);
        self.workshop.memory.settle(self.strategy.committed());
        if self.sight == Sight::Final {
            self.changed = self.changed.with(self.workshop.written(version.tx));
            self.changed.add_code(self.workshop.memory.fee_recipient());
        }
        self.changed.add_values(self.workshop.memory.fee_recipient());
        if self.workshop.passed_over(version.tx).is_some() {
            self.recorder.at(lane).skipped(self.now, shown);
        } else {
            self.recorder.at(lane).committed(self.now, shown, checked.gas, checked.moved);
        }
        Ok(true)
    }

    fn abort(&mut self, lane: Lane, version: Version, checked: Checked) {
        let finding = checked.finding;
        if self.strategy.validated(version, finding) {
            self.change(version.tx);
            self.workshop.mark_estimates(version.tx, &*self.strategy);
            let shown = self.shown(version);
            self.recorder.at(lane).aborted(self.now, shown, checked);
            self.strategy.aborted(version, finding);
        }
    }

    /// Asks the strategy for every lane that is free, until nothing changes any more. Answers
    /// whether anything was checked: then there may be something to commit.
    fn give_work(&mut self) -> bool {
        let mut checked = false;
        loop {
            let mut changed = false;
            for lane in self.lanes.asked() {
                while self.lanes.get(lane).is_free() && !self.done {
                    if !self.give_task(lane, &mut checked) {
                        break;
                    }
                    changed = true;
                }
            }
            if !changed || self.done {
                return checked;
            }
        }
    }

    /// One task for one lane. Answers whether something happened that others may care about.
    fn give_task(&mut self, lane: Lane, checked: &mut bool) -> bool {
        let mut wait = None;
        for role in self.lanes.roles(lane) {
            if let Some(lost) = self.lanes.take_lost(role) {
                self.end_wait(lane);
                self.take_over(lane, role, lost);
                return true;
            }
            match self.strategy.next(role) {
                Task::Wait(reason) => {
                    wait = wait.or(Some(reason));
                    continue;
                }
                Task::Execute(version) => {
                    self.end_wait(lane);
                    self.execute(lane, role, version);
                }
                Task::Validate(version) => {
                    *checked = true;
                    self.end_wait(lane);
                    self.begin_validation(lane, role, version);
                }
                Task::Tell(notice) => self.recorder.at(lane).told(self.now, notice),
                Task::Done => {
                    self.end_wait(lane);
                    self.done = true;
                }
            }
            return !self.done;
        }
        if let Some(wait) = wait {
            self.wait(lane, wait);
        }
        false
    }

    /// What is waited for can change while a lane waits: then one wait ends and the next begins.
    fn wait(&mut self, lane: Lane, wait: Wait) {
        let doing = &mut self.lanes.get_mut(lane).doing;
        if matches!(doing, Doing::Waiting(known) if *known == wait) {
            return;
        }
        self.end_wait(lane);
        self.lanes.get_mut(lane).doing = Doing::Waiting(wait);
        self.recorder.at(lane).wait_started(self.now, wait);
    }

    pub(super) fn end_wait(&mut self, lane: Lane) {
        let doing = &mut self.lanes.get_mut(lane).doing;
        if matches!(doing, Doing::Waiting(_)) {
            *doing = Doing::Nothing;
            self.recorder.at(lane).wait_ended(self.now);
        }
    }

    pub(super) fn execute(&mut self, lane: Lane, role: Lane, version: Version) {
        let shown = self.shown(version);
        self.recorder.at(lane).execution_started(self.now, shown);
        let chance = self.workshop.chance(shown, &*self.strategy);
        let execution = self.machine.execute(version.tx, chance);
        let slow = slowness(&self.faults, lane, self.now);
        let percent = u64::from(self.strategy.ticks_percent(version));
        let plain = Pace::PLAIN.times(slow, 1);
        let pace = plain.times(percent, 100);
        #[cfg(test)]
        let pace = self
            .lengths
            .as_ref()
            .map_or(pace, |lengths| plain.times(lengths(version), execution.gas().max(1)));
        let timing = Timing::default();
        let from = self.now;
        let mut flight = InFlight { version, shown, role, chance, execution, from, pace, timing };
        flight.timing = self.timing(&flight);
        self.expect(flight.timing.end, Due::Execution(version.tx, lane));
        self.lanes.get_mut(lane).doing = Doing::Executing(Box::new(flight));
        self.lanes.play(role);
    }

    /// The instants of an execution, of which those in its timing so far stay.
    fn timing(&self, flight: &InFlight) -> Timing {
        let from = flight.from;
        let is_cold =
            |place| !self.prefetched && self.warm.get(&place).is_none_or(|since| *since > from);
        let circumstances = Circumstances {
            from,
            pace: flight.pace,
            cold_read: u64::from(self.costs.cold_read),
            is_cold: &is_cold,
            now: self.now,
        };
        Timing::new(&flight.execution, &flight.timing, &circumstances)
    }

    /// Runs again whoever will read something else than it has, from this tick on.
    fn look_again(&mut self) {
        let changed = core::mem::take(&mut self.changed);
        if changed.is_empty() {
            return;
        }
        let (now, workshop) = (self.now, &self.workshop);
        let outdated: Vec<_> = self
            .lanes
            .in_flight()
            .filter(|(_, flight)| flight.execution.filter.meets(changed))
            .filter_map(|(lane, flight)| flight.is_outdated(now, workshop).then_some(lane))
            .collect();
        for lane in outdated {
            self.run_again(lane);
        }
    }

    fn run_again(&mut self, lane: Lane) {
        let Doing::Executing(mut flight) = core::mem::take(&mut self.lanes.get_mut(lane).doing)
        else {
            return;
        };
        let tx = flight.version.tx;
        self.due.remove(&(flight.timing.end, Due::Execution(tx, lane)));
        let given = flight.timing.cut(self.now);
        let (accounts, slots) =
            (&flight.execution.accounts[..given.0], &flight.execution.slots[..given.1]);
        let execution = self.machine.execute_again(tx, flight.chance, accounts, slots);
        #[cfg(test)]
        if let Some(lengths) = &self.lengths {
            let slow = slowness(&self.faults, lane, flight.from);
            flight.pace =
                Pace::PLAIN.times(slow, 1).times(lengths(flight.version), execution.gas().max(1));
        }
        flight.execution = execution;
        flight.timing = self.timing(&flight);
        self.expect(flight.timing.end, Due::Execution(tx, lane));
        self.lanes.get_mut(lane).doing = Doing::Executing(flight);
    }

    pub(super) fn begin_validation(&mut self, lane: Lane, role: Lane, version: Version) {
        let shown = self.shown(version);
        self.recorder.at(lane).validation_started(self.now, shown);
        if self.costs.validation == 0 {
            self.validate(lane, version);
            return;
        }
        let slow = slowness(&self.faults, lane, self.now);
        let end = self.now + u64::from(self.costs.validation) * slow;
        self.expect(end, Due::Validation(lane));
        self.lanes.get_mut(lane).doing = Doing::Validating(Validation { version, role, end });
        self.lanes.play(role);
    }

    fn finish_validation(&mut self, lane: Lane) {
        if let Doing::Validating(validation) = self.lanes.stop(lane) {
            self.validate(lane, validation.version);
        }
    }

    fn validate(&mut self, lane: Lane, version: Version) {
        let shown = self.shown(version);
        let checked = self.workshop.check(shown);
        if checked.finding == Finding::Holds {
            self.strategy.validated(version, Finding::Holds);
            self.recorder.at(lane).validation_passed(self.now, shown, checked);
        } else {
            self.abort(lane, version, checked);
        }
    }

    /// Forgets that something will happen.
    pub(super) fn forget(&mut self, time: u64, due: Due) {
        self.due.remove(&(time, due));
    }

    /// What was lost is done again, by this lane.
    fn take_over(&mut self, lane: Lane, role: Lane, lost: Lost) {
        match lost {
            Lost::Execution(version, before) => {
                let shown = self.shown(version);
                self.recorder.at(lane).reassigned(self.now, shown, before);
                self.execute(lane, role, version);
            }
            Lost::Validation(version) => self.begin_validation(lane, role, version),
        }
    }

    pub(super) fn finish(mut self) -> Result<Run, BlockError> {
        // A block of no transactions is done before its first step.
        self.end_waits();
        let lanes = vec![self.recorder];
        let run = LanesRun { workshop: self.workshop, lanes, makespan: self.now }.finish()?;
        let producer = run.producer.max(self.producer);
        Ok(Run { producer, ..run })
    }
}
