//! What a crash leaves behind, where the coordinator finds it.
//!
//! A panic in a pool thread ends that thread alone: nobody is told, and whoever waits for it waits
//! for ever. So the panic hook leaves a sentence in shared memory, without allocating, and the
//! coordinator looks there while it waits. Stack overflow and lack of memory do not call the hook;
//! for those the thread's JavaScript entry calls [`record_death`].

use core::fmt::{self, Write};
use core::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::panic::PanicHookInfo;

/// Bytes of a sentence; what is longer is cut off.
const TEXT_BYTES: usize = 1024;

const NOTHING: u8 = 0;
const WRITING: u8 = 1;
const WRITTEN: u8 = 2;

/// One sentence. The first crash counts: what follows is its consequence.
struct Record {
    state: AtomicU8,
    length: AtomicUsize,
    text: [AtomicU8; TEXT_BYTES],
}

static RECORD: Record = Record::new();

/// Bytes of the last request for memory that failed; 0 if none did.
static OUT_OF_MEMORY: AtomicUsize = AtomicUsize::new(0);

impl Record {
    const fn new() -> Self {
        Self {
            state: AtomicU8::new(NOTHING),
            length: AtomicUsize::new(0),
            text: [const { AtomicU8::new(0) }; TEXT_BYTES],
        }
    }

    fn write(&self, sentence: fmt::Arguments<'_>) {
        let first =
            self.state.compare_exchange(NOTHING, WRITING, Ordering::Acquire, Ordering::Relaxed);
        if first.is_err() {
            return;
        }
        // A text that does not fit is cut off, which the formatter reports as an error.
        let _cut = (&mut &*self).write_fmt(sentence);
        self.state.store(WRITTEN, Ordering::Release);
    }

    fn read(&self) -> Option<String> {
        if self.state.load(Ordering::Acquire) != WRITTEN {
            return None;
        }
        let length = self.length.load(Ordering::Relaxed);
        let bytes: Vec<_> =
            self.text[..length].iter().map(|byte| byte.load(Ordering::Relaxed)).collect();
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Write for &Record {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut length = self.length.load(Ordering::Relaxed);
        for byte in text.bytes() {
            let slot = self.text.get(length).ok_or(fmt::Error)?;
            slot.store(byte, Ordering::Relaxed);
            length += 1;
            self.length.store(length, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Installs the panic hook.
pub fn install() {
    std::panic::set_hook(Box::new(hook));
}

/// The sentence about the crash, if there was one.
#[must_use]
pub fn sentence() -> Option<String> {
    RECORD.read()
}

/// Records that a thread died without a panic: its stack overflowed, or, if a request for memory
/// failed before, it ran out of memory. Does not allocate.
pub fn record_death(stack_overflow: bool) {
    let size = OUT_OF_MEMORY.load(Ordering::Relaxed);
    if stack_overflow {
        RECORD.write(format_args!("The engine hit a bug: a thread ran out of stack."));
    } else if size > 0 {
        RECORD.write(format_args!(
            "The engine ran out of memory: {size} more bytes were not to be had. A smaller block may fit."
        ));
    } else {
        RECORD.write(format_args!("The engine hit a bug: a thread stopped without saying why."));
    }
}

/// Remembers that a request for memory failed. Called by the allocator: does not allocate.
#[cold]
pub(crate) fn note_out_of_memory(size: usize) {
    OUT_OF_MEMORY.store(size, Ordering::Relaxed);
}

fn hook(info: &PanicHookInfo<'_>) {
    let what = info.payload_as_str().unwrap_or("it did not say what went wrong");
    match info.location() {
        Some(at) => RECORD.write(format_args!(
            "The engine hit a bug: {what} ({}:{})",
            short_path(at.file()),
            at.line()
        )),
        None => RECORD.write(format_args!("The engine hit a bug: {what}")),
    }
}

/// A source path without the folders of the machine it was built on: from the crate's folder on.
fn short_path(path: &str) -> &str {
    let Some(source) = path.rfind("/src/") else { return path };
    path[..source].rfind('/').map_or(path, |folder| &path[folder + 1..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sentence_stays() {
        let record = Record::new();
        assert_eq!(record.read(), None);
        record.write(format_args!("first, {}", 1));
        record.write(format_args!("second"));
        assert_eq!(record.read().as_deref(), Some("first, 1"));
    }

    #[test]
    fn a_long_sentence_is_cut_off() {
        let record = Record::new();
        record.write(format_args!("{}", "é".repeat(TEXT_BYTES)));
        assert_eq!(record.read(), Some("é".repeat(TEXT_BYTES / 2)));
    }

    #[test]
    fn paths_begin_at_the_crate() {
        let cases = [
            ("/home/x/.cargo/registry/src/index/revm-43.0.3/src/evm.rs", "revm-43.0.3/src/evm.rs"),
            ("crate/executor/src/world.rs", "executor/src/world.rs"),
            ("main.rs", "main.rs"),
        ];
        for (path, short) in cases {
            assert_eq!(short_path(path), short);
        }
    }
}
