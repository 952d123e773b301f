//! What a finished module must be: the engine with threads imports shared memory of the agreed
//! size, the others bring their own.

use std::path::Path;

use anyhow::{Context, Result, bail};
use wasmparser::{Imports, MemoryType, Parser, Payload, TypeRef};

use super::compile::SHARED_MEMORY_MAX;
use crate::flags::Part;

/// Size of a page of Wasm memory, in bytes.
const PAGE_BYTES: u64 = 65_536;

/// Checks a module's memory.
///
/// # Errors
/// It is not as [`Part`] needs it.
pub(crate) fn expect_memory(part: Part, wasm: &Path) -> Result<()> {
    let bytes = std::fs::read(wasm).with_context(|| wasm.display().to_string())?;
    let memory = imported_memory(&bytes).with_context(|| wasm.display().to_string())?;
    check(part, memory.as_ref()).with_context(|| wasm.display().to_string())
}

fn check(part: Part, memory: Option<&MemoryType>) -> Result<()> {
    match (part, memory) {
        (Part::Page | Part::EngineSingle, None) => Ok(()),
        (Part::Page | Part::EngineSingle, Some(_)) => {
            bail!("a module without threads must have its own memory, and this one imports it")
        }
        (Part::EngineThreads, None) => bail!("the threaded engine does not import its memory"),
        (Part::EngineThreads, Some(memory)) if !memory.shared => {
            bail!("the threaded engine's memory is not shared")
        }
        (Part::EngineThreads, Some(memory)) => {
            let found = memory.maximum.map(|pages| pages * PAGE_BYTES);
            if found != Some(SHARED_MEMORY_MAX) {
                bail!(
                    "the threaded engine's memory may grow to {found:?} bytes, not {SHARED_MEMORY_MAX}"
                );
            }
            Ok(())
        }
    }
}

/// The memory a module imports, if it does.
fn imported_memory(bytes: &[u8]) -> Result<Option<MemoryType>> {
    for payload in Parser::new(0).parse_all(bytes) {
        let Payload::ImportSection(section) = payload? else {
            continue;
        };
        for imports in section {
            let Imports::Single(_, import) = imports? else {
                bail!("its imports are in a compact form that this check does not read");
            };
            if let TypeRef::Memory(memory) = import.ty {
                return Ok(Some(memory));
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module that imports `a.b`, a memory of one page to 8192, shared or not.
    fn importing(shared: bool) -> Vec<u8> {
        let mut bytes = b"\0asm\x01\0\0\0".to_vec();
        bytes.extend([0x02, 0x0a, 0x01, 0x01, b'a', 0x01, b'b', 0x02]);
        bytes.extend([if shared { 0x03 } else { 0x01 }, 0x01, 0x80, 0x40]);
        bytes
    }

    #[track_caller]
    fn judge(part: Part, module: &[u8]) -> Result<()> {
        check(part, imported_memory(module).unwrap().as_ref())
    }

    #[test]
    fn shared_memory_belongs_to_the_threaded_engine_alone() {
        let (shared, unshared, own) = (importing(true), importing(false), b"\0asm\x01\0\0\0");
        assert!(judge(Part::EngineThreads, &shared).is_ok());
        assert!(judge(Part::EngineThreads, &unshared).is_err());
        assert!(judge(Part::EngineThreads, own).is_err());
        assert!(judge(Part::EngineSingle, own).is_ok());
        assert!(judge(Part::EngineSingle, &shared).is_err());
        assert!(judge(Part::Page, &unshared).is_err());
    }

    #[test]
    fn another_maximum_is_refused() {
        let mut module = importing(true);
        *module.last_mut().unwrap() = 0x20;
        let message = judge(Part::EngineThreads, &module).unwrap_err().to_string();
        assert!(message.contains("268435456"), "{message}");
    }
}
