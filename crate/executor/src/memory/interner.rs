//! Locations to small numbers. Keys are compared whole, never by hash alone.

use std::sync::{Mutex, PoisonError};

use lanescope_protocol::LocationId;
use rustc_hash::{FxBuildHasher, FxHashMap};
use std::hash::BuildHasher;

use super::location::Location;

/// Enough that two lanes seldom meet at one shard.
const SHARDS: usize = 64;

/// A concurrent map from location to number.
#[derive(Debug)]
pub(super) struct Interner {
    shards: Vec<Mutex<FxHashMap<Location, LocationId>>>,
}

impl Interner {
    pub(super) fn new() -> Self {
        Self { shards: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    /// The number of a location, if it has one.
    pub(super) fn get(&self, location: &Location) -> Option<LocationId> {
        let shard = self.shard(location).lock().unwrap_or_else(PoisonError::into_inner);
        shard.get(location).copied()
    }

    /// The number of a location, made by `create` the first time. `create` runs while the shard is
    /// locked, so it runs once per location.
    pub(super) fn get_or_insert(
        &self,
        location: &Location,
        create: impl FnOnce() -> LocationId,
    ) -> LocationId {
        let mut shard = self.shard(location).lock().unwrap_or_else(PoisonError::into_inner);
        *shard.entry(*location).or_insert_with(create)
    }

    fn shard(&self, location: &Location) -> &Mutex<FxHashMap<Location, LocationId>> {
        // The map inside uses the hash's low and high bits; take the shard from the middle.
        let hash = FxBuildHasher.hash_one(location);
        &self.shards[(hash >> 32) as usize % SHARDS]
    }
}
