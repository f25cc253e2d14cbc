//! `nafal report`: one page about today's data; the pictures of score and evaluate.
#![cfg(all(feature = "cli", feature = "report"))]

use std::fmt::Write as _;

use crate::command::Bench;

/// `n` rows of three columns that go together and an id, the mean of the second moved by `shift`; every fiftieth row breaks the
/// dependence.
fn table(first: usize, n: usize, shift: f64) -> String {
    let mut text = String::from("id,load,heat,noise,state\n");
    for i in first..first + n {
        let part = |k: usize| ((i * 7919 + k * 104_729) % 10_007) as f64 / 10_007.0;
        let (load, fault) = (10.0 * part(1), i % 50 == 7 && first > 0);
        let heat = if fault { 26.0 - 2.0 * load } else { 2.0 * load + 3.0 } + 0.5 * part(2) + shift;
        writeln!(text, "P-{i},{load:.3},{heat:.3},{:.3},{}", part(3), if fault { "fault" } else { "ok" }).unwrap();
    }
    text
}

fn bench() -> Bench {
    let bench = Bench::new();
    bench.write("train.csv", table(0, 400, 0.0));
    bench.write("today.csv", table(1000, 300, 0.0));
    let fit =
        ["fit", "train.csv", "-o", "m.nafal", "--id", "id", "--label", "state", "--normal", "ok", "--preset", "fast"];
    bench.succeeds(&[&fit[..], &["--experts", "mixture:gaussian,near:standard"]].concat());
    bench
}

/// The text of the figure with that label in the page.
fn headline(page: &str, label: &str) -> String {
    let at = page.find(&format!("<dt>{label}")).unwrap_or_else(|| panic!("{label} in {page}"));
    let (_, rest) = page[at..].split_once("<dd class=\"value\">").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

#[test]
fn the_page_says_which_rows_why_and_what_was_found() {
    let bench = bench();
    let ran = bench.succeeds(&["report", "m.nafal", "today.csv", "--label", "state", "-o", "today.html"]);
    assert!(ran.err.contains("report on 300 rows: today.html") && ran.out.is_empty(), "{}", ran.err);
    let page = bench.read("today.html");
    let predicted = bench.succeeds(&["predict", "m.nafal", "today.csv"]).out;
    let flagged: Vec<Vec<&str>> = predicted
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect())
        .filter(|row: &Vec<&str>| row[4] == "1")
        .collect();
    assert_eq!(headline(&page, "called anomalous"), flagged.len().to_string());
    let found = flagged.iter().filter(|row| (row[0].parse::<usize>().unwrap() + 1000) % 50 == 7).count();
    assert!(
        page.contains(&format!("{found} of 6"))
            && page.contains(&format!("{} of 294 normal ones", flagged.len() - found))
    );
    // Every row that is called anomalous is listed with its id, and the highest have a card.
    for row in &flagged {
        assert!(page.contains(&format!("<td class=\"text\">{}</td>", row[1])), "{row:?}");
    }
    let highest = flagged.iter().max_by(|a, b| a[2].parse::<f64>().unwrap().total_cmp(&b[2].parse().unwrap())).unwrap();
    let card = &page[page.find("id=\"card1\"").unwrap()..page.find("id=\"card2\"").unwrap()];
    assert!(card.contains(&format!("row {}, id {}", highest[0], highest[1])), "{card}");
    let explained = bench.succeeds(&["explain", "m.nafal", "today.csv", "--rows", highest[0], "--top", "1"]).out;
    let cells: Vec<&str> = explained.lines().nth(1).unwrap().split(',').collect();
    let first = card.find("<th scope=\"row\">").unwrap();
    assert!(card[first..].starts_with(&format!("<th scope=\"row\">{}<", cells[5])), "{cells:?} {card}");
    assert!(card.contains("among training values") && card.contains("higher than "));
    for words in ["AUROC", "as in training", "SHA-256", "seed", "load, heat, noise", "expected by chance"] {
        assert!(page.contains(words), "{words}");
    }
    assert_eq!(headline(&page, "columns drifted"), "0");
    // Nothing is fetched from anywhere, and nothing runs.
    for word in ["<script", "<link", "src=", "href=", "url(", "@import"] {
        assert!(!page.contains(word), "{word}");
    }
    let json = bench.succeeds(&["report", "m.nafal", "today.csv", "-o", "j.html", "--json"]).out;
    let line: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&line["report"], &line["rows"]), (&"j.html".into(), &300.into()));
}

#[test]
fn drift_is_named_column_by_column() {
    let bench = bench();
    bench.write("late.csv", table(1000, 300, 6.0));
    bench.succeeds(&["report", "m.nafal", "late.csv", "-o", "late.html"]);
    let page = bench.read("late.html");
    assert_eq!(headline(&page, "column drifted"), "1");
    let table = &page[page.find("Today against training").unwrap()..];
    let row = &table[table.find("<td class=\"text\">").unwrap()..];
    assert!(row.starts_with("<td class=\"text\">heat</td>"), "{}", &row[..200]);
    assert!(row[..400].contains("higher by 5.") || row[..400].contains("higher by 6"), "{}", &row[..400]);
}

