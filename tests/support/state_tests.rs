//! Where the official state tests are: they are not part of the project.

use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::{Path, PathBuf};

use lanescope_state_tests::{Content, SuiteFile, files_in};
use lzma_rust2::XzReader;
use tar::Archive;

/// The folder's name in the archive.
const FOLDER: &str = "GeneralStateTests/";

/// The state test files, sorted by name. Empty, and said loudly, where they are missing.
///
/// They are read from `../shared/state-tests.tar.xz`, or from the archive or folder that
/// `LANESCOPE_STATE_TESTS` names (`LANESCOPE_STATE_TESTS_DIR` too, for a folder).
pub fn state_test_files() -> io::Result<Vec<SuiteFile>> {
    let named = ["LANESCOPE_STATE_TESTS", "LANESCOPE_STATE_TESTS_DIR"];
    let place = named
        .into_iter()
        .find_map(std::env::var_os)
        .map_or_else(|| crate::root().join("../shared/state-tests.tar.xz"), PathBuf::from);
    let files = if place.is_dir() {
        files_in(&place)?
    } else if place.exists() {
        unpack(&place)?
    } else {
        Vec::new()
    };
    if files.is_empty() {
        eprintln!(
            "SKIPPED: no state tests in {}: set LANESCOPE_STATE_TESTS to a folder or .tar.xz that has some",
            place.display()
        );
    }
    Ok(files)
}

/// Every `.json` file in the archive's folder.
fn unpack(archive: &Path) -> io::Result<Vec<SuiteFile>> {
    let reader = XzReader::new(BufReader::new(File::open(archive)?), true);
    let mut files = Vec::new();
    for entry in Archive::new(reader).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().into_owned();
        let Some((_, name)) = path.split_once(FOLDER).filter(|(_, name)| name.ends_with(".json"))
        else {
            continue;
        };
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        files.push(SuiteFile { name: name.to_owned(), content: Content::Bytes(bytes) });
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}
