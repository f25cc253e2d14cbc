//! Table 1: six tables, half of the normal rows train.

use super::options::Options;
use crate::data::Dataset;
use crate::encode::table::KIND;
use crate::error::Result;
use crate::evaluate::protocol::{Direction, Kdd, Labelled, Split, TRAINING_ROWS};
use crate::evaluate::results::{Record, Results, Sink};
use crate::evaluate::{Evaluator, Suite, Tasks};
use crate::progress::Progress;

/// The data sets in the paper's order.
pub const SETS: [&str; 6] = ["arrhythmia", "cardio", "lympho", "thyroid", "kdd", "kddrev"];

/// The small ones.
pub const SMALL: [&str; 4] = ["arrhythmia", "cardio", "lympho", "thyroid"];

/// Seeds unless the options say otherwise.
const SEEDS: u64 = 5;

/// Runs the data sets that `options` ask for.
pub fn run(options: &Options, progress: &dyn Progress, sink: &mut dyn Sink) -> Result<()> {
    let evaluator = options.evaluator("table1", SEEDS, options.builder().configuration(KIND)?.hash(), progress);
    let mut all = Vec::new();
    for name in options.datasets(&SETS)? {
        all.push(match name {
            "kdd" => kdd(&evaluator, options, name, Direction::Attacks, sink)?,
            "kddrev" => kdd(&evaluator, options, name, Direction::Reversed, sink)?,
            _ => small(&evaluator, options, name, sink)?,
        });
    }
    sink.record(&Record::Overview(all))
}

fn small(evaluator: &Evaluator, options: &Options, name: &str, sink: &mut dyn Sink) -> Result<Results> {
    let labelled = Labelled::read(&options.data.join(format!("tabular/{name}.csv.gz")))?;
    let task = |seed| labelled.task(options.split, seed, None);
    let split = options.split.to_string();
    let (description, kind) = (labelled.description(), labelled.table.kind());
    let suite = Suite { dataset: name, description, kind, split: &split, tasks: Tasks::Seeded(&task) };
    Ok(evaluator.evaluate(&suite, sink)?.0)
}

/// The split is random whatever the options say: in the order of the file, attacks of a kind stand together.
fn kdd(
    evaluator: &Evaluator,
    options: &Options,
    name: &str,
    direction: Direction,
    sink: &mut dyn Sink,
) -> Result<Results> {
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
    let task = |seed| kdd.task(direction, seed);
    let split = Split::Random.to_string();
    let kind = kdd.table.kind();
    let suite = Suite { dataset: name, description, kind, split: &split, tasks: Tasks::Seeded(&task) };
    Ok(evaluator.evaluate(&suite, sink)?.0)
}
