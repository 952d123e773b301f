//! Finding a compiler that can build threaded Wasm.
//!
//! Threads need a standard library built with atomics, so what counts is the library's *source*;
//! a prebuilt one only saves time for what has no threads. Looked for, in this order: what the
//! environment names, the toolchain that runs this program, Debian's packages. If none will do,
//! rustup is asked to add what its toolchain lacks, and at last Debian's packages are installed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use crate::{install, paths, process};

/// The target of every Wasm module.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Debian's packages: compiler, library source, linker.
const DEBIAN_PACKAGES: [&str; 4] = ["cargo-web", "rustc-web", "rust-web-src", "lld-22"];

/// The oldest compiler that will do, as `rust-version` in the root manifest.
const RUSTC_MIN: (u32, u32) = (1, 95);

/// Longest wait for rustup, which may have no way to its server.
const RUSTUP_MAX: Duration = Duration::from_secs(4 * 60);

/// What `cargo run` and rustup leave in the environment, and what a user may have set for native
/// builds: none of it may reach a Wasm build.
const INHERITED: [&str; 14] = [
    "CARGO",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_MAKEFLAGS",
    "CARGO_TARGET_DIR",
    "LD_LIBRARY_PATH",
    "MAKEFLAGS",
    "RUSTC",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTDOC",
    "RUSTFLAGS",
    "RUSTUP_TOOLCHAIN",
];

/// A compiler with all that a Wasm build needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Toolchain {
    cargo: PathBuf,
    rustc: PathBuf,
    sysroot: PathBuf,
    version: String,
    /// The linker, where it is not the compiler's own.
    linker: Option<PathBuf>,
    /// Whether the standard library for Wasm without atomics is there, built.
    pub(crate) prebuilt_std: bool,
}

impl Toolchain {
    /// A cargo command in the project's folder with nothing inherited.
    pub(crate) fn cargo(&self) -> Command {
        let mut command = Command::new(&self.cargo);
        for name in INHERITED {
            command.env_remove(name);
        }
        command.current_dir(paths::root()).env("RUSTC", &self.rustc);
        if let Some(linker) = &self.linker {
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        command
    }

    /// Flags that keep this machine's folders out of the panic messages in the module.
    pub(crate) fn remap_flags(&self) -> Vec<String> {
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
            let home = std::env::var_os("HOME").or_else(|| std::env::var_os("USERPROFILE"))?;
            Some(Path::new(&home).join(".cargo"))
        });
        let source = self.sysroot.join("lib/rustlib/src/rust");
        let pairs = [
            (home, "cargo"),
            (Some(source), "rust"),
            (Some(paths::root().to_owned()), "lanescope"),
        ];
        let remap = |(from, to): (Option<PathBuf>, &str)| {
            Some(format!("--remap-path-prefix={}={to}", from?.display()))
        };
        pairs.into_iter().filter_map(remap).collect()
    }
}

impl std::fmt::Display for Toolchain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} in {}", self.version, self.sysroot.display())
    }
}

/// Finds a toolchain: looks everywhere first, and only then adds what is missing where we may.
///
/// # Errors
/// There is none: what was tried, and the commands that would help.
pub(crate) fn find() -> Result<Toolchain> {
    if let Some(cargo) = std::env::var_os("LANESCOPE_WASM_CARGO") {
        return from_environment(cargo.into()).context("LANESCOPE_WASM_CARGO");
    }
    let forced = std::env::var("LANESCOPE_TOOLCHAIN").unwrap_or_default();
    let routes: &[Route] = match forced.as_str() {
        "" => &[own, debian, complete_own, complete_debian],
        "rustup" => &[own, complete_own],
        "debian" => &[debian, complete_debian],
        other => bail!("LANESCOPE_TOOLCHAIN is `{other}`: only rustup and debian are known"),
    };
    let mut reasons = Vec::new();
    for route in routes {
        match route() {
            Ok(toolchain) => return Ok(toolchain),
            Err(reason) => reasons.push(format!("{reason:#}")),
        }
    }
    Err(anyhow!("{}", advice(&reasons)))
}

/// A way to a toolchain.
type Route = fn() -> Result<Toolchain>;

/// What to tell a user without a toolchain.
fn advice(reasons: &[String]) -> String {
    let mut text = String::from("no compiler here can build threaded WebAssembly.");
    for reason in reasons {
        text.push_str("\n  - ");
        text.push_str(reason);
    }
    text.push_str("\nWith rustup (https://rustup.rs), run:");
    text.push_str("\n  rustup component add rust-src");
    text.push_str(&format!("\n  rustup target add {TARGET}"));
    text.push_str("\nor on Debian 12 and newer:\n  ");
    text.push_str(&install::apt_command(&DEBIAN_PACKAGES));
    text
}

fn from_environment(cargo: PathBuf) -> Result<Toolchain> {
    let rustc = match std::env::var_os("LANESCOPE_WASM_RUSTC") {
        Some(rustc) => rustc.into(),
        None => cargo.with_file_name("rustc"),
    };
    inspect(cargo, rustc)
}

/// The toolchain that runs this program, usually one of rustup's.
fn own() -> Result<Toolchain> {
    let toolchain = inspect_own(&own_sysroot()?)?;
    if toolchain.prebuilt_std || !add_target_once(&toolchain.sysroot) {
        return Ok(toolchain);
    }
    inspect_own(&toolchain.sysroot)
}

/// The same, after rustup added what it lacks.
fn complete_own() -> Result<Toolchain> {
    let sysroot = own_sysroot()?;
    rustup_add("component", "rust-src", &sysroot)?;
    own()
}

/// Where that toolchain is. Behind rustup's stand-in, `RUSTUP_TOOLCHAIN` says which it is.
fn own_sysroot() -> Result<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    sysroot(Path::new(&rustc))
}

