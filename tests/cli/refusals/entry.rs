//! A kind of input that is refused: files, the commands that read them, the exit code and what is said; and how it is run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value;

use crate::command::{Bench, Ran, simulated};

/// One kind.
pub struct Refusal {
    pub kind: &'static str,
    files: Vec<(String, Vec<u8>)>,
    /// Arguments, or behind `$ ` a script of the shell in which `$JSON` is `--json` or nothing. The first stands on the page.
    lines: Vec<String>,
    pub code: i32,
    words: Vec<&'static str>,
}

/// Kinds that belong together.
pub struct Group {
    pub title: &'static str,
    pub refusals: Vec<Refusal>,
}

/// A table of `a,b,c,class` with both classes.
pub fn rows() -> String {
    (0..12).map(|i| format!("{i},{},{}.5,{}\n", i * i, i % 5, u8::from(i % 4 == 3))).collect()
}

/// Series of two channels of twelve steps with classes `up` and `down`, behind a header.
pub fn series() -> String {
    let channel =
        |i: usize, k: usize| (0..12).map(|t| ((i * k + t * t) % 17).to_string()).collect::<Vec<_>>().join(",");
    (0..24).map(|i| format!("{}:{}:{}\n", channel(i, 5), channel(i, 7), ["up", "down"][i % 2])).collect()
}

/// A header of series as [`series`] gives them.
pub const HEADER: &str = "@problemName x\n@dimensions 2\n@classLabel true up down\n@data\n";

/// The models that entries may name: of `rows`, of `series`, of `series` without training rows.
static MODELS: LazyLock<[(&str, Vec<u8>); 3]> = LazyLock::new(|| {
    let bench = Bench::new();
    bench.write("t.csv", simulated(1, 60, 0));
    bench.write("t.ts", HEADER.to_owned() + &series());
    let small = ["--preset", "fast", "--views", "5", "--steps", "5", "--label", "class"];
    bench.succeeds(&[&["fit", "t.csv", "-o", "m.nafal"], &small[..]].concat());
    bench.succeeds(&[&["fit", "t.ts", "-o", "s.nafal", "--normal", "up"], &small[..]].concat());
    let bare = ["--normal", "up", "--no-training-rows"];
    bench.succeeds(&[&["fit", "t.ts", "-o", "bare.nafal"], &bare[..], &small[..]].concat());
    ["m.nafal", "s.nafal", "bare.nafal"].map(|name| (name, fs::read(bench.path(name)).unwrap()))
});

/// The bytes of a model.
pub fn model(name: &str) -> Vec<u8> {
    MODELS.iter().find(|(other, _)| *other == name).unwrap().1.clone()
}

impl Refusal {
    pub fn new(kind: &'static str, line: &str, code: i32, words: &[&'static str]) -> Refusal {
        Refusal { kind, files: Vec::new(), lines: vec![line.into()], code, words: words.to_vec() }
    }

    pub fn file(mut self, name: &str, content: impl AsRef<[u8]>) -> Refusal {
        self.files.push((name.into(), content.as_ref().to_vec()));
        self
    }

    /// Other commands that say the same.
    pub fn also(mut self, lines: &[&str]) -> Refusal {
        self.lines.extend(lines.iter().map(|&line| line.into()));
        self
    }

    fn bench(&self) -> Bench {
        let bench = Bench::new();
        for (name, content) in &self.files {
            fs::create_dir_all(bench.path(name).parent().unwrap()).unwrap();
            bench.write(name, content);
        }
        for (name, content) in MODELS.iter() {
            let named = self.lines.iter().any(|line| line.contains(name));
            if named && !bench.path(name).exists() {
                bench.write(name, content);
            }
        }
        bench
    }

    #[cfg(target_os = "linux")]
    /// What the first command says on stderr; `None` where it cannot be run.
    pub fn said(&self) -> Option<String> {
        let ran = run(&self.bench(), &self.lines[0], false)?;
        // What else is in the way stands below it.
        let above = ran.err.split("\nin the way of reading the file:").next();
        Some(above.unwrap_or_default().to_owned())
    }

    /// Runs every command, for people and for programs.
    fn check(&self) {
        let bench = self.bench();
        for line in &self.lines {
            self.check_line(&bench, line, &[self.code], &self.words);
        }
        // Whatever a file holds, its facts are told or it is refused.
        for (name, _) in self.files.iter().filter(|_| self.code == 3) {
            self.check_line(&bench, &format!("info {name}"), &[0, 3], &[]);
        }
    }

    fn check_line(&self, bench: &Bench, line: &str, codes: &[i32], words: &[&str]) {
        let before = contents(&bench.path(""));
        for json in [false, true] {
            let Some(Ran { code, out, err }) = run(bench, line, json) else { return };
            let place = format!("{}: {line}, json {json}: exit {code}: {err}", self.kind);
            assert!(codes.contains(&code), "{place}");
            assert!(!err.contains("panicked") && !out.contains("panicked"), "{place}");
            assert!(contents(&bench.path("")) == before, "the folder was changed; {place}");
            if code == 0 {
                continue;
            }
            assert_eq!(out, "", "{place}");
            let said = if json { of_programs(&err, code, &place) } else { of_people(&err, &place) };
            words.iter().for_each(|word| assert!(said.contains(word), "no {word:?}; {place}"));
        }
    }
}

