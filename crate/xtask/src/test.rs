//! `test`: everything.

use anyhow::Result;

use crate::flags::TestOptions;

/// Runs tests.
pub(crate) fn run(_options: &TestOptions) -> Result<()> {
    Ok(())
}
