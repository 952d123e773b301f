//! The longest chain of transactions that must follow each other, by the strategy's own notion.

use alloy_primitives::Address;
use alloy_primitives::map::{AddressMap, AddressSet};
use lanescope_executor::{Block, Location, Receipt, Run};
use lanescope_protocol::chains::{Commits, Use};
use lanescope_protocol::event::{Access, AccessKind, EventKind, FallbackReason};
use lanescope_protocol::strategy::Granularity;
use lanescope_protocol::{LocationId, Rules, Settings, TxIndex};

/// Gas of the longest chain: no number of lanes makes the run shorter under its strategy.
///
/// | strategy | what follows what |
/// |---|---|
/// | sequential, or a block that ran on one lane | everything what comes before: the sum of all gas |
/// | naive, access list | nothing: the largest transaction |
/// | declared locks | who uses a lock, whoever used it before and excludes it (RAW, WAR, WAW) |
/// | all others | who reads a value, from its read on, whoever wrote it (RAW), see [`Commits::reads`] |
///
/// Counted are final executions with what they recorded, so transactions that are not in the result
/// add nothing. Nonces of accounts that send transactions are left out: every transaction states its
/// own, so nobody has to wait to learn it; nonces of contracts that create contracts count. Amounts
/// that were only added order nobody until somebody looks at the sum.
pub(super) fn path_gas(run: &Run, block: &Block, settings: &Settings, receipts: &[Receipt]) -> u64 {
    let all = || receipts.iter().map(|receipt| receipt.gas_used);
    let alone = [FallbackReason::TooSmall, FallbackReason::Stuck];
    if run.fallback.is_some_and(|reason| alone.contains(&reason)) {
        return all().sum();
    }
    let rules = settings.strategy.rules;
    let recording = &run.recording;
    if recording.events.is_empty() {
        // Nobody watched.
        let sum = rules == Rules::Sequential;
        return if sum { all().sum() } else { all().max().unwrap_or_default() };
    }
    let commits = Commits::new(settings.clock, &recording.events, &recording.accesses);
    let senders: AddressSet = block.transactions.iter().map(|tx| tx.caller).collect();
    let counts = |location: &Location| match location {
        Location::Nonce(address) => !senders.contains(address),
        _ => true,
    };
    let location = |id: LocationId| recording.locations.get(id.get());
    match rules {
        Rules::Sequential => commits.total(),
        Rules::Naive | Rules::AccessList(_) => commits.largest(),
        Rules::DeclaredLocks(locks) => {
            let keys = Keys::new(&recording.locations, locks.keys, &counts);
            let undeclared = undeclared(run);
            let lock = |access: &Access| {
                let touch = (access.by.tx, access.location);
                let how = use_of(access.kind).filter(|_| !undeclared.contains(&touch))?;
                Some((keys.of(access.location, how)?, how))
            };
            commits.locks(&lock)
        }
        _ => commits.reads(&|id| location(id).is_some_and(counts)).gas,
    }
}

/// What transactions touched though they had not declared it: no lock was held for that.
fn undeclared(run: &Run) -> Vec<(TxIndex, LocationId)> {
    let of_kind = |event: &&lanescope_protocol::Event| event.kind == EventKind::UndeclaredTouched;
    let events = run.recording.events.iter().filter(of_kind);
    events.filter_map(|event| Some((event.tx?, event.location?))).collect()
}

/// Needs of a bound may hold while others add, so they exclude nobody for certain.
const fn use_of(kind: AccessKind) -> Option<Use> {
    match kind {
        AccessKind::Read => Some(Use::Read),
        AccessKind::Write => Some(Use::Write),
        AccessKind::Add => Some(Use::Add),
        AccessKind::AtLeast | AccessKind::Below => None,
    }
}

/// Which lock a location needs, where that is certain.
struct Keys(Vec<Option<u64>>);

impl Keys {
    fn new(locations: &[Location], size: Granularity, counts: &dyn Fn(&Location) -> bool) -> Self {
        let mut accounts: AddressMap<u64> = AddressMap::default();
        let keys = (0_u64..).zip(locations).map(|(own, location)| {
            if !counts(location) {
                return None;
            }
            let mut account = |address: &Address| {
                let next = accounts.len() as u64;
                *accounts.entry(*address).or_insert(next) + (1 << 32)
            };
            match (size, location) {
                // Code hardly ever changes: a strategy may leave it out.
                (_, Location::Code(_)) => None,
                (Granularity::Slot, _) => Some(own),
                (Granularity::Contract | Granularity::Account, Location::Slot(address, _)) => {
                    Some(account(address))
                }
                (Granularity::Account, location) => Some(account(&location.address())),
                (Granularity::Contract, _) => Some(own),
            }
        });
        Self(keys.collect())
    }

    /// Who adds to an account's balance may or may not exclude who uses something else of the account.
    fn of(&self, location: LocationId, how: Use) -> Option<u64> {
        let key = self.0.get(location.get()).copied().flatten()?;
        Some(if how == Use::Add { u64::from(location.0) } else { key })
    }
}
