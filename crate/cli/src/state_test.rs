//! `lanescope state-test`.

use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use lanescope_state_tests::{Progress, files_in, run_suite};

use crate::arguments::StateTestArguments;
use crate::{DIFFERS, OK, complain};

/// Runs every state test in the folder, a line for each folder in it, and answers the exit status.
pub(crate) fn state_test(
    arguments: &StateTestArguments,
    say: &mut dyn FnMut(&str) -> std::io::Result<()>,
) -> Result<u8> {
    let start = Instant::now();
    let folder = &arguments.folder;
    let files = files_in(folder).with_context(|| folder.display().to_string())?;
    if files.is_empty() {
        bail!("{}: there is no .json file in it", folder.display());
    }
    // A reader that has gone away gets no more lines, but the exit status stays true.
    let mut heard = true;
    let report = run_suite(&files, &arguments.lanes, &mut |progress| match progress {
        Progress::Folder { name, report } => {
            if heard && !arguments.json {
                heard = say(&format!("{name}: {}\n", report.line())).is_ok();
            }
        }
        Progress::Waiting(cases) => {
            for case in cases {
                complain(&format!("still running: {case}"), OK);
            }
        }
    })?;
    let seconds = start.elapsed().as_secs_f64();
    let text = if arguments.json {
        serde_json::to_string_pretty(&report)? + "\n"
    } else {
        format!("\n{report}{seconds:.0} seconds\n")
    };
    let heard = heard && say(&text).is_ok();
    Ok(if report.is_good() && heard { OK } else { DIFFERS })
}
