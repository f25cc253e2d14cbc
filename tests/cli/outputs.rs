//! What an output becomes: a file with the permissions of the one it replaces, where a link points, or a stream.
#![cfg(all(feature = "cli", feature = "report"))]

use std::fs::{self, OpenOptions, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

use crate::command::{Bench, simulated};

const SCORE: [&str; 4] = ["score", "m.nafal", "train.csv", "-o"];
const HEADER: &str = "row,score,p_value\n";

fn score(bench: &Bench, to: &str) {
    bench.succeeds(&[&SCORE[..], &[to]].concat());
}

#[test]
fn permissions_are_kept_and_a_new_file_has_the_usual_ones() {
    let bench = Bench::with_model();
    let mode = |name: &str| fs::metadata(bench.path(name)).unwrap().permissions().mode() & 0o7777;
    for (before, after) in [(0o600, 0o600), (0o640, 0o640), (0o666, 0o666), (0o6755, 0o755)] {
        bench.write("old.csv", "old");
        fs::set_permissions(bench.path("old.csv"), Permissions::from_mode(before)).unwrap();
        score(&bench, "old.csv");
        assert!(bench.read("old.csv").starts_with(HEADER));
        assert_eq!(mode("old.csv"), after);
    }
    score(&bench, "new.csv");
    bench.write("plain", "");
    assert_eq!(mode("new.csv"), mode("plain"));
    let is_root = fs::metadata(bench.path("plain")).unwrap().uid() == 0;
    if is_root {
        std::os::unix::fs::chown(bench.path("old.csv"), Some(65534), Some(65533)).unwrap();
        score(&bench, "old.csv");
        let found = fs::metadata(bench.path("old.csv")).unwrap();
        assert_eq!((found.uid(), found.gid(), mode("old.csv")), (65534, 65533, 0o755));
    }
}

#[test]
fn links_are_followed_and_stay() {
    let bench = Bench::with_model();
    fs::create_dir(bench.path("folder")).unwrap();
    bench.write("old.csv", "old");
    for (link, to) in [
        ("link", "old.csv"),
        ("second", "link"),
        ("dangling", "folder/new.csv"),
        ("folder/up", "../above.csv"),
        ("way", "folder"),
        ("circle", "ring"),
        ("ring", "circle"),
    ] {
        symlink(to, bench.path(link)).unwrap();
    }
    for (path, file) in [
        ("second", "old.csv"),
        ("dangling", "folder/new.csv"),
        ("dangling", "folder/new.csv"),
        ("folder/up", "above.csv"),
        ("way/up", "above.csv"),
    ] {
        score(&bench, path);
        assert!(fs::symlink_metadata(bench.path(path)).unwrap().is_symlink(), "{path}");
        assert!(fs::symlink_metadata(bench.path(file)).unwrap().is_file(), "{file}");
        assert!(bench.read(file).starts_with(HEADER));
        bench.write(file, "old");
    }
    bench.fails(&[&SCORE[..], &["circle"]].concat(), 5, &["cannot write circle", "circle"]);
    bench.fails(&[&SCORE[..], &["way"]].concat(), 5, &["it is a directory"]);
    bench.fails(&[&SCORE[..], &["new/"]].concat(), 5, &["it is a directory"]);
}

#[test]
fn what_is_no_file_is_written_straight() {
    let bench = Bench::with_model();
    let want = bench.succeeds(&SCORE[..3]).out;
    for script in [
        "nafal score m.nafal train.csv -o >(cat > got); wait $!",
        "mkfifo pipe; cat pipe > got & nafal score m.nafal train.csv -o pipe; wait",
        "nafal score m.nafal train.csv -o /dev/stdout | cat > got",
        "nafal score m.nafal train.csv -o /dev/stderr 2>&1 >/dev/null | cat > got",
    ] {
        let ran = bench.shell(script);
        assert_eq!((ran.code, bench.read("got")), (0, want.clone()), "{script}: {}", ran.err);
        fs::remove_file(bench.path("got")).unwrap();
    }
    score(&bench, "/dev/null");
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn rows_reach_a_pipe_as_they_come() {
    let bench = Bench::with_model();
    let script = "mkfifo in out; nafal score m.nafal in -o out & exec 5< out; exec 4> in
        printf 'a,b,c\n1,1.1,0.5\n' >&4; read -r -t 20 header <&5; read -r -t 20 row <&5; echo $header; exec 4>&-; wait";
    assert_eq!(bench.shell(script).out, HEADER);
}

#[test]
fn a_log_keeps_what_was_in_it_and_what_comes_after() {
    let bench = Bench::with_model();
    let want = bench.succeeds(&SCORE[..3]).out;
    for (path, redirection) in [
        ("/dev/stdout", ""),
        ("/dev/fd/1", ""),
        ("/proc/self/fd/1", ""),
        ("/dev/stderr", "2>&1"),
        ("/dev/fd/3", "3>&1"),
        ("link", ""),
    ] {
        let _ = symlink("/dev/stdout", bench.path("link"));
        for how in [">", ">>"] {
            bench.write("log", "old\n");
            let script = format!(
                "{{ echo before; nafal score m.nafal train.csv -o {path} {redirection}; echo after; }} {how} log"
            );
            let ran = bench.shell(&script);
            let old = if how == ">>" { "old\n" } else { "" };
            assert_eq!(bench.read("log"), format!("{old}before\n{want}after\n"), "{script}: {}", ran.err);
        }
    }
    let ran = bench.shell("nafal score m.nafal train.csv -o /dev/fd/9");
    assert_eq!(ran.code, 5, "{}", ran.err);
    let ran = bench.shell("nafal score m.nafal train.csv -o /dev/fd/9 9< train.csv");
    assert!(ran.code == 5 && ran.err.contains("reading only") || ran.code == 2, "{}", ran.err);
    // The model and its page, too.
    let fit = "nafal fit train.csv -o >(cat > m2) --report /dev/stdout --preset=fast --views=5 --label class";
    assert!(bench.shell(&format!("{fit}; wait $!")).out.ends_with("</html>\n"));
    assert_eq!(fs::read(bench.path("m2")).unwrap(), fs::read(bench.path("m.nafal")).unwrap());
}

#[test]
fn the_next_run_removes_dead_parts_and_leaves_living_ones() {
    let bench = Bench::with_model();
    let (dead, living, other) =
        (".out.csv.0123456789abcdef.part", ".out.csv.fedcba9876543210.part", ".x.csv.0123456789abcdef.part");
    for part in [dead, living, other] {
        bench.write(part, "part");
    }
    let lock = OpenOptions::new().write(true).open(bench.path(living)).unwrap();
    lock.try_lock().unwrap();
    score(&bench, "out.csv");
    assert_eq!(bench.files(), [living, other, "m.nafal", "out.csv", "train.csv"]);
    drop(lock);
    score(&bench, "out.csv");
    assert_eq!(bench.files(), [other, "m.nafal", "out.csv", "train.csv"]);
}

#[test]
fn a_file_with_the_longest_name_can_be_written() {
    let bench = Bench::with_model();
    let name = "n".repeat(255);
    score(&bench, &name);
    score(&bench, &name);
    assert_eq!(bench.files(), ["m.nafal", &name, "train.csv"]);
}

/// Where tests run as the superuser, whom no permission holds back, the command runs as nobody.
#[test]
fn what_may_not_be_written_is_left_alone() {
    let bench = Bench::with_model();
    let set = |name: &str, mode| fs::set_permissions(bench.path(name), Permissions::from_mode(mode)).unwrap();
    fs::create_dir(bench.path("open")).unwrap();
    fs::create_dir(bench.path("closed")).unwrap();
    for name in ["open/read-only.csv", "closed/old.csv"] {
        bench.write(name, "old");
    }
    let nobody = bench.as_nobody();
    set("open", 0o777);
    set("open/read-only.csv", 0o444);
    set("closed/old.csv", 0o666);
    set("closed", 0o555);
    let is_root = fs::metadata(bench.path("")).unwrap().uid() == 0;
    for output in ["open/read-only.csv", "closed/old.csv", "closed/new.csv"] {
        let ran = bench.shell(&format!("{nobody} score m.nafal train.csv -o {output}"));
        if ran.code == 99 {
            println!("skipped: {}", ran.err);
            return;
        }
        assert!(ran.code == 5 && ran.err.contains(&format!("cannot write {output}")), "{}: {}", ran.code, ran.err);
    }
    assert_eq!((bench.read("open/read-only.csv"), bench.read("closed/old.csv")), ("old".into(), "old".into()));
    assert_eq!(fs::read_dir(bench.path("open")).unwrap().count(), 1);
    assert_eq!(fs::read_dir(bench.path("closed")).unwrap().count(), 1);
    if is_root {
        // Another's file in an open folder: replaced, but with no more rights than before.
        bench.write("open/theirs.csv", "old");
        set("open/theirs.csv", 0o662);
        let ran = bench.shell(&format!("{nobody} score m.nafal train.csv -o open/theirs.csv"));
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert_eq!(fs::metadata(bench.path("open/theirs.csv")).unwrap().mode() & 0o777, 0o622);
        // In a folder like /tmp it cannot be replaced.
        set("open", 0o1777);
        bench.write("open/own.csv", "old");
        set("open/own.csv", 0o666);
        let ran = bench.shell(&format!("{nobody} score m.nafal train.csv -o open/own.csv"));
        assert!(ran.code == 5 && bench.read("open/own.csv") == "old", "{}", ran.err);
    }
    set("closed", 0o755);
}

#[test]
fn a_file_that_grows_beyond_the_limit_is_taken_back() {
    use std::os::unix::process::ExitStatusExt;

    let bench = Bench::with_model();
    bench.write("long.csv", simulated(9, 9000, 0));
    bench.write("out.csv", "old");
    let before = bench.files();
    // 25 is SIGXFSZ, whose default action ends the process; ignored, it leaves the failed write.
    for (prelude, signal, code) in [("", Some(25), None), ("trap '' XFSZ;", None, Some(5))] {
        let script = format!("ulimit -c 0; ulimit -f 8; {prelude} exec nafal score m.nafal long.csv -o out.csv");
        let output = bench.script(&script).output().unwrap();
        assert_eq!((output.status.signal(), output.status.code()), (signal, code), "{prelude}");
        assert!(String::from_utf8(output.stderr).unwrap().contains("error: cannot write out.csv: File too large"));
        assert_eq!((bench.read("out.csv"), bench.files()), ("old".into(), before.clone()));
    }
}
