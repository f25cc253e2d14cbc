//! The house's rules, read off its source: imports point down, files stay small and well named, `unsafe` stays in its
//! folder. docs/architecture.md tells the reasons.

mod tokens;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use tokens::{Token, tokens};

/// The floors of `src/` from the ground up: a floor may name itself and those before it.
const FLOORS: [&str; 9] = ["error", "random", "data", "autodiff", "flow", "detect", "evaluate", "report", "cli"];
const FORBIDDEN_NAMES: [&str; 8] = ["util", "utils", "helper", "helpers", "misc", "common", "tools", "stuff"];
const MOST_LINES: usize = 450;
/// The only folder (or file) where `unsafe` may stand.
const UNSAFE_HOME: &str = "kernels/src/isa";

/// A source file: its path from the root of the project, with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files under `folder`, sorted.
fn sources(folder: &str) -> Vec<Source> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(&root().join(folder), &mut paths);
    paths.sort();
    let relative = |path: &Path| {
        let parts = path.strip_prefix(root()).unwrap().components();
        parts.map(|part| part.as_os_str().to_str().unwrap()).collect::<Vec<_>>().join("/")
    };
    paths.iter().map(|path| Source { path: relative(path), text: fs::read_to_string(path).unwrap() }).collect()
}

/// The module a file of `src/` is, as names from the root of the crate: `src/flow/mod.rs` is `[flow]`.
fn module_of(path: &str) -> Vec<String> {
    let inner = path.strip_prefix("src/").unwrap().strip_suffix(".rs").unwrap();
    let mut names: Vec<String> = inner.split('/').map(str::to_owned).collect();
    if matches!(names.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        names.pop();
    }
    names
}

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|&floor| floor == name)
}

/// Which floor each name that `lib.rs` re-exports comes from.
fn reexports(lib: &str) -> BTreeMap<String, String> {
    let tokens = tokens(lib);
    let mut from = BTreeMap::new();
    for (i, pair) in tokens.windows(2).enumerate() {
        if pair[0].text == "pub" && pair[1].text == "use" {
            let module = tokens[i + 2].text.clone();
            let names = tokens[i + 3..].iter().take_while(|t| t.text != ";");
            names.for_each(|name| {
                from.insert(name.text.clone(), module.clone());
            });
        }
    }
    from
}

/// The names right behind `crate::`, at `tokens[i]` behind the `::`: one, or those of a `{…}` group.
fn heads(tokens: &[Token], i: usize) -> Vec<Token> {
    let Some(first) = tokens.get(i) else { return Vec::new() };
    if first.text != "{" {
        return vec![first.clone()];
    }
    let (mut depth, mut expected, mut names) = (0usize, true, Vec::new());
    for token in &tokens[i..] {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" if depth == 1 => break,
            "}" => depth -= 1,
            "," if depth == 1 => expected = true,
            _ if depth == 1 && expected => {
                names.push(token.clone());
                expected = false;
            }
            _ => {}
        }
    }
    names
}

/// Every floor that a file names, by its absolute and relative paths, with the line.
fn mentions(source: &Source) -> Vec<Token> {
    let tokens = tokens(&source.text);
    let mut module = module_of(&source.path);
    // Inline modules, with the depth of braces they opened at.
    let (mut depth, mut inline) = (0usize, Vec::new());
    let mut found = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        let next = |k: usize| tokens.get(i + k).map_or("", |t| t.text.as_str());
        let inside_path = i > 0 && tokens[i - 1].text == "::";
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => {
                depth = depth.saturating_sub(1);
                if inline.last() == Some(&depth) {
                    inline.pop();
                    module.pop();
                }
            }
            "mod" if next(2) == "{" => {
                inline.push(depth);
                module.push(next(1).to_owned());
            }
            "crate" | "nafal" if next(1) == "::" && (!inside_path || token.text == "nafal") => {
                found.extend(heads(&tokens, i + 2));
            }
            "super" if next(1) == "::" && !inside_path => {
                let mut steps = 1;
                while next(2 * steps) == "super" && next(2 * steps + 1) == "::" {
                    steps += 1;
                }
                match module.len().checked_sub(steps) {
                    Some(0) | None => found.extend(heads(&tokens, i + 2 * steps)),
                    Some(_) => {}
                }
            }
            _ => {}
        }
    }
    found
}

