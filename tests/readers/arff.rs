//! ARFF: tables, series in a relational attribute, series of one channel, and what is refused.

use crate::bytes::{gzipped, read, refused, series, table};
use nafal::data::{Column, ColumnChoice, Kind, ReadOptions, SeriesSet};

const FLAT: &str = "\u{feff}% made by hand\n\n@RELATION 'two words'\n@Attribute 'a b' NUMERIC % the first\n\
                    @attribute \"it's\" real [0,1]\n@attribute c integer\n@attribute 'kind of' {ok, 'not ok',\"?\"}\n@DATA\n\
                    1, 2.5,3 ,ok\n% between\n\n-4e0\t5 6 'not ok'\n7,8,9,'?'\n";

const RELATIONAL: &str = "% cut down\n@relation walks\n@attribute bag relational\n  @attribute t0 numeric\n  @attribute t1 numeric\n  \
                          @attribute t2 numeric\n@end bag\n@attribute class {slow,fast}\n@data\n\
                          \"1,2,3\\n4,?,6\\n\",slow\n'7,8,?\\n?,1,2',fast\n";

fn label(name: &str) -> ReadOptions {
    ReadOptions { label: Some(name.into()), ..ReadOptions::default() }
}

#[test]
fn a_flat_file_is_a_table() {
    for bytes in [FLAT.as_bytes().to_vec(), gzipped(FLAT.as_bytes()), FLAT.replace('\n', "\r\n").into_bytes()] {
        let table = table(bytes, "<stdin>", &label("kind of"));
        assert_eq!(table.names(), ["a b", "it's", "c"]);
        assert_eq!(table.values(), [1.0, 2.5, 3.0, -4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
        assert_eq!(table.labels().unwrap(), ["ok", "not ok", "?"]);
        assert_eq!(table.label_name(), Some("kind of"));
    }
    // Chosen columns: names and categories that are not needed are no obstacle.
    let columns = Some(vec![Column::number("c"), Column::number("a b")]);
    let chosen = table(FLAT, "f.arff", &ReadOptions { columns, ..ReadOptions::default() });
    assert_eq!(chosen.values(), [3.0, 1.0, 6.0, -4.0, 9.0, 7.0]);
    let numbers = "@relation x\n@attribute a numeric\n@data\n1\n2\n";
    assert_eq!(table(numbers, "f.arff", &ReadOptions::default()).rows(), 2);
}

#[test]
fn nominal_attributes_are_categories_and_missing_values_nan_where_they_may_be() {
    let text = "@relation x\n@attribute a numeric\n@attribute k {red,'light blue',green}\n@attribute s string\n@data\n1,green,u\n?,red,v\n3,?,w\n";
    let choice = ColumnChoice { ids: vec!["s".into()], ..ColumnChoice::default() };
    let table = table(text, "f.arff", &ReadOptions { choice: choice.clone(), missing: true, ..ReadOptions::default() });
    assert_eq!(table.kinds()[1].categories().unwrap(), ["red", "light blue", "green"]);
    let cells: Vec<Option<f64>> = table.values().iter().map(|v| (!v.is_nan()).then_some(*v)).collect();
    assert_eq!(cells, [Some(1.0), Some(2.0), None, Some(0.0), Some(3.0), None]);
    assert_eq!(table.carried().cells, ["u", "v", "w"]);
    let message = refused(text, "f.arff", None, &ReadOptions { choice, ..ReadOptions::default() });
    assert!(message.contains("f.arff:7: column \"a\"") && message.contains("--missing impute"), "{message}");
}

#[test]
fn what_a_table_cannot_hold_is_refused_in_words() {
    let none = ReadOptions::default();
    let head = "@relation x\n@attribute a numeric\n@attribute b numeric\n@data\n";
    for (text, want) in [
        (format!("{head}1,?\n"), "f.arff:5: column \"b\": \"?\" stands for a missing value"),
        (format!("{head}1,x\n"), "f.arff:5: column \"b\": \"x\" is not a number"),
        (format!("{head}1,'?'\n"), "\"?\" is not a number"),
        (format!("{head}1,1e999\n"), "is not a finite number"),
        (format!("{head}\n1\n"), "f.arff:6: 1 values, and the header has 2 attributes"),
        (format!("{head}1,2,3\n"), "3 values, and the header has 2"),
        (format!("{head}{{0 1}}\n"), "f.arff:5: a sparse row"),
        (format!("{head}1,2,{{5}}\n"), "a row with a weight"),
        (format!("{head}1,\n"), "the last value is empty"),
        (format!("{head}1,'2\n"), "a quotation mark (') is not closed"),
        (head.to_owned(), "has a header but no rows"),
        ("@relation x\n@data\n1\n".into(), "f.arff:2: no `@attribute` before `@data`"),
        ("@relation x\n@attribute a numeric\n".into(), "the file ends before `@data`"),
        ("@relation x\n@attribute a string\n@data\nx\n".into(), "f.arff:2: column \"a\": holds text"),
        ("@relation x\n@attribute a date 'yyyy'\n@data\nx\n".into(), "column \"a\": holds dates"),
        ("@relation x\n@attribute a complex\n".into(), "f.arff:2: attribute \"a\" is of the type \"complex\""),
        ("@relation x\n@attribute a {x,y\n".into(), "not closed on its line; end it in `}`"),
        ("@relation x\n@attribute a real\n@attribute a real\n".into(), "f.arff:3: column \"a\": another attribute"),
        ("@relation x\n@frequency daily\n".into(), "f.arff:2: \"@frequency daily\" is no line of an ARFF header"),
        ("@attribute\n".into(), "without a name"),
    ] {
        let message = refused(text.clone(), "f.arff", None, &none);
        assert!(message.contains(want), "{text}: {message}");
    }
    for (options, want) in [
        (
            label("z"),
            "f.arff: column \"z\": the label column is missing; name one of the header's, \"a b\", \"it's\", \"c\", \"kind of\"",
        ),
        (
            ReadOptions { columns: Some(vec![Column::number("z")]), ..none.clone() },
            "column \"z\": the column is missing",
        ),
        (
            ReadOptions { columns: Some(vec![Column::number("c")]), ..label("c") },
            "f.arff:6: column \"c\": is a feature and the label at once",
        ),
    ] {
        let message = refused(FLAT, "f.arff", None, &options);
        assert!(message.contains(want), "{message}");
    }
    let message = refused(FLAT.replace(",ok\n", ",fine\n"), "f.arff", None, &label("kind of"));
    assert!(
        message.contains("the label \"fine\" is none of the header's; write one of \"ok\", \"not ok\", \"?\""),
        "{message}"
    );
    let message = refused(RELATIONAL, "f.arff", Some(Kind::Table), &none);
    assert!(message.contains("f.arff:3: column \"bag\": is relational, so that the file holds series"), "{message}");
}

#[test]
fn a_relational_attribute_holds_series() {
    let set = series(RELATIONAL, "<stdin>");
    assert_eq!((set.len(), set.channels(), set.labels().unwrap().concat()), (2, 2, "slowfast".to_owned()));
    assert_eq!(set.case(0).channel(0), [1.0, 2.0, 3.0]);
    assert_eq!(set.case(0).channel(1), [4.0, 5.0, 6.0]);
    // Missing at the end: the channel is shorter, as shorter series are written in such files.
    assert_eq!(set.case(1).channel(0), [7.0, 8.0]);
    assert_eq!(set.case(1).channel(1), [1.0, 1.0, 2.0]);
    for (from, to, want) in [
        ("1,2,3\\n4", "1,2\\n4", "f.arff:10: row 0: column \"channel 0\": 2 values, and the header has 3 attributes"),
        ("4,?,6", "4,x,6", "f.arff:10: row 0: column \"channel 1\": \"x\" at time 1 is not a finite number"),
        ("4,?,6", "?,?,?", "column \"channel 1\": every value is missing"),
        ("7,8,?\\n?,1,2", "7,8,9", "f.arff:11: row 1: 1 channels, and 2 in the first series"),
        ("7,8,?\\n?,1,2", "", "has no rows"),
        (",fast\n", ",hop\n", "row 1: the class \"hop\" is none of the header's; write one of \"slow\", \"fast\""),
        (",fast\n", ",?\n", "the class is missing"),
        ("',fast", "'", "1 values, and the header has 2 attributes"),
        ("@attribute t1 numeric", "@attribute t1 string", "f.arff:5: within a relational attribute only numeric"),
        ("@end bag\n", "", "f.arff:7: within a relational attribute only numeric"),
        ("class {slow,fast}", "class string", "column \"class\": series are numbers"),
        ("class {slow,fast}", "class numeric", "column \"class\": beside a relational attribute"),
    ] {
        let message = refused(RELATIONAL.replacen(from, to, 1), "f.arff", None, &ReadOptions::default());
        assert!(message.contains(want), "{want}: {message}");
    }
}

#[test]
fn a_flat_file_is_series_of_one_channel_if_asked_for() {
    let text = "@relation x\n@attribute t0 numeric\n@attribute t1 numeric\n@attribute t2 numeric\n\
                @attribute target {1,2}\n@data\n1,?,3,1\n4,5,?,2\n";
    let of = |text: &str| read(text, "f.arff", Some(Kind::Series), &ReadOptions::default());
    let set: SeriesSet = of(text).unwrap().downcast_owned().unwrap();
    assert_eq!((set.channels(), set.labels().unwrap().concat()), (1, "12".to_owned()));
    assert_eq!((set.case(0).flat(), set.case(1).flat()), (&[1.0, 2.0, 3.0][..], &[4.0, 5.0][..]));
    let bare: SeriesSet = of("@relation x\n@attribute t0 numeric\n@data\n1\n").unwrap().downcast_owned().unwrap();
    assert_eq!((bare.len(), bare.labels()), (1, None));
    let message = of(&text.replace("t1 numeric", "t1 {5}")).unwrap_err().to_string();
    assert!(message.contains("f.arff:3: column \"t1\": a nominal attribute of series is their class"), "{message}");
}

#[test]
fn a_line_of_the_header_may_hold_any_characters_where_a_keyword_is_looked_for() {
    for word in ["@attribute_äöü", "@aaaaaaaaaaaaaä", "@漢漢漢漢漢漢漢", "@\u{1f600}\u{1f600}\u{1f600}\u{1f600}"]
    {
        let text = format!("@relation x\n{word} a numeric\n@data\n1\n");
        for kind in [None, Some(Kind::Table), Some(Kind::Series)] {
            let message = refused(text.clone(), "f.arff", kind, &ReadOptions::default());
            assert!(message.starts_with("f.arff:2: ") && message.contains("is no line of an ARFF header"), "{message}");
        }
    }
}

#[test]
fn columns_of_a_table_are_held_to_what_tables_hold() {
    let long = "a".repeat(70_000);
    let file = |attributes: &str| format!("@relation x\n{attributes}@data\n1\n");
    let message = refused(file(&format!("@attribute {long} numeric\n")), "f.arff", None, &ReadOptions::default());
    assert!(message.starts_with("f.arff:2: column") && message.contains("shorten it"), "{message}");
    let many: String = (0..65_537).map(|i| format!("@attribute a{i} numeric\n")).collect();
    let message = refused(file(&many), "f.arff", None, &ReadOptions::default());
    assert!(message.starts_with("f.arff: 65537 columns") && message.contains("leave some out"), "{message}");
}
