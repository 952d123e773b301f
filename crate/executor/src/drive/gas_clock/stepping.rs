//! A slow model of the gas clock that cannot be wrong in clever ways: it goes from tick to tick, and
//! at every one runs everything that is under way again, with the answers before that tick given. No
//! filters, no queue of what is due, no guess at what may have changed. The fast one must tell the same
//! story, event by event and read by read.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use lanescope_protocol::event::FallbackReason;
use lanescope_protocol::{Lane, Settings, Version};
use proptest::prelude::*;

use super::super::hints::Hints;
use super::super::raw::LanesRun;
use super::super::recorder::{Book, Recorder};
use super::super::workshop::{Checked, Workshop};
use super::super::{Run, declare, outlook};
use super::GasClockRun;
use crate::block::{Block, BlockError};
use crate::evm::{Chance, Execution, Machine, Verdict};
use crate::strategy::{self, Finding, INCARNATIONS_MAX, Strategy, Task, Wait};
use crate::support::{Plan, plans};
use crate::world::World;

struct Flight {
    version: Version,
    chance: Chance,
    execution: Box<Execution>,
    from: u64,
    /// Instants of accounts and of slots.
    instants: (Vec<u64>, Vec<u64>),
    end: u64,
}

enum Lately {
    Free,
    Waiting(Wait),
    Running(Flight),
}

/// How many ticks an incarnation takes; `None`: its gas.
type Length = fn(seed: u64, version: Version) -> Option<u64>;

struct Stepper {
    workshop: Workshop,
    strategy: Box<dyn Strategy>,
    machine: Machine,
    recorder: Recorder,
    lanes: Vec<Lately>,
    now: u64,
    gas_used: u64,
    length: (Length, u64),
    done: bool,
}

impl Stepper {
    fn run(
        block: Arc<Block>,
        world: Arc<World>,
        settings: &Settings,
        length: (Length, u64),
    ) -> Result<Run, BlockError> {
        let rules = &settings.strategy.rules;
        let hints = Hints::new(&block, &world, settings)?;
        let plan = outlook::plan(&block, &world, vec![1; block.transactions.len()].into());
        let plan = hints.put_into(plan, rules);
        let declared = declare::declare(&block, &world, rules)?;
        let plan = declare::plan_for(&block, declared.as_ref(), plan);
        let workshop = Workshop::new(block, world, strategy::manner(rules), true)?;
        let workshop = workshop.under(declared);
        let mut stepper = Self {
            strategy: strategy::build(rules, settings.lanes, plan),
            machine: workshop.machine(Lane(0)).timed(),
            workshop,
            recorder: Recorder::new(Lane(0), true, Arc::new(Book::default())),
            lanes: (0..settings.lanes).map(|_| Lately::Free).collect(),
            now: 0,
            gas_used: 0,
            length,
            done: false,
        };
        stepper.tick()?;
        while !stepper.done {
            stepper.now += 1;
            stepper.tick()?;
        }
        for lane in 0..stepper.lanes.len() {
            if matches!(stepper.lanes[lane], Lately::Waiting(_)) {
                stepper.recorder.at(Lane(lane as u8)).wait_ended(stepper.now);
            }
        }
        let lanes = vec![stepper.recorder];
        LanesRun { workshop: stepper.workshop, lanes, makespan: stepper.now }.finish()
    }

    fn tick(&mut self) -> Result<(), BlockError> {
        let mut last = Lane(0);
        // What ends at this tick, and what ends at once because it stopped at its first look.
        loop {
            let ending = self.lanes.iter().enumerate().filter_map(|(lane, state)| match state {
                Lately::Running(flight) if flight.end <= self.now => {
                    Some((flight.version.tx, lane))
                }
                _ => None,
            });
            let mut ending: Vec<_> = ending.collect();
            ending.sort_unstable();
            let any = !ending.is_empty();
            for (_, lane) in ending {
                last = Lane(lane as u8);
                self.end(last);
            }
            self.commit(last)?;
            while self.give_work() {
                self.commit(last)?;
            }
            for lane in 0..self.lanes.len() {
                self.run_again(lane);
            }
            if !any || self.done {
                return Ok(());
            }
        }
    }

    fn end(&mut self, lane: Lane) {
        let state = core::mem::replace(&mut self.lanes[lane.get()], Lately::Free);
        let Lately::Running(mut flight) = state else { return };
        let version = flight.version;
        for (read, at) in flight.execution.accounts.iter_mut().zip(&flight.instants.0) {
            read.at = *at;
        }
        for (read, at) in flight.execution.slots.iter_mut().zip(&flight.instants.1) {
            read.at = *at;
        }
        if let Verdict::Blocked(blocked) = flight.execution.verdict {
            let location = self.workshop.memory.slot_location(blocked.account, blocked.slot);
            let recorder = self.recorder.at(lane);
            recorder.estimate_hit(self.now, version, blocked.on, location, blocked.at);
            self.strategy.blocked(version, blocked.on);
            return;
        }
        flight.execution.look_again(&self.workshop.memory);
        let (status, gas) = (flight.execution.status(), flight.execution.gas());
        let (so, undeclared) = (flight.execution.so(), flight.execution.undeclared);
        self.workshop.publish(version, flight.execution, &*self.strategy);
        let recorder = self.recorder.at(lane);
        recorder.execution_finished((flight.from, self.now), version, status, gas);
        recorder.undeclared(self.now, version, undeclared);
        if self.strategy.executed(version, so) {
            self.validate(lane, version);
        }
    }

