//! docs/refusals.md lists every kind with what is said. `NAFAL_WRITE_DOCS=1` writes it anew.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::entry::Group;
use super::{arff, arrays, cells, compressed, foreign, labels, models, options, outputs, scoring, tables, ts};

const HEAD: &str = "# What is refused

Whatever the input, a command that fails ends with the exit code of [messages.md](messages.md), says in one sentence where and
what is wrong and, behind the last semicolon, what to do about it, and leaves no file behind and none changed. The kinds of
input below are each run by the tests (`tests/cli/refusals/`), for people and with `--json`, and by every verb that reads such a
file; the sentence is what the first of them says. This page is written by
`NAFAL_WRITE_DOCS=1 cargo test --release --test cli the_page_of_refusals`.
";

/// All kinds, in the order of the page.
fn groups() -> Vec<Group> {
    vec![
        tables::group(),
        cells::group(),
        foreign::group(),
        compressed::group(),
        arrays::group(),
        ts::group(),
        arff::group(),
        labels::group(),
        scoring::group(),
        models::group(),
        outputs::group(),
        options::group(),
    ]
}

/// What a command says as it stands in a table of Markdown.
fn cell(err: &str) -> String {
    let said = if err.contains("Usage: ") && !err.starts_with("error: ") {
        "the help".to_owned()
    } else {
        let lines = err.lines().skip_while(|line| !line.starts_with("error: "));
        let text = lines.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
        text.trim_start_matches("error: ").to_owned()
    };
    said.replace('\\', "\\\\").replace('|', "\\|").replace('<', "\\<").replace('*', "\\*")
}

fn without_numbers(text: &str) -> String {
    text.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("0")
}

#[test]
fn the_page_of_refusals_lists_every_kind() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/refusals.md");
    let page = fs::read_to_string(&path).unwrap_or_default();
    let (mut written, mut count) = (HEAD.to_owned(), 0);
    for group in groups() {
        written += &format!("\n## {}\n\n| kind | what the command says | exit |\n|---|---|---|\n", group.title);
        let mut seen = BTreeSet::new();
        for refusal in &group.refusals {
            assert!(seen.insert(refusal.kind), "{}: {} twice", group.title, refusal.kind);
            let start = format!("| {} | ", refusal.kind);
            // What this machine cannot run stays as it is.
            let row = match refusal.said() {
                Some(err) => format!("{start}{} | {} |", cell(&err), refusal.code),
                None => page.lines().find(|line| line.starts_with(&start)).unwrap_or(&start).to_owned(),
            };
            written += &format!("{row}\n");
            count += 1;
        }
    }
    if std::env::var_os("NAFAL_WRITE_DOCS").is_some() {
        fs::write(&path, written).unwrap();
        println!("{count} kinds");
        return;
    }
    // Sizes of models are not the same on every machine.
    let (written, page) = (without_numbers(&written), without_numbers(&page));
    let differing: Vec<_> = written.lines().filter(|line| !page.lines().any(|other| other == *line)).collect();
    assert!(
        written == page,
        "docs/refusals.md is out of date: run NAFAL_WRITE_DOCS=1 cargo test --test cli the_page_of_refusals\n{differing:#?}"
    );
}
