//! The options of `lanescope export`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use lanescope_timeline::Theme;
use lexopt::Parser;

use super::run::{check, common};
use super::{Invocation, RunArguments, Word, next_word, text, within};

/// `lanescope export`: a run as a file.
#[derive(Debug)]
pub(crate) struct ExportArguments {
    pub(crate) run: RunArguments,
    pub(crate) format: Format,
    /// Where it goes; the standard output, if nowhere else.
    pub(crate) output: Option<PathBuf>,
    pub(crate) theme: Theme,
    /// Width of the picture in CSS pixels.
    pub(crate) width: u64,
    /// The moment that is drawn, in percent of the run.
    pub(crate) at: u64,
    /// Instead of running anything: a made-up run with so many executions.
    pub(crate) synthetic_bars: Option<usize>,
}

/// Executions of a made-up run at most.
const SYNTHETIC_MAX: u64 = 4_000_000;

/// What a run is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Everything, to be read again: TRACE.md.
    Trace,
    /// The same with names instead of bytes.
    Json,
    /// For the trace viewers of browsers.
    ChromeTrace,
    /// A row for each incarnation.
    Csv,
    /// The lanes as a picture.
    Svg,
    /// Every event in a sentence.
    Transcript,
}

impl Format {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Trace, "trace"),
        (Self::Json, "json"),
        (Self::ChromeTrace, "chrome-trace"),
        (Self::Csv, "csv"),
        (Self::Svg, "svg"),
        (Self::Transcript, "transcript"),
    ];

    fn parse(text: &str) -> Result<Self> {
        match Self::ALL.into_iter().find(|(_, name)| *name == text) {
            Some((format, _)) => Ok(format),
            None => {
                let known = Self::ALL.map(|(_, name)| name).join(", ");
                bail!("there is no format \"{text}\"; known: {known}")
            }
        }
    }
}

pub(super) fn parse_export(parser: &mut Parser) -> Result<Invocation> {
    let mut arguments = ExportArguments {
        run: RunArguments::default(),
        format: Format::Svg,
        output: None,
        theme: Theme::Light,
        width: 960,
        at: 100,
        synthetic_bars: None,
    };
    while let Some(word) = next_word(parser)? {
        let word = match word {
            Word::Help => return Ok(Invocation::Help),
            word => word,
        };
        let name = if let Word::Option(name) = &word { name.as_str() } else { "" };
        match name {
            "format" => arguments.format = Format::parse(&text(parser.value()?)?)?,
            "output" => arguments.output = Some(parser.value()?.into()),
            "theme" => arguments.theme = theme(&text(parser.value()?)?)?,
            "width" => {
                arguments.width = within("--width", &text(parser.value()?)?, 200..=8_000)?;
            }
            "synthetic-bars" => {
                let bars = within("--synthetic-bars", &text(parser.value()?)?, 1..=SYNTHETIC_MAX)?;
                arguments.synthetic_bars = Some(bars as usize);
            }
            "at" => arguments.at = within("--at", &text(parser.value()?)?, 0..=100)?,
            _ => common(word, parser, &mut arguments.run)?,
        }
    }
    if arguments.synthetic_bars.is_none() {
        check(&arguments.run)?;
    } else if !arguments.run.source.is_empty() {
        bail!("--synthetic-bars makes up a run, so it takes no SOURCE");
    }
    Ok(Invocation::Export(arguments))
}

pub(super) fn theme(text: &str) -> Result<Theme> {
    match text {
        "light" => Ok(Theme::Light),
        "dark" => Ok(Theme::Dark),
        other => bail!("--theme takes light or dark, not \"{other}\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::tests::{parse_words, refused};

    #[test]
    fn export_takes_a_format_and_a_file() {
        let words = "export dex --format trace --output a.lstr --lanes 2 --theme dark --at 50";
        let words: Vec<_> = words.split(' ').collect();
        let Ok(Invocation::Export(arguments)) = parse_words(&words) else {
            panic!("not understood");
        };
        assert_eq!(arguments.format, Format::Trace);
        assert_eq!(arguments.output, Some("a.lstr".into()));
        assert_eq!((arguments.run.settings.lanes, arguments.at), (2, 50));
        assert_eq!(arguments.theme, Theme::Dark);
    }

    #[test]
    fn mistakes_are_named() {
        refused(&[
            (
                "export dex --format gif",
                "there is no format \"gif\"; known: trace, json, chrome-trace, csv, svg, transcript",
            ),
            (
                "export dex --synthetic-bars 10",
                "--synthetic-bars makes up a run, so it takes no SOURCE",
            ),
            ("export --synthetic-bars 0", "--synthetic-bars takes 1 to 4000000, not 0"),
            ("export dex --at 101", "--at takes 0 to 100, not 101"),
            ("export dex --theme blue", "--theme takes light or dark, not \"blue\""),
        ]);
    }
}
