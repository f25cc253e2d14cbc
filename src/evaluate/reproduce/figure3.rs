//! Figure 3: scores of normal rows and anomalies before and after training.
//!
//! "Before" is the same detector with every flow (and extractor) at its random start: same views, same calibration.

use super::options::Options;
use super::table1;
use crate::encode::table::KIND;
use crate::error::Result;
use crate::evaluate::metrics::{auroc, f1_at_true_ratio};
use crate::evaluate::protocol::Labelled;
use crate::evaluate::results::{Cell, Dataset, Drawing, Figure, Record, Rows, Sink};
use crate::progress::Progress;

/// The data set of the paper's figure.
const SET: &str = "cardio";

/// Samples the figure for each of the small data sets that `options` name, Cardio's if none; seed 0.
pub fn run(options: &Options, progress: &dyn Progress, sink: &mut dyn Sink) -> Result<()> {
    let sets = if options.datasets.is_empty() { vec![SET] } else { options.datasets(&table1::SMALL)? };
    for set in sets {
        let labelled = Labelled::read(&options.data.join(format!("tabular/{set}.csv.gz")))?;
        let (table, name, description) = ("figure3".into(), set.into(), labelled.description());
        sink.record(&Record::Dataset(Dataset { table, name, description }))?;
        let task = labelled.task(options.split, 0, None)?;
        let builder = options.builder();
        let untrained = builder.configuration(KIND)?.with_steps(0);
        let stages =
            [("before training", builder.clone().with_configuration(untrained)), ("after training", builder.clone())];
        let mut scores: Vec<Vec<f64>> = Vec::new();
        let (mut panels, mut summary) = (Vec::new(), Vec::new());
        for (stage, builder) in stages {
            let of_stage = builder.progress(progress).seed(0).fit(&*task.raw.train)?.score(&*task.raw.test)?;
            let (area, f1) = (auroc(&task.labels, &of_stage)?, f1_at_true_ratio(&task.labels, &of_stage)?);
            summary.push(vec![set.into(), stage.into(), area.into(), f1.into()]);
            let title = format!("{stage}: AUROC {:.1} %, F1 {:.1} %", 100.0 * area, 100.0 * f1);
            panels.push((title, of_stage.iter().copied().zip(task.labels.iter().copied()).collect()));
            scores.push(of_stage);
        }
        let row = |i: usize| -> Vec<Cell> {
            let label = u64::from(task.labels[i]);
            vec![(i as u64).into(), label.into(), scores[0][i].into(), scores[1][i].into()]
        };
        sink.record(&Record::Figure(Figure {
            name: if set == SET { "figure3".into() } else { format!("figure3-{set}") },
            title: format!("Scores of the test rows of {set} before and after training"),
            points: Rows {
                columns: vec!["test_row", "anomalous", "before", "after"],
                rows: (0..task.labels.len()).map(row).collect(),
            },
            summary: Rows { columns: vec!["dataset", "stage", "auroc", "f1_at_true_ratio"], rows: summary },
            drawing: Drawing::Histograms { score: "score".into(), panels },
        }))?;
    }
    Ok(())
}
