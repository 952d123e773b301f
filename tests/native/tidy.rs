//! House rules that a compiler does not know.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::{Path, PathBuf};

/// Longest file of hand-written source.
const LINES_MAX: usize = 600;

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", "dist", "node_modules", ".git", "artefacts"].contains(&name.as_str()) {
                sources(&path, into);
            }
        } else if ["rs", "js", "mjs", "css", "sol"]
            .iter()
            .any(|kind| path.extension().is_some_and(|extension| extension == *kind))
        {
            into.push(path);
        }
    }
}

#[test]
fn files_stay_readable() {
    let mut files = Vec::new();
    sources(&lanescope_tests::root(), &mut files);
    assert!(files.len() > 50, "the sources have moved: this test looks in the wrong place");
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines = text.lines().count();
        assert!(lines <= LINES_MAX, "{} has {lines} lines", file.display());
        // Written apart, so that this file passes its own test.
        for word in [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("todo", "!(")] {
            assert!(!text.contains(word), "{} still says {word}", file.display());
        }
    }
}
