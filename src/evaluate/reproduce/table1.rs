//! Table 1: six tables, half of the normal rows train.

use std::path::Path;

use super::record::{Dataset, Record, Sink};
use super::runner::Runner;
use super::{Options, Results};
use crate::detect::DetectorBuilder;
use crate::error::Result;
use crate::evaluate::protocol::{Direction, Kdd, Labelled, Split, TRAINING_ROWS};
use crate::progress::Progress;

/// The data sets in the paper's order.
pub const SETS: [&str; 6] = ["arrhythmia", "cardio", "lympho", "thyroid", "kdd", "kddrev"];

/// The small ones.
pub const SMALL: [&str; 4] = ["arrhythmia", "cardio", "lympho", "thyroid"];

/// Runs the data sets that `options` ask for.
pub fn run(options: &Options, builder: &DetectorBuilder, progress: &dyn Progress, sink: &mut dyn Sink) -> Result<()> {
    let runner = Runner::new("table1", options, 5, builder, progress);
    let mut all = Vec::new();
    for name in options.datasets(&SETS)? {
        all.push(match name {
            "kdd" => kdd(&runner, options, name, Direction::Attacks, sink)?,
            "kddrev" => kdd(&runner, options, name, Direction::Reversed, sink)?,
            _ => small(&runner, options, name, sink)?,
        });
    }
    sink.record(&Record::Overview(all))
}

/// Reads one of the small tables of a folder and tells the sink its sizes.
pub fn read(table: &str, folder: &Path, name: &str, sink: &mut dyn Sink) -> Result<Labelled> {
    let labelled = Labelled::read(&folder.join(format!("{name}.csv.gz")))?;
    let anomalies = labelled.anomalous.iter().filter(|&&a| a).count();
    let (rows, columns) = (labelled.table.rows(), labelled.table.columns());
    let description = format!("{rows} rows, {columns} columns, {anomalies} anomalies");
    sink.record(&Record::Dataset(Dataset { table: table.into(), name: name.into(), description }))?;
    Ok(labelled)
}

fn small(runner: &Runner, options: &Options, name: &str, sink: &mut dyn Sink) -> Result<Results> {
    let labelled = read("table1", &options.data.join("tabular"), name, sink)?;
    let task = |seed| Ok(labelled.task(options.split, seed, None));
    Ok(runner.judge(name, &options.split.to_string(), task, sink)?.0)
}

/// The split is random whatever the options say: in the order of the file, attacks of a kind stand together.
fn kdd(runner: &Runner, options: &Options, name: &str, direction: Direction, sink: &mut dyn Sink) -> Result<Results> {
    let kdd = Kdd::read(&options.data.join("kdd"))?;
    let learnt = match direction {
        Direction::Attacks => "attacks are the normal class",
        Direction::Reversed => "`normal.` rows are the normal class",
    };
    let description = format!(
        "{} rows ({} distinct), {} columns, {learnt}, at most {TRAINING_ROWS} training rows, all test rows scored",
        kdd.row_of.len(),
        kdd.table.rows(),
        kdd.table.columns()
    );
    sink.record(&Record::Dataset(Dataset { table: "table1".into(), name: name.into(), description }))?;
    let task = |seed| kdd.task(direction, seed);
    Ok(runner.judge(name, &Split::Random.to_string(), task, sink)?.0)
}
