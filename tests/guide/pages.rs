//! The pages of the guide.

use std::fs;
use std::path::{Path, PathBuf};

use crate::shell::{run, without_times};

fn guide() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/guide")
}

/// Runs a page's blocks in a copy of the data; the page as it should be, and what else is printed.
fn rewritten(page: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(guide().join("data")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    let (mut new, mut lines) = (String::new(), page.lines());
    let mut printed: Option<String> = None;
    while let Some(line) = lines.next() {
        new += &format!("{line}\n");
        let block = |lines: &mut std::str::Lines| -> String {
            lines.take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect()
        };
        match line {
            "```sh" => {
                let script = block(&mut lines);
                new += &format!("{script}```\n");
                let (output, code) = run(&script, folder.path());
                assert!([0, 3, 10].contains(&code), "exit {code} of\n{script}{output}");
                printed = Some(output);
            }
            "```text" => {
                let old = block(&mut lines);
                let output = printed.take().unwrap_or_else(|| panic!("no command prints\n{old}"));
                let kept = without_times(&old) == without_times(&output);
                new += &format!("{}```\n", if kept { old } else { output });
            }
            _ => {}
        }
    }
    new
}

fn check(name: &str) {
    let path = guide().join(name);
    let page = fs::read_to_string(&path).unwrap();
    let new = rewritten(&page);
    if std::env::var_os("NAFAL_WRITE_DOCS").is_some() {
        fs::write(path, new).unwrap();
        return;
    }
    assert!(page == new, "{name} prints something else: write it anew with NAFAL_WRITE_DOCS=1\n{new}");
    assert!(page.matches("```sh").count() >= 2, "{name} has commands");
}

#[test]
fn a_machines_table() {
    check("machine-table.md");
}

#[test]
fn one_long_log() {
    check("long-log.md");
}

#[test]
fn whole_series() {
    check("whole-series.md");
}

#[test]
fn with_labels() {
    check("labelled.md");
}

#[test]
fn every_night() {
    check("every-night.md");
}

#[test]
fn the_guide_names_its_pages() {
    let index = fs::read_to_string(guide().join("README.md")).unwrap();
    for entry in fs::read_dir(guide()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || index.contains(&format!("({name}")), "{name}");
    }
}
