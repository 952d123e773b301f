//! A long array whose parts are made when they are first touched: most blocks touch little of it.

use std::sync::OnceLock;

/// Enough that the pointers weigh little, few enough that a lonely touch is cheap.
const CHUNK: usize = 64;

/// So many default values, in chunks that are made by whoever needs them first.
#[derive(Debug)]
pub(crate) struct Chunks<T> {
    chunks: Box<[OnceLock<Box<[T]>>]>,
}

impl<T: Default> Chunks<T> {
    pub(crate) fn new(len: usize) -> Self {
        Self { chunks: (0..len.div_ceil(CHUNK)).map(|_| OnceLock::new()).collect() }
    }

    /// The item at an index below the length; indices beyond the last chunk are a mistake.
    pub(crate) fn get(&self, index: usize) -> &T {
        let chunk =
            self.chunks[index / CHUNK].get_or_init(|| (0..CHUNK).map(|_| T::default()).collect());
        &chunk[index % CHUNK]
    }
}

impl<T: Send> Chunks<T> {
    /// Empties itself on two threads of the current rayon pool.
    pub(crate) fn empty_in_parallel(&mut self) {
        let mut first = core::mem::take(&mut self.chunks).into_vec();
        let second = first.split_off(first.len() / 2);
        rayon::join(|| drop(first), || drop(second));
    }
}
