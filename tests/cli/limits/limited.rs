//! Limits of the process (`ulimit`): size of files, address space, open files, threads.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use super::writers::{DEMO, WRITERS, bench, check, code, contents, restore, run};

/// SIGXFSZ.
const TOO_LARGE: i32 = -25;

#[test]
fn a_limit_of_the_size_of_files_ends_every_verb_by_its_signal() {
    let bench = bench();
    let before = contents(&bench);
    for writer in WRITERS.iter().chain([&DEMO]) {
        let line = writer.line("to");
        for (prelude, want) in [("", TOO_LARGE), ("trap '' XFSZ;", 5)] {
            let script = format!("ulimit -c 0; ulimit -f 0; {prelude} exec nafal {line}");
            let output = run(&bench, &script).unwrap();
            check(&bench, &before, &output, &[want], &script);
            assert!(String::from_utf8_lossy(&output.stderr).contains("; raise the limit"), "{script}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_limited_address_space_is_an_error_or_enough() {
    let bench = bench();
    let before = contents(&bench);
    // From where the program itself is loaded to where all that is asked here fits; between them no abort.
    for megabytes in [16, 24, 32, 40, 64, 100, 150, 160, 200, 255, 256, 270, 290, 320, 400, 600, 1000] {
        for writer in &WRITERS {
            let script = format!("ulimit -c 0; ulimit -v {}; exec nafal {}", megabytes << 10, writer.line("to"));
            let output = run(&bench, &script).unwrap();
            check(&bench, &before, &output, if megabytes < 600 { &[0, 2, 3] } else { &[0] }, &script);
            restore(&before);
        }
    }
}

#[test]
fn a_limit_of_open_files_is_an_error_or_enough() {
    let bench = bench();
    let before = contents(&bench);
    // Below four the system cannot load the program.
    for files in 4..12 {
        for writer in &WRITERS {
            let script = format!("ulimit -n {files}; exec nafal {}", writer.line("to"));
            let output = run(&bench, &script).unwrap();
            check(&bench, &before, &output, &[0, 2, 3, 4, 5], &script);
            restore(&before);
        }
    }
}

/// The limit counts all threads of a user, and none of the superuser's.
#[test]
fn threads_that_may_not_be_started_are_an_error() {
    let bench = bench();
    let nobody = bench.as_nobody();
    let Some((user, command)) = nobody.rsplit_once(' ').filter(|(user, _)| !user.is_empty()) else {
        println!("skipped: this user has other threads, whose number is not known");
        return;
    };
    let open = |name: &str, mode| fs::set_permissions(bench.path(name), Permissions::from_mode(mode)).unwrap();
    open("to", 0o777);
    ["to/out", "to/page"].into_iter().for_each(|name| open(name, 0o666));
    let before = contents(&bench);
    for (threads, codes) in [(1, &[2][..]), (2, &[2]), (3, &[0, 2]), (4, &[0, 2]), (6, &[0, 2])] {
        for line in WRITERS.iter().map(|writer| writer.line("to")).chain(["info m.nafal --threads 9".into()]) {
            let script = format!("{user} bash -c 'ulimit -u {threads}; exec {command} {line}'");
            let Some(output) = run(&bench, &script) else { return };
            check(&bench, &before, &output, codes, &script);
            if code(&output) == 2 {
                assert!(String::from_utf8_lossy(&output.stderr).contains("cannot start"), "{script}");
            }
            restore(&before);
        }
    }
}
