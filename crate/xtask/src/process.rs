//! Child processes: run, watch, limit.

use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::progress::spell;

/// After this long without a word from a child, we say that it still runs.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// How often a child with a time limit is looked at.
const POLL: Duration = Duration::from_millis(100);

/// How a command reads, for messages.
pub(crate) fn spell_command(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Runs a command that shares our terminal.
///
/// # Errors
/// It cannot be started, or it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.stdin(Stdio::null()).status().with_context(|| cannot_start(command))?;
    expect_success(command, status)
}

/// Runs a command that takes minutes: at a terminal it shows its own progress, elsewhere we say
/// now and then that it still runs.
///
/// # Errors
/// It cannot be started, or it fails.
pub(crate) fn run_long(command: &mut Command) -> Result<()> {
    if std::io::stderr().is_terminal() {
        return run(command);
    }
    if watch(command, |_| ())? {
        return Ok(());
    }
    bail!("`{}` failed", spell_command(command))
}

/// Runs a command and returns what it printed, trimmed; its errors go to our terminal.
///
/// # Errors
/// It cannot be started, or it fails.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .with_context(|| cannot_start(command))?;
    expect_success(command, output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs a command and ends it if it takes longer than `limit`.
///
/// # Errors
/// It cannot be started, fails, or takes too long.
pub(crate) fn run_within(command: &mut Command, limit: Duration) -> Result<()> {
    let mut child = command.stdin(Stdio::null()).spawn().with_context(|| cannot_start(command))?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return expect_success(command, status);
        }
        if start.elapsed() > limit {
            child.kill().ok();
            child.wait().ok();
            bail!("`{}` took longer than {}", spell_command(command), spell(limit));
        }
        std::thread::sleep(POLL);
    }
}

/// Runs a command, forwards what it prints line by line, and says now and then that it still
/// runs. `see` is shown every line. Says whether the command succeeded.
///
/// # Errors
/// It cannot be started or watched.
pub(crate) fn watch(command: &mut Command, mut see: impl FnMut(&str)) -> Result<bool> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| cannot_start(command))?;
    let lines = follow(&mut child);
    let start = Instant::now();
    loop {
        match lines.recv_timeout(SILENCE_MAX) {
            Ok(line) => {
                crate::progress::say(&line);
                see(&line);
            }
            Err(RecvTimeoutError::Timeout) => {
                eprintln!("    … still running ({})", spell(start.elapsed()));
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    Ok(child.wait()?.success())
}

/// The lines of both of a child's outputs, as they come.
fn follow(child: &mut Child) -> Receiver<String> {
    let (sender, lines) = channel();
    if let Some(output) = child.stdout.take() {
        forward(output, sender.clone());
    }
    if let Some(errors) = child.stderr.take() {
        forward(errors, sender);
    }
    lines
}

fn forward(from: impl Read + Send + 'static, to: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
            if to.send(line).is_err() {
                return;
            }
        }
    });
}

/// The full path of a program, looked for as a shell does.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .flat_map(|folder| [folder.join(program), folder.join(format!("{program}.exe"))])
        .find(|path| path.is_file())
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start `{}`", spell_command(command))
}

fn expect_success(command: &Command, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("`{}` ended with {status}", spell_command(command))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_slow_command_is_ended() {
        let start = Instant::now();
        let result = run_within(Command::new("sleep").arg("60"), Duration::from_millis(200));
        assert!(result.unwrap_err().to_string().contains("took longer"));
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn lines_of_both_outputs_are_seen() {
        let mut seen = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; exit 3"]);
        let good = watch(&mut command, |line| seen.push(line.to_owned())).unwrap();
        seen.sort();
        assert_eq!((seen, good), (vec!["one".to_owned(), "two".to_owned()], false));
    }

    #[test]
    fn a_missing_program_is_named() {
        let message = format!("{:#}", run(&mut Command::new("no-such-program")).unwrap_err());
        assert!(message.contains("cannot start `no-such-program`"), "{message}");
    }
}
