//! From Rust to Wasm: flags, profile and folder of each part.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::toolchain::{TARGET, Toolchain};
use crate::flags::Part;
use crate::{paths, process, progress};

/// Most memory the threaded engine can grow to, in bytes. Shared memory must name its maximum;
/// half a gigabyte is what phones still grant.
pub(crate) const SHARED_MEMORY_MAX: u64 = 512 * 1024 * 1024;

/// What a shared-memory module must export so that its glue can start threads.
const THREAD_EXPORTS: [&str; 5] =
    ["__heap_base", "__wasm_init_tls", "__tls_size", "__tls_align", "__tls_base"];

/// The folder of a part's compilation. Each has its own, because different flags would throw
/// away each other's work.
pub(crate) fn target_dir(part: Part) -> PathBuf {
    let name = match part {
        Part::Page => "wasm-page",
        Part::EngineSingle => "wasm-single",
        Part::EngineThreads => "wasm-threads",
    };
    paths::root().join("target").join(name)
}

fn profile(part: Part, dev: bool) -> &'static str {
    match part {
        _ if dev => "wasm-dev",
        Part::Page => "page",
        Part::EngineSingle | Part::EngineThreads => "engine",
    }
}

/// Whether the standard library is built from source: with atomics for threads, for size for the
/// page, and where it is not there, built.
fn builds_std(part: Part, dev: bool, prebuilt_std: bool) -> bool {
    match part {
        Part::EngineThreads => true,
        Part::Page => !dev || !prebuilt_std,
        Part::EngineSingle => !prebuilt_std,
    }
}

/// The compiler flags of a part, without those that depend on the machine.
fn rust_flags(part: Part) -> Vec<String> {
    if part != Part::EngineThreads {
        return Vec::new();
    }
    let link = |argument: &str| format!("-Clink-arg={argument}");
    let mut flags = vec!["-Ctarget-feature=+atomics".to_owned()];
    flags.push(link("--shared-memory"));
    flags.push(link("--import-memory"));
    flags.push(link(&format!("--max-memory={SHARED_MEMORY_MAX}")));
    flags.extend(THREAD_EXPORTS.map(|name| link(&format!("--export={name}"))));
    flags
}

/// The command that compiles a part.
fn command(toolchain: &Toolchain, part: Part, dev: bool) -> Command {
    let mut command = toolchain.cargo();
    command.args(["build", "--target", TARGET, "--profile", profile(part, dev)]);
    command.arg("--target-dir").arg(target_dir(part));
    match part {
        Part::Page => command.args(["--package", "lanescope-page", "--bin", "lanescope-page"]),
        Part::EngineSingle => command.args(["--package", "lanescope-engine", "--lib"]),
        Part::EngineThreads => {
            command.args(["--package", "lanescope-engine", "--lib", "--features", "threads"])
        }
    };
    if builds_std(part, dev, toolchain.prebuilt_std) {
        // Sorting and printing of numbers made for size: nothing that is hot does either.
        command.args(["-Z", "build-std=std,panic_abort"]);
        command.args(["-Z", "build-std-features=optimize_for_size"]);
        // Building the library is the one unstable thing we ask of a stable compiler.
        command.env("RUSTC_BOOTSTRAP", "1");
    }
    let mut flags = rust_flags(part);
    flags.extend(toolchain.remap_flags());
    // Encoded, so that a folder may have a space in its name.
    command.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    command
}

/// Compiles a part; gives back where the module is.
///
/// # Errors
/// It does not compile.
pub(crate) fn compile(toolchain: &Toolchain, part: Part, dev: bool) -> Result<PathBuf> {
    let step = progress::Step::begin(format!("Compile {}", part.name()));
    process::run_long(&mut command(toolchain, part, dev))?;
    step.done();
    let stem = if part == Part::Page { "lanescope-page" } else { "lanescope_engine" };
    let folder = target_dir(part).join(TARGET).join(profile(part, dev));
    Ok(folder.join(stem).with_extension("wasm"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_threaded_engine_shares_memory() {
        assert!(rust_flags(Part::Page).is_empty());
        assert!(rust_flags(Part::EngineSingle).is_empty());
        let flags = rust_flags(Part::EngineThreads).join(" ");
        for flag in ["+atomics", "--shared-memory", "--max-memory=536870912", "=__tls_base"] {
            assert!(flags.contains(flag), "{flag} is missing in: {flags}");
        }
    }

    #[test]
    fn the_library_is_built_where_no_built_one_will_do() {
        assert!(builds_std(Part::EngineThreads, true, true));
        assert!(!builds_std(Part::EngineSingle, false, true));
        assert!(builds_std(Part::EngineSingle, false, false));
        assert!(builds_std(Part::Page, false, true));
        assert!(!builds_std(Part::Page, true, true));
    }

    #[test]
    fn the_memory_limit_is_a_whole_number_of_pages() {
        assert_eq!(SHARED_MEMORY_MAX % 65_536, 0);
    }
}
