//! `dist`: a folder that any static host can serve, and how large it is.

use anyhow::Result;

use crate::build;

/// Builds for publication.
///
/// # Errors
/// As [`build::run_optimised`].
pub(crate) fn run() -> Result<()> {
    build::run_optimised()
}
