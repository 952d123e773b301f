//! What each thread has for itself: per class one magazine in use and one spare.
//!
//! Two magazines instead of one (Bonwick and Adams, *Magazines and Vmem*, 2001): a thread that
//! allocates and frees around a magazine's end does not visit the depot each time.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;
use core::ptr;
use std::alloc::System;

use super::classes::{BLOCK_ALIGN, CLASSES, Class};
use super::count::{COUNTERS, add};
use super::depot::{self, Block};

/// One class's free blocks in one thread.
struct Slot {
    /// The magazine in use: a chain of free blocks, or null.
    head: Cell<*mut Block>,
    /// At least the number of blocks in `head`'s chain.
    count: Cell<u32>,
    /// A second chain of at most one magazine, or null.
    spare: Cell<*mut Block>,
}

struct Cache([Slot; CLASSES]);

thread_local! {
    // Constant and without a destructor: no lazy start, nothing registered, so it can be used at
    // any time in a thread's life, and from inside the allocator.
    static CACHE: Cache = const { Cache([const { Slot::new() }; CLASSES]) };
}

impl Slot {
    const fn new() -> Self {
        Self {
            head: Cell::new(ptr::null_mut()),
            count: Cell::new(0),
            spare: Cell::new(ptr::null_mut()),
        }
    }

    /// Takes a free block, or gets more of them first. Null if there is no memory left.
    #[inline(always)]
    fn take(&self, class: Class) -> *mut u8 {
        let head = self.head.get();
        if head.is_null() {
            return self.refill(class);
        }
        // SAFETY: blocks in the chain are free and known to this thread alone.
        self.head.set(unsafe { (*head).next });
        self.count.set(self.count.get() - 1);
        head.cast()
    }

    /// # Safety
    /// `block` is a block of `class` that nobody uses any more.
    #[inline(always)]
    unsafe fn put(&self, class: Class, block: *mut Block) {
        if self.count.get() == class.magazine() {
            self.rotate(class);
        }
        // SAFETY: the caller hands the block over; it has room for the links and is aligned.
        unsafe { (*block).next = self.head.get() };
        self.head.set(block);
        self.count.set(self.count.get() + 1);
    }

    /// Makes room: the full magazine becomes the spare one, and the spare one goes to the depot.
    #[cold]
    #[inline(never)]
    fn rotate(&self, class: Class) {
        let spare = self.spare.replace(self.head.replace(ptr::null_mut()));
        self.count.set(0);
        if !spare.is_null() {
            // SAFETY: the chain was this thread's alone, and this thread has just forgotten it.
            unsafe { depot::put(class, spare) };
        }
    }

    #[cold]
    #[inline(never)]
    fn refill(&self, class: Class) -> *mut u8 {
        let mut chain = self.spare.replace(ptr::null_mut());
        if chain.is_null() {
            chain = depot::take(class);
        }
        let mut count = class.magazine();
        if chain.is_null() {
            (chain, count) = carve(class);
        }
        if chain.is_null() {
            return ptr::null_mut();
        }
        // SAFETY: the chain is this thread's alone.
        self.head.set(unsafe { (*chain).next });
        self.count.set(count - 1);
        chain.cast()
    }

    /// Gives everything to the depot.
    fn release(&self, class: Class) {
        self.count.set(0);
        for chain in [self.head.replace(ptr::null_mut()), self.spare.replace(ptr::null_mut())] {
            if !chain.is_null() {
                // SAFETY: the chain was this thread's alone, and this thread has just forgotten it.
                unsafe { depot::put(class, chain) };
            }
        }
    }
}

/// Fetches a chunk from the system and cuts it into a chain of blocks. One block, if there is no
/// room for a chunk; null and 0, if there is none at all.
fn carve(class: Class) -> (*mut Block, u32) {
    add(&COUNTERS.chunks, 1);
    for blocks in [class.chunk(), 1] {
        let chunk = system(class, blocks);
        if chunk.is_null() {
            continue;
        }
        let mut chain: *mut Block = ptr::null_mut();
        for index in (0..blocks).rev() {
            // SAFETY: the chunk is `blocks * size` bytes long and aligned for a `Block`, which is
            // not larger than the smallest class.
            unsafe {
                let block = chunk.add(index * class.size()).cast::<Block>();
                (*block).next = chain;
                chain = block;
            }
        }
        return (chain, blocks as u32);
    }
    (ptr::null_mut(), 0)
}

/// Memory for some blocks, straight from the system's allocator. Never given back to it.
fn system(class: Class, blocks: usize) -> *mut u8 {
    match Layout::from_size_align(class.size() * blocks, BLOCK_ALIGN) {
        // SAFETY: no class has size 0, and there is at least one block.
        Ok(layout) => unsafe { System.alloc(layout) },
        Err(_) => ptr::null_mut(),
    }
}

/// Whether the thread's own variables exist yet.
///
/// A Wasm thread is born without: its first act is to allocate the memory that they will live in,
/// and until then their base address is 0, *for all threads that start at this moment*. No variable
/// of a living thread is below 64 KiB, where the first thread's stack ends.
#[inline(always)]
fn thread_is_ready(cache: &Cache) -> bool {
    !cfg!(all(target_arch = "wasm32", target_feature = "atomics"))
        || ptr::from_ref(cache).addr() >= 64 * 1024
}

/// A block of `class`, uninitialised. Null if there is no memory left.
#[inline(always)]
pub(super) fn take(class: Class) -> *mut u8 {
    CACHE.with(|cache| {
        if thread_is_ready(cache) { cache.0[class.index()].take(class) } else { system(class, 1) }
    })
}

/// Takes a block back.
///
/// # Safety
/// `block` came from [`take`] with the same class, in any thread, and nobody uses it any more.
#[inline(always)]
pub(super) unsafe fn put(class: Class, block: *mut u8) {
    let block = block.cast::<Block>();
    CACHE.with(|cache| {
        // SAFETY: the caller's promise; blocks are aligned for `Block` and not smaller.
        unsafe {
            if thread_is_ready(cache) {
                cache.0[class.index()].put(class, block);
            } else {
                (*block).next = ptr::null_mut();
                depot::put(class, block);
            }
        }
    });
}

/// Gives every free block of this thread to the others.
pub(super) fn release() {
    CACHE.with(|cache| {
        for (index, slot) in cache.0.iter().enumerate() {
            if let Some(class) = Class::at(index) {
                slot.release(class);
            }
        }
    });
}
