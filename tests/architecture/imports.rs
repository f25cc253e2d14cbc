//! Imports point down: a floor of `src/` names itself and those before it, and kernels know nothing of what is built on
//! them.

use std::collections::BTreeMap;

use crate::source::{Source, assert_none, made, read, sources};
use crate::tokens::{Token, tokens};

/// The floors of `src/` from the ground up: a floor may name itself and those before it.
pub const FLOORS: [&str; 13] = [
    "error", "progress", "random", "stats", "data", "autodiff", "nn", "flow", "encode", "detect", "evaluate", "report",
    "cli",
];

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
        // lib.rs and main.rs are above every floor.
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

#[test]
fn imports_point_down() {
    let files = sources("src");
    assert!(files.len() > 20, "the files were found");
    let reexported = reexports(&read("src/lib.rs").unwrap());
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
    let manifest = read("kernels/Cargo.toml").unwrap();
    assert!(!manifest.lines().any(|line| line.starts_with("nafal ") || line.starts_with("nafal.")));
}

fn verdict(path: &str, text: &str) -> Vec<String> {
    let reexported =
        reexports("pub use detect::{Model, Preset};\npub use error::{Error, Result};\npub use report::Plot;");
    upward_imports(&[made(path, text)], &reexported)
}

#[test]
fn made_up_violations_are_found() {
    for (path, text) in [
        ("src/flow/flow.rs", "use crate::detect::Model;"),
        ("src/flow/flow.rs", "use crate::{\n    error::Error,\n    autodiff::{Tape, Var},\n    detect::Model,\n};"),
        ("src/flow/flow.rs", "fn f() { let m = crate::detect::Model::new(); }"),
        ("src/flow/flow.rs", "use crate::Model;"),
        ("src/flow/flow.rs", "use nafal::detect::Model;"),
        ("src/flow/mod.rs", "use super::detect::Model;"),
        ("src/flow/flow.rs", "use super::super::detect::Model;"),
        ("src/flow/deep/stack.rs", "use super::super::super::{error::Error, cli::print};"),
        ("src/flow/flow.rs", "mod tests { use super::super::super::detect::Model; }"),
        ("src/flow/flow.rs", "mod a { mod b {} } mod tests { fn f() {} use super::super::super::report::Plot; }"),
        ("src/data/table.rs", "#[cfg(test)] mod tests { use crate::autodiff::Tape; }"),
        ("src/report/roc.rs", "impl From<crate::cli::Flags> for u8 {}"),
        ("src/error.rs", "use crate::data::Table;"),
        ("src/flow/flow.rs", "use crate::*;"),
        ("src/flow/flow.rs", "use crate::gadgets::Gear;"),
        ("src/gadgets/gear.rs", ""),
    ] {
        assert_eq!(verdict(path, text).len(), 1, "{path}: {text}: {:?}", verdict(path, text));
    }
    let said = verdict("src/flow/flow.rs", "\n\nuse crate::Plot;");
    assert_eq!(said, ["src/flow/flow.rs:4: `flow` imports `Plot` from `report` above it"]);
}

#[test]
fn what_is_allowed_is_let_through() {
    for (path, text) in [
        ("src/detect/model.rs", "use crate::{error::{Error, Result}, flow::Flow, data::Table};\nuse crate::Result;"),
        ("src/detect/series/net.rs", "use super::super::view::View; use super::filters; use crate::detect::Model;"),
        ("src/flow/flow.rs", "// use crate::detect::Model;\n/* crate::cli::x /* crate::cli */ */"),
        (
            "src/flow/flow.rs",
            r##"const S: &str = "crate::cli"; const R: &str = r#"crate::cli "quoted" "#; const C: char = '"';"##,
        ),
        ("src/flow/flow.rs", "fn f<'a>(x: &'a str) -> char { '\\'' } mod tests { use super::*; }"),
        ("src/flow/mod.rs", "pub(crate) fn f() {} pub(in crate::flow) fn g() {} use nafal_kernels::Real;"),
        ("src/lib.rs", "pub use crate::cli::run;"),
        ("src/main.rs", "use nafal::cli;"),
    ] {
        assert!(verdict(path, text).is_empty(), "{path}: {text}: {:?}", verdict(path, text));
    }
}
