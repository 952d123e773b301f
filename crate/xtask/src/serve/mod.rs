//! `serve`: `dist/` over HTTP on this machine, with the headers that threads need.

mod address;
mod file;

use std::io::{BufRead, IsTerminal};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use tiny_http::{Header, Method, Request, Response, Server};

use crate::flags::{Plan, ServeOptions};
use crate::{build, headers, paths, progress};

/// Threads that answer requests: as many as a browser opens connections to one host.
const ANSWERING_THREADS: usize = 6;

/// Ports tried, from the one asked for upwards.
const PORTS_TRIED: u16 = 20;

/// Nothing is kept by the browser, so a reload always shows the last build.
const FRESH: [(&str, &str); 1] = [("Cache-Control", "no-store")];

/// Builds if asked to, then serves until interrupted.
///
/// # Errors
/// The build fails, or no port is free.
pub(crate) fn run(options: &ServeOptions) -> Result<()> {
    if let Some(plan) = &options.plan {
        build::run(plan)?;
    }
    let (server, port) = listen(options.port)?;
    let server = Arc::new(server);
    let headers = Arc::new(header_list(options.isolated)?);
    let address = format!("http://127.0.0.1:{port}/");
    progress::say(format!("\nLanescope is at {address}"));
    if !options.isolated {
        progress::say("Without the isolation headers: the page runs on one thread.");
    }
    let mut answering = Vec::new();
    for _ in 0..ANSWERING_THREADS {
        let (server, headers) = (Arc::clone(&server), Arc::clone(&headers));
        answering.push(std::thread::spawn(move || answer_all(&server, &headers)));
    }
    if options.open && open_browser(&address).is_err() {
        eprintln!("No browser could be opened: go to {address}");
    }
    if let Some(plan) = &options.plan {
        rebuild_on_enter(plan);
    }
    for thread in answering {
        thread.join().map_err(|_| anyhow!("the server broke"))?;
    }
    Ok(())
}

/// Listens on the first free port from `first` on.
fn listen(first: u16) -> Result<(Server, u16)> {
    let mut last_error = anyhow!("no port was tried");
    for port in first..=first.saturating_add(PORTS_TRIED) {
        match Server::http(SocketAddr::from((Ipv4Addr::LOCALHOST, port))) {
            Ok(server) => {
                // Port 0 lets the system choose.
                let port = server.server_addr().to_ip().map_or(port, |address| address.port());
                return Ok((server, port));
            }
            Err(error) => {
                eprintln!("Port {port} cannot be used ({error}), trying the next");
                last_error = anyhow!("{error}");
            }
        }
    }
    Err(last_error).context("no port could be opened")
}

/// The headers of every answer.
fn header_list(isolated: bool) -> Result<Vec<Header>> {
    let isolation = if isolated { &headers::ISOLATION[..] } else { &[] };
    FRESH
        .iter()
        .chain(&headers::ALWAYS)
        .chain(isolation)
        .map(|(name, value)| header(name, value))
        .collect()
}

fn header(name: &str, value: &str) -> Result<Header> {
    Header::from_bytes(name, value).map_err(|()| anyhow!("{name}: {value} is not a header"))
}

/// Answers requests until the server is dropped.
fn answer_all(server: &Server, headers: &[Header]) {
    let dist = paths::dist();
    while let Ok(request) = server.recv() {
        // A browser that hangs up in the middle is no news.
        answer(request, &dist, headers).ok();
    }
}

fn answer(request: Request, dist: &std::path::Path, headers: &[Header]) -> std::io::Result<()> {
    let (status, kind, body) = match request.method() {
        Method::Get | Method::Head => respond(request.url(), dist),
        _ => (405, file::TEXT, b"only GET and HEAD are answered here".to_vec()),
    };
    let mut response = Response::from_data(body).with_status_code(status);
    for header in headers {
        response.add_header(header.clone());
    }
    if let Ok(kind) = header("Content-Type", kind) {
        response.add_header(kind);
    }
    request.respond(response)
}

/// Status, content type and body for an address.
fn respond(url: &str, dist: &std::path::Path) -> (u16, &'static str, Vec<u8>) {
    let Some(path) = address::to_path(url) else {
        return (400, file::TEXT, b"this is not the address of a file here".to_vec());
    };
    let path: PathBuf = dist.join(path);
    match std::fs::read(&path) {
        Ok(body) => (200, file::content_type(&path), body),
        Err(_) => (404, file::TEXT, b"there is no such file".to_vec()),
    }
}

/// Builds again whenever Enter is pressed; returns at the end of input.
fn rebuild_on_enter(plan: &Plan) {
    let input = std::io::stdin();
    if !input.is_terminal() {
        return;
    }
    progress::say("Press Enter to build again, Ctrl-C to stop.");
    for _ in input.lock().lines().map_while(Result::ok) {
        match build::run(plan) {
            Ok(()) => progress::say("Reload the page to see it."),
            Err(error) => eprintln!("\nerror: {error:#}\nThe last good build is still served."),
        }
    }
}

/// Opens the user's browser.
fn open_browser(address: &str) -> Result<()> {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        let mut command = Command::new("cmd");
        command.args(["/C", "start", ""]);
        command
    } else {
        Command::new("xdg-open")
    };
    command.arg(address).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map(drop).context("opening the browser")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(isolated: bool) -> Vec<String> {
        header_list(isolated).unwrap().iter().map(|header| header.field.to_string()).collect()
    }

    #[test]
    fn isolation_can_be_left_out() {
        assert!(names(true).contains(&"Cross-Origin-Embedder-Policy".to_owned()));
        assert!(names(true).contains(&"Cross-Origin-Opener-Policy".to_owned()));
        assert!(!names(false).iter().any(|name| name.ends_with("er-Policy")));
    }

    #[test]
    fn a_taken_port_leads_to_the_next() {
        let taken = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let (_server, found) = listen(port).unwrap();
        assert_ne!(found, port);
    }

    #[test]
    fn what_is_not_there_is_said_to_be_missing() {
        let nowhere = std::env::temp_dir().join("lanescope-nowhere");
        assert_eq!(respond("/page.js", &nowhere).0, 404);
        assert_eq!(respond("/../secret", &nowhere).0, 400);
    }
}
