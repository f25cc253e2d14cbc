//! Data that do not go with the model.

use super::entry::{Group, HEADER, Refusal, rows, series};

/// Data that score, predict and evaluate refuse.
fn all(kind: &'static str, model: &str, name: &str, content: impl AsRef<[u8]>, words: &[&'static str]) -> Refusal {
    let line = |verb: &str| format!("{verb} {model} {name} -o out.csv");
    Refusal::new(kind, &line("score"), 3, words).file(name, content).also(&[
        &line("predict"),
        &line("evaluate"),
        &format!("{} --on-bad-row stop", line("score")),
        &format!("recalibrate {model} {name} -o new.nafal"),
    ])
}

pub fn group() -> Group {
    let table = "a,b,c,class\n".to_owned() + &rows();
    let all_series = HEADER.to_owned() + &series();
    let flat = "@relation x\n@attribute a numeric\n@attribute c numeric\n@attribute class {0,1}\n@data\n1,2,0\n";
    let refusals = vec![
        all(
            "a column of the model is missing",
            "m.nafal",
            "t.csv",
            "a,c,class\n1,2,0\n1,2,1\n",
            &["t.csv:1: ", "\"b\"", "missing"],
        ),
        all(
            "a column in another case",
            "m.nafal",
            "t.csv",
            table.replace("b,", "B,"),
            &["t.csv:1: ", "\"b\"", "\"B\""],
        ),
        all("a table without a header", "m.nafal", "t.csv", rows(), &["t.csv:1: ", "no header"]),
        all("an attribute of the model is missing", "m.nafal", "t.arff", flat, &["t.arff: ", "\"b\"", "missing"]),
        all("series and a model of a table", "m.nafal", "t.ts", &all_series, &["t.ts:1: ", "model of series"]),
        all("a table and a model of series", "s.nafal", "t.csv", &table, &["t.csv:1: ", "name a file of series"]),
        all(
            "series of more channels",
            "s.nafal",
            "t.ts",
            "@classLabel true\n@data\n1,2:3,4:5,6:up\n",
            &["t.ts: 3 channels", "series of 2"],
        ),
        all(
            "series of one channel",
            "s.nafal",
            "t.ts",
            "@classLabel true\n@data\n1,2:up\n",
            &["t.ts: 1 channels", "series of 2"],
        ),
        Refusal::new(
            "--kind of the other kind",
            "score m.nafal t.csv --kind series -o out.csv",
            2,
            &["--kind series", "leave out --kind"],
        )
        .file("t.csv", &table)
        .also(&["predict m.nafal t.csv --kind series -o out.csv", "evaluate m.nafal t.csv --kind series -o out.csv"]),
        Refusal::new(
            "a row to explain that is not there",
            "explain m.nafal t.csv --rows 3,100 -o out.csv",
            3,
            &["t.csv: has 12 rows", "--rows asks for 100"],
        )
        .file("t.csv", &table),
        Refusal::new(
            "explanations of series by a model without any",
            "explain bare.nafal t.ts -o out.csv",
            2,
            &["holds no training series", "fit it again without --no-training-rows"],
        )
        .file("t.ts", &all_series)
        .also(&["score bare.nafal t.ts --explain -o out.csv"]),
        Refusal::new("samples of series", "sample s.nafal -n 3 -o out.csv", 2, &["model of a table"]),
        Refusal::new(
            "labels to evaluate that the model does not name",
            "evaluate m.nafal t.csv -o out.csv",
            3,
            &["t.csv:1: ", "\"class\"", "missing"],
        )
        .file("t.csv", "a,b,c\n1,2,3\n"),
        Refusal::new(
            "no normal row to recalibrate",
            "recalibrate m.nafal t.csv --label class --normal 7 -o new.nafal",
            3,
            &["t.csv: ", "no label is \"7\"", "--normal"],
        )
        .file("t.csv", &table),
        Refusal::new(
            "every row to recalibrate is bad",
            "recalibrate m.nafal t.csv --on-bad-row skip -o new.nafal",
            3,
            &["t.csv: ", "no case that can be used"],
        )
        .file("t.csv", "a,b,c,class\n1,x,3,0\n"),
        Refusal::new(
            "every row is bad",
            "evaluate m.nafal t.csv --on-bad-row skip -o out.csv",
            3,
            &["t.csv: ", "no case that can be used"],
        )
        .file("t.csv", "a,b,c,class\n1,x,3,0\n"),
    ];
    Group { title: "Data that do not go with the model", refusals }
}

#[test]
fn data_that_do_not_go_with_the_model_are_refused() {
    group().check();
}
