//! Tells the program how it was built, for the first line of measurements.

use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=LANESCOPE_RUSTC={}", rustc());
    println!("cargo::rustc-env=LANESCOPE_PROFILE={}", profile());
}

/// The compiler's own words: `rustc 1.95.0 (59807616e 2026-04-14)`.
fn rustc() -> String {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler).arg("--version").output();
    let text = output.ok().and_then(|output| String::from_utf8(output.stdout).ok());
    text.map_or_else(|| "an unknown rustc".to_owned(), |text| text.trim().to_owned())
}

/// The profile's name. Cargo tells scripts only whether it is like `release` or like `debug`; the
/// folder of the output, `target/quick/build/lanescope-…/out`, says more.
fn profile() -> String {
    let out = std::env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    let above = |levels: usize| out.ancestors().nth(levels).and_then(Path::file_name);
    let named = above(2).filter(|name| *name == "build").and_then(|_| above(3));
    let named = named.map(|name| name.to_string_lossy().into_owned());
    named.or_else(|| std::env::var("PROFILE").ok()).unwrap_or_default()
}
