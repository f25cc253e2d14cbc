//! The project's source files: a path from the root, with `/`, and the text.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file: its path from the root of the project, with `/`, and its text.
pub struct Source {
    pub path: String,
    pub text: String,
}

/// The root of the project.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a file of the project, if there is one.
pub fn read(path: &str) -> Option<String> {
    fs::read_to_string(root().join(path)).ok()
}

/// Paths of all files under `folder`, from the root of the project, sorted; hidden ones are left out.
pub fn files(folder: &str) -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, found);
            } else if !entry.file_name().to_string_lossy().starts_with('.') {
                found.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(&root().join(folder), &mut paths);
    paths.sort();
    let relative = |path: &PathBuf| {
        let parts = path.strip_prefix(root()).unwrap().components();
        parts.map(|part| part.as_os_str().to_str().unwrap()).collect::<Vec<_>>().join("/")
    };
    paths.iter().map(relative).collect()
}

/// All Rust files under `folder`, sorted.
pub fn sources(folder: &str) -> Vec<Source> {
    let paths = files(folder).into_iter().filter(|path| path.ends_with(".rs"));
    paths.map(|path| Source { text: read(&path).unwrap(), path }).collect()
}

/// A made-up file that opens as files should.
pub fn made(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: format!("//! Made.\n{text}") }
}

/// Fails with one line a problem.
#[track_caller]
pub fn assert_none(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}