    fn commit(&mut self, lane: Lane) -> Result<(), BlockError> {
        assert!(self.strategy.begin_commits());
        while let Some(head) = self.strategy.head() {
            let version = head.version;
            let checked = self.workshop.check(version);
            if checked.finding != Finding::Holds {
                assert!(version.incarnation.0 < INCARNATIONS_MAX, "it never ends");
                self.abort(lane, version, checked);
                break;
            }
            self.workshop.admit(version, self.gas_used, true)?;
            self.gas_used += checked.gas;
            self.workshop.note_patches(version, self.now, self.recorder.at(lane));
            self.strategy.commit(version);
            self.workshop.memory.settle(self.strategy.committed());
            if self.workshop.passed_over(version.tx).is_some() {
                self.recorder.at(lane).skipped(self.now, version);
                continue;
            }
            self.recorder.at(lane).committed(self.now, version, checked.gas, checked.moved);
        }
        self.strategy.end_commits();
        Ok(())
    }

    fn abort(&mut self, lane: Lane, version: Version, checked: Checked) {
        let finding = checked.finding;
        if self.strategy.validated(version, finding) {
            self.workshop.mark_estimates(version.tx, &*self.strategy);
            self.recorder.at(lane).aborted(self.now, version, checked);
            self.strategy.aborted(version, finding);
        }
    }

    fn validate(&mut self, lane: Lane, version: Version) {
        self.recorder.at(lane).validation_started(self.now, version);
        let checked = self.workshop.check(version);
        if checked.finding == Finding::Holds {
            self.strategy.validated(version, Finding::Holds);
            self.recorder.at(lane).validation_passed(self.now, version, checked);
        } else {
            self.abort(lane, version, checked);
        }
    }

