//! Outputs that cannot be written.

use super::entry::{Group, Refusal, model, rows};

/// An output that every verb that writes refuses; `to` is its path.
fn to(kind: &'static str, to: &str, code: i32, words: &[&'static str]) -> Refusal {
    let table = "a,b,c,class\n".to_owned() + &rows();
    let line = |start: &str| format!("{start} {to}");
    Refusal::new(kind, &line("score m.nafal t.csv -o"), code, words)
        .file("t.csv", table)
        .file("folder/old", "old")
        .file("m.nafal", model("m.nafal"))
        .also(&[
            &line("predict m.nafal t.csv -o"),
            &line("evaluate m.nafal t.csv -o"),
            &line("recalibrate m.nafal t.csv -o"),
            &line("sample m.nafal -n 3 -o"),
            &line("fit t.csv --label class --preset fast --views 5 --steps 5 -o"),
            &line("fit t.csv --label class --preset fast --views 5 --steps 5 -o new.nafal --report"),
            &line("fit t.csv --label class --preset fast --views 5 --steps 5 -o new.nafal --training-scores"),
        ])
}

/// A script with a model and a table at hand.
#[cfg(unix)]
fn script(kind: &'static str, script: &str, code: i32, words: &[&'static str]) -> Refusal {
    let refusal = Refusal::new(kind, script, code, words).file("m.nafal", model("m.nafal"));
    refusal.file("t.csv", "a,b,c,class\n".to_owned() + &rows()).file("closed/old.csv", "old")
}

pub fn group() -> Group {
    #[cfg_attr(not(unix), expect(unused_mut))]
    let mut refusals = vec![
        to("a folder that there is not", "no/such/x", 5, &["cannot write no/such/x", "no folder"]),
        to("a folder", "folder", 5, &["cannot write folder", "it is a directory"]),
        to("a name that ends in a slash", "new/", 5, &["cannot write new/", "it is a directory"]),
        to("a file in place of a folder", "t.csv/x", 5, &["cannot write t.csv/x"]),
        Refusal::new("the data", "score m.nafal t.csv -o t.csv", 2, &["t.csv is named twice"])
            .file("t.csv", "a,b,c\n1,2,3\n")
            .also(&["predict m.nafal t.csv -o t.csv", "evaluate m.nafal t.csv -o t.csv", "fit t.csv -o t.csv"]),
        Refusal::new(
            "the model",
            "score m.nafal t.csv -o m.nafal",
            2,
            &["m.nafal is named twice", "a file of its own"],
        )
        .file("t.csv", "a,b,c\n1,2,3\n")
        .also(&["sample m.nafal -n 3 -o m.nafal", "evaluate m.nafal t.csv -o m.nafal"]),
        Refusal::new("the same file for model and page", "fit t.csv -o x --report x", 2, &["x is named twice"])
            .file("t.csv", "a,b,c\n1,2,3\n"),
        Refusal::new("a file in place of the folder of demo", "demo --out old", 5, &["cannot write old"])
            .file("old", "x"),
    ];
    #[cfg(unix)]
    refusals.extend([
        to("a name of 300 characters", &"n".repeat(300), 5, &["cannot write nnn"]),
        script("a stdout that is closed", "$ nafal score m.nafal t.csv $JSON >&-", 5, &["<stdout>", "closed"]).also(&[
            "$ nafal predict m.nafal t.csv $JSON >&-",
            "$ nafal info m.nafal $JSON >&-",
            "$ nafal evaluate m.nafal t.csv $JSON >&-",
            "$ nafal sample m.nafal -n 3 $JSON >&-",
        ]),
        script(
            "a stdout that is open for reading only",
            "$ nafal score m.nafal t.csv $JSON 1< closed/old.csv",
            5,
            &["reading only"],
        ),
        script("a stdin that is closed", "$ nafal score m.nafal - $JSON <&-", 3, &["<stdin>", "closed"])
            .also(&["$ nafal fit - -o new.nafal $JSON <&-", "$ nafal evaluate m.nafal - $JSON <&-"]),
        script(
            "links that lead in a circle",
            "$ d=$(mktemp -d); ln -s ring $d/ring; cd $d; nafal score $OLDPWD/m.nafal $OLDPWD/t.csv -o ring $JSON; \
             code=$?; rm -r $d; exit $code",
            5,
            &["cannot write ring", "circle"],
        ),
    ]);
    #[cfg(target_os = "linux")]
    refusals.extend([
        to("a full disk", "/dev/full", 5, &["cannot write /dev/full", "free some space"]),
        script(
            "a full disk behind stdout",
            "$ nafal score m.nafal t.csv $JSON > /dev/full",
            5,
            &["<stdout>", "free some space"],
        )
        .also(&[
            "$ nafal predict m.nafal t.csv $JSON > /dev/full",
            "$ nafal info m.nafal $JSON > /dev/full",
            "$ nafal sample m.nafal -n 3 $JSON > /dev/full",
        ]),
        script("a descriptor that is not open", "$ nafal score m.nafal t.csv -o /dev/fd/9 $JSON", 5, &["/dev/fd/9"]),
    ]);
    Group { title: "Outputs", refusals }
}

#[test]
fn outputs_that_cannot_be_written_are_refused() {
    group().check();
}
