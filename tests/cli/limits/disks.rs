//! A disk without room: each verb in a file system of a few pages, or of no more files than there are.

use super::writers::{DEMO, WRITERS, bench, code, run};

/// A file system of a few pages in a name space of its own, so that nothing stays mounted; without rights to mount: 99.
const MOUNT: &str = "command -v unshare > /dev/null || { echo there is no unshare >&2; exit 99; }
    unshare -rm true 2> /dev/null || { echo no name space may be made >&2; exit 99; }
    exec unshare -rm bash -c 'mkdir -p disk; mount -t tmpfs -o OPTIONS none disk || exit 99; BODY'";

#[test]
fn a_full_disk_leaves_the_old_file_and_nothing_else() {
    let bench = bench();
    for (options, fill) in
        [("size=64k", "head -c 100000 /dev/zero > disk/fill 2> /dev/null;"), ("size=1m,nr_inodes=FILES", "")]
    {
        for writer in WRITERS.iter().chain([&DEMO]) {
            let old = writer.files.iter().map(|name| format!("echo old > disk/{name};")).collect::<String>();
            // The disk itself and the old files are all the files that there may be.
            let options = options.replace("FILES", &(1 + writer.files.len()).to_string());
            let line = writer.line("disk");
            let body = format!(
                "{old} {fill} ls -A disk > before; nafal {line}; code=$?; ls -A disk > after; cat disk/[!f]*; exit $code"
            );
            // What is beside the disk is in the folder, which has room.
            let Some(output) = run(&bench, &MOUNT.replace("OPTIONS", &options).replace("BODY", &body)) else { return };
            let err = String::from_utf8_lossy(&output.stderr);
            assert!(code(&output) == 5 && err.contains("error: cannot write disk/"), "{options}: {line}: {err}");
            assert!(err.contains("; free some space") && !err.contains("panicked"), "{line}: {err}");
            assert_eq!(bench.read("after"), bench.read("before"), "{line}");
            assert_eq!(String::from_utf8_lossy(&output.stdout), "old\n".repeat(writer.files.len()), "{line}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_refused_by_every_verb() {
    let bench = bench();
    for writer in WRITERS.iter().filter(|writer| writer.files.len() == 1) {
        let script = format!("nafal {}", writer.line("@").replace("@/out", "/dev/full"));
        let output = run(&bench, &script).unwrap();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(
            code(&output) == 5 && err.contains("cannot write /dev/full") && err.contains("; free some space"),
            "{script}: {err}"
        );
    }
}
