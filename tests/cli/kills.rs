//! Killed outright (SIGKILL) at random moments, a run leaves the old file or the new one, and the next run cleans up.
//!
//! `NAFAL_KILLS` is the number of kills, one for each verb if it is not set.
#![cfg(all(feature = "cli", feature = "report"))]

use std::fs;
use std::time::{Duration, Instant};

use crate::command::{Bench, simulated};

const RUNS: [&[&str]; 6] = [
    &["fit", "train.csv", "-o", "out", "--report", "page", "--preset=fast", "--views=5", "--label=class"],
    &["score", "m.nafal", "test.csv", "-o", "out"],
    &["predict", "m.nafal", "test.csv", "-o", "out"],
    &["evaluate", "m.nafal", "test.csv", "-o", "out"],
    &["sample", "m.nafal", "-n", "2000", "-o", "out"],
    &["demo", "--out", "d"],
];

/// The files that a run writes.
fn targets(arguments: &[&str]) -> &'static [&'static str] {
    match arguments[0] {
        "demo" => &["d/train.csv", "d/test.csv", "d/pump.nafal", "d/scores.csv", "d/scores.svg", "d/report.html"],
        "fit" => &["out", "page"],
        _ => &["out"],
    }
}

#[test]
fn kills_leave_whole_files_and_nothing_that_the_next_run_does_not_remove() {
    let kills: usize = std::env::var("NAFAL_KILLS").ok().map_or(RUNS.len(), |kills| kills.parse().unwrap());
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut uniform = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    let (mut old, mut new) = (0, 0);
    for (run, arguments) in RUNS.iter().enumerate() {
        let bench = Bench::with_model();
        bench.write("test.csv", simulated(5, 800, 200));
        let started = Instant::now();
        bench.succeeds(arguments);
        let usual = started.elapsed().as_secs_f64();
        let targets = targets(arguments);
        let want: Vec<Vec<u8>> = targets.iter().map(|target| fs::read(bench.path(target)).unwrap()).collect();
        let names = all_files(&bench);
        for kill in 0..kills / RUNS.len() + usize::from(run < kills % RUNS.len()) {
            targets.iter().for_each(|target| bench.write(target, "old"));
            let mut child = bench.start(arguments);
            drop(child.stdin.take());
            // Every other one near the end, where files get their names.
            let share = if kill % 2 == 0 { uniform() } else { 0.85 + 0.3 * uniform() };
            std::thread::sleep(Duration::from_secs_f64(share * usual));
            let _ = child.kill();
            child.wait().unwrap();
            for (target, want) in targets.iter().zip(&want) {
                let found = fs::read(bench.path(target)).unwrap();
                (old, new) = (old + usize::from(found == b"old"), new + usize::from(found == *want));
                assert!(found == b"old" || found == *want, "{target} has {} bytes", found.len());
            }
            let again = bench.command(arguments).output().unwrap();
            assert!(again.status.success());
            for (target, want) in targets.iter().zip(&want) {
                assert!(fs::read(bench.path(target)).unwrap() == *want, "{target}");
            }
            assert_eq!(all_files(&bench), names, "{arguments:?}");
        }
    }
    println!("{kills} kills: {old} old files, {new} new ones");
}

/// Files of the bench and of the demonstration's folder.
fn all_files(bench: &Bench) -> Vec<String> {
    let mut names = bench.files();
    let folder = fs::read_dir(bench.path("d")).into_iter().flatten();
    names.extend(folder.map(|entry| format!("d/{}", entry.unwrap().file_name().display())));
    names.sort();
    names
}
