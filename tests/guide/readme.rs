//! The commands of the README run on files called as there.

use std::fs;
use std::path::Path;

use crate::shell::run;

/// Commands that are not run here: these are the tests.
const NOT_RUN: [&str; 1] = ["cargo test --release"];

#[test]
fn every_command_of_the_readme_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (made, code) = run(
        "nafal demo --out . --quiet && cut -d, -f1-8 train.csv > t && mv t train.csv && cut -d, -f1-8 test.csv > today.csv && cp today.csv mon.csv && cp today.csv tue.csv",
        folder.path(),
    );
    assert_eq!(code, 0, "{made}");
    let data = root.join("docs/guide/data");
    for (from, to) in [
        ("strokes.ts", "walks.ts"),
        ("new-strokes.ts", "sensor.ts"),
        ("pump-log.csv", "log.csv"),
        ("night.csv", "night.csv"),
    ] {
        let text = fs::read_to_string(data.join(from)).unwrap();
        let text = if from.ends_with(".ts") {
            text.replace("true good worn", "true WALKING RUNNING")
                .replace(":good", ":WALKING")
                .replace(":worn", ":RUNNING")
        } else {
            text
        };
        fs::write(folder.path().join(to), text).unwrap();
    }
    fs::copy(folder.path().join("sensor.ts"), folder.path().join("today.ts")).unwrap();
    let (mut ran, mut inside) = (0, false);
    for line in readme.lines() {
        match line {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside && !NOT_RUN.iter().any(|command| line.starts_with(command)) => {
                let line = line.replace("cargo run --release -- ", "nafal ");
                // A stream that never ends: its first part does.
                let line = line.replace("tail -n +1 -f ", "cat ");
                let (output, code) = run(&line, folder.path());
                assert_eq!(code, 0, "{line}\n{output}");
                ran += 1;
            }
            _ => {}
        }
    }
    assert!(ran >= 10, "{ran} commands");
}