    fn give_work(&mut self) -> bool {
        let mut checked = false;
        loop {
            let mut changed = false;
            for lane in 0..self.lanes.len() {
                while !matches!(self.lanes[lane], Lately::Running(_)) && !self.done {
                    if !self.give_task(Lane(lane as u8), &mut checked) {
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

    fn give_task(&mut self, lane: Lane, checked: &mut bool) -> bool {
        let task = self.strategy.next(lane);
        let waited = match &self.lanes[lane.get()] {
            Lately::Waiting(wait) => Some(*wait),
            _ => None,
        };
        match task {
            Task::Wait(wait) => {
                if waited != Some(wait) {
                    if waited.is_some() {
                        self.recorder.at(lane).wait_ended(self.now);
                    }
                    self.lanes[lane.get()] = Lately::Waiting(wait);
                    self.recorder.at(lane).wait_started(self.now, wait);
                }
                return false;
            }
            Task::Tell(notice) => {
                self.recorder.at(lane).told(self.now, notice);
                return true;
            }
            _ => {}
        }
        if waited.is_some() {
            self.lanes[lane.get()] = Lately::Free;
            self.recorder.at(lane).wait_ended(self.now);
        }
        match task {
            Task::Execute(version) => {
                self.recorder.at(lane).execution_started(self.now, version);
                let chance = self.workshop.chance(version, &*self.strategy);
                let execution = self.machine.execute(version.tx, chance);
                let flight = self.flight(version, chance, execution, self.now, (&[], &[]));
                self.lanes[lane.get()] = Lately::Running(flight);
            }
            Task::Validate(version) => {
                *checked = true;
                self.validate(lane, version);
            }
            _ => self.done = true,
        }
        !self.done
    }

    /// An execution with its instants, the first of which have been already.
    fn flight(
        &self,
        version: Version,
        chance: Chance,
        execution: Box<Execution>,
        from: u64,
        been: (&[u64], &[u64]),
    ) -> Flight {
        let gas = execution.gas().max(1);
        let length = (self.length.0)(self.length.1, version).unwrap_or(gas);
        let instant =
            |at: u64| from + (u128::from(at) * u128::from(length) / u128::from(gas)) as u64;
        let (end, last) = match execution.verdict {
            Verdict::Blocked(blocked) => {
                let end = instant(blocked.at).max(self.now);
                (end, end)
            }
            _ => {
                let end = (from + length).max(self.now + 1);
                (end, end - 1)
            }
        };
        let instants = |ats: Vec<u64>, been: &[u64]| -> Vec<u64> {
            let at = |(index, at): (usize, u64)| {
                been.get(index).copied().unwrap_or_else(|| instant(at).max(self.now)).min(last)
            };
            ats.into_iter().enumerate().map(at).collect()
        };
        let accounts = execution.accounts.iter().map(|read| read.at).collect();
        let slots = execution.slots.iter().map(|read| read.at).collect();
        let instants = (instants(accounts, been.0), instants(slots, been.1));
        Flight { version, chance, execution, from, instants, end }
    }

    fn run_again(&mut self, lane: usize) {
        let state = core::mem::replace(&mut self.lanes[lane], Lately::Free);
        self.lanes[lane] = match state {
            Lately::Running(flight) => Lately::Running(self.again(flight)),
            other => other,
        };
    }

    fn again(&mut self, old: Flight) -> Flight {
        let count = |instants: &[u64]| instants.iter().filter(|at| **at < self.now).count();
        let (accounts, slots) = (count(&old.instants.0), count(&old.instants.1));
        let execution = self.machine.execute_again(
            old.version.tx,
            old.chance,
            &old.execution.accounts[..accounts],
            &old.execution.slots[..slots],
        );
        let been = (&old.instants.0[..accounts], &old.instants.1[..slots]);
        self.flight(old.version, old.chance, execution, old.from, been)
    }
}

/// A number that looks random (SplitMix64: Steele, Lea and Flood, 2014).
fn mix(seed: u64) -> u64 {
    let seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let seed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let seed = (seed ^ (seed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    seed ^ (seed >> 31)
}

/// Few ticks, so that every one of them can be looked at.
fn short(seed: u64, version: Version) -> Option<u64> {
    let which = u64::from(version.tx.0) << 16 | u64::from(version.incarnation.0);
    Some(1 + mix(seed ^ mix(which)) % 60)
}

fn check(plan: &Plan, lanes: u16, strategy: &str, length: (Length, u64)) {
    let (block, world) = plan.build();
    let strategy = strategy.parse().unwrap();
    let settings = Settings { strategy, lanes, ..Settings::default() };
    let slow = Stepper::run(Arc::clone(&block), Arc::clone(&world), &settings, length);
    let fast = if length.0(0, Version::default()).is_some() {
        let lengths = Box::new(move |version| length.0(length.1, version).unwrap());
        GasClockRun::with_costs(block, world, &settings, lengths)
    } else {
        GasClockRun::new(block, world, &settings)
    };
    let fast = fast.and_then(|mut run| {
        while !run.advance(64)? {}
        run.finish()
    });
    let (Ok(slow), Ok(fast)) = (&slow, &fast) else {
        assert!(slow.is_err() && fast.is_err(), "one is refused: {slow:?} {fast:?}");
        return;
    };
    assert_eq!(fast.fallback, slow.fallback);
    assert_ne!(fast.fallback, Some(FallbackReason::Stuck));
    assert_eq!(fast.recording.locations, slow.recording.locations);
    for (fast, slow) in fast.recording.events.iter().zip(&slow.recording.events) {
        assert_eq!(fast, slow);
    }
    assert_eq!(fast.recording.events.len(), slow.recording.events.len());
    for (fast, slow) in fast.recording.accesses.iter().zip(&slow.recording.accesses) {
        assert_eq!(fast, slow);
    }
    assert_eq!(fast.recording.accesses.len(), slow.recording.accesses.len());
    assert_eq!(fast.makespan, slow.makespan);
}

/// Strategies whose executions see each other in different ways.
const STRATEGIES: [&str; 14] = [
    "block-stm",
    "block-stm:balances=exact",
    "block-stm:estimates=off,hints=none",
    "block-stm:invalidation=pull,validation=in-order",
    "in-order-merge",
    "in-order-merge:balances=exact,predicts-nonces=off,pinned=on",
    "rounds:max-rounds=3",
    "dependency-graph:hints=wrong",
    "declared-locks:declares=simulated,overtakes=off",
    "solana-greedy",
    "sui",
    "naive",
    "aptos-v1",
    "dependency-graph:hints=wrong,groups=on",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_500, ..ProptestConfig::default() })]

    #[test]
    fn the_clock_tells_what_stepping_tells(
        plan in plans(),
        lanes in prop::sample::select(vec![1, 2, 3, 5, 16]),
        strategy in prop::sample::select(STRATEGIES.to_vec()),
        seed in any::<u64>(),
    ) {
        check(&plan, lanes, strategy, (short, seed));
    }
}

/// Lengths are gas here: tens of thousands of ticks, so only small blocks.
#[test]
fn ticks_of_gas_are_stepped_through_one_by_one() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let plans = plans();
    let mut blocks = 0;
    while blocks < STRATEGIES.len() {
        let plan = proptest::strategy::Strategy::new_tree(&plans, &mut runner).unwrap();
        let plan = proptest::strategy::ValueTree::current(&plan);
        let transactions = plan.build().0.transactions.len();
        if (2..=4).contains(&transactions) {
            blocks += 1;
            check(&plan, 2, STRATEGIES[blocks % STRATEGIES.len()], (|_, _| None, 0));
        }
    }
}
