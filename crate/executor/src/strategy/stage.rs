//! A stage for tests of rules with an order of their own: lanes whose executions take as long as
//! their gas, and a check that nobody runs beside whom he conflicts with.

#![allow(clippy::panic)]

use lanescope_protocol::{Lane, TxIndex};
use proptest::prelude::*;
use proptest::strategy::Strategy as Generator;

use super::{Executed, Notice, Strategy, Task, Wait, Wants};

/// What happened on a stage.
#[derive(Debug, Default)]
pub(super) struct Play {
    /// Transactions in the order of commits.
    pub(super) order: Vec<u32>,
    pub(super) notices: Vec<Notice>,
    /// When each transaction ran, in which slot.
    pub(super) ran: Vec<(TxIndex, u64, u64, u32)>,
    /// Whoever waited, and why.
    pub(super) waits: Vec<Wait>,
}

/// Runs everything on so many lanes. Commits happen when somebody waits, as on real threads, or at
/// once. Fails if lanes get stuck, or if two run at once that want the same.
pub(super) fn play(rule: &dyn Strategy, wants: &[Wants], lanes: u8, lazy: bool) -> Play {
    let mut play = Play::default();
    let (mut now, mut slot) = (0, 1);
    let mut running: Vec<Option<(TxIndex, u64, u64)>> = vec![None; lanes.into()];
    loop {
        let mut changed = false;
        for lane in 0..lanes {
            while running[usize::from(lane)].is_none() {
                match rule.next(Lane(lane)) {
                    Task::Execute(version) => {
                        let tx = version.tx;
                        for (other, ..) in running.iter().flatten() {
                            assert!(!conflict(wants, tx, *other), "{tx} runs beside {other}");
                        }
                        running[usize::from(lane)] =
                            Some((tx, now, now + wants[tx.get()].gas.max(1)));
                        changed = true;
                    }
                    Task::Tell(notice) => {
                        if let Notice::Slot(number) = notice {
                            slot = number;
                        }
                        play.notices.push(notice);
                    }
                    Task::Wait(wait) => {
                        play.waits.push(wait);
                        let acted = commit(rule, &mut play);
                        changed |= acted;
                        if !acted {
                            break;
                        }
                    }
                    Task::Done => return play,
                    Task::Validate(version) => panic!("{version} has nothing to be checked"),
                }
            }
        }
        let first = running.iter().flatten().map(|(_, _, end)| *end).min();
        let Some(end) = first else {
            assert!(changed, "nobody can go on: {rule:#?}");
            continue;
        };
        now = end;
        for place in &mut running {
            if let Some((tx, from, end)) = place.filter(|(_, _, end)| *end == now) {
                rule.executed(super::first(tx), Executed::default());
                play.ran.push((tx, from, end, slot));
                *place = None;
            }
        }
        if !lazy {
            commit(rule, &mut play);
        }
    }
}

fn commit(rule: &dyn Strategy, play: &mut Play) -> bool {
    assert!(rule.begin_commits());
    let before = play.order.len();
    while let Some(head) = rule.head() {
        assert_eq!(rule.place(head.version.tx), play.order.len() as u32);
        play.order.push(head.version.tx.0);
        rule.commit(head.version);
    }
    assert!(!rule.end_commits());
    play.order.len() > before
}

/// Whether two must not run at once.
fn conflict(wants: &[Wants], a: TxIndex, b: TxIndex) -> bool {
    let (a, b) = (&wants[a.get()], &wants[b.get()]);
    let writes = |a: &Wants, b: &Wants| {
        a.writes.iter().any(|key| b.writes.contains(key) || b.reads.contains(key))
    };
    writes(a, b) || writes(b, a)
}

impl Play {
    /// Checks what holds under every rule: everybody has run once or was dropped, a sender's
    /// transactions in their order, and all after a dropped one were dropped.
    pub(super) fn check(&self, wants: &[Wants]) {
        let dropped = |tx: TxIndex| self.notices.contains(&Notice::Dropped(tx));
        for tx in (0..wants.len() as u32).map(TxIndex) {
            let times = self.order.iter().filter(|known| **known == tx.0).count();
            assert_eq!(times, usize::from(!dropped(tx)), "{tx} runs once or never");
            if let Some(before) = wants[tx.get()].before {
                let place = |tx: TxIndex| self.order.iter().position(|known| *known == tx.0);
                assert!(dropped(tx) || place(before) < place(tx), "{before} before {tx}");
                assert!(!dropped(before) || dropped(tx));
            }
        }
    }

    /// Gas of whatever wrote a key, by slot, the highest.
    pub(super) fn most_gas(&self, wants: &[Wants], key: u32) -> u64 {
        let slots = self.ran.iter().map(|ran| ran.3).max().unwrap_or_default();
        let in_slot = |slot| {
            let ran = self.ran.iter().filter(move |ran| ran.3 == slot);
            let writers = ran.filter(|ran| wants[ran.0.get()].writes.contains(&key));
            writers.map(|ran| wants[ran.0.get()].gas).sum::<u64>()
        };
        (1..=slots).map(in_slot).max().unwrap_or_default()
    }
}

/// Transactions of few senders on few keys. Each sender has a key of his own, which all of his
/// write: 0 to 4.
pub(super) fn some_wants() -> impl Generator<Value = Vec<Wants>> {
    let one = (
        0..5_u32,
        prop::collection::btree_set(5..11_u32, 0..3),
        prop::collection::btree_set(5..11_u32, 0..3),
        1..40_u64,
        0..4_u128,
        prop::bool::weighted(0.05),
    );
    prop::collection::vec(one, 1..40).prop_map(|all| {
        let mut latest = [None; 5];
        let all = (0..).map(TxIndex).zip(all);
        all.map(|(tx, (sender, reads, writes, gas, priority, alone))| {
            let reads = reads.difference(&writes).copied().collect();
            let writes = [sender].into_iter().chain(writes).collect();
            let before = latest[sender as usize].replace(tx);
            Wants { reads, writes, gas, priority, before, alone }
        })
        .collect()
    })
}
