//! Folders that may not be written and files that may not be read, by every verb. Rights do not hold back the superuser, so as
//! such the command runs as nobody.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::writers::{DEMO, WRITERS, bench, check, code, contents, run};

#[test]
fn a_folder_without_rights_stays_as_it_is() {
    let bench = bench();
    let nobody = bench.as_nobody();
    let set = |name: &str, mode| fs::set_permissions(bench.path(name), Permissions::from_mode(mode)).unwrap();
    set("to", 0o555);
    let before = contents(&bench);
    for writer in WRITERS.iter().chain([&DEMO]) {
        let line = writer.line("to");
        let Some(output) = run(&bench, &format!("{nobody} {line}")) else { break };
        check(&bench, &before, &output, &[5], &line);
        assert!(String::from_utf8_lossy(&output.stderr).contains("cannot write to/"), "{line}");
    }
    // Nor a folder in it.
    if let Some(output) = run(&bench, &format!("{nobody} {}", DEMO.line("to/new"))) {
        check(&bench, &before, &output, &[5], "demo");
    }
    set("to", 0o755);
}

#[test]
fn files_that_may_not_be_read_are_named() {
    let bench = bench();
    let nobody = bench.as_nobody();
    let set = |name: &str, mode| fs::set_permissions(bench.path(name), Permissions::from_mode(mode)).unwrap();
    set("to", 0o777);
    for (name, verb, want) in [
        ("train.csv", "fit train.csv -o to/new", 3),
        ("long.csv", "score m.nafal long.csv -o to/new", 3),
        ("long.csv", "predict m.nafal long.csv -o to/new", 3),
        ("long.csv", "evaluate m.nafal long.csv -o to/new", 3),
        ("m.nafal", "score m.nafal long.csv -o to/new", 4),
        ("m.nafal", "sample m.nafal -n 3 -o to/new", 4),
        ("m.nafal", "info m.nafal", 4),
    ] {
        set(name, 0o000);
        let before = bench.files();
        let Some(output) = run(&bench, &format!("{nobody} {verb}")) else { break };
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(code(&output) == want && err.contains(&format!("{name}: cannot ")), "{verb}: {err}");
        assert!(err.contains("; check that it may be read"), "{verb}: {err}");
        assert!(bench.files() == before && !bench.path("to/new").exists(), "{verb}");
        set(name, 0o644);
    }
}