/// What is wrong with the imports of the files of `src/`, one sentence each.
fn upward_imports(files: &[Source], reexported: &BTreeMap<String, String>) -> Vec<String> {
    let mut problems = Vec::new();
    for file in files {
        let module = module_of(&file.path);
        // lib.rs and main.rs stand on the roof.
        let Some(own) = module.first() else { continue };
        let Some(own_floor) = floor(own) else {
            problems.push(format!("{}: `{own}` is no floor; give it a place in FLOORS", file.path));
            continue;
        };
        for Token { text, line } in mentions(file) {
            let name = reexported.get(&text).unwrap_or(&text);
            match floor(name) {
                Some(other) if other <= own_floor => {}
                Some(_) => {
                    problems.push(format!("{}:{line}: `{own}` imports `{text}` from `{name}` above it", file.path))
                }
                None => problems.push(format!("{}:{line}: `{text}` belongs to no floor", file.path)),
            }
        }
    }
    problems
}

/// What is wrong with names, lengths and `unsafe`, one sentence each.
fn untidiness(files: &[Source]) -> Vec<String> {
    let mut problems = Vec::new();
    for Source { path, text } in files {
        let mut parts = path.trim_end_matches(".rs").split('/');
        if let Some(name) = parts.find(|part| FORBIDDEN_NAMES.contains(part)) {
            problems.push(format!("{path}: `{name}` says nothing; name the idea"));
        }
        let lines = text.lines().count();
        if lines > MOST_LINES {
            problems.push(format!("{path}: {lines} lines; {MOST_LINES} are the most"));
        }
        if !text.starts_with("//!") && path != "src/main.rs" {
            problems.push(format!("{path}: opens without a `//!` that says what it is"));
        }
        let home = path.starts_with(&format!("{UNSAFE_HOME}/")) || *path == format!("{UNSAFE_HOME}.rs");
        for token in tokens(text).iter().filter(|t| t.text == "unsafe" && !home) {
            problems.push(format!("{path}:{}: `unsafe` outside {UNSAFE_HOME}", token.line));
        }
    }
    problems
}

fn assert_none(problems: Vec<String>) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn imports_point_down() {
    let files = sources("src");
    assert!(files.len() > 20, "the files were found");
    let reexported = reexports(&fs::read_to_string(root().join("src/lib.rs")).unwrap());
    assert_eq!(reexported.get("Error").map(String::as_str), Some("error"));
    assert_eq!(reexported.get("Model").map(String::as_str), Some("detect"));
    let named: usize = files.iter().map(|file| mentions(file).len()).sum();
    assert!(named > 50, "the imports were found, not {named}");
    assert_none(upward_imports(&files, &reexported));
}

#[test]
fn kernels_know_nothing_of_what_is_built_on_them() {
    let files = sources("kernels/src");
    assert!(files.len() > 5);
    let above = |file: &Source| {
        let tokens = tokens(&file.text);
        tokens
            .iter()
            .filter(|t| t.text == "nafal")
            .map(|t| format!("{}:{}: names nafal", file.path, t.line))
            .collect::<Vec<_>>()
    };
    assert_none(files.iter().flat_map(above).collect());
    let manifest = fs::read_to_string(root().join("kernels/Cargo.toml")).unwrap();
    assert!(!manifest.lines().any(|line| line.starts_with("nafal ") || line.starts_with("nafal.")));
}

#[test]
fn files_are_small_well_named_and_safe() {
    assert_none(untidiness(&[sources("src"), sources("kernels/src")].into_iter().flatten().collect::<Vec<_>>()));
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    assert!(lib.contains("#![forbid(unsafe_code)]"));
}

#[test]
fn the_floors_are_documented() {
    let page = fs::read_to_string(root().join("docs/architecture.md")).unwrap();
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

// The detector of violations finds those that were made for it: the tests above can fail.

fn made(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: format!("//! Made.\n{text}") }
}

fn verdict(path: &str, text: &str) -> Vec<String> {
    let reexported =
        reexports("pub use detect::{Model, Preset};\npub use error::{Error, Result};\npub use report::Plot;");
    upward_imports(&[made(path, text)], &reexported)
}

