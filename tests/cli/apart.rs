//! An output never takes the place of an input or of another output, by whatever name it goes.
#![cfg(all(feature = "cli", feature = "report"))]

use crate::command::Bench;

const OWN: &str = "write the output to a file of its own";

#[test]
fn an_output_never_takes_the_place_of_an_input() {
    let bench = Bench::with_model();
    let (model, table) = (std::fs::read(bench.path("m.nafal")).unwrap(), bench.read("train.csv"));
    for arguments in [
        &["fit", "train.csv", "-o", "train.csv"][..],
        &["fit", "train.csv", "-o", "n.nafal", "--report", "./n.nafal"],
        &["fit", "train.csv", "-o", "n.nafal", "--report", "train.csv"],
        &["score", "m.nafal", "train.csv", "-o", "train.csv"],
        &["predict", "m.nafal", "train.csv", "-o", "m.nafal"],
        &["evaluate", "m.nafal", "train.csv", "-o", "./train.csv"],
        &["sample", "m.nafal", "-n", "3", "-o", "m.nafal"],
    ] {
        bench.fails(arguments, 2, &[OWN]);
    }
    let ran = bench.run(&["fit", "train.csv", "-o", "-", "--json"]);
    assert!(ran.code == 2 && ran.err.contains(OWN), "{}", ran.err);
    // Before the work: what would be wrong with the model is not looked at.
    bench.write("bad.nafal", "bad");
    bench.fails(&["score", "bad.nafal", "train.csv", "-o", "train.csv"], 2, &[OWN]);
    assert!(std::fs::read(bench.path("m.nafal")).unwrap() == model && bench.read("train.csv") == table);
}

#[test]
fn an_experiment_does_not_write_among_its_data() {
    let bench = Bench::new();
    std::fs::create_dir_all(bench.path("data/tabular")).unwrap();
    bench.write("data/tabular/x.mat", "x");
    for output in ["data/tabular/x.mat", "./data/new", "data/tabular/../x"] {
        bench.fails(&["reproduce", "table1", "--data", "data", "-o", output], 2, &["data", "elsewhere"]);
    }
    std::fs::create_dir(bench.path("figures")).unwrap();
    bench.fails(&["reproduce", "figure6", "-o", "figures/figure6.csv"], 2, &["figures", "elsewhere"]);
    assert_eq!(bench.read("data/tabular/x.mat"), "x");
}

#[cfg(unix)]
#[test]
fn links_and_redirections_hide_nothing() {
    let bench = Bench::with_model();
    std::fs::hard_link(bench.path("train.csv"), bench.path("hard.csv")).unwrap();
    std::os::unix::fs::symlink("train.csv", bench.path("soft.csv")).unwrap();
    std::os::unix::fs::symlink("nothing.nafal", bench.path("dangling")).unwrap();
    std::os::unix::fs::symlink(".", bench.path("folder")).unwrap();
    let (model, table) = (std::fs::read(bench.path("m.nafal")).unwrap(), bench.read("train.csv"));
    let before = bench.files();
    for script in [
        "nafal score m.nafal train.csv -o hard.csv",
        "nafal score m.nafal hard.csv -o soft.csv",
        "nafal score m.nafal train.csv -o folder/hard.csv",
        "nafal score m.nafal - -o hard.csv < train.csv",
        "nafal score m.nafal train.csv >> train.csv",
        "nafal score m.nafal train.csv >> hard.csv",
        "nafal score m.nafal - < train.csv >> train.csv",
        "nafal score m.nafal /dev/stdin -o hard.csv < train.csv",
        "nafal score m.nafal train.csv -o /dev/stdout >> train.csv",
        "nafal score m.nafal train.csv -o /dev/fd/7 7>> train.csv",
        "nafal predict m.nafal train.csv >> m.nafal",
        "nafal evaluate m.nafal train.csv >> m.nafal",
        "nafal sample m.nafal -n 3 >> m.nafal",
        "nafal info m.nafal >> m.nafal",
        "nafal fit - -o train.csv < train.csv",
        "nafal fit train.csv -o n.nafal --json >> train.csv",
        "nafal fit train.csv -o dangling --report nothing.nafal",
        "nafal fit train.csv -o /dev/stdout --report /dev/fd/1 | cat; exit ${PIPESTATUS[0]}",
        "nafal fit train.csv -o m.nafal --json >> m.nafal",
        "nafal demo --out . >> train.csv",
    ] {
        let ran = bench.shell(script);
        assert!(ran.code == 2 && ran.err.contains(OWN) && ran.out.is_empty(), "{script}: {} {}", ran.code, ran.err);
        assert_eq!(bench.files(), before, "{script}");
    }
    assert!(std::fs::read(bench.path("m.nafal")).unwrap() == model && bench.read("train.csv") == table);
    // What is no regular file may be named twice.
    for script in [
        "nafal score m.nafal train.csv -o /dev/null > /dev/null",
        "nafal fit train.csv -o /dev/null --report /dev/null --preset=fast --views=5 --json < /dev/null > /dev/null",
    ] {
        assert_eq!(bench.shell(script).code, 0, "{script}");
    }
    assert_eq!(bench.shell("nafal score m.nafal - < /dev/null > /dev/null").code, 3);
}
