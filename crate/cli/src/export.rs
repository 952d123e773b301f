//! `lanescope export`.

use std::fs;
use std::io::{IsTerminal as _, Write as _, stdout};

use anyhow::{Context as _, Result, bail};
use lanescope_protocol::Trace;
use lanescope_timeline::{Film, chrome_trace, csv, lanes_svg, synthetic, trace_json};

use crate::arguments::{ExportArguments, Format};
use crate::stored;

/// Runs, or reads a run, and writes it in the format asked for.
pub(crate) fn export(arguments: &ExportArguments) -> Result<()> {
    if arguments.format == Format::Trace && arguments.output.is_none() && stdout().is_terminal() {
        bail!(
            "a trace is binary, and no terminal shows that: say where it goes with --output FILE"
        );
    }
    let trace = match arguments.synthetic_bars {
        Some(bars) => synthetic(bars),
        None => stored::trace(&arguments.run)?,
    };
    let bytes = write(trace, arguments);
    match &arguments.output {
        Some(path) => {
            fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
        }
        None => {
            let mut out = stdout().lock();
            out.write_all(&bytes).and_then(|()| out.flush()).context("nobody reads the output")
        }
    }
}

/// The file's bytes.
pub(crate) fn write(trace: Trace, arguments: &ExportArguments) -> Vec<u8> {
    match arguments.format {
        Format::Trace => trace.encode(),
        Format::Json => trace_json(&trace).into_bytes(),
        Format::ChromeTrace => chrome_trace(&Film::new(trace)).into_bytes(),
        Format::Csv => csv(&Film::new(trace)).into_bytes(),
        Format::Transcript => Film::new(trace).transcript(&[]).into_bytes(),
        Format::Svg => {
            let at = trace.summary.makespan as f64 * arguments.at as f64 / 100.0;
            let film = Film::new(trace);
            lanes_svg(&film, arguments.width as f64, arguments.theme, at).into_bytes()
        }
    }
}
