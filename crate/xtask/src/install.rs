//! Getting what a command needs, where we may: Debian packages, npm packages.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::{paths, process, progress};

/// Longest wait for the system's package manager.
const APT_MAX: Duration = Duration::from_secs(15 * 60);

/// Longest wait for npm.
const NPM_MAX: Duration = Duration::from_secs(10 * 60);

/// Whether we may install Debian packages: there is `apt-get`, and we are root.
pub(crate) fn may_apt() -> bool {
    process::find("apt-get").is_some()
        && process::read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

/// The command a user would type to install Debian packages.
pub(crate) fn apt_command(packages: &[&str]) -> String {
    format!("sudo apt-get install --no-install-recommends {}", packages.join(" "))
}

/// Installs Debian packages; needs [`may_apt`].
///
/// # Errors
/// A package is unknown, or the installation fails or takes too long.
pub(crate) fn apt(packages: &[&str]) -> Result<()> {
    let step = progress::Step::begin(format!("Install {}", packages.join(" ")));
    let known = |name: &&str| {
        process::read(Command::new("apt-cache").args(["show", "--quiet=0", name])).is_ok()
    };
    if !packages.iter().all(known) {
        process::run_within(apt_get().args(["update", "-qq"]), APT_MAX)?;
    }
    if let Some(name) = packages.iter().find(|name| !known(name)) {
        bail!("this system has no package `{name}`");
    }
    let mut install = apt_get();
    install.args(["install", "-y", "-qq", "--no-remove", "--no-install-recommends"]).args(packages);
    if process::run_within(&mut install, APT_MAX).is_err() {
        // The list of packages may be older than the packages.
        process::run_within(apt_get().args(["update", "-qq"]), APT_MAX)?;
        process::run_within(&mut install, APT_MAX)?;
    }
    step.done();
    Ok(())
}

fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Node.js, if it is installed together with npm.
pub(crate) fn node() -> Option<PathBuf> {
    process::find("npm")?;
    process::find("node")
}

/// Installs the npm packages of `package-lock.json`, unless that was done before. Gives back
/// Node.js.
///
/// # Errors
/// Node.js is missing, or npm fails or takes too long.
pub(crate) fn npm() -> Result<PathBuf> {
    let Some(node) = node() else {
        bail!("Node.js 20 or newer with npm is needed: install it from https://nodejs.org");
    };
    let root = paths::root();
    let lock = std::fs::read(root.join("package-lock.json")).context("package-lock.json")?;
    let stamp = root.join("node_modules/.lanescope-installed");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(node);
    }
    let step = progress::Step::begin("Install the npm packages");
    npm_ci(root)?;
    std::fs::write(&stamp, &lock).with_context(|| stamp.display().to_string())?;
    step.done();
    Ok(node)
}

fn npm_ci(root: &Path) -> Result<()> {
    let mut command = Command::new("npm");
    command.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(root);
    process::run_within(&mut command, NPM_MAX)
}
