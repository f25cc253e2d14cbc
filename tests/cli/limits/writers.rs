//! The runs that write files, and what must hold after one that failed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::Output;

use crate::command::{Bench, simulated};

/// A run that writes: its arguments, in which `@` stands for the folder, and its files in that folder.
pub struct Writer {
    pub arguments: &'static str,
    pub files: &'static [&'static str],
}

const fn writer(arguments: &'static str, files: &'static [&'static str]) -> Writer {
    Writer { arguments, files }
}

/// All but the demonstration.
pub const WRITERS: [Writer; 6] = [
    writer("fit train.csv -o @/out --preset fast --views 5 --steps 5", &["out"]),
    writer("fit train.csv -o @/out --report @/page --preset fast --views 5 --steps 5", &["out", "page"]),
    writer("score m.nafal long.csv -o @/out", &["out"]),
    writer("predict m.nafal long.csv -o @/out", &["out"]),
    writer("evaluate m.nafal long.csv -o @/out", &["out"]),
    writer("sample m.nafal -n 2000 -o @/out", &["out"]),
];

/// The demonstration, which fits a whole panel.
pub const DEMO: Writer =
    writer("demo --out @", &["train.csv", "test.csv", "pump.nafal", "scores.csv", "scores.svg", "report.html"]);

/// A folder with a model, tables, and a folder `to` of old outputs.
pub fn bench() -> Bench {
    let bench = Bench::with_model();
    bench.write("long.csv", simulated(5, 2400, 600));
    fs::create_dir(bench.path("to")).unwrap();
    for name in WRITERS.iter().chain([&DEMO]).flat_map(|writer| writer.files) {
        bench.write(&format!("to/{name}"), "old");
    }
    bench
}

impl Writer {
    pub fn line(&self, folder: &str) -> String {
        self.arguments.replace('@', folder)
    }
}

/// Runs a script of the shell; `None`, and a word on why, if it ends with 99: the machine lacks what it takes.
pub fn run(bench: &Bench, script: &str) -> Option<Output> {
    let output = bench.script(script).output().unwrap();
    if output.status.code() == Some(99) {
        println!("skipped: {}", String::from_utf8_lossy(&output.stderr).trim());
        return None;
    }
    Some(output)
}

/// How a run ended: its exit code, or below zero the signal.
pub fn code(output: &Output) -> i32 {
    output.status.code().unwrap_or_else(|| -output.status.signal().unwrap_or(0))
}

/// Every file of a bench, with what is in it.
pub fn contents(bench: &Bench) -> BTreeMap<String, Vec<u8>> {
    let (mut all, mut left) = (BTreeMap::new(), vec![bench.path("")]);
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path.clone());
            }
            all.insert(path.display().to_string(), fs::read(&path).unwrap_or_default());
        }
    }
    all
}

/// Checks that a run that may have failed ended in one of `codes`, with an error on stderr unless by success, and left
/// everything as it was in that case.
#[track_caller]
pub fn check(bench: &Bench, before: &BTreeMap<String, Vec<u8>>, output: &Output, codes: &[i32], what: &str) {
    let err = String::from_utf8_lossy(&output.stderr);
    let code = code(output);
    assert!(codes.contains(&code), "{what}: {code}: {err}");
    assert!(!err.contains("panicked") && !err.contains("memory allocation"), "{what}: {err}");
    if code != 0 {
        let said = err.lines().filter(|line| line.starts_with("error: ") && line.contains("; ")).count();
        assert_eq!(said, 1, "{what}: {err}");
        assert!(contents(bench) == *before, "{what}: files were changed");
    }
}

/// Puts the old outputs back. What is as it was is not opened: the command itself may be among it.
pub fn restore(before: &BTreeMap<String, Vec<u8>>) {
    for (path, old) in before.iter().filter(|(path, _)| !Path::new(path).is_dir()) {
        if fs::read(path).unwrap() != *old {
            fs::write(path, old).unwrap();
        }
    }
}
