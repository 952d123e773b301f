//! `serve`: `dist/` over HTTP on this machine, with the headers that threads need.

mod address;
mod file;

use std::io::{BufRead, ErrorKind, IsTerminal};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use oxhttp::model::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use oxhttp::model::{Body, HeaderMap, Method, Request, Response, StatusCode};
use oxhttp::{ListeningServer, Server};

use crate::flags::{Plan, ServeOptions};
use crate::{build, headers, paths, progress};

/// Most connections at once; each has a thread, because browsers keep theirs open.
const CONNECTIONS_MAX: usize = 256;

/// Ports tried, from the one asked for upwards.
const PORTS_TRIED: u16 = 20;

/// Nothing is kept by the browser, so a reload always shows the last build.
const FRESH: [(&str, &str); 1] = [("Cache-Control", "no-store")];

/// Builds if asked to, then serves until interrupted.
///
/// # Errors
/// The build fails, there is nothing to serve, or no port is free.
pub(crate) fn run(options: &ServeOptions) -> Result<()> {
    if let Some(plan) = &options.plan {
        build::run(plan)?;
    }
    ensure!(
        paths::dist().join("index.html").is_file(),
        "dist/ holds no page yet: run `cargo xtask build`"
    );
    let (server, port) = listen(options.port, options.isolated)?;
    let address = format!("http://127.0.0.1:{port}/");
    progress::say(format!("\nLanescope is at {address}"));
    if !options.isolated {
        progress::say("Without the isolation headers: the page runs on one thread.");
    }
    if options.open && open_browser(&address).is_err() {
        eprintln!("No browser could be opened: go to {address}");
    }
    if let Some(plan) = &options.plan {
        rebuild_on_enter(plan);
    }
    server.join().context("the server broke")
}

/// Listens on the first free port from `first` on; 0 lets the system choose.
fn listen(first: u16, isolated: bool) -> Result<(ListeningServer, u16)> {
    let first = if first == 0 { any_free_port()? } else { first };
    let last = first.saturating_add(PORTS_TRIED - 1);
    let sent = header_map(isolated)?;
    for port in first..=last {
        let sent = sent.clone();
        let server = Server::new(move |request| answer(request, &paths::dist(), &sent))
            .with_max_concurrent_connections(CONNECTIONS_MAX)
            .bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        match server.spawn() {
            Ok(server) => return Ok((server, port)),
            Err(error) if is_about_the_port(error.kind()) => {
                eprintln!("Port {port} cannot be used ({error}), trying the next");
            }
            Err(error) => return Err(error).context(format!("cannot listen on port {port}")),
        }
    }
    bail!("none of the ports from {first} to {last} is free: choose another with --port")
}

fn any_free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

fn is_about_the_port(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::AddrInUse | ErrorKind::PermissionDenied)
}

/// The headers of every answer.
fn header_map(isolated: bool) -> Result<HeaderMap> {
    let isolation = if isolated { &headers::ISOLATION[..] } else { &[] };
    let all = FRESH.iter().chain(&headers::ALWAYS).chain(isolation);
    all.map(|&(name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes()).with_context(|| name.to_owned())?;
        Ok((name, HeaderValue::from_static(value)))
    })
    .collect()
}

fn answer(request: &Request<Body>, dist: &Path, headers: &HeaderMap) -> Response<Body> {
    let (status, kind, body) = match *request.method() {
        Method::GET => find(request.uri().path(), dist),
        // Its answer has no body, and nobody needs the length that it would have had.
        Method::HEAD => {
            let (status, kind, _) = find(request.uri().path(), dist);
            (status, kind, Vec::new())
        }
        _ => {
            let text = b"only GET and HEAD are answered here".to_vec();
            (StatusCode::METHOD_NOT_ALLOWED, file::TEXT, text)
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers.clone();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// Status, content type and body for an address.
fn find(url: &str, dist: &Path) -> (StatusCode, &'static str, Vec<u8>) {
    let Some(path) = address::to_path(url) else {
        let text = b"this is not the address of a file here".to_vec();
        return (StatusCode::BAD_REQUEST, file::TEXT, text);
    };
    let path = dist.join(path);
    match std::fs::read(&path) {
        Ok(body) => (StatusCode::OK, file::content_type(&path), body),
        Err(_) => (StatusCode::NOT_FOUND, file::TEXT, b"there is no such file".to_vec()),
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

    #[test]
    fn isolation_can_be_left_out() {
        let (with, without) = (header_map(true).unwrap(), header_map(false).unwrap());
        for (name, value) in headers::ISOLATION {
            assert_eq!(with[name], value);
            assert!(!without.contains_key(name));
        }
        assert_eq!(without["cache-control"], "no-store");
        assert!(without.contains_key("content-security-policy"));
    }

    #[test]
    fn a_taken_port_leads_to_the_next() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let (_server, found) = listen(port, true).unwrap();
        assert_ne!(found, port);
    }

    #[test]
    fn only_files_below_the_folder_are_found() {
        let nowhere = std::env::temp_dir().join("lanescope-nowhere");
        assert_eq!(find("/page.js", &nowhere).0, StatusCode::NOT_FOUND);
        assert_eq!(find("/../secret", &nowhere).0, StatusCode::BAD_REQUEST);
        let (status, kind, body) = find("/crate/xtask/src/main.rs", paths::root());
        assert_eq!((status, kind), (StatusCode::OK, "application/octet-stream"));
        assert!(body.starts_with(b"//! "));
    }

    #[test]
    fn other_methods_are_refused() {
        let request = Request::builder().method(Method::POST).body(Body::empty()).unwrap();
        let response = answer(&request, paths::root(), &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    }
}