#[test]
fn made_up_violations_are_found() {
    for (path, text) in [
        ("src/flow/stack.rs", "use crate::detect::Model;"),
        ("src/flow/stack.rs", "use crate::{\n    error::Error,\n    autodiff::{Tape, Var},\n    detect::Model,\n};"),
        ("src/flow/stack.rs", "fn f() { let m = crate::detect::Model::new(); }"),
        ("src/flow/stack.rs", "use crate::Model;"),
        ("src/flow/stack.rs", "use nafal::detect::Model;"),
        ("src/flow/mod.rs", "use super::detect::Model;"),
        ("src/flow/stack.rs", "use super::super::detect::Model;"),
        ("src/flow/deep/stack.rs", "use super::super::super::{error::Error, cli::print};"),
        ("src/flow/stack.rs", "mod tests { use super::super::super::detect::Model; }"),
        ("src/flow/stack.rs", "mod a { mod b {} } mod tests { fn f() {} use super::super::super::report::Plot; }"),
        ("src/data/table.rs", "#[cfg(test)] mod tests { use crate::autodiff::Tape; }"),
        ("src/report/roc.rs", "impl From<crate::cli::Flags> for u8 {}"),
        ("src/error.rs", "use crate::data::Table;"),
        ("src/flow/stack.rs", "use crate::*;"),
        ("src/flow/stack.rs", "use crate::gadgets::Gear;"),
        ("src/gadgets/gear.rs", ""),
    ] {
        assert_eq!(verdict(path, text).len(), 1, "{path}: {text}: {:?}", verdict(path, text));
    }
    let said = verdict("src/flow/stack.rs", "\n\nuse crate::Plot;");
    assert_eq!(said, ["src/flow/stack.rs:4: `flow` imports `Plot` from `report` above it"]);
}

#[test]
fn what_is_allowed_is_let_through() {
    for (path, text) in [
        ("src/detect/model.rs", "use crate::{error::{Error, Result}, flow::Flow, data::Table};\nuse crate::Result;"),
        ("src/detect/series/net.rs", "use super::super::view::View; use super::filters; use crate::detect::Model;"),
        ("src/flow/stack.rs", "// use crate::detect::Model;\n/* crate::cli::x /* crate::cli */ */"),
        (
            "src/flow/stack.rs",
            r##"const S: &str = "crate::cli"; const R: &str = r#"crate::cli "quoted" "#; const C: char = '"';"##,
        ),
        ("src/flow/stack.rs", "fn f<'a>(x: &'a str) -> char { '\\'' } mod tests { use super::*; }"),
        ("src/flow/mod.rs", "pub(crate) fn f() {} pub(in crate::flow) fn g() {} use nafal_kernels::Real;"),
        ("src/lib.rs", "pub use crate::cli::run;"),
        ("src/main.rs", "use nafal::cli;"),
    ] {
        assert!(verdict(path, text).is_empty(), "{path}: {text}: {:?}", verdict(path, text));
    }
}

#[test]
fn made_up_mess_is_found() {
    let long = "\n".repeat(MOST_LINES);
    for (path, text) in [
        ("src/flow/utils.rs", ""),
        ("src/helpers/mod.rs", ""),
        ("kernels/src/misc.rs", ""),
        ("src/flow/stack.rs", long.as_str()),
        ("src/flow/stack.rs", "fn f() { unsafe { g() } }"),
        ("kernels/src/gemm.rs", "unsafe fn f() {}"),
        ("kernels/src/isatty.rs", "unsafe fn f() {}"),
    ] {
        assert_eq!(untidiness(&[made(path, text)]).len(), 1, "{path}");
    }
    assert_eq!(untidiness(&[Source { path: "src/a.rs".to_owned(), text: "fn f() {}".to_owned() }]).len(), 1);
    for (path, text) in [
        ("kernels/src/isa.rs", "unsafe fn f() {}"),
        ("kernels/src/isa/avx2.rs", "unsafe fn f() {}"),
        ("src/flow/stack.rs", "#![forbid(unsafe_code)] // unsafe\nconst A: &str = \"unsafe\";"),
        ("src/flow/commonality.rs", ""),
    ] {
        assert!(untidiness(&[made(path, text)]).is_empty(), "{path}");
    }
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
