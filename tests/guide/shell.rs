//! Runs the commands of a block, and says what they print.

use std::path::Path;
use std::process::Command;

/// What a script prints on both streams, in the order in which it comes, and its exit code.
pub fn run(script: &str, folder: &Path) -> (String, i32) {
    let built = assert_cmd::cargo::cargo_bin!("nafal").parent().unwrap();
    let path = format!("{}:{}", built.display(), std::env::var("PATH").unwrap());
    let script = format!("exec 2>&1\n{script}");
    let ran = Command::new("bash").args(["-c", &script]).env("PATH", path).current_dir(folder).output().unwrap();
    (shown(&String::from_utf8(ran.stdout).unwrap()), ran.status.code().unwrap_or(-1))
}

/// Without lines of progress, which depend on how long things take.
fn shown(text: &str) -> String {
    let is_progress = |line: &str| {
        let Some((stage, done)) = line.rsplit_once(": ") else { return false };
        let done = done.trim_end_matches(" %");
        ["training flows", "mapping columns", "encoding series", "measuring windows", "scoring"].contains(&stage)
            && done.chars().all(|c| c.is_ascii_digit())
    };
    text.lines().filter(|line| !is_progress(line)).map(|line| format!("{}\n", line.trim_end())).collect()
}

/// The same with times left out, for comparing.
pub fn without_times(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for i in 1..words.len() {
        if words[i - 1] == "in" && words[i].parse::<f64>().is_ok() {
            words[i] = "N".into();
        }
    }
    words.join(" ")
}

#[test]
fn times_and_progress_are_left_out() {
    assert_eq!(shown("a: b\ntraining flows: 10 %\nscoring: 4096\nrest \n"), "a: b\nrest\n");
    assert_eq!(without_times("fitted in 1.3 s; in all"), without_times("fitted in 20 s; in all"));
}
