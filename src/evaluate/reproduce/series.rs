//! Tables 2 and 3: series of some classes are normal, the archive's own split, AUROC as a mean over classes.

use super::options::Options;
use crate::data::Dataset;
use crate::encode::series::KIND;
use crate::error::Result;
use crate::evaluate::protocol::Task;
use crate::evaluate::results::{Record, Sink};
use crate::evaluate::series::{ARCHIVE, Archive, NormalClasses};
use crate::evaluate::{Suite, Tasks};
use crate::progress::Progress;

/// Seeds unless the options say otherwise.
const SEEDS: u64 = 3;

/// Runs the data sets that `options` ask for.
pub fn run(
    table: &'static str,
    normals: NormalClasses,
    options: &Options,
    progress: &dyn Progress,
    sink: &mut dyn Sink,
) -> Result<()> {
    let normals = options.normals.map_or(normals, NormalClasses::Count);
    let config = options.builder().configuration(KIND)?.hash();
    let evaluator = options.evaluator(table, SEEDS, config, progress);
    let mut all = Vec::new();
    for name in options.datasets(&ARCHIVE)? {
        let archive = Archive::read(&options.data, name)?;
        let tasks = archive.tasks(normals)?;
        let (description, kind) = (describe(&archive, &tasks), archive.train.kind());
        let suite = Suite { dataset: name, description, kind, split: "archive", tasks: Tasks::Fixed(&tasks) };
        all.push(evaluator.evaluate(&suite, sink)?.0);
    }
    sink.record(&Record::Overview(all))
}

fn describe(archive: &Archive, tasks: &[Task]) -> String {
    let sizes: Vec<usize> = tasks.iter().map(|t| t.raw.train.len()).collect();
    format!(
        "{} classes, {} channels of up to {} steps; {} to {} training series, {} test series",
        archive.classes.len(),
        archive.train.channels(),
        archive.train.longest(),
        sizes.iter().min().unwrap_or(&0),
        sizes.iter().max().unwrap_or(&0),
        archive.test.len()
    )
}
