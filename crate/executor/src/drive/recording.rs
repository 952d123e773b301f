//! The notes of all lanes, put together: events in order, and what each incarnation read and wrote.

use lanescope_protocol::event::AccessKind;
use lanescope_protocol::{Access, Version};
use revm::primitives::U256;
use rustc_hash::FxHashMap;

use super::Recording;
use super::recorder::{Locations, Ran, Recorder};
use super::workshop::{Moved, Workshop};
use crate::evm::{AccountRead, Execution, Field, SlotRead, SlotWrite};
use crate::memory::{AccountChange, AccountNumber, Life, Location, NonceChange};

/// Puts the notes of all lanes together.
pub(super) fn recording(workshop: &Workshop, lanes: Vec<Recorder>) -> Recording {
    let mut events = Vec::new();
    let mut ran = Vec::new();
    let mut checks: FxHashMap<Version, Vec<Moved>> = FxHashMap::default();
    let mut locations = Locations::default();
    for lane in lanes {
        if locations.list.is_empty() {
            locations = lane.book.take_locations();
        }
        events.extend(lane.events);
        ran.extend(lane.ran);
        for (version, moved) in lane.checks {
            checks.entry(version).or_default().extend(moved);
        }
    }
    events.sort_unstable_by_key(|event| (event.time, event.seq));
    ran.sort_unstable_by_key(|ran| ran.version);
    let mut writer = Writer { workshop, locations, accesses: Vec::new() };
    for ran in &ran {
        let moved = checks.get(&ran.version).map(Vec::as_slice).unwrap_or_default();
        workshop.with_done(ran.version.tx, |done| {
            let all = done.thrown_away.iter().chain(&done.latest);
            if let Some((_, execution)) = all.into_iter().find(|known| known.0 == ran.version) {
                writer.incarnation(ran, moved, execution);
            }
        });
    }
    Recording { events, accesses: writer.accesses, locations: writer.locations.list }
}

struct Writer<'a> {
    workshop: &'a Workshop,
    locations: Locations,
    accesses: Vec<Access>,
}

/// A look at a location.
struct Looked {
    kind: AccessKind,
    location: Location,
    saw: Option<Version>,
    value: U256,
    at: u64,
}