fn inspect_own(sysroot: &Path) -> Result<Toolchain> {
    // The programs themselves rather than rustup's stand-ins, which would choose once more.
    inspect(sysroot.join("bin/cargo"), sysroot.join("bin/rustc"))
}

/// Has rustup add the built standard library. Not vital, because it can be built here; so this is
/// tried once and not before every build. Says whether something was added.
fn add_target_once(sysroot: &Path) -> bool {
    let tried = paths::root().join("target/xtask-target-tried");
    let name = sysroot.display().to_string();
    if std::fs::read_to_string(&tried).is_ok_and(|before| before == name) {
        return false;
    }
    // Should this fail, the next build tries again.
    std::fs::write(&tried, &name).ok();
    rustup_add("target", TARGET, sysroot).is_ok()
}

fn rustup_add(what: &str, which: &str, sysroot: &Path) -> Result<()> {
    let rustup = process::find("rustup").context("rustup is not installed")?;
    let toolchain = sysroot.file_name().context("rustup's toolchain has no name")?;
    let mut command = Command::new(rustup);
    command.args([what, "add", which, "--toolchain"]).arg(toolchain);
    process::run_within(&mut command, RUSTUP_MAX)
}

/// Debian's packages, which keep away from rustup's: they live in `/usr/bin`.
fn debian() -> Result<Toolchain> {
    inspect("/usr/bin/cargo".into(), "/usr/bin/rustc".into()).context("Debian's packages")
}

/// The same, after they were installed.
fn complete_debian() -> Result<Toolchain> {
    if !install::may_apt() {
        bail!("Debian's packages: only root on a system with apt-get can install them");
    }
    install::apt(&DEBIAN_PACKAGES).context("Debian's packages")?;
    debian()
}

/// Looks at a compiler and says what it lacks.
fn inspect(cargo: PathBuf, rustc: PathBuf) -> Result<Toolchain> {
    for program in [&cargo, &rustc] {
        if !program.is_file() {
            bail!("there is no {}", program.display());
        }
    }
    let version = process::read(plain(&rustc).arg("--version"))?;
    if !is_new_enough(&version) {
        let (major, minor) = RUSTC_MIN;
        bail!("{version} is older than {major}.{minor}");
    }
    let sysroot = sysroot(&rustc)?;
    let rustlib = sysroot.join("lib/rustlib");
    if !rustlib.join("src/rust/library/std/Cargo.toml").is_file() {
        bail!("{version} in {} lacks the source of the standard library", sysroot.display());
    }
    let own_linker = match std::env::var_os("LANESCOPE_WASM_LINKER") {
        Some(linker) => Some(PathBuf::from(linker)),
        None if has_rust_lld(&rustlib) => None,
        None => Some(system_linker().ok_or_else(|| {
            anyhow!("{version} in {} lacks a linker for Wasm (wasm-ld)", sysroot.display())
        })?),
    };
    let prebuilt_std = rustlib.join(TARGET).join("lib").is_dir();
    Ok(Toolchain { cargo, rustc, sysroot, version, linker: own_linker, prebuilt_std })
}

/// A compiler's command, with nothing inherited that would make it another one.
fn plain(rustc: &Path) -> Command {
    let mut command = Command::new(rustc);
    command.env_remove("LD_LIBRARY_PATH").current_dir(paths::root());
    command
}

fn sysroot(rustc: &Path) -> Result<PathBuf> {
    process::read(plain(rustc).args(["--print", "sysroot"])).map(PathBuf::from)
}

/// Reads `rustc 1.95.0 (…)`; what cannot be read is left for cargo to judge.
fn is_new_enough(version: &str) -> bool {
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<u32>().ok());
    let mut numbers = version.split_whitespace().nth(1).unwrap_or_default().split('.');
    match (number(numbers.next()), number(numbers.next())) {
        (Some(major), Some(minor)) => (major, minor) >= RUSTC_MIN,
        _ => true,
    }
}

/// Whether the linker that rustup ships is there, for whatever host this is.
fn has_rust_lld(rustlib: &Path) -> bool {
    let Ok(hosts) = std::fs::read_dir(rustlib) else {
        return false;
    };
    hosts.flatten().any(|host| {
        let bin = host.path().join("bin");
        bin.join("rust-lld").is_file() || bin.join("rust-lld.exe").is_file()
    })
}

/// The system's `wasm-ld`: Debian adds LLVM's version to its name.
fn system_linker() -> Option<PathBuf> {
    let versions = (19..=30).rev().map(|version| format!("wasm-ld-{version}"));
    versions.chain(["wasm-ld".to_owned()]).find_map(|name| process::find(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_compilers_are_refused() {
        assert!(is_new_enough("rustc 1.95.0 (59807616e 2026-04-14)"));
        assert!(is_new_enough("rustc 1.97.0-nightly (0123456 2026-05-18)"));
        assert!(is_new_enough("rustc 2.0.0"));
        assert!(!is_new_enough("rustc 1.63.0"));
        assert!(is_new_enough("something else"));
    }

    #[test]
    fn advice_repeats_the_reasons_and_names_commands() {
        let text = advice(&["there is no /usr/bin/cargo".into()]);
        for part in ["there is no /usr/bin/cargo", "rust-src", "apt-get install", "lld-22"] {
            assert!(text.contains(part), "{part} is missing in: {text}");
        }
    }

    #[test]
    fn the_oldest_compiler_is_the_manifests() {
        let manifest = std::fs::read_to_string(paths::root().join("Cargo.toml")).unwrap();
        let (major, minor) = RUSTC_MIN;
        assert!(manifest.contains(&format!("rust-version = \"{major}.{minor}\"")));
    }
}
