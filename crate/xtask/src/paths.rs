//! Where things are.

use std::path::{Path, PathBuf};

/// The project's top folder.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here)
}

/// The folder that is served and published.
pub(crate) fn dist() -> PathBuf {
    root().join("dist")
}
