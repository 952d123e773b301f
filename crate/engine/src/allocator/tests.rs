//! The allocator under real threads. Every block in use is filled with a pattern of its owner's and
//! checked before it goes back: two owners of one byte would see each other.

use core::alloc::{GlobalAlloc, Layout};
use std::sync::{Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use super::classes::{BLOCK_MAX, CLASSES, Class};
use super::{Allocator, counts, release_thread};

/// One test at a time: they count what all threads do together.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A small generator of repeatable random numbers (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }

    fn layout(&mut self) -> Layout {
        let size = match self.below(100) {
            0..60 => 1 + self.below(256),
            60..90 => 1 + self.below(8 * 1024),
            90..98 => 1 + self.below(BLOCK_MAX),
            _ => 1 + self.below(4 * BLOCK_MAX),
        };
        Layout::from_size_align(size, 1 << self.below(8)).unwrap()
    }
}

/// A block in use, filled with a pattern.
struct Used {
    address: *mut u8,
    layout: Layout,
    mark: u8,
}

// SAFETY: a block may be used and freed in any thread; that is what is tested.
unsafe impl Send for Used {}

impl Used {
    fn new(layout: Layout, mark: u8) -> Self {
        // SAFETY: no layout here is empty.
        let address = unsafe { Allocator.alloc(layout) };
        Self::filled(address, layout, mark)
    }

    fn filled(address: *mut u8, layout: Layout, mark: u8) -> Self {
        assert!(!address.is_null());
        assert_eq!(address.addr() % layout.align(), 0, "alignment of {layout:?}");
        // SAFETY: the block is ours and this long.
        unsafe { address.write_bytes(mark, layout.size()) };
        Self { address, layout, mark }
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: the block is ours, this long, and filled.
        unsafe { core::slice::from_raw_parts(self.address, self.layout.size()) }
    }

    fn check(&self) {
        assert!(self.bytes().iter().all(|&byte| byte == self.mark), "{:?}", self.layout);
    }

    fn resized(self, size: usize) -> Self {
        self.check();
        let kept = self.layout.size().min(size);
        // SAFETY: the block came from this allocator with this layout, and the size is not 0.
        let address = unsafe { Allocator.realloc(self.address, self.layout, size) };
        assert!(!address.is_null());
        // SAFETY: the block is ours and at least `kept` long, and these bytes were filled.
        let old = unsafe { core::slice::from_raw_parts(address, kept) };
        assert!(old.iter().all(|&byte| byte == self.mark), "{:?} to {size}", self.layout);
        let layout = Layout::from_size_align(size, self.layout.align()).unwrap();
        Self::filled(address, layout, self.mark)
    }

    fn free(self) {
        self.check();
        // SAFETY: the block came from this allocator with this layout.
        unsafe { Allocator.dealloc(self.address, self.layout) };
    }
}

/// Allocates, resizes and frees at random, and always holds a few hundred blocks.
fn churn(seed: u64, rounds: usize) {
    let mut random = Random(seed * 2 + 1);
    let mut held: Vec<Used> = Vec::new();
    for round in 0..rounds {
        if held.len() < 300 && random.below(3) != 0 || held.is_empty() {
            held.push(Used::new(random.layout(), (round as u8) ^ (seed as u8)));
            continue;
        }
        let block = held.swap_remove(random.below(held.len()));
        if random.below(4) == 0 {
            held.push(block.resized(1 + random.below(2 * BLOCK_MAX)));
        } else {
            block.free();
        }
    }
    held.into_iter().for_each(Used::free);
    release_thread();
}

#[test]
fn many_threads_churn_without_treading_on_each_other() {
    let _turn = alone();
    thread::scope(|scope| {
        for seed in 0..8 {
            scope.spawn(move || churn(seed, 5_000));
        }
    });
}

