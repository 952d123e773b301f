//! A thread-caching allocator over the system's.
//!
//! In Wasm the standard allocator is one global spin lock, and an EVM allocates all the time: with
//! it, two threads are slower than one. Here a thread serves itself: freed blocks up to 64 KiB go
//! to a free list of the thread that frees them, by size class, and come back from there without
//! any lock. What a thread has too much of goes to a shared depot in whole magazines, and comes
//! back the same way, so memory that one thread allocates and another frees goes round. Larger
//! blocks, and those with an alignment above 16, pass through.
//!
//! Blocks never go back to the system's allocator: Wasm memory never shrinks anyway, and the page
//! starts the engine anew when it has to.
//!
//! This is the only place in the engine with `unsafe` code.
#![allow(unsafe_code)]

mod cache;
mod churn;
mod classes;
mod count;
mod depot;
#[cfg(test)]
mod tests;

use core::alloc::{GlobalAlloc, Layout};
use core::ptr;
use std::alloc::System;

use classes::Class;
use count::{COUNTERS, add};
pub use count::{Counts, counts};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static GLOBAL: Allocator = Allocator;

/// The allocator. All values of this type are the same one.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allocator;

// SAFETY: blocks of a class are at least as large and as strictly aligned as any layout of that
// class; a block is either in exactly one free list or in use; the class depends on the layout
// alone, so a block comes back to the list of its class. Everything else is `System`'s.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match Class::of(layout) {
            Some(class) => noticed(cache::take(class), layout),
            None => {
                add(&COUNTERS.large, 1);
                // SAFETY: the caller's promise is the same.
                noticed(unsafe { System.alloc(layout) }, layout)
            }
        }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let Some(class) = Class::of(layout) else {
            add(&COUNTERS.large, 1);
            // SAFETY: the caller's promise is the same.
            return noticed(unsafe { System.alloc_zeroed(layout) }, layout);
        };
        let block = noticed(cache::take(class), layout);
        if !block.is_null() {
            // SAFETY: the block has at least `layout.size()` bytes and is ours.
            unsafe { ptr::write_bytes(block, 0, layout.size()) };
        }
        block
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise: `block` came from here with this layout and is done with.
        unsafe {
            match Class::of(layout) {
                Some(class) => cache::put(class, block),
                None => {
                    add(&COUNTERS.large, 1);
                    System.dealloc(block, layout);
                }
            }
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Ok(new) = Layout::from_size_align(size, layout.align()) else {
            return ptr::null_mut();
        };
        match (Class::of(layout), Class::of(new)) {
            (Some(old), Some(new)) if old == new => block,
            (None, None) => {
                add(&COUNTERS.large, 1);
                // SAFETY: the caller's promise is the same, and `System` made the block.
                noticed(unsafe { System.realloc(block, layout, size) }, new)
            }
            // SAFETY: the two blocks are different ones, each as long as its layout says, and the
            // old one came from here with the old layout.
            _ => unsafe {
                let moved = self.alloc(new);
                if !moved.is_null() {
                    ptr::copy_nonoverlapping(block, moved, layout.size().min(size));
                    self.dealloc(block, layout);
                }
                moved
            },
        }
    }
}

/// Passes a block on. Where there is none, leaves a note for the message that people will read.
#[inline]
fn noticed(block: *mut u8, layout: Layout) -> *mut u8 {
    if block.is_null() {
        crate::fault::note_out_of_memory(layout.size());
    }
    block
}

/// Gives this thread's free blocks to the other threads. Call it at the end of a thread's life,
/// else they are lost; the pool's threads in the browser never end.
pub fn release_thread() {
    cache::release();
}

/// Repeats the allocations of one short EVM run `rounds` times: with this allocator, or, to compare,
/// with the system's alone. Answers whether there was memory enough.
#[must_use]
pub fn churn(system_alone: bool, rounds: u32) -> bool {
    if system_alone { churn::churn(&System, rounds) } else { churn::churn(&Allocator, rounds) }
}
