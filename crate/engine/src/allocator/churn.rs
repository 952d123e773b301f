//! The allocations of one short EVM run without the EVM: what the comparison with the system's
//! allocator repeats.

use core::alloc::{GlobalAlloc, Layout};
use core::{hint, ptr};

/// Sizes in bytes, as counted in runs of one transfer: the EVM's stack and memory, journal, tables
/// of accounts and slots, and small change.
const SIZES: [usize; 24] = [
    32_768, 4_096, 1_024, 640, 640, 320, 256, 224, 192, 192, 160, 128, 128, 96, 96, 80, 64, 64, 64,
    48, 32, 32, 32, 24,
];

/// Allocates all of it, touches it, frees all of it; `rounds` times. Answers whether there was
/// memory enough.
pub(super) fn churn(allocator: &impl GlobalAlloc, rounds: u32) -> bool {
    for _ in 0..rounds {
        let mut blocks = [(ptr::null_mut(), Layout::new::<u64>()); SIZES.len()];
        for (slot, &size) in blocks.iter_mut().zip(&SIZES) {
            // Most sizes are not known when the code is compiled.
            let size = hint::black_box(size);
            let Ok(layout) = Layout::from_size_align(size, 8) else { return false };
            // SAFETY: no size in the list is 0.
            *slot = (unsafe { allocator.alloc(layout) }, layout);
        }
        let enough = blocks.iter().all(|(block, _)| !block.is_null());
        for (block, layout) in blocks.into_iter().filter(|(block, _)| !block.is_null()) {
            // SAFETY: the block was allocated above, by this allocator and with this layout, is
            // longer than a byte and not used afterwards.
            unsafe {
                ptr::write_volatile(block, 1);
                allocator.dealloc(block, layout);
            }
        }
        if !enough {
            return false;
        }
    }
    true
}
