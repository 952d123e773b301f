//! What the figures come from.

use std::process::Command;
use std::thread::available_parallelism;

/// Program, processor, compiler and profile, in one line.
pub(super) fn description() -> String {
    let cores = available_parallelism().map_or(1, usize::from);
    format!(
        "lanescope {} on {}, {cores} {}, {} {}; {}, profile {}, mimalloc",
        env!("CARGO_PKG_VERSION"),
        processor().unwrap_or_else(|| "an unknown processor".to_owned()),
        if cores == 1 { "core" } else { "cores" },
        std::env::consts::OS,
        std::env::consts::ARCH,
        env!("LANESCOPE_RUSTC"),
        env!("LANESCOPE_PROFILE"),
    )
}

/// The processor's name, where the system tells it.
fn processor() -> Option<String> {
    let name = match std::env::consts::OS {
        "linux" => {
            let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
            let line = text.lines().find(|line| line.starts_with("model name"))?;
            line.split_once(':')?.1.to_owned()
        }
        "macos" => {
            let asked = Command::new("sysctl").args(["-n", "machdep.cpu.brand_string"]).output();
            String::from_utf8(asked.ok()?.stdout).ok()?
        }
        "windows" => std::env::var("PROCESSOR_IDENTIFIER").ok()?,
        _ => return None,
    };
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}
