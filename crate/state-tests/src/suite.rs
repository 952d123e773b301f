//! Works through many files on all cores.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::case::Plan;
use crate::pack::Candidate;
use crate::report::{Failure, Report};
use crate::runners::{NoThreads, Runners};
use crate::{file, judge, pack};

/// How long nothing may be finished before the suite says what it waits for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A file of state tests.
#[derive(Clone, Debug)]
pub struct SuiteFile {
    /// Its path inside the suite, with `/` between folders.
    pub name: String,
    /// Where its text is.
    pub content: Content,
}

/// Where a file's text is.
#[derive(Clone, Debug)]
pub enum Content {
    /// On disk.
    Path(PathBuf),
    /// Here.
    Bytes(Vec<u8>),
}

/// What happens while a suite runs.
#[derive(Debug)]
pub enum Progress<'a> {
    /// All files of a folder are done.
    Folder {
        /// Its path inside the suite.
        name: &'a str,
        /// What it came to.
        report: &'a Report,
    },
    /// Nothing was finished for half a minute; these cases are running.
    Waiting(&'a [String]),
}

/// Every state test file in a folder and the folders in it, sorted; or the one file, if it is one.
pub fn files_in(folder: &Path) -> io::Result<Vec<SuiteFile>> {
    if !folder.metadata()?.is_dir() {
        let name = folder.file_name().unwrap_or(folder.as_os_str()).to_string_lossy().into_owned();
        return Ok(vec![SuiteFile { name, content: Content::Path(folder.to_owned()) }]);
    }
    let mut files = Vec::new();
    collect(folder, "", &mut files)?;
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, into: &mut Vec<SuiteFile>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else {
            continue;
        };
        if name.starts_with('.') {
            continue; // such as an index of the files
        }
        let inside = format!("{prefix}{name}");
        if path.is_dir() {
            collect(&path, &format!("{inside}/"), into)?;
        } else if name.ends_with(".json") {
            into.push(SuiteFile { name: inside, content: Content::Path(path) });
        }
    }
    Ok(())
}

/// Runs every case of every file with these numbers of lanes, on as many threads as the machine
/// has cores (each of which has pools of its own for the lanes).
pub fn run_suite(
    files: &[SuiteFile],
    lanes: &[u16],
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Report, NoThreads> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let runners: Vec<_> = (0..workers).map(|_| Runners::new(lanes)).collect::<Result<_, _>>()?;
    let next = AtomicUsize::new(0);
    let desks: Vec<_> = runners.iter().map(|_| Desk::default()).collect();
    let mut total = Report::default();
    let mut folders = Folders::new(files);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for (runners, desk) in runners.iter().zip(&desks) {
            let (next, sender) = (&next, sender.clone());
            scope.spawn(move || {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let report = run_file(file, runners, desk);
                    desk.put("");
                    if sender.send((file, report)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        loop {
            match receiver.recv_timeout(PATIENCE) {
                Ok((file, report)) => {
                    if let Some((name, report)) = folders.done(&file.name, report) {
                        progress(Progress::Folder { name: &name, report: &report });
                        total.absorb(report);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    let running: Vec<_> = desks.iter().filter_map(Desk::look).collect();
                    progress(Progress::Waiting(&running));
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    });
    total.sort();
    Ok(total)
}

fn run_file(file: &SuiteFile, runners: &Runners, desk: &Desk) -> Report {
    let mut report = Report { files: 1, ..Report::default() };
    let read;
    let bytes = match &file.content {
        Content::Bytes(bytes) => bytes,
        Content::Path(path) => match std::fs::read(path) {
            Ok(bytes) => {
                read = bytes;
                &read
            }
            Err(error) => {
                report.failed.push(Failure::new(&file.name, &[error.to_string()]));
                return report;
            }
        },
    };
    let tests = match file::parse(bytes) {
        Ok(tests) => tests,
        Err(error) => {
            report.failed.push(Failure::new(&file.name, &[error]));
            return report;
        }
    };
    let plan = Plan::new(&tests);
    let mut candidates = Vec::new();
    for case in &plan.cases {
        let at = format!("{}: {}", file.name, case.name);
        desk.put(&at);
        if let Some(outcome) = judge::judge(case, runners, &at, &mut report) {
            candidates.push(Candidate { case, gas_used: outcome.gas_used });
        }
    }
    desk.put(&format!("{}: packed blocks", file.name));
    pack::judge(&file.name, &candidates, runners, &mut report);
    plan.skipped.into_iter().for_each(|reason| report.skip(reason));
    report
}

/// What a worker has before it, for others to see.
#[derive(Debug, Default)]
struct Desk(Mutex<String>);

impl Desk {
    fn put(&self, work: &str) {
        let mut desk = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        desk.clear();
        desk.push_str(work);
    }

    fn look(&self) -> Option<String> {
        let desk = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (!desk.is_empty()).then(|| desk.clone())
    }
}

/// Adds up the reports of each folder.
struct Folders(BTreeMap<String, (usize, Report)>);

impl Folders {
    fn new(files: &[SuiteFile]) -> Self {
        let mut left: BTreeMap<String, (usize, Report)> = BTreeMap::new();
        for file in files {
            left.entry(folder(&file.name).to_owned()).or_default().0 += 1;
        }
        Self(left)
    }

    /// Adds a file's report. Answers the folder's if that was its last file.
    fn done(&mut self, file: &str, report: Report) -> Option<(String, Report)> {
        let name = folder(file);
        let (left, sum) = self.0.get_mut(name)?;
        sum.absorb(report);
        *left -= 1;
        if *left > 0 {
            return None;
        }
        self.0.remove_entry(name).map(|(name, (_, report))| (name, report))
    }
}

fn folder(file: &str) -> &str {
    file.rsplit_once('/').map_or(".", |(folder, _)| folder)
}
