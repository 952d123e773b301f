//! What kind of file a path is, in the words of HTTP.

use std::path::Path;

/// The type of our own short messages.
pub(crate) const TEXT: &str = "text/plain; charset=utf-8";

/// The content type of a file by its ending. Modules and Wasm are refused by browsers under any
/// other.
pub(crate) fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|ending| ending.to_str()).unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "gz" => "application/gzip",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => TEXT,
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, want: &str) {
        assert_eq!(content_type(Path::new(path)), want, "{path}");
    }

    #[test]
    fn what_browsers_insist_on_is_right() {
        check("page_bg.wasm", "application/wasm");
        check("page.js", "text/javascript; charset=utf-8");
        check("a.mjs", "text/javascript; charset=utf-8");
        check("styles/main.css", "text/css; charset=utf-8");
        check("index.html", "text/html; charset=utf-8");
        check("fonts/inter.woff2", "font/woff2");
        check("icons/mark.svg", "image/svg+xml");
        check("a.json", "application/json");
        check("LICENSE", "application/octet-stream");
    }
}
