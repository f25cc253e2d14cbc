//! The pages under docs/ name the floors, the files and the identifiers that there are.

use std::fs;

use crate::imports::FLOORS;
use crate::source::{Source, assert_none, read, root, sources};
use crate::tokens::tokens;

#[test]
fn the_floors_are_documented() {
    let page = read("docs/architecture.md").unwrap();
    for floor in FLOORS.iter().chain(&["kernels"]) {
        assert!(page.contains(&format!("**{floor}**")), "docs/architecture.md does not explain the floor {floor}");
    }
}

/// The page lists every file with its opening sentence. `NAFAL_WRITE_DOCS=1` writes the list anew.
#[test]
fn every_file_is_on_the_page() {
    const MARKS: [&str; 2] = ["<!-- files, written by tests/architecture -->\n", "<!-- end of files -->"];
    let path = root().join("docs/architecture.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(MARKS[0]).expect("the list's first mark");
    let (listed, after) = rest.split_once(MARKS[1]).expect("the list's last mark");
    let files: Vec<Source> = ["kernels/src", "src"].into_iter().flat_map(sources).collect();
    if std::env::var_os("NAFAL_WRITE_DOCS").is_some() {
        fs::write(&path, format!("{before}{}{}{}{after}", MARKS[0], listing(&files), MARKS[1])).unwrap();
        return;
    }
    // Sentences may change without ado; files may not come and go unexplained.
    let listed: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let present: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let missing = present.iter().filter(|path| !listed.contains(path));
    let gone = listed.iter().filter(|path| !present.contains(path));
    let differing: Vec<_> = missing.chain(gone).collect();
    assert!(
        differing.is_empty(),
        "docs/architecture.md is out of date about {differing:?}: run NAFAL_WRITE_DOCS=1 cargo test --test architecture"
    );
}

/// One table a folder: the file, and the first sentence of its head.
fn listing(files: &[Source]) -> String {
    let mut lines = Vec::new();
    let mut folder = "";
    let mut files: Vec<_> = files.iter().map(|file| (file.path.rsplit_once('/').unwrap(), file)).collect();
    files.sort_by_key(|&(folder_and_name, _)| folder_and_name);
    for ((here, _), Source { path, text }) in files {
        if here != folder {
            folder = here;
            lines.push(format!("\n### `{folder}/`\n\n| file | what it is for |\n|---|---|"));
        }
        let head: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim).collect();
        let head = head.iter().take_while(|line| !line.is_empty()).copied().collect::<Vec<_>>().join(" ");
        // A full stop before a capital or at the end closes the sentence; "e.g." and "x.rs" do not.
        let end = head.match_indices(". ").find(|(at, _)| head[at + 2..].starts_with(char::is_uppercase));
        let sentence = head[..end.map_or(head.len(), |(at, _)| at)].trim_end_matches(['.', ':']);
        lines.push(format!("| `{path}` | {} |", sentence.replace('|', "\\|").replace("[`", "`").replace("`]", "`")));
    }
    lines.join("\n").trim_start().to_owned() + "\n\n"
}

/// Rows of the tables that name identifiers and, in a cell of its own, one file: each identifier must stand in it.
fn stale_notation(page: &str, read: impl Fn(&str) -> Option<String>) -> Vec<String> {
    let mut problems = Vec::new();
    for line in page.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let file = cells.iter().position(|cell| cell.starts_with('`') && cell.ends_with(".rs`"));
        let Some(at) = file.filter(|&at| at > 0) else { continue };
        let path = cells[at].trim_matches('`');
        let Some(text) = read(path) else {
            problems.push(format!("docs/notation.md: there is no {path}"));
            continue;
        };
        let names: Vec<String> = tokens(&text).into_iter().map(|token| token.text).collect();
        for identifier in cells[at - 1].split('`').skip(1).step_by(2).filter(|id| !names.iter().any(|n| n == id)) {
            problems.push(format!("docs/notation.md: `{identifier}` is not in {path}"));
        }
    }
    problems
}

#[test]
fn notation_names_what_exists() {
    let read = |path: &str| fs::read_to_string(root().join(path)).ok();
    let page = read("docs/notation.md").unwrap();
    assert!(page.lines().filter(|line| line.contains(".rs` |")).count() > 50, "the tables were found");
    assert_none(stale_notation(&page, read));
    let made = "| symbol | identifier | in |\n| x | `here`, `gone` | `src/a.rs` |\n| y | `z` | `src/b.rs` | more |";
    let read = |path: &str| (path == "src/a.rs").then(|| "fn here() {} // gone".to_owned());
    assert_eq!(stale_notation(made, read).len(), 2);
}