impl Writer<'_> {
    fn incarnation(&mut self, ran: &Ran, moved: &[Moved], execution: &Execution) {
        let mut slots = execution.slots.iter().peekable();
        for (position, read) in execution.accounts.iter().enumerate() {
            while let Some(slot) = slots.next_if(|slot| slot.after as usize <= position) {
                self.slot_read(ran, moved, slot);
            }
            self.account_read(ran, moved, read);
        }
        for slot in slots {
            self.slot_read(ran, moved, slot);
        }
        self.empty_slots(ran, moved, &execution.effects.empty_slots);
        let reads = &execution.accounts;
        let mut changes: Vec<_> = execution.effects.accounts.iter().collect();
        changes.sort_unstable_by_key(|(account, _)| self.workshop.memory.address(*account));
        for (account, change) in changes {
            let read = reads.iter().find(|read| read.account == *account);
            if let Some(read) = read {
                self.account_change(ran, read, change);
            }
        }
        self.slot_writes(ran, &execution.effects.slots);
        if !execution.effects.fee.is_zero() {
            let recipient = Location::Balance(self.workshop.block.env.beneficiary);
            self.push(ran.version, AccessKind::Add, recipient, ran.to, execution.effects.fee);
        }
    }

    fn account_read(&mut self, ran: &Ran, moved: &[Moved], read: &AccountRead) {
        let needs = &read.needs;
        for field in Field::ALL.into_iter().filter(|field| read.needs_any(*field)) {
            let (location, saw) = field.at(read.address, &read.seen);
            let at = read.at;
            let mut note = |kind, value| {
                self.read(ran, moved, &Looked { kind, location, saw, value, at });
            };
            match field {
                Field::Balance if needs.exact_balance => note(AccessKind::Read, read.seen.balance),
                Field::Balance => {
                    if !needs.at_least.is_zero() {
                        note(AccessKind::AtLeast, needs.at_least);
                    }
                    if let Some(bound) = needs.below {
                        note(AccessKind::Below, bound);
                    }
                }
                Field::Nonce => note(AccessKind::Read, U256::from(read.seen.nonce)),
                Field::Code => note(AccessKind::Read, read.seen.code_hash.into()),
                Field::Storage => note(AccessKind::Read, U256::from(1)),
            }
        }
    }

    fn slot_read(&mut self, ran: &Ran, moved: &[Moved], read: &SlotRead) {
        let location = self.workshop.memory.slot_location(read.slot.account, read.slot.number);
        let (saw, value, at) = (read.saw, read.value, read.at);
        self.read(ran, moved, &Looked { kind: AccessKind::Read, location, saw, value, at });
    }

    fn read(&mut self, ran: &Ran, moved: &[Moved], looked: &Looked) {
        let Looked { kind, location, saw, value, at } = *looked;
        // The last check counts.
        let moved = moved.iter().rev().find(|moved| moved.location == location);
        self.accesses.push(Access {
            by: ran.version,
            kind,
            stale: moved.is_some_and(|moved| moved.stale),
            location: self.locations.number(location),
            saw,
            now: moved.map_or(saw, |moved| moved.now),
            // On threads nobody measures single reads.
            time: at.max(ran.from),
            value: value.to_be_bytes(),
        });
    }

    fn account_change(&mut self, ran: &Ran, read: &AccountRead, change: &AccountChange) {
        let Ran { version, to, .. } = *ran;
        let address = read.address;
        let mut write =
            |location, value| self.push(version, AccessKind::Write, location, to, value);
        if change.life == Life::Destroyed {
            write(Location::Balance(address), U256::ZERO);
            write(Location::Nonce(address), U256::ZERO);
            write(Location::Code(address), revm::primitives::KECCAK_EMPTY.into());
            write(Location::StorageReset(address), U256::from(1));
            return;
        }
        if change.life == Life::Created {
            write(Location::StorageReset(address), U256::from(1));
        }
        match change.nonce {
            NonceChange::None => {}
            NonceChange::Set(nonce) => write(Location::Nonce(address), U256::from(nonce)),
            NonceChange::Add(more) => {
                let location = Location::Nonce(address);
                self.push(version, AccessKind::Add, location, to, U256::from(more));
            }
        }
        if let Some(code) = change.code.as_deref() {
            self.push(version, AccessKind::Write, Location::Code(address), to, (*code).into());
        }
        if !change.added.is_zero() {
            let (kind, value) = if read.needs.exact_balance {
                (AccessKind::Write, read.seen.balance.wrapping_add(change.added))
            } else {
                (AccessKind::Add, change.added)
            };
            self.push(version, kind, Location::Balance(address), to, value);
        }
    }

    fn empty_slots(&mut self, ran: &Ran, moved: &[Moved], slots: &[(AccountNumber, U256)]) {
        let memory = &self.workshop.memory;
        let mut located: Vec<_> =
            slots.iter().map(|(account, key)| (memory.address(*account), *key)).collect();
        located.sort_unstable();
        for (address, key) in located {
            let location = Location::Slot(address, key);
            let (kind, value) = (AccessKind::Read, U256::ZERO);
            self.read(ran, moved, &Looked { kind, location, saw: None, value, at: ran.from });
        }
    }

    fn slot_writes(&mut self, ran: &Ran, writes: &[SlotWrite]) {
        let memory = &self.workshop.memory;
        let located = writes.iter().map(|write| {
            let address = memory.address(write.account);
            (address, memory.key(write.account, write.slot), write.value)
        });
        let mut located: Vec<_> = located.collect();
        located.sort_unstable();
        for (address, key, value) in located {
            self.push(ran.version, AccessKind::Write, Location::Slot(address, key), ran.to, value);
        }
    }

    fn push(&mut self, by: Version, kind: AccessKind, location: Location, time: u64, value: U256) {
        self.accesses.push(Access {
            by,
            kind,
            stale: false,
            location: self.locations.number(location),
            saw: None,
            now: None,
            time,
            value: value.to_be_bytes(),
        });
    }
}