#[test]
fn every_class_boundary_is_aligned_and_separate() {
    let _turn = alone();
    for class in (0..CLASSES).filter_map(Class::at) {
        for size in [class.size() - 1, class.size(), class.size() + 1] {
            let layout = Layout::from_size_align(size, 16).unwrap();
            let blocks: Vec<_> = (0..70).map(|mark| Used::new(layout, mark)).collect();
            blocks.into_iter().for_each(Used::free);
        }
    }
}

#[test]
fn blocks_freed_by_another_thread_come_back() {
    let _turn = alone();
    let layout = Layout::from_size_align(4_000, 8).unwrap();
    let (send, receive) = mpsc::sync_channel::<Used>(64);
    let freeing = thread::spawn(move || {
        receive.into_iter().for_each(Used::free);
        release_thread();
    });
    let before = counts().chunks;
    for round in 0..50_000 {
        send.send(Used::new(layout, round as u8)).unwrap();
    }
    drop(send);
    freeing.join().unwrap();
    // 50,000 blocks need 25,000 chunks if none comes back.
    let fetched = counts().chunks.wrapping_sub(before);
    assert!(fetched < 200, "{fetched} chunks");
}

#[test]
fn a_thread_that_reuses_its_blocks_asks_nobody() {
    let _turn = alone();
    let layout = Layout::from_size_align(100, 8).unwrap();
    let before = counts();
    for round in 0..100_000 {
        Used::new(layout, round as u8).free();
    }
    let after = counts();
    assert!(after.depot.wrapping_sub(before.depot) <= 1, "{before:?} {after:?}");
    assert!(after.chunks.wrapping_sub(before.chunks) <= 1, "{before:?} {after:?}");
}

#[test]
fn realloc_stays_in_place_while_the_class_stays() {
    let _turn = alone();
    let block = Used::new(Layout::from_size_align(4_100, 8).unwrap(), 7);
    let address = block.address;
    let block = block.resized(5_000);
    assert_eq!(block.address, address);
    let block = block.resized(6_000);
    assert_ne!(block.address, address);
    block.resized(3 * BLOCK_MAX).resized(5 * BLOCK_MAX).resized(10).free();
}

#[test]
fn zeroed_blocks_are_zero_even_when_used_before() {
    let _turn = alone();
    for size in [1, 24, 500, 40_000, BLOCK_MAX, BLOCK_MAX + 1, 1 << 20] {
        let layout = Layout::from_size_align(size, 8).unwrap();
        Used::new(layout, 0xFF).free();
        // SAFETY: the layout is not empty.
        let address = unsafe { Allocator.alloc_zeroed(layout) };
        assert!(!address.is_null());
        // SAFETY: the block is ours, this long, and must be zero.
        let bytes = unsafe { core::slice::from_raw_parts(address, size) };
        assert!(bytes.iter().all(|&byte| byte == 0), "{size} bytes");
        Used::filled(address, layout, 1).free();
    }
}

#[test]
fn huge_blocks_pass_through_and_impossible_ones_are_refused() {
    let _turn = alone();
    let before = counts().large;
    Used::new(Layout::from_size_align(16 << 20, 4096).unwrap(), 3).free();
    assert!(counts().large.wrapping_sub(before) >= 2);
    let impossible = Layout::from_size_align(isize::MAX as usize - 4096, 8).unwrap();
    // SAFETY: the layout is not empty. The optimiser may assume that an allocation nobody uses went
    // well, so it must not see through this one.
    let refused = std::hint::black_box(unsafe { Allocator.alloc(impossible) });
    assert!(refused.is_null());
}

#[test]
fn a_thread_that_ends_leaves_its_blocks_to_the_others() {
    let _turn = alone();
    let layout = Layout::from_size_align(50_000, 8).unwrap();
    let address = thread::spawn(move || {
        let block = Used::new(layout, 1);
        let address = block.address.addr();
        block.free();
        release_thread();
        address
    })
    .join()
    .unwrap();
    let blocks: Vec<_> = (0..200).map(|_| Used::new(layout, 2)).collect();
    let found = blocks.iter().any(|block| block.address.addr() == address);
    blocks.into_iter().for_each(Used::free);
    assert!(found, "the block was lost");
}
