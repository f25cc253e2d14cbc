//! `nafal evaluate`: how well a model separates labelled anomalies from normal cases.

use std::path::PathBuf;

use clap::Args;

use crate::cli::apart::keep_apart;
use crate::cli::arguments::{Global, ModelAndData, OutputArgs};
use crate::cli::messages::warnings::{ALPHA, unattainable};
use crate::cli::output::Output;
use crate::cli::pages::roc;
use crate::cli::scores::Measures;
use crate::cli::scores::{ScoreStream, labels_of};
use crate::cli::table_writer::{Cell, TableWriter};
use crate::detect::Threshold;
use crate::error::{DataError, Error, Result, listed};

/// Measure a model on labelled rows
///
/// Prints `n,anomalies,auroc,average_precision,f1_at_true_ratio,f1_at_alpha,alpha`: the AUROC; the average precision; F1
/// when as many rows are flagged as there are anomalies; F1 when rows with a p-value of at most alpha are.
#[derive(Debug, Args)]
pub(in crate::cli) struct Evaluate {
    #[command(flatten)]
    inputs: ModelAndData,
    /// Column with the labels [default: the one the model was fitted with]
    #[arg(long, value_name = "C")]
    label: Option<String>,
    /// Label of normal rows; every other label is an anomaly [default: the one the model was fitted with]
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    normal: Vec<String>,
    /// Level of f1_at_alpha
    #[arg(long, value_name = "A", default_value_t = ALPHA)]
    alpha: f64,
    /// Draw the anomalies found against the false alarms
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
}

impl Evaluate {
    pub fn run(&self, global: &Global) -> Result<()> {
        Threshold::Alpha(self.alpha).check()?;
        let paths = self.inputs.paths()?;
        keep_apart(&paths, &[self.output.path()].into_iter().chain(self.plot.as_deref()).collect::<Vec<_>>())?;
        let output = self.output.open(&paths)?;
        let mut plot = self.plot.as_deref().map(|path| Output::open(Some(path))).transpose()?;
        let model = global.memory().load(&self.inputs.model)?;
        let label = self.label.as_deref().or(model.label_column()).ok_or_else(|| {
            Error::Usage("the model was fitted without labels; name the label column with --label".into())
        })?;
        let labels = labels_of(&model, Some(label), &self.normal, &self.inputs.model)?;
        let normals = if self.normal.is_empty() { model.normal_labels() } else { &self.normal };
        let mut warnings = Vec::from_iter(unattainable(&model, self.alpha));
        let mut stream = ScoreStream::open(&model, &self.inputs, labels, global, false)?;
        let source = stream.source().to_owned();
        let all = stream.rest()?;
        if all.scores.is_empty() {
            let problem = "has no case that can be used; leave out --on-bad-row to see what is wrong with the first";
            return Err(DataError::new(source, problem).into());
        }
        if let Some(problem) = one_class(&all.anomalous, normals) {
            return Err(DataError::new(source, problem).in_column(label).into());
        }
        let measures = Measures::of(&all.anomalous, &all.scores, &all.p_values, self.alpha)?;
        let (mut columns, mut cells) = (Measures::COLUMNS.to_vec(), measures.cells().to_vec());
        warnings.extend(stream.conclude());
        if global.json {
            columns.push("warnings");
            cells.push(Cell::Texts(&warnings));
        } else {
            global.warn(&warnings);
        }
        if let Some(plot) = &mut plot {
            plot.put(roc(&all.anomalous, &all.scores, measures.auroc).svg.as_bytes())?;
        }
        let mut table = TableWriter::new(output, global.json, &columns)?;
        table.row(&cells)?;
        plot.map_or(Ok(()), Output::finish)?;
        table.finish()
    }
}

/// The problem if all rows are of one class.
fn one_class(anomalous: &[bool], normals: &[String]) -> Option<String> {
    let normal = listed(normals);
    if anomalous.iter().all(|&a| a) {
        return Some(format!("no label is {normal}, so no row is normal; name the label of normal rows with --normal"));
    }
    let all = anomalous.iter().all(|&a| !a);
    all.then(|| {
        format!("every label is {normal}, and both normal and anomalous rows are needed to measure anything; add some")
    })
}
