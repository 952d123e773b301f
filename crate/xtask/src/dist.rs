//! `dist`: a folder that any static host can serve, and how large it is.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::flags::Part;
use crate::{build, paths, progress};

/// Most that the page may weigh before it can be used, compressed, in bytes.
const PAGE_BYTES_MAX: usize = 250_000;

/// Most that an engine may weigh, compressed, in bytes.
const ENGINE_BYTES_MAX: usize = 400_000;

/// Builds for publication and prints what it weighs.
///
/// # Errors
/// As [`build::run_optimised`]; also if the result cannot be read.
pub(crate) fn run() -> Result<()> {
    build::run_optimised()?;
    let mut files = Vec::new();
    measure_folder(&paths::dist(), &mut files)?;
    files.sort_by_key(|file| std::cmp::Reverse(file.brotli));
    progress::say(format!("\n{:>10} {:>10} {:>10}", "bytes", "gzip", "brotli"));
    for file in &files {
        let Weight { path, raw, gzip, brotli } = file;
        progress::say(format!("{raw:>10} {gzip:>10} {brotli:>10}  {}", path.display()));
    }
    progress::say("");
    for part in Part::ALL {
        let weight = files.iter().filter(|file| belongs(&file.path) == part);
        progress::say(verdict(part, weight.map(|file| file.brotli).sum()));
    }
    progress::say(
        "\ndist/ is ready for any static host. Threads need the headers in dist/_headers:",
    );
    progress::say("some hosts read that file, others want them in their own settings.");
    Ok(())
}

/// A file and what it weighs, in bytes.
#[derive(Debug)]
struct Weight {
    path: PathBuf,
    raw: usize,
    gzip: usize,
    brotli: usize,
}

fn measure_folder(folder: &Path, files: &mut Vec<Weight>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            measure_folder(&path, files)?;
        } else {
            files.push(measure(&path)?);
        }
    }
    Ok(())
}

fn measure(path: &Path) -> Result<Weight> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&bytes)?;
    let mut brotli = Vec::new();
    let best = brotli::enc::BrotliEncoderParams::default();
    brotli::BrotliCompress(&mut &bytes[..], &mut brotli, &best)?;
    let path = path.strip_prefix(paths::dist()).unwrap_or(path).to_owned();
    Ok(Weight { path, raw: bytes.len(), gzip: gzip.finish()?.len(), brotli: brotli.len() })
}

/// The part for which a browser fetches a file: an engine for its module, glue and snippets, the
/// page for the rest.
fn belongs(path: &Path) -> Part {
    let first = path.components().next().map(|first| first.as_os_str().to_string_lossy());
    let first = first.as_deref().unwrap_or_default();
    if first.starts_with(Part::EngineSingle.name()) {
        Part::EngineSingle
    } else if first.starts_with(Part::EngineThreads.name()) || first == "snippets" {
        Part::EngineThreads
    } else {
        Part::Page
    }
}

fn verdict(part: Part, bytes: usize) -> String {
    let budget = if part == Part::Page { PAGE_BYTES_MAX } else { ENGINE_BYTES_MAX };
    let words = if bytes <= budget { "within" } else { "OVER" };
    let kilobytes = |bytes: usize| bytes.div_ceil(1000);
    format!(
        "{:<15} {:>4} kB with brotli, {words} its budget of {} kB",
        part.name(),
        kilobytes(bytes),
        kilobytes(budget)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_belongs_to_one_part() {
        assert_eq!(belongs(Path::new("engine-single_bg.wasm")), Part::EngineSingle);
        assert_eq!(belongs(Path::new("engine-threads.js")), Part::EngineThreads);
        assert_eq!(belongs(Path::new("snippets/rayon/helper.js")), Part::EngineThreads);
        assert_eq!(belongs(Path::new("js/engine-worker.js")), Part::Page);
        assert_eq!(belongs(Path::new("page_bg.wasm")), Part::Page);
    }

    #[test]
    fn going_over_the_budget_is_said() {
        assert!(verdict(Part::Page, 250_000).contains("within its budget of 250 kB"));
        assert!(verdict(Part::Page, 250_001).contains("OVER"));
        assert!(verdict(Part::EngineThreads, 250_001).contains("within its budget of 400 kB"));
    }
}