/// The error line, which has a hint; errors of the arguments have theirs below.
fn of_people(err: &str, place: &str) -> String {
    if err.contains("Usage: ") || err.contains("try '--help'") {
        return err.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    // Below it, perhaps, all that is in the way of reading the file.
    let line = err.lines().rfind(|line| line.starts_with("error: ")).unwrap_or_default();
    assert!(line.contains("; "), "no hint; {place}");
    assert!(!err.lines().any(|line| line.chars().any(char::is_control)), "{place}");
    line.to_owned()
}

/// The last line, an object with all fields; its parts as they stand in the sentence for people.
fn of_programs(err: &str, code: i32, place: &str) -> String {
    let line = err.lines().last().unwrap_or_default();
    assert!(!line.chars().any(char::is_control), "{place}");
    let object: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}; {place}"));
    let mut names: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    names.retain(|name| !["problems", "command"].contains(name));
    assert_eq!(names, ["code", "column", "file", "hint", "line", "message", "row"], "{place}");
    assert_eq!(object["code"], code, "{place}");
    let text = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
    assert!(!text("message").is_empty() && !text("hint").is_empty(), "no hint; {place}");
    let number = |name: &str, before: &str| object[name].as_u64().map(|n| format!("{before}{n}")).unwrap_or_default();
    let mut place = text("file") + &number("line", ":");
    if text("message").starts_with("cannot write") {
        place = format!("cannot write {place}");
    }
    let row = number("row", ": row ");
    let column = object["column"].as_str().map(|column| format!(": column {column:?}")).unwrap_or_default();
    format!("{place}{row}{column}: {}; {}", text("message"), text("hint"))
}

/// Runs one command; `None` if the machine lacks what it takes.
fn run(bench: &Bench, line: &str, json: bool) -> Option<Ran> {
    let Some(script) = line.strip_prefix("$ ") else {
        let arguments: Vec<&str> = line.split_whitespace().chain(json.then_some("--json")).collect();
        return Some(bench.run(&arguments));
    };
    #[cfg(unix)]
    {
        let mut shell = bench.script(script);
        let ran: Ran = shell.env("JSON", if json { "--json" } else { "" }).output().unwrap().into();
        // What a script says where the machine lacks something.
        (ran.code != 99).then_some(ran)
    }
    #[cfg(not(unix))]
    {
        let _ = script;
        None
    }
}

/// All files below a folder.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut left = vec![folder.to_owned()];
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        }
        all.insert(path.display().to_string(), fs::read(&path).unwrap_or_default());
    }
    all
}

impl Group {
    /// Checks every kind; all that fail are told of.
    pub fn check(&self) {
        let failed = |refusal: &&Refusal| {
            let check = std::panic::AssertUnwindSafe(|| refusal.check());
            std::panic::catch_unwind(check).is_err()
        };
        let failed: Vec<&str> = self.refusals.iter().filter(failed).map(|refusal| refusal.kind).collect();
        assert!(failed.is_empty(), "{}: {failed:#?}", self.title);
    }
}
