//! What is counted while rows are written, and said of them as a whole at the end.

use serde_json::json;

use crate::cli::arguments::Global;
use crate::cli::table_writer::number;
use crate::detect::{DriftWatch, Model, Threshold};

/// Counts of the rows so far that have a score.
pub(super) struct Tally {
    rows: usize,
    flagged: usize,
    /// Rows with the smallest p-value there is.
    least: usize,
    smallest: f64,
    watch: DriftWatch,
}

impl Tally {
    /// Nothing counted yet.
    pub fn new(model: &Model) -> Tally {
        let (smallest, watch) = (model.smallest_p_value(), DriftWatch::new(model.calibration_rows()));
        Tally { rows: 0, flagged: 0, least: 0, smallest, watch }
    }

    /// Counts a row.
    pub fn add(&mut self, p_value: f64, flagged: bool) {
        self.rows += 1;
        self.flagged += usize::from(flagged);
        self.least += usize::from(p_value <= self.smallest);
        self.watch.add(p_value);
    }

    /// Rows with a score.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Rows that are called anomalous.
    pub fn flagged(&self) -> usize {
        self.flagged
    }

    /// Rows with the smallest p-value there is.
    pub fn least(&self) -> usize {
        self.least
    }

    /// Says how many rows are anomalous, and how many would be by chance.
    pub fn say_flagged(&self, threshold: Threshold, model: &Model, global: &Global) {
        let (rows, flagged, cases) = (self.rows, self.flagged, model.cases());
        let by_chance = match threshold {
            Threshold::Alpha(alpha) => Some(alpha * rows as f64),
            _ => None,
        };
        let false_ones = match threshold {
            Threshold::Fdr(q) => Some(q * flagged as f64),
            _ => None,
        };
        let expected = match (by_chance, false_ones) {
            (Some(count), _) => format!("{} expected by chance if all are normal; ", rounded(count)),
            (_, Some(count)) => format!("of which at most {} are expected to be normal; ", rounded(count)),
            _ => String::new(),
        };
        let line = format!(
            "note: {flagged} of {rows} {cases} called anomalous{} {expected}no p-value is below 1/{}",
            if expected.is_empty() { ";" } else { "," },
            model.calibration_rows() + 1
        );
        let summary = json!({
            "rows": rows, "flagged": flagged, "expected_by_chance": by_chance, "expected_false": false_ones,
            "smallest_p_value": self.smallest,
        });
        global.note_with(&line, "summary", &summary);
    }

    /// Says so where the rows as a whole look more unusual than those that calibrate.
    pub fn say_drift(&self, model: &Model, global: &Global) {
        let Some(drift) = self.watch.drift().filter(|drift| drift.is_significant()) else { return };
        let (cases, of) = (model.cases(), if model.is_recalibrated() { "calibrating" } else { "training" });
        let line = format!(
            "note: the {cases} look different from the {of} {cases} as a whole (median p-value {} where 0.5 is expected): if \
             they are normal, `nafal recalibrate` gives p-values that hold; `nafal report` shows which columns changed",
            number(drift.median_p_value)
        );
        let figures = json!({
            "rows": drift.rows, "calibration_rows": model.calibration_rows(), "median_p_value": drift.median_p_value,
            "distance": drift.distance, "critical": drift.critical,
        });
        global.note_with(&line, "drift", &figures);
    }
}

/// A number of rows to a tenth.
fn rounded(count: f64) -> String {
    number((count * 10.0).round() / 10.0)
}
