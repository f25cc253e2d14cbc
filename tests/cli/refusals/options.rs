//! Options that make no sense, alone or together.

use super::entry::{Group, HEADER, Refusal, rows, series};

fn line(kind: &'static str, line: &str, words: &[&'static str]) -> Refusal {
    let refusal = Refusal::new(kind, line, 2, words).file("t.csv", "a,b,c,class\n".to_owned() + &rows());
    if line.contains("t.ts") { refusal.file("t.ts", HEADER.to_owned() + &series()) } else { refusal }
}

fn fit(kind: &'static str, options: &str, words: &[&'static str]) -> Refusal {
    line(kind, &format!("fit t.csv -o new.nafal {options}"), words)
}

fn predict(kind: &'static str, options: &str, words: &[&'static str]) -> Refusal {
    line(kind, &format!("predict m.nafal t.csv -o out.csv {options}"), words)
}

fn explain(kind: &'static str, options: &str, words: &[&'static str]) -> Refusal {
    line(kind, &format!("explain m.nafal t.csv -o out.csv {options}"), words)
}

pub fn group() -> Group {
    let wide = format!("{}\n{}", (0..2001).map(|i| format!("c{i}")).collect::<Vec<_>>().join(","), {
        let row = |i: usize| (0..2001).map(|j| (i * j % 7).to_string()).collect::<Vec<_>>().join(",") + "\n";
        (0..10).map(row).collect::<String>()
    });
    let refusals = vec![
        line("no verb", "", &["nafal"]),
        line("an unknown verb", "frobnicate", &["frobnicate"]),
        line("a misspelt verb", "scroe m.nafal t.csv", &["scroe", "score"]),
        line("an unknown option", "score m.nafal t.csv --frobnicate -o out.csv", &["--frobnicate"]),
        line("a misspelt option", "fit t.csv -o new.nafal --setps 3", &["--setps", "--steps"]),
        line("no output of a fit", "fit t.csv", &["--output"]),
        line("no data", "score m.nafal", &["DATA"]),
        line("an argument too many", "sample m.nafal t.csv -n 3 -o out.csv", &["t.csv"]),
        line("no number of samples", "sample m.nafal -o out.csv", &["--count"]),
        line("samples 0", "sample m.nafal -n 0 -o out.csv", &["0", "1..=10000000"]),
        line("samples -3", "sample m.nafal -n -3 -o out.csv", &["-3"]),
        line("an unknown kind of data", "fit t.csv -o new.nafal --kind image", &["image", "table or series"])
            .also(&["info t.csv --kind image", "score m.nafal t.csv --kind image -o out.csv"]),
        predict("alpha 0", "--alpha 0", &["alpha is 0", "between 0 and 1"]),
        predict("alpha 1", "--alpha 1", &["alpha is 1", "between 0 and 1"]),
        predict("alpha 2", "--alpha 2", &["alpha is 2", "between 0 and 1"]),
        predict("alpha NaN", "--alpha NaN", &["alpha is NaN"]),
        predict("alpha of a word", "--alpha small", &["small"]),
        predict("alpha in percent", "--alpha 5%", &["5%"]),
        line("alpha 1.5 to evaluate", "evaluate m.nafal t.csv --alpha 1.5 -o out.csv", &["alpha is 1.5"]),
        predict("contamination 0", "--contamination 0", &["contamination is 0", "between 0 and 1"]),
        predict("contamination 1", "--contamination 1", &["contamination is 1"]),
        predict("contamination below 0", "--contamination=-0.1", &["contamination is -0.1"]),
        predict("fdr 0", "--fdr 0", &["fdr is 0", "between 0 and 1"]),
        predict("fdr 1", "--fdr 1", &["fdr is 1"]),
        predict("fdr NaN", "--fdr NaN", &["fdr is NaN"]),
        predict("top 0", "--top 0", &["top is 0", "at least one row"]),
        predict("top below 0", "--top=-3", &["-3"]),
        predict("top of a half row", "--top 2.5", &["2.5"]),
        predict("fdr and top", "--fdr 0.1 --top 3", &["cannot be used with"]),
        predict("threshold NaN", "--threshold nan", &["threshold is not a number"]),
        predict("alpha and threshold", "--alpha 0.1 --threshold 3", &["cannot be used with"]),
        predict("alpha and contamination", "--alpha 0.1 --contamination 0.1", &["cannot be used with"]),
        predict("an option twice", "--alpha 0.1 --alpha 0.2", &["multiple times"]),
        line("standard input twice", "score m.nafal - - -o out.csv", &["- is named twice", "once"]).also(&[
            "predict m.nafal - t.csv - -o out.csv",
            "evaluate m.nafal - - -o out.csv",
            "recalibrate m.nafal - - -o new.nafal",
        ]),
        line("no output of recalibrate", "recalibrate m.nafal t.csv", &["--output"]),
        line(
            "--normal without --label to recalibrate",
            "recalibrate m.nafal t.csv -o new.nafal --normal 0",
            &["--label"],
        ),
        fit("a window without an end", "--window 0", &["0", "4..="]),
        fit("a stride of a table of rows", "--stride 5", &["--stride", "--window"]),
        fit("times of a table of rows", "--time a", &["--time", "--window"]),
        fit("windows and cases", "--window 5 --case a", &["cannot be used with"]),
        fit("windows of series", "--window 5 --kind series", &["--kind series", "log"]),
        predict("windows of a model of rows", "--window 5", &["was not fitted to a log", "--window"]).also(&[
            "score m.nafal t.csv -o out.csv --stride 3",
            "explain m.nafal t.csv -o out.csv --group a",
            "report m.nafal t.csv -o out.html --case a",
        ]),
        line("a score a reading of rows", "score m.nafal t.csv -o out.csv --points", &["--points", "--window"]),
        line("no output of a report", "report m.nafal t.csv", &["--output"]),
        line("alpha 2 to report", "report m.nafal t.csv -o out.html --alpha 2", &["alpha is 2"]),
        line("a report over its data", "report m.nafal t.csv -o t.csv", &["named twice"]),
        explain("rows to explain in words", "--rows first", &["\"first\"", "3,7,10-20"]),
        explain("rows to explain from behind", "--rows 5-2", &["\"5-2\"", "ends before it begins"]),
        explain("rows to explain and alpha", "--rows 5 --alpha 0.1", &["cannot be used with"]),
        explain("alpha 2 to explain", "--alpha 2", &["alpha is 2"]),
        explain("no cause of a row", "--top 0", &["0", "1.."]),
        explain("a picture in the place of the output", "--plot out.csv", &["out.csv is named twice"]),
        fit("an unknown method", "--method magic", &["magic", "panel"]),
        fit("an unknown preset", "--preset best", &["best", "fast"]),
        fit("an unknown expert", "--experts magic", &["\"magic\"", "use "]),
        fit("an unknown block of an expert", "--experts near:magic", &["\"near:magic\"", "use "]),
        fit("experts and a method", "--experts near --method naf-ad", &["cannot be used with"]),
        fit(
            "experts that keep rows where none shall be kept",
            "--experts near --no-training-rows",
            &["keeps training rows"],
        ),
        fit("an unknown score", "--score best", &["best", "calibrated"]),
        fit("a score that the panel does not have", "--score likelihood --method panel", &["--score"]),
        fit("views 0", "--views 0", &["0", "1..=100000"]),
        fit("views beyond the most", "--views 100001", &["100001"]),
        fit("steps 0", "--steps 0", &["0", "--steps"]),
        fit("steps that are no number", "--steps many", &["many"]),
        fit("a seed that is no number", "--seed x", &["'x'", "--seed"]),
        fit("a seed below 0", "--seed=-1", &["-1"]),
        fit("fit-rows 0", "--fit-rows 0", &["0", "--fit-rows"]),
        fit("fit-rows 7", "--fit-rows 7", &["7", "--fit-rows"]),
        fit("--normal without --label", "--normal 0", &["--label"]),
        fit("active that is neither on nor off", "--active maybe", &["maybe", "on, off"]),
        fit("an unknown way with bad rows", "--on-bad-row cry", &["cry", "skip"]),
        fit("threads 0", "--threads 0", &["0", "1..=1024"]),
        fit("threads beyond the most", "--threads 5000", &["5000"]),
        fit("max-memory of 12 bytes", "--max-memory 12", &["at least 64 MB"]),
        fit("max-memory of a word", "--max-memory much", &["is no size"]),
        fit("max-memory of an unknown unit", "--max-memory 3X", &["is no size"]),
        fit("max-memory below 0", "--max-memory=-1G", &["-1G"]),
        line("the paper's preset with series", "fit t.ts -o new.nafal --preset paper", &["for tables"]),
        Refusal::new(
            "too little memory for so many columns",
            "fit t.csv -o new.nafal --max-memory 64M",
            3,
            &["t.csv: ", "2001 columns", "--max-memory"],
        )
        .file("t.csv", wide),
        line("an unknown table of the paper", "reproduce table9 --data .", &["table9"]),
        line("an unknown method of reproduce", "reproduce table1 --data folder --methods magic", &["magic"]),
    ];
    Group { title: "Options", refusals }
}

#[test]
fn options_that_make_no_sense_are_refused() {
    group().check();
}
