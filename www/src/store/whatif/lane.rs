//! What is done to a lane by hand: it crashes, slows down or recovers where the playhead stands.

use lanescope_protocol::{Clock, Fault, Lane, Settings};

use super::super::{Delayed, Store};
use super::LaneWish;

/// How many times as long things take on a lane that is slowed down by hand.
pub(crate) const SLOW_TIMES: u16 = 4;

/// How a lane is at a moment, by the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LaneState {
    /// Nothing is wrong.
    Well,
    /// It is slow.
    Slow,
    /// It runs nothing.
    Crashed,
}

impl LaneState {
    /// Of a lane at a tick.
    pub(crate) fn of(settings: &Settings, lane: Lane, tick: u64) -> Self {
        let mut state = Self::Well;
        for fault in settings.faults.iter().filter(|fault| in_force(fault, lane, tick)) {
            match fault {
                Fault::Crash { .. } => return Self::Crashed,
                _ => state = Self::Slow,
            }
        }
        state
    }
}

/// Whether a fault is about this lane and lasts at this tick.
fn in_force(fault: &Fault, lane: Lane, tick: u64) -> bool {
    match *fault {
        Fault::Crash { lane: whose, at, until } | Fault::Slow { lane: whose, at, until, .. } => {
            whose == lane && at <= tick && until.is_none_or(|until| until > tick)
        }
        Fault::WrongResult { .. } => false,
    }
}

/// The settings with something done to a lane at a tick.
fn changed(settings: &Settings, lane: Lane, wish: LaneWish, tick: u64) -> Settings {
    let mut settings = settings.clone();
    // Whatever was wrong until now ends here; what began here never was.
    let ends = |fault: &mut Fault| {
        let (Fault::Crash { at, until, .. } | Fault::Slow { at, until, .. }) = fault else {
            return true;
        };
        *until = Some(tick);
        *at < tick
    };
    settings.faults.retain_mut(|fault| !in_force(fault, lane, tick) || ends(fault));
    match wish {
        LaneWish::Recover => {}
        LaneWish::Crash => settings.faults.push(Fault::Crash { lane, at: tick, until: None }),
        LaneWish::Slow => {
            let times = SLOW_TIMES;
            settings.faults.push(Fault::Slow { lane, times, at: tick, until: None });
        }
    }
    settings
}

impl Store {
    /// The tick that something done now takes effect at: where the playhead stands, in a fork not
    /// before it.
    pub(crate) fn hand_tick(&self) -> u64 {
        let here = self.playback.time.max(0.0) as u64;
        self.whatif.fork.as_ref().map_or(here, |fork| here.max(fork.at))
    }

    /// How the next run is made, and when something done now takes effect, where something can be
    /// done to the lanes by hand. `event_time`: when the last thing happened.
    pub(crate) fn hands(&self, event_time: f64) -> Option<(Settings, u64)> {
        let shown = self.film.as_ref()?;
        let fits = self.live.is_none() && shown.lanes() == usize::from(self.settings.lanes);
        if !fits || shown.clock() == Clock::Threads || self.settings.clock == Clock::Threads {
            return None;
        }
        // While the film runs the words would change with every frame.
        let tick = if self.playback.playing { event_time as u64 } else { self.hand_tick() };
        Some((self.settings.clone(), tick))
    }

    pub(super) fn change_lane(&mut self, lane: Lane, wish: LaneWish) {
        if self.settings.clock == Clock::Threads {
            self.alert = Some("Real threads do not crash on purpose. Use the gas clock.".into());
            return;
        }
        let settings = changed(&self.settings, lane, wish, self.hand_tick());
        if settings == self.settings || self.fork_refuses(&settings) {
            return;
        }
        match settings.check() {
            Ok(()) => {
                self.settings = settings;
                self.refused = None;
                self.whatif.stays = true;
                self.later(Delayed::Run, 0);
            }
            Err(error) => self.alert = Some(super::super::settings::sentence(&error).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_crashes_and_recovers_where_the_playhead_stands() {
        let lane = Lane(1);
        let crashed = changed(&Settings::default(), lane, LaneWish::Crash, 100);
        assert_eq!(crashed.faults[0].to_string(), "crash:lane=2,at=100");
        assert_eq!(LaneState::of(&crashed, lane, 99), LaneState::Well);
        assert_eq!(LaneState::of(&crashed, lane, 100), LaneState::Crashed);
        assert_eq!(LaneState::of(&crashed, Lane(0), 100), LaneState::Well);
        let back = changed(&crashed, lane, LaneWish::Recover, 250);
        assert_eq!(back.faults[0].to_string(), "crash:lane=2,at=100,until=250");
        assert_eq!(LaneState::of(&back, lane, 250), LaneState::Well);
        assert_eq!(changed(&crashed, lane, LaneWish::Recover, 100), Settings::default());
        let slow = changed(&crashed, lane, LaneWish::Slow, 150);
        assert_eq!(slow.faults.len(), 2);
        assert_eq!(LaneState::of(&slow, lane, 150), LaneState::Slow);
    }
}
