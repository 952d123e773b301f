//! The lanes of a simulation: what each does, whose work it does, and which are down.
//!
//! A strategy knows as many lanes as there are, and may give each its own work. When a lane crashes,
//! its *role* goes to whoever is free: a free lane asks for its own role first, then for roles that
//! nobody plays. What was lost with a lane is the first thing that its role does next.

use std::collections::VecDeque;

use lanescope_protocol::{Fault, Lane, Version};

use super::in_flight::InFlight;
use crate::strategy::Wait;

/// One lane.
#[derive(Debug, Default)]
pub(super) struct LaneState {
    pub(super) doing: Doing,
    pub(super) is_down: bool,
    /// Whether the lane's role is being played, by it or by another one.
    is_played: bool,
    /// What was lost with the lane and must be done again.
    lost: VecDeque<Lost>,
}

/// What a lane does.
#[derive(Debug, Default)]
pub(super) enum Doing {
    #[default]
    Nothing,
    /// Nothing, and it has said so and why.
    Waiting(Wait),
    Executing(Box<InFlight>),
    Validating(Validation),
}

/// A validation that takes time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Validation {
    pub(super) version: Version,
    pub(super) role: Lane,
    pub(super) end: u64,
}

/// What a lane did when it crashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// An execution; the strategy's version, and the one that the trace shows.
    Execution(Version, Version),
    Validation(Version),
}

#[derive(Debug)]
pub(super) struct Lanes {
    states: Vec<LaneState>,
    /// The lanes in the order in which they are asked.
    order: Vec<Lane>,
    seed: u64,
}

impl Lanes {
    pub(super) fn new(count: u16, seed: u64) -> Self {
        let count = count.clamp(1, lanescope_protocol::limits::LANES_MAX);
        let order = (0..count).map(|lane| Lane(lane as u8)).collect();
        Self { states: (0..count).map(|_| LaneState::default()).collect(), order, seed }
    }

    pub(super) fn get(&self, lane: Lane) -> &LaneState {
        &self.states[lane.get()]
    }

    pub(super) fn get_mut(&mut self, lane: Lane) -> &mut LaneState {
        &mut self.states[lane.get()]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Lane, &LaneState)> {
        self.states.iter().enumerate().map(|(index, state)| (Lane(index as u8), state))
    }

    /// The lanes in the order in which they are asked at this moment.
    pub(super) fn asked(&mut self) -> Vec<Lane> {
        if self.seed != 0 {
            // Fisher and Yates.
            for index in (1..self.order.len()).rev() {
                self.seed = mix(self.seed);
                self.order.swap(index, (self.seed % (index as u64 + 1)) as usize);
            }
        }
        self.order.clone()
    }

    /// The roles that a free lane may play: its own, and those that nobody can.
    pub(super) fn roles(&self, lane: Lane) -> Vec<Lane> {
        let own = Some(lane).filter(|lane| !self.get(*lane).is_played);
        let orphaned = self.iter().filter(|(_, state)| state.is_down && !state.is_played);
        own.into_iter().chain(orphaned.map(|(lane, _)| lane)).collect()
    }

    /// Somebody plays a role.
    pub(super) fn play(&mut self, role: Lane) {
        self.get_mut(role).is_played = true;
    }

    /// What was lost and comes first in a role.
    pub(super) fn take_lost(&mut self, role: Lane) -> Option<Lost> {
        self.get_mut(role).lost.pop_front()
    }

    pub(super) fn put_lost(&mut self, role: Lane, lost: Lost) {
        self.get_mut(role).lost.push_back(lost);
    }

    /// Ends what a lane does. Answers what that was.
    pub(super) fn stop(&mut self, lane: Lane) -> Doing {
        let doing = core::mem::take(&mut self.get_mut(lane).doing);
        match &doing {
            Doing::Executing(flight) => self.get_mut(flight.role).is_played = false,
            Doing::Validating(validation) => self.get_mut(validation.role).is_played = false,
            Doing::Nothing | Doing::Waiting(_) => {}
        }
        doing
    }

    /// Every execution under way.
    pub(super) fn in_flight(&mut self) -> impl Iterator<Item = (Lane, &mut InFlight)> {
        self.states.iter_mut().enumerate().filter_map(|(index, state)| match &mut state.doing {
            Doing::Executing(flight) => Some((Lane(index as u8), &mut **flight)),
            _ => None,
        })
    }
}

impl LaneState {
    pub(super) fn is_free(&self) -> bool {
        !self.is_down && matches!(self.doing, Doing::Nothing | Doing::Waiting(_))
    }
}

/// How many times as long a lane takes for what it begins at `now`.
pub(super) fn slowness(faults: &[Fault], lane: Lane, now: u64) -> u64 {
    let slow = faults.iter().filter_map(|fault| match *fault {
        Fault::Slow { lane: slow, times, at, until } => {
            let holds = slow == lane && at <= now && until.is_none_or(|until| now < until);
            holds.then_some(u64::from(times))
        }
        _ => None,
    });
    slow.max().unwrap_or(1)
}

/// A number that looks random (SplitMix64: Steele, Lea and Flood, 2014), never 0.
fn mix(seed: u64) -> u64 {
    let seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let seed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let seed = (seed ^ (seed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (seed ^ (seed >> 31)).max(1)
}
