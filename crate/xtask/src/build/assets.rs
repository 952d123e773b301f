//! Files that are copied as they are, and the check that the page asks for nothing else.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::headers;

/// Folders of the source and their place in `dist/`.
const FOLDERS: [(&str, &str); 4] = [
    ("www/js", "js"),
    ("www/styles", "styles"),
    ("assets/icons", "icons"),
    ("assets/fonts", "fonts"),
];

/// Copies the page's shell, scripts, styles, icons and fonts, and adds the file that tells hosts
/// which headers to send.
///
/// # Errors
/// There is no `index.html`, or a file cannot be copied.
pub(crate) fn copy_page(root: &Path, dist: &Path) -> Result<()> {
    copy_file(&root.join("index.html"), &dist.join("index.html"))?;
    for (from, to) in FOLDERS {
        if root.join(from).is_dir() {
            copy_folder(&root.join(from), &dist.join(to))?;
        }
    }
    fs::write(dist.join("_headers"), headers::file()).context("dist/_headers")
}

/// Makes a folder that has nothing in it.
///
/// # Errors
/// What is in it cannot be removed.
pub(crate) fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())
}

/// Copies a folder with all that is in it, except notes for its readers.
///
/// # Errors
/// A file cannot be copied.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).with_context(|| to.display().to_string())?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_folder(&source, &target)?;
        } else if source.extension().is_none_or(|extension| extension != "md") {
            copy_file(&source, &target)?;
        }
    }
    Ok(())
}

/// Copies a file.
///
/// # Errors
/// It cannot be copied.
pub(crate) fn copy_file(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to)
        .map(drop)
        .with_context(|| format!("cannot copy {} to {}", from.display(), to.display()))
}

/// Checks that every file `index.html` names is there, by a relative path, so that the page also
/// works in a sub-folder of a host.
///
/// # Errors
/// The first that is not.
pub(crate) fn expect_links(dist: &Path) -> Result<()> {
    let page = fs::read_to_string(dist.join("index.html")).context("index.html")?;
    for link in links(&page) {
        if link.starts_with('/') || link.contains("://") {
            bail!("index.html names `{link}`: only relative paths work under a sub-folder");
        }
        let file = link.split(['?', '#']).next().unwrap_or_default();
        if !file.is_empty() && !dist.join(file).exists() {
            bail!("index.html names `{link}`, which is not in {}", dist.display());
        }
    }
    Ok(())
}

/// The values of `src` and `href` that the browser would fetch or go to, without data in the
/// address itself and without addresses of other sites' pages.
fn links(page: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for attribute in [" src=\"", " href=\""] {
        for rest in page.split(attribute).skip(1) {
            let Some((value, _)) = rest.split_once('"') else {
                continue;
            };
            let outside = ["data:", "#", "https://", "mailto:"];
            if !outside.iter().any(|start| value.starts_with(start)) {
                found.push(value);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own for a test, with these files in it.
    fn folder_with(name: &str, files: &[(&str, &str)]) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("lanescope-{name}-{}", std::process::id()));
        empty(&folder).unwrap();
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    #[test]
    fn links_are_found() {
        let page = r##"<link rel="icon" href="icons/a.svg"><script src="js/boot.js"></script>
            <a href="#top">top</a><a href="https://example.org/">elsewhere</a>"##;
        assert_eq!(links(page), ["js/boot.js", "icons/a.svg"]);
    }

    #[test]
    fn a_missing_or_absolute_link_is_named() {
        let page = "<script src=\"js/boot.js?v=1\"></script>";
        let good = folder_with("good", &[("index.html", page), ("js/boot.js", "")]);
        assert!(expect_links(&good).is_ok());
        let missing = folder_with("missing", &[("index.html", page)]);
        let message = expect_links(&missing).unwrap_err().to_string();
        assert!(message.contains("js/boot.js"), "{message}");
        let absolute = folder_with("absolute", &[("index.html", "<a href=\"/x\">x</a>")]);
        let message = expect_links(&absolute).unwrap_err().to_string();
        assert!(message.contains("relative"), "{message}");
        for folder in [good, missing, absolute] {
            fs::remove_dir_all(folder).unwrap();
        }
    }

    #[test]
    fn the_page_is_copied_without_notes() {
        let files = [
            ("index.html", "page"),
            ("www/js/deep/boot.js", "boot"),
            ("assets/fonts/a.woff2", "font"),
            ("assets/fonts/README.md", "note"),
        ];
        let root = folder_with("root", &files);
        let dist = folder_with("dist", &[]);
        copy_page(&root, &dist).unwrap();
        assert!(dist.join("js/deep/boot.js").is_file());
        assert!(dist.join("fonts/a.woff2").is_file());
        assert!(!dist.join("fonts/README.md").exists());
        for folder in [root, dist] {
            fs::remove_dir_all(folder).unwrap();
        }
    }
}
