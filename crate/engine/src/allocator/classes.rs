//! Size classes: which block size serves a request. Pure arithmetic.

use core::alloc::Layout;

/// Number of classes: 16, 32, 48 and 64 bytes, then four for each doubling up to [`BLOCK_MAX`].
pub(super) const CLASSES: usize = 44;

/// Largest block in bytes. The EVM's stack, 1,024 words of 32 bytes, is well inside.
pub(super) const BLOCK_MAX: usize = 64 * 1024;

/// Alignment of every block in bytes.
pub(super) const BLOCK_ALIGN: usize = 16;

/// Bytes that one trip to the system's allocator fetches for a class of small blocks.
const CHUNK_BYTES: usize = 8 * 1024;

/// Bytes that a magazine of small blocks holds. A thread keeps at most two per class.
const MAGAZINE_BYTES: usize = 16 * 1024;

/// A size class.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Class(u8);

impl Class {
    /// The class that serves `layout`; `None` if the system's allocator has to.
    ///
    /// Depends on nothing but the layout, so that allocation and deallocation agree.
    #[inline(always)]
    pub(super) const fn of(layout: Layout) -> Option<Self> {
        let size = layout.size();
        if size > BLOCK_MAX || layout.align() > BLOCK_ALIGN {
            return None;
        }
        if size <= 64 {
            return Some(Self((size.saturating_sub(1) / 16) as u8));
        }
        let last = size - 1;
        let exponent = last.ilog2();
        let quarter = (last >> (exponent - 2)) & 3;
        Some(Self((4 + (exponent as usize - 6) * 4 + quarter) as u8))
    }

    /// The class at a position, if there is one.
    pub(super) const fn at(index: usize) -> Option<Self> {
        if index < CLASSES { Some(Self(index as u8)) } else { None }
    }

    /// Position in tables of [`CLASSES`] entries.
    #[inline(always)]
    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }

    /// Bytes of a block, a multiple of [`BLOCK_ALIGN`].
    #[inline(always)]
    pub(super) const fn size(self) -> usize {
        let index = self.0 as usize;
        if index < 4 { (index + 1) * 16 } else { (index % 4 + 5) << (index / 4 + 3) }
    }

    /// Blocks in a full magazine.
    #[inline(always)]
    pub(super) const fn magazine(self) -> u32 {
        MAGAZINES[self.0 as usize]
    }

    /// Blocks that are cut from one chunk.
    pub(super) const fn chunk(self) -> usize {
        let blocks = CHUNK_BYTES / self.size();
        let most = self.magazine() as usize;
        if blocks == 0 {
            1
        } else if blocks > most {
            most
        } else {
            blocks
        }
    }
}

/// Blocks in a full magazine, by class.
const MAGAZINES: [u32; CLASSES] = {
    let mut table = [0; CLASSES];
    let mut index = 0;
    while index < CLASSES {
        let blocks = MAGAZINE_BYTES / Class(index as u8).size();
        table[index] = if blocks < 2 {
            2
        } else if blocks > 64 {
            64
        } else {
            blocks as u32
        };
        index += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    fn class(size: usize) -> Option<Class> {
        Class::of(Layout::from_size_align(size, 1).unwrap())
    }

    #[test]
    fn every_size_gets_the_smallest_class_that_holds_it() {
        let sizes: Vec<_> = (0..CLASSES).map(|index| Class::at(index).unwrap().size()).collect();
        assert!(sizes.is_sorted_by(|a, b| a < b));
        assert_eq!(sizes[CLASSES - 1], BLOCK_MAX);
        assert!(sizes.iter().all(|size| size % BLOCK_ALIGN == 0));
        for size in 1..=BLOCK_MAX {
            let smallest = sizes.iter().position(|&block| block >= size).unwrap();
            assert_eq!(class(size).unwrap().index(), smallest, "{size} bytes");
        }
    }

    #[test]
    fn at_most_a_fifth_of_a_block_is_wasted_above_64_bytes() {
        for size in 65..=BLOCK_MAX {
            let block = class(size).unwrap().size();
            assert!((block - size) * 5 <= block, "{size} bytes in a block of {block}");
        }
    }

    #[test]
    fn what_is_larger_or_aligned_more_strictly_goes_to_the_system() {
        assert_eq!(class(BLOCK_MAX + 1), None);
        assert_eq!(Class::of(Layout::from_size_align(64, 32).unwrap()), None);
        assert!(Class::of(Layout::from_size_align(64, 16).unwrap()).is_some());
    }

    #[test]
    fn magazines_and_chunks_are_bounded() {
        for class in (0..CLASSES).filter_map(Class::at) {
            assert!((2..=64).contains(&class.magazine()));
            assert!((1..=class.magazine() as usize).contains(&class.chunk()));
        }
        assert_eq!(Class::at(CLASSES), None);
    }
}
