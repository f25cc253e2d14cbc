//! Files are small, well named and open with what they are; folders hold few entries; `unsafe` stays in its folder.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Source, assert_none, files, made, read, sources};
use crate::tokens::tokens;

const FORBIDDEN_NAMES: [&str; 8] = ["util", "utils", "helper", "helpers", "misc", "common", "tools", "stuff"];
const MOST_LINES: usize = 450;
/// Files and folders that one folder may hold.
const MOST_ENTRIES: usize = 15;
/// The only folders (or files) where `unsafe` may stand.
const UNSAFE_HOMES: [&str; 2] = ["kernels/src/isa", "kernels/src/startup"];

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
        let within = |home: &&str| path.starts_with(&format!("{home}/")) || *path == format!("{home}.rs");
        let home = UNSAFE_HOMES.iter().any(within);
        for token in tokens(text).iter().filter(|t| t.text == "unsafe" && !home) {
            problems.push(format!("{path}:{}: `unsafe` outside {UNSAFE_HOMES:?}", token.line));
        }
    }
    problems
}

/// Folders with too many entries, of which `paths` lists every file.
fn crowded<'a>(paths: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut entries: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for path in paths {
        for (slash, _) in path.match_indices('/') {
            let entry = path[slash + 1..].split('/').next().unwrap();
            entries.entry(&path[..slash]).or_default().insert(entry);
        }
    }
    let crowded = entries.iter().filter(|(_, entries)| entries.len() > MOST_ENTRIES);
    crowded.map(|(f, e)| format!("{f}/: {} files and folders; {MOST_ENTRIES} are the most", e.len())).collect()
}

#[test]
fn files_are_small_well_named_and_safe() {
    assert_none(untidiness(&[sources("src"), sources("kernels/src")].into_iter().flatten().collect::<Vec<_>>()));
    assert!(read("src/lib.rs").unwrap().contains("#![forbid(unsafe_code)]"));
}

#[test]
fn folders_hold_few_entries() {
    let paths: Vec<String> = ["src", "kernels/src"].into_iter().flat_map(files).collect();
    assert!(paths.iter().any(|path| path.ends_with(".html")), "files of any kind are counted");
    assert_none(crowded(paths.iter().map(String::as_str)));
}

#[test]
fn made_up_mess_is_found() {
    let long = "\n".repeat(MOST_LINES);
    for (path, text) in [
        ("src/flow/utils.rs", ""),
        ("src/helpers/mod.rs", ""),
        ("kernels/src/misc.rs", ""),
        ("src/flow/flow.rs", long.as_str()),
        ("src/flow/flow.rs", "fn f() { unsafe { g() } }"),
        ("kernels/src/gemm.rs", "unsafe fn f() {}"),
        ("kernels/src/isatty.rs", "unsafe fn f() {}"),
    ] {
        assert_eq!(untidiness(&[made(path, text)]).len(), 1, "{path}");
    }
    assert_eq!(untidiness(&[Source { path: "src/a.rs".to_owned(), text: "fn f() {}".to_owned() }]).len(), 1);
    for (path, text) in [
        ("kernels/src/isa.rs", "unsafe fn f() {}"),
        ("kernels/src/isa/avx2.rs", "unsafe fn f() {}"),
        ("src/flow/flow.rs", "#![forbid(unsafe_code)] // unsafe\nconst A: &str = \"unsafe\";"),
        ("src/flow/commonality.rs", ""),
    ] {
        assert!(untidiness(&[made(path, text)]).is_empty(), "{path}");
    }
}

#[test]
fn made_up_crowds_are_found() {
    let of = |n: usize, path: &dyn Fn(usize) -> String| -> Vec<String> {
        let paths: Vec<String> = (0..n).map(path).collect();
        crowded(paths.iter().map(String::as_str))
    };
    let (flat, nested) = (|i| format!("src/a/f{i}.rs"), |i| format!("src/a/d{i}/mod.rs"));
    let said = |folder: &str| vec![format!("{folder}/: 16 files and folders; 15 are the most")];
    assert_eq!(of(16, &flat), said("src/a"));
    assert_eq!(of(16, &nested), said("src/a"));
    assert_eq!(of(16, &|i| format!("src/f{i}.html")), said("src"));
    assert_eq!(of(16, &|i| if i % 2 == 0 { flat(i) } else { nested(i) }), said("src/a"));
    for path in [&flat as &dyn Fn(usize) -> String, &nested, &|i| format!("src/d{}/e{}/mod.rs", i / 2, i % 2)] {
        assert_eq!(of(15, path), Vec::<String>::new());
    }
    // What a folder within holds counts there alone.
    assert_eq!(of(30, &|i| format!("src/d{}/f{i}.rs", i % 3)), Vec::<String>::new());
}
