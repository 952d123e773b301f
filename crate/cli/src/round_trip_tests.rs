//! What export writes, run and export read.

use std::fs;
use std::path::PathBuf;

use lexopt::Parser;

use crate::arguments::{ExportArguments, Invocation, parse};
use crate::{export, run, stored};

/// A file that is gone when the test is over.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("lanescope-{}-{name}", std::process::id())))
    }

    fn path(&self) -> String {
        self.0.display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        fs::remove_file(&self.0).ok();
    }
}

fn export_arguments(line: &str) -> ExportArguments {
    match parse(Parser::from_args(line.split_whitespace())).unwrap() {
        Invocation::Export(arguments) => arguments,
        other => panic!("{other:?}"),
    }
}

fn exported(line: &str) -> Vec<u8> {
    let arguments = export_arguments(line);
    export::write(stored::trace(&arguments.run).unwrap(), &arguments)
}

fn said(line: &str) -> Result<String, String> {
    match parse(Parser::from_args(line.split_whitespace())).unwrap() {
        Invocation::Run(arguments) => run::run(&arguments).map_err(|error| format!("{error:#}")),
        other => panic!("{other:?}"),
    }
}

const OPTIONS: &str = "dex --set count=25 --lanes 3 --strategy polygon-v1 --cold-read 500";

#[test]
fn a_stored_run_is_described_and_converted_as_the_run_itself() {
    // Known by its first bytes, not by its name.
    let file = Scratch::new("run.bin");
    let arguments =
        export_arguments(&format!("export {OPTIONS} --format trace --output {}", file.path()));
    export::export(&arguments).unwrap();
    for json in ["", " --json"] {
        let stored = said(&format!("run {}{json}", file.path())).unwrap();
        assert_eq!(stored, said(&format!("run {OPTIONS}{json}")).unwrap());
    }
    for format in ["trace", "csv", "chrome-trace", "svg --theme dark --at 50"] {
        let stored = exported(&format!("export {} --format {format}", file.path()));
        assert_eq!(stored, exported(&format!("export {OPTIONS} --format {format}")), "{format}");
        assert!(!stored.is_empty());
    }
}

#[test]
fn what_is_no_trace_is_refused_with_its_sentence() {
    let file = Scratch::new("cut.lstr");
    let bytes = exported(&format!("export {OPTIONS} --format trace"));
    let path = file.path();
    let sentence = |bytes: &[u8], options: &str| {
        fs::write(&file.0, bytes).unwrap();
        said(&format!("run {path}{options}")).unwrap_err()
    };
    let cut = sentence(&bytes[..bytes.len() / 2], "");
    assert_eq!(cut, format!("{path}: the trace is damaged: its length is wrong"));
    assert_eq!(sentence(b"{}", ""), format!("{path}: this is not a Lanescope trace"));
    let mut other = bytes.clone();
    other[4] = 99;
    assert!(
        sentence(&other, "").contains("this trace has format version 99; this Lanescope reads")
    );
    assert_eq!(
        sentence(&bytes, " --lanes 2"),
        format!("{path} is a run that is over: options of running have nothing to change in it")
    );
    assert!(said("run nothing.lstr").unwrap_err().starts_with("nothing.lstr cannot be opened"));
}

#[test]
fn formats_are_what_they_say() {
    let text = |format| String::from_utf8(exported(&format!("export {OPTIONS} --format {format}")));
    let csv = text("csv").unwrap();
    let columns = csv.lines().next().unwrap().split(',').count();
    assert!(csv.lines().count() > 25 && columns > 4);
    let chrome: serde_json::Value = serde_json::from_str(&text("chrome-trace").unwrap()).unwrap();
    assert!(chrome["traceEvents"].as_array().unwrap().len() > 25);
    assert!(text("svg").unwrap().starts_with("<svg "));
}
