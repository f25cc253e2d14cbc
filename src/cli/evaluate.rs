//! `nafal evaluate`: how well a model tells the labelled anomalies of a table.

use clap::Args;

use super::arguments::{Global, Subject, To};
use super::model_scores::ModelScores;
use super::output::{Cell, TableWriter};
use super::predict::{ALPHA, note_unattainable};
use crate::data::is_normal;
use crate::detect::{Model, Threshold};
use crate::error::{DataError, Error, Result};
use crate::evaluate::metrics;

/// Columns of the table printed.
pub(super) const COLUMNS: [&str; 7] =
    ["n", "anomalies", "auroc", "average_precision", "f1_at_true_ratio", "f1_at_alpha", "alpha"];

/// Measure a model on labelled rows
///
/// Prints `n,anomalies,auroc,average_precision,f1_at_true_ratio,f1_at_alpha,alpha`: the AUROC; the average precision; F1
/// when as many rows are flagged as there are anomalies; F1 when rows with a p-value of at most alpha are.
#[derive(Debug, Args)]
pub(super) struct Evaluate {
    #[command(flatten)]
    subject: Subject,
    /// Column with the labels [default: the one the model was fitted with]
    #[arg(long, value_name = "C")]
    label: Option<String>,
    /// Label of normal rows; every other label is an anomaly [default: the one the model was fitted with]
    #[arg(long, value_name = "V", allow_hyphen_values = true)]
    normal: Option<String>,
    /// Level of f1_at_alpha
    #[arg(long, value_name = "A", default_value_t = ALPHA)]
    alpha: f64,
    #[command(flatten)]
    to: To,
}

/// What a model achieves on labelled rows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    rows: usize,
    anomalies: usize,
    pub auroc: f64,
    pub average_precision: f64,
    f1_at_true_ratio: f64,
    pub f1_at_alpha: f64,
    alpha: f64,
}

impl Evaluate {
    pub fn run(&self, global: &Global) -> Result<()> {
        Threshold::Alpha(self.alpha).check()?;
        let model = Model::load(&self.subject.model)?;
        let label = self.label.as_deref().or(model.label_column()).ok_or_else(|| {
            Error::Usage("the model was fitted without labels; name the label column with --label".into())
        })?;
        let normal = self.normal.as_deref().unwrap_or(model.normal_label());
        note_unattainable(&model, self.alpha, global);
        let output = self.to.open(&[&self.subject.model, &self.subject.data])?;
        let mut stream = ModelScores::open(&model, &self.subject, Some(label), global, true)?;
        let source = stream.source().to_owned();
        let all = stream.rest()?;
        let anomalous: Vec<bool> = all.labels.iter().map(|l| !is_normal(l, normal)).collect();
        if let Some(problem) = one_class(&anomalous, normal) {
            return Err(DataError::new(source, problem).in_column(label).into());
        }
        let measured = Measured::of(&anomalous, &all.scores, &all.p_values, self.alpha)?;
        let mut table = TableWriter::new(output, global.json, &COLUMNS)?;
        table.row(&measured.cells())?;
        table.finish()
    }
}

/// What to say if all rows are of one class.
fn one_class(anomalous: &[bool], normal: &str) -> Option<String> {
    if anomalous.iter().all(|&a| a) {
        return Some(format!(
            "no label is {normal:?}, so no row is normal; name the label of normal rows with --normal"
        ));
    }
    let all = anomalous.iter().all(|&a| !a);
    all.then(|| format!("every label is {normal:?}; both normal and anomalous rows are needed to measure anything"))
}

impl Measured {
    /// Measures scores and p-values against labels (`true` is an anomaly).
    ///
    /// # Errors
    /// [`Error::Data`] if only one class is present.
    pub fn of(anomalous: &[bool], scores: &[f64], p_values: &[f64], alpha: f64) -> Result<Measured> {
        let flags = Threshold::Alpha(alpha).apply(scores, p_values);
        Ok(Measured {
            rows: scores.len(),
            anomalies: anomalous.iter().filter(|&&a| a).count(),
            auroc: metrics::auroc(anomalous, scores)?,
            average_precision: metrics::average_precision(anomalous, scores)?,
            f1_at_true_ratio: metrics::f1_at_true_ratio(anomalous, scores)?,
            f1_at_alpha: metrics::f1(anomalous, &flags)?,
            alpha,
        })
    }

    /// As cells of a table with [`COLUMNS`].
    pub fn cells(&self) -> [Cell; 7] {
        let numbers = [self.auroc, self.average_precision, self.f1_at_true_ratio, self.f1_at_alpha, self.alpha];
        let [auroc, precision, f1_ratio, f1_alpha, alpha] = numbers.map(Cell::Number);
        [Cell::Count(self.rows), Cell::Count(self.anomalies), auroc, precision, f1_ratio, f1_alpha, alpha]
    }
}
