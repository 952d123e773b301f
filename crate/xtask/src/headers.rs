//! The headers of every answer: sent by `serve`, and written into `dist/_headers` for hosts that
//! read such a file and for the browser tests.

/// What makes `crossOriginIsolated` true, and with it shared memory possible.
pub(crate) const ISOLATION: [(&str, &str); 2] = [
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Embedder-Policy", "require-corp"),
];

/// What holds with and without isolation.
pub(crate) const ALWAYS: [(&str, &str); 3] = [
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("Content-Security-Policy", CONTENT_SECURITY_POLICY),
];

/// Nothing from elsewhere, no inline script or style sheet; style attributes, because positions and
/// lengths that come from data are set there; `blob:` because the workers of the thread
/// pool start from one, and because pictures to save are one.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; \
    script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; style-src 'self'; \
    style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'";

/// The text of a `_headers` file, in the form that Netlify and Cloudflare Pages read.
pub(crate) fn file() -> String {
    let lines = ISOLATION.iter().chain(&ALWAYS).map(|(name, value)| format!("  {name}: {value}\n"));
    std::iter::once("/*\n".to_owned()).chain(lines).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_has_one_rule_with_every_header() {
        let text = file();
        assert!(text.starts_with("/*\n  Cross-Origin-Opener-Policy: same-origin\n"), "{text}");
        assert_eq!(text.lines().count(), 1 + ISOLATION.len() + ALWAYS.len());
        assert!(text.contains("; worker-src 'self' blob:; "), "{text}");
    }
}