#[test]
fn pages_of_several_files_of_a_stream_of_bad_rows_and_of_models_without_rows() {
    let bench = bench();
    bench.write("b.csv", table(5000, 40, 0.0));
    bench.succeeds(&["report", "m.nafal", "today.csv", "b.csv", "-o", "two.html"]);
    assert!(
        bench.read("two.html").contains("2 files under m.nafal") && bench.read("two.html").contains(" of b.csv, id ")
    );
    let ran = bench.run_with_input(&["report", "m.nafal", "-", "-o", "in.html"], bench.read("today.csv"));
    assert!(ran.code == 0 && bench.read("in.html").contains("&lt;stdin&gt;"), "{}", ran.err);
    let spoilt = bench.read("today.csv").replacen("P-1003,", "<b>P-1003</b>,soon", 1);
    bench.write("bad.csv", spoilt);
    bench.fails(&["report", "m.nafal", "bad.csv", "-o", "bad.html"], 3, &["bad.csv:5"]);
    assert!(!bench.path("bad.html").exists());
    bench.succeeds(&["report", "m.nafal", "bad.csv", "-o", "bad.html", "--on-bad-row", "skip"]);
    let page = bench.read("bad.html");
    assert!(page.contains("class=\"notes\"") && page.contains("1 of 300 rows"), "{}", &page[3000..6000]);
    let fit = [
        "fit",
        "train.csv",
        "-o",
        "n.nafal",
        "--id",
        "id",
        "--ignore",
        "state",
        "--no-training-rows",
        "--preset",
        "fast",
    ];
    bench.succeeds(&[&fit[..], &["--experts", "mixture:gaussian"]].concat());
    bench.succeeds(&["report", "n.nafal", "today.csv", "-o", "n.html"]);
    let page = bench.read("n.html");
    assert!(page.contains("id=\"card1\"") && !page.contains("Today against training"));
    bench.fails(&["report", "m.nafal", "today.csv", "-o", "today.csv"], 2, &["named twice"]);
    bench.fails(&["report", "m.nafal", "today.csv", "--label", "heat", "-o", "x.html"], 3, &["heat", "feature"]);
}

#[test]
fn a_long_table_makes_a_small_page() {
    let bench = bench();
    bench.write("long.csv", table(1000, 30_000, 0.0));
    bench.succeeds(&["report", "m.nafal", "long.csv", "-o", "long.html", "--top", "3"]);
    let size = bench.read("long.html").len();
    assert!((50_000..500_000).contains(&size), "{size}");
}

#[test]
fn pictures_of_scores_and_of_what_was_found() {
    let bench = bench();
    bench.succeeds(&["score", "m.nafal", "today.csv", "-o", "s.csv", "--plot", "s.svg"]);
    assert!(bench.read("s.svg").starts_with("<svg") && bench.read("s.svg").contains("called anomalous"));
    assert_eq!(bench.read("s.csv"), bench.succeeds(&["score", "m.nafal", "today.csv"]).out);
    bench.succeeds(&["evaluate", "m.nafal", "today.csv", "--plot", "e.svg"]);
    assert!(bench.read("e.svg").contains("nafal (area "));
    bench.fails(&["score", "m.nafal", "today.csv", "-o", "s.csv", "--plot", "s.csv"], 2, &["named twice"]);
}

#[test]
fn the_page_of_a_fit_shows_bad_rows_among_the_normal_ones() {
    let bench = Bench::new();
    let mut train = table(0, 300, 0.0);
    train.push_str("P-odd,5,99,0.5,ok\n");
    bench.write("train.csv", train);
    let fit = [
        "fit",
        "train.csv",
        "-o",
        "m.nafal",
        "--id",
        "id",
        "--ignore",
        "state",
        "--preset",
        "fast",
        "--report",
        "fit.html",
    ];
    bench
        .succeeds(&[&fit[..], &["--experts", "mixture:gaussian,near:standard", "--training-scores", "t.csv"]].concat());
    let page = bench.read("fit.html");
    let card = &page[page.find("id=\"card1\"").unwrap()..];
    assert!(card.contains("row 300, id P-odd") && card[..3000].contains("heat"), "{}", &card[..1500]);
    assert!(!page.contains("drifted"));
    let scores = bench.read("t.csv");
    assert!(scores.starts_with("row,id,score,p_value\n0,P-0,") && scores.contains("\n300,P-odd,"), "{scores}");
}

#[test]
fn labels_of_one_class_are_said_and_counted() {
    let bench = bench();
    let ran =
        bench.succeeds(&["report", "m.nafal", "today.csv", "--label", "state", "--normal", "fine", "-o", "a.html"]);
    assert!(ran.err.contains("warning: no label is \"fine\""), "{}", ran.err);
    assert!(
        bench.read("a.html").contains("of the anomalies found") && bench.read("a.html").contains("class=\"notes\"")
    );
    let normal: String =
        bench.read("today.csv").lines().filter(|line| !line.ends_with("fault")).map(|l| format!("{l}\n")).collect();
    bench.write("good.csv", normal);
    let ran = bench.succeeds(&["report", "m.nafal", "good.csv", "--label", "state", "-o", "b.html"]);
    assert!(
        ran.err.contains("false alarms alone") && bench.read("b.html").contains("of 294 normal ones"),
        "{}",
        ran.err
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_picture_that_cannot_be_written_leaves_no_table() {
    let bench = bench();
    for verb in ["score", "explain"] {
        bench.fails(&[verb, "m.nafal", "today.csv", "--plot", "/dev/full", "-o", "out.csv"], 5, &["/dev/full"]);
        assert!(!bench.path("out.csv").exists(), "{verb}");
    }
    let ran = bench.succeeds(&["explain", "m.nafal", "today.csv", "--alpha", "0.001", "-o", "why.csv"]);
    assert!(ran.err.contains("warning: no p-value is below"), "{}", ran.err);
}
