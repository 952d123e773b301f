//! From the address in a request to a path below `dist/`, never above it.

use std::path::PathBuf;

/// The relative path that an address names, `index.html` for a folder. Nothing for an address
/// that leads out of the folder or names no file that we would ever write.
pub(crate) fn to_path(url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.strip_prefix('/')?;
    let path = percent_decoded(path)?;
    let mut found = PathBuf::new();
    for word in path.split('/') {
        match word {
            // A doubled or final slash.
            "" => {}
            // Also refuses hidden files and every way of going up.
            word if word.starts_with('.') => return None,
            word if word.contains(['\\', ':', '\0']) => return None,
            word => found.push(word),
        }
    }
    if path.is_empty() || path.ends_with('/') {
        found.push("index.html");
    }
    Some(found)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let high = char::from(rest.next()?).to_digit(16)?;
                let low = char::from(rest.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, want: &str) {
        assert_eq!(to_path(url), Some(PathBuf::from(want)), "{url}");
    }

    #[test]
    fn files_and_folders_are_found() {
        check("/", "index.html");
        check("/?lanes=4", "index.html");
        check("/embed/", "embed/index.html");
        check("/page_bg.wasm?v=2#top", "page_bg.wasm");
        check("//snippets//a.js", "snippets/a.js");
        check("/two%20words.json", "two words.json");
        check("/a..b", "a..b");
    }

    #[test]
    fn nothing_above_the_folder_is_reached() {
        let bad = [
            "/..",
            "/../Cargo.toml",
            "/js/../../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/%2e%2e%2fCargo.toml",
            "/..%5cCargo.toml",
            "/js\\..\\..\\Cargo.toml",
            "/c:/windows",
            "/.git/config",
            "/.",
            "/a%00b",
            "/%",
            "/%zz",
            "/%ff",
            "no-slash",
            "http://elsewhere/",
            "",
        ];
        for url in bad {
            assert_eq!(to_path(url), None, "{url}");
        }
    }
}
