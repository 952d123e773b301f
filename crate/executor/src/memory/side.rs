//! Numbers for what the world before the block does not have: new accounts and slots that were
//! zero. Keys are compared whole, never by hash alone.

use std::hash::{BuildHasher, Hash};

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::sync::{Mutex, lock};

/// Enough that two lanes seldom meet at one shard.
const SHARDS: usize = 64;

/// A concurrent map from key to number, with one item per number.
#[derive(Debug)]
pub(super) struct Side<K, V> {
    shards: Box<[Mutex<FxHashMap<K, u32>>]>,
    items: boxcar::Vec<(K, V)>,
}

impl<K: Copy + Eq + Hash, V: Default> Side<K, V> {
    pub(super) fn new() -> Self {
        let shards = (0..SHARDS).map(|_| Mutex::new(FxHashMap::default())).collect();
        Self { shards, items: boxcar::Vec::new() }
    }

    /// The number of a key; a new one gets the next number and a default item.
    pub(super) fn number(&self, key: K) -> u32 {
        // The map inside uses the hash's low and high bits; take the shard from the middle.
        let hash = FxBuildHasher.hash_one(key);
        let mut shard = lock(&self.shards[(hash >> 24) as usize % SHARDS]);
        *shard.entry(key).or_insert_with(|| self.items.push((key, V::default())) as u32)
    }

    pub(super) fn key(&self, number: u32) -> &K {
        &self.items[number as usize].0
    }

    pub(super) fn item(&self, number: u32) -> &V {
        &self.items[number as usize].1
    }
}
