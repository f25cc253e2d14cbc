//! Signals: no half-written file is left, and the process dies by the signal that ended it.
#![cfg(all(feature = "cli", feature = "report"))]

use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::command::{Bench, simulated};

const FIT: &str = "exec nafal fit t.csv -o m.nafal --views 5000 --report r.html --quiet";

/// A long fit, after what the script does before it, that has begun both of its outputs.
fn fitting(bench: &Bench, prelude: &str) -> Child {
    bench.write("t.csv", simulated(3, 500, 0));
    let mut child = bench.script(&format!("{prelude}{FIT}")).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while begun(bench, &child) < 2 {
        assert!(started.elapsed() < Duration::from_secs(60), "{:?}", bench.files());
        assert!(child.try_wait().unwrap().is_none(), "the fit has ended");
        std::thread::sleep(Duration::from_millis(5));
    }
    child
}

/// Unfinished outputs of the process: files with a name beside the table, or without one.
fn begun(bench: &Bench, child: &Child) -> usize {
    let open = std::fs::read_dir(format!("/proc/{}/fd", child.id())).into_iter().flatten().flatten();
    let targets = open.filter_map(|entry| std::fs::read_link(entry.path()).ok());
    let folder = bench.path("").canonicalize().unwrap();
    let unnamed = targets.filter(|to| to.starts_with(&folder) && to.to_string_lossy().ends_with("(deleted)")).count();
    unnamed + bench.files().len() - 1
}

fn send(signal: &str, child: &Child) {
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
}

#[test]
fn signals_end_a_fit_without_a_trace() {
    for (signal, number) in [("INT", 2), ("TERM", 15), ("HUP", 1), ("XFSZ", 25)] {
        let bench = Bench::new();
        let mut child = fitting(&bench, "");
        send(signal, &child);
        assert_eq!(child.wait().unwrap().signal(), Some(number), "SIG{signal}");
        assert_eq!(bench.files(), ["t.csv"]);
    }
}

#[test]
fn a_second_interrupt_ends_it_too() {
    let bench = Bench::new();
    let mut child = fitting(&bench, "");
    send("INT", &child);
    let _ = std::process::Command::new("kill").args(["-s", "INT", &child.id().to_string()]).output();
    assert_eq!(child.wait().unwrap().signal(), Some(2));
}

#[test]
fn a_signal_that_was_ignored_stays_ignored() {
    let bench = Bench::new();
    let mut child = fitting(&bench, "trap '' HUP INT; ");
    for signal in ["HUP", "INT"] {
        send(signal, &child);
        std::thread::sleep(Duration::from_millis(300));
        assert!(child.try_wait().unwrap().is_none(), "SIG{signal} was ignored before");
    }
    send("TERM", &child);
    assert_eq!(child.wait().unwrap().signal(), Some(15));
    assert_eq!(bench.files(), ["t.csv"]);
}

#[test]
fn shells_see_the_signal_while_the_command_waits_for_input() {
    let bench = Bench::with_model();
    let script =
        "mkfifo in; exec 4<> in; nafal score m.nafal - -o out.csv < in & sleep 0.5; kill -TERM $!; wait $!; echo $?";
    assert_eq!(bench.shell(script).out, "143\n");
    assert_eq!(bench.files(), ["in", "m.nafal", "train.csv"]);
}
