//! Tables 4 and 5: sizes of the data sets as counted from the files, beside the paper's.

use super::options::Options;
use crate::error::Result;
use crate::evaluate::protocol::{Direction, Kdd, Labelled};
use crate::evaluate::results::paper::{TABLE_4, TABLE_5};
use crate::evaluate::results::{Inventory, Record, Sink};
use crate::evaluate::series::Archive;

/// Counts the data sets that `options` ask for.
pub fn run(options: &Options, sink: &mut dyn Sink) -> Result<()> {
    let names: Vec<&str> = TABLE_4.iter().map(|s| s.0).chain(TABLE_5.iter().map(|s| s.0)).collect();
    let asked = options.datasets(&names)?;
    for (name, rows, columns, ratio) in TABLE_4.into_iter().filter(|s| asked.contains(&s.0)) {
        let [counted_rows, counted_columns, counted_ratio] = table(options, name)?;
        let counts = vec![
            ("rows", counted_rows, rows),
            ("columns", counted_columns, columns),
            ("anomaly_ratio", counted_ratio, ratio),
        ];
        let note = match name {
            "arrhythmia" => "the paper prints rows and columns swapped",
            "kdd" => "121 one-hot columns, two of them constant; the rarer class is the anomalous one",
            "kddrev" => "121 one-hot columns, two of them constant; attacks drawn by seed",
            _ => "",
        };
        sink.record(&Record::Inventory(Inventory { table: "table4".into(), dataset: name.into(), counts, note }))?;
    }
    for (name, paper) in TABLE_5.into_iter().filter(|s| asked.contains(&s.0)) {
        let counted = series(options, name)?;
        let columns = ["cases", "channels", "length", "classes"];
        let counts = columns.into_iter().zip(counted).zip(paper).map(|((c, n), p)| (c, n, p)).collect();
        let inventory = Inventory { table: "table5".into(), dataset: name.into(), counts, note: "" };
        sink.record(&Record::Inventory(inventory))?;
    }
    Ok(())
}

/// Rows, columns, share of anomalies.
fn table(options: &Options, name: &str) -> Result<[f64; 3]> {
    let (rows, columns, anomalies) = match name {
        "kdd" | "kddrev" => {
            let kdd = Kdd::read(&options.data.join("kdd"))?;
            let direction = if name == "kdd" { Direction::Attacks } else { Direction::Reversed };
            let (normals, anomalies) = kdd.lines(direction, 0);
            (normals.len() + anomalies.len(), kdd.table.columns(), anomalies.len())
        }
        _ => {
            let labelled = Labelled::read(&options.data.join(format!("tabular/{name}.csv.gz")))?;
            let anomalies = labelled.anomalous.iter().filter(|&&a| a).count();
            (labelled.table.rows(), labelled.table.columns(), anomalies)
        }
    };
    Ok([rows as f64, columns as f64, anomalies as f64 / rows as f64])
}

/// Cases of both splits, channels, longest length, classes.
fn series(options: &Options, name: &str) -> Result<[f64; 4]> {
    let archive = Archive::read(&options.data, name)?;
    let cases = archive.train.len() + archive.test.len();
    let longest = archive.train.cases().iter().chain(archive.test.cases()).map(|c| c.longest()).max();
    let counts = [cases, archive.train.channels(), longest.unwrap_or(0), archive.classes.len()];
    Ok(counts.map(|n| n as f64))
}
