//! What all threads share: for each class a stack of magazines, behind one short lock each.

use core::cell::UnsafeCell;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};

use super::classes::{CLASSES, Class};
use super::count::{COUNTERS, add};

/// A free block. Its bytes hold the two links, which is why no block is smaller than 16 bytes.
pub(super) struct Block {
    /// The next block of the same magazine, or null.
    pub(super) next: *mut Block,
    /// In the first block of a magazine that lies in the depot: the next magazine, or null.
    next_magazine: *mut Block,
}

/// One class's magazines. On a cache line of its own, so that threads that are busy with different
/// classes do not slow each other down.
#[repr(align(64))]
struct Shelf {
    locked: AtomicBool,
    top: UnsafeCell<*mut Block>,
}

// SAFETY: `top` and the blocks behind it are only touched while `locked` is held (see `Shelf::with`).
unsafe impl Sync for Shelf {}

static SHELVES: [Shelf; CLASSES] = [const { Shelf::new() }; CLASSES];

impl Shelf {
    const fn new() -> Self {
        Self { locked: AtomicBool::new(false), top: UnsafeCell::new(ptr::null_mut()) }
    }

    /// Runs `work` on the top of the stack, alone. `work` is two loads and two stores: it cannot
    /// panic and does not allocate, so the lock is held for a few nanoseconds.
    fn with<T>(&self, work: impl FnOnce(&mut *mut Block) -> T) -> T {
        let mut tries = 0_u32;
        while self
            .locked
            .compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed)
            .is_err()
        {
            tries = tries.saturating_add(1);
            wait(tries);
        }
        // SAFETY: the lock was free and is ours now, so nobody else holds this reference. `Acquire`
        // and `Release` make what the holders before us wrote visible.
        let result = work(unsafe { &mut *self.top.get() });
        self.locked.store(false, Ordering::Release);
        result
    }
}

/// A short wait. The holder may have lost its processor: then spinning on would only keep it from
/// getting one.
fn wait(tries: u32) {
    if tries < 100 {
        core::hint::spin_loop();
        return;
    }
    add(&COUNTERS.naps, 1);
    // Neither of the two allocates. Without threads the lock is never taken, and nobody gets here.
    #[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
    std::thread::sleep(core::time::Duration::from_micros(50));
    #[cfg(not(target_arch = "wasm32"))]
    std::thread::yield_now();
}

/// Gives a magazine away, for any thread to take.
///
/// # Safety
/// `magazine` is the head of a chain of blocks of `class` that nobody else knows of.
pub(super) unsafe fn put(class: Class, magazine: *mut Block) {
    add(&COUNTERS.depot, 1);
    SHELVES[class.index()].with(|top| {
        // SAFETY: the caller hands the block over, so it is ours to write.
        unsafe { (*magazine).next_magazine = *top };
        *top = magazine;
    });
}

/// Takes a magazine: the head of a chain of blocks of `class` that nobody else knows of, or null.
pub(super) fn take(class: Class) -> *mut Block {
    add(&COUNTERS.depot, 1);
    SHELVES[class.index()].with(|top| {
        let magazine = *top;
        if !magazine.is_null() {
            // SAFETY: blocks in the depot are free, and only the lock's holder touches them.
            *top = unsafe { (*magazine).next_magazine };
        }
        magazine
    })
}
