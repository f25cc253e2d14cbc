//! ARFF files, of tables and of series.

use super::entry::{Group, Refusal, rows};

const HEADER: &str = "@relation x\n@attribute a numeric\n@attribute b numeric\n@attribute c numeric\n\
                      @attribute class {0,1}\n@data\n";
const RELATIONAL: &str = "@relation x\n@attribute bag relational\n@attribute t1 numeric\n@attribute t2 numeric\n@end bag\n\
                          @attribute class {up,down}\n@data\n";

/// A table that every verb refuses.
fn file(kind: &'static str, content: impl AsRef<[u8]>, words: &[&'static str]) -> Refusal {
    let words: Vec<&str> = [&["t.arff:"], words].concat();
    Refusal::new(kind, "fit t.arff -o new.nafal --label class", 3, &words).file("t.arff", content).also(&[
        "score m.nafal t.arff -o out.csv",
        "predict m.nafal t.arff -o out.csv",
        "evaluate m.nafal t.arff -o out.csv",
    ])
}

/// A table with something else in its header.
fn header(kind: &'static str, from: &str, to: &str, words: &[&'static str]) -> Refusal {
    assert!(HEADER.contains(from));
    file(kind, HEADER.replace(from, to) + &rows(), words)
}

/// A table of which the first row, on line 7, is another.
fn row(kind: &'static str, row: &str, words: &[&'static str]) -> Refusal {
    file(kind, format!("{HEADER}{row}\n{}", rows()), &[&["t.arff:7: "], words].concat())
}

/// Series of a relational attribute.
fn series(kind: &'static str, content: &str, words: &[&'static str]) -> Refusal {
    let words: Vec<&str> = [&["t.arff:"], words].concat();
    Refusal::new(kind, "fit t.arff -o new.nafal --label class --normal up", 3, &words)
        .file("t.arff", content)
        .also(&["score s.nafal t.arff -o out.csv"])
}

pub fn group() -> Group {
    let refusals = vec![
        file("a header without rows", HEADER, &["no rows"]),
        header("no `@data`", "@data\n", "", &["t.arff:6: ", "no line of an ARFF header"]),
        file("nothing behind the header", HEADER.replace("@data\n", ""), &["ends before `@data`"]),
        file("no attribute", "@relation x\n@data\n1\n", &["t.arff:2: ", "no `@attribute`"]),
        header("an attribute without a name", "@attribute b numeric", "@attribute", &["t.arff:3: ", "without a name"]),
        header("an attribute twice", "@attribute b", "@attribute a", &["t.arff:3: ", "\"a\"", "on line 2"]),
        header("an attribute of an unknown type", "b numeric", "b complex", &["t.arff:3: ", "\"complex\""]),
        header("a name of two words without quotation marks", "b numeric", "b c numeric", &["t.arff:3: "]),
        header("a list of names that is not closed", "{0,1}", "{0,1", &["t.arff:5: ", "end it in `}`"]),
        header("an attribute of text", "b numeric", "b string", &["t.arff:3: ", "\"b\"", "text"]),
        header("an attribute of dates", "b numeric", "b date yyyy", &["t.arff:3: ", "\"b\"", "dates"]),
        header("something else in the header", "@attribute b", "@frequency daily\n@attribute b", &["t.arff:3: "]),
        row("a sparse row", "{0 1, 2 3}", &["sparse row"]),
        row("a row with a weight", "1,2,3,0,{5}", &["weight"]),
        row("a row that is too short", "1,2", &["2 values", "4 attributes"]),
        row("a row that is too long", "1,2,3,0,5", &["5 values", "4 attributes"]),
        row("an empty value", "1,,3,0", &["a value is empty"]),
        row("an empty value at the end", "1,2,3,", &["the last value is empty"]),
        row("a missing value", "1,?,3,0", &["\"b\"", "missing"]),
        row("a word", "1,x,3,0", &["\"b\"", "\"x\" is not a number"]),
        row("NaN", "1,NaN,3,0", &["\"b\"", "not a finite number"]),
        row("a quotation mark that is not closed", "1,'2,3,0", &["not closed"]),
        row("something behind a quotation mark", "1,'2'x,3,0", &["put a comma"]),
        row("a brace", "1,2},3,0", &["`}`"]),
        Refusal::new(
            "a label that the header does not name",
            "fit t.arff -o new.nafal --label class",
            3,
            &["t.arff:7: ", "\"class\"", "\"2\"", "\"0\", \"1\""],
        )
        .file("t.arff", format!("{HEADER}1,2,3,2\n{}", rows()))
        .also(&["evaluate m.nafal t.arff -o out.csv"]),
        Refusal::new(
            "a missing label",
            "fit t.arff -o new.nafal --label class",
            3,
            &["t.arff:7: ", "\"class\"", "missing"],
        )
        .file("t.arff", format!("{HEADER}1,2,3,?\n{}", rows()))
        .also(&["evaluate m.nafal t.arff -o out.csv"]),
        Refusal::new(
            "an unknown label attribute",
            "fit t.arff -o new.nafal --label z",
            3,
            &["t.arff: ", "\"z\"", "missing"],
        )
        .file("t.arff", HEADER.to_owned() + &rows())
        .also(&["info t.arff --label z", "evaluate m.nafal t.arff --label z -o out.csv"]),
        file("bytes that are no UTF-8", [HEADER.as_bytes(), b"1,\xff,3,0\n"].concat(), &["t.arff:7: ", "UTF-8"]),
        series("a relational attribute that is not closed", &RELATIONAL.replace("@end bag\n", ""), &["relational"]),
        series("a nominal attribute in a relational one", &RELATIONAL.replace("t2 numeric", "t2 {x}"), &["t.arff:4: "]),
        series(
            "a number beside a relational attribute",
            &RELATIONAL.replace("{up,down}", "numeric"),
            &["t.arff:6: ", "nothing else"],
        ),
        series(
            "a channel of too few values",
            &format!("{RELATIONAL}'1,2\\n3',up\n"),
            &["row 0: ", "\"channel 1\"", "`?`"],
        ),
        series(
            "a class that the header does not name",
            &format!("{RELATIONAL}'1,2\\n3,4',left\n"),
            &["row 0: ", "\"left\""],
        ),
        series(
            "another number of channels",
            &format!("{RELATIONAL}'1,2\\n3,4',up\n'1,2',up\n"),
            &["t.arff:9: row 1: "],
        ),
        series(
            "a value that is no number",
            &format!("{RELATIONAL}'1,x\\n3,4',up\n"),
            &["row 0: ", "\"channel 0\"", "\"x\""],
        ),
        series("a relational value without rows", &format!("{RELATIONAL}'',up\n"), &["row 0: ", "has no rows"]),
    ];
    Group { title: "ARFF files", refusals }
}

#[test]
fn arff_that_cannot_be_read_is_refused() {
    group().check();
}
